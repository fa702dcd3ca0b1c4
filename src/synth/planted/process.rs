//! S-01 to S-07: grace periods, expiries, re-checks, certificates, amounts, relatives.

use super::city::City;
use crate::{
    model::Fen,
    synth::{
        calendar::{plus_days, plus_months},
        rows::{Grace, StaffRelative},
        truth::{Expected::*, Subject},
    },
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    grace_periods(city);
    rigid(city);
    rechecks(city);
    certificates(city);
    amounts(city);
    relatives(city);
    tekun(city);
}

fn grace_periods(city: &mut City<'_>) {
    city.rule("S-01");
    for (case, end, status, recheck, paid, expected, zh, en) in [
        (
            "over-and-still-grace",
            -1,
            "grace",
            Some(-300),
            true,
            Hit,
            "昨日届满，仍在渐退且发放",
            "ended yesterday, still in grace and paid",
        ),
        ("over-no-recheck", -40, "active", None, true, Hit, "届满后从未复核", "over, and never re-checked"),
        (
            "rechecked-on-the-last-day",
            -40,
            "active",
            Some(-40),
            true,
            Hit,
            "届满当日复核，不算届满后",
            "re-checked on the last day itself",
        ),
        (
            "rechecked-since",
            -40,
            "active",
            Some(-39),
            true,
            Clear,
            "届满次日已复核",
            "re-checked the day after",
        ),
        (
            "over-not-paid",
            -200,
            "grace",
            Some(-300),
            false,
            Clear,
            "届满后已停发",
            "over, and not paid since",
        ),
        (
            "ends-today",
            0,
            "grace",
            Some(-300),
            true,
            Hit,
            "当日届满（提醒）",
            "ends on the business date: a notice",
        ),
        (
            "ends-in-30-days",
            30,
            "grace",
            Some(-300),
            true,
            Hit,
            "三十日内届满（提醒）",
            "ends in 30 days: a notice",
        ),
        ("ends-in-31-days", 31, "grace", Some(-300), true, Clear, "三十一日后届满", "ends in 31 days"),
    ] {
        let p = city.person(47);
        let home = city.dibao(&[p]);
        let recheck = recheck.map(|k| city.d(k));
        let row = city.case(&home);
        (row.status, row.last_recheck_on) = (status, recheck);
        let (start_on, end_on) = (city.d(end - 182), city.d(end));
        city.rows.grace_periods.push(Grace { case_id: home.case, start_on, end_on, amount: Fen(1_190_00) });
        if !paid {
            city.unpay_from(&home, -1);
        }
        city.expect(Subject::case(&home), expected, case, zh, en);
    }
    let p = city.person(47);
    let home = city.dibao(&[p]);
    city.case(&home).status = "grace";
    for (from, to) in [(-400, -220), (-219, 60)] {
        let (start_on, end_on) = (city.d(from), city.d(to));
        city.rows.grace_periods.push(Grace { case_id: home.case, start_on, end_on, amount: Fen(1_190_00) });
    }
    city.expect(
        Subject::case(&home),
        Clear,
        "second-period-runs",
        "第二个渐退期未届满",
        "a second period still runs",
    );
    let p = city.person(47);
    let home = city.dibao(&[p]);
    let (start_on, end_on) = (city.d(-200), city.d(-20));
    city.rows.grace_periods.push(Grace { case_id: home.case, start_on, end_on, amount: Fen(1_190_00) });
    let last = city.m(-1);
    (city.case(&home).status, city.case(&home).end_month) = ("stopped", Some(last));
    city.expect(Subject::case(&home), Outside, "case-stopped", "案件已停", "the case has stopped");
    let p = city.person(47);
    let home = city.dibao(&[p]);
    city.expect(Subject::case(&home), Outside, "no-grace-period", "没有渐退期", "no grace period");
}

fn rigid(city: &mut City<'_>) {
    city.rule("S-02");
    for (case, start, zh, en) in [
        ("begun-twelve-months-ago", -12, "认定满十二个月", "begun in M-12"),
        ("begun-eleven-months-ago", -11, "认定十一个月", "begun in M-11"),
    ] {
        let p = city.person(47);
        let home = city.household("rigid_expenditure", &[p]);
        let start = city.m(start);
        city.case(&home).start_month = Some(start);
        let over = city.calendar.t > plus_months(start.first_day(), 12);
        city.expect(Subject::case(&home), crate::synth::truth::Expected::hit_if(over), case, zh, en);
    }
}

