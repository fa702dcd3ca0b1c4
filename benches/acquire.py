"""Side by side: how long hedui takes from delivered CSV files to validated snapshots, and DuckDB from the same files to Parquet.

    cargo build --release
    pip install duckdb PyYAML
    python3 benches/acquire.py --hedui target/release/hedui --persons 300000

Both use the same threads and the same files, in turn, the best of several rounds counts. hedui checks more while it reads:
signatures, digests, row counts, control totals, every rule of the contract, keys; it looks for raw identity numbers, replaces
tokens by numbers and sorts. DuckDB reads text and casts it (`read_csv(all_varchar)` + `TRY_CAST` + `COPY … TO parquet`).

Measured with a city of a million people (31 files, 2,075 MB, 19 million rows), two threads, on an otherwise idle virtual machine
with two cores: the best of three rounds in turn 4.3 s against 5.9 s, 7.7 CPU seconds against 9.7. The goal is a ratio of 1.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import duckdb
import yaml

import city


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--hedui", required=True, type=pathlib.Path, help="a release build")
    ask.add_argument("--persons", type=int, default=300_000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=os.cpu_count())
    ask.add_argument("--memory", help="as `hedui --memory`")
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--dir", type=pathlib.Path, help="where the city is kept, so that the next run finds it")
    told = ask.parse_args()
    with tempfile.TemporaryDirectory(dir=told.dir) as scratch:
        folder = (told.dir or pathlib.Path(scratch)).resolve()
        city.sealed(told.hedui.resolve(), folder, told.persons, told.seed)
        compare(told, folder, pathlib.Path(scratch))


def compare(told, folder, scratch):
    files = csv_files(folder)
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} files, {size / 1e6:.0f} MB, {told.threads} threads; DuckDB {duckdb.__version__}")
    warm(files)
    ours, theirs = [], []
    for _ in range(told.rounds):
        shutil.rmtree(scratch / "store", ignore_errors=True)
        cost, rows = hedui_round(told, folder, scratch / "store")
        ours.append(cost)
        theirs.append(duckdb_round(told.threads, files, scratch / "parquet"))
    print(f"rows: hedui {rows}, DuckDB {rows_of(scratch / 'parquet')}")
    side_by_side(ours, theirs)


def warm(files):
    """Reads every file once: otherwise whoever comes first waits for the disk, and the other does not."""
    for file in files:
        with open(file, "rb", buffering=0) as bytes_of:
            while bytes_of.read(1 << 20):
                pass


def side_by_side(ours, theirs):
    """The best round of each side; the processor's seconds too, which other work on the machine disturbs less."""
    for name, rounds in (("hedui", ours), ("DuckDB", theirs)):
        print(f"  {name:8} {min(one.wall for one in rounds):8.1f} s  {min(one.cpu for one in rounds):8.1f} CPU s  "
              f"peak {max(one.peak for one in rounds) / 1024:6.0f} MiB" + each_round(rounds))
    wall, cpu = (min(getattr(one, what) for one in ours) / min(getattr(one, what) for one in theirs) for what in ("wall", "cpu"))
    print(f"  ratio    {wall:8.2f}    {cpu:8.2f}")


def each_round(rounds):
    return "  each round " + " ".join(f"{one.wall:.1f}" for one in rounds) if len(rounds) > 1 else ""


def csv_files(folder):
    """Every CSV file of the inbox and what it is called there."""
    inbox = folder / "inbox"
    return {file: str(file.relative_to(inbox)) for file in sorted(inbox.glob("*/*/*.csv"))}


@dataclasses.dataclass
class Cost:
    """What a process took: seconds on the clock, seconds of all processors, the most memory in KiB."""

    wall: float
    cpu: float
    peak: int


def hedui(told, *words):
    """Runs hedui; returns what it cost and what it said as JSON."""
    settle_disk()
    begun = time.monotonic()
    command = [told.hedui.resolve(), *words, "--threads", told.threads, "--quiet", "--format", "json"]
    child = subprocess.Popen([str(word) for word in command], cwd=city.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    # 3: the city's planted dirt was set aside.
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"hedui {words[0]} failed: run `{' '.join(map(str, command))}` to see why")
    return Cost(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss), json.loads(said)


def hedui_round(told, folder, store):
    where = ["--inbox", folder / "inbox", "--store", store, "--signers", folder / "allowed_signers"]
    memory = ["--memory", told.memory] if told.memory else []
    cost, said = hedui(told, "accept", *where, "--date", "2026-03-15", *memory)
    names = ("rows", "accepted", "collapsed", "quarantined")
    return cost, {name: sum(one.get(name, 0) for one in said["deliveries"]) for name in names}


def settle_disk():
    """Waits until what was written before lies on the disk: a night that flushes its own files would wait for it."""
    os.sync()


def in_a_process(work):
    """Does some work in a process of its own, as hedui is one, and returns what it cost."""
    settle_disk()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit("DuckDB failed")
    return Cost(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss)


def duckdb_round(threads, files, out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)

    def work():
        db = duckdb.connect(config={"threads": threads})
        for file, name in files.items():
            cast = ", ".join(casts(file, name))
            target = out / (name.replace("/", "_") + ".parquet")
            # Numbers that do not fit their type would end it otherwise, TRY_CAST or not.
            read = f"read_csv('{file}', all_varchar = true, header = true, ignore_errors = true)"
            db.execute(f"COPY (SELECT {cast} FROM {read}) TO '{target}'")

    return in_a_process(work)


def rows_of(folder):
    """How many rows DuckDB kept: lines that it could not read or whose casts failed in its reader are missing."""
    return duckdb.sql(f"SELECT count(*) FROM read_parquet('{folder}/*.parquet', union_by_name = true)").fetchall()[0][0]


def casts(file, name):
    """The columns of a file with the types of its contract."""
    agency, delivery, _ = name.split("/")
    contract = city.ROOT / "schemas" / f"{agency}.{delivery.split('-')[0]}.odcs.yaml"
    (table,) = yaml.safe_load(contract.read_text())["schema"]
    with open(file, encoding="utf-8-sig") as lines:
        header = lines.readline().strip().split(",")
    for column in table["properties"]:
        kind = next(one["value"] for one in column["customProperties"] if one["property"] == "type")
        field = next((field for field in header if field in (column["name"], column["businessName"])), None)
        if field is None:
            continue
        quoted, physical = f'"{field}"', column["physicalType"]
        if kind == "month":
            yield f"TRY_CAST({quoted} || '-01' AS DATE) AS {column['name']}"
        elif kind == "bool":
            # A cast of 是 would fail inside the reader, which then leaves the whole row out.
            yield f"CASE WHEN {quoted} IN ('true', '1', '是') THEN true WHEN {quoted} IN ('false', '0', '否') THEN false END AS {column['name']}"
        elif kind in ("date", "money", "decimal", "int"):
            yield f"TRY_CAST({quoted} AS {physical}) AS {column['name']}"
        else:
            yield f"{quoted} AS {column['name']}"


if __name__ == "__main__":
    main()
