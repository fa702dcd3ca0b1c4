//! I-01 to I-09: income and work of people on dibao.

use super::{
    city::{City, Home, Somebody},
    work,
};
use crate::{
    model::Fen,
    synth::{
        rows::{Grace, JoblessBenefit, PublicPost},
        truth::{Expected::*, Subject},
    },
};

/// The base that the plants use.
pub const BASE: Fen = Fen(4_812_00);

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    work::employed(city);
    income(city);
    pensions(city);
    grace(city);
    work::public_payroll(city);
    work::posts(city);
    work::high_bases(city);
    supporters(city);
    work::refusals(city);
}

/// Someone of 45 alone on dibao, income declared as said.
pub fn alone(city: &mut City<'_>, declared: i64) -> (Somebody, Home) {
    let p = city.person(45);
    let home = city.dibao(&[p]);
    city.case(&home).declared_annual_income = Some(Fen(declared));
    (p, home)
}

pub fn in_grace(city: &mut City<'_>, home: &Home) {
    city.case(home).status = "grace";
    let (start_on, end_on) = (city.d(-60), city.d(0));
    city.rows.grace_periods.push(Grace { case_id: home.case, start_on, end_on, amount: Fen(1_190_00) });
}

fn income(city: &mut City<'_>) {
    city.rule("I-02");
    // 5 % above the line of one person for a year.
    let limit = city.line().0 * 105 / 100;
    let (_, home) = alone(city, limit);
    city.expect(
        Subject::household(&home),
        Hit,
        "declared-at-the-limit",
        "申报收入恰等于上限",
        "the declared income is exactly the limit",
    );
    let (_, home) = alone(city, limit - 1);
    city.expect(Subject::household(&home), Clear, "a-fen-below", "差一分", "a fen below the limit");
    let (p, home) = alone(city, 0);
    city.contributions(&p, -24..=-1, BASE);
    city.expect(Subject::household(&home), Hit, "wages-of-a-year", "全年单位缴费", "contributions of a year");
    let (p, home) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    city.expect(
        Subject::household(&home),
        Clear,
        "wages-of-three-months",
        "三个月工资证据不足上限",
        "wage evidence of three months stays below",
    );
    let p = city.person(66);
    let home = city.dibao(&[p]);
    let month = limit / 12;
    city.pension(&p, "resident", -12..=-1, Fen(285_00 + month), Fen(285_00));
    let short = limit - month * 12;
    let expected = if short == 0 { Hit } else { Clear };
    city.expect(
        Subject::household(&home),
        expected,
        "pension-at-the-limit",
        "养老金（扣基础部分）恰到上限",
        "pension beyond the basic part reaches the limit",
    );
    let p = city.person(66);
    let home = city.dibao(&[p]);
    city.pension(&p, "employee", -12..=-1, Fen(month - 1), Fen(0));
    city.pension(&p, "employee", 0..=0, Fen(month - 1), Fen(0));
    city.expect(
        Subject::household(&home),
        Clear,
        "this-month-does-not-count",
        "本月不计入十二个月",
        "M is not one of the twelve months",
    );
    let (p, home) = alone(city, 0);
    let from_on = city.m(-12).first_day();
    city.rows.public_posts.push(PublicPost {
        person_id: p.id,
        from_on,
        to_on: None,
        monthly_wage: Fen(month),
    });
    city.contributions(&p, -12..=-1, Fen(1_00));
    city.expect(
        Subject::household(&home),
        expected,
        "larger-of-post-and-wage",
        "公益岗工资与工资证据取大",
        "the larger of post wages and wage evidence",
    );
    let (p, home) = alone(city, 0);
    for k in -6..=-1 {
        let row =
            JoblessBenefit { person_id: p.id, month: city.m(k), amount: Fen(limit / 6 + 1), state: "paid" };
        city.rows.unemployment_benefits.push(row);
    }
    city.expect(
        Subject::household(&home),
        Hit,
        "unemployment-benefit",
        "失业金计入",
        "unemployment benefit counts",
    );
    let people = [city.person(45), city.person(44)];
    let home = city.dibao(&people);
    city.case(&home).declared_annual_income = Some(Fen(limit * 2));
    city.expect(
        Subject::household(&home),
        Hit,
        "two-members",
        "两人户恰到上限",
        "two members, exactly twice the limit",
    );
    let people = [city.person(45), city.person(44)];
    let home = city.dibao(&people);
    city.case(&home).declared_annual_income = Some(Fen(limit * 2 - 1));
    city.expect(
        Subject::household(&home),
        Clear,
        "two-members-a-fen-below",
        "两人户差一分",
        "two members, a fen below",
    );
    let (_, home) = alone(city, limit);
    in_grace(city, &home);
    city.expect(Subject::household(&home), Clear, "in-grace", "渐退期内", "in the grace period");
    let (p, home) = alone(city, limit);
    city.authorisation(&home, &p).state = "withdrawn";
    city.expect(
        Subject::household(&home),
        Insufficient,
        "withdrawn",
        "授权已撤回",
        "the authorisation was withdrawn",
    );
    let (p, home) = alone(city, limit);
    let row = city.member_row(&home, &p);
    row.version = 2;
    city.expect(
        Subject::household(&home),
        Insufficient,
        "earlier-version",
        "授权属上一版",
        "signed for an earlier version",
    );
    let people = [city.person(45), city.person(17)];
    let home = city.dibao(&people);
    city.case(&home).declared_annual_income = Some(Fen(limit * 2));
    city.expect(
        Subject::household(&home),
        Hit,
        "minor-needs-none",
        "未成年人无需授权",
        "a minor needs no authorisation",
    );
    let (p, home) = alone(city, limit);
    city.contradict(&p);
    city.expect(
        Subject::household(&home),
        Insufficient,
        "identity-in-doubt",
        "成员身份矛盾",
        "a member's identity is in doubt",
    );
    let (p, home) = alone(city, limit);
    let row = city.member_row(&home, &p);
    (row.counted, row.exclusion_reason) = (false, Some("missing"));
    city.expect(Subject::household(&home), Insufficient, "no-members", "无计入成员", "nobody counts");
    let (_, home) = alone(city, limit);
    city.case(&home).status = "suspended";
    city.expect(Subject::household(&home), Outside, "suspended", "停发", "suspended");
}