fn rechecks(city: &mut City<'_>) {
    city.rule("S-03");
    for (case, class, months, days, zh, en) in [
        ("b-exactly-due", Some("B"), 12, 0, "B类恰满十二个月", "class B, exactly twelve months"),
        ("b-a-day-over", Some("B"), 12, -1, "B类逾期一日", "class B, a day over"),
        ("c-a-day-over", Some("C"), 6, -1, "C类逾期一日", "class C, a day over"),
        ("c-exactly-due", Some("C"), 6, 0, "C类恰满六个月", "class C, exactly six months"),
    ] {
        let p = city.person(47);
        let home = city.dibao(&[p]);
        let last = plus_days(plus_months(city.calendar.t, -months), days);
        let row = city.case(&home);
        (row.recheck_class, row.last_recheck_on) = (class, Some(last));
        let over = plus_months(last, months) < city.calendar.t;
        city.expect(Subject::case(&home), crate::synth::truth::Expected::hit_if(over), case, zh, en);
    }
    let p = city.person(47);
    let home = city.dibao(&[p]);
    let row = city.case(&home);
    (row.recheck_class, row.last_recheck_on) = (None, None);
    city.expect(Subject::case(&home), Clear, "no-class", "没有复核类别", "no class");
    let p = city.person(47);
    let home = city.dibao(&[p]);
    city.case(&home).last_recheck_on = None;
    city.expect(
        Subject::case(&home),
        Hit,
        "never-since-the-start",
        "起始以来从未复核",
        "never since it began",
    );
}

