//! The name of a dataset: `agency.dataset`, the same in SQL, on disk and in a delivery.

use std::{fmt, str::FromStr};

/// `agency.dataset`, for example `civil_affairs.payments`; both parts are lower snake case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatasetId {
    /// The agency that delivers it, a schema name in SQL.
    pub agency: String,
    /// The dataset, a table name in SQL.
    pub dataset: String,
}

/// A text that is not `agency.dataset`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a dataset name; write agency.dataset, for example civil_affairs.payments")]
pub struct BadDatasetId(pub String);

impl DatasetId {
    /// Joins two parts that are already known to be good names.
    pub fn new(agency: impl Into<String>, dataset: impl Into<String>) -> Self {
        Self { agency: agency.into(), dataset: dataset.into() }
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.agency, self.dataset)
    }
}

impl FromStr for DatasetId {
    type Err = BadDatasetId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        match text.split_once('.') {
            Some((agency, dataset)) if is_name(agency) && is_name(dataset) => Ok(Self::new(agency, dataset)),
            _ => Err(BadDatasetId(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_name_has_two_snake_case_parts() {
        let id: DatasetId = "civil_affairs.payments".parse().unwrap();
        assert_eq!((id.agency.as_str(), id.dataset.as_str()), ("civil_affairs", "payments"));
        assert_eq!(id.to_string(), "civil_affairs.payments");
        for bad in ["payments", "a.b.c", "A.b", "a.", ".b", "a.b c", "../x.y"] {
            assert!(bad.parse::<DatasetId>().is_err(), "{bad}");
        }
    }
}
