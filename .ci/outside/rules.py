"""Every rule of a night on DuckDB: the three outcomes, the counts, the leads and their evidence.

The rules' own SQL runs unchanged; what stands around it is written a second time, not taken from hedui.
"""

from duck import front_matter
from judging import CLEAR, HIT, IN_DOUBT, LOWERED, NO_STANDARD, OF_FEEDS, REASONS, SUBJECT, Feeds, judging

# What a night gives, and how many of the columns say which row it is.
TABLES = {
    "coverage": (3, "rule_id, division, reason, population, hit, clear, insufficient"),
    "leads": (2, "rule_id, lead_id, subject_kind, person_id, household_id, case_id, status, direction, severity, stale, "
                 "programme, division, monthly_at_risk, total_so_far, threshold, value, margin"),
    "evidence": (6, "lead_id, agency, dataset, delivery, row, field, value, as_of"),
}


class Rules:
    """Fills the tables `coverage`, `leads` and `evidence` of a session that has the facts in it."""

    def __init__(self, duck):
        self.duck, self.feeds, self.ran = duck, Feeds(duck.plan, duck.contracts), set()
        for name in TABLES:
            duck.db.execute(f"CREATE TABLE {name} AS FROM '{duck.night.run}/{name}.parquet' LIMIT 0")
        duck.db.execute("CREATE TABLE found AS SELECT *, NULL::BIGINT AS person FROM evidence")

    def run(self):
        """Evaluates all rules, in the order of their names."""
        duck, said = self.duck, self.duck.night.manifest["results"]["rules"]
        for file in duck.files("rules", "*/*.sql"):
            id, text = file.stem, duck.read(file, "rules")
            rule = front_matter(text)
            if rule["status"] not in ("live", "pilot"):
                continue
            self.ran.add(id)
            missing, everyone, is_stale = self.feeds.standing(rule)
            not_run = said.get(id, {}).get("not_run")
            duck.found.check(bool(missing) == bool(not_run), f"{id} cannot do without {missing or 'nothing'}; the run says {not_run}")
            if missing or not duck.attempt(f"CREATE OR REPLACE TEMP TABLE candidates AS {duck.bind(text)}", f"the rule {id}"):
                continue
            columns = [row[0] for row in duck.db.execute("DESCRIBE candidates").fetchall()]
            statement = judging(rule, columns, everyone, self.feeds)
            duck.db.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {duck.bind(statement)}")
            self.count(id, everyone)
            if rule["subject"] in OF_FEEDS:
                continue
            self.find_leads(id, rule["subject"], is_stale)
            for spec in rule.get("evidence") or []:
                self.find_evidence(id, spec)
        self.name_people()
        duck.found.check(self.ran == said.keys(), f"rules of these files and of the run: {sorted(self.ran ^ said.keys())}")

    def count(self, id, everyone):
        """One row a division, and one more for each reason."""
        reasons = REASONS | (dict([everyone]) if everyone else {})
        named = ", ".join(f"({number}, '{word}')" for number, word in reasons.items())
        self.duck.db.execute(f"""
            INSERT INTO coverage BY NAME
            WITH subjects AS (SELECT _subject, min(_division) AS division, {SUBJECT} AS outcome FROM judged GROUP BY _subject)
            SELECT '{id}' AS rule_id, division, NULL AS reason, count(*) AS population, count(*) FILTER (outcome = 0) AS hit,
                   count(*) FILTER (outcome = {CLEAR}) AS clear, count(*) FILTER (outcome BETWEEN 1 AND {NO_STANDARD}) AS insufficient
            FROM subjects GROUP BY division
            UNION ALL
            SELECT '{id}', division, reason, 0, 0, 0, count(*)
            FROM subjects JOIN (VALUES {named}) AS named (outcome, reason) USING (outcome) GROUP BY division, reason""")

    def find_leads(self, id, kind, is_stale):
        """One lead a subject: of its hits that of the smallest case_id. Who would be a hit but is in doubt is withheld."""
        # Rows that are equal so far are told apart by what they say.
        person = "p.token" if kind == "person" else "NULL"
        self.duck.db.execute(f"""
            CREATE OR REPLACE TEMP TABLE lead AS
            SELECT j.*, {person} AS _person,
                   '{id}-' || left(sha256(concat_ws(chr(0), '{id}', '{kind}', coalesce({person}, j._subject::VARCHAR), '')), 16) AS lead_id
            FROM judged AS j LEFT JOIN people AS p ON p.number = {"j._subject" if kind == "person" else "NULL"}
            WHERE _outcome = {HIT} OR (_outcome = {IN_DOUBT} AND _would_hit)
            QUALIFY row_number() OVER (PARTITION BY _subject ORDER BY _outcome = {HIT} DESC, _case NULLS FIRST, j::VARCHAR) = 1""")
        self.duck.db.execute(f"""
            INSERT INTO leads BY NAME
            SELECT lead_id, '{id}' AS rule_id, '{kind}' AS subject_kind, _person AS person_id, _household AS household_id, _case AS case_id,
                   if(_outcome = {HIT}, 'open', 'withheld') AS status, _direction AS direction, {LOWERED if is_stale else "_severity"} AS severity,
                   {is_stale} AS stale, _programme AS programme, coalesce(_case_division, _division) AS division, _at_risk AS monthly_at_risk,
                   _so_far AS total_so_far, _threshold AS threshold, _value AS value, _value - _threshold AS margin
            FROM lead""")

    def find_evidence(self, id, spec):
        """The rows that the leads rest on, each field a row of its own, as text that a person can read; people still as numbers."""
        kinds, (agency, dataset) = self.duck.contracts[spec["dataset"]].kinds, spec["dataset"].split(".")
        form = {"person": "NULL", "month": "strftime({}, '%Y-%m')"}
        pairs = []
        for field in spec["fields"]:
            text = form.get(kinds[field], "CAST({} AS VARCHAR)").format(f'"{field}"')
            person = f'"{field}"' if kinds[field] == "person" else "NULL::BIGINT"
            pairs.append(f"{{'field': '{field}', 'value': {text}, 'person': {person}}}")
        self.duck.attempt(self.duck.bind(f"""
            INSERT INTO found BY NAME
            WITH found AS (
              SELECT DISTINCT lead.lead_id, e._delivery, e._as_of, e._file, e._line, {', '.join(f'e."{field}"' for field in spec["fields"])}
              FROM {spec["from"]} {'WHERE ' + spec["where"] if spec.get("where") else ''})
            SELECT lead_id, '{agency}' AS agency, '{dataset}' AS dataset, _delivery AS delivery, _file || ':' || _line AS row,
                   unnest([{', '.join(pairs)}], recursive := true), _as_of AS as_of
            FROM found"""), f"the evidence of {id} from {spec['dataset']}")

    def name_people(self):
        """Numbers of people back to their tokens, once for all rules."""
        self.duck.db.execute("""
            INSERT INTO evidence BY NAME
            SELECT f.* EXCLUDE (value, person), coalesce(p.token, f.value) AS value FROM found AS f LEFT JOIN people AS p ON p.number = f.person""")
