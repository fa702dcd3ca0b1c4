"""DuckDB and pyarrow read every Parquet file of a store: types, counts, digests, and a person found by token in one step."""

import hashlib
import json

import duckdb
import pyarrow.parquet as parquet

from night import Findings, Night

night, found = Night(), Findings()

# What interfaces promise of the four tables of a run, as Arrow names its types.
COLUMNS = {
    "leads": {
        "lead_id": "string", "rule_id": "string", "direction": "string", "severity": "string", "status": "string",
        "listed": "bool", "stale": "bool", "subject_kind": "string", "person_id": "string", "household_id": "string",
        "case_id": "string", "programme": "string", "division": "string", "monthly_at_risk": "decimal128(14, 2)",
        "total_so_far": "decimal128(14, 2)", "evidence_key": "string", "reason_zh": "string", "reason_en": "string",
        "first_seen": "date32[day]", "last_seen": "date32[day]", "due_on": "date32[day]", "priority": "int32",
    },
    "evidence": {
        "lead_id": "string", "agency": "string", "dataset": "string", "delivery": "string", "row": "string",
        "field": "string", "value": "string", "as_of": "date32[day]",
    },
    "coverage": {
        "rule_id": "string", "division": "string", "population": "int64", "hit": "int64", "clear": "int64",
        "insufficient": "int64", "reason": "string",
    },
    "cases": {"case_id": "string", "household_id": "string", "priority": "int32", "due_on": "date32[day]"},
}
WORDS = {
    "direction": {"ineligible", "missed", "process"},
    "status": {"new", "recurring", "reopened", "suppressed", "withheld"},
    "subject_kind": {"person", "household", "case"},
}


def sql(query, *values):
    return duckdb.execute(query, list(values)).fetchall()


# Every file, by both programs, with the same number of rows and no column of a floating type.
files = sorted(night.store.rglob("*.parquet"))
for path in files:
    table = parquet.read_table(path, partitioning=None)
    (rows,) = sql("SELECT count(*) FROM read_parquet(?, hive_partitioning = false)", str(path))[0]
    found.check(rows == table.num_rows, f"{path}: {rows} rows in DuckDB, {table.num_rows} in pyarrow")
    kinds = {field.name: str(field.type) for field in table.schema}
    found.check(not any("float" in k or "double" in k for k in kinds.values()), f"{path}: {kinds}")
print(f"  {len(files)} Parquet files read by both")

# Snapshots hold what their records and the manifest say; deliveries close.
for record_path in sorted(night.store.glob("snapshots/*/*/*/*/snapshot.json")):
    record = json.loads(record_path.read_text())
    counts = record["counts"]
    total = counts["accepted"] + counts["collapsed"] + counts["quarantined"]
    found.check(counts["rows"] == total, f"{record_path}: {counts}")
    data = record_path.with_name("part-0.parquet")
    found.check(parquet.read_metadata(data).num_rows == counts["accepted"], f"{data}: not {counts['accepted']} rows")
    found.check(hashlib.sha256(data.read_bytes()).hexdigest() == record["sha256"], f"{data}: digest")
    agency, dataset = record["dataset"].split(".")
    set_aside = night.store / "quarantine" / agency / dataset / f"delivery={record['delivery']}" / "rows.parquet"
    rows = parquet.read_metadata(set_aside).num_rows
    (lines,) = sql("SELECT count(DISTINCT (file, line)) FROM read_parquet(?)", str(set_aside))[0]
    found.check(lines == counts["quarantined"], f"{set_aside}: {lines} lines, {rows} rows, {counts['quarantined']} counted")
inputs = {one["delivery"]: one for one in night.manifest["plan"]["inputs"]}
for delivery, one in inputs.items():
    agency, dataset = one["dataset"].split(".")
    pattern = night.store / "snapshots" / agency / dataset / "*" / f"delivery={delivery}" / "*.parquet"
    (rows,) = sql("SELECT count(*) FROM read_parquet(?)", str(pattern))[0]
    found.check(rows == one["rows"], f"{delivery}: {rows} rows, the manifest says {one['rows']}")
(datasets,) = sql("SELECT count(DISTINCT delivery) FROM read_parquet(?, union_by_name = true)",
                  str(night.store / "snapshots/*/*/*/*/*.parquet"))[0]
