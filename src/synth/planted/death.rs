//! D-01 to D-08: the dead who are still paid, counted, or tenants.

use super::city::City;
use crate::{
    model::Fen,
    synth::truth::{Expected::*, Subject},
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    paid_dibao_or_tekun(city);
    paid_subsidies(city);
    paid_pension(city);
    households(city);
    tenants(city);
}

fn paid_dibao_or_tekun(city: &mut City<'_>) {
    city.rule("D-01");
    let p = city.person(70);
    city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-4, 10));
    city.expect(
        &p,
        Hit,
        "paid-to-this-month",
        "死亡四个月后仍逐月发放低保",
        "dibao is still paid every month, four months after the death",
    );

    let p = city.person(78);
    city.household("tekun", &[p]);
    city.dies(&p, city.calendar.on(-2, 3));
    city.expect(&p, Hit, "tekun", "特困供养在死亡次月以后仍发放", "tekun is paid after the month of death");

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.dies(&p, city.m(-3).last_day());
    city.unpay_from(&home, -1);
    city.expect(
        &p,
        Hit,
        "one-month-after",
        "月末死亡，次月又发一次",
        "died on the last of a month, paid for the next once",
    );

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-3, 1));
    city.unpay_from(&home, -2);
    city.expect(
        &p,
        Clear,
        "paid-for-the-month-of-death",
        "发放止于死亡当月",
        "paid up to the month of death",
    );

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-3, 20));
    city.unpay_from(&home, -2);
    city.payment(&home, -2, "back_pay", 1, Fen(1_190_00));
    city.payment(&home, -1, "price_subsidy", 1, Fen(64_00));
    city.expect(
        &p,
        Clear,
        "back-pay-after",
        "死后只有补发和价格补贴",
        "only back pay and a price subsidy after the death",
    );

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-3, 20));
    city.unpay_from(&home, -2);
    city.payment(&home, -2, "basic", 1, Fen(0));
    city.expect(
        &p,
        Clear,
        "nothing-paid-after",
        "死后一行金额为零，不算发放",
        "a row of 0.00 after the death is no payment",
    );

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-3, 20));
    city.unpay_from(&home, -2);
    city.payment(&home, -2, "top_up", 1, Fen(1));
    city.expect(
        &p,
        Hit,
        "one-fen-after",
        "死后增发一分钱也算发放",
        "a top-up of one fen after the death is a payment",
    );

    let p = city.person(70);
    city.dibao(&[p]);
    let death = city.dies(&p, city.calendar.on(-2, 8));
    (death.died_on, death.source) = (None, "funeral_fee_waiver");
    city.expect(&p, Hit, "cremation-date-only", "只有火化日期", "only the date of cremation is known");

    let p = city.person(70);
    let home = city.dibao(&[p]);
    let death = city.dies(&p, city.calendar.on(-2, 8));
    (death.cremated_on, death.source) = (None, "reported");
    let death = city.dies(&p, city.calendar.on(-5, 8));
    death.died_on = None;
    city.unpay_from(&home, -3);
    city.expect(
        &p,
        Hit,
        "earliest-of-two-records",
        "两条记录取最早，发放超过最早的死亡月",
        "of two records the earlier date counts",
    );

    let p = city.person(70);
    city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-4, 10)).deleted = Some(true);
    city.expect(&p, Clear, "record-withdrawn", "死亡记录已撤销", "the record of death was withdrawn");

    let p = city.person(70);
    city.dibao(&[p]);
    let death = city.dies(&p, city.calendar.on(0, 1));
    death.cremated_on = None;
    city.expect(&p, Clear, "died-this-month", "当月死亡，当月发放", "died this month, paid for this month");

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.unpay_from(&home, -24);
    city.payment(&home, -24, "basic", 1, Fen(1_105_00));
    city.dies(&p, city.calendar.on(-25, 15));
    city.expect(
        &p,
        Hit,
        "first-month-of-the-window",
        "发放恰在回溯期第一个月",
        "paid in the first month of the window",
    );

    let p = city.person(70);
    let home = city.dibao(&[p]);
    city.unpay_from(&home, -24);
    city.payment(&home, -25, "basic", 1, Fen(1_105_00));
    city.dies(&p, city.calendar.on(-27, 15));
    city.expect(
        &p,
        Outside,
        "month-before-the-window",
        "发放早于回溯期一个月",
        "paid a month before the window only",
    );

    let p = city.person(70);
    city.contradict(&p);
    city.dibao(&[p]);
    city.dies(&p, city.calendar.on(-4, 10));
    city.expect(
        &p,
        Insufficient,
        "identity-in-doubt",
        "出生年月矛盾，暂不列出",
        "two birth months: withheld",
    );

    let people = [city.person(66), city.person(65)];
    city.dibao(&people);
    city.dies(&people[1], city.calendar.on(-4, 10));
    city.expect(
        &people[1],
        Outside,
        "member-not-payee",
        "死亡的是成员，发放对象是户主",
        "the dead member is not the payee",
    );

    let p = city.person(70);
    city.dibao(&[p]);
    city.expect(&p, Clear, "alive", "健在", "alive");

    let p = city.person(70);
    let home = city.household("dibao_marginal", &[p]);
    city.pay(&home, -6..=0, Fen(100_00));
    city.dies(&p, city.calendar.on(-4, 10));
    city.expect(
        &p,
        Outside,
        "other-programme",
        "发放的不是低保或特困",
        "what was paid is neither dibao nor tekun",
    );
}

