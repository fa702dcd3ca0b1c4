"""A night's data in DuckDB: the datasets as known on the business date, the figures of the law, and the facts.

Everything comes from the store and from the project's own files; nothing of hedui runs here.
"""

import hashlib
import json
import re

import duckdb
import yaml


def front_matter(text):
    """The YAML at the head of a fact or a rule. To an engine it is a comment."""
    return yaml.safe_load(re.match(r"/\*---\n(.*?)\n---\*/", text, re.S)[1])


class Contract:
    """What a dataset's contract says: types, key, how a delivery replaces an earlier one, how long it is fresh."""

    def __init__(self, file):
        said = yaml.safe_load(file.read_text())
        (table,) = said["schema"]
        own = {one["property"]: one["value"] for one in table["customProperties"]}
        self.id, self.delivery, self.kinds, self.types = said["id"], own["delivery"], {}, {}
        for column in table["properties"]:
            kind = next(one["value"] for one in column["customProperties"] if one["property"] == "type")
            self.kinds[column["name"]] = kind
            # Contracts describe what is delivered; a snapshot holds a person as a number instead of the token.
            self.types[column["name"]] = "BIGINT" if kind == "person" else column["physicalType"]
        self.key = [f'"{column["name"]}"' for column in table["properties"] if column.get("primaryKey")]
        self.month = next((column["name"] for column in table["properties"] if column.get("partitioned")), None)
        self.fresh_days = next(one["value"] for one in said["slaProperties"] if one["property"] == "freshness")


class Duck:
    """A DuckDB session with `agency.dataset`, `run.figures`, `people` and, once derived, the facts in it."""

    def __init__(self, night, found, **config):
        self.night, self.found, self.plan = night, found, night.manifest["plan"]
        self.literals = json.loads((night.run / "values.json").read_text())
        # The manifest knows the pipeline by its file's name; parameters of an example may be called the same, further down.
        named = night.root.glob("pipelines/**/" + self.plan["pipeline"]["file"])
        self.pipeline = min(named, key=lambda file: len(file.parts))
        self.db = duckdb.connect(config=config)
        contracts = map(Contract, self.files("contracts", "*.odcs.yaml"))
        self.contracts = {contract.id: contract for contract in contracts}
        for contract in self.contracts.values():
            self.add_dataset(contract)
        self.db.execute("CREATE SCHEMA run; CREATE SCHEMA facts")
        for table in ("figures", "feeds", "deliveries"):
            self.db.execute(f"CREATE TABLE run.{table} AS FROM '{night.run}/{table}.parquet'")
        self.db.execute(f"CREATE TABLE people AS FROM '{night.store}/dictionary/*.parquet'")

    def files(self, what, pattern):
        """The files of a folder, or of several, that the pipeline names; in the order of their names."""
        usual = {"contracts": "../schemas"}.get(what, what)
        folders = yaml.safe_load(self.pipeline.read_text()).get(what, usual)
        folders = [folders] if isinstance(folders, str) else folders
        found = [file for folder in folders for file in (self.pipeline.parent / folder).glob(pattern)]
        return sorted(found, key=lambda file: file.name)

    def add_dataset(self, contract):
        """The rows that stand on the business date: they follow from the deliveries and from how these replace."""
        agency, dataset = contract.id.split(".")
        types = {f'"{name}"': kind for name, kind in contract.types.items()}
        types |= {"_file": "VARCHAR", "_line": "BIGINT", "_delivery": "VARCHAR", "_as_of": "DATE"}
        columns, typed = ", ".join(types), ", ".join(f"{name} {kind}" for name, kind in types.items())
        # A dataset that nobody delivered is an empty table, so that the SQL of the rules still means something.
        self.db.execute(f"CREATE SCHEMA IF NOT EXISTS {agency}; CREATE TABLE {contract.id} ({typed})")
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE delivered ({typed}, _part INTEGER)")
        inputs = [one for one in self.plan["inputs"] if one["dataset"] == contract.id]
        inputs.sort(key=lambda one: (one["as_of"], one["sequence"], one["delivery"]))
        for part, one in enumerate(inputs):
            folder = f"{self.night.store}/snapshots/{agency}/{dataset}/as_of={one['as_of']}/delivery={one['delivery']}"
            # By month: a delivery stands for those months in which no newer one speaks; the manifest names them.
            months = ", ".join(f"DATE '{month}-01'" for month in one["months"] or [])
            held = f'WHERE "{contract.month}" IN ({months})' if one["months"] is not None else ""
            self.db.execute(
                f"INSERT INTO delivered BY NAME SELECT *, $1 AS _delivery, $2::DATE AS _as_of, $3 AS _part "
                f"FROM read_parquet('{folder}/*.parquet', hive_partitioning = false) {held}",
                [one["delivery"], one["as_of"], part])
        # Upsert: the newest delivery that has a key decides what stands for it …
        newest = f"QUALIFY _part = max(_part) OVER (PARTITION BY {', '.join(contract.key)})" if contract.delivery == "upsert" else ""
        # … and a row that says `deleted` has hidden the older ones of its key before it is left out itself.
        stands = "WHERE deleted IS NOT TRUE" if "deleted" in contract.types else ""
        self.db.execute(f"INSERT INTO {contract.id} SELECT {columns} FROM (FROM delivered {newest}) {stands}")

    def bind(self, sql):
        """Placeholders as the run bound them. DuckDB takes no parameters in CREATE TABLE AS: they are written out."""
        return re.sub(r"\$([a-z]\w*)", lambda one: f"({self.literals[one[1]]})" if one[1] in self.literals else one[0], sql)

    def read(self, file, listed):
        """A fact or a rule, which must be the very file that the run used."""
        text = file.read_text()
        used = {one.get("id") or one["name"]: one["sha256"] for one in self.plan[listed]}
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.found.check(used.get(file.stem) == digest, f"{file.name} is not the file that the run used")
        return text

    def derive(self):
        """Computes every fact after the facts that its own SQL reads."""
        waiting = {file.stem: self.bind(self.read(file, "facts")) for file in self.files("facts", "*.sql")}
        while waiting:
            tables = {name: self.db.get_table_names(sql, qualified=True) for name, sql in waiting.items()}
            reads = {name: {table.split(" ")[0].removeprefix("facts.") for table in of} for name, of in tables.items()}
            ready = [name for name in waiting if not reads[name] & waiting.keys()]
            if not ready:
                raise SystemExit(f"  facts need each other: {', '.join(waiting)}")
            for name in ready:
                self.attempt(f"CREATE TABLE facts.{name} AS {waiting.pop(name)}", f"the fact {name}")

    def attempt(self, sql, what):
        """Runs the project's own SQL. That DuckDB cannot is a finding, not the end of the check."""
        try:
            self.db.execute(sql)
        except duckdb.Error as error:
            self.found.check(False, f"DuckDB cannot run {what}: {str(error)[:400]}")
            return False
        return True
