//! The closed registry of codes: each has a level and a page that explains it in both languages.
//!
//! A code is never given to another mistake later: people search for it.

use std::{fmt, str::FromStr};

use crate::model::Text;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The work cannot go on.
    Error,
    /// The work goes on; a person should look.
    Warning,
}

impl Level {
    /// The word in messages and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $level:ident),+ $(,)?) => {
        /// What kind of mistake a diagnostic reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As printed: `HD` and three digits.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The level it is reported at.
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level),+ }
            }

            /// The page in `codes/`: Chinese, a line `---`, English.
            fn page(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("codes/", $code, ".md"))),+ }
            }
        }
    };
}

codes! {
    // 0: files and YAML
    /// A file cannot be read, or is not UTF-8.
    Unreadable = "HD001" Error,
    /// The YAML does not parse.
    BadYaml = "HD002" Error,
    /// A key that nobody knows.
    UnknownKey = "HD003" Error,
    /// A key that must be there is not.
    MissingKey = "HD004" Error,
    /// One key written twice.
    DuplicateKey = "HD005" Error,
    /// A value of the wrong form: a text where a list is expected, a date that is none.
    WrongForm = "HD006" Error,
    /// Chinese or English is missing or empty.
    MissingLanguage = "HD007" Error,
    /// A word that is not in a closed list.
    UnknownWord = "HD008" Error,

    // 1: contracts
    /// A dataset contract is not valid.
    BadContract = "HD101" Error,
    /// A condition, range, pattern or limit of a contract that cannot be asked of a row.
    BadCondition = "HD102" Error,
    /// A contract that refers to a column which is not there.
    BadReference = "HD103" Error,

    // 2: parameters
    /// A parameter that the catalogue does not name.
    UnknownParameter = "HD201" Error,
    /// Two values for one name, division, hukou kind and date.
    DuplicateValue = "HD202" Error,
    /// A value that is not of the parameter's kind.
    BadFigure = "HD203" Error,
    /// A unit other than the catalogue's.
    WrongUnit = "HD204" Error,
    /// A value outside the catalogue's bounds.
    OutOfBounds = "HD205" Error,
    /// A figure without a source.
    NoSource = "HD206" Error,
    /// Values of one scope are not in the order of their dates.
    DatesOutOfOrder = "HD207" Error,
    /// A parameter without any value for the pipeline's division.
    ParameterGap = "HD208" Error,
    /// A table whose header or records do not have the expected columns.
    BadTable = "HD209" Error,

    // 3: divisions
    /// A division that does not exist.
    UnknownDivision = "HD301" Error,
    /// A division that did not exist on that day.
    DivisionNotInForce = "HD302" Error,
    /// The divisions table contradicts itself.
    BadDivision = "HD303" Error,

    // 4: facts and rules
    /// A rule without front matter.
    NoFrontMatter = "HD401" Error,
    /// A name that differs from the file's.
    NameNotFile = "HD402" Error,
    /// A folder of rules that groups.yaml does not name.
    UnknownGroup = "HD403" Error,
    /// Two rules with one id.
    DuplicateRule = "HD404" Error,
    /// A dataset without a contract.
    UnknownDataset = "HD405" Error,
    /// A column that the dataset does not have.
    UnknownColumn = "HD406" Error,
    /// A severity of the other side.
    SeverityMismatch = "HD407" Error,
    /// A by-month dataset that is needed absent, without the months looked at.
    MonthsMissing = "HD408" Error,
    /// Months for a dataset where they mean nothing.
    MonthsMisplaced = "HD409" Error,
    /// A template whose braces do not pair or enclose no column name.
    BadTemplate = "HD410" Error,
    /// A reason that shows no value of the case.
    EmptyTemplate = "HD411" Warning,
    /// The two languages of a template show different values.
    UnevenTemplate = "HD412" Warning,
    /// A rule that no unit test covers.
    NoRuleTest = "HD413" Warning,
    /// A rule against a household that knows no innocent explanation.
    NoInnocent = "HD414" Error,
    /// A legal basis that is missing or has no source.
    NoLegalSource = "HD415" Error,
    /// A parameter used in SQL and not declared.
    UndeclaredParameter = "HD416" Error,
    /// A parameter declared and not used.
    UnusedParameter = "HD417" Error,
    /// A dataset that defines the population and is not among the needs.
    PopulationNotNeeded = "HD418" Warning,
    /// A dataset named twice among the needs.
    NeededTwice = "HD419" Error,
    /// A file name that cannot be a table name.
    BadFileName = "HD420" Error,
    /// A rule without a dataset that defines its population.
    NoPopulation = "HD421" Error,
    /// A fact that no rule and no other fact reads.
    UnusedFact = "HD422" Warning,

    // 5: the engine's checks of SQL
    /// SQL that does not parse.
    BadSql = "HD501" Error,
    /// A table that nobody provides.
    UnknownTable = "HD502" Error,
    /// A column that the tables in reach do not have.
    UnknownSqlColumn = "HD503" Error,
    /// Types that do not go together, or another error of planning.
    PlanError = "HD504" Error,
    /// Not one read-only SELECT.
    NotOneSelect = "HD505" Error,
    /// A rule's result lacks a column or has it with another type.
    BadOutput = "HD506" Error,
    /// A float in a rule's result.
    FloatOutput = "HD507" Error,
    /// A function that gives another answer each time.
    VolatileFunction = "HD508" Error,
    /// Facts that need each other.
    FactCycle = "HD509" Error,
    /// A template that shows a column which the result does not have.
    TemplateColumn = "HD510" Error,
    /// A dataset that is read and not declared, or declared and not read.
    NeedsMismatch = "HD511" Error,
    /// Some of the rows are taken without an order.
    Unordered = "HD512" Warning,
    /// A hit that is the same for everyone.
    SameForAll = "HD513" Error,

    // 6: the rules' unit tests
    /// A test that expects nothing.
    NothingExpected = "HD601" Error,
    /// A given value that the contract would refuse.
    BadGivenValue = "HD602" Error,
    /// A required column without a value and without a default.
    GivenIncomplete = "HD603" Error,
    /// Two tests with one name.
    DuplicateTest = "HD604" Error,
    /// A test file without its rule.
    OrphanTest = "HD605" Error,
    /// A test whose expectation was not met.
    TestFailed = "HD606" Error,
    /// Tests that never expect one of the three outcomes.
    OneSidedTests = "HD607" Warning,

    // 7: the pipeline
    /// No pipeline of that name.
    UnknownPipeline = "HD701" Error,
    /// A schedule that is not a cron line.
    BadSchedule = "HD702" Error,
    /// A time zone that is not known.
    UnknownTimezone = "HD703" Error,
    /// A live rule or a fact that it reads was never approved.
    NeverApproved = "HD704" Warning,
    /// A live rule or a fact that it reads was changed after it was approved.
    ChangedSinceApproval = "HD705" Warning,
    /// An approval of a file that is not there.
    ApprovalWithoutFile = "HD706" Warning,
    /// One name in two of the folders that a pipeline puts together.
    NameInTwoFolders = "HD710" Error,
}

