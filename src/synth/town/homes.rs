//! Homes, shops, presales, tenancies, rent subsidies, the provident fund.
//!
//! Never gives a tenant of public housing a home of their own, but for the rare one that checks find.

use super::{
    Scene,
    jobs::Job,
    people::{Block, Home, Kind, Resident},
};
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, plus_days},
        dice::{Dice, Part},
        number::Ref,
        rows::{Fund, Presale, RentSubsidy, Sheets, Tenancy, Unit, Withdrawal},
    },
};

/// Counts the units, contracts and records of one block.
struct Desk {
    block: u32,
    next: u32,
}

impl Desk {
    fn reference(&mut self, letter: &'static str) -> Ref {
        self.next += 1;
        Ref(letter, self.block * 100_000 + self.next)
    }
}

/// Writes what housing knows of the block's people.
pub fn write(scene: &Scene<'_>, block: &Block, sheets: &mut Sheets) {
    let mut dice = scene.dice(Part::Housing, block.index);
    let mut desk = Desk { block: block.index, next: 0 };
    for home in &block.homes {
        let people = block.people.get(home.people.clone()).unwrap_or_default();
        let owners: Vec<&Resident> =
            people.iter().filter(|person| person.age >= 18 && person.passing.is_none()).take(2).collect();
        if home.kind == Kind::Ordinary {
            write_ordinary(scene.calendar, &owners, sheets, &mut desk, &mut dice);
        } else {
            write_assisted(scene.calendar, home, people, &owners, sheets, &mut desk, &mut dice);
        }
        for person in people {
            write_fund(scene.calendar, person, sheets, &mut desk, &mut dice);
        }
    }
}

/// A home registered years ago, in the names of its owners.
#[derive(Clone, Copy)]
struct Dwelling {
    use_: &'static str,
    square_metres: i32,
    acquired_by: &'static str,
    rural: bool,
    share: (i32, i32),
    days_ago: i32,
}

