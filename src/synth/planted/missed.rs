//! M-01 to M-12: what people are entitled to and do not get.

use super::city::{City, Home, Somebody};
use crate::{
    model::Fen,
    synth::{
        calendar::{Calendar, plus_days},
        rows::{Aid, JobRegistration, JoblessBenefit, Presale, PublicPost},
        truth::{Expected, Expected::*, Subject},
    },
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    living_subsidy(city);
    care_subsidy(city);
    premiums(city);
    pension_age(city);
    school_aid(city);
    young_people(city);
    homes(city);
    elderly_allowance(city);
    marginal(city);
    lost_income(city);
    children(city);
    jobs(city);
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

fn aid(city: &mut City<'_>, p: &Somebody, before: bool, basis: &'static str) {
    let term = Calendar::term_of(city.calendar.t);
    let term = if before { term.before() } else { term };
    let decided_on = plus_days(term.first_day(), 5).min(city.d(-1));
    city.rows.student_aid.push(Aid {
        person_id: p.id,
        programme: "living_allowance",
        term,
        amount: Fen(625_00),
        basis,
        decided_on,
    });
}

fn school_aid(city: &mut City<'_>) {
    city.rule("M-05");
    // Within the first 45 days of a term nobody is late: then all of these are clear.
    let term = Calendar::term_of(city.calendar.t);
    let due = Expected::hit_if(city.calendar.t > plus_days(term.first_day(), 45));
    let pupil = |city: &mut City<'_>, stage: &'static str| {
        let (child, parent) = (city.person(if stage == "postgraduate" { 23 } else { 10 }), city.person(41));
        city.dibao(&[parent, child]);
        city.pupil(&child, stage);
        city.guardian(&child, &parent, if parent.female { "mother" } else { "father" });
        child
    };
    let p = pupil(city, "primary");
    city.expect(
        &p,
        due,
        "no-aid",
        "低保学生本学期无资助（开学四十五日后）",
        "a pupil on dibao without aid (45 days into the term)",
    );
    let p = pupil(city, "primary");
    aid(city, &p, false, "dibao");
    city.expect(&p, Clear, "aid-this-term", "本学期已资助", "aid this term");
    let p = pupil(city, "primary");
    aid(city, &p, true, "dibao");
    city.expect(&p, due, "aid-last-term", "只有上学期", "aid in the term before only");
    let p = pupil(city, "postgraduate");
    city.expect(&p, Outside, "postgraduate", "研究生", "a postgraduate");
    let p = city.person(10);
    city.pupil(&p, "primary");
    city.certificate(&p, "2", 3);
    city.expect(&p, due, "certificate-only", "残疾学生", "a pupil with a certificate");
    let p = city.person(10);
    city.pupil(&p, "primary");
    city.child_in_need(&p, "de_facto_unattended");
    city.expect(
        &p,
        due,
        "registered-child",
        "名册中的事实无人抚养儿童",
        "a de-facto-unattended child in the register",
    );
    let p = city.person(10);
    city.pupil(&p, "primary");
    city.child_in_need(&p, "de_facto_unattended").end_month = Some(city.calendar.month(-1));
    city.expect(&p, Outside, "register-ended", "名册上月已止", "the register's row ended last month");
    let p = city.person(10);
    city.pupil(&p, "primary");
    let parent = city.person(40);
    city.guardian(&p, &parent, if parent.female { "mother" } else { "father" });
    city.expect(&p, Outside, "not-poor", "不属困难", "not in need");
    let p = pupil(city, "junior");
    if let Some(row) = city.rows.enrolments.last_mut() {
        (row.in_school, row.state) = (false, "dropped_out");
    }
    city.expect(&p, Outside, "left-school", "已离校", "left school");
}

fn young_people(city: &mut City<'_>) {
    city.rule("M-06");
    let young = |city: &mut City<'_>, age: i32| {
        let (p, parent) = (city.person(age), city.person(43));
        city.dibao(&[parent, p]);
        p
    };
    let p = young(city, 17);
    city.expect(&p, Hit, "nowhere", "不在校也无工作", "neither in school nor at work");
    let p = young(city, 20);
    city.expect(&p, Outside, "twenty", "二十岁", "twenty");
    let p = young(city, 17);
    city.pupil(&p, "senior");
    city.expect(&p, Clear, "in-school", "在校", "in school");
    let p = young(city, 17);
    city.contributions(&p, -6..=-6, Fen(4_812_00));
    city.each_contribution(&p, |row| (row.insurance, row.paid_by) = ("410", "self"));
    city.expect(
        &p,
        Clear,
        "any-contribution",
        "半年内有任一险种缴费",
        "a contribution of any insurance in C6",
    );
    for (case, to, expected, zh, en) in [
        ("registered", None, Clear, "已登记失业", "registered as unemployed"),
        (
            "registration-ended-today",
            Some(0),
            Hit,
            "登记当日已止",
            "the registration ended on the business date",
        ),
    ] {
        let p = young(city, 18);
        register(city, &p, to);
        city.expect(&p, expected, case, zh, en);
    }
}

