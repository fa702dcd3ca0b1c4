//! E-01 to E-06: who belongs to a household, who is in school, what aid rests on.

use chrono::NaiveDate;

use super::city::{City, Somebody};
use crate::{
    model::Fen,
    synth::{
        calendar::{Calendar, plus_days},
        rows::{Aid, Marriage, SchoolChange},
        truth::{Expected, Expected::*},
    },
};

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    graduates(city);
    left_school(city);
    aid_on_status(city);
    students_at_work(city);
    guardians(city);
    unattended(city);
}

fn change(city: &mut City<'_>, p: &Somebody, kind: &'static str, changed_on: NaiveDate) {
    let record_id = city.reference("Z");
    let school = city.rows.enrolments.iter().rev().find(|row| row.person_id == p.id).map(|row| row.school_id);
    let school_id = school.unwrap_or(record_id);
    city.rows.enrolment_changes.push(SchoolChange {
        record_id,
        person_id: p.id,
        school_id,
        kind,
        changed_on,
        destination: (kind == "graduate").then_some("unknown"),
        deleted: None,
    });
}

fn graduates(city: &mut City<'_>) {
    city.rule("E-01");
    for (case, days, labour, relation, expected, zh, en) in [
        (
            "91-days-ago",
            -91,
            true,
            "20",
            Hit,
            "毕业九十一日仍计入",
            "graduated 91 days ago and still counted",
        ),
        ("90-days-ago", -90, true, "20", Clear, "毕业恰九十日", "graduated exactly 90 days ago"),
        ("not-labour-capable", -300, false, "30", Clear, "无劳动能力", "not capable of labour"),
        ("grandchild", -300, true, "41", Outside, "孙子女不在此列", "a grandchild is outside"),
    ] {
        let (parent, child) = (city.person(50), city.person(22));
        let home = city.dibao(&[parent, child]);
        let row = city.member_row(&home, &child);
        (row.labour_capable, row.relationship) = (labour, relation);
        let from_on = city.d(-1300);
        let school = city.pupil(&child, "college");
        (school.in_school, school.state, school.from_on) = (false, "graduated", from_on);
        change(city, &child, "graduate", city.d(days));
        city.expect(&child, expected, case, zh, en);
    }
    let (parent, child) = (city.person(50), city.person(22));
    let home = city.dibao(&[parent, child]);
    city.member_row(&home, &child).labour_capable = true;
    let (from_on, ended) = (city.d(-1300), city.d(-250));
    let school = city.pupil(&child, "college");
    (school.in_school, school.state, school.from_on, school.expected_end_on) =
        (false, "graduated", from_on, ended);
    city.expect(
        &child,
        Hit,
        "expected-end-counts",
        "无毕业异动，按应毕业日",
        "no change recorded: the expected end counts",
    );
    let (parent, child) = (city.person(50), city.person(22));
    let home = city.dibao(&[parent, child]);
    city.member_row(&home, &child).labour_capable = true;
    let school = city.pupil(&child, "college");
    (school.in_school, school.state, school.from_on) = (false, "graduated", from_on);
    change(city, &child, "graduate", city.d(-250));
    city.pupil(&child, "bachelor");
    city.expect(&child, Clear, "studies-on", "升学在校", "studies on");
    let (parent, child) = (city.person(45), city.person(17));
    city.dibao(&[parent, child]);
    city.expect(&child, Outside, "seventeen", "十七岁", "seventeen");
}

fn left_school(city: &mut City<'_>) {
    city.rule("E-02");
    let term = Calendar::term_of(city.calendar.t);
    let first = term.first_day();
    for (case, days, kind, still_in, expected, zh, en) in [
        (
            "left-before-term",
            -1,
            "drop_out",
            false,
            Hit,
            "开学前一日退学仍资助",
            "left the day before the term, aid is paid",
        ),
        (
            "left-on-first-day",
            0,
            "drop_out",
            false,
            Clear,
            "开学首日退学",
            "left on the first day of the term",
        ),
        ("transferred", -30, "transfer", false, Clear, "转学不算离校", "a transfer is not leaving"),
        ("in-another-school", -30, "drop_out", true, Clear, "在另一校就读", "enrolled in another school"),
    ] {
        let p = city.person(14);
        let began = city.d(-700);
        let school = city.pupil(&p, "junior");
        (school.in_school, school.state, school.from_on) = (false, "dropped_out", began);
        change(city, &p, kind, plus_days(first, days));
        if still_in {
            city.pupil(&p, "junior");
        }
        grant(city, &p, "other", false, plus_days(first, 3));
        city.expect(&p, expected, case, zh, en);
    }
    for (case, k, expected, zh, en) in [
        (
            "orphan-graduated",
            city.m(-1).last_day(),
            Hit,
            "成年孤儿上月毕业仍发放",
            "an orphan of eighteen graduated last month",
        ),
        (
            "orphan-graduated-this-month",
            city.m(0).first_day(),
            Clear,
            "本月首日毕业",
            "graduated on the first of this month",
        ),
    ] {
        let p = city.person(18);
        city.household("orphan", &[p]);
        let school = city.pupil(&p, "senior");
        (school.in_school, school.state) = (false, "graduated");
        change(city, &p, "graduate", k);
        city.expect(&p, expected, case, zh, en);
    }
}

fn grant(city: &mut City<'_>, p: &Somebody, basis: &'static str, before: bool, decided_on: NaiveDate) {
    let term = Calendar::term_of(city.calendar.t);
    let term = if before { term.before() } else { term };
    let decided_on = decided_on.min(city.d(-1));
    city.rows.student_aid.push(Aid {
        person_id: p.id,
        programme: "grant",
        term,
        amount: Fen(1_150_00),
        basis,
        decided_on,
    });
}

