//! What each assisted household was granted: programme, span, declared income, re-checks.
//!
//! Never writes a row: it only decides, so that payments, homes and schools tell one story.

use chrono::NaiveDate;

use super::{
    Scene,
    people::{Block, Home, Kind, Resident, months_ago},
};
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, plus_days},
        dice::{Dice, Part},
        number::Ref,
    },
};

/// A household's main case.
#[derive(Debug, Clone)]
pub struct Support {
    pub case: Ref,
    pub programme: &'static str,
    pub category: &'static str,
    pub status: &'static str,
    pub applied: NaiveDate,
    pub start: Option<Month>,
    pub end: Option<Month>,
    pub declared: Fen,
    pub class: Option<&'static str>,
    pub recheck: Option<NaiveDate>,
    /// The first month of the household's second version: someone died and the payers know.
    pub second_version: Option<Month>,
    pub grace: Option<(NaiveDate, NaiveDate)>,
}

impl Support {
    /// Whether the case is active at t as the rules have it.
    pub fn is_active(&self, calendar: &Calendar) -> bool {
        self.is_paid_in(calendar.m) && matches!(self.status, "active" | "grace")
    }

    /// Whether the case runs in a month.
    pub fn is_paid_in(&self, month: Month) -> bool {
        !matches!(self.status, "pending" | "denied")
            && self.start.is_some_and(|start| start <= month)
            && self.end.is_none_or(|end| month <= end)
    }
}

/// Plans the case of every assisted household.
pub fn plan(scene: &Scene<'_>, block: &mut Block) {
    let mut dice = scene.dice(Part::Assistance, block.index);
    for index in 0..block.homes.len() {
        let Some(home) = block.homes.get(index).filter(|home| home.kind != Kind::Ordinary).cloned() else {
            continue;
        };
        if home.kind == Kind::ChildCare {
            continue;
        }
        let case = block.reference("C");
        let people = block.people.get(home.people.clone()).unwrap_or_default();
        let support = grant(scene.calendar, &home, people, case, &mut dice);
        if let Some(home) = block.homes.get_mut(index) {
            home.support = Some(support);
        }
    }
}

fn grant(calendar: &Calendar, home: &Home, people: &[Resident], case: Ref, dice: &mut Dice) -> Support {
    let (programme, category) = match home.kind {
        Kind::Tekun => ("tekun", "single"),
        Kind::DibaoSingle => ("dibao", "single"),
        Kind::Marginal => ("dibao_marginal", "household"),
        Kind::Rigid => ("rigid_expenditure", "household"),
        _ => ("dibao", "household"),
    };
    let is_dibao = programme == "dibao";
    let mut status = ["active", "grace", "stopped", "pending", "denied"]
        .get(dice.weighted(&[880, if is_dibao { 15 } else { 0 }, 70, 20, 10]))
        .copied()
        .unwrap_or("active");
    let ago = match home.kind {
        Kind::Rigid if dice.chance(4_000) => dice.between(12, 16),
        Kind::Rigid => dice.between(0, 11),
        _ => dice.between(1, 140),
    };
    let first_death =
        people.iter().filter_map(|person| person.passing).map(|passing| Month::of(passing.on)).min();
    let mut start = calendar.month(-ago);
    if let Some(death) = first_death {
        start = start.min(death.plus(-2));
    }
    let mut end = None;
    if status == "stopped" {
        end = Some(calendar.month(-dice.between(1, 23)));
        start = start.min(calendar.month(-30));
    }
    let everyone_died = people.iter().all(|person| person.passing.is_some());
    let last_known = people.iter().filter_map(|person| person.passing).map(|passing| passing.known).max();
    if let (true, Some(known)) = (everyone_died, last_known) {
        (status, end) = if known < calendar.m { ("stopped", Some(known)) } else { ("active", None) };
    }
    let second_version = people
        .iter()
        .filter_map(|person| person.passing)
        .map(|passing| passing.known)
        .filter(|known| *known < calendar.m && !everyone_died)
        .max()
        .map(|known| known.plus(1));
    let undecided = matches!(status, "pending" | "denied");
    let class = matches!(programme, "dibao" | "dibao_marginal" | "tekun")
        .then(|| dice.pick(&["A", "B", "B", "C"]).unwrap_or("B"));
    let period = if class == Some("C") { 170 } else { 350 };
    let overdue = if dice.chance(3_000) { 200 } else { 0 };
    let recheck = (months_ago(calendar, start) >= 5 && class.is_some())
        .then(|| calendar.day(-dice.between(5, period) - overdue));
    let grace = (status == "grace").then(|| {
        let left = if dice.chance(10_000) { dice.between(1, 30) } else { dice.between(31, 160) };
        let on = calendar.day(left - 182);
        (on, plus_days(on, 182))
    });
    if grace.is_some() {
        start = start.min(calendar.month(-14));
    }
    let first = start.first_day();
    let applied =
        if undecided { calendar.day(-dice.between(5, 60)) } else { plus_days(first, -dice.between(18, 45)) };
    let declared = declare(calendar, home.kind, people, dice);
    Support {
        case,
        programme,
        category,
        status,
        applied,
        start: (!undecided).then_some(start),
        end,
        declared,
        class,
        recheck: if undecided { None } else { recheck },
        second_version,
        grace,
    }
}

/// The income that the household declared for a year.
fn declare(calendar: &Calendar, kind: Kind, people: &[Resident], dice: &mut Dice) -> Fen {
    let counted: Vec<&Resident> = people
        .iter()
        .filter(|person| person.passing.is_none_or(|passing| passing.known >= calendar.m))
        .collect();
    let n = i64::try_from(counted.len().max(1)).unwrap_or(1);
    let line = Calendar::standard(calendar.m).0 * 12 * n;
    let found: i64 = counted.iter().map(|person| person.job.found_in_year(calendar).0).sum();
    let percent = |share: i32| line / 100 * i64::from(share);
    let whole_yuan = |fen: i64| Fen((fen.max(0) + 99) / 100 * 100);
    match kind {
        Kind::Tekun => whole_yuan(found),
        Kind::Marginal => whole_yuan(found.max(percent(dice.between(101, 145)))),
        Kind::Rigid => whole_yuan(found.max(percent(dice.between(110, 210)))),
        // One in forty leaves out what the registers show.
        _ if dice.chance(2_500) => Fen(0),
        _ if found > percent(90) => Fen(0),
        _ => {
            let room = u32::try_from((percent(86) - found).max(0) / 100).unwrap_or(0);
            let extra = if dice.chance(25_000) { 0 } else { dice.below(room.max(1)) };
            whole_yuan(found + i64::from(extra) * 100)
        }
    }
}

/// What dibao pays a month: the gap to the standard, up to the whole yuan.
pub fn dibao_amount(month: Month, n: usize, declared: Fen) -> Fen {
    let line = Calendar::standard(month).0 * 12 * i64::try_from(n).unwrap_or(1);
    Fen(((line - declared.0).max(0) + 1199) / 1200 * 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_is_the_gap_to_the_standard_rounded_up() {
        let month: Month = "2026-03".parse().unwrap();
        assert_eq!(dibao_amount(month, 1, Fen(0)), Fen(119_000));
        assert_eq!(dibao_amount(month, 2, Fen(100)), Fen(238_000));
        assert_eq!(dibao_amount(month, 1, Fen(12_00)), Fen(118_900));
        assert_eq!(dibao_amount(month, 1, Fen(12_01)), Fen(118_900));
        assert_eq!(dibao_amount(month, 1, Fen(99_999_999)), Fen(0));
    }
}
