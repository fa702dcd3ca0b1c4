//! The columns of a review list.

use crate::model::Text;

/// A column of a review list, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named by its heading")]
pub enum Column {
    CaseNo,
    Subject,
    Programme,
    Direction,
    Priority,
    Reasons,
    Evidence,
    Threshold,
    AtStake,
    Innocent,
    Action,
    Deadline,
    Changed,
    Earlier,
    Outcome,
    Reason,
    Amount,
    Reviewer,
    Date,
    LeadNo,
}

impl Column {
    /// All of them, in order.
    pub const ALL: [Self; 20] = [
        Self::CaseNo,
        Self::Subject,
        Self::Programme,
        Self::Direction,
        Self::Priority,
        Self::Reasons,
        Self::Evidence,
        Self::Threshold,
        Self::AtStake,
        Self::Innocent,
        Self::Action,
        Self::Deadline,
        Self::Changed,
        Self::Earlier,
        Self::Outcome,
        Self::Reason,
        Self::Amount,
        Self::Reviewer,
        Self::Date,
        Self::LeadNo,
    ];

    /// The heading.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Self::CaseNo => ("案件号", "Case no."),
            Self::Subject => ("核查对象", "Subject"),
            Self::Programme => ("项目", "Programme"),
            Self::Direction => ("方向", "Direction"),
            Self::Priority => ("优先级及理由", "Priority and why"),
            Self::Reasons => ("疑点与依据", "Reasons and legal basis"),
            Self::Evidence => ("证据", "Evidence"),
            Self::Threshold => ("界限与实际", "Threshold and value"),
            Self::AtStake => ("涉及金额", "Amount at stake"),
            Self::Innocent => ("先核对的合理解释", "Check first: innocent explanations"),
            Self::Action => ("建议处理", "Recommended action"),
            Self::Deadline => ("办结期限", "Deadline"),
            Self::Changed => ("与上次相比", "Changed since last time"),
            Self::Earlier => ("以往处理", "Earlier dispositions"),
            Self::Outcome => ("核查结果", "Outcome"),
            Self::Reason => ("核查说明", "Reason"),
            Self::Amount => ("核定金额（元）", "Amount (yuan)"),
            Self::Reviewer => ("核查人", "Reviewer"),
            Self::Date => ("核查日期", "Date"),
            Self::LeadNo => ("线索号", "Lead no."),
        };
        Text::new(zh, en)
    }

    /// The column with that heading, in either language: for lists that come back.
    pub fn find(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_start_matches('\u{feff}');
        Self::ALL.into_iter().find(|column| {
            let title = column.title();
            heading == title.zh || heading == title.en
        })
    }

    /// Whether the caseworker fills it in.
    pub fn is_to_fill_in(self) -> bool {
        (Self::Outcome..=Self::Date).contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_found_in_either_language() {
        for column in Column::ALL {
            assert_eq!(Column::find(&column.title().zh), Some(column));
            assert_eq!(Column::find(&format!("\u{feff}{} ", column.title().en)), Some(column));
        }
        assert_eq!(Column::find("备注"), None);
    }
}
