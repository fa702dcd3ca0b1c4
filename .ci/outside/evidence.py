"""Every lead is found again, by DuckDB and the rule's own SELECT, from its rows of evidence.parquet alone.

Also: every value of the evidence stands in the snapshot row it names, margin = value − threshold, the whole tables give the
same leads, and a lead that loses one row of its evidence is noticed. Whether a subject may be judged (authorisation, grace,
doubt about an identity) is not asked again: it is not what made the hit.
"""

import collections
import datetime
import decimal
import re

import duckdb
import pyarrow
import pyarrow.parquet as parquet
import yaml

from night import Findings, Night

night, found = Night(), Findings()
TYPES = {"CHAR(64)": "BIGINT", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "INTEGER": "INTEGER"}
# What a reason counts in English: the program writes the singular after a one.
COUNTED = ["presale contracts", "months", "days", "years", "cases", "dwellings", "contracts", "payments", "units", "rows", "people"]
# Between a lead's own number and an id in the world below; nothing that an agency writes.
MARK = "\u2021"


# What a dataset is: columns with SQL type and kind, from its contract.
Column = collections.namedtuple("Column", "name type kind")
contracts, deliveries_mean = {}, {}
for file in sorted((night.root / "schemas").glob("*.odcs.yaml")):
    contract = yaml.safe_load(file.read_text())
    said = {one["property"]: one["value"] for one in contract["schema"][0].get("customProperties", [])}
    columns = []
    for one in contract["schema"][0]["properties"]:
        kind = next(p["value"] for p in one["customProperties"] if p["property"] == "type")
        physical = one["physicalType"]
        columns.append(Column(one["name"], TYPES.get(physical, physical if physical.startswith("DECIMAL") else "VARCHAR"), kind))
    contracts[contract["id"]] = columns
    key = [one["name"] for one in contract["schema"][0]["properties"] if one.get("primaryKey")]
    month = [one["name"] for one in contract["schema"][0]["properties"] if one.get("partitioned")]
    deliveries_mean[contract["id"]] = (said["delivery"], key, month)

# The plan of the night: rules and facts as they were run, values of `$name`, people by token.
values = yaml.safe_load((night.run / "values.json").read_text())
dictionary = parquet.read_table(str(night.store / "dictionary")).to_pylist()
number_of = {row["token"]: row["number"] for row in dictionary}
token_of = {row["number"]: row["token"] for row in dictionary}
STEP = max(token_of) + 1
rules = {path.stem: path.read_text() for path in sorted((night.root / "pipelines/rules").glob("*/*.sql"))}
facts = {path.stem: path.read_text() for path in sorted((night.root / "pipelines/facts").glob("*.sql"))}
heads = {rule: yaml.safe_load(text.split("/*---")[1].split("---*/")[0]) for rule, text in rules.items()}


def bound(text):
    """The SQL with the night's values in the place of `$name`."""
    return re.sub(r"\$([a-z_0-9]+)", lambda name: "(" + values[name.group(1)] + ")", text)


def read_by(text, seen=()):
    """The facts that a statement reads, the first ones first."""
    for name in re.findall(r"facts\.([a-z_0-9]+)", text):
        if name not in seen:
            seen = (*read_by(facts[name], seen), name)
    return tuple(dict.fromkeys(seen))


