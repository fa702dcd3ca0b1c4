//! Whether a night keeps within the memory that it was given: said as soon as it is known how many people there are, never found out after hours.
//!
//! Measured on two threads, release build, peak resident memory: 693 MiB for a million people with `--memory 256MiB`, 1,552 MiB for
//! three million with `--memory 1GiB` (0.95 and 2.84 million people in the dictionary); the two figures below are the line through
//! these. Ten million (9.5 in the dictionary) took 3,462 MiB with `--memory 4GiB`, less than by the line (4,695).

use crate::model::Text;

/// What a night takes however few people there are.
const BASE: u64 = 256 << 20;
/// What a person of the dictionary takes: a token, its place in the index, and a share of candidates, leads and evidence.
const PERSON: u64 = 490;

/// What a night over so many people takes at least, in bytes.
fn least(people: u64) -> u64 {
    people.saturating_mul(PERSON).saturating_add(BASE)
}

/// What must be said when `memory` bytes do not do for so many people: resident memory is then beyond it by more than a quarter.
pub fn too_little(memory: Option<usize>, people: usize) -> Option<Text> {
    let memory = u64::try_from(memory?).ok()?;
    let least = least(u64::try_from(people).ok()?);
    if memory.saturating_mul(5) / 4 >= least {
        return None;
    }
    let needed = (least.saturating_mul(4) / 5).div_ceil(1 << 20);
    let given = memory >> 20;
    Some(Text::new(
        format!(
            "内存：这一夜可用 {given} MiB（--memory；不写时是本机、容器或 ulimit 所给的四分之三），{people} 人大约需要 {needed} MiB。照跑，但会超出；机器内存不够时请多给，或换大一些的机器。"
        ),
        format!(
            "memory: the night may hold {given} MiB (--memory; by default three quarters of what the machine, its container or ulimit \
             gives), and {people} people need about {needed} MiB. It goes on and will go beyond it; where the machine has no more, \
             give it a larger one."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_memory_is_said_with_what_is_needed() {
        let said = too_little(Some(2 << 30), 9_500_000).unwrap();
        assert!(said.en.contains("2048 MiB") && said.en.contains("3757 MiB"), "{}", said.en);
        assert!(said.zh.contains("3757 MiB"), "{}", said.zh);
        let needed = 3757 << 20;
        assert_eq!(too_little(Some(needed), 9_500_000), None);
        assert_eq!(too_little(Some(4 << 30), 9_500_000), None);
        assert_eq!(too_little(None, 9_500_000), None);
        assert!(too_little(Some(64 << 20), 0).is_some());
    }
}
