//! The office's words as types: datasets, months, money, divisions, tokens, leads.
//!
//! Nothing here reads a file, a clock or a table; every other module may use it.

mod dataset;
mod digest;
mod division;
mod epoch;
mod hash_name;
mod lead;
mod money;
mod month;
mod text;
mod token;
mod untrusted;

pub use dataset::{BadDatasetId, DatasetId};
pub use digest::{Digest, Digested, Digesting};
pub use division::{division_stem, lies_in};
pub use epoch::Epoch;
pub use hash_name::{BadHashName, HashName};
pub use lead::{BadWord, CoverageRow, Direction, EvidenceRow, Lead, LeadStatus, Severity, SubjectKind};
pub use money::{BadMoney, Fen};
pub use month::{BadMonth, Month};
pub use text::{Lang, Text, printable};
pub use token::{BadToken, Token};
pub use untrusted::{is_no_plain_file, open_plain_file, open_unlinked_file};