class World:
    """Datasets, facts over them, and rules over both, in DuckDB."""

    def __init__(self):
        self.con = duckdb.connect()
        self.con.execute("CREATE SCHEMA facts; CREATE SCHEMA run")
        for table in ("figures", "feeds", "deliveries"):
            self.con.execute(f"CREATE TABLE run.{table} AS FROM '{night.run}/{table}.parquet'")
        for agency in sorted({name.split(".")[0] for name in contracts}):
            self.con.execute(f"CREATE SCHEMA {agency}")
        self.done = set()

    def dataset(self, name, rows):
        """A dataset from rows of the contract's columns, in Python's types."""
        columns = contracts[name]
        names = ", ".join(f'"{column.name}" {column.type}' for column in columns)
        self.con.execute(f"CREATE TABLE {name} ({names})")
        if rows:
            # Everything travels as text: DuckDB casts it, so no type is guessed from the values.
            texts = {column.name: pyarrow.array([row.get(column.name) for row in rows], pyarrow.string()) for column in columns}
            table = pyarrow.table(texts)
            self.con.register("given", table)
            casts = ", ".join(f'CAST("{column.name}" AS {column.type})' for column in columns)
            self.con.execute(f"INSERT INTO {name} SELECT {casts} FROM given")
            self.con.unregister("given")

    def rows_of(self, rule):
        """What the rule selects, as dicts."""
        for fact in read_by(rules[rule]):
            if fact not in self.done:
                self.con.execute(f"CREATE TABLE facts.{fact} AS {bound(facts[fact])}")
                self.done.add(fact)
        cursor = self.con.execute(bound(rules[rule]))
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def cases(self):
        """What judging takes from the case of a hit."""
        cursor = self.con.execute("SELECT case_id, household_id, programme, monthly_amount, division FROM civil_affairs.cases")
        return {row[0]: row[1:] for row in cursor.fetchall()}


def for_people(name, value):
    """A value as a reason shows it."""
    if value is None:
        return "—"
    if isinstance(value, datetime.date):
        return value.isoformat()[:7] if name.endswith("_month") else value.isoformat()
    if isinstance(value, decimal.Decimal) and value.as_tuple().exponent:
        whole, _, fraction = f"{value:f}".partition(".")
        return f"{whole}.{fraction.rstrip('0'):0<2}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def filled(template, row):
    """A reason with the row's values, and `1 month` for `1 months`."""
    text, rest = "", template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        text += before + for_people(name, row.get(name))
        if re.search(r"(^|[^0-9.-])1$", text):
            word = next((word for word in COUNTED if rest.startswith(" " + word)), None)
            if word:
                one = "person" if word == "people" else word[:-1]
                text, rest = f"{text} {one}", rest[1 + len(word):]
    return text + rest


def number(value, places):
    """A figure with so many places."""
    if value is None:
        return None
    value = decimal.Decimal(value).quantize(decimal.Decimal("0.0001"), decimal.ROUND_DOWN)
    return value.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP)


def lowered(severity):
    return {"S1": "S2", "S2": "S3", "S3": "S4", "S4": "S4", "M1": "M2", "M2": "M3", "M3": "M3"}[severity]


def told(rule, row, case, stale):
    """What a lead says, from a row of its rule and the case that the row names."""
    household, programme, monthly, division = case or (None,) * 4
    severity = row.get("severity") or heads[rule]["severity"]
    direction = row.get("direction") or heads[rule]["direction"]
    at_risk = row["monthly_at_risk"] if "monthly_at_risk" in row else None if direction == "missed" else monthly
    value, threshold = number(row.get("value"), 4), number(row.get("threshold"), 4)
    return {
        "case_id": row.get("case_id"),
        "household_id": row.get("household_id") or household,
        "programme": row.get("programme") or programme,
        "severity": lowered(severity) if stale else severity,
        "direction": direction,
        "monthly_at_risk": number(at_risk, 2),
        "total_so_far": number(row.get("total_so_far"), 2),
        "value": value,
        "threshold": threshold,
        "margin": None if value is None or threshold is None else value - threshold,
        "reason_zh": filled(heads[rule]["reason"]["zh"], row),
        "reason_en": filled(heads[rule]["reason"]["en"], row),
        # Without a case a lead's division is where the person lives, which no hit rests on.
        **({"division": division} if division else {}),
    }


def is_hit(row):
    return bool(row["hit"]) and not any(row.get(name) for name in ("no_age", "no_members", "no_standard"))


