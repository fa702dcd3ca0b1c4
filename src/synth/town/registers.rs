//! Certificates, deaths, marriages, supporters, relatives of staff, and the register of persons.
//!
//! Never contradicts the people it tells of, but for the rare birth month that two clerks wrote differently.

use super::{
    Scene,
    people::{Block, Kind},
};
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{plus_days, plus_months},
        dice::Part,
        places::PREFECTURE,
        rows::{Certificate, Death, Marriage, Person, Sheets, StaffRelative, Supporter},
    },
};

/// Writes the registers of civil affairs other than cases and persons.
pub fn write(scene: &Scene<'_>, block: &mut Block, sheets: &mut Sheets) {
    let calendar = scene.calendar;
    let mut dice = scene.dice(Part::Registers, block.index);
    for index in 0..block.people.len() {
        let Some(person) = block.people.get(index).cloned() else { continue };
        let mut listed = person.age >= 80;
        if let Some(card) = person.disability {
            listed = true;
            sheets.add(&Certificate {
                person_id: person.id,
                kind: card.kind,
                grade: card.grade,
                issued_on: card.issued,
                valid_to: Some(card.valid_to),
                state: if dice.chance(600) { "frozen" } else { "valid" },
            });
        }
        if let Some(passing) = person.passing {
            listed = true;
            let reported = dice.chance(15_000);
            sheets.add(&Death {
                record_id: block.reference("D"),
                person_id: person.id,
                died_on: (!dice.chance(4_000)).then_some(passing.on),
                cremated_on: (!reported).then(|| plus_days(passing.on, 2)).filter(|day| *day < calendar.t),
                source: if reported { "reported" } else { "cremation" },
                deleted: None,
            });
        }
        if dice.chance(60) {
            let staff = dice.below(u32::try_from(block.people.len()).unwrap_or(1)) as usize;
            if let Some(staff) =
                block.people.get_mut(staff).filter(|staff| staff.id != person.id && staff.age >= 22)
            {
                staff.listed = true;
                listed = true;
                sheets.add(&StaffRelative {
                    person_id: person.id,
                    staff_person_id: staff.id,
                    relationship: "99",
                    filed_on: (!dice.chance(10_000)).then(|| calendar.day(-dice.between(100, 900))),
                });
            }
        }
        if let Some(person) = block.people.get_mut(index).filter(|_| listed) {
            person.listed = true;
        }
    }
    write_marriages(scene, block, sheets, &mut dice);
    write_supporters(scene, block, sheets, &mut dice);
}

/// Couples married since the register was made digital, and a few divorces.
fn write_marriages(
    scene: &Scene<'_>,
    block: &mut Block,
    sheets: &mut Sheets,
    dice: &mut crate::synth::dice::Dice,
) {
    for index in 0..block.homes.len() {
        let Some(home) = block.homes.get(index).cloned() else { continue };
        let first = home.people.start;
        let couple = (block.people.get(first).cloned(), block.people.get(first + 1).cloned());
        let (Some(one), Some(other)) = couple else { continue };
        if home.people.len() < 2 || other.relation != "10" || one.age > 48 || !dice.chance(45_000) {
            continue;
        }
        let earliest = plus_months(one.born.max(other.born), 12 * 22);
        let days = i32::try_from((scene.calendar.t - earliest).num_days()).unwrap_or(0);
        let event_on = plus_days(earliest, dice.between(1, days.max(30) - 20));
        sheets.add(&Marriage {
            record_id: block.reference("M"),
            person_id: one.id,
            spouse_person_id: other.id,
            event: "marriage",
            event_on: event_on.min(scene.calendar.day(-2)),
            deleted: None,
        });
        for person in block.people.iter_mut().skip(first).take(2) {
            person.listed = true;
        }
    }
}

/// Grown children who live elsewhere and support an old person on dibao.
fn write_supporters(
    scene: &Scene<'_>,
    block: &mut Block,
    sheets: &mut Sheets,
    dice: &mut crate::synth::dice::Dice,
) {
    let people = u32::try_from(block.people.len()).unwrap_or(0);
    for index in 0..block.homes.len() {
        let Some(home) = block.homes.get(index).cloned() else { continue };
        let Some(support) = home.support.filter(|support| support.is_active(scene.calendar)) else {
            continue;
        };
        let head = block.people.get(home.people.start).map_or(0, |head| head.age);
        let wanted = match home.kind {
            Kind::Tekun => dice.chance(1_500),
            _ => head >= 62 && support.programme == "dibao" && dice.chance(45_000),
        };
        if !wanted {
            continue;
        }
        let relative = dice.below(people) as usize;
        let poor =
            block.people.get(relative).and_then(|person| block.homes.get(person.home)).map(|home| home.kind);
        let Some(person) = block.people.get_mut(relative) else { continue };
        if poor != Some(Kind::Ordinary) || !(24..60).contains(&person.age) || person.passing.is_some() {
            continue;
        }
        person.listed = true;
        let able = if home.kind == Kind::Tekun {
            "yes"
        } else {
            dice.pick(&["yes", "no", "no", "unknown"]).unwrap_or("no")
        };
        let paid = able == "yes" || dice.chance(30_000);
        let support = if paid { i64::from(dice.between(6, 48)) * 100_00 } else { 0 };
        sheets.add(&Supporter {
            household_id: home.id,
            person_id: person.id,
            relationship: if person.female { "30" } else { "20" },
            able: if paid { able } else { "no" },
            annual_support: Fen(support),
        });
    }
}

/// Writes everyone whom another part has listed.
pub fn write_persons(scene: &Scene<'_>, block: &Block, sheets: &mut Sheets) {
    let mut dice = scene.dice(Part::Registers, block.index + 0x8000_0000);
    for person in block.people.iter().filter(|person| person.listed) {
        let home = block.homes.get(person.home);
        let mut row = Person {
            person_id: person.id,
            id_kind: "resident",
            id_valid: person.passing.is_none(),
            sex: if person.female { "2" } else { "1" },
            birth_month: Some(Month::of(person.born)),
            hukou_division: home.map_or(u64::from(PREFECTURE), |home| home.village),
            hukou_kind: home.map_or("unified", |home| home.hukou_kind),
        };
        sheets.add(&row);
        // One in two thousand stands twice, with two birth months.
        if dice.chance(50) {
            row.birth_month = Some(Month::of(person.born).plus(-dice.between(1, 30)));
            sheets.add(&row);
        }
    }
}