fn paid_subsidies(city: &mut City<'_>) {
    city.rule("D-02");
    let p = city.person(85);
    city.household("elderly_allowance", &[p]);
    city.dies(&p, city.calendar.on(-3, 12));
    city.expect(&p, Hit, "paid-to-this-month", "死后仍发高龄津贴", "the elderly allowance is still paid");
    let p = city.person(85);
    let home = city.household("elderly_allowance", &[p]);
    city.dies(&p, city.calendar.on(-3, 12));
    city.unpay_from(&home, -2);
    city.expect(
        &p,
        Clear,
        "paid-for-the-month-of-death",
        "发放止于死亡当月",
        "paid up to the month of death",
    );

    city.rule("D-03");
    for programme in ["disability_living", "disability_care"] {
        let p = city.person(52);
        city.certificate(&p, "4", 1);
        city.household(programme, &[p]);
        city.dies(&p, city.calendar.on(-3, 12));
        let case = if programme == "disability_care" { "care" } else { "living" };
        city.expect(&p, Hit, case, "死后仍发残疾人补贴", "a disability subsidy is still paid");
    }
    let p = city.person(52);
    city.certificate(&p, "4", 1);
    let home = city.household("disability_care", &[p]);
    city.dies(&p, city.m(-3).last_day());
    city.unpay_from(&home, -2);
    city.expect(
        &p,
        Clear,
        "paid-for-the-month-of-death",
        "发放止于死亡当月",
        "paid up to the month of death",
    );
}

fn paid_pension(city: &mut City<'_>) {
    city.rule("D-04");
    let p = city.person(75);
    city.pension(&p, "resident", -24..=0, Fen(345_00), Fen(285_00));
    city.dies(&p, city.calendar.on(-5, 10));
    city.expect(&p, Hit, "drawn-to-this-month", "死后仍逐月发养老金", "a pension is still paid every month");

    let p = city.person(75);
    city.pension(&p, "employee", -24..=-2, Fen(3_100_00), Fen(0));
    city.dies(&p, city.calendar.on(-4, 28));
    city.expect(
        &p,
        Hit,
        "second-month-after",
        "发放到死亡后第二个月",
        "paid for the second month after the death",
    );

    let p = city.person(75);
    city.pension(&p, "employee", -24..=-3, Fen(3_100_00), Fen(0));
    city.dies(&p, city.calendar.on(-4, 1));
    city.expect(
        &p,
        Clear,
        "first-month-after",
        "死亡次月的发放在容许之内",
        "the month after the death is allowed for",
    );

    let p = city.person(75);
    city.pension(&p, "resident", -24..=-3, Fen(345_00), Fen(285_00));
    city.pension(&p, "resident", -2..=0, Fen(0), Fen(0));
    city.dies(&p, city.calendar.on(-4, 1));
    city.expect(&p, Clear, "rows-of-nothing", "之后各月金额为零", "later rows of 0.00 are no payment");

    let p = city.person(75);
    city.pension(&p, "resident", -24..=0, Fen(345_00), Fen(285_00));
    city.dies(&p, city.calendar.on(-5, 10)).deleted = Some(true);
    city.expect(&p, Clear, "record-withdrawn", "死亡记录已撤销", "the record of death was withdrawn");

    let p = city.person(75);
    city.contradict(&p);
    city.pension(&p, "resident", -24..=0, Fen(345_00), Fen(285_00));
    city.dies(&p, city.calendar.on(-5, 10));
    city.expect(
        &p,
        Insufficient,
        "identity-in-doubt",
        "出生年月矛盾，暂不列出",
        "two birth months: withheld",
    );

    let p = city.unlisted(city.m(-900));
    city.pension(&p, "civil_servant", -24..=0, Fen(6_200_00), Fen(0));
    city.dies(&p, city.calendar.on(-3, 10));
    city.list(&p).id_valid = false;
    city.expect(&p, Hit, "civil-servant", "机关养老金死后仍发", "a civil servant's pension is still paid");

    let p = city.person(75);
    city.pension(&p, "resident", -25..=-25, Fen(345_00), Fen(285_00));
    city.dies(&p, city.calendar.on(-28, 10));
    city.expect(
        &p,
        Outside,
        "month-before-the-window",
        "发放早于回溯期一个月",
        "paid a month before the window only",
    );
}

