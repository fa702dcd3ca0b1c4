//! Administrative division codes (GB/T 2260): 6 digits for a county, 9 for a township, 12 for a village.

/// The part of a code that says something: trailing `000` groups beyond digit 6 and then trailing `00`
/// pairs are dropped, so `330300` becomes `3303` and `330000` becomes `33`.
pub fn division_stem(code: &str) -> &str {
    let mut stem = code;
    while stem.len() > 6 {
        match stem.strip_suffix("000") {
            Some(shorter) => stem = shorter,
            None => return stem,
        }
    }
    while let Some(shorter) = stem.strip_suffix("00") {
        stem = shorter;
    }
    stem
}

/// Whether `code` lies in `division`: the stem of the division is a text prefix of the code.
pub fn lies_in(code: &str, division: &str) -> bool {
    code.starts_with(division_stem(division))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_follow_the_rule_book() {
        for (code, stem) in [
            ("330300", "3303"),
            ("330000", "33"),
            ("330302", "330302"),
            ("330302000", "330302"),
            ("330302000000", "330302"),
            ("330302001000", "330302001"),
            ("330302100", "330302100"),
            ("330300000000", "3303"),
        ] {
            assert_eq!(division_stem(code), stem, "{code}");
        }
        assert!(lies_in("330327101", "330300"));
        assert!(!lies_in("330402101", "330300"));
    }
}
