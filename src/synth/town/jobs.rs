//! What people live by: employment, the land, a pension.
//!
//! Never gives an assisted household more than its case declares, but for the few that real checks find.

use super::people::Kind;
use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, months_between},
        dice::Dice,
        number::Ref,
    },
};

/// One livelihood.
#[derive(Debug, Clone, Copy)]
pub enum Job {
    /// Children, pupils, those who are in no scheme.
    None,
    /// Resident pension insurance (170): farmers, the jobless, those who stay at home.
    Resident,
    /// Employed: insurance 110 by an employer.
    Employee { base: Fen, employer: Ref, from: Month, to: Option<Month>, earlier: Option<Ref> },
    /// Flexible employment: insurance 110, paid by oneself.
    Flexible { base: Fen, from: Month },
    /// Civil servant: insurance 120.
    Civil { base: Fen, employer: Ref, from: Month },
    /// Draws a pension; `basic` is the basic resident part.
    Retired { scheme: &'static str, amount: Fen, basic: Fen, from: Month },
}

/// The lowest contribution base of the city (an assumption of the invention).
const LOWEST_BASE: i64 = 4_812_00;

/// The livelihood of one person.
pub fn assign(
    calendar: &Calendar,
    kind: Kind,
    age: i32,
    labour: bool,
    studies: bool,
    dice: &mut Dice,
) -> Job {
    if studies || age < 16 {
        return Job::None;
    }
    if age >= 60 {
        return retired(calendar, kind, age, dice);
    }
    match kind {
        Kind::Ordinary if !labour => Job::Resident,
        Kind::Ordinary => match dice.weighted(&[70, 11, 5, 14]) {
            0 => employee(calendar, age, dice),
            1 => Job::Flexible { base: Fen(LOWEST_BASE), from: calendar.month(-dice.between(1, 80)) },
            2 => {
                let base = Fen(i64::from(dice.between(9_000, 16_000)) * 100);
                let from = calendar.month(-dice.between(6, 200).min((age - 15) * 12));
                Job::Civil { base, employer: Ref("G", 100 + dice.below(300)), from }
            }
            _ => Job::Resident,
        },
        // A few of the assisted have work that lasts; most who have any have had it for a month or two.
        Kind::Marginal | Kind::Rigid if labour && dice.chance(40_000) => employee(calendar, age, dice),
        Kind::Dibao if labour && dice.chance(8_000) => {
            let months = if dice.chance(15_000) { dice.between(5, 14) } else { dice.between(1, 2) };
            let job = (Fen(LOWEST_BASE), Ref("E", 1000 + dice.below(20_000)), calendar.month(-months));
            Job::Employee { base: job.0, employer: job.1, from: job.2, to: None, earlier: None }
        }
        _ => Job::Resident,
    }
}

fn employee(calendar: &Calendar, age: i32, dice: &mut Dice) -> Job {
    let base = Fen(LOWEST_BASE + i64::from(dice.below(90)) * i64::from(dice.below(90)) * 100);
    let employer = Ref("E", 1000 + dice.below(20_000));
    let earlier = dice.chance(22_000).then(|| Ref("E", 1000 + dice.below(20_000)));
    let longest = ((age - 16) * 12).clamp(2, 180);
    let from = match earlier {
        Some(_) => calendar.month(-dice.between(2, 22).min(longest)),
        None => calendar.month(-dice.between(2, longest)),
    };
    let lost = dice.chance(3_000).then(|| calendar.month(-dice.between(1, 30)));
    let to = lost.filter(|to| months_between(from, *to) > 3);
    Job::Employee { base, employer, from, to, earlier }
}

fn retired(calendar: &Calendar, kind: Kind, age: i32, dice: &mut Dice) -> Job {
    let from = calendar.month(-((age - 60) * 12)).plus(-dice.between(0, 11));
    let scheme = match kind {
        Kind::Ordinary => dice.weighted(&[48, 44, 8]),
        Kind::Marginal | Kind::Rigid => dice.weighted(&[85, 15, 0]),
        Kind::Dibao if dice.chance(1_200) => 1,
        _ => 0,
    };
    let yuan = |dice: &mut Dice, low, high| Fen(i64::from(dice.between(low, high)) * 100);
    match scheme {
        1 => Job::Retired { scheme: "employee", amount: yuan(dice, 2_300, 4_900), basic: Fen(0), from },
        2 => Job::Retired { scheme: "civil_servant", amount: yuan(dice, 4_800, 8_600), basic: Fen(0), from },
        _ => {
            let basic = Fen(285_00);
            let own = Fen(i64::from(dice.between(8, 110)) * 100 + i64::from(dice.below(100)));
            Job::Retired { scheme: "resident", amount: basic + own, basic, from }
        }
    }
}

impl Job {
    /// What rules find of it over the twelve closed months: pension beyond the basic part, wage evidence.
    pub fn found_in_year(&self, calendar: &Calendar) -> Fen {
        let closed = calendar.closed.iter().rev().take(12);
        match self {
            Self::Retired { amount, basic, from, .. } => {
                let months = closed.filter(|month| *month >= from).count();
                Fen((amount.0 - basic.0) * i64::try_from(months).unwrap_or(0))
            }
            Self::Employee { base, from, to, earlier, .. } => {
                let works = |month: &&Month| {
                    (*month >= from || earlier.is_some()) && to.is_none_or(|to| **month <= to)
                };
                let months = closed.filter(works).count();
                Fen(base.0 * i64::try_from(months).unwrap_or(0) * 9 / 10)
            }
            Self::Civil { base, .. } => Fen(base.0 * 12 * 9 / 10),
            Self::None | Self::Resident | Self::Flexible { .. } => Fen(0),
        }
    }
}
