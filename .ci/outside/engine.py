"""DuckDB runs every fact and every rule unchanged on the night's snapshots: the same leads, coverage and evidence."""

import time

from duck import Duck, front_matter
from judging import CLEAR, HIT, IN_DOUBT, LOWERED, NO_STANDARD, OF_FEEDS, REASONS, SUBJECT, Feeds, judging
from night import Findings, Night

# What is compared, and how many of the columns say which row it is.
TABLES = {
    "coverage": (3, "rule_id, division, reason, population, hit, clear, insufficient"),
    "leads": (2, "rule_id, lead_id, subject_kind, person_id, household_id, case_id, status, direction, severity, stale, "
                 "programme, division, monthly_at_risk, total_so_far, threshold, value, margin"),
    "evidence": (6, "lead_id, agency, dataset, delivery, row, field, value, as_of"),
}


def count(id, everyone):
    """One row a division, and one more for each reason."""
    reasons = REASONS | (dict([everyone]) if everyone else {})
    named = ", ".join(f"({number}, '{word}')" for number, word in reasons.items())
    db.execute(f"""
        INSERT INTO coverage BY NAME
        WITH subjects AS (SELECT _subject, min(_division) AS division, {SUBJECT} AS outcome FROM judged GROUP BY _subject)
        SELECT '{id}' AS rule_id, division, NULL AS reason, count(*) AS population, count(*) FILTER (outcome = 0) AS hit,
               count(*) FILTER (outcome = {CLEAR}) AS clear, count(*) FILTER (outcome BETWEEN 1 AND {NO_STANDARD}) AS insufficient
        FROM subjects GROUP BY division
        UNION ALL
        SELECT '{id}', division, reason, 0, 0, 0, count(*)
        FROM subjects JOIN (VALUES {named}) AS named (outcome, reason) USING (outcome) GROUP BY division, reason""")


