//! Insurance, contributions, pensions, benefits, jobs.
//!
//! Never counts a month in which the person was dead, but for the tail that the payers learnt of late.

use super::{
    Scene,
    jobs::Job,
    people::{Block, Kind, Resident},
};
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, plus_months},
        dice::{Dice, Part},
        number::Ref,
        rows::{
            Contribution, Enrolment, InjuryCare, JobRefusal, JobRegistration, JoblessBenefit, Pension,
            Premium, PublicPost, Sheets,
        },
    },
};

/// Writes what human resources knows of the block's people.
pub fn write(scene: &Scene<'_>, block: &Block, sheets: &mut Sheets) {
    let mut dice = scene.dice(Part::Work, block.index);
    let calendar = scene.calendar;
    for (position, person) in (0_u32..).zip(&block.people) {
        let kind = block.homes.get(person.home).map_or(Kind::Ordinary, |home| home.kind);
        match person.job {
            Job::None => {}
            Job::Resident => {
                write_resident(calendar, kind, person, sheets, &mut dice);
                let is_job_seeker = kind != Kind::Ordinary && person.labour && person.passing.is_none();
                if is_job_seeker && dice.chance(30_000) {
                    let first_record = block.index * 100_000 + position * 4;
                    write_offers(calendar, person, first_record, sheets, &mut dice);
                }
            }
            Job::Employee { base, employer, from, to, earlier } => {
                if let Some(earlier) = earlier {
                    let began = from.plus(-dice.between(6, 90));
                    let old = Stint {
                        base,
                        employer: Some(earlier),
                        insurance: "110",
                        from: began,
                        to: Some(from.plus(-1)),
                    };
                    write_stint(calendar, person, &old, sheets, &mut dice);
                }
                let stint = Stint { base, employer: Some(employer), insurance: "110", from, to };
                write_stint(calendar, person, &stint, sheets, &mut dice);
                if let Some(to) = to {
                    write_jobless(calendar, person, to, sheets, &mut dice);
                }
            }
            Job::Flexible { base, from } => {
                let stint = Stint { base, employer: None, insurance: "110", from, to: None };
                write_stint(calendar, person, &stint, sheets, &mut dice);
            }
            Job::Civil { base, employer, from } => {
                let stint = Stint { base, employer: Some(employer), insurance: "120", from, to: None };
                write_stint(calendar, person, &stint, sheets, &mut dice);
            }
            Job::Retired { scheme, amount, basic, from } => {
                write_pension(calendar, person, scheme, amount, basic, from, sheets, &mut dice);
            }
        }
        let hurt = dice.chance(40) && person.passing.is_none() && (20..75).contains(&person.age);
        if hurt && person.disability.is_none() {
            for month in calendar.paid.iter().copied() {
                sheets.add(&InjuryCare { person_id: person.id, month, amount: Fen(1_980_00) });
            }
        }
    }
}

/// One employment.
struct Stint {
    base: Fen,
    employer: Option<Ref>,
    insurance: &'static str,
    from: Month,
    to: Option<Month>,
}

