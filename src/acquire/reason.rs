//! Why a row is set aside: a closed list, each with a sentence in both languages. Never a value of the row.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Text;

macro_rules! reasons {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// Why a row is set aside.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[doc = $en] #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that stands in the quarantine file.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// A sentence for people.
            pub fn text(self) -> Text {
                match self { $(Self::$name => Text::new($zh, $en)),* }
            }
        }
    };
}

reasons! {
    WrongFieldCount = "wrong_field_count", "本行列数与表头不一致", "the row has more or fewer fields than the header";
    UnclosedQuote = "unclosed_quote", "引号未闭合，文件可能被截断", "a quote is never closed; the file may be cut off";
    RequiredMissing = "required_missing", "必填项为空", "a required value is missing";
    NotAToken = "not_a_token", "不是人员标识（应为64位小写十六进制）", "not a person token (64 lower-case hex characters)";
    LooksLikeIdentityNumber = "looks_like_identity_number", "疑似含有明文证件号码", "looks as if it held a raw identity number";
    RefTooLong = "ref_too_long", "编号超过64个字符", "a reference is longer than 64 characters";
    WrongLength = "wrong_length", "长度不符合数据合同", "shorter or longer than the contract allows";
    ControlCharacter = "control_character", "含有控制字符或换行", "holds a control character or a line break";
    UnknownCode = "unknown_code", "代码不在代码表内", "a code is not in the list";
    BadDivision = "bad_division", "行政区划代码应为6、9或12位数字", "a division is 6, 9 or 12 digits";
    BadDate = "bad_date", "日期应为 YYYY-MM-DD", "not a date (YYYY-MM-DD)";
    BadMonth = "bad_month", "月份应为 YYYY-MM", "not a month (YYYY-MM)";
    WrongForm = "wrong_form", "写法不符合数据合同规定的格式", "not written in the form that the contract asks for";
    NotJanuary = "not_january", "年度应写为当年一月", "a year is written as its January";
    BadMoney = "bad_money", "金额不能识别", "not an amount of money";
    BadDecimal = "bad_decimal", "数值不能识别", "not a decimal number";
    BadInt = "bad_int", "不是整数", "not a whole number";
    BadBool = "bad_bool", "应为 true/false/1/0/是/否", "not true, false, 1, 0, 是 or 否";
    Exponent = "exponent", "被表格软件改成了科学计数法", "a spreadsheet has turned it into a number with an exponent";
    TrailingPointZero = "trailing_point_zero", "末尾多出“.0”", "ends in `.0`";
    ThousandsSeparator = "thousands_separator", "含有千位分隔符", "holds a thousands separator";
    LeadingApostrophe = "leading_apostrophe", "以单引号开头，是表格软件留下的", "begins with an apostrophe that a spreadsheet left";
    LeadingZeroLost = "leading_zero_lost", "少一位数字，可能被表格软件去掉了开头的0", "a digit is missing; a spreadsheet may have dropped a leading zero";
    DateSerial = "date_serial", "日期被表格软件改成了天数（如 45292）", "a spreadsheet has turned a date into a number of days, such as 45292";
    SpreadsheetError = "spreadsheet_error", "是表格软件的错误值（如 #N/A）", "an error of a spreadsheet stands in its place, such as #N/A";
    FormulaWithoutValue = "formula_without_value", "公式没有保存计算结果", "a formula whose result was not saved";
    MergedCells = "merged_cells", "本行有合并单元格，其值属于哪一行不清楚", "cells of the row are merged; which row a value belongs to is unclear";
    StrayQuote = "stray_quote", "引号没有成对，或在不该有的位置；本行可能被错误地分列", "a quotation mark stands where none may; the row may have been cut at the wrong commas";
    LostCharacters = "lost_characters", "连续的问号，文字可能已丢失", "question marks in a row; characters may have been lost";
    ByteOrderMark = "byte_order_mark", "行内有字节顺序标记（BOM），可能是几个文件拼在了一起", "a byte-order mark stands inside the file; several files may have been joined";
    TooManyDecimals = "too_many_decimals", "小数位数过多", "has too many decimals";
    OutOfRange = "out_of_range", "超出数据合同规定的范围", "smaller or larger than the contract allows";
    NotInOrder = "not_in_order", "与另一列矛盾：起止颠倒、部分大于整体，或份额不成立", "contradicts another column: an end before its start, a part above its whole, or a share that cannot be";
    NoneGiven = "none_given", "几列中至少应填一列", "at least one of several columns must have a value";
    DuplicateKeyDiffers = "duplicate_key_differs", "主键相同但内容不同", "rows with the same key differ";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_code_and_both_languages() {
        let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert!(
            Reason::ALL.iter().all(|reason| !reason.text().zh.is_empty() && !reason.text().en.is_empty())
        );
        assert_eq!(serde_json::to_string(&Reason::BadInt).unwrap(), "\"bad_int\"");
    }
}
