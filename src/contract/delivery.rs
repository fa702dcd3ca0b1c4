//! What a new delivery means: the word of the contract, and the month column that must go with it.

use super::{Delivery, Kind, column::Written, dataset::WrittenDataset};
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Sheet},
    nearest,
};

/// What `delivery` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Full,
    ByMonth,
    Upsert,
}

/// The word, or a report that it is none.
pub(super) fn word(sheet: &mut Sheet, written: &At<String>) -> Option<Word> {
    const WORDS: [(&str, Word); 3] =
        [("full", Word::Full), ("by_month", Word::ByMonth), ("upsert", Word::Upsert)];
    let known = WORDS.iter().find(|(word, _)| *word == written.value).map(|(_, word)| *word);
    if known.is_none() {
        let words = WORDS.map(|(word, _)| word);
        let (list, near) = (words.join(", "), nearest(&written.value, words));
        let (zh, en) = (
            format!("`{}` 不在 {list} 之中", written.value),
            format!("`{}` is not one of {list}", written.value),
        );
        let unknown = sheet.diagnostic(Mistake::UnknownWord, written.span(), zh, en).did_you_mean(near);
        sheet.found.push(unknown);
    }
    known
}

/// A by-month dataset has one required month column that is `partitioned`; no other dataset has one.
pub(super) fn read(sheet: &mut Sheet, dataset: &WrittenDataset, word: Word) -> Option<Delivery> {
    let months: Vec<&Written> = dataset.columns.iter().filter(|written| written.partitioned).collect();
    match (word, months.as_slice()) {
        (Word::Full, []) => return Some(Delivery::Full),
        (Word::Upsert, []) => return Some(Delivery::Upsert),
        (Word::ByMonth, [month]) if month.column.kind == Kind::Month && month.column.required => {
            return Some(Delivery::ByMonth { column: month.column.name.clone() });
        }
        (Word::ByMonth, [month]) => {
            let zh = format!("月份列 `{}` 应为必填的 month 类型", month.column.name);
            let en = format!("the month column `{}` must be a required month", month.column.name);
            sheet.report(Mistake::BadContract, month.name.span(), zh, en);
        }
        (Word::ByMonth, []) => {
            let (zh, en) = ("按月交付的数据集没有月份列", "a by-month dataset has no month column");
            let missing = sheet
                .diagnostic(Mistake::BadContract, dataset.name.span(), zh, en)
                .help("请给月份列加上 partitioned: true", "give its month column partitioned: true");
            sheet.found.push(missing);
        }
        (_, [.., last]) => {
            let zh = format!(
                "列 `{}` 不应写 partitioned：只有按月交付的数据集有月份列，且只有一个",
                last.column.name
            );
            let en = format!(
                "`{}` must not be partitioned: only a by-month dataset has a month column, and only one",
                last.column.name
            );
            sheet.report(Mistake::BadContract, last.name.span(), zh, en);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::sample::mistakes;

    #[test]
    fn only_a_by_month_dataset_has_a_month_column() {
        let partitioned = "        partitioned: true\n";
        for (edits, said) in [
            (&[(partitioned, "")][..], "13: a by-month dataset has no month column"),
            (
                &[("value: by_month", "value: full")],
                "30: `month` must not be partitioned: only a by-month dataset has a month column, and only one",
            ),
            (&[("value: by_month", "value: by_moth")], "16: `by_moth` is not one of full, by_month, upsert"),
            (
                &[
                    (partitioned, ""),
                    ("        required: false\n", "        required: false\n        partitioned: true\n"),
                ],
                "42: the month column `class` must be a required month",
            ),
            (
                &[("        required: false\n", "        required: false\n        partitioned: true\n")],
                "43: `class` must not be partitioned: only a by-month dataset has a month column, and only one",
            ),
        ] {
            assert_eq!(mistakes(edits), [said], "{edits:?}");
        }
    }
}
