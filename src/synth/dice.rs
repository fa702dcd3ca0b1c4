//! Seeded random numbers: one stream for each part of the city and each block of people.
//!
//! Never a clock, never the system's randomness: a stream is named by seed, part and block alone, so a
//! change in one part leaves the others as they were.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// The part of the city that a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who lives where, and with whom.
    People = 1,
    /// Assistance cases, payments, authorisations.
    Assistance,
    /// Certificates, deaths, marriages, relatives.
    Registers,
    /// Insurance, pensions, jobs.
    Work,
    /// Homes, tenancies, the provident fund.
    Housing,
    /// Schools and school aid.
    School,
    /// What clerks and spreadsheets do to a file.
    Dirt,
}

/// One stream of random numbers.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of one part in one block.
    pub fn new(seed: u64, part: Part, block: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((part as u64) << 32 | u64::from(block));
        Self(rng)
    }

    /// A number from 0 to `n - 1`; 0 when `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(n);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(high - low + 1).unwrap_or(1);
        low + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in `parts` of 100,000 throws.
    pub fn chance(&mut self, parts: u32) -> bool {
        self.below(100_000) < parts
    }

    /// One of the choices.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let n = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices.get(self.below(n) as usize).copied()
    }

    /// An index, each as often as its weight says.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_part_and_block_only() {
        let draw = |seed, part, block| Dice::new(seed, part, block).below(u32::MAX);
        assert_eq!(draw(1, Part::Work, 2), draw(1, Part::Work, 2));
        assert_ne!(draw(1, Part::Work, 2), draw(2, Part::Work, 2));
        assert_ne!(draw(1, Part::Work, 2), draw(1, Part::Work, 3));
        assert_ne!(draw(1, Part::Work, 2), draw(1, Part::School, 2));
    }

    #[test]
    fn throws_stay_in_their_bounds() {
        let mut dice = Dice::new(7, Part::People, 0);
        for _ in 0..1000 {
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            assert!(dice.weighted(&[0, 1, 2]) > 0);
        }
        assert_eq!(dice.below(0), 0);
        assert!(dice.chance(100_000) && !dice.chance(0));
    }
}
