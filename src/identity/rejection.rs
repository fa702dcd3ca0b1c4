//! Why a text is not an identity number: a closed list, so that no message can ever carry the text itself.

use crate::model::Text;

/// Why a text was refused as an identity number (rule Q-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rejection {
    /// Nothing is left after spaces and apostrophes.
    Empty,
    /// A spreadsheet turned the number into `3.30302E+17`; its last digits are lost.
    Exponent,
    /// A character that is neither a digit nor a final X.
    Character,
    /// Neither 15 nor 18 characters.
    Length,
    /// 15 digits ending in 996–999: held by people born before 1900, so the century is not known.
    Centenarian,
    /// The first two digits are no region.
    Region,
    /// Not a calendar day, before 1850 or after the day of the data.
    BirthDate,
    /// The last character does not follow from the others.
    CheckDigit,
}

impl Rejection {
    /// All reasons, in the order in which they are looked for.
    pub const ALL: [Self; 8] = [
        Self::Empty,
        Self::Exponent,
        Self::Character,
        Self::Length,
        Self::Centenarian,
        Self::Region,
        Self::BirthDate,
        Self::CheckDigit,
    ];

    /// The reason's name in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "identity_empty",
            Self::Exponent => "identity_exponent",
            Self::Character => "identity_character",
            Self::Length => "identity_length",
            Self::Centenarian => "identity_15_digit_series",
            Self::Region => "identity_region",
            Self::BirthDate => "identity_birth_date",
            Self::CheckDigit => "identity_check_digit",
        }
    }

    /// The reason in words.
    pub fn text(self) -> Text {
        match self {
            Self::Empty => Text::new("身份号码为空", "the identity number is empty"),
            Self::Exponent => Text::new(
                "身份号码被表格软件改成了科学计数法，末位已丢失；请把该列设为文本后重新导出",
                "a spreadsheet turned the identity number into an exponent and lost its last digits; export the column as text",
            ),
            Self::Character => Text::new(
                "身份号码含有数字和末位 X 以外的字符",
                "the identity number holds a character other than digits and a final X",
            ),
            Self::Length => Text::new(
                "身份号码不是 15 位或 18 位",
                "the identity number has neither 15 nor 18 characters",
            ),
            Self::Centenarian => Text::new(
                "15 位号码以 996–999 结尾（1900 年前出生者专用），无法确定世纪；请提供 18 位号码",
                "a 15-digit number ending in 996–999 belongs to someone born before 1900; give the 18-digit number",
            ),
            Self::Region => Text::new(
                "身份号码前两位不是有效地区",
                "the identity number's first two digits are no region",
            ),
            Self::BirthDate => Text::new(
                "身份号码中的出生日期不存在、早于 1850 年或晚于数据日期",
                "the birth date in the identity number does not exist, lies before 1850 or after the day of the data",
            ),
            Self::CheckDigit => Text::new("身份号码校验位错误", "the identity number's check digit is wrong"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_code_and_both_languages() {
        let codes: BTreeSet<_> = Rejection::ALL.iter().map(|r| r.code()).collect();
        assert_eq!(codes.len(), Rejection::ALL.len());
        assert!(Rejection::ALL.iter().all(|r| !r.text().zh.is_empty() && !r.text().en.is_empty()));
    }
}
