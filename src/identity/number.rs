//! Normalising an identity number (GB 11643): what agencies write → the 18 characters that are hashed.
//!
//! A number that fails is refused, never guessed at; each repair is named so that it can be counted.
//!
//! # Decisions
//!
//! - Full-width forms are folded as a whole block (U+FF01…U+FF5E); spaces are every Unicode white space; apostrophes
//!   are the straight, the curly and the full-width one. Hyphens and points are not taken out: a number written with
//!   them came through hands that may have changed more.
//! - Region codes are those of rule Q-01 (11–65, 71, 81–83, 91), not the list of divisions: people keep the number of
//!   a county that was dissolved before they moved.

use std::fmt;

use chrono::NaiveDate;

use super::Rejection;

/// The first year in which a birth date is believed.
const FIRST_YEAR: i32 = 1850;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS: &[u8; 11] = b"10X98765432";

/// A valid identity number: 17 digits and a digit or `X`. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct IdNumber([u8; 18]);

impl IdNumber {
    /// The 18 ASCII characters, for the keyed hash only.
    pub(super) fn as_bytes(&self) -> &[u8; 18] {
        &self.0
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(hidden)")
    }
}

/// Something that was put right in an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Repair {
    /// Spaces around or inside.
    Space,
    /// An apostrophe, by which a spreadsheet keeps text as text.
    Apostrophe,
    /// Full-width characters.
    FullWidth,
    /// A lower-case `x`.
    LowerX,
    /// 15 digits made 18.
    FifteenDigits,
}

impl Repair {
    /// All repairs, in the order in which they are counted.
    pub const ALL: [Self; 5] =
        [Self::Space, Self::Apostrophe, Self::FullWidth, Self::LowerX, Self::FifteenDigits];

    /// The repair's name in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Space => "identity_space",
            Self::Apostrophe => "identity_apostrophe",
            Self::FullWidth => "identity_full_width",
            Self::LowerX => "identity_lower_x",
            Self::FifteenDigits => "identity_15_digits",
        }
    }
}

/// The set of repairs that one number needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repairs(u8);

impl Repairs {
    fn add(&mut self, repair: Repair) {
        self.0 |= 1 << repair as u8;
    }

    /// Whether the number was repaired in this way.
    pub fn contains(self, repair: Repair) -> bool {
        self.0 & 1 << repair as u8 != 0
    }

    /// Whether nothing had to be repaired.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The 18 characters that a text stands for, and what had to be repaired; `as_of` is the day of the data.
pub fn normalise(text: &str, as_of: NaiveDate) -> Result<(IdNumber, Repairs), Rejection> {
    let mut repairs = Repairs::default();
    let (buffer, length) = squeeze(text, &mut repairs)?;
    let digits = match length {
        0 => return Err(Rejection::Empty),
        15 => {
            repairs.add(Repair::FifteenDigits);
            widen(&buffer)?
        }
        18 => buffer,
        _ => return Err(Rejection::Length),
    };
    if !region_is_valid(&digits) {
        return Err(Rejection::Region);
    }
    if !birth_is_valid(&digits, as_of) {
        return Err(Rejection::BirthDate);
    }
    if check_digit(&digits) != digits[17] {
        return Err(Rejection::CheckDigit);
    }
    Ok((IdNumber(digits), repairs))
}

/// Digits and a final X in half-width; `length` counts on past 18 so that a long text is told by its length.
fn squeeze(text: &str, repairs: &mut Repairs) -> Result<([u8; 18], usize), Rejection> {
    let mut buffer = [0_u8; 18];
    let mut length = 0;
    let mut stranger = false;
    let mut exponent = false;
    for c in text.chars() {
        let folded = fold(c);
        if folded != c {
            repairs.add(Repair::FullWidth);
        }
        let byte = match folded {
            c if c.is_whitespace() => {
                repairs.add(Repair::Space);
                continue;
            }
            '\'' | '\u{2018}' | '\u{2019}' => {
                repairs.add(Repair::Apostrophe);
                continue;
            }
            '0'..='9' => folded as u8,
            'X' => b'X',
            'x' => {
                repairs.add(Repair::LowerX);
                b'X'
            }
            other => {
                exponent |= length > 0 && matches!(other, 'e' | 'E');
                stranger = true;
                b'?'
            }
        };
        if let Some(slot) = buffer.get_mut(length) {
            *slot = byte;
        }
        length += 1;
    }
    let misplaced_x = buffer.iter().take(length.min(17)).any(|&b| b == b'X');
    match (exponent, stranger || misplaced_x) {
        (true, _) => Err(Rejection::Exponent),
        (_, true) => Err(Rejection::Character),
        _ => Ok((buffer, length)),
    }
}

/// A full-width character's half-width form; the ideographic space is white space already.
pub(super) fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// 15 → 18: `19` after the sixth digit and the check digit at the end.
fn widen(fifteen: &[u8; 18]) -> Result<[u8; 18], Rejection> {
    if matches!(fifteen[12..15], [b'9', b'9', b'6'..=b'9']) {
        return Err(Rejection::Centenarian);
    }
    let mut wide = [0_u8; 18];
    wide[..6].copy_from_slice(&fifteen[..6]);
    wide[6..8].copy_from_slice(b"19");
    wide[8..17].copy_from_slice(&fifteen[6..15]);
    wide[17] = check_digit(&wide);
    Ok(wide)
}

pub(super) fn region_is_valid(digits: &[u8; 18]) -> bool {
    matches!(two(digits, 0), 11..=65 | 71 | 81..=83 | 91)
}

pub(super) fn birth_is_valid(digits: &[u8; 18], as_of: NaiveDate) -> bool {
    let year = two(digits, 6) * 100 + two(digits, 8);
    NaiveDate::from_ymd_opt(year as i32, two(digits, 10), two(digits, 12))
        .is_some_and(|birth| year as i32 >= FIRST_YEAR && birth <= as_of)
}

pub(super) fn check_digit(digits: &[u8; 18]) -> u8 {
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * u32::from(digit & 15)).sum();
    CHECK_DIGITS[(sum % 11) as usize]
}