fn register(city: &mut City<'_>, p: &Somebody, to: Option<i32>) {
    let (from_on, to_on) = (city.d(-200), to.map(|k| city.d(k)));
    city.rows.job_registrations.push(JobRegistration { person_id: p.id, kind: "unemployed", from_on, to_on });
}

fn homes(city: &mut City<'_>) {
    city.rule("M-07");
    let homeless = |city: &mut City<'_>| {
        let people = [city.person(58), city.person(57)];
        let home = city.dibao(&people);
        city.no_units(&people[0]);
        home
    };
    let home = homeless(city);
    city.expect(Subject::household(&home), Hit, "nothing", "无房且无保障", "no home and no housing support");
    let home = homeless(city);
    city.case(&home).hukou_kind = "rural";
    city.expect(Subject::household(&home), Outside, "rural-hukou", "农村户口", "rural hukou");
    let home = homeless(city);
    let row = city.member_row(&home, &home.people[1]);
    (row.counted, row.exclusion_reason) = (false, Some("other"));
    city.case(&home).counted_members = 1;
    city.unit(&home.people[1], 90_00, 1, 10).rural = true;
    city.expect(
        Subject::household(&home),
        Clear,
        "share-of-one-not-counted",
        "不计入成员有农村房份额",
        "one who does not count has a share of a rural home",
    );
    let home = homeless(city);
    let sold = city.d(-10);
    let unit = city.unit(&home.people[0], 90_00, 1, 1);
    (unit.ended_on, unit.ended_by) = (Some(sold), Some("demolition"));
    city.expect(Subject::household(&home), Hit, "home-demolished", "原住房已拆", "the home is gone");
    let home = homeless(city);
    city.tenancy(&home.people, "dibao");
    city.expect(Subject::household(&home), Clear, "tenancy", "公租房", "a public tenancy");
    for (case, k, expected, zh, en) in [
        ("subsidy-last-month", -1, Clear, "上月租赁补贴", "a rent subsidy last month"),
        ("subsidy-two-months-ago", -2, Hit, "两个月前租赁补贴", "a rent subsidy two months ago"),
    ] {
        let home = homeless(city);
        city.rent_subsidy(&home.people[0], k..=k, "dibao");
        city.expect(Subject::household(&home), expected, case, zh, en);
    }
    let home = homeless(city);
    let (contract_id, unit_id) = (city.reference("W"), city.reference("U"));
    let signed_on = city.d(-1200);
    city.rows.presales.push(Presale {
        contract_id,
        person_id: home.people[1].id,
        unit_id,
        signed_on,
        cancelled_on: None,
        area: Fen(60_00),
        price: Fen(700_000_00),
        deleted: None,
    });
    city.expect(Subject::household(&home), Clear, "presale", "有网签合同", "a presale");
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

fn lost_income(city: &mut City<'_>) {
    city.rule("M-10");
    let p = |city: &mut City<'_>| {
        let p = city.person(38);
        city.household("dibao_marginal", &[p]);
        p
    };
    for (case, months, expected, zh, en) in [
        ("six-months-then-none", -9..=-4, Hit, "连续六个月后中断", "six months, then none"),
        ("five-months-then-none", -8..=-4, Clear, "只有五个月", "five months, then none"),
        ("still-in-m-3", -10..=-3, Clear, "三个月前仍有", "still one in M-3"),
    ] {
        let p = p(city);
        city.contributions(&p, months, Fen(4_812_00));
        city.expect(&p, expected, case, zh, en);
    }
    let one = p(city);
    city.contributions(&one, -12..=-4, Fen(4_812_00));
    city.enrolment(&one, "110", -2);
    city.expect(&one, Clear, "new-employment", "两个月前新参保", "enrolled again two months ago");
    let one = p(city);
    city.contributions(&one, -12..=-4, Fen(4_812_00));
    let month = city.m(-2);
    let row = JoblessBenefit { person_id: one.id, month, amount: Fen(2_010_00), state: "paid" };
    city.rows.unemployment_benefits.push(row);
    city.expect(&one, Clear, "unemployment-benefit", "已领失业金", "gets unemployment benefit");
    let tenant = city.person(38);
    city.tenancy(&[tenant], "low_income");
    city.contributions(&tenant, -12..=-4, Fen(4_812_00));
    city.expect(&tenant, Hit, "tenant", "公租房承租人", "a tenant of public housing");
}

