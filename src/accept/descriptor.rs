//! Writing `datapackage.json`: a Frictionless Data Package v2 whose schema follows from the contract.
//!
//! The same package gives the same bytes; nothing here looks at a clock.

use serde_json::{Map, Value, json};

use super::package::{BRIDGE_COLUMNS, DataFormat, Package, Resource};
use crate::contract::{Column, Contract, Kind};

/// The profile that the descriptor follows. It is a name: nothing is fetched.
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

impl Package {
    /// The descriptor's text, ready to be signed.
    pub fn to_json(&self, contract: &Contract) -> String {
        let resources: Vec<Value> =
            self.resources.iter().map(|resource| resource_json(resource, contract)).collect();
        let mut package = Map::new();
        package.insert("$schema".to_owned(), json!(PROFILE));
        package.insert("name".to_owned(), json!(self.name));
        package.insert("title".to_owned(), json!(contract.title.zh));
        package.insert("description".to_owned(), json!(contract.title.en));
        if let Some(created) = &self.created {
            package.insert("created".to_owned(), json!(created));
        }
        package.insert("hedui".to_owned(), self.facts());
        package.insert("resources".to_owned(), Value::Array(resources));
        format!("{:#}\n", Value::Object(package))
    }

    /// The descriptor of a bridge, ready to be signed.
    pub fn bridge_to_json(&self) -> String {
        let field = |name: &str| json!({"name": name, "type": "string", "constraints": {"required": true, "pattern": "[0-9a-f]{64}"}});
        let fields: Vec<Value> = BRIDGE_COLUMNS.iter().map(|name| field(name)).collect();
        let resources: Vec<Value> =
            self.resources.iter().map(|resource| table_json(resource, fields.clone())).collect();
        let package = json!({
            "$schema": PROFILE,
            "name": self.name,
            "title": "换钥桥表",
            "description": "Bridge between two key epochs: the token of each person under the old key and under the new one",
            "hedui": self.facts(),
            "resources": resources,
        });
        format!("{package:#}\n")
    }

    fn facts(&self) -> Value {
        let mut facts = Map::new();
        let (key_id, hash) = match &self.bridge_to {
            Some(_) => ("from_key_id", "from_hash"),
            None => ("key_id", "hash"),
        };
        if self.bridge_to.is_some() {
            facts.insert("kind".to_owned(), json!("bridge"));
        }
        facts.insert("agency".to_owned(), json!(self.agency));
        facts.insert("as_of".to_owned(), json!(self.as_of.to_string()));
        facts.insert(key_id.to_owned(), json!(self.key_id));
        facts.insert(hash.to_owned(), json!(self.hash.as_str()));
        if let Some(to) = &self.bridge_to {
            facts.insert("to_key_id".to_owned(), json!(to.key_id));
            facts.insert("to_hash".to_owned(), json!(to.hash.as_str()));
        }
        facts.insert("normalisation".to_owned(), json!(self.normalisation));
        facts.insert("sequence".to_owned(), json!(self.sequence));
        if let Some(supersedes) = &self.supersedes {
            facts.insert("supersedes".to_owned(), json!(supersedes));
        }
        if !self.months.is_empty() {
            let months: Vec<String> = self.months.iter().map(ToString::to_string).collect();
            facts.insert("months".to_owned(), json!(months));
        }
        Value::Object(facts)
    }
}

fn resource_json(resource: &Resource, contract: &Contract) -> Value {
    table_json(resource, contract.columns.iter().map(field_json).collect())
}

fn table_json(resource: &Resource, fields: Vec<Value>) -> Value {
    let totals: Map<String, Value> =
        resource.totals.iter().map(|(column, total)| (column.clone(), json!(total.to_string()))).collect();
    let (format, mediatype) = match resource.format {
        DataFormat::Csv | DataFormat::CsvGz => ("csv", "text/csv"),
        DataFormat::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        DataFormat::Parquet => ("parquet", "application/vnd.apache.parquet"),
    };
    let mut json = json!({
        "name": resource.name,
        "path": resource.path,
        "type": "table",
        "format": format,
        "mediatype": mediatype,
        "encoding": resource.encoding,
        "bytes": resource.bytes,
        "hash": format!("sha256:{}", resource.sha256),
        "schema": {
            "missingValues": [""],
            "fields": fields,
        },
        "hedui": {
            "dataset": resource.dataset.to_string(),
            "contract": resource.contract,
            "rows": resource.rows,
            "totals": totals,
            "set_aside": resource.set_aside,
        },
    });
    if resource.contract.is_none()
        && let Some(facts) = json.get_mut("hedui").and_then(Value::as_object_mut)
    {
        facts.shift_remove("contract");
    }
    if let Some(sheet) = &resource.sheet
        && let Some(facts) = json.get_mut("hedui").and_then(Value::as_object_mut)
    {
        facts.insert("sheet".to_owned(), json!(sheet));
    }
    json
}

fn field_json(column: &Column) -> Value {
    let mut field = Map::new();
    field.insert("name".to_owned(), json!(column.name));
    field.insert("title".to_owned(), json!(column.header_zh));
    field.insert("type".to_owned(), json!(field_type(column.kind)));
    if column.kind == Kind::Bool {
        field.insert("trueValues".to_owned(), json!(["true", "1", "是"]));
        field.insert("falseValues".to_owned(), json!(["false", "0", "否"]));
    }
    let mut constraints = Map::new();
    if column.required {
        constraints.insert("required".to_owned(), json!(true));
    }
    match column.kind {
        Kind::Person => drop(constraints.insert("pattern".to_owned(), json!("[0-9a-f]{64}"))),
        Kind::Division => {
            drop(constraints.insert("pattern".to_owned(), json!("[0-9]{6}|[0-9]{9}|[0-9]{12}")));
        }
        Kind::Code => {
            let codes: Vec<&str> = column.codes.iter().map(|code| code.value.as_str()).collect();
            if !codes.is_empty() {
                constraints.insert("enum".to_owned(), json!(codes));
            }
        }
        Kind::Ref => drop(constraints.insert("maxLength".to_owned(), json!(64))),
        _ => {}
    }
    if !constraints.is_empty() {
        field.insert("constraints".to_owned(), Value::Object(constraints));
    }
    Value::Object(field)
}

fn field_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Person | Kind::Ref | Kind::Code | Kind::Division | Kind::Text => "string",
        Kind::Date => "date",
        Kind::Month => "yearmonth",
        Kind::Money | Kind::Decimal { .. } => "number",
        Kind::Int => "integer",
        Kind::Bool => "boolean",
    }
}
