"""A whole night side by side with DuckDB: the same deliveries, the same SQL of facts and rules, the same threads.

    cargo build --release
    pip install duckdb pyarrow PyYAML
    python3 benches/night.py --hedui target/release/hedui --dir /somewhere/large --persons 1000000 3000000

A city is made once for a folder (`hedui synth`, `hedui seal`) and found there by the next run. Three things are compared:

a  acquire   CSV files to typed Parquet. hedui also checks signatures, digests, contracts and keys, sorts, and numbers people.
b  compare   the facts and the rules, their outcomes, leads and evidence, on the snapshots that hedui wrote. DuckDB reads the
             snapshots as views and, in another round, as tables that it loads first; the faster one counts. `facts and rules`
             is that and nothing else on either side: of hedui the two stages, of DuckDB what comes after the session is open
             (the loading of tables counts). `run` is `hedui run` whole, which also looks through the inbox, loads the
             dictionary, checks references, and writes the review lists and the report, against DuckDB's process whole.
c  night     both together: of hedui one `hedui run` on an empty store, which is what an operator starts; of DuckDB the sum of its two.

d  second    what a second night takes beside the first, with one row in a hundred changed (see `again.py`): accepting and running.
             Each is held against the same night computed anew (`hedui run --fresh`), byte by byte.

The first round on a machine that was just started or idle says little: where a host backs the memory of a virtual machine when it
is first touched, `cat` of the twelve largest files of ten million people took 32 s of the system's time, and 2 s the next time. So
the best of two or more counts (`--rounds`).

What DuckDB found is held against what hedui wrote, row by row. `decode` is what it takes to read every column of every
snapshot once and do nothing with them: the physical limit of b.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import types

import pyarrow
import pyarrow.parquet

import acquire
import again
import city

sys.path.insert(0, str(city.ROOT / ".ci" / "outside"))
import duck
import night as outside
import rules


# What `hedui run` calls the two, in either language.
FACTS_AND_RULES = ("deriving facts", "running rules", "推导事实", "运行规则")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--hedui", required=True, type=pathlib.Path, help="a release build")
    ask.add_argument("--dir", required=True, type=pathlib.Path, help="where cities and stores are kept; 5 GB a million people, of which DuckDB takes one or two for a while")
    ask.add_argument("--persons", type=int, nargs="+", default=[1_000_000])
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--threads", type=int, default=os.cpu_count())
    ask.add_argument("--memory", help="as `hedui --memory`; DuckDB gets the same")
    ask.add_argument("--rounds", type=int, default=1)
    ask.add_argument("--no-second", action="store_true", help="leave out the second nights, which take longest")
    told = ask.parse_args()
    for persons in told.persons:
        folder = told.dir.resolve() / f"{persons}-{told.seed}"
        about = city.sealed(told.hedui.resolve(), folder, persons, told.seed)
        print(f"{persons} people: {about['rows']} rows, {about['bytes'] / 1e6:.0f} MB of CSV; made in {about['synth_seconds']:.0f} s, "
              f"sealed in {about['seal_seconds']:.0f} s; {told.threads} threads")
        measure(told, folder)


def measure(told, folder):
    store, scratch = folder / "store", folder / "parquet"
    files = acquire.csv_files(folder)
    acquire.warm(files)
    ours, theirs = {"a": [], "b": [], "c": []}, {"a": [], "b": [], "c": []}
    alone, decoded = [], []
    for _ in range(told.rounds):
        set_aside(folder, store / "runs", store / "reuse")
        shutil.rmtree(store, ignore_errors=True)
        taken, _ = acquire.hedui_round(told, folder, store)
        read = acquire.duckdb_round(told.threads, files, scratch)
        compared, stages = hedui_run(told, folder, store)
        rounds = [duckdb_run(told, folder, store, way) for way in (Views, duck.Duck)]
        found = min((cost for cost, _ in rounds), key=lambda cost: cost.wall)
        two = sum(one["milliseconds"] / 1000 for one in stages if one["stage"] in FACTS_AND_RULES)
        alone.append((two, min(seconds for _, seconds in rounds)))
        decoded.append(acquire.in_a_process(lambda: read_all(store, told.threads)))
        set_aside(folder, store / "runs", store / "reuse")
        shutil.rmtree(store)
        # What came between may have driven them out of the memory.
        acquire.warm(files)
        night, _ = hedui_run(told, folder, store)
        for sides, a, b, c in ((ours, taken, compared, night), (theirs, read, found, add(read, found))):
            sides["a"].append(a)
            sides["b"].append(b)
            sides["c"].append(c)
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(folder / "aside", ignore_errors=True)
    told_by_stage = ", ".join(f"{one['stage']} {one['milliseconds'] / 1000:.1f} s" for one in stages)
    print(f"  {told_by_stage}")
    two, same = (min(side) for side in zip(*alone))
    decode = min(decoded, key=lambda cost: cost.wall)
    print(f" b facts and rules: hedui {two:.1f} s, DuckDB {same:.1f} s, ratio {two / same:.2f}; "
          f"decode {decode.wall:.1f} s, {decode.cpu:.1f} CPU s, ratio {two / decode.wall:.1f}")
    for what, name in (("a", "acquire"), ("b", "run"), ("c", "night")):
        print(f" {what} {name}")
        acquire.side_by_side(ours[what], theirs[what])
    check = [sys.executable, city.ROOT / ".ci" / "outside" / "engine.py", folder]
    print(subprocess.run(check, capture_output=True, text=True, check=False).stdout.rstrip())
    if not told.no_second:
        again.second_nights(told, folder, min(ours["c"], key=lambda cost: cost.wall))


def set_aside(folder, *old):
    """Moves away the many small files that an earlier round left. Deleted, they would cost the next one: a file system may spend half a
    second a thousand files on not giving out again what has just become free."""
    (folder / "aside").mkdir(exist_ok=True)
    for one in filter(pathlib.Path.exists, old):
        one.rename(folder / "aside" / f"{one.name}-{time.monotonic_ns()}")


def add(one, other):
    return acquire.Cost(one.wall + other.wall, one.cpu + other.cpu, max(one.peak, other.peak))


def hedui_run(told, folder, store):
    where = ["--inbox", folder / "inbox", "--store", store, "--signers", folder / "allowed_signers", "--reference", folder]
    memory = ["--memory", told.memory] if told.memory else []
    set_aside(folder, store / "runs", store / "reuse")
    cost, said = acquire.hedui(told, "run", "pipelines/night.yaml", *where, "--date", "2026-03-15", *memory)
    return cost, said["stages"]


class Views(duck.Duck):
    """The datasets as views of their snapshots: nothing is loaded before it is asked for."""

    def add_dataset(self, contract):
        agency, dataset = contract.id.split(".")
        inputs = [one for one in self.plan["inputs"] if one["dataset"] == contract.id]
        if len(inputs) != 1 or "deleted" in contract.types:
            return super().add_dataset(contract)
        (one,) = inputs
        folder = f"{self.night.store}/snapshots/{agency}/{dataset}/as_of={one['as_of']}/delivery={one['delivery']}"
        self.db.execute(
            f"CREATE SCHEMA IF NOT EXISTS {agency}; CREATE VIEW {contract.id} AS SELECT *, '{one['delivery']}' AS _delivery, "
            f"DATE '{one['as_of']}' AS _as_of FROM read_parquet('{folder}/*.parquet', hive_partitioning = false)")


def duckdb_run(told, folder, store, way):
    current = sorted((store / "runs").glob("*/current"))[-1]
    run = current.parent / current.read_text().strip()
    manifest = json.loads((run / "manifest.json").read_text())
    place = types.SimpleNamespace(dir=folder, root=city.ROOT, store=store, run=run, manifest=manifest)
    # What does not fit into memory goes where there is room for the city, too: some GB a million people.
    temporary = folder / "duckdb.tmp"
    config = {"threads": told.threads, "temp_directory": str(temporary)}
    config |= {"memory_limit": told.memory} if told.memory else {}
    found = outside.Findings()

    seconds = folder / "duckdb.seconds"

    def work():
        begun = time.monotonic()
        session = way(place, found, **config)
        if way is Views:
            begun = time.monotonic()
        session.derive()
        rules.Rules(session).run()
        seconds.write_text(str(time.monotonic() - begun))

    cost = acquire.in_a_process(work)
    shutil.rmtree(temporary, ignore_errors=True)
    return cost, float(seconds.read_text())


def read_all(store, threads):
    pyarrow.set_cpu_count(threads)
    for file in sorted((store / "snapshots").glob("*/*/*/*/*.parquet")):
        for _ in pyarrow.parquet.ParquetFile(file).iter_batches(batch_size=65536, use_threads=True):
            pass


if __name__ == "__main__":
    main()
