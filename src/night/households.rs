//! In which household somebody lives who has a lead, so that leads of one household are put on one sheet. It looks at nobody else.

use std::collections::{BTreeMap, HashSet};

use super::{NightError, Workshop};
use crate::{
    compare::{self, Outcome},
    engine::{TableName, cell},
    store::Dictionary,
};

/// The fact that says in which household a person lives.
pub(super) const MEMBERS: &str = "case_members";

const SQL: &str =
    "SELECT person_id, min(household_id) AS household_id FROM facts.case_members GROUP BY person_id";

/// The household in which a current member of an active case lives, by the token, of people who have a lead.
pub(super) async fn of_leads(
    workshop: &Workshop<'_>,
    dictionary: &Dictionary,
    outcomes: impl Iterator<Item = &Outcome>,
) -> Result<BTreeMap<String, String>, NightError> {
    let engine = &workshop.engine;
    if !engine.has(&TableName::new(compare::FACTS, MEMBERS)) {
        return Ok(BTreeMap::new());
    }
    let people =
        outcomes.flat_map(|outcome| outcome.leads.iter().filter_map(|lead| lead.person_id.as_deref()));
    let people = people.filter_map(|token| token.parse().ok());
    let wanted: HashSet<i64> = people.filter_map(|token| dictionary.number_of(&token)).collect();
    let (_, batches) = engine.collect("households of members", SQL, &workshop.values).await?;
    let mut households = BTreeMap::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let number = cell(batch.column(0), row).int().filter(|number| wanted.contains(number));
            let Some(person) = number.and_then(|number| dictionary.token_of(number)) else { continue };
            if let Some(household) = cell(batch.column(1), row).text() {
                households.insert(person.to_string(), household.to_owned());
            }
        }
    }
    Ok(households)
}
