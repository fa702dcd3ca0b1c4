//! two benefits that exclude each other.

use super::city::City;
use crate::{
    model::Fen,
    synth::{
        rows::JoblessBenefit,
        truth::{Expected::*, Subject},
    },
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    two_dibao(city);
    tekun(city);
    children(city);
    human_resources(city);
    long_jobless(city);
    rentals(city);
    paid_twice(city);
}

fn two_dibao(city: &mut City<'_>) {
    city.rule("X-01");
    let (p, q) = (city.person(44), city.person(68));
    let first = city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    city.expect(&p, Hit, "two-households", "同时是两户低保的成员", "a member of two dibao households");
    city.expect(
        &q,
        Clear,
        "other-of-the-second",
        "第二户的另一人只在一案",
        "the other of the second household is in one case",
    );
    let _ = (first, second);

    let (p, q) = (city.person(44), city.person(68));
    city.dibao_single(&p);
    city.dibao(&[q, p]);
    city.expect(&p, Hit, "single-and-household", "单人保又是另一户成员", "a single case beside a household");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    let month = city.m(0);
    (city.case(&second).status, city.case(&second).end_month) = ("grace", Some(month));
    city.expect(
        &p,
        Hit,
        "second-ends-this-month",
        "第二案本月止（含），渐退中",
        "the second ends with this month and is in grace",
    );

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    let month = city.m(-1);
    city.case(&second).end_month = Some(month);
    city.expect(&p, Clear, "second-ended-last-month", "第二案上月已止", "the second ended last month");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    city.case(&second).status = "suspended";
    city.expect(&p, Clear, "second-suspended", "第二案停发", "the second is suspended");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    city.case(&second).start_month = Some(city.calendar.month(1));
    city.expect(&p, Clear, "second-begins-next-month", "第二案下月才起", "the second begins next month");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    let row = city.member_row(&second, &p);
    (row.counted, row.exclusion_reason) = (false, Some("other"));
    city.expect(&p, Clear, "not-counted-in-second", "在第二户不计入", "not counted in the second household");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    let today = city.d(0);
    city.member_row(&second, &p).valid_to = Some(today);
    city.expect(
        &p,
        Clear,
        "left-second-today",
        "当日已移出第二户",
        "left the second household on the business date",
    );

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    let head_row = city.member_row(&second, &q).clone();
    let mut next = head_row;
    (next.version, next.valid_from) = (2, city.d(-30));
    city.rows.household_members.push(next);
    city.expect(
        &p,
        Clear,
        "not-in-current-version",
        "不在第二户的现行版本",
        "not in the second household's current version",
    );

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    city.household("dibao_marginal", &[q, p]);
    city.expect(&p, Clear, "second-is-marginal", "第二案是低保边缘", "the second is dibao_marginal");

    let (p, q) = (city.person(44), city.person(68));
    city.dibao(&[p]);
    let second = city.dibao(&[q, p]);
    city.case(&second).deleted = Some(true);
    city.expect(&p, Clear, "second-deleted", "第二案已删除", "the second case is deleted");

    let (p, q) = (city.person(44), city.person(68));
    city.contradict(&p);
    city.dibao(&[p]);
    city.dibao(&[q, p]);
    city.expect(
        &p,
        Insufficient,
        "identity-in-doubt",
        "出生年月矛盾，暂不列出",
        "two birth months: withheld",
    );

    let p = city.person(44);
    city.household("dibao_marginal", &[p]);
    city.expect(&p, Outside, "not-on-dibao", "不在低保", "not on dibao");
}