fn write_unit(
    calendar: &Calendar,
    owners: &[&Resident],
    dwelling: Dwelling,
    ended: Option<(&'static str, i32)>,
    sheets: &mut Sheets,
    desk: &mut Desk,
) {
    let unit_id = desk.reference("U");
    for owner in owners {
        sheets.add(&Unit {
            person_id: owner.id,
            unit_id,
            use_: dwelling.use_,
            area: Fen(i64::from(dwelling.square_metres) * 100 + i64::from(unit_id.1 % 100)),
            share_num: dwelling.share.0,
            share_den: dwelling.share.1,
            registered_on: calendar.day(-dwelling.days_ago).max(owner.born),
            ended_on: ended.map(|(_, days_ago)| calendar.day(-days_ago)),
            ended_by: ended.map(|(by, _)| by),
            acquired_by: dwelling.acquired_by,
            rural: dwelling.rural,
            buyer_person_id: None,
        });
    }
}

fn write_ordinary(
    calendar: &Calendar,
    owners: &[&Resident],
    sheets: &mut Sheets,
    desk: &mut Desk,
    dice: &mut Dice,
) {
    let share = (1, i32::try_from(owners.len().max(1)).unwrap_or(1));
    if owners.is_empty() || dice.chance(14_000) {
        return;
    }
    let rural = dice.chance(35_000);
    let own = Dwelling {
        use_: "dwelling",
        square_metres: dice.between(45, 145),
        acquired_by: if rural { "self_built" } else { "purchase" },
        rural,
        share,
        days_ago: dice.between(30, 8000),
    };
    write_unit(calendar, owners, own, None, sheets, desk);
    if dice.chance(13_000) {
        let second =
            Dwelling { rural: false, acquired_by: "purchase", days_ago: dice.between(30, 6000), ..own };
        let sold = dice.chance(12_000).then(|| ("sale", dice.between(1, 29)));
        write_unit(calendar, owners, second, sold, sheets, desk);
    }
    if dice.chance(3_000) {
        let use_ = dice.pick(&["shop", "office", "parking", "parking"]).unwrap_or("parking");
        let more = Dwelling { use_, square_metres: dice.between(12, 60), rural: false, ..own };
        write_unit(calendar, owners, more, None, sheets, desk);
    }
    if let Some(owner) = owners.first().filter(|_| dice.chance(900)) {
        sheets.add(&Presale {
            contract_id: desk.reference("W"),
            person_id: owner.id,
            unit_id: desk.reference("U"),
            signed_on: calendar.day(-dice.between(3, 700)),
            cancelled_on: None,
            area: Fen(i64::from(dice.between(70, 140)) * 100),
            price: Fen(i64::from(dice.between(90, 380)) * 10_000_00),
            deleted: None,
        });
    }
}

fn write_assisted(
    calendar: &Calendar,
    home: &Home,
    people: &[Resident],
    owners: &[&Resident],
    sheets: &mut Sheets,
    desk: &mut Desk,
    dice: &mut Dice,
) {
    let Some(head) = owners.first() else { return };
    let n = i32::try_from(people.len()).unwrap_or(1);
    let started = home.support.as_ref().and_then(|support| support.start);
    let programme = home.support.as_ref().map(|support| support.programme);
    let basis = programme.filter(|name| matches!(*name, "dibao" | "tekun")).unwrap_or("low_income");
    let granted_on =
        started.map_or(calendar.day(-200), |start| plus_days(start.first_day(), dice.between(0, 50)));
    let granted_on = granted_on.min(calendar.day(-10));
    let share = (1, i32::try_from(owners.len()).unwrap_or(1));
    let old_home = Dwelling {
        use_: "dwelling",
        square_metres: dice.between(22, 28 * n + 6),
        acquired_by: "self_built",
        rural: true,
        share,
        days_ago: dice.between(6000, 9000),
    };
    match dice.weighted(&[46, 24, 17, 11, 2]) {
        0 => write_unit(calendar, owners, old_home, None, sheets, desk),
        1 => {
            let flat = Dwelling { rural: false, acquired_by: "demolition_swap", ..old_home };
            write_unit(calendar, owners, flat, None, sheets, desk);
            // What checks find and visits explain: a share of the parents' flat, a shop's corner.
            let inherited = Dwelling { acquired_by: "inheritance", share: (1, 4), ..flat };
            if dice.chance(6_000) {
                write_unit(calendar, owners, inherited, None, sheets, desk);
            } else if dice.chance(3_000) {
                write_unit(calendar, owners, Dwelling { square_metres: 70, ..flat }, None, sheets, desk);
            } else if dice.chance(1_000) {
                write_unit(calendar, owners, Dwelling { use_: "shop", ..flat }, None, sheets, desk);
            }
        }
        2 => {
            let tenancy_id = desk.reference("T");
            let unit_id = desk.reference("U");
            let from_on = granted_on;
            for (k, person) in people.iter().enumerate() {
                let gone =
                    person.passing.map(|passing| passing.known.last_day()).filter(|day| *day < calendar.t);
                sheets.add(&Tenancy {
                    tenancy_id,
                    person_id: person.id,
                    main_tenant: k == 0,
                    unit_id,
                    from_on: from_on.max(person.born),
                    to_on: gone,
                    arrears_months: i32::try_from(dice.weighted(&[90, 4, 3, 2, 0, 0, 1])).unwrap_or(0),
                    basis,
                    granted_on,
                });
            }
            if dice.chance(1_000) {
                write_unit(calendar, owners, Dwelling { rural: false, ..old_home }, None, sheets, desk);
            }
        }
        3 => {
            for month in calendar.paid.iter().copied().filter(|month| *month > Month::of(granted_on)) {
                if home.support.as_ref().is_none_or(|support| support.end.is_none_or(|end| month <= end)) {
                    let amount = Fen(i64::from(160 + 40 * n) * 100);
                    sheets.add(&RentSubsidy { person_id: head.id, month, amount, basis, granted_on });
                }
            }
        }
        _ => {}
    }
}

fn write_fund(calendar: &Calendar, person: &Resident, sheets: &mut Sheets, desk: &mut Desk, dice: &mut Dice) {
    let (base, employer, from, to) = match person.job {
        Job::Employee { base, employer, from, to, .. } if dice.chance(55_000) => (base, employer, from, to),
        Job::Civil { base, employer, from } => (base, employer, from, None),
        _ => return,
    };
    let last = to.unwrap_or_else(|| calendar.month(-1));
    let months = crate::synth::calendar::months_between(from, last).clamp(1, 120);
    let ended = to.is_some() || person.passing.is_some();
    sheets.add(&Fund {
        person_id: person.id,
        account_id: desk.reference("F"),
        state: if ended { "sealed" } else { "normal" },
        base,
        last_paid_month: Some(last),
        balance: Fen(base.0 / 10 * i64::from(months)),
        employer_id: Some(employer),
    });
    if dice.chance(8_000) {
        sheets.add(&Withdrawal {
            record_id: desk.reference("X"),
            person_id: person.id,
            withdrawn_on: calendar.day(-dice.between(2, 700)),
            reason: dice.pick(&["rent", "rent", "purchase", "medical", "other"]).unwrap_or("rent"),
            amount: Fen(i64::from(dice.between(12, 300)) * 100_00),
            deleted: None,
        });
    }
}
