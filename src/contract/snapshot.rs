//! The Arrow schema of a dataset's snapshots. Knows types only, never a file or a row.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::{Contract, Kind};

impl Kind {
    /// How values of this kind are held in a snapshot.
    pub fn arrow_type(self) -> DataType {
        match self {
            Self::Person => DataType::Int64,
            Self::Ref | Self::Code | Self::Division | Self::Text => DataType::Utf8,
            Self::Date | Self::Month => DataType::Date32,
            Self::Money => DataType::Decimal128(14, 2),
            Self::Decimal { precision, scale } => DataType::Decimal128(precision, scale),
            Self::Int => DataType::Int32,
            Self::Bool => DataType::Boolean,
        }
    }
}

impl Contract {
    /// The column that names the file of the delivery which a row came from.
    pub const FILE: &'static str = "_file";
    /// The column that names the line of that file where the record begins; the header is line 1.
    pub const LINE: &'static str = "_line";

    /// The typed columns in the order of the contract, then where the row came from.
    pub fn arrow_schema(&self) -> SchemaRef {
        let typed = self
            .columns
            .iter()
            .map(|column| Field::new(&column.name, column.kind.arrow_type(), !column.required));
        let origin =
            [Field::new(Self::FILE, DataType::Utf8, false), Field::new(Self::LINE, DataType::Int64, false)];
        Arc::new(Schema::new(typed.chain(origin).collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_snapshot_has_the_typed_columns_and_then_where_each_row_came_from() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let contracts = Contract::load_dir(&dir).unwrap();
        let schema = contracts[&"housing.property_units".parse().unwrap()].arrow_schema();
        let fields: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| {
                format!(
                    "{} {}{}",
                    field.name(),
                    field.data_type(),
                    if field.is_nullable() { "?" } else { "" }
                )
            })
            .collect();
        assert_eq!(
            fields,
            [
                "person_id Int64",
                "unit_id Utf8",
                "use Utf8",
                "area Decimal128(10, 2)",
                "share_num Int32",
                "share_den Int32",
                "registered_on Date32",
                "ended_on Date32?",
                "ended_by Utf8?",
                "acquired_by Utf8",
                "rural Boolean",
                "buyer_person_id Int64?",
                "_file Utf8",
                "_line Int64",
            ]
        );
        let payments = contracts[&"civil_affairs.payments".parse().unwrap()].arrow_schema();
        assert_eq!(payments.field_with_name("pay_month").unwrap().data_type(), &DataType::Date32);
        assert_eq!(payments.field_with_name("amount").unwrap().data_type(), &DataType::Decimal128(14, 2));
    }
}
