//! Known cases for every rule: hits, and the near misses that the rule's text implies.
//!
//! Every planted person lives in a planted household, so nothing of the background city touches them. A
//! household is planted clean (authorised, housed, insured, paid what it should be) and then changed in the one
//! thing that the case is about.

mod city;
mod death;
mod double;
mod income;
mod membership;
mod missed;
mod process;
mod property;
mod quality;
mod registers;
mod services;
mod tenants;
mod work;

use super::{calendar::Calendar, rows::Rows, truth::Truth};

pub use quality::{NUMBERS_IN_TEXT_FILE, numbers_in_text_csv};

/// The planted rows and what must come of them.
pub struct Planted {
    /// Rows of all datasets.
    pub rows: Rows,
    /// The expectations.
    pub truth: Vec<Truth>,
}

/// Plants everything.
pub fn plant(calendar: &Calendar) -> Planted {
    let mut city = city::City::new(calendar);
    death::plant(&mut city);
    double::plant(&mut city);
    income::plant(&mut city);
    property::plant(&mut city);
    membership::plant(&mut city);
    process::plant(&mut city);
    missed::plant(&mut city);
    quality::plant(&mut city);
    Planted { rows: city.rows, truth: city.truth }
}
