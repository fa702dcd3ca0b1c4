//! The background city: ordinary people and assisted households, block by block.
//!
//! A block is a few thousand people of one county with everything that the agencies know of them. Blocks
//! share nothing, so they can be made in any order, on any number of threads, and never all at once.

mod assistance;
mod homes;
mod jobs;
mod people;
mod registers;
mod schools;
mod support;
mod work;

use super::{
    calendar::Calendar,
    dice::{Dice, Part},
    rows::Sheets,
};

pub use work::january;

pub use people::{block_count, block_size};

/// What every part needs to know while it writes a block.
pub struct Scene<'a> {
    /// The days and months.
    pub calendar: &'a Calendar,
    /// The seed of the city.
    pub seed: u64,
}

impl Scene<'_> {
    fn dice(&self, part: Part, block: u32) -> Dice {
        Dice::new(self.seed, part, block)
    }
}

/// Makes the people of one block and writes all that is known of them.
pub fn write_block(scene: &Scene<'_>, index: u32, people: u32, sheets: &mut Sheets) {
    let mut block = people::settle(scene, index, people);
    support::plan(scene, &mut block);
    assistance::write(scene, &mut block, sheets);
    registers::write(scene, &mut block, sheets);
    work::write(scene, &block, sheets);
    homes::write(scene, &block, sheets);
    schools::write(scene, &mut block, sheets);
    registers::write_persons(scene, &block, sheets);
}
