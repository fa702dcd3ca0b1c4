//! The five answers that a caseworker can give to a lead, as they stand in a list's drop-down cell.

use crate::model::{Lang, Text};

/// What a visit found out about a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 属实: as the lead says.
    Confirmed,
    /// 有疑点但无变化: it was right to ask, yet nothing changes.
    RightToAsk,
    /// 不属实: not as the lead says.
    Unfounded,
    /// 待补充: papers or facts are still missing.
    Deferred,
    /// 非本辖区: someone else's.
    NotMyArea,
}

impl Outcome {
    /// All of them, in the order of the drop-down list.
    pub const ALL: [Self; 5] =
        [Self::Confirmed, Self::RightToAsk, Self::Unfounded, Self::Deferred, Self::NotMyArea];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::RightToAsk => "right_to_ask",
            Self::Unfounded => "unfounded",
            Self::Deferred => "deferred",
            Self::NotMyArea => "not_my_area",
        }
    }

    /// The Chinese word.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Confirmed => "属实",
            Self::RightToAsk => "有疑点但无变化",
            Self::Unfounded => "不属实",
            Self::Deferred => "待补充",
            Self::NotMyArea => "非本辖区",
        }
    }

    /// What stands in the drop-down list, the same in both languages so that any list can be imported.
    pub fn choice(self) -> String {
        format!("{} {}", self.as_str(), self.zh())
    }

    /// When to choose it.
    pub fn when(self) -> Text {
        match self {
            Self::Confirmed => Text::new(
                "情况与线索一致，待遇需要调整或补办",
                "things are as the lead says, and the benefit has to change",
            ),
            Self::RightToAsk => Text::new(
                "有理由核查，核查后待遇不变",
                "there was reason to ask, and nothing changes after the check",
            ),
            Self::Unfounded => Text::new(
                "情况与线索不符，例如同号、数据错误",
                "things are not as the lead says: a wrong record or person",
            ),
            Self::Deferred => Text::new(
                "材料不全或暂时见不到人，需再查",
                "papers are missing or nobody was met; check again",
            ),
            Self::NotMyArea => {
                Text::new("该户不归本乡镇（街道）管", "the household belongs to another township")
            }
        }
    }

    /// Reads what a caseworker left in the cell: the whole choice, or either word of it.
    pub fn parse(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        Self::ALL.into_iter().find(|o| cell == o.as_str() || cell == o.zh() || cell == o.choice())
    }

    /// The wording on paper, where there is no drop-down list.
    pub fn on_paper(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => match self {
                Self::Confirmed => "confirmed",
                Self::RightToAsk => "right to ask, no change",
                Self::Unfounded => "unfounded",
                Self::Deferred => "deferred",
                Self::NotMyArea => "not my area",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_read_back_however_it_was_written() {
        for outcome in Outcome::ALL {
            for cell in [outcome.choice(), outcome.zh().to_owned(), format!(" {} ", outcome.as_str())] {
                assert_eq!(Outcome::parse(&cell), Some(outcome), "{cell}");
            }
        }
        assert_eq!(Outcome::parse("大概属实"), None);
    }

    #[test]
    fn the_drop_down_list_fits_into_what_a_spreadsheet_allows() {
        let list = Outcome::ALL.map(Outcome::choice).join(",");
        assert!(list.chars().count() <= 255, "{list}");
        assert!(Outcome::ALL.iter().all(|o| !o.choice().contains(',')));
    }
}
