//! Cases, members, authorisations and payments of the assisted.
//!
//! Never pays what the case does not say, but for what the payers did not know yet.

use super::{
    Scene,
    people::{Block, Home, Kind, Resident},
    support::{Support, dibao_amount},
};
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, plus_days},
        dice::{Dice, Part},
        places::township_of,
        rows::{Authorisation, Case, Child, Grace, Member, Payment, Sheets},
    },
};

/// Writes every case of the block and what was paid on it.
pub fn write(scene: &Scene<'_>, block: &mut Block, sheets: &mut Sheets) {
    let mut dice = scene.dice(Part::Assistance, block.index + 0x8000_0000);
    for index in 0..block.homes.len() {
        let Some(home) = block.homes.get(index).cloned() else { continue };
        if let Some(support) = &home.support {
            write_household(scene.calendar, block, &home, support, sheets, &mut dice);
        }
        for person in home.people.clone() {
            write_person_programmes(scene.calendar, block, &home, person, sheets, &mut dice);
        }
        if home.support.is_none() && dice.chance(250) {
            write_temporary(scene.calendar, block, &home, sheets, &mut dice);
        }
    }
}

/// The household as the office had it in a month: indices of those who count, the head first.
fn counted_in(block: &Block, home: &Home, support: &Support, month: Month) -> Vec<usize> {
    let second = support.second_version.is_some_and(|from| from <= month);
    let remains = |person: &Resident| {
        !second
            || person
                .passing
                .is_none_or(|passing| support.second_version.is_none_or(|from| passing.known >= from))
    };
    let mut there: Vec<usize> =
        block.members(home).filter(|(_, person)| remains(person)).map(|(index, _)| index).collect();
    there.sort_by_key(|index| block.people.get(*index).is_some_and(|person| person.age < 18));
    there
}

fn write_household(
    calendar: &Calendar,
    block: &mut Block,
    home: &Home,
    support: &Support,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let now = counted_in(block, home, support, calendar.m);
    let n = now.len();
    for index in home.people.clone() {
        if let Some(person) = block.people.get_mut(index) {
            person.listed = true;
        }
    }
    let amount_in = |month: Month, n: usize| match support.programme {
        "dibao" => dibao_amount(month, n, support.declared),
        "tekun" => Fen(Calendar::standard(month).0 * 13 / 10),
        _ => Fen(0),
    };
    let head = |indices: &[usize]| {
        indices.first().and_then(|index| block.people.get(*index)).map(|person| person.id)
    };
    let single = support.category == "single";
    sheets.add(&Case {
        case_id: support.case,
        household_id: home.id,
        person_id: if single { head(&now) } else { None },
        programme: support.programme,
        category: support.category,
        status: support.status,
        division: township_of(home.village),
        hukou_kind: home.hukou_kind,
        applied_on: Some(support.applied),
        start_month: support.start,
        end_month: support.end,
        monthly_amount: amount_in(calendar.m, n),
        declared_annual_income: Some(support.declared),
        counted_members: i32::try_from(n).unwrap_or(0) + i32::from(dice.chance(500)),
        recheck_class: support.class,
        last_recheck_on: support.recheck,
        deleted: None,
    });
    write_members(calendar, block, home, support, sheets, dice);
    if let Some((start_on, end_on)) = support.grace {
        sheets.add(&Grace { case_id: support.case, start_on, end_on, amount: amount_in(calendar.m, n) });
    }
    for month in calendar.paid.iter().copied().filter(|month| support.is_paid_in(*month)) {
        let there = counted_in(block, home, support, month);
        let Some(payee) = head(&there) else { continue };
        let payment = |item, sequence, amount| Payment {
            case_id: support.case,
            person_id: payee,
            programme: support.programme,
            item,
            pay_month: month,
            sequence,
            amount,
            division: township_of(home.village),
        };
        let amount = amount_in(month, there.len());
        if amount > Fen(0) {
            sheets.add(&payment("basic", 1, amount));
            if month.to_string().ends_with("-02") {
                sheets.add(&payment(
                    "price_subsidy",
                    1,
                    Fen(64_00 * i64::try_from(there.len()).unwrap_or(1)),
                ));
            }
        }
        if support.start == Some(month) && amount > Fen(0) && dice.chance(12_000) {
            sheets.add(&payment("back_pay", 1, amount));
        }
    }
}

fn write_members(
    calendar: &Calendar,
    block: &Block,
    home: &Home,
    support: &Support,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let started = plus_days(support.applied, 0);
    let second = support.second_version.map(Month::first_day).filter(|from| *from > started);
    let now = counted_in(block, home, support, calendar.m);
    // One household in a hundred has not signed again for its new version.
    let signed_again = !dice.chance(20_000);
    for (index, person) in block.members(home) {
        let adult = person.age >= 18;
        let mut member = Member {
            household_id: home.id,
            version: 1,
            person_id: person.id,
            relationship: person.relation,
            counted: true,
            exclusion_reason: None,
            labour_capable: person.labour,
            valid_from: started.max(person.born),
            valid_to: second,
        };
        sheets.add(&member);
        let mut authorisation = Authorisation {
            household_id: home.id,
            household_version: 1,
            person_id: person.id,
            signed_on: started,
            ended_on: second,
            state: if second.is_some() { "superseded" } else { "valid" },
        };
        let unsigned = dice.chance(700);
        if adult && !unsigned {
            sheets.add(&authorisation);
        }
        let Some(from) = second.filter(|_| now.contains(&index)) else { continue };
        (member.version, member.valid_from, member.valid_to) = (2, from, None);
        if now.first() == Some(&index) {
            member.relationship = "01";
        }
        sheets.add(&member);
        if adult && signed_again {
            (authorisation.household_version, authorisation.signed_on) = (2, from);
            (authorisation.ended_on, authorisation.state) = (None, "valid");
            sheets.add(&authorisation);
        }
    }
}

