"""DuckDB runs every fact and every rule unchanged on the night's snapshots: the same leads, coverage and evidence."""

import time

from duck import Duck
from night import Findings, Night
from rules import TABLES, Rules


def compare(rules, name, theirs):
    """Both sides as bags of rows. What differs is shown rule by rule, side by side. Returns how many rows the run has."""
    (key, columns), sides = TABLES[name], ({}, {})
    ours, theirs = f"SELECT DISTINCT {columns} FROM {name}", f"SELECT {columns} FROM {theirs}"
    for side, query in zip(sides, (f"{ours} EXCEPT ALL {theirs}", f"{theirs} EXCEPT ALL {ours}")):
        side.update({row[:key]: row for row in rules.duck.db.execute(query).fetchall()})
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
    for rule in sorted(rules.ran | wrong.keys()):
        rows = wrong.get(rule, [])
        rules.duck.found.check(not rows, f"{name} of {rule}: {len(rows)} rows differ" + "".join(f"\n    {row}" for row in rows[:3]))
    return rules.duck.db.execute(f"SELECT count(*) FROM ({theirs})").fetchone()[0]


def same(rules):
    """Everything that the run wrote against everything that DuckDB found. Says how many rows of each were compared."""
    # Whether a lead is new or was known on an earlier night is not the rule's to say; whether it is withheld is.
    run = rules.duck.night.run
    leads = f"(SELECT * REPLACE (if(status = 'withheld', status, 'open') AS status) FROM '{run}/leads.parquet')"
    tables = {"coverage": f"'{run}/coverage.parquet'", "leads": leads, "evidence": f"'{run}/evidence.parquet'"}
    return ", ".join(f"{compare(rules, name, theirs)} rows of {name}" for name, theirs in tables.items())


if __name__ == "__main__":
    began = time.monotonic()
    night, found = Night(), Findings()
    duck = Duck(night, found)
    duck.derive()
    rules = Rules(duck)
    rules.run()
    rows = same(rules)
    print(f"  {len(duck.plan['facts'])} facts, {len(rules.ran)} rules, {rows} compared in {time.monotonic() - began:.1f} s")
    found.close("the same in DuckDB")
