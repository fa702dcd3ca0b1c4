//! M-01 to M-12: what people are entitled to and do not get.

use super::{
    city::{City, Home, Somebody},
    services,
};
use crate::{model::Fen, synth::truth::Expected::*};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    living_subsidy(city);
    care_subsidy(city);
    premiums(city);
    pension_age(city);
    services::school_aid(city);
    services::young_people(city);
    services::homes(city);
    elderly_allowance(city);
    marginal(city);
    services::lost_income(city);
    services::children(city);
    services::jobs(city);
}

/// Someone of 45 on dibao with a certificate of grade 3.
fn on_dibao(city: &mut City<'_>) -> (Somebody, Home) {
    let p = city.person(45);
    let home = city.dibao(&[p]);
    city.certificate(&p, "4", 3);
    (p, home)
}

fn living_subsidy(city: &mut City<'_>) {
    city.rule("M-01");
    let (p, _) = on_dibao(city);
    city.expect(
        &p,
        Hit,
        "nothing-paid",
        "低保残疾人没有生活补贴",
        "on dibao with a certificate, no living subsidy",
    );
    for (case, k, expected, zh, en) in [
        ("paid-last-month", -1, Clear, "上月已发", "paid last month"),
        (
            "paid-two-months-ago",
            -2,
            Hit,
            "两个月前发过，案件已停",
            "paid two months ago, the case has stopped",
        ),
    ] {
        let (p, home) = on_dibao(city);
        let other = city.case_in(home.household, "disability_living", &[p]);
        city.unpay_from(&other, k + 1);
        let last = city.m(k);
        (city.case(&other).status, city.case(&other).end_month) = ("stopped", Some(last));
        city.expect(&p, expected, case, zh, en);
    }
    let (p, home) = on_dibao(city);
    let other = city.case_in(home.household, "disability_living", &[p]);
    city.unpay_from(&other, -24);
    city.expect(
        &p,
        Clear,
        "case-not-yet-paid",
        "已有案件，尚未发放",
        "a case that is active, nothing paid yet",
    );
    let (p, home) = on_dibao(city);
    city.case_in(home.household, "tekun", &[p]);
    city.expect(&p, Clear, "on-tekun", "同时在特困", "also on tekun");
    let (p, _) = on_dibao(city);
    city.injury_care(&p, -1..=-1);
    city.expect(&p, Clear, "injury-care", "上月领工伤护理费", "injury care last month");
    let (p, _) = on_dibao(city);
    city.injury_care(&p, -4..=-2);
    city.expect(&p, Hit, "injury-care-ended", "工伤护理费两个月前已停", "injury care ended two months ago");
    for (case, days, state, expected, zh, en) in [
        ("expired-yesterday", -1, "valid", Outside, "残疾证昨日到期", "the certificate expired yesterday"),
        (
            "expires-today",
            0,
            "valid",
            Hit,
            "残疾证当日到期（含）",
            "the certificate is valid to the business date",
        ),
        ("frozen", 900, "frozen", Outside, "残疾证冻结", "the certificate is frozen"),
    ] {
        let p = city.person(45);
        city.dibao(&[p]);
        let valid_to = city.d(days);
        let row = city.certificate(&p, "4", 3);
        (row.valid_to, row.state) = (Some(valid_to), state);
        city.expect(&p, expected, case, zh, en);
    }
    let (child, head) = (city.person(12), city.person(45));
    city.dibao(&[head, child]);
    city.certificate(&child, "5", 3);
    city.child_in_need(&child, "orphan");
    city.expect(
        &child,
        Clear,
        "registered-orphan",
        "困境儿童名册中的孤儿",
        "an orphan in the register of children in need",
    );
    let (child, head) = (city.person(12), city.person(45));
    city.dibao(&[head, child]);
    city.certificate(&child, "5", 3);
    city.child_in_need(&child, "left_behind");
    city.expect(&child, Hit, "left-behind-child", "留守儿童不影响", "a left-behind child: no effect");
    let (p, _) = on_dibao(city);
    city.dies(&p, city.d(-2)).cremated_on = None;
    city.expect(&p, Outside, "dead", "已去世", "dead");
    let p = city.person(45);
    city.household("dibao_marginal", &[p]);
    city.certificate(&p, "4", 3);
    city.expect(&p, Outside, "marginal", "低保边缘", "on dibao_marginal");
    let (p, _) = on_dibao(city);
    city.contradict(&p);
    city.expect(
        &p,
        Hit,
        "identity-contradiction",
        "出生年月矛盾，不影响漏保",
        "two birth months do not withhold the missed side",
    );
}