def find_leads(id, kind, is_stale):
    """One lead a subject: of its hits that of the smallest case_id. Who would be a hit but is in doubt is withheld."""
    # Rows that are equal so far are told apart by what they say.
    person = "p.token" if kind == "person" else "NULL"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lead AS
        SELECT j.*, {person} AS _person,
               '{id}-' || left(sha256(concat_ws(chr(0), '{id}', '{kind}', coalesce({person}, j._subject::VARCHAR), '')), 16) AS lead_id
        FROM judged AS j LEFT JOIN people AS p ON p.number = {"j._subject" if kind == "person" else "NULL"}
        WHERE _outcome = {HIT} OR (_outcome = {IN_DOUBT} AND _would_hit)
        QUALIFY row_number() OVER (PARTITION BY _subject ORDER BY _outcome = {HIT} DESC, _case NULLS FIRST, j::VARCHAR) = 1""")
    db.execute(f"""
        INSERT INTO leads BY NAME
        SELECT lead_id, '{id}' AS rule_id, '{kind}' AS subject_kind, _person AS person_id, _household AS household_id, _case AS case_id,
               if(_outcome = {HIT}, 'open', 'withheld') AS status, _direction AS direction, {LOWERED if is_stale else "_severity"} AS severity,
               {is_stale} AS stale, _programme AS programme, coalesce(_case_division, _division) AS division, _at_risk AS monthly_at_risk,
               _so_far AS total_so_far, _threshold AS threshold, _value AS value, _value - _threshold AS margin
        FROM lead""")


def find_evidence(id, spec):
    """The rows that the leads rest on, each field a row of its own, as text that a person can read."""
    kinds, (agency, dataset) = duck.contracts[spec["dataset"]].kinds, spec["dataset"].split(".")
    form = {"person": "(SELECT token FROM people WHERE number = {})", "month": "strftime({}, '%Y-%m')"}
    texts = {field: form.get(kinds[field], "CAST({} AS VARCHAR)").format(f'"{field}"') for field in spec["fields"]}
    values = ", ".join(f"{{'field': '{field}', 'value': {text}}}" for field, text in texts.items())
    duck.attempt(duck.bind(f"""
        INSERT INTO evidence BY NAME
        WITH found AS (
          SELECT DISTINCT lead.lead_id, e._delivery, e._as_of, e._file, e._line, {', '.join(f'e."{field}"' for field in texts)}
          FROM {spec["from"]} {'WHERE ' + spec["where"] if spec.get("where") else ''})
        SELECT lead_id, '{agency}' AS agency, '{dataset}' AS dataset, _delivery AS delivery, _file || ':' || _line AS row,
               unnest([{values}], recursive := true), _as_of AS as_of
        FROM found"""), f"the evidence of {id} from {spec['dataset']}")


def compare(name, theirs):
    """Both sides as bags of rows. What differs is shown rule by rule, side by side. Returns how many rows the run has."""
    (key, columns), sides = TABLES[name], ({}, {})
    ours, theirs = f"SELECT DISTINCT {columns} FROM {name}", f"SELECT {columns} FROM {theirs}"
    for side, query in zip(sides, (f"{ours} EXCEPT ALL {theirs}", f"{theirs} EXCEPT ALL {ours}")):
        side.update({row[:key]: row for row in db.execute(query).fetchall()})
    wrong = {}
    for row in sorted(sides[0].keys() | sides[1].keys(), key=str):
        pair = [side.get(row) for side in sides]
        if all(pair):
            cells = [cell for cell in zip(columns.split(", "), *pair) if cell[1] != cell[2]]
            said = "; ".join(f"{column}: DuckDB {one}, the run {other}" for column, one, other in cells)
        else:
            cells = list(zip(columns.split(", "), pair[0] or pair[1]))[key:]
            said = f"more in {'DuckDB' if pair[0] else 'the run'}: {', '.join(f'{column} {value}' for column, value in cells if value is not None)}"
        rule = row[0].rsplit("-", 1)[0] if name == "evidence" else row[0]
        wrong.setdefault(rule, []).append(f"{' '.join(map(str, row))}\n      {said}")
    for rule in sorted(ran | wrong.keys()):
        rows = wrong.get(rule, [])
        found.check(not rows, f"{name} of {rule}: {len(rows)} rows differ" + "".join(f"\n    {row}" for row in rows[:3]))
    return db.execute(f"SELECT count(*) FROM ({theirs})").fetchone()[0]


began = time.monotonic()
night, found = Night(), Findings()
duck = Duck(night, found)
db, feeds, ran = duck.db, Feeds(duck.plan, duck.contracts), set()
duck.derive()
for name in TABLES:
    db.execute(f"CREATE TABLE {name} AS FROM '{night.run}/{name}.parquet' LIMIT 0")

said = night.manifest["results"]["rules"]
for file in duck.files("rules", "*/*.sql"):
    id, text = file.stem, duck.read(file, "rules")
    rule = front_matter(text)
    if rule["status"] not in ("live", "pilot"):
        continue
    ran.add(id)
    missing, everyone, is_stale = feeds.standing(rule)
    not_run = said.get(id, {}).get("not_run")
    found.check(bool(missing) == bool(not_run), f"{id} cannot do without {missing or 'nothing'}; the run says {not_run}")
    if missing or not duck.attempt(f"CREATE OR REPLACE TEMP TABLE candidates AS {duck.bind(text)}", f"the rule {id}"):
        continue
    columns = [row[0] for row in db.execute("DESCRIBE candidates").fetchall()]
    statement = judging(rule, columns, everyone, feeds)
    db.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {duck.bind(statement)}")
    count(id, everyone)
    if rule["subject"] in OF_FEEDS:
        continue
    find_leads(id, rule["subject"], is_stale)
    for spec in rule.get("evidence") or []:
        find_evidence(id, spec)
found.check(ran == said.keys(), f"rules of these files and of the run: {sorted(ran ^ said.keys())}")

# Whether a lead is new or was known on an earlier night is not the rule's to say; whether it is withheld is.
leads = f"(SELECT * REPLACE (if(status = 'withheld', status, 'open') AS status) FROM '{night.run}/leads.parquet')"
tables = {"coverage": f"'{night.run}/coverage.parquet'", "leads": leads, "evidence": f"'{night.run}/evidence.parquet'"}
rows = ", ".join(f"{compare(name, theirs)} rows of {name}" for name, theirs in tables.items())
print(f"  {len(duck.plan['facts'])} facts, {len(ran)} rules, {rows} compared in {time.monotonic() - began:.1f} s")
found.close("the same in DuckDB")