fn write_stint(calendar: &Calendar, person: &Resident, stint: &Stint, sheets: &mut Sheets, dice: &mut Dice) {
    let died = person.passing.map(|passing| Month::of(passing.on));
    let to = [stint.to, died].into_iter().flatten().min();
    let over = to.is_some_and(|to| to < calendar.m);
    let employer_kind = match (stint.insurance, stint.employer) {
        (_, None) => "self_employed",
        ("120", _) => "public",
        _ => dice
            .pick(&["enterprise", "enterprise", "enterprise", "enterprise", "enterprise", "agency"])
            .unwrap_or("agency"),
    };
    // One in forty has the smaller insurances in this register too; most counties keep them elsewhere.
    let small = stint.insurance == "110" && stint.employer.is_some() && dice.chance(2_500);
    let insurances: &[&'static str] = if small { &["110", "210", "410"] } else { &["110"] };
    for insurance in insurances {
        let insurance = if stint.insurance == "120" { "120" } else { *insurance };
        sheets.add(&Enrolment {
            person_id: person.id,
            insurance,
            enrol_state: if over { 4 } else { 1 },
            pay_state: if over { 3 } else { 1 },
            employer_id: stint.employer,
            employer_kind: Some(employer_kind),
            from_month: stint.from,
            to_month: to.filter(|_| over),
        });
        for month in calendar.closed.iter().copied() {
            if month >= stint.from && to.is_none_or(|to| month <= to) {
                sheets.add(&Contribution {
                    person_id: person.id,
                    insurance,
                    month,
                    sequence: 1,
                    base: stint.base,
                    employer_id: stint.employer,
                    paid: !dice.chance(300),
                    paid_by: if stint.employer.is_some() { "employer" } else { "self" },
                });
            }
        }
    }
}

/// Resident pension insurance and its yearly premium, carried by the government for the assisted and disabled.
fn write_resident(calendar: &Calendar, kind: Kind, person: &Resident, sheets: &mut Sheets, dice: &mut Dice) {
    let severe = person.disability.is_some_and(|card| card.grade <= 2);
    let helped = severe || kind != Kind::Ordinary;
    let over = person.passing.is_some();
    sheets.add(&Enrolment {
        person_id: person.id,
        insurance: "170",
        enrol_state: if over { 4 } else { 1 },
        pay_state: if over { 3 } else { 1 },
        employer_id: None,
        employer_kind: None,
        from_month: calendar.month(-dice.between(26, 150).min((person.age - 15) * 12)),
        to_month: person.passing.map(|passing| Month::of(passing.on)),
    });
    let missed = helped && dice.chance(1_500);
    for back in 0..3 {
        let january = january(calendar, back);
        let alive = person.alive_on(january.first_day());
        if alive && !missed && (helped || dice.chance(70_000)) && january <= calendar.m {
            let level = if helped {
                100_00
            } else {
                i64::from(dice.pick(&[100, 500, 1_000, 3_000]).unwrap_or(100)) * 100
            };
            let paid_by = if helped { "government" } else { "self" };
            sheets.add(&Premium { person_id: person.id, year: january, level: Fen(level), paid_by });
        }
    }
    if !person.labour || over {
        return;
    }
    let from_on = calendar.day(-dice.between(30, 600));
    match (kind, dice.below(100)) {
        (Kind::Ordinary, 0..4) => {
            sheets.add(&JobRegistration { person_id: person.id, kind: "unemployed", from_on, to_on: None });
        }
        (Kind::Ordinary, _) | (_, 94..) => {}
        (_, 0..2) => {
            sheets.add(&PublicPost {
                person_id: person.id,
                from_on: calendar.day(-dice.between(5, 60)),
                to_on: None,
                monthly_wage: Fen(2_490_00),
            });
        }
        _ => {
            sheets.add(&JobRegistration {
                person_id: person.id,
                kind: "hard_to_employ",
                from_on,
                to_on: None,
            });
        }
    }
}

/// What the job centre offered to someone who is capable of work, and whether they took it.
fn write_offers(
    calendar: &Calendar,
    person: &Resident,
    first_record: u32,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    for k in 0..1 + dice.below(4) {
        sheets.add(&JobRefusal {
            record_id: Ref("J", first_record + k),
            person_id: person.id,
            offered_on: calendar.day(-dice.between(10, 700)),
            refused: dice.chance(55_000),
            deleted: None,
        });
    }
}

/// The first January on or before M, or one some years before it.
pub fn january(calendar: &Calendar, years_back: i32) -> Month {
    let month0 = crate::synth::calendar::month_key(calendar.m).rem_euclid(12);
    calendar.month(-month0 - 12 * years_back)
}

/// Unemployment benefit after a job that ended: up to six months.
fn write_jobless(calendar: &Calendar, person: &Resident, to: Month, sheets: &mut Sheets, dice: &mut Dice) {
    if person.passing.is_some() || !dice.chance(60_000) {
        return;
    }
    let months = dice.between(2, 6);
    for month in calendar.paid.iter().copied() {
        if month > to && month <= to.plus(months) {
            sheets.add(&JoblessBenefit { person_id: person.id, month, amount: Fen(2_010_00), state: "paid" });
        }
    }
    let from_on = to.last_day();
    let ended = plus_months(from_on, months);
    sheets.add(&JobRegistration {
        person_id: person.id,
        kind: "unemployed",
        from_on,
        to_on: (ended < calendar.t).then_some(ended),
    });
}

#[expect(clippy::too_many_arguments, reason = "the pension is taken apart where the job is matched")]
fn write_pension(
    calendar: &Calendar,
    person: &Resident,
    scheme: &'static str,
    amount: Fen,
    basic_amount: Fen,
    from: Month,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let last =
        person.passing.map(|passing| if dice.chance(80_000) { Month::of(passing.on) } else { passing.known });
    let insurance = match scheme {
        "employee" => "110",
        "civil_servant" => "120",
        _ => "170",
    };
    let over = last.is_some_and(|last| last < calendar.m);
    sheets.add(&Enrolment {
        person_id: person.id,
        insurance,
        enrol_state: if over { 4 } else { 3 },
        pay_state: 3,
        employer_id: None,
        employer_kind: None,
        from_month: from.plus(-180).max(Month::of(person.born).plus(12 * 18)),
        to_month: last.filter(|_| over),
    });
    for month in calendar.paid.iter().copied() {
        if month >= from && last.is_none_or(|last| month <= last) {
            sheets.add(&Pension { person_id: person.id, scheme, month, amount, basic_amount });
        }
    }
}
