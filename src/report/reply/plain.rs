//! The reply as plain text, for a terminal or a letter, in one language.

use super::{FaultyColumn, Reply};
use crate::model::{Lang, Text};

/// The lines of the reply.
pub fn plain(reply: &Reply, lang: Lang) -> Vec<String> {
    let say = |zh: &str, en: &str| if lang == Lang::Zh { zh.to_owned() } else { en.to_owned() };
    let one = |text: &Text| text.in_lang(lang).to_owned();
    let mut lines = vec![heading(reply, lang), address(reply), one(&reply.verdict())];
    lines.extend(reply.balance().as_ref().map(one));
    for (number, problem) in (1..).zip(&reply.problems) {
        lines.push(String::new());
        lines.push(format!("{number}. {} [{}]", one(&problem.what), problem.code));
        lines.push(format!("   {}{}", say("怎样改：", "how to mend it: "), one(&problem.mend)));
    }
    for (number, fault) in (reply.problems.len() + 1..).zip(&reply.faults) {
        lines.push(String::new());
        let count = fault.count;
        lines.push(format!(
            "{number}. {} [{}]{}",
            one(&fault.what),
            fault.code,
            say("：", ": ") + &one(&times(count))
        ));
        lines.extend(fault.columns.iter().flat_map(|column| column_lines(column, lang)));
        lines.push(format!("   {}{}", say("怎样改：", "how to mend it: "), one(&fault.mend)));
    }
    if !reply.faults.is_empty() {
        lines.push(String::new());
        lines.push(one(&line_note()));
        lines.extend(reply.how_to_correct().as_ref().map(one));
    }
    if !reply.repairs.is_empty() {
        let repairs = reply.repairs.iter().map(|(what, count)| format!("{} {count}", one(what)));
        lines.push(String::new());
        lines.push(format!(
            "{}{}",
            say("已自动整理，不必处理：", "put right by itself, nothing to do: "),
            repairs.collect::<Vec<_>>().join(&say("、", ", "))
        ));
    }
    for note in &reply.notes {
        lines.push(format!("{}{}", say("另：", "note: "), one(note)));
    }
    lines
}

/// How often.
pub(super) fn times(count: u64) -> Text {
    let en = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    Text::new(format!("{count} 处"), en)
}

/// What the numbers of lines count.
pub(super) fn line_note() -> Text {
    Text::new(
        "行号是交付文件夹里数据文件的行号，表头是第 1 行。一行可以有几处问题。",
        "Lines are those of the data file in the delivery's folder; the header is line 1. A row can have several faults.",
    )
}

/// Which delivery it is about: the dataset and the day, in words where a contract has them.
pub(super) fn heading(reply: &Reply, lang: Lang) -> String {
    let title = reply.title.as_ref().map(|title| title.in_lang(lang));
    let what = title.or(reply.dataset.as_deref()).unwrap_or(&reply.delivery);
    [what].into_iter().chain(reply.as_of.as_deref()).collect::<Vec<_>>().join(" ")
}

/// The same as programs name it.
pub(super) fn address(reply: &Reply) -> String {
    reply.dataset.iter().chain([&reply.delivery]).cloned().collect::<Vec<_>>().join(" · ")
}

/// Where in the table: the column in the agency's words and in the contract's.
pub(super) fn column_name(column: &FaultyColumn) -> Text {
    match (&column.header, &column.name) {
        (Some(header), Some(name)) => {
            Text::new(format!("“{header}”（{name}）"), format!("{name} ({header})"))
        }
        (None, Some(name)) => Text::new(name, name),
        (_, None) => Text::new("整行", "the row as a whole"),
    }
}

/// The first lines, by file: `a.csv 2, 3, 9; b.csv 4`.
pub(super) fn examples(column: &FaultyColumn) -> Text {
    let mut by_file: Vec<(&str, Vec<String>)> = Vec::new();
    for (file, line) in &column.first {
        match by_file.last_mut() {
            Some((last, lines)) if last == file => lines.push(line.to_string()),
            _ => by_file.push((file, vec![line.to_string()])),
        }
    }
    let more = if usize::try_from(column.count).is_ok_and(|count| count == column.first.len()) {
        ("", "")
    } else {
        ("等", ", …")
    };
    let zh: Vec<String> =
        by_file.iter().map(|(file, lines)| format!("{file} 第 {} 行", lines.join("、"))).collect();
    let en: Vec<String> = by_file
        .iter()
        .map(|(file, lines)| {
            let word = if lines.len() == 1 { "line" } else { "lines" };
            format!("{file} {word} {}", lines.join(", "))
        })
        .collect();
    Text::new(format!("{}{}", zh.join("；"), more.0), format!("{}{}", en.join("; "), more.1))
}

/// The codes that may stand in a column: `dibao 低保、tekun 特困`.
pub(super) fn codes(column: &FaultyColumn) -> Option<Text> {
    let list = |wording: fn(&Text) -> &str, mark: &str| {
        let said: Vec<String> =
            column.codes.iter().map(|(code, label)| format!("{code} {}", wording(label))).collect();
        said.join(mark)
    };
    (!column.codes.is_empty()).then(|| {
        Text::new(
            format!("可用的代码：{}", list(|text| &text.zh, "、")),
            format!("codes that may stand there: {}", list(|text| &text.en, ", ")),
        )
    })
}

fn column_lines(column: &FaultyColumn, lang: Lang) -> Vec<String> {
    let (name, examples, count) = (column_name(column), examples(column), column.count);
    let line = Text::new(
        format!("   {}：{count} 处，{}", name.zh, examples.zh),
        format!("   {}: {count}, {}", name.en, examples.en),
    );
    let mut lines = vec![line.in_lang(lang).to_owned()];
    lines.extend(codes(column).map(|codes| format!("   {}", codes.in_lang(lang))));
    lines
}
