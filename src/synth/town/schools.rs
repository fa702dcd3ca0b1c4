//! Pupils and students, their guardians, changes and aid.
//!
//! Never leaves a poor pupil without aid, but for the few that the missed-aid rule is there to find.

use chrono::{Datelike as _, NaiveDate};

use super::{
    Scene,
    people::{Block, Kind, Resident},
};
use crate::{
    model::Fen,
    synth::{
        calendar::{Calendar, plus_days},
        dice::{Dice, Part},
        number::Ref,
        places::COUNTIES,
        rows::{Aid, Guardian, SchoolChange, Schooling, Sheets},
    },
};

/// Writes what education knows of the block's people.
pub fn write(scene: &Scene<'_>, block: &mut Block, sheets: &mut Sheets) {
    let mut dice = scene.dice(Part::School, block.index);
    let mut changes = 0_u32;
    for index in 0..block.people.len() {
        let Some(person) = block.people.get(index).cloned() else { continue };
        if person.studies {
            write_pupil(scene.calendar, block, &person, sheets, &mut dice);
            if let Some(person) = block.people.get_mut(index) {
                person.listed = true;
            }
        } else if (19..=25).contains(&person.age)
            && person.relation != "01"
            && dice.chance(if person.labour { 55_000 } else { 5_000 })
        {
            changes += 1;
            let kind = block.homes.get(person.home).map_or(Kind::Ordinary, |home| home.kind);
            if kind == Kind::Ordinary || dice.chance(15_000) {
                let record = Ref("Z", block.index * 100_000 + changes);
                write_graduate(scene.calendar, block.county, &person, record, sheets, &mut dice);
            }
        }
    }
}

fn stage(age: i32, dice: &mut Dice) -> (&'static str, i32, i32) {
    // Stage, the age it begins at, its years.
    match age {
        ..6 => ("preschool", 3, 3),
        6..12 => ("primary", 6, 6),
        12..15 => ("junior", 12, 3),
        15..18 if dice.chance(40_000) => ("secondary_vocational", 15, 3),
        15..18 => ("senior", 15, 3),
        18..22 if dice.chance(45_000) => ("college", 18, 3),
        18..22 => ("bachelor", 18, 4),
        _ => ("postgraduate", 22, 3),
    }
}

fn school(county: usize, stage: &str, dice: &mut Dice) -> Ref {
    let code = COUNTIES.get(county).map_or(0, |county| county.code % 1000);
    let kind = match stage {
        "preschool" => 1,
        "primary" => 2,
        "junior" => 3,
        "senior" | "secondary_vocational" => 4,
        _ => 5,
    };
    Ref("S", code * 1000 + kind * 100 + dice.below(40))
}

fn write_pupil(calendar: &Calendar, block: &Block, person: &Resident, sheets: &mut Sheets, dice: &mut Dice) {
    let (stage, begins, years) = stage(person.age, dice);
    let term = Calendar::term_of(calendar.t);
    let school_year = if term.autumn { term.year } else { term.year - 1 };
    let grade = (person.age - begins + 1).clamp(1, years);
    let day = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(calendar.t);
    let private = dice.chance(9_000);
    let from_on = day(school_year - grade + 1, 9, 1);
    let dead = person.passing.is_some();
    sheets.add(&Schooling {
        person_id: person.id,
        school_id: school(block.county, stage, dice),
        stage,
        school_kind: if private { "private" } else { "public" },
        in_school: !dead,
        state: if dead { "dropped_out" } else { "enrolled" },
        grade,
        full_time: person.age < 18 || !dice.chance(4_000),
        from_on,
        expected_end_on: day(from_on.year() + years, 6, 30),
        annual_fee: private.then(|| Fen(i64::from(dice.between(40, 300)) * 100_00)),
    });
    for (parent, relationship) in person.parents.iter().zip(["father", "mother"]) {
        if let Some(parent) = parent.and_then(|parent| block.people.get(parent)) {
            sheets.add(&Guardian { person_id: person.id, guardian_person_id: parent.id, relationship });
        }
    }
    let home = block.homes.get(person.home);
    let raised_by = home.filter(|home| home.kind == Kind::ChildCare).map(|home| home.people.start);
    if let Some(elder) = raised_by.and_then(|elder| block.people.get(elder)) {
        let relationship = "grandparent";
        sheets.add(&Guardian { person_id: person.id, guardian_person_id: elder.id, relationship });
    }
    if dead {
        return;
    }
    let support = home.and_then(|home| home.support.as_ref());
    let basis = match (support, home.map(|home| home.kind)) {
        (Some(support), _) if support.is_active(calendar) => support.programme,
        (_, Some(Kind::ChildCare)) => "other",
        _ if person.disability.is_some() => "disabled",
        _ => return,
    };
    if stage == "postgraduate" || dice.chance(3_000) {
        return;
    }
    let mut term = term;
    for _ in 0..4 {
        let decided_on = plus_days(term.first_day(), dice.between(4, 40));
        let covered =
            support.is_none_or(|support| support.start.is_some_and(|start| start.first_day() <= decided_on));
        if decided_on < calendar.t && covered && decided_on >= from_on {
            let programme = if person.age < 15 { "living_allowance" } else { "grant" };
            let amount = Fen(if person.age < 15 { 625_00 } else { 1_150_00 });
            sheets.add(&Aid { person_id: person.id, programme, term, amount, basis, decided_on });
        }
        term = term.before();
    }
}

/// Someone who left school with a certificate a while ago.
fn write_graduate(
    calendar: &Calendar,
    county: usize,
    person: &Resident,
    record_id: Ref,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let stage = if person.age < 21 { "secondary_vocational" } else { "college" };
    let year = calendar.t.year() - dice.between(1, 2);
    let day = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(calendar.t);
    let school_id = school(county, stage, dice);
    let end = day(year, 6, 30);
    sheets.add(&Schooling {
        person_id: person.id,
        school_id,
        stage,
        school_kind: "public",
        in_school: false,
        state: "graduated",
        grade: 3,
        full_time: true,
        from_on: day(year - 3, 9, 1),
        expected_end_on: end,
        annual_fee: None,
    });
    sheets.add(&SchoolChange {
        record_id,
        person_id: person.id,
        school_id,
        kind: "graduate",
        changed_on: end,
        destination: dice.pick(&["employed", "employed", "unknown", "unemployed"]),
        deleted: None,
    });
}