fn certificates(city: &mut City<'_>) {
    city.rule("S-04");
    for (case, programme, kind, grade, state, valid_days, expected, zh, en) in [
        (
            "care-grade-3-limb",
            "disability_care",
            "4",
            3,
            "valid",
            900,
            Hit,
            "三级肢体不符护理补贴",
            "grade 3, limb: not for the care subsidy",
        ),
        (
            "care-grade-3-mental",
            "disability_care",
            "6",
            3,
            "valid",
            900,
            Clear,
            "三级精神符合",
            "grade 3, mental: entitled",
        ),
        ("care-grade-2", "disability_care", "4", 2, "valid", 900, Clear, "二级符合", "grade 2: entitled"),
        (
            "care-expired-yesterday",
            "disability_care",
            "4",
            1,
            "valid",
            -1,
            Hit,
            "证件昨日到期",
            "expired yesterday",
        ),
        (
            "care-expires-today",
            "disability_care",
            "4",
            1,
            "valid",
            0,
            Clear,
            "证件当日到期（含）",
            "valid to the business date",
        ),
        (
            "living-frozen",
            "disability_living",
            "4",
            4,
            "frozen",
            900,
            Hit,
            "证件已冻结",
            "the certificate is frozen",
        ),
        (
            "living-valid",
            "disability_living",
            "4",
            4,
            "valid",
            900,
            Clear,
            "四级符合生活补贴",
            "grade 4: entitled to the living subsidy",
        ),
    ] {
        let p = city.person(53);
        city.household(programme, &[p]);
        let valid_to = city.d(valid_days);
        let row = city.certificate(&p, kind, grade);
        (row.state, row.valid_to) = (state, Some(valid_to));
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(53);
    city.household("disability_care", &[p]);
    let row = city.certificate(&p, "4", 1);
    (row.state, row.issued_on) = ("cancelled", plus_days(row.issued_on, -900));
    city.certificate(&p, "4", 2);
    city.expect(&p, Clear, "renewed", "旧证注销，新证有效", "the old one is cancelled, the new one valid");
    let p = city.person(53);
    let home = city.household("disability_living", &[p]);
    city.unpay_from(&home, -1);
    city.expect(&p, Outside, "not-paid-lately", "近两月未发放", "not paid in M-1 or M");
}

fn amounts(city: &mut City<'_>) {
    city.rule("S-05");
    for (case, amount, declared, expected, zh, en) in [
        (
            "a-yuan-too-much",
            1_191_00,
            Some(0),
            Clear,
            "多一元，在容差内",
            "a yuan too much, within the tolerance",
        ),
        ("a-yuan-and-a-fen-too-much", 1_191_01, Some(0), Hit, "多一元零一分", "a yuan and a fen too much"),
        ("too-little", 1_188_99, Some(0), Hit, "少一元零一分（少发）", "a yuan and a fen too little: missed"),
        ("old-standard", 1_145_00, Some(0), Hit, "仍按旧标准", "still the old standard"),
        (
            "income-deducted",
            1_090_00,
            Some(1_200_00),
            Clear,
            "扣除申报收入",
            "the declared income is deducted",
        ),
        ("rounded-up", 1_190_00, Some(11_99), Clear, "进位到元", "rounded up to the yuan"),
        ("income-not-stated", 900_00, None, Outside, "收入未填", "no declared income"),
    ] {
        let p = city.person(47);
        let home = city.dibao(&[p]);
        let row = city.case(&home);
        (row.monthly_amount, row.declared_annual_income) = (Fen(amount), declared.map(Fen));
        city.expect(Subject::case(&home), expected, case, zh, en);
    }
    let p = city.person(47);
    let home = city.dibao(&[p]);
    city.case(&home).monthly_amount = Fen(600_00);
    let (start_on, end_on) = (city.d(-60), city.d(60));
    city.rows.grace_periods.push(Grace { case_id: home.case, start_on, end_on, amount: Fen(600_00) });
    city.expect(Subject::case(&home), Outside, "in-grace", "渐退期内", "in the grace period");
    let p = city.person(47);
    let home = city.dibao_single(&p);
    city.case(&home).monthly_amount = Fen(600_00);
    city.expect(Subject::case(&home), Outside, "single-case", "单人保", "a single case");
    let people = [city.person(47), city.person(46)];
    let home = city.dibao(&people);
    city.case(&home).monthly_amount = Fen(2_380_00);
    city.expect(Subject::case(&home), Clear, "two-members", "两人", "two members");
}

fn relatives(city: &mut City<'_>) {
    city.rule("S-06");
    for (case, covered, filed, expected, zh, en) in [
        ("not-filed", true, None, Hit, "近亲属未备案", "known and not filed"),
        ("filed", true, Some(-300), Clear, "已备案", "filed"),
        ("not-covered", false, None, Outside, "不在低收入层", "not in a low-income layer"),
    ] {
        let (p, staff) = (city.person(47), city.person(39));
        if covered {
            city.dibao(&[p]);
        }
        let filed_on = filed.map(|k| city.d(k));
        city.rows.staff_relatives.push(StaffRelative {
            person_id: p.id,
            staff_person_id: staff.id,
            relationship: "20",
            filed_on,
        });
        city.expect(&p, expected, case, zh, en);
    }
}

fn tekun(city: &mut City<'_>) {
    city.rule("S-07");
    for (case, k, expected, zh, en) in [
        ("contribution-last-month", -1, Hit, "上月单位缴费", "an employer paid last month"),
        ("contribution-three-months-ago", -3, Hit, "三个月前单位缴费", "an employer paid in M-3"),
        ("contribution-four-months-ago", -4, Clear, "四个月前单位缴费", "an employer paid in M-4"),
    ] {
        let p = city.person(58);
        city.household("tekun", &[p]);
        city.contributions(&p, k..=k, Fen(4_812_00));
        city.expect(&p, expected, case, zh, en);
    }
    for (case, able, dead, oneself, expected, zh, en) in [
        ("able-supporter", "yes", false, false, Hit, "有能力的赡养人", "a supporter who is able"),
        ("ability-unknown", "unknown", false, false, Clear, "能力未知", "ability not known"),
        ("able-but-dead", "yes", true, false, Clear, "赡养人已故", "the supporter is dead"),
        ("oneself", "yes", false, true, Clear, "登记的是本人", "the row names the person"),
    ] {
        let (p, child) = (city.person(77), city.person(50));
        let home = city.household("tekun", &[p]);
        city.supporter(&home, if oneself { &p } else { &child }).able = able;
        if dead {
            city.dies(&child, city.d(-90));
        }
        city.expect(&p, expected, case, zh, en);
    }
}
