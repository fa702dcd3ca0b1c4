//! Text that was read in the wrong encoding once and saved again: `锟斤拷`, `鎴峰彿`, `Ã©`, U+FFFD. It is found, never mended.
//!
//! # Decisions
//!
//! - U+FFFD and `锟斤拷` (two of them, read as GBK) stand where characters were lost. One is enough.
//! - A run of characters that turns into sound UTF-8 when it is written in another encoding was UTF-8 once. In Windows-1252
//!   one such character is enough: no language writes `Ã©`. In GBK three rare characters can do it by chance (about one name
//!   in ten thousand), so two runs in a row, or all there are, must say six or four characters so.
//! - Only runs of three Chinese characters and more are judged: shorter ones hold no two characters of UTF-8.

use std::sync::LazyLock;

use encoding_rs::{GBK, WINDOWS_1252};

use crate::model::Text;

/// A run is judged in pieces of so many bytes.
const LONGEST: usize = 512;
/// So many characters must have been UTF-8 without a sound run between them.
const ENOUGH: usize = 6;
/// So many, if there is no sound run in the whole file.
const ENOUGH_IN_ALL: usize = 4;

/// How a text is garbled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garbled {
    /// Characters were lost: U+FFFD or 锟斤拷.
    Lost,
    /// UTF-8 was read as GBK.
    AsGbk,
    /// UTF-8 was read as Latin-1 or Windows-1252.
    AsLatin,
}

impl Garbled {
    /// How.
    pub fn text(self) -> Text {
        match self {
            Self::Lost => Text::new("文字已丢失，如“锟斤拷”", "characters were lost: U+FFFD or 锟斤拷"),
            Self::AsGbk => Text::new("UTF-8 被当作 GBK", "UTF-8 taken for GBK"),
            Self::AsLatin => Text::new("UTF-8 被当作 Latin-1", "UTF-8 taken for Latin-1"),
        }
    }
}

/// Looks at text as it passes.
#[derive(Debug, Default)]
pub(super) struct GarbleWatch {
    /// The run at hand.
    run: Vec<u8>,
    /// Characters of UTF-8 since the last sound run.
    doubtful: usize,
    /// Whether any run was sound.
    any_sound: bool,
}

impl GarbleWatch {
    /// Looks at a piece of UTF-8; a run may go on in the next piece. How it is garbled, and after how many bytes of the piece.
    pub(super) fn see(&mut self, piece: &[u8]) -> Option<(Garbled, usize)> {
        if self.run.is_empty() && piece.is_ascii() {
            return None;
        }
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            let wide = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
            self.run.extend_from_slice(rest.get(..wide).unwrap_or_default());
            at += wide;
            if wide == rest.len() && self.run.len() < LONGEST {
                return None;
            }
            if !self.run.is_empty()
                && let Some(garbled) = self.judge()
            {
                return Some((garbled, at));
            }
            let rest = rest.get(wide..).unwrap_or_default();
            at += rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        }
        None
    }

    /// Looks at one whole value.
    pub(super) fn value(&mut self, text: &str) -> Option<Garbled> {
        if text.is_ascii() {
            return None;
        }
        self.see(text.as_bytes()).map(|(garbled, _)| garbled).or_else(|| self.judge())
    }

    /// Whether it waits for nothing: what comes next may be passed by if it is ASCII.
    pub(super) fn is_between_runs(&self) -> bool {
        self.run.is_empty()
    }

    /// What the whole file amounts to.
    pub(super) fn finish(&mut self) -> Option<Garbled> {
        self.judge().or((!self.any_sound && self.doubtful >= ENOUGH_IN_ALL).then_some(Garbled::AsGbk))
    }

    fn judge(&mut self) -> Option<Garbled> {
        let run = std::mem::take(&mut self.run);
        let found = self.judge_run(&run);
        self.run = run;
        self.run.clear();
        found
    }

    fn judge_run(&mut self, run: &[u8]) -> Option<Garbled> {
        let text = std::str::from_utf8(run).ok()?;
        if text.contains('\u{FFFD}') || text.contains("锟斤拷") {
            return Some(Garbled::Lost);
        }
        let first = text.chars().next()?;
        // Latin letters and the marks that Windows-1252 has above them come before all Chinese.
        if first < '\u{2E80}' {
            let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
            return (!unmappable && was_utf8(&bytes) > 0).then_some(Garbled::AsLatin);
        }
        text.chars().nth(2)?;
        let doubtful = if BEGINS_UTF8.binary_search(&first).is_ok() {
            let (bytes, _, unmappable) = GBK.encode(text);
            if unmappable { 0 } else { was_utf8(&bytes) }
        } else {
            0
        };
        if doubtful < 2 {
            self.any_sound = true;
            self.doubtful = 0;
            return None;
        }
        self.doubtful += doubtful;
        (self.doubtful >= ENOUGH).then_some(Garbled::AsGbk)
    }
}

