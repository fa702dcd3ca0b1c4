//! How a row that was set aside is mended, said to a clerk who exports from a database or from a spreadsheet.

use super::Reason;
use crate::model::Text;

impl Reason {
    /// How to mend it at the source.
    pub fn mend(self) -> Text {
        let (zh, en) = match self {
            Self::WrongFieldCount => (
                "这一行的列数和表头对不上，多半是某个值里有逗号、引号或换行而没有用引号括起来。请用系统自带的“导出 CSV”功能，不要自己拼接文本",
                "this row has more or fewer fields than the header, mostly because a value holds a comma, a quote or a line break and is not quoted: use the system's own CSV export, not text put together by hand",
            ),
            Self::UnclosedQuote => (
                "从这一行起少了一个引号，后面的行都被并到了一起；也可能是文件没有导完。请找到这一行多出的引号，或重新导出",
                "a quote that opens here never closes, so that all that follows is run together; or the export broke off: look for a stray quote in this line, or export again",
            ),
            Self::RequiredMissing => (
                "这一列每行都要有值。请在业务系统中补上再导出；若整列都空，可能是导出时漏选了这一列",
                "every row needs a value here: fill it in where the data is kept and export again; if the whole column is empty, it may have been left out of the export",
            ),
            Self::NotAToken => (
                "这一列应是 hedui seal 生成的 64 位标识。请用 hedui seal 封装带证件号码的原始文件，不要自己计算或改动",
                "this column holds the 64-character tokens that hedui seal makes: let hedui seal seal the raw file with the identity numbers, and leave what it writes as it is",
            ),
            Self::LooksLikeIdentityNumber => (
                "这里出现了没有加密的证件号码，不能外传。请从这一列（多为备注、姓名、编号）中删去号码，再重新封装",
                "an identity number stands here in the clear and must not leave the office: take it out of this column (mostly a remark, a name or a reference) and seal the file again",
            ),
            Self::RefTooLong => (
                "编号不能超过 64 个字符。请核对是否把两列并成了一列，或把说明文字写进了编号",
                "a reference has 64 characters at the most: see whether two columns were joined, or a remark was written into it",
            ),
            Self::WrongLength => (
                "长度和数据合同要求的不同。请核对是否漏了前导零、被截断，或多出了别的文字",
                "it is shorter or longer than the contract says: look for lost leading zeros, text that was cut off, or something added",
            ),
            Self::ControlCharacter => (
                "值里有换行、制表符或其他看不见的字符。请在业务系统中删去（常见于从网页或文档粘贴的备注）",
                "the value holds a line break, a tab or another character that cannot be seen: delete it where the data is kept (mostly in remarks that were pasted)",
            ),
            Self::UnknownCode => (
                "代码不在约定的代码表里。请改用代码表中的写法；若确有新情况，请先与收件方约定新代码",
                "the code is not in the agreed list: use one of the list; if there is a new case, agree on a code with the receiver first",
            ),
            Self::BadDivision => (
                "行政区划代码应是 6、9 或 12 位数字，不写名称。若少了位数，多半是表格软件去掉了前导零",
                "a division is a code of 6, 9 or 12 digits, not a name; if digits are lacking, a spreadsheet may have dropped leading zeros",
            ),
            Self::BadDate => (
                "日期请写成 2026-03-14 这样。2 月 30 日之类不存在的日子、只有年月、“长期”等文字都不能识别；没有日期就留空（必填列除外）",
                "write a date as 2026-03-14: days that do not exist, a month alone, or words such as `indefinite` are not read; where there is none, leave it empty (unless it is required)",
            ),
            Self::BadMonth => (
                "月份请写成 2026-03 这样。表格软件常把它改成日期或“Mar-26”：请先把该列设为文本",
                "write a month as 2026-03; a spreadsheet likes to turn it into a date or `Mar-26`: make the column text first",
            ),
            Self::WrongForm => (
                "请按数据合同规定的格式填写，例如学期写成 2026-S（春季）或 2025-A（秋季）",
                "write it in the form that the contract asks for: a term, for example, as 2026-S (spring) or 2025-A (autumn)",
            ),
            Self::NotJanuary => (
                "这一列表示年度，请写成当年一月，如 2026-01",
                "this column is a year: write its January, for example 2026-01",
            ),
            Self::BadMoney => (
                "金额只写数字，以元为单位，最多两位小数，如 1190.00；不带“元”、货币符号或文字",
                "write an amount in yuan as digits with two decimals at the most, for example 1190.00, without a unit, a sign of currency or words",
            ),
            Self::BadDecimal => (
                "这里应是普通小数，如 86.5；不带单位和文字",
                "write a plain decimal number, for example 86.5, without a unit or words",
            ),
            Self::BadInt => (
                "这里应是整数，如 3；不带小数、单位和文字",
                "write a whole number, for example 3, without decimals, a unit or words",
            ),
            Self::BadBool => ("这里只能写 是/否、1/0 或 true/false", "write true/false, 1/0 or 是/否"),
            Self::Exponent => (
                "表格软件把长数字改成了 3.30302E+17 这样，后几位已经丢失，改格式也找不回来。请从业务系统重新导出，打开前先把该列设为文本，或干脆不用表格软件打开",
                "a spreadsheet has turned a long number into something like 3.30302E+17; its last digits are lost and no format brings them back: export again, and make the column text before a spreadsheet opens it, or do not open it in one at all",
            ),
            Self::TrailingPointZero => (
                "末尾多出“.0”，是导出程序把编号当成了小数。请把该列按文本导出",
                "the `.0` at the end comes from an export that took a reference for a decimal number: export the column as text",
            ),
            Self::ThousandsSeparator => (
                "请去掉千位分隔符：写 12345.00，不写 12,345.00（在表格软件中把单元格格式改为“常规”再导出）",
                "leave out thousands separators: 12345.00, not 12,345.00 (in a spreadsheet set the cells' format to General before exporting)",
            ),
            Self::TooManyDecimals => (
                "小数位数超过约定，金额最多两位。请按约定位数四舍五入后导出，或核对单位是否写错（如万元）",
                "it has more decimals than agreed; an amount has two at the most: round it before exporting, and see whether the unit is right (ten thousands of yuan?)",
            ),
            Self::LeadingApostrophe => (
                "值的开头多了一个单引号，是在表格软件中把数字变成文本时留下的。请从业务系统直接导出，或把单引号删去",
                "an apostrophe stands before the value, left from making a number text in a spreadsheet: export straight from the system, or delete it",
            ),
            Self::LeadingZeroLost => (
                "少了一位，多半是表格软件去掉了开头的 0。请重新导出，并在打开前把该列设为文本",
                "a digit is lacking, mostly because a spreadsheet dropped a zero at the front: export again, and make the column text before a spreadsheet opens it",
            ),
            Self::DateSerial => (
                "日期变成了天数（如 45292），是表格软件的内部写法。请把该列设为日期格式 2026-03-14 后重新导出",
                "a date has become a number of days such as 45292, which is how a spreadsheet keeps it: give the column the date format 2026-03-14 and export again",
            ),
            Self::SpreadsheetError => (
                "单元格里是 #N/A、#REF! 之类的错误。请改好公式，或直接填上值",
                "the cell shows an error such as #N/A or #REF!: mend the formula, or type the value in",
            ),
            Self::FormulaWithoutValue => (
                "这是公式，而文件里没有它的结果。请在表格软件中打开并保存一次，或选“粘贴为数值”后再导出",
                "this is a formula whose result is not in the file: open and save it in the spreadsheet once, or paste it as values before exporting",
            ),
            Self::MergedCells => (
                "这一行有合并的单元格，看不出值属于哪一行。请取消合并，每一行都填上自己的值",
                "cells of this row are merged, so that nobody can tell whose the value is: unmerge them and fill in every row",
            ),
            Self::StrayQuote => (
                "值里的引号没有按 CSV 的规则写成两个。请用系统自带的“导出 CSV”功能，或把值里的引号删去",
                "a quotation mark inside a value is not doubled as CSV asks for: use the system's own CSV export, or take the mark out of the value",
            ),
            Self::LostCharacters => (
                "这里有连续的问号，原来的文字在转换编码时丢失了。请以 UTF-8 或 GB18030 编码重新导出",
                "question marks stand in a row where characters were lost in a change of encoding: export again as UTF-8 or GB18030",
            ),
            Self::ByteOrderMark => (
                "这里有一个看不见的字节顺序标记（U+FEFF），多半是把几个文件首尾拼成了一个，后一个文件的表头也在里面。请把几个文件分别交付，或从业务系统一次导出",
                "an invisible byte-order mark (U+FEFF) stands here, mostly because several files were put together into one, with their headers: deliver them as several files, or export them at once",
            ),
            Self::OutOfRange => (
                "数值超出约定的范围。请核对单位（元还是万元、平方米还是亩）和小数点，再重新导出",
                "the value is smaller or larger than agreed: check its unit (yuan or ten thousands of yuan?) and the decimal point, and export again",
            ),
            Self::NotInOrder => (
                "与同一行的另一列矛盾：结束早于开始、部分大于整体，或份额的分子大于分母。请核对两列是否对调",
                "it contradicts another column of the row: an end before its start, a part above its whole, a share above one; see whether the two columns were swapped",
            ),
            Self::NoneGiven => (
                "这几列至少要填一列（如死亡日期或火化日期）。请在业务系统中补上",
                "at least one of these columns needs a value (the day of death or of cremation, say): fill it in where the data is kept",
            ),
            Self::DuplicateKeyDiffers => (
                "同一主键有几行而内容不同，不知道以哪一行为准，所以都没有收。请在业务系统中查明，只留一行；完全相同的重复行不必处理",
                "several rows have the same key and differ, so that none could be taken: find out which holds and keep one; rows that are equal throughout need no mending",
            ),
        };
        Text::new(zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_in_both_languages_how_to_mend_it() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in Reason::ALL {
            let mend = reason.mend();
            assert!(mend.zh.chars().count() > 10 && mend.en.len() > 20, "{reason}");
            assert_ne!(mend, reason.text());
            assert!(seen.insert(mend.en), "{reason} says what another says");
        }
    }
}
