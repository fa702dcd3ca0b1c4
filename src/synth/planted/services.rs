//! M-05 to M-07 and M-10 to M-12: school aid, housing, jobs, and children that nobody found.

use super::city::{City, Somebody};
use crate::{
    model::Fen,
    synth::{
        calendar::{Calendar, plus_days},
        rows::{Aid, JobRegistration, JoblessBenefit, Presale, PublicPost},
        truth::{Expected, Expected::*, Subject},
    },
};

pub fn aid(city: &mut City<'_>, p: &Somebody, before: bool, basis: &'static str) {
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

pub fn school_aid(city: &mut City<'_>) {
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

pub fn young_people(city: &mut City<'_>) {
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

pub fn register(city: &mut City<'_>, p: &Somebody, to: Option<i32>) {
    let (from_on, to_on) = (city.d(-200), to.map(|k| city.d(k)));
    city.rows.job_registrations.push(JobRegistration { person_id: p.id, kind: "unemployed", from_on, to_on });
}

pub fn homes(city: &mut City<'_>) {
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

pub fn lost_income(city: &mut City<'_>) {
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

pub fn children(city: &mut City<'_>) {
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

pub fn jobs(city: &mut City<'_>) {
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
