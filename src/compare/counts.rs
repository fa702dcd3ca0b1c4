//! Judged rows → how many subjects a rule has and what became of them, by division; and the rows that make leads. It proves
//! nothing: `closing` holds the two counts against each other.
//!
//! # Decisions
//!
//! - Counted here, not by statements of SQL, of which every rule took three: of three million people these were 1.3 of the 11 s that
//!   the rules took on one thread, and this is less than half a second.

use std::collections::BTreeMap;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, PrimitiveArray, RecordBatch, StringArray},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Field, Int64Type, Schema, SchemaRef},
    error::ArrowError,
};
use hashbrown::HashMap;

use super::{
    reuse::Rows,
    verdict::{Reason, Verdict},
};
use crate::engine::Cell;

/// The columns of judged rows that counting reads; see [`super::judging_sql`].
struct Columns {
    subject: ArrayRef,
    division: ArrayRef,
    verdict: ArrayRef,
    withheld: ArrayRef,
}

/// Whom a row is about, as subjects are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Nobody,
    Number(i64),
    Text(&'a str),
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Said<'a> {
    subject: Subject<'a>,
    /// The division's place among all.
    division: u32,
    verdict: i64,
}

/// What judged rows say about their subjects.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    /// The subjects of every division (`division`, `subjects`), whatever their outcome.
    ///
    /// A row without a subject is nobody here and somebody among the outcomes; a subject in two divisions is two here and one
    /// there: either way the sums do not close.
    pub(super) population: Rows,
    /// The subjects of every division and outcome (`division`, `verdict`, `subjects`): a subject is a hit if any of its rows is,
    /// else the lowest-numbered reason, else clear.
    pub(super) outcomes: Rows,
    /// The rows that make leads: hits, and rows that would be hits but for an identity in doubt.
    pub(super) hits: Rows,
}