/// A subsidy of one person: its programme, amount and span.
struct Subsidy {
    programme: &'static str,
    amount: Fen,
    start: Month,
    end: Option<Month>,
}

fn write_person_programmes(
    calendar: &Calendar,
    block: &mut Block,
    home: &Home,
    index: usize,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let Some(person) = block.people.get(index).cloned() else { return };
    let mut subsidies: Vec<Subsidy> = Vec::new();
    let died = person.passing.map(|passing| passing.known);
    let covered = home.support.as_ref().filter(|support| support.is_active(calendar) || died.is_some());
    let programme = covered.map(|support| support.programme);
    if let Some(card) = person.disability {
        let issued = Month::of(card.issued).plus(1);
        let lapsed = Month::of(card.valid_to) < calendar.m && dice.chance(60_000);
        let end = died.or(lapsed.then(|| Month::of(card.valid_to)));
        let granted = covered.and_then(|support| support.start).unwrap_or(issued).max(issued);
        if programme == Some("dibao") && !dice.chance(2_500) {
            let amount = Fen(368_00);
            subsidies.push(Subsidy { programme: "disability_living", amount, start: granted, end });
        }
        if card.is_severe() && programme != Some("tekun") && !dice.chance(2_500) {
            let amount = Fen(if card.grade == 1 { 500_00 } else { 250_00 });
            subsidies.push(Subsidy { programme: "disability_care", amount, start: issued, end });
        }
    }
    if person.age >= 80 && !dice.chance(2_000) {
        let start = Month::of(person.born).plus(12 * 80 + 1);
        let amount = Fen(if person.age >= 90 { 120_00 } else { 60_00 });
        subsidies.push(Subsidy { programme: "elderly_allowance", amount, start, end: died });
    }
    if home.kind == Kind::ChildCare && index != home.people.start {
        let programme = if dice.chance(30_000) { "orphan" } else { "de_facto_unattended" };
        let start = calendar.month(-dice.between(1, 12 * person.age.max(1)));
        subsidies.push(Subsidy { programme, amount: Fen(2_050_00), start, end: died });
        sheets.add(&Child {
            person_id: person.id,
            kind: programme,
            start_month: start,
            end_month: None,
            status: "active",
        });
    }
    if let (false, Some(person)) = (subsidies.is_empty(), block.people.get_mut(index)) {
        person.listed = true;
    }
    for subsidy in subsidies.into_iter().filter(|subsidy| subsidy.start <= calendar.m) {
        write_subsidy(calendar, block, home, &person, &subsidy, sheets);
    }
}

fn write_subsidy(
    calendar: &Calendar,
    block: &mut Block,
    home: &Home,
    person: &Resident,
    subsidy: &Subsidy,
    sheets: &mut Sheets,
) {
    let over = subsidy.end.is_some_and(|end| end < calendar.m);
    let case = Case {
        case_id: block.reference("C"),
        household_id: home.id,
        person_id: Some(person.id),
        programme: subsidy.programme,
        category: "single",
        status: if over { "stopped" } else { "active" },
        division: township_of(home.village),
        hukou_kind: home.hukou_kind,
        applied_on: Some(plus_days(subsidy.start.first_day(), -21)),
        start_month: Some(subsidy.start),
        end_month: subsidy.end.filter(|_| over),
        monthly_amount: subsidy.amount,
        declared_annual_income: None,
        counted_members: 1,
        recheck_class: None,
        last_recheck_on: None,
        deleted: None,
    };
    sheets.add(&case);
    for month in calendar.paid.iter().copied() {
        if subsidy.start <= month && subsidy.end.is_none_or(|end| month <= end) {
            sheets.add(&Payment {
                case_id: case.case_id,
                person_id: person.id,
                programme: subsidy.programme,
                item: "basic",
                pay_month: month,
                sequence: 1,
                amount: subsidy.amount,
                division: case.division,
            });
        }
    }
}

/// Help for once in a sudden need: a case that ends in the month it began.
fn write_temporary(
    calendar: &Calendar,
    block: &mut Block,
    home: &Home,
    sheets: &mut Sheets,
    dice: &mut Dice,
) {
    let month = calendar.month(-dice.between(1, 22));
    let case_id = block.reference("C");
    let Some(person) = block.people.get_mut(home.people.start) else { return };
    person.listed = true;
    let amount = Fen(i64::from(dice.between(8, 60)) * 100_00);
    sheets.add(&Case {
        case_id,
        household_id: home.id,
        person_id: None,
        programme: "temporary",
        category: "household",
        status: "stopped",
        division: township_of(home.village),
        hukou_kind: home.hukou_kind,
        applied_on: Some(plus_days(month.first_day(), -9)),
        start_month: Some(month),
        end_month: Some(month),
        monthly_amount: amount,
        declared_annual_income: None,
        counted_members: i32::try_from(home.people.len()).unwrap_or(1),
        recheck_class: None,
        last_recheck_on: None,
        deleted: None,
    });
    sheets.add(&Payment {
        case_id,
        person_id: person.id,
        programme: "temporary",
        item: "basic",
        pay_month: month,
        sequence: 1,
        amount,
        division: township_of(home.village),
    });
}
