//! P-01 to P-06, H-02, H-03: homes, shops, the provident fund, public housing.

use chrono::NaiveDate;

use super::{
    city::{City, Home, Somebody},
    tenants,
};
use crate::{
    model::Fen,
    synth::{
        calendar::{plus_days, plus_months},
        rows::{Fund, Presale, Withdrawal},
        truth::{Expected::*, Subject},
    },
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    dwellings(city);
    shops(city);
    bought(city);
    disposed(city);
    fund(city);
    tenants::tenants_with_homes(city);
    tenants::status_of_tenants(city);
    tenants::arrears(city);
}

/// Someone of 58 alone on dibao, without any home.
fn homeless(city: &mut City<'_>) -> (Somebody, Home) {
    let p = city.person(58);
    let home = city.dibao(&[p]);
    city.no_units(&p);
    (p, home)
}

fn dwellings(city: &mut City<'_>) {
    city.rule("P-01");
    for (case, areas, expected, zh, en) in [
        ("a-hundredth-over", [15_00, 15_01], Hit, "两套共30.01平方米", "two homes of 30.01 m² together"),
        ("exactly-thirty", [15_00, 15_00], Clear, "两套恰30平方米", "two homes of exactly 30 m²"),
    ] {
        let (p, home) = homeless(city);
        areas.into_iter().for_each(|area| drop(city.unit(&p, area, 1, 1).clone()));
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let (p, home) = homeless(city);
    city.unit(&p, 180_00, 1, 1);
    city.expect(Subject::household(&home), Clear, "one-large-home", "只有一套大房", "one large home");
    for (case, share, expected, zh, en) in [
        ("half-inherited", (1, 2), Hit, "第二套占二分之一", "half of the second"),
        ("a-third-inherited", (1, 3), Clear, "第二套占三分之一", "a third of the second"),
        ("just-under-half", (49, 100), Clear, "第二套占百分之四十九", "49 in 100 of the second"),
    ] {
        let (p, home) = homeless(city);
        city.unit(&p, 60_00, 1, 1);
        city.unit(&p, 90_00, share.0, share.1);
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let people = [city.person(58), city.person(57)];
    let home = city.dibao(&people);
    city.no_units(&people[0]);
    city.unit(&people[0], 60_00, 1, 1);
    let shared = city.unit(&people[0], 80_00, 1, 4).clone();
    city.rows.property_units.push(crate::synth::rows::Unit { person_id: people[1].id, ..shared });
    city.expect(
        Subject::household(&home),
        Hit,
        "shares-of-two-members",
        "两人份额合计二分之一",
        "the shares of two members make a half",
    );
    let people = [city.person(58), city.person(57), city.person(15)];
    let home = city.dibao(&people);
    city.no_units(&people[0]);
    city.unit(&people[0], 50_00, 1, 1);
    city.unit(&people[1], 40_00, 1, 1);
    city.expect(Subject::household(&home), Clear, "three-members", "三人共九十平方米", "90 m² for three");
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 90_00, 1, 1).rural = true;
    city.expect(
        Subject::household(&home),
        Clear,
        "second-is-rural",
        "第二套是农村宅基地房",
        "the second is rural",
    );
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    let today = city.d(0);
    let sold = city.unit(&p, 90_00, 1, 1);
    (sold.ended_on, sold.ended_by) = (Some(today), Some("sale"));
    city.expect(
        Subject::household(&home),
        Clear,
        "second-sold-today",
        "第二套当日注销",
        "the second ended on the business date",
    );
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    let older = city.unit(&p, 90_00, 1, 1).clone();
    let mut newer = older;
    (newer.registered_on, newer.share_den) = (city.d(-300), 4);
    city.rows.property_units.push(newer);
    city.expect(
        Subject::household(&home),
        Clear,
        "latest-share-counts",
        "最近登记份额降为四分之一",
        "the latest registration leaves a quarter",
    );
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 90_00, 1, 1);
    city.unauthorise(&home);
    city.expect(Subject::household(&home), Insufficient, "not-authorised", "未授权", "not authorised");
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 90_00, 1, 1);
    city.contradict(&p);
    city.expect(
        Subject::household(&home),
        Insufficient,
        "identity-in-doubt",
        "身份矛盾",
        "identity in doubt",
    );
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 90_00, 1, 1);
    city.case(&home).status = "pending";
    city.expect(Subject::household(&home), Outside, "pending", "在审批中", "still pending");
    let p = city.person(66);
    let home = city.household("tekun", &[p]);
    city.no_units(&p);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 70_00, 1, 1);
    city.expect(Subject::household(&home), Hit, "tekun", "特困人员两套住房", "tekun, two homes");
    let (p, home) = homeless(city);
    city.unit(&p, 60_00, 1, 1);
    city.unit(&p, 70_00, 1, 1).use_ = "parking";
    city.expect(
        Subject::household(&home),
        Clear,
        "second-is-parking",
        "第二处是车位",
        "the second is a parking place",
    );
}