fn pensions(city: &mut City<'_>) {
    city.rule("I-03");
    for (case, own, declared, expected, zh, en) in [
        ("exactly-600", 50_00, 0, Clear, "全年恰六百元", "exactly 600 a year"),
        ("a-fen-a-month-more", 50_01, 0, Hit, "每月多一分", "a fen a month more"),
        (
            "declared-all-but-600",
            150_00,
            1_200_00,
            Clear,
            "超出申报恰六百元",
            "exactly 600 above the declared",
        ),
        (
            "declared-too-little",
            150_01,
            1_200_00,
            Hit,
            "超出申报六百元多",
            "more than 600 above the declared",
        ),
    ] {
        let p = city.person(67);
        let home = city.dibao(&[p]);
        city.case(&home).declared_annual_income = Some(Fen(declared));
        city.pension(&p, "resident", -12..=-1, Fen(285_00 + own), Fen(285_00));
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let people = [city.person(67), city.person(66)];
    let home = city.dibao(&people);
    for p in &people {
        city.pension(p, "resident", -12..=-1, Fen(285_00 + 25_01), Fen(285_00));
    }
    city.expect(Subject::household(&home), Hit, "two-members", "两人合计", "two members together");
    let p = city.person(67);
    let home = city.dibao(&[p]);
    city.case(&home).declared_annual_income = None;
    city.pension(&p, "employee", -12..=-1, Fen(2_300_00), Fen(0));
    city.expect(
        Subject::household(&home),
        Hit,
        "declared-nothing",
        "收入未填按零",
        "no declared income counts as 0",
    );
    let p = city.person(67);
    let home = city.dibao(&[p]);
    city.pension(&p, "resident", -24..=-13, Fen(900_00), Fen(285_00));
    city.pension(&p, "resident", 0..=0, Fen(900_00), Fen(285_00));
    city.expect(
        Subject::household(&home),
        Clear,
        "outside-the-year",
        "都在十二个月以外（含本月）",
        "before the twelve months, and M",
    );
    let people = [city.person(67), city.person(66)];
    let home = city.dibao(&people);
    let row = city.member_row(&home, &people[1]);
    (row.counted, row.exclusion_reason) = (false, Some("other"));
    city.case(&home).counted_members = 1;
    city.pension(&people[1], "employee", -12..=-1, Fen(2_300_00), Fen(0));
    city.expect(
        Subject::household(&home),
        Clear,
        "pensioner-not-counted",
        "领养老金的人不计入",
        "the pensioner does not count",
    );
    let p = city.person(67);
    let home = city.dibao(&[p]);
    city.unauthorise(&home);
    city.pension(&p, "employee", -12..=-1, Fen(2_300_00), Fen(0));
    city.expect(Subject::household(&home), Insufficient, "not-authorised", "未授权", "not authorised");
    let p = city.person(67);
    let home = city.dibao_single(&p);
    city.pension(&p, "employee", -12..=-1, Fen(2_300_00), Fen(0));
    city.expect(Subject::household(&home), Hit, "single-case", "单人保", "a single case");
    let p = city.person(67);
    let home = city.dibao(&[p]);
    in_grace(city, &home);
    city.pension(&p, "employee", -12..=-1, Fen(2_300_00), Fen(0));
    city.expect(Subject::household(&home), Clear, "in-grace", "渐退期内", "in the grace period");
}

fn grace(city: &mut City<'_>) {
    city.rule("I-04");
    let line = city.line().0;
    for (case, declared, from, expected, zh, en) in [
        (
            "at-the-line",
            line,
            -3,
            Hit,
            "收入恰到标准，近期就业",
            "income exactly at the line, newly employed",
        ),
        ("a-fen-below", line - 1, -3, Clear, "差一分", "a fen below the line"),
        ("at-one-and-a-half", line * 3 / 2, -3, Clear, "恰到一倍半", "exactly one and a half times the line"),
        ("employed-six-months", line, -6, Hit, "六个月前参保", "enrolled in M-6"),
        ("employed-seven-months", line, -7, Clear, "七个月前参保", "enrolled in M-7"),
    ] {
        let (p, home) = alone(city, declared);
        city.enrolment(&p, "110", from);
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
}

fn supporters(city: &mut City<'_>) {
    city.rule("I-08");
    // Half of what is found above one line must exceed 600 a year.
    let month = (city.line().0 + 1_200_00) / 12;
    for (case, pension, able, annual, signed, expected, zh, en) in [
        (
            "a-fen-a-month-more",
            month + 1,
            "yes",
            0,
            true,
            Hit,
            "赡养能力略超",
            "a little more than the threshold",
        ),
        ("exactly-600", month, "yes", 0, true, Clear, "恰到六百元", "exactly 600"),
        ("unknown-ability", month + 1, "unknown", 0, true, Hit, "能力未知也算", "ability not known"),
        ("not-able", month + 1, "no", 0, true, Clear, "认定无能力", "found unable"),
        ("support-counted", month + 1, "yes", 1, true, Clear, "已计赡养费", "support is counted"),
        (
            "supporter-not-signed",
            month + 1,
            "yes",
            0,
            false,
            Insufficient,
            "赡养人未授权",
            "the supporter has not signed",
        ),
    ] {
        let old = city.person(79);
        let home = city.dibao(&[old]);
        let child = city.person(61);
        city.pension(&child, "employee", -12..=-1, Fen(pension), Fen(0));
        let row = city.supporter(&home, &child);
        (row.able, row.annual_support) = (able, Fen(annual));
        if signed {
            city.authorise(home.household, &child);
        }
        city.expect(&child, expected, case, zh, en);
    }
    let old = city.person(79);
    let home = city.dibao(&[old]);
    let child = city.person(61);
    city.pension(&child, "employee", -12..=-1, Fen(month + 100), Fen(0));
    city.supporter(&home, &child);
    city.authorise(home.household, &child);
    city.dies(&child, city.d(-3)).cremated_on = None;
    city.expect(&child, Outside, "supporter-dead", "赡养人已去世", "the supporter is dead");
}
