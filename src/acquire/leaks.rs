//! The search for identity numbers in the clear, through every text of a delivery (rule Q-06). Remembers places, never a value.
//!
//! # Decisions
//!
//! - A text of fewer than fifteen bytes cannot hold one, and a person's token is none: both leave at once (what it costs stands
//!   with [`sight`]).
//! - A text that is 64 lower-case hexadecimal digits is a keyed hash wherever it stands. Its digits are random, and in millions of
//!   them some eighteen would pass for a number.
//! - One number of eighteen characters condemns the delivery. Fifteen digits can be chance: they count by column, and three of
//!   them, or one row in a hundred, condemn it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    Reason,
    fields::Fields,
    quarantine::{Fault, Where},
    refusal::Refusal,
};
use crate::{
    contract::Contract,
    identity::{Sighting, are_too_many, sight},
    model::Token,
};

/// What a text seems to hold, unless it is a keyed hash.
pub(super) fn sighting(text: &str, as_of: NaiveDate) -> Option<Sighting> {
    sight(text, as_of).filter(|_| text.trim().parse::<Token>().is_err())
}

/// What was seen so far.
#[derive(Debug)]
pub(super) struct Leaks {
    as_of: NaiveDate,
    /// Texts with eighteen characters, by column; their rows are set aside already.
    eighteen: BTreeMap<Where, u64>,
    /// Texts with fifteen digits, by column.
    fifteen: BTreeMap<Where, Fifteen>,
}

/// Texts with fifteen digits in one column.
#[derive(Debug, Default)]
struct Fifteen {
    count: u64,
    /// File and line of those that have not been told yet.
    untold: Vec<(u16, u64)>,
}

impl Fifteen {
    fn tell(&mut self, place: Where) -> impl Iterator<Item = Fault> + use<> {
        let reason = Reason::LooksLikeIdentityNumber;
        std::mem::take(&mut self.untold).into_iter().map(move |(file, line)| Fault {
            file,
            line,
            place,
            reason,
        })
    }
}

impl Leaks {
    pub(super) fn new(as_of: NaiveDate) -> Self {
        Self { as_of, eighteen: BTreeMap::new(), fifteen: BTreeMap::new() }
    }

    /// What was seen, and from here on anew.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.as_of))
    }

    /// Adds what was seen in a later piece.
    pub(super) fn add(&mut self, later: Self) {
        for (place, count) in later.eighteen {
            *self.eighteen.entry(place).or_default() += count;
        }
        for (place, mut seen) in later.fifteen {
            let before = self.fifteen.entry(place).or_default();
            before.count += seen.count;
            before.untold.append(&mut seen.untold);
        }
    }

    /// What is no chance however many rows follow, to be told; so no more than a few places are held.
    pub(super) fn certain(&mut self) -> Vec<Fault> {
        let certain = self.fifteen.iter_mut().filter(|(_, seen)| are_too_many(seen.count, u64::MAX));
        certain.flat_map(|(place, seen)| seen.tell(*place)).collect()
    }

    /// Looks at one text; what is seen is noted.
    pub(super) fn look(&mut self, text: &str, place: Where, file: u16, line: u64) -> Option<Sighting> {
        let sighting = sighting(text, self.as_of)?;
        self.note(sighting, place, file, line);
        Some(sighting)
    }

    /// Notes what was seen in one text.
    pub(super) fn note(&mut self, sighting: Sighting, place: Where, file: u16, line: u64) {
        match sighting {
            Sighting::Eighteen => *self.eighteen.entry(place).or_default() += 1,
            Sighting::Fifteen => {
                let seen = self.fifteen.entry(place).or_default();
                seen.count += 1;
                seen.untold.push((file, line));
            }
        }
    }

    /// Looks at all fields of a row that cannot be matched with the header: it is not known which columns they are.
    pub(super) fn look_at_all(&mut self, fields: Fields<'_>, file: u16, line: u64) -> bool {
        let seen =
            fields.iter().filter(|text| self.look(text, Where::Row, file, line) == Some(Sighting::Eighteen));
        seen.count() > 0
    }

    /// Why the delivery is refused whole, and what the list must tell besides the rows that are set aside for it.
    pub(super) fn judge(&mut self, contract: &Contract, rows: u64) -> (Option<Refusal>, Vec<Fault>) {
        let mut counts = self.eighteen.clone();
        let mut faults = Vec::new();
        for (place, seen) in &mut self.fifteen {
            if are_too_many(seen.count, rows) {
                *counts.entry(*place).or_default() += seen.count;
                faults.extend(seen.tell(*place));
            }
        }
        let name = |place: Where| place.name(contract).unwrap_or_else(|| "?".to_owned());
        let columns: Vec<(String, u64)> =
            counts.iter().map(|(place, count)| (name(*place), *count)).collect();
        let refusal = (!columns.is_empty()).then_some(Refusal::RawNumbers { columns });
        (refusal, faults)
    }
}