def difference(lead, rows, cases):
    """None when one of the rows says what the lead says, else what the nearest one says otherwise."""
    rule, nearest = lead["rule_id"], None
    for row in rows:
        if not is_hit(row):
            continue
        said = told(rule, row, cases.get(row.get("case_id")), lead["stale"])
        other = {name: (value, lead[name]) for name, value in said.items() if value != lead[name]}
        if not other:
            return None
        if nearest is None or len(other) < len(nearest):
            nearest = other
    if nearest is None:
        return "no hit" if rows else "not in the population"
    return ", ".join(f"{name} {ours} for {theirs}" for name, (ours, theirs) in nearest.items())


# The night's leads, and their evidence: one row of a dataset again for every row of a delivery.
leads = {lead["lead_id"]: lead for lead in parquet.read_table(night.run / "leads.parquet").to_pylist()}
evidence = collections.defaultdict(lambda: collections.defaultdict(dict))
cited = collections.defaultdict(lambda: collections.defaultdict(dict))
for one in parquet.read_table(night.run / "evidence.parquet").to_pylist():
    dataset = f"{one['agency']}.{one['dataset']}"
    evidence[one["lead_id"]][(dataset, one["delivery"], one["row"])][one["field"]] = one["value"]
    cited[(dataset, one["delivery"])][one["row"]].setdefault(one["field"], set()).add(one["value"])
for lead_id in evidence:
    found.check(lead_id in leads, f"evidence of a lead that is not there: {lead_id}")

# Every value cited stands in the snapshot row that is named.
for (dataset, delivery), rows in sorted(cited.items()):
    agency, name = dataset.split(".")
    (path,) = night.store.glob(f"snapshots/{agency}/{name}/*/delivery={delivery}/part-0.parquet")
    held = {f"{row['_file']}:{row['_line']}": row for row in parquet.read_table(path, partitioning=None).to_pylist()}
    kinds = {column.name: column.kind for column in contracts[dataset]}
    for place, fields in rows.items():
        for field, said in fields.items():
            value = held.get(place, {}).get(field, "no such row")
            if kinds[field] == "person":
                value = token_of.get(value, value)
            elif kinds[field] == "month" and isinstance(value, datetime.date):
                value = value.isoformat()[:7]
            elif value is not None:
                value = str(value).lower() if isinstance(value, bool) else str(value)
            found.check(said == {value}, f"{delivery} {place} {field}: the evidence says {said}, the snapshot {value}")
found.check(all(key in row for row in leads.values() for key in ("value", "threshold", "margin")), "a lead without its figures")
for lead in leads.values():
    value, threshold = lead["value"], lead["threshold"]
    margin = None if value is None or threshold is None else value - threshold
    found.check(lead["margin"] == margin, f"{lead['lead_id']}: margin {lead['margin']}, value − threshold {margin}")


def recomputed(tellings):
    """For every (lead, its rows) what differs when the rule sees those rows alone: None when nothing does.

    All stand in one world, each with people and ids of its own, so that none sees another's rows.
    """
    tables = collections.defaultdict(list)
    for place, (lead, rows) in enumerate(tellings):
        for (dataset, _, _), fields in rows:
            row = {}
            for column in contracts[dataset]:
                value = fields.get(column.name)
                if value is not None and column.kind == "person":
                    value = str(number_of[value] + place * STEP)
                elif value is not None and column.kind == "ref":
                    value = f"{place}{MARK}{value}"
                elif value is not None and column.kind == "month":
                    value = f"{value}-01"
                row[column.name] = value
            tables[dataset].append(row)
    world = World()
    for name in contracts:
        world.dataset(name, tables[name])
    cases = collections.defaultdict(dict)
    for case_id, case in world.cases().items():
        place, _, own = case_id.partition(MARK)
        cases[int(place)][own] = [plain(value, int(place)) for value in case]
    answers = collections.defaultdict(list)
    for rule in sorted({lead["rule_id"] for lead, _ in tellings}):
        subject = heads[rule]["subject"] + "_id"
        for row in world.rows_of(rule):
            mark = row[subject]
            if mark is None:
                continue
            place = mark // STEP if subject == "person_id" else int(mark.partition(MARK)[0])
            lead = tellings[place][0]
            own = {name: plain(value, place) for name, value in row.items()}
            if subject == "person_id":
                own[subject] = token_of[mark % STEP]
            if lead["rule_id"] == rule and own[subject] == lead[subject]:
                answers[place].append(own)
    return [difference(lead, answers[place], cases[place]) for place, (lead, _) in enumerate(tellings)]


