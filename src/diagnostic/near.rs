//! The nearest name for a misspelt one. Never a guess that is acted on: only a hint.

/// The known name that the written one most likely stands for, if one is near enough.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = written.to_lowercase();
    // One slip in three characters is still a slip; more is another word.
    let limit = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_another_word_finds_none() {
        let known = ["death_lag", "death_lag_pension", "lookback_months"];
        assert_eq!(nearest("deth_lag", known), Some("death_lag"));
        assert_eq!(nearest("LOOKBACK_MONTH", known), Some("lookback_months"));
        assert_eq!(nearest("income", known), None);
        assert_eq!(nearest("", known), None);
    }
}