fn two(digits: &[u8; 18], at: usize) -> u32 {
    u32::from(digits[at] & 15) * 10 + u32::from(digits[at + 1] & 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    fn normal(text: &str) -> Result<String, Rejection> {
        normalise(text, day()).map(|(number, _)| String::from_utf8(number.0.to_vec()).unwrap())
    }

    #[test]
    fn the_published_numbers_are_valid() {
        for number in [
            "11010519491231002X",
            "440524188001010014",
            "810000199003070015",
            "820000198506150129",
            "830000197809112039",
        ] {
            assert_eq!(normal(number).as_deref(), Ok(number));
        }
        assert_eq!(normal("110105491231002").as_deref(), Ok("11010519491231002X"));
    }

    #[test]
    fn what_agencies_write_is_repaired_and_each_repair_is_named() {
        for (text, repair) in [
            ("'11010519491231002X", Repair::Apostrophe),
            ("’11010519491231002X", Repair::Apostrophe),
            ("110105 19491231 002X", Repair::Space),
            ("\u{3000}11010519491231002X ", Repair::Space),
            ("１１０１０５１９４９１２３１００２Ｘ", Repair::FullWidth),
            ("11010519491231002x", Repair::LowerX),
            ("110105491231002", Repair::FifteenDigits),
        ] {
            let (number, repairs) = normalise(text, day()).unwrap();
            assert_eq!(number.as_bytes(), b"11010519491231002X", "{text}");
            let found: Vec<_> = Repair::ALL.into_iter().filter(|&r| repairs.contains(r)).collect();
            assert_eq!(found, [repair], "{text}");
        }
        let (_, all) = normalise(" '１1010519491231002ｘ", day()).unwrap();
        assert!(
            [Repair::Space, Repair::Apostrophe, Repair::FullWidth, Repair::LowerX]
                .into_iter()
                .all(|r| all.contains(r))
        );
        assert!(normalise("440524188001010014", day()).unwrap().1.is_empty());
    }

    #[test]
    fn each_kind_of_bad_number_has_its_reason() {
        for (text, reason) in [
            ("", Rejection::Empty),
            (" ' ", Rejection::Empty),
            ("3.30302E+17", Rejection::Exponent),
            ("3.30302e17", Rejection::Exponent),
            ("110105-19491231-002X", Rejection::Character),
            ("11010519491231002X.0", Rejection::Character),
            ("1101051949123100X2", Rejection::Character),
            ("11010549123100X", Rejection::Character),
            ("G11010519491231002X", Rejection::Character),
            ("11010519491231002", Rejection::Length),
            ("11010519491231002X00", Rejection::Length),
            ("1101051949123100200", Rejection::Length),
            ("440524880101996", Rejection::Centenarian),
            ("440524880101999", Rejection::Centenarian),
            ("100105194912310022", Rejection::Region),
            ("660105194912310022", Rejection::Region),
            ("840000199003070015", Rejection::Region),
            ("110105194902300021", Rejection::BirthDate),
            ("110105184912310021", Rejection::BirthDate),
            ("110105202603020021", Rejection::BirthDate),
            ("110105194912310021", Rejection::CheckDigit),
            ("110105491331002", Rejection::BirthDate),
        ] {
            assert_eq!(normal(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn the_birth_date_may_be_the_day_of_the_data_but_not_the_day_after() {
        let mut number = *b"110105202603010020";
        number[17] = check_digit(&number);
        let text = String::from_utf8(number.to_vec()).unwrap();
        assert!(normalise(&text, day()).is_ok());
        assert_eq!(normalise(&text, day().pred_opt().unwrap()), Err(Rejection::BirthDate));
    }

    #[test]
    fn a_number_prints_as_nothing() {
        let (number, _) = normalise("11010519491231002X", day()).unwrap();
        assert_eq!(format!("{number:?}"), "IdNumber(hidden)");
    }
}
