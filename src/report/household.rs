//! Which household a lead belongs to, and the case number that household has every night.

use std::collections::BTreeMap;

use crate::model::{Digest, Lead};

/// What leads are gathered under: a household where one is known, else the person or the case alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Household {
    /// A household id.
    Known(String),
    /// A person token of nobody's household.
    Person(String),
    /// An assistance case without a household.
    Case(String),
    /// A lead that names nothing: it stands for itself.
    Nobody(String),
}

impl Household {
    /// The household of a lead: its own, else its person's, else the person, else the case.
    pub fn of(lead: &Lead, links: &BTreeMap<String, String>) -> Self {
        if let Some(id) = &lead.household_id {
            return Self::Known(id.clone());
        }
        match (&lead.person_id, &lead.case_id) {
            (Some(person), _) => match links.get(person) {
                Some(id) => Self::Known(id.clone()),
                None => Self::Person(person.clone()),
            },
            (None, Some(case)) => Self::Case(case.clone()),
            (None, None) => Self::Nobody(lead.lead_id.clone()),
        }
    }

    /// The household's case number, the same every night: `C` and 16 hex characters of a SHA-256.
    pub fn case_number(&self) -> String {
        let (kind, id) = match self {
            Self::Known(id) => ("household", id),
            Self::Person(id) => ("person", id),
            Self::Case(id) => ("case", id),
            Self::Nobody(id) => ("lead", id),
        };
        let hex = Digest::of_parts([kind, id.as_str()]).hex();
        format!("C{}", hex.get(..16).unwrap_or(&hex))
    }

    /// The household id, where there is one.
    pub fn household_id(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            _ => None,
        }
    }
}

/// The list that a division belongs on: its township (9 digits), or itself where it is shorter.
pub fn township(division: &str) -> &str {
    division.get(..9).unwrap_or(division)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Severity, report::sample::lead};

    #[test]
    fn a_case_number_is_the_same_every_night_and_differs_between_kinds() {
        let number = Household::Known("H-1".to_owned()).case_number();
        assert_eq!(number, Household::Known("H-1".to_owned()).case_number());
        assert_eq!(number.len(), 17);
        assert_ne!(number, Household::Case("H-1".to_owned()).case_number());
    }

    #[test]
    fn a_person_without_a_household_stands_alone() {
        let token = "a".repeat(64);
        let lead = Lead {
            household_id: None,
            person_id: Some(token.clone()),
            ..lead("a", "M-08", Severity::M1, "-")
        };
        assert_eq!(Household::of(&lead, &BTreeMap::new()), Household::Person(token.clone()));
        let links = BTreeMap::from([(token, "H-7".to_owned())]);
        assert_eq!(Household::of(&lead, &links).household_id(), Some("H-7"));
    }

    #[test]
    fn a_list_is_for_a_township_or_for_the_division_itself() {
        assert_eq!(township("330302001005"), "330302001");
        assert_eq!(township("330302001"), "330302001");
        assert_eq!(township("330300"), "330300");
    }
}