fn tekun(city: &mut City<'_>) {
    city.rule("X-02");
    let (p, q) = (city.person(64), city.person(44));
    city.household("tekun", &[p]);
    city.dibao(&[q, p]);
    city.expect(
        &p,
        Hit,
        "tekun-in-a-dibao-household",
        "特困人员又在低保家庭",
        "also counted in a dibao household",
    );
    let (p, q) = (city.person(64), city.person(44));
    city.household("tekun", &[p]);
    city.household("dibao_marginal", &[q, p]);
    city.expect(
        &p,
        Clear,
        "tekun-in-a-marginal-household",
        "另一户是低保边缘",
        "the other household is marginal",
    );

    city.rule("X-03");
    for (case, programme, k, item, expected, zh, en) in [
        (
            "living-this-month",
            "disability_living",
            0,
            "basic",
            Hit,
            "本月同发特困与生活补贴",
            "living subsidy this month",
        ),
        (
            "care-six-months-ago",
            "disability_care",
            -6,
            "basic",
            Hit,
            "六个月前同发护理补贴",
            "care subsidy in the first month of C6",
        ),
        (
            "care-seven-months-ago",
            "disability_care",
            -7,
            "basic",
            Clear,
            "七个月前，不在期内",
            "a month before C6",
        ),
        ("only-back-pay", "disability_living", -2, "back_pay", Clear, "只是补发", "only back pay"),
    ] {
        let p = city.person(64);
        city.certificate(&p, "4", 2);
        let home = city.household("tekun", &[p]);
        let other = city.case_in(home.household, programme, &[p]);
        city.unpay_from(&other, -24);
        city.case(&other).status = "stopped";
        city.case(&other).end_month = Some(city.calendar.month(-1));
        city.payment(&other, k, item, 1, Fen(368_00));
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(64);
    city.certificate(&p, "4", 2);
    let home = city.household("tekun", &[p]);
    city.unpay_from(&home, -24);
    city.pay(&home, -2..=0, Fen(1_547_00));
    city.case(&home).start_month = Some(city.calendar.month(-2));
    let other = city.case_in(home.household, "disability_living", &[p]);
    city.unpay_from(&other, -2);
    city.case(&other).status = "stopped";
    city.case(&other).end_month = Some(city.calendar.month(-3));
    city.expect(
        &p,
        Clear,
        "changed-over",
        "补贴停发次月才起特困",
        "the subsidy ended the month before tekun began",
    );
    let p = city.person(64);
    city.contradict(&p);
    let home = city.household("tekun", &[p]);
    city.case_in(home.household, "disability_living", &[p]);
    city.expect(
        &p,
        Insufficient,
        "identity-in-doubt",
        "出生年月矛盾，暂不列出",
        "two birth months: withheld",
    );
    let p = city.person(64);
    city.dibao(&[p]);
    city.household("disability_living", &[p]);
    city.expect(&p, Outside, "not-on-tekun", "不在特困", "not on tekun");
}

fn children(city: &mut City<'_>) {
    city.rule("X-04");
    for (case, programme, k, expected, zh, en) in [
        (
            "living-while-orphan",
            "disability_living",
            -1,
            Hit,
            "孤儿又领生活补贴",
            "an orphan paid the living subsidy",
        ),
        ("care-while-orphan", "disability_care", -1, Clear, "护理补贴可以同领", "the care subsidy is lawful"),
        (
            "living-before-start",
            "disability_living",
            -4,
            Clear,
            "生活补贴在认定之前",
            "the living subsidy came before the case began",
        ),
    ] {
        let p = city.person(11);
        city.certificate(&p, "5", 2);
        let home = city.household("orphan", &[p]);
        city.case(&home).start_month = Some(city.calendar.month(-3));
        city.unpay_from(&home, -24);
        city.pay(&home, -3..=0, Fen(2_050_00));
        let other = city.case_in(home.household, programme, &[p]);
        city.unpay_from(&other, -24);
        city.payment(&other, k, "basic", 1, Fen(368_00));
        city.expect(&p, expected, case, zh, en);
    }

    city.rule("X-05");
    let p = city.person(17);
    let home = city.household("orphan", &[p]);
    city.case_in(home.household, "tekun", &[p]);
    city.expect(
        &p,
        Hit,
        "orphan-on-tekun",
        "未成年人特困又领孤儿费",
        "a minor on tekun and the orphans' programme",
    );
    let p = city.person(17);
    city.household("tekun", &[p]);
    city.expect(&p, Clear, "minor-on-tekun", "未成年人只在特困", "a minor on tekun alone");
    let p = city.person(18);
    let home = city.household("orphan", &[p]);
    city.case_in(home.household, "tekun", &[p]);
    city.expect(&p, Outside, "eighteen", "已满十八", "eighteen");
    let p = city.person(17);
    city.contradict(&p);
    let home = city.household("orphan", &[p]);
    city.case_in(home.household, "tekun", &[p]);
    city.expect(&p, Insufficient, "no-age", "出生年月矛盾，无年龄", "two birth months, so no age");
}

fn human_resources(city: &mut City<'_>) {
    city.rule("X-06");
    for (case, months, expected, zh, en) in [
        ("same-month", -2..=-2, Hit, "同月领护理费与残疾补贴", "both in one month"),
        ("seven-months-ago", -7..=-7, Clear, "早于期间", "a month before C6"),
    ] {
        let p = city.person(49);
        city.certificate(&p, "4", 2);
        city.household("disability_care", &[p]);
        city.injury_care(&p, months);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(49);
    let home = city.household("disability_living", &[p]);
    city.certificate(&p, "4", 2);
    city.unpay_from(&home, -2);
    city.injury_care(&p, -2..=0);
    city.expect(&p, Clear, "one-after-the-other", "补贴停后才领护理费", "one after the other");

    let p = city.person(49);
    city.injury_care(&p, -24..=0);
    city.expect(&p, Outside, "care-fee-alone", "只有工伤护理费", "the injury care fee alone");

    city.rule("X-07");
    for (case, months, amount, expected, zh, en) in [
        ("two-months", -3..=-2, 345_00, Hit, "两个月同领两种养老金", "two schemes for two months"),
        ("one-month", -2..=-2, 345_00, Clear, "只重叠一个月", "one month only"),
        ("rows-of-nothing", -6..=-2, 0, Clear, "第二种金额为零", "the second is 0.00"),
        (
            "this-month-does-not-count",
            -1..=0,
            345_00,
            Clear,
            "本月不计，只一个月",
            "M does not count, so one month",
        ),
    ] {
        let p = city.person(66);
        city.pension(&p, "employee", -24..=0, Fen(2_900_00), Fen(0));
        city.pension(&p, "resident", months, Fen(amount), Fen(amount.min(285_00)));
        city.expect(&p, expected, case, zh, en);
    }

    city.rule("X-08");
    for (case, months, self_paid, expected, zh, en) in [
        (
            "two-months",
            -3..=-2,
            false,
            Hit,
            "领失业金期间单位缴费两个月",
            "an employer paid contributions in two of the months",
        ),
        ("one-month", -2..=-2, false, Clear, "只重叠一个月", "one month only"),
        ("paid-by-oneself", -4..=-2, true, Clear, "个人缴费不算就业", "contributions paid by oneself"),
    ] {
        let p = city.person(39);
        for k in -5..=-1 {
            let month = city.m(k);
            let row = JoblessBenefit { person_id: p.id, month, amount: Fen(2_010_00), state: "paid" };
            city.rows.unemployment_benefits.push(row);
        }
        city.contributions(&p, months, Fen(4_812_00));
        if self_paid {
            city.each_contribution(&p, |row| (row.paid_by, row.employer_id) = ("self", None));
        }
        city.expect(&p, expected, case, zh, en);
    }
}

fn long_jobless(city: &mut City<'_>) {
    city.rule("X-08");
    let p = city.person(39);
    for k in -24..=0 {
        let row = JoblessBenefit { person_id: p.id, month: city.m(k), amount: Fen(2_010_00), state: "paid" };
        city.rows.unemployment_benefits.push(row);
    }
    city.expect(&p, Clear, "benefit-alone", "只领失业金", "the benefit alone");
}

fn rentals(city: &mut City<'_>) {
    city.rule("X-09");
    let p = city.person(47);
    city.tenancy(&[p], "low_income");
    city.rent_subsidy(&p, -1..=-1, "low_income");
    city.expect(&p, Hit, "tenancy-and-subsidy", "公租房又领租赁补贴", "a tenancy and a subsidy");
    let p = city.person(47);
    city.tenancy(&[p], "low_income");
    city.rent_subsidy(&p, -5..=-2, "low_income");
    city.expect(&p, Clear, "subsidy-ended", "补贴两个月前已停", "the subsidy ended two months ago");
    let (p, q) = (city.person(47), city.person(71));
    city.tenancy(&[p], "low_income");
    city.tenancy(&[q, p], "low_income");
    city.expect(&p, Hit, "two-tenancies", "同在两份租约", "on two open tenancies");
    let p = city.person(47);
    let tenancy = city.tenancy(&[p], "low_income");
    let today = city.d(0);
    city.each_tenant(tenancy, |row| row.to_on = Some(today));
    city.rent_subsidy(&p, -1..=0, "low_income");
    city.expect(&p, Outside, "tenancy-ended", "租约已终止", "the tenancy has ended");
}

fn paid_twice(city: &mut City<'_>) {
    city.rule("X-10");
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.payment(&home, -2, "basic", 2, Fen(1));
    city.expect(
        &p,
        Hit,
        "one-fen-more",
        "同月两笔合计多一分",
        "two rows of a month, a fen more than the case pays",
    );
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.rows.payments.retain(|row| row.case_id != home.case);
    city.pay(&home, -1..=0, Fen(595_00));
    for k in -1..=0 {
        city.payment(&home, k, "basic", 2, Fen(595_00));
    }
    city.expect(&p, Clear, "two-halves", "一个月分两笔发，合计不超", "one month paid in two halves");
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.payment(&home, -2, "back_pay", 1, Fen(1_190_00));
    city.payment(&home, -2, "back_pay", 2, Fen(1_190_00));
    city.expect(&p, Clear, "back-pay-twice", "补发不在此列", "back pay does not count");
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.payment(&home, -3, "top_up", 1, Fen(50_00));
    city.payment(&home, -3, "top_up", 2, Fen(50_00));
    city.expect(&p, Hit, "top-up-twice", "增发同月两次", "a top-up twice for one month");
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.payment(&home, -2, "basic", 2, Fen(0));
    city.expect(&p, Clear, "second-of-nothing", "第二笔金额为零", "the second row is 0.00");
    let p = city.person(61);
    let home = city.dibao(&[p]);
    city.expect(Subject::from(&p), Clear, "once-a-month", "每月一笔", "once a month");
    let _ = home;
}