impl Code {
    /// The page that explains it: what it means, why it matters, how to mend it.
    pub fn explain(self) -> Text {
        let (zh, en) = self.page().split_once("\n---\n").unwrap_or((self.page(), ""));
        Text::new(zh.trim(), en.trim())
    }

    /// The first line of the page.
    pub fn title(self) -> Text {
        let first =
            |page: &str| page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
        let page = self.explain();
        Text::new(first(&page.zh), first(&page.en))
    }
}

/// The page of a code as a person typed it (`HD201`, `hd201`, `201`), or None if there is no such code.
pub fn explain(code: &str) -> Option<Text> {
    code.parse::<Code>().ok().map(Code::explain)
}

/// A text that is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a code; codes look like HD201")]
pub struct BadCode(pub String);

impl FromStr for Code {
    type Err = BadCode;
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix("HD").unwrap_or(&upper);
        let found = Self::ALL.iter().find(|code| code.as_str().strip_prefix("HD") == Some(digits));
        found.copied().ok_or_else(|| BadCode(text.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_in_both_languages_that_says_what_why_and_how() {
        for code in Code::ALL {
            let page = code.explain();
            assert!(page.zh.chars().count() > 60, "{code}: {}", page.zh);
            assert!(page.en.len() > 120, "{code}: {}", page.en);
            let title = code.title();
            assert!(title.zh.contains(code.as_str()) && title.en.contains(code.as_str()), "{code}");
            assert!(!title.en.chars().any(|c| c > '\u{2fff}'), "{code}: the English page comes second");
        }
    }

    #[test]
    fn codes_are_in_order_and_each_is_given_once() {
        let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "{words:?}");
    }

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        for typed in ["HD201", "hd201", " 201 "] {
            assert_eq!(typed.parse(), Ok(Code::UnknownParameter));
        }
        assert!(explain("HD999").is_none());
        assert_eq!("x".parse::<Code>().unwrap_err().to_string(), "`x` is not a code; codes look like HD201");
    }
}