fn shops(city: &mut City<'_>) {
    city.rule("P-02");
    for (case, use_, share_den, rural, ended, expected, zh, en) in [
        ("half-a-shop", "shop", 2, false, false, Hit, "商铺占二分之一", "half of a shop"),
        ("a-third-of-a-shop", "shop", 3, false, false, Clear, "商铺占三分之一", "a third of a shop"),
        ("rural-office", "office", 1, true, false, Hit, "农村办公用房", "a rural office"),
        ("parking", "parking", 1, false, false, Clear, "车位", "a parking place"),
        ("shop-ended", "shop", 1, false, true, Clear, "商铺已注销", "the shop's registration ended"),
    ] {
        let (p, home) = homeless(city);
        let yesterday = city.d(-1);
        let unit = city.unit(&p, 18_00, 1, share_den);
        (unit.use_, unit.rural) = (use_, rural);
        if ended {
            (unit.ended_on, unit.ended_by) = (Some(yesterday), Some("sale"));
        }
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
}

pub fn presale(city: &mut City<'_>, p: &Somebody, signed_on: NaiveDate) {
    let (contract_id, unit_id) = (city.reference("W"), city.reference("U"));
    city.rows.presales.push(Presale {
        contract_id,
        person_id: p.id,
        unit_id,
        signed_on,
        cancelled_on: None,
        area: Fen(88_00),
        price: Fen(1_280_000_00),
        deleted: None,
    });
}

fn bought(city: &mut City<'_>) {
    city.rule("P-03");
    let start = city.m(-30).first_day();
    for (case, registered_on, acquired_by, sold, presold, expected, zh, en) in [
        (
            "first-day-of-support",
            start,
            "purchase",
            false,
            None,
            Hit,
            "救助起始日购房登记",
            "registered on the first day of support",
        ),
        (
            "day-before",
            plus_days(start, -1),
            "purchase",
            false,
            None,
            Clear,
            "起始前一日登记",
            "registered the day before",
        ),
        ("sold-since", plus_days(start, 90), "purchase", true, None, Hit, "购后又卖也算", "sold since"),
        ("inherited", plus_days(start, 90), "inheritance", false, None, Clear, "继承所得", "inherited"),
        (
            "presale-before",
            plus_days(start, 90),
            "purchase",
            false,
            Some(-1),
            Clear,
            "救助前已签网签合同",
            "the presale was signed before support began",
        ),
        (
            "presale-on-the-day",
            plus_days(start, 90),
            "purchase",
            false,
            Some(0),
            Hit,
            "起始日才签网签",
            "the presale was signed on the first day",
        ),
    ] {
        let (p, home) = homeless(city);
        let ended = city.d(-40);
        let unit = city.unit(&p, 66_00, 1, 1);
        (unit.registered_on, unit.acquired_by) = (registered_on, acquired_by);
        if sold {
            (unit.ended_on, unit.ended_by) = (Some(ended), Some("sale"));
        }
        let unit_id = unit.unit_id;
        if let Some(days) = presold {
            presale(city, &p, plus_days(start, days));
            if let Some(row) = city.rows.presales.last_mut() {
                row.unit_id = unit_id;
            }
        }
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let (p, home) = homeless(city);
    presale(city, &p, city.d(-20));
    city.expect(
        Subject::household(&home),
        Hit,
        "presale-on-support",
        "救助期间签网签合同",
        "signed a presale on support",
    );
}

fn disposed(city: &mut City<'_>) {
    city.rule("P-04");
    for (case, offset, by, to_member, pending, expected, zh, en) in [
        (
            "twelve-months-before",
            0,
            "sale",
            false,
            false,
            Hit,
            "申请前恰十二个月出售",
            "sold exactly twelve months before applying",
        ),
        ("a-day-earlier", -1, "sale", false, false, Clear, "再早一日", "a day earlier"),
        ("demolished", 30, "demolition", false, false, Clear, "拆迁", "demolished"),
        (
            "given-to-a-member",
            30,
            "gift",
            true,
            false,
            Clear,
            "赠与家庭成员",
            "given to a member of the household",
        ),
        ("pending-case", 30, "gift", false, true, Hit, "申请审批中", "the case is pending"),
    ] {
        let people = [city.person(58), city.person(57)];
        let home = city.dibao(&people);
        let applied = city.case(&home).applied_on.unwrap_or_default();
        if pending {
            city.case(&home).status = "pending";
        }
        let unit = city.unit(&people[0], 66_00, 1, 1);
        unit.registered_on = plus_days(applied, -3000);
        unit.ended_on = Some(plus_days(plus_months(applied, -12), offset));
        unit.ended_by = Some(by);
        unit.buyer_person_id = to_member.then_some(people[1].id);
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let p = city.person(58);
    let home = city.dibao(&[p]);
    city.case(&home).applied_on = None;
    city.expect(
        Subject::household(&home),
        Outside,
        "no-date-of-application",
        "无申请日期",
        "no date of application",
    );
}

fn fund(city: &mut City<'_>) {
    city.rule("P-05");
    let line = city.line().0 * 2;
    let first = city.m(-12).first_day();
    for (case, balance, state, withdrawn, expected, zh, en) in [
        (
            "exactly-the-line",
            line,
            "normal",
            None,
            Clear,
            "恰为二十四个月标准",
            "exactly 24 months of the standard",
        ),
        (
            "a-fen-over",
            line + 1,
            "sealed",
            None,
            Hit,
            "多一分，封存账户也算",
            "a fen over, a sealed account counts",
        ),
        ("closed", line * 2, "closed", None, Clear, "已销户", "a closed account"),
        (
            "withdrawn-within",
            line,
            "normal",
            Some((first, "purchase")),
            Hit,
            "期内首日提取",
            "withdrawn on the first day of the year",
        ),
        (
            "withdrawn-before",
            line,
            "normal",
            Some((plus_days(first, -1), "purchase")),
            Clear,
            "期前一日提取",
            "withdrawn the day before",
        ),
        (
            "medical",
            line,
            "normal",
            Some((first, "medical")),
            Clear,
            "因病提取",
            "withdrawn for medical bills",
        ),
    ] {
        let (p, home) = homeless(city);
        let account_id = city.reference("F");
        city.rows.provident_accounts.push(Fund {
            person_id: p.id,
            account_id,
            state,
            base: Fen(3_000_00),
            last_paid_month: Some(city.m(-1)),
            balance: Fen(balance),
            employer_id: None,
        });
        if let Some((withdrawn_on, reason)) = withdrawn {
            let record_id = city.reference("X");
            let row = Withdrawal {
                record_id,
                person_id: p.id,
                withdrawn_on,
                reason,
                amount: Fen(1),
                deleted: None,
            };
            city.rows.provident_withdrawals.push(row);
        }
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
}