fn children(city: &mut City<'_>) {
    city.rule("M-11");
    let family = |city: &mut City<'_>, age: i32| {
        let (child, father, mother) = (city.person(age), city.person(40), city.person(39));
        city.guardian(&child, &father, "father");
        city.guardian(&child, &mother, "mother");
        (child, father, mother)
    };
    let (child, father, mother) = family(city, 9);
    city.dies(&father, city.d(-200));
    city.certificate(&mother, "6", 2);
    city.expect(
        &child,
        Hit,
        "father-dead-mother-severe",
        "父亡母重残",
        "the father is dead, the mother severely disabled",
    );
    let (child, father, _) = family(city, 9);
    city.dies(&father, city.d(-200));
    city.expect(&child, Clear, "mother-well", "母亲健康", "the mother is well");
    let (child, father, mother) = family(city, 9);
    city.dies(&father, city.d(-200));
    city.certificate(&mother, "6", 3);
    city.expect(&child, Clear, "mother-grade-3", "母亲三级", "the mother's grade is 3");
    let (child, father, mother) = family(city, 9);
    city.dies(&father, city.d(-200));
    city.dies(&mother, city.d(-100));
    city.household("orphan", &[child]);
    city.expect(&child, Clear, "orphan-case", "已有孤儿案", "an orphan's case");
    let (child, father, mother) = family(city, 9);
    city.dies(&father, city.d(-200));
    city.dies(&mother, city.d(-100));
    city.child_in_need(&child, "de_facto_unattended");
    city.expect(&child, Clear, "registered", "已在名册", "in the register");
    let (child, father, mother) = family(city, 18);
    city.dies(&father, city.d(-200));
    city.dies(&mother, city.d(-100));
    city.expect(&child, Outside, "eighteen", "已满十八", "eighteen");
    let (child, father) = (city.person(9), city.person(40));
    city.guardian(&child, &father, "father");
    city.dies(&father, city.d(-200));
    city.expect(&child, Outside, "father-only", "监护人只有父亲", "only a father in guardians");
}

fn jobs(city: &mut City<'_>) {
    city.rule("M-12");
    let able = |city: &mut City<'_>| {
        let p = city.person(45);
        let home = city.dibao(&[p]);
        city.member_row(&home, &p).labour_capable = true;
        p
    };
    let p = able(city);
    city.expect(&p, Hit, "nothing", "有劳动能力，未登记", "capable of labour, not registered");
    for (case, to, expected, zh, en) in [
        ("registered", None, Clear, "已登记", "registered"),
        (
            "registration-ended-today",
            Some(0),
            Hit,
            "登记当日已止",
            "the registration ended on the business date",
        ),
        ("registration-ends-tomorrow", Some(1), Clear, "登记次日才止", "the registration ends the day after"),
    ] {
        let p = able(city);
        register(city, &p, to);
        city.expect(&p, expected, case, zh, en);
    }
    let p = able(city);
    city.enrolment(&p, "110", -1);
    city.expect(&p, Clear, "insured", "在保", "insured");
    let p = able(city);
    let from_on = city.d(-30);
    city.rows.public_posts.push(PublicPost {
        person_id: p.id,
        from_on,
        to_on: None,
        monthly_wage: Fen(2_490_00),
    });
    city.expect(&p, Clear, "public-post", "公益岗位", "a public post");
    let p = city.person(45);
    city.dibao(&[p]);
    city.expect(&p, Clear, "not-capable", "无劳动能力", "not capable of labour");
    let p = city.person(60);
    city.dibao(&[p]);
    city.expect(&p, Outside, "sixty", "六十岁", "sixty");
}