fn care_subsidy(city: &mut City<'_>) {
    city.rule("M-02");
    for (case, kind, grade, expected, zh, en) in [
        ("grade-1", "4", 1, Hit, "一级", "grade 1"),
        ("grade-2", "1", 2, Hit, "二级", "grade 2"),
        ("grade-3-intellectual", "5", 3, Hit, "三级智力", "grade 3, intellectual"),
        ("grade-3-limb", "4", 3, Outside, "三级肢体", "grade 3, limb"),
        ("grade-4-mental", "6", 4, Outside, "四级精神", "grade 4, mental"),
    ] {
        let p = city.person(54);
        city.certificate(&p, kind, grade);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    city.household("disability_care", &[p]);
    city.expect(&p, Clear, "gets-it", "已享受", "gets it");
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    city.household("disability_living", &[p]);
    city.expect(&p, Hit, "gets-living-only", "只有生活补贴", "gets the living subsidy only");
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    city.household("tekun", &[p]);
    city.expect(&p, Clear, "on-tekun", "特困", "on tekun");
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    city.injury_care(&p, 0..=0);
    city.expect(&p, Clear, "injury-care-this-month", "本月领工伤护理费", "injury care this month");
    let p = city.person(54);
    city.certificate(&p, "4", 1).state = "cancelled";
    city.expect(&p, Outside, "cancelled", "残疾证注销", "the certificate is cancelled");
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    city.dies(&p, city.d(-100));
    city.expect(&p, Outside, "dead", "已去世", "dead");
    let p = city.person(54);
    city.certificate(&p, "4", 1);
    let home = city.household("disability_care", &[p]);
    let last = city.m(-2);
    (city.case(&home).status, city.case(&home).end_month) = ("stopped", Some(last));
    city.unpay_from(&home, -1);
    city.expect(&p, Hit, "stopped-two-months-ago", "两个月前停发", "stopped two months ago");
    let p = city.unlisted(city.m(-650));
    city.certificate(&p, "1", 1);
    city.expect(
        &p,
        Hit,
        "not-in-persons",
        "不在人员表，规则不看年龄",
        "not in persons: the rule needs no age",
    );
}

fn premiums(city: &mut City<'_>) {
    city.rule("M-03");
    let poor = |city: &mut City<'_>, age: i32| {
        let p = city.person(age);
        city.dibao(&[p]);
        city.no_premiums(&p);
        p
    };
    let p = poor(city, 45);
    city.expect(&p, Hit, "no-premium", "两年均未代缴", "no premium for this year or the last");
    let p = poor(city, 45);
    city.premium(&p, 1);
    city.expect(&p, Clear, "last-year", "上年已代缴", "last year's is there");
    let p = poor(city, 45);
    city.premium(&p, 2);
    city.expect(&p, Hit, "two-years-ago", "只有前年", "only the year before last");
    let p = poor(city, 45);
    city.enrolment(&p, "110", -3);
    city.expect(&p, Clear, "insured", "职工养老在保", "insured as an employee");
    let p = poor(city, 45);
    city.enrolment(&p, "110", -30).enrol_state = 2;
    city.expect(&p, Hit, "insurance-suspended", "职工养老中断", "the employee insurance is suspended");
    let p = poor(city, 45);
    city.pension(&p, "employee", -6..=-6, Fen(1_900_00), Fen(0));
    city.expect(
        &p,
        Clear,
        "pension-six-months-ago",
        "六个月前领过养老金",
        "a pension in the first month of C6",
    );
    let p = poor(city, 19);
    city.pupil(&p, "college");
    city.expect(&p, Clear, "in-school", "在校", "in school");
    for (case, months, expected, zh, en) in [
        ("sixteen-this-month", -16 * 12, Hit, "本月满十六", "sixteen this month"),
        ("fifteen", -16 * 12 + 1, Outside, "十五岁", "fifteen"),
        ("fifty-nine", -60 * 12 + 1, Hit, "五十九岁", "fifty-nine"),
        ("sixty-this-month", -60 * 12, Outside, "本月满六十", "sixty this month"),
    ] {
        let (p, head) = (city.born(city.m(months)), city.person(44));
        city.dibao(&[head, p]);
        city.no_premiums(&p);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(45);
    city.certificate(&p, "4", 2);
    city.expect(&p, Hit, "severe-only", "只有重度残疾证", "a certificate of grade 2 alone");
    let p = city.person(45);
    city.certificate(&p, "5", 3);
    city.expect(&p, Outside, "grade-3-only", "三级不在此列", "grade 3 is outside");
}

fn pension_age(city: &mut City<'_>) {
    city.rule("M-04");
    for (case, months, expected, zh, en) in [
        ("three-months-past", -60 * 12 - 3, Hit, "满六十已三个月", "sixty three months ago"),
        ("two-months-past", -60 * 12 - 2, Clear, "满六十才两个月", "sixty two months ago"),
        ("fifty-nine", -60 * 12 + 1, Outside, "五十九岁", "fifty-nine"),
    ] {
        let p = city.born(city.m(months));
        city.enrolment(&p, "170", -100);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(63);
    city.enrolment(&p, "170", -100).enrol_state = 3;
    city.pension(&p, "resident", 0..=0, Fen(345_00), Fen(285_00));
    city.expect(&p, Clear, "starts-this-month", "本月起领", "the pension starts this month");
    let p = city.person(63);
    city.enrolment(&p, "170", -100).enrol_state = 3;
    city.pension(&p, "resident", -20..=-7, Fen(345_00), Fen(285_00));
    city.expect(&p, Hit, "stopped-seven-months-ago", "七个月前停发", "stopped seven months ago");
    let p = city.person(63);
    city.enrolment(&p, "170", -100).enrol_state = 4;
    city.expect(&p, Outside, "terminated", "参保已终止", "the enrolment is terminated");
    let p = city.person(63);
    city.enrolment(&p, "170", -100);
    city.enrolment(&p, "110", -20);
    city.expect(&p, Clear, "still-employed", "职工养老在保", "still insured as an employee");
    let p = city.unlisted(city.m(-63 * 12));
    city.enrolment(&p, "170", -100);
    city.expect(&p, Outside, "not-in-persons", "不在人员表", "not in persons");
}

fn elderly_allowance(city: &mut City<'_>) {
    city.rule("M-08");
    for (case, months, expected, zh, en) in [
        ("eighty-and-a-month", -80 * 12 - 1, Hit, "满八十一个月", "eighty a month ago"),
        ("eighty-this-month", -80 * 12, Clear, "本月满八十", "eighty this month"),
        ("seventy-nine", -80 * 12 + 1, Outside, "七十九岁", "seventy-nine"),
        ("ninety-five", -95 * 12, Hit, "九十五岁", "ninety-five"),
    ] {
        let p = city.born(city.m(months));
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(86);
    city.household("elderly_allowance", &[p]);
    city.expect(&p, Clear, "gets-it", "已享受", "gets it");
    for (case, k, expected, zh, en) in [
        ("paid-last-month", -1, Clear, "上月已发", "paid last month"),
        ("paid-two-months-ago", -2, Hit, "两个月前发过", "paid two months ago"),
    ] {
        let p = city.person(86);
        let home = city.household("elderly_allowance", &[p]);
        let last = city.m(k);
        (city.case(&home).status, city.case(&home).end_month) = ("stopped", Some(last));
        city.unpay_from(&home, k + 1);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.unlisted(city.m(-86 * 12));
    city.list(&p).hukou_division = 330_402_100_201;
    city.expect(&p, Outside, "hukou-elsewhere", "户籍在外市", "hukou in another prefecture");
    let p = city.person(86);
    city.list(&p).hukou_division = 330_402_100_201;
    city.expect(&p, Hit, "one-of-two-hukou-rows", "两行户籍，一行在本市", "two rows, one with a hukou here");
    let p = city.person(86);
    city.dies(&p, city.d(-40));
    city.expect(&p, Outside, "dead", "已去世", "dead");
    let p = city.person(86);
    city.pension(&p, "resident", -24..=0, Fen(345_00), Fen(285_00));
    city.expect(
        &p,
        Hit,
        "pension-is-no-allowance",
        "养老金不是高龄津贴",
        "a pension is no elderly allowance",
    );
}

fn marginal(city: &mut City<'_>) {
    city.rule("M-09");
    for (case, kind, grade, expected, zh, en) in [
        ("grade-2", "4", 2, Hit, "边缘户重残", "grade 2 in a marginal household"),
        ("grade-3-mental", "6", 3, Hit, "边缘户三级精神", "grade 3, mental"),
        ("grade-3-limb", "4", 3, Outside, "三级肢体", "grade 3, limb"),
    ] {
        let people = [city.person(55), city.person(30)];
        city.household("dibao_marginal", &people);
        city.certificate(&people[1], kind, grade);
        city.expect(&people[1], expected, case, zh, en);
    }
    let people = [city.person(55), city.person(30)];
    let home = city.household("dibao_marginal", &people);
    city.certificate(&people[1], "4", 1);
    let single = city.case_in(home.household, "dibao", &[people[1]]);
    let row = city.case(&single);
    (row.category, row.person_id) = ("single", Some(people[1].id));
    city.expect(&people[1], Clear, "single-dibao", "已单人保", "has dibao alone");
}
