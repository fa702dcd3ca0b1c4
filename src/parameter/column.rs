//! The catalogue as columns of a table of figures: one column a parameter, one a class where it has classes.

use super::{Catalogue, Figure, Kind};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// An exact decimal.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: i8,
    },
    /// A 32-bit whole number.
    Int,
    /// Text.
    Text,
}

/// A cell of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// Unscaled, at the column's scale.
    Decimal(i128),
    /// A whole number.
    Int(i32),
    /// Codes joined by commas.
    Text(String),
}

/// A column of the table of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in SQL: the parameter's, with `_` and the class in lower case where it has classes.
    pub name: String,
    /// The parameter.
    pub parameter: String,
    /// The class, for a parameter by class.
    pub class: Option<String>,
    /// Its type.
    pub kind: ColumnKind,
}

impl Column {
    /// All columns, sorted by the parameter's name.
    pub fn all(catalogue: &Catalogue) -> Vec<Self> {
        let mut columns = Vec::new();
        for (name, parameter) in catalogue {
            let one = |name: String, class: Option<&String>, kind: ColumnKind| Self {
                name,
                parameter: parameter.name.clone(),
                class: class.cloned(),
                kind,
            };
            match &parameter.kind {
                Kind::Money => {
                    columns.push(one(name.clone(), None, ColumnKind::Decimal { precision: 14, scale: 2 }))
                }
                Kind::Ratio => {
                    columns.push(one(name.clone(), None, ColumnKind::Decimal { precision: 9, scale: 4 }))
                }
                Kind::Area => {
                    columns.push(one(name.clone(), None, ColumnKind::Decimal { precision: 10, scale: 2 }))
                }
                Kind::Int => columns.push(one(name.clone(), None, ColumnKind::Int)),
                Kind::Codes => columns.push(one(name.clone(), None, ColumnKind::Text)),
                Kind::IntByClass(classes) => {
                    for class in classes {
                        let name = format!("{name}_{}", class.to_lowercase());
                        columns.push(one(name, Some(class), ColumnKind::Int));
                    }
                }
            }
        }
        columns
    }

    /// The cell of this column for a figure of its parameter; None when the figure is of another kind.
    pub fn cell(&self, figure: &Figure) -> Option<ColumnValue> {
        match (figure, &self.class) {
            (Figure::Money(fen), _) => Some(ColumnValue::Decimal(i128::from(fen.0))),
            (Figure::Ratio(number), _) => number.at_scale(4).map(ColumnValue::Decimal),
            (Figure::Area(number), _) => number.at_scale(2).map(ColumnValue::Decimal),
            (Figure::Int(number), _) => Some(ColumnValue::Int(*number)),
            (Figure::Codes(codes), _) => Some(ColumnValue::Text(codes.join(","))),
            (Figure::IntByClass(map), Some(class)) => map.get(class).copied().map(ColumnValue::Int),
            (Figure::IntByClass(_), None) => None,
        }
    }
}