def plain(value, place):
    """A value without the number that keeps its lead apart."""
    return value.replace(f"{place}{MARK}", "") if isinstance(value, str) else value


# Each lead from its evidence.
whole = [(lead, sorted(evidence[lead_id].items())) for lead_id, lead in sorted(leads.items())]
for (lead, _), wrong in zip(whole, recomputed(whole)):
    found.check(wrong is None, f"{lead['lead_id']} from its evidence: {wrong}")

# Each lead again without each row of its evidence, and without each dataset: somewhere it must be missed, or this check is blind.
without = []
for lead, rows in whole:
    without += [(lead, rows[:gone] + rows[gone + 1:]) for gone in range(len(rows))]
    without += [(lead, [row for row in rows if row[0][0] != dataset]) for dataset in sorted({row[0][0] for row in rows})]
noticed = collections.Counter(lead["lead_id"] for (lead, _), wrong in zip(without, recomputed(without)) if wrong is not None)
for lead, rows in whole:
    found.check(noticed[lead["lead_id"]], f"{lead['lead_id']}: any of its {len(rows)} rows can go and nothing changes")
print(f"  {len(leads)} leads; {sum(noticed.values())} of {len(without)} times that a row or a dataset goes, the lead is another")

# The whole tables give the same leads: nothing that the evidence leaves out would clear one or change what it says.
world = World()
inputs = collections.defaultdict(list)
for one in night.manifest["plan"]["inputs"]:
    inputs[one["dataset"]].append(one)
for name, columns in contracts.items():
    kind, key, month = deliveries_mean[name]
    own, parts = ", ".join(f'"{column.name}"' for column in columns), []
    for place, one in enumerate(inputs[name]):
        agency, dataset = name.split(".")
        pattern = night.store / "snapshots" / agency / dataset / "*" / f"delivery={one['delivery']}" / "*.parquet"
        months = ", ".join(f"DATE '{month}-01'" for month in one["months"] or [])
        where = f' WHERE "{month[0]}" IN ({months})' if months else ""
        parts.append(f"SELECT {own}, {place} AS part FROM read_parquet('{pattern}', hive_partitioning = false){where}")
    if not parts:
        world.dataset(name, [])
        continue
    text = f"SELECT * FROM ({' UNION ALL '.join(parts)})"
    if kind == "upsert":
        keys = ", ".join(f'"{column}"' for column in key)
        text += f" QUALIFY part = max(part) OVER (PARTITION BY {keys})"
    deleted = " WHERE deleted IS NOT TRUE" if any(column.name == "deleted" for column in columns) else ""
    world.con.execute(f"CREATE TABLE {name} AS SELECT {own} FROM ({text}){deleted}")
cases = world.cases()
for rule in sorted({lead["rule_id"] for lead in leads.values()}):
    subject = heads[rule]["subject"] + "_id"
    answers = collections.defaultdict(list)
    for row in world.rows_of(rule):
        mark = token_of[row[subject]] if subject == "person_id" else row[subject]
        answers[mark].append({**row, subject: mark})
    for lead in leads.values():
        if lead["rule_id"] == rule:
            wrong = difference(lead, answers[lead[subject]], cases)
            found.check(wrong is None, f"{lead['lead_id']} from the whole tables: {wrong}")

# A rule that takes figures by division and hukou kind shows both in its evidence of the case.
for rule, text in rules.items():
    if any("run.figures" in one for one in (text, *(facts[name] for name in read_by(text)))):
        shown = [one["fields"] for one in heads[rule]["evidence"] if one["dataset"] == "civil_affairs.cases"]
        is_whole = shown and all({"division", "hukou_kind"} <= set(fields) for fields in shown)
        found.check(is_whole, f"{rule}: no case with its division and hukou_kind in the evidence")
found.close("leads from their evidence")