fn aid_on_status(city: &mut City<'_>) {
    city.rule("E-03");
    let p = city.person(13);
    city.pupil(&p, "junior");
    grant(city, &p, "dibao", true, city.d(-100));
    city.expect(&p, Hit, "never-on-dibao", "从未在保", "never on dibao");
    let p = city.person(13);
    city.pupil(&p, "junior");
    grant(city, &p, "other", true, city.d(-100));
    city.expect(&p, Outside, "other-basis", "依据其他", "another basis");
    for (case, days, expected, zh, en) in [
        (
            "ended-60-days-before",
            60,
            Clear,
            "资格止于认定前六十日",
            "dibao ended 60 days before the decision",
        ),
        (
            "ended-61-days-before",
            61,
            Hit,
            "资格止于认定前六十一日",
            "dibao ended 61 days before the decision",
        ),
    ] {
        let (parent, p) = (city.person(43), city.person(13));
        let home = city.dibao(&[parent, p]);
        let last = city.m(-7);
        (city.case(&home).status, city.case(&home).end_month) = ("stopped", Some(last));
        city.unpay_from(&home, -6);
        city.pupil(&p, "junior");
        grant(city, &p, "dibao", true, plus_days(last.last_day(), days));
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(13);
    city.pupil(&p, "junior");
    let last = city.m(-3);
    let child = city.child_in_need(&p, "orphan");
    (child.status, child.end_month) = ("stopped", Some(last));
    grant(city, &p, "orphan", true, city.d(-100));
    city.expect(&p, Clear, "in-the-register-then", "当时在名册", "in the register at the time");
}

fn students_at_work(city: &mut City<'_>) {
    city.rule("E-04");
    for (case, months, full_time, expected, zh, en) in [
        ("three-months", -3..=-1, true, Hit, "在校生单位缴费三个月", "a full-time student with three months"),
        ("two-months", -2..=-1, true, Clear, "两个月", "two months"),
        ("part-time", -6..=-1, false, Outside, "非全日制", "part time"),
    ] {
        let (parent, p) = (city.person(46), city.person(19));
        city.household("dibao_marginal", &[parent, p]);
        city.pupil(&p, "college").full_time = full_time;
        city.contributions(&p, months, Fen(4_812_00));
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(19);
    city.pupil(&p, "college");
    city.contributions(&p, -6..=-1, Fen(4_812_00));
    city.expect(&p, Outside, "no-case", "不在任何案件", "in no case");
}

fn guardians(city: &mut City<'_>) {
    city.rule("E-05");
    let cases: [(&'static str, &'static str, Expected, &'static str, &'static str); 7] = [
        ("father-elsewhere", "", Hit, "父亲未列入家庭", "the father is not in the household"),
        ("father-in-prison", "prison", Clear, "父亲因服刑不计入", "the father is excluded: prison"),
        (
            "row-without-reason",
            "row",
            Hit,
            "有成员行但不计入且无原因",
            "a row that does not count, without a reason",
        ),
        ("divorced", "divorce", Clear, "父母已离婚", "the parents are divorced"),
        ("married-again", "again", Hit, "离婚后复婚", "divorced and married again"),
        ("father-dead", "dead", Outside, "父亲已故", "the father is dead"),
        ("grandparent", "grandparent", Outside, "祖辈监护人", "a grandparent"),
    ];
    for (case, what, expected, zh, en) in cases {
        let (mother, child, father) = (city.person(40), city.person(11), city.person(42));
        let home = city.dibao(&[mother, child]);
        city.pupil(&child, "primary");
        city.guardian(&child, &mother, "mother");
        city.guardian(&child, &father, if what == "grandparent" { "grandparent" } else { "father" });
        match what {
            "prison" | "row" => {
                let row = city.member(home.household, &father, "10");
                (row.counted, row.exclusion_reason) = (false, (what == "prison").then_some("prison"));
            }
            "dead" => drop(city.dies(&father, city.d(-300)).clone()),
            "divorce" | "again" => {
                let last = if what == "again" { "marriage" } else { "divorce" };
                marry(city, &mother, &father, "divorce", -900);
                // The later event names them the other way round.
                marry(city, &father, &mother, last, -300);
            }
            _ => {}
        }
        city.expect(&father, expected, case, zh, en);
    }
}

fn marry(city: &mut City<'_>, one: &Somebody, other: &Somebody, event: &'static str, days: i32) {
    let (record_id, event_on) = (city.reference("M"), city.d(days));
    city.rows.marriages.push(Marriage {
        record_id,
        person_id: one.id,
        spouse_person_id: other.id,
        event,
        event_on,
        deleted: None,
    });
}

fn unattended(city: &mut City<'_>) {
    city.rule("E-06");
    for (case, k, dead, expected, zh, en) in [
        ("father-works", -2, false, Hit, "父亲近期有单位缴费", "an employer pays for the father"),
        ("father-worked", -4, false, Clear, "四个月前", "four months ago"),
        ("father-dead", -2, true, Clear, "父亲已故", "the father is dead"),
    ] {
        let (child, father) = (city.person(9), city.person(36));
        city.household("de_facto_unattended", &[child]);
        city.guardian(&child, &father, "father");
        city.contributions(&father, k..=k, Fen(4_812_00));
        if dead {
            city.dies(&father, city.d(-30));
        }
        city.expect(&child, expected, case, zh, en);
    }
}