fn households(city: &mut City<'_>) {
    city.rule("D-05");
    for (case, days, expected, zh, en) in [
        ("head-dead-31-days", -31, Hit, "户主死亡三十一日未变更", "the head died 31 days ago"),
        ("head-dead-30-days", -30, Clear, "户主死亡恰三十日", "the head died exactly 30 days ago"),
    ] {
        let people = [city.person(66), city.person(63)];
        let home = city.dibao(&people);
        city.dies(&people[0], city.d(days));
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let people = [city.person(66), city.person(63)];
    let home = city.dibao(&people);
    city.dies(&people[1], city.d(-60));
    city.expect(Subject::household(&home), Clear, "spouse-dead", "死亡的是配偶", "it is the spouse who died");
    let people = [city.person(66), city.person(63)];
    let home = city.dibao(&people);
    city.dies(&people[0], city.d(-60));
    let out = city.d(-20);
    city.member_row(&home, &people[0]).valid_to = Some(out);
    city.member_row(&home, &people[1]).relationship = "01";
    city.expect(
        Subject::household(&home),
        Clear,
        "head-replaced",
        "户主已变更",
        "the head has been replaced",
    );

    city.rule("D-06");
    let people = [city.person(66), city.person(63)];
    city.dibao(&people);
    city.dies(&people[1], city.m(-1).last_day());
    city.expect(
        &people[1],
        Hit,
        "spouse-died-last-month",
        "配偶上月末死亡仍计入",
        "the spouse died on the last of last month and still counts",
    );
    let people = [city.person(66), city.person(63)];
    city.dibao(&people);
    city.dies(&people[1], city.calendar.on(0, 1)).cremated_on = None;
    city.expect(&people[1], Clear, "spouse-died-this-month", "配偶当月死亡", "the spouse died this month");
    let people = [city.person(66), city.person(63)];
    let home = city.dibao(&people);
    city.dies(&people[1], city.m(-1).last_day());
    city.member_row(&home, &people[1]).counted = false;
    city.expect(&people[1], Outside, "not-counted", "已不计入", "no longer counted");
    let people = [city.person(66), city.person(63)];
    city.dibao(&people);
    city.dies(&people[0], city.d(-60));
    city.expect(&people[0], Outside, "head", "户主由D-05处理", "a head is for D-05");
}

fn tenants(city: &mut City<'_>) {
    city.rule("D-08");
    let p = city.person(72);
    city.tenancy(&[p], "low_income");
    city.dies(&p, city.d(-50));
    city.expect(&p, Hit, "only-tenant-dead", "唯一承租人死亡", "the only tenant is dead");
    let pair = [city.person(72), city.person(70)];
    city.tenancy(&pair, "low_income");
    city.dies(&pair[0], city.d(-50));
    city.expect(&pair[0], Clear, "one-tenant-alive", "共同承租人健在", "the other tenant is alive");
    let p = city.person(72);
    let tenancy = city.tenancy(&[p], "low_income");
    city.dies(&p, city.d(-50));
    let today = city.d(0);
    city.each_tenant(tenancy, |row| row.to_on = Some(today));
    city.expect(
        &p,
        Outside,
        "tenancy-ended-today",
        "租约当日已终止",
        "the tenancy ended on the business date",
    );
    let p = city.person(72);
    city.rent_subsidy(&p, -12..=-1, "low_income");
    city.dies(&p, city.calendar.on(-2, 5));
    city.expect(
        &p,
        Hit,
        "subsidy-after-death",
        "租赁补贴发到死亡次月",
        "a rent subsidy for the month after the death",
    );
    let p = city.person(72);
    city.rent_subsidy(&p, -12..=-1, "low_income");
    city.dies(&p, city.calendar.on(-1, 1));
    city.expect(
        &p,
        Clear,
        "subsidy-for-the-month-of-death",
        "补贴止于死亡当月",
        "the subsidy ends with the month of death",
    );
    let p = city.person(72);
    city.rent_subsidy(&p, -24..=0, "low_income");
    city.expect(&p, Clear, "payee-alive", "补贴对象健在", "the payee is alive");
}