found.check(datasets == len(inputs), f"{datasets} deliveries seen through the folders, {len(inputs)} in the manifest")

# The run's tables: promised columns and words, counts that close, every digest.
tables = {name: parquet.read_table(night.run / f"{name}.parquet") for name in COLUMNS}
for name, columns in COLUMNS.items():
    kinds = {field.name: str(field.type) for field in tables[name].schema}
    for column, kind in columns.items():
        found.check(kinds.get(column) == kind, f"{name}.{column} is {kinds.get(column)}, not {kind}")
for column, words in WORDS.items():
    used = set(tables["leads"][column].to_pylist())
    found.check(used <= words, f"leads.{column}: {used - words}")
leads, evidence, coverage = (str(night.run / f"{name}.parquet") for name in ("leads", "evidence", "coverage"))
open_rows = sql("SELECT rule_id, division FROM read_parquet(?) WHERE reason IS NULL AND hit + clear + insufficient <> population", coverage)
found.check(not open_rows, f"counts that do not close: {open_rows}")
sums = sql("SELECT rule_id, sum(population)::BIGINT, sum(hit)::BIGINT, sum(clear)::BIGINT, sum(insufficient)::BIGINT "
           "FROM read_parquet(?) WHERE reason IS NULL GROUP BY rule_id", coverage)
for rule, *counts in sums:
    said = night.manifest["results"]["rules"][rule]
    said = [said[key] for key in ("population", "hit", "clear", "insufficient")]
    found.check(counts == said, f"{rule}: {counts} in coverage, {said} in the manifest")
hits = sql("SELECT c.rule_id, c.hit, coalesce(l.leads, 0) FROM (SELECT rule_id, sum(hit)::BIGINT AS hit FROM read_parquet(?) WHERE reason IS NULL GROUP BY rule_id) c "
           "LEFT JOIN (SELECT rule_id, count(*) AS leads FROM read_parquet(?) WHERE status <> 'withheld' GROUP BY rule_id) l USING (rule_id)", coverage, leads)
notes = [note["en"] for note in night.manifest["results"]["notes"]]
for rule, hit, count in hits:
    # What is about feeds and deliveries is told in the run's notes and is no lead.
    if rule in ("Q-01", "Q-03", "Q-06"):
        found.check(count == 0, f"{rule}: {count} leads about nobody")
        count = sum(note.startswith(f"{rule} ") for note in notes)
    found.check(hit == count, f"{rule}: {hit} hits, {count} leads or notes")
(listed,) = sql("SELECT count(*) FROM read_parquet(?) WHERE listed", leads)[0]
found.check(listed == night.manifest["results"]["listed"], f"{listed} leads listed")
found.check(not sql("SELECT lead_id FROM read_parquet(?) GROUP BY lead_id HAVING count(*) > 1", leads), "lead ids stand twice")
bare = sql("SELECT lead_id FROM read_parquet(?) WHERE lead_id NOT IN (SELECT lead_id FROM read_parquet(?))", leads, evidence)
found.check(not bare, f"leads without evidence: {bare}")
unknown = sql("SELECT DISTINCT delivery FROM read_parquet(?)", evidence)
found.check({row[0] for row in unknown} <= set(inputs), "evidence from a delivery that is not in the manifest")
for output in night.manifest["outputs"]:
    digest = hashlib.sha256((night.run / output["path"]).read_bytes()).hexdigest()
    found.check(digest == output["sha256"], f"{output['path']}: digest")

# One step from a lead's token to the person's number, and to their rows.
dictionary = str(night.store / "dictionary/*.parquet")
(people, numbers, tokens, highest) = sql(
    "SELECT count(*), count(DISTINCT number), count(DISTINCT token), max(number) FROM read_parquet(?)", dictionary)[0]
found.check(people == numbers == tokens == highest, f"dictionary: {people}, {numbers}, {tokens}, {highest}")
persons = [token for token in tables["leads"]["person_id"].to_pylist() if token]
found.check(all(len(token) == 64 for token in persons), "a person_id that is no whole token")
for token in sorted(set(persons)):
    numbers = sql("SELECT number FROM read_parquet(?) WHERE token = ?", dictionary, token)
    found.check(len(numbers) == 1, f"{token} has {len(numbers)} numbers")
found.close("tables")