/// Counts judged rows.
pub(super) fn counts((schema, batches): &Rows) -> Result<Counts, ArrowError> {
    let columns = batches.iter().map(Columns::of).collect::<Result<Vec<_>, _>>()?;
    let (divisions, said) = said(&columns);
    let name = |division: u32| divisions.get(division as usize).copied().unwrap_or_default();
    let population = population(&said).into_iter().map(|(division, count)| (name(division), count));
    let (names, subjects): (Vec<&str>, Vec<i64>) = population.collect();
    let population = table([("division", texts(&names)), ("subjects", numbers(subjects))])?;
    let (mut names, mut verdicts, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    for ((division, verdict), count) in outcomes(&said) {
        names.push(name(division));
        verdicts.push(verdict);
        subjects.push(count);
    }
    let outcomes = table([
        ("division", texts(&names)),
        ("verdict", numbers(verdicts)),
        ("subjects", numbers(subjects)),
    ])?;
    let hits =
        batches.iter().zip(&columns).map(|(batch, columns)| filter_record_batch(batch, &columns.hits()));
    let mut hits = hits.collect::<Result<Vec<_>, _>>()?;
    hits.retain(|batch| batch.num_rows() > 0);
    Ok(Counts { population, outcomes, hits: (schema.clone(), hits) })
}

/// The outcome of every subject, where it is one that there is.
pub(super) fn verdicts((_, batches): &Rows) -> Result<Vec<(Cell, Verdict)>, ArrowError> {
    let columns = batches.iter().map(Columns::of).collect::<Result<Vec<_>, _>>()?;
    let (_, said) = said(&columns);
    let outcome = |rows: &[Said<'_>]| {
        let subject = match rows.first()?.subject {
            Subject::Nobody => Cell::Null,
            Subject::Number(number) => Cell::Int(number),
            Subject::Text(text) => Cell::Text(text.to_owned()),
        };
        Some((subject, Verdict::from_number(least_verdict(rows))?))
    };
    Ok(said.chunk_by(|one, next| one.subject == next.subject).filter_map(outcome).collect())
}

/// What the rows say in the order of their subjects, and all divisions, sorted.
fn said(columns: &[Columns]) -> (Vec<&str>, Vec<Said<'_>>) {
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut said = Vec::with_capacity(columns.iter().map(|columns| columns.subject.len()).sum());
    for columns in columns {
        let rows = columns.subjects().zip(columns.divisions()).zip(columns.verdicts());
        said.extend(rows.map(|((subject, division), verdict)| {
            let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
            Said { subject, division: *places.entry(division).or_insert(next), verdict }
        }));
    }
    // Their places among all are known when all have been seen.
    let mut seen: Vec<(&str, u32)> = places.into_iter().collect();
    seen.sort_unstable();
    let mut sorted = vec![0; seen.len()];
    for ((_, place), number) in seen.iter().zip(0..) {
        if let Some(sorted) = sorted.get_mut(*place as usize) {
            *sorted = number;
        }
    }
    for row in &mut said {
        row.division = sorted.get(row.division as usize).copied().unwrap_or(u32::MAX);
    }
    said.sort_unstable();
    (seen.into_iter().map(|(name, _)| name).collect(), said)
}

/// Counts the subjects of every division, without looking at outcomes.
fn population(said: &[Said<'_>]) -> BTreeMap<u32, i64> {
    let mut population = HashMap::new();
    for rows in said.chunk_by(|one, next| (one.subject, one.division) == (next.subject, next.division)) {
        if let Some(first) = rows.first() {
            *population.entry(first.division).or_default() += i64::from(first.subject != Subject::Nobody);
        }
    }
    population.into_iter().collect()
}

/// Counts the subjects of every division and outcome.
fn outcomes(said: &[Said<'_>]) -> BTreeMap<(u32, i64), i64> {
    let mut outcomes = HashMap::new();
    for rows in said.chunk_by(|one, next| one.subject == next.subject) {
        let division = rows.iter().map(|row| row.division).min().unwrap_or_default();
        *outcomes.entry((division, least_verdict(rows))).or_default() += 1;
    }
    outcomes.into_iter().collect()
}

fn least_verdict(rows: &[Said<'_>]) -> i64 {
    rows.iter().map(|row| row.verdict).min().unwrap_or(i64::MAX)
}

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let column = |name: &str| {
            let missing = || ArrowError::SchemaError(format!("judged rows without {name}"));
            batch.column_by_name(name).ok_or_else(missing)
        };
        let subject = column("judged_subject")?;
        let of_subjects = if subject.data_type().is_integer() { DataType::Int64 } else { DataType::Utf8 };
        Ok(Self {
            subject: cast(subject, &of_subjects)?,
            division: cast(column("judged_division")?, &DataType::Utf8)?,
            verdict: cast(column("judged_verdict")?, &DataType::Int64)?,
            withheld: cast(column("judged_withheld")?, &DataType::Boolean)?,
        })
    }

    fn subjects(&self) -> Box<dyn Iterator<Item = Subject<'_>> + '_> {
        let nobody = Subject::Nobody;
        match self.subject.as_primitive_opt::<Int64Type>() {
            Some(numbers) => Box::new(numbers.iter().map(move |one| one.map_or(nobody, Subject::Number))),
            None => Box::new(
                self.subject.as_string::<i32>().iter().map(move |one| one.map_or(nobody, Subject::Text)),
            ),
        }
    }

    fn divisions(&self) -> impl Iterator<Item = &str> {
        self.division.as_string::<i32>().iter().map(Option::unwrap_or_default)
    }

    /// What is no outcome is greater than any, and does not close.
    fn verdicts(&self) -> impl Iterator<Item = i64> {
        let verdicts: &PrimitiveArray<Int64Type> = self.verdict.as_primitive();
        verdicts.iter().map(|verdict| verdict.unwrap_or(i64::MAX))
    }

    fn hits(&self) -> BooleanArray {
        let in_doubt = Reason::IdentityInDoubt as i64;
        let rows = self.verdicts().zip(self.withheld.as_boolean());
        rows.map(|(verdict, withheld)| Some(verdict == 0 || verdict == in_doubt && withheld == Some(true)))
            .collect()
    }
}

fn texts(values: &[&str]) -> ArrayRef {
    std::sync::Arc::new(StringArray::from_iter_values(values))
}

fn numbers(values: Vec<i64>) -> ArrayRef {
    std::sync::Arc::new(Int64Array::from(values))
}

fn table<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<Rows, ArrowError> {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), false));
    let schema: SchemaRef = Schema::new(fields.collect::<Vec<_>>()).into();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok((schema.clone(), vec![RecordBatch::try_new(schema, arrays)?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Limits, Placeholders, cell};

    async fn judged(values: &str) -> Rows {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let sql = format!(
            "SELECT * FROM (VALUES {values}) AS v (judged_subject, judged_verdict, judged_division, judged_withheld)"
        );
        engine.collect("judged", &sql, &Placeholders::default()).await.unwrap()
    }

    fn told((_, batches): &Rows) -> Vec<String> {
        let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        let cells = |(batch, row): (&RecordBatch, usize)| {
            let cells = batch.columns().iter().map(|column| cell(column, row).to_string());
            cells.collect::<Vec<_>>().join(" ")
        };
        rows.map(cells).collect()
    }

    #[tokio::test]
    async fn people_are_counted_by_number_as_others_are_by_name() {
        let numbers = "(7, 9, 'y', false), (5, 9, 'x', false), (7, 2, 'y', false), (-1, 0, 'x', true), (5, 0, 'x', true)";
        let counts = counts(&judged(numbers).await).unwrap();
        assert_eq!(told(&counts.population), ["x 2", "y 1"]);
        assert_eq!(told(&counts.outcomes), ["x 0 2", "y 2 1"]);
        let names = "('7', 9, 'y', false), ('5', 9, 'x', false), ('7', 2, 'y', false), ('-1', 0, 'x', true), ('5', 0, 'x', true)";
        let named = super::counts(&judged(names).await).unwrap();
        assert_eq!(told(&named.population), told(&counts.population));
        assert_eq!(told(&named.outcomes), told(&counts.outcomes));
    }

    #[tokio::test]
    async fn leads_are_made_of_hits_and_of_those_that_would_be_but_for_an_identity_in_doubt() {
        let rows = "(1, 0, 'x', true), (2, 5, 'x', true), (3, 5, 'x', false), (4, 5, 'x', NULL), (5, 4, 'x', true), (6, 9, 'x', false)";
        let hits = told(&counts(&judged(rows).await).unwrap().hits);
        assert_eq!(hits, ["1 0 x true", "2 5 x true"]);
        let none = counts(&judged("(6, 9, 'x', false)").await).unwrap().hits;
        assert_eq!((none.0.fields().len(), none.1.len()), (4, 0));
    }

    #[tokio::test]
    async fn a_subject_has_one_outcome_and_one_that_nobody_knows_is_none() {
        let rows = "('A', 9, 'x', false), ('A', 4, 'x', false), ('B', 3, 'x', false), ('C', 0, 'x', true)";
        let verdicts = verdicts(&judged(rows).await).unwrap();
        let subject = |name: &str| Cell::Text(name.to_owned());
        let of_a = (subject("A"), Verdict::Insufficient(Reason::NotAuthorised));
        assert_eq!(verdicts, [of_a, (subject("C"), Verdict::Hit)]);
    }

    #[tokio::test]
    async fn rows_that_were_not_judged_are_refused() {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let rows =
            engine.collect("rows", "SELECT 1 AS judged_subject", &Placeholders::default()).await.unwrap();
        let said = counts(&rows).unwrap_err().to_string();
        assert!(said.contains("judged_division"), "{said}");
    }
}