/// How many characters above ASCII the bytes are as UTF-8: none if they are not, but for an end that was cut off.
fn was_utf8(bytes: &[u8]) -> usize {
    let sound = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return 0,
    };
    sound.chars().count()
}

/// The characters, in order, that the first two bytes of a Chinese character in UTF-8 are in GBK.
static BEGINS_UTF8: LazyLock<Vec<char>> = LazyLock::new(|| {
    let pairs = (0xE2..=0xE9_u8).flat_map(|first| (0x80..=0xBF_u8).map(move |second| [first, second]));
    let mut chars: Vec<char> = pairs
        .filter_map(|pair| GBK.decode_without_bom_handling_and_without_replacement(&pair)?.chars().next())
        .collect();
    chars.sort_unstable();
    chars
});

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> Option<Garbled> {
        let mut watch = GarbleWatch::default();
        watch.see(text.as_bytes()).map(|(garbled, _)| garbled).or_else(|| watch.finish())
    }

    fn as_gbk(text: &str) -> String {
        GBK.decode(text.as_bytes()).0.replace('\u{FFFD}', "?")
    }

    fn as_latin(text: &str) -> String {
        WINDOWS_1252.decode(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn text_that_went_through_the_wrong_encoding_is_found() {
        assert_eq!(look("a,锟斤拷锟斤拷\n"), Some(Garbled::Lost));
        assert_eq!(look("a,甲\u{FFFD}\n"), Some(Garbled::Lost));
        for text in ["示例城市\n", "户号,姓名\n张三丰,欧阳锋\n", "低保户,特困户,低保户\n"]
        {
            assert_eq!(look(&as_gbk(text)), Some(Garbled::AsGbk), "{}", as_gbk(text));
            assert_eq!(look(&as_latin(text)), Some(Garbled::AsLatin), "{}", as_latin(text));
        }
        assert_eq!(look("caf\u{C3}\u{A9}"), Some(Garbled::AsLatin));
        assert_eq!(look("x\u{C2}\u{B7}y"), Some(Garbled::AsLatin));
    }

    #[test]
    fn rare_and_foreign_text_is_left_alone() {
        for text in [
            "𠮷田·买买提\n",
            "示例城市第一街道办事处\n",
            "鎏鑫珹喆旻珺\n",
            "café, Müller, Ångström, “quoted” – €5 ½ °C\n",
            "Ünïcödé ñandú ÄÖÜ éè\n",
            "联通,联通公司,联通公司\n",
            "한국어 日本語テキスト Русский ελληνικά\n",
            "鎴,鎴,鎴,鎴,鎴,鎴\n",
            "😀👨‍👩‍👧‍👦\n",
        ] {
            assert_eq!(look(text), None, "{text}");
        }
    }

    #[test]
    fn one_run_that_looks_so_by_chance_does_not_stop_a_sound_file() {
        let doubtful = as_gbk("乡镇");
        assert_eq!(look(&format!("一街道,{doubtful},二街道,{doubtful},三街道\n")), None);
        assert_eq!(look(&doubtful), None);
    }

    #[test]
    fn a_run_is_judged_whole_wherever_the_pieces_are_cut() {
        let text = as_gbk("示例城市\n");
        for at in 0..text.len() {
            let mut watch = GarbleWatch::default();
            let bytes = text.as_bytes();
            let found = watch.see(&bytes[..at]).or_else(|| watch.see(&bytes[at..]));
            assert_eq!(found.map(|(garbled, _)| garbled).or_else(|| watch.finish()), Some(Garbled::AsGbk));
        }
    }
}
