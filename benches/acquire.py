"""Side by side: how long hedui takes from delivered CSV files to validated snapshots, and DuckDB from the same files to Parquet.

    cargo build --release
    pip install duckdb PyYAML
    python3 benches/acquire.py --hedui target/release/hedui --persons 300000

Both use the same threads and the same files, in turn, the best of several rounds counts. hedui checks more while it reads:
signatures, digests, row counts, control totals, every rule of the contract, keys; it looks for raw identity numbers, replaces
tokens by numbers and sorts. DuckDB reads text and casts it (`read_csv(all_varchar)` + `TRY_CAST` + `COPY … TO parquet`).

Not measured with this script yet, but in the same way with the modules `accept` and `acquire` alone, built for release: one
delivery of 5 million contributions (538 MB in one CSV file), two threads each, DuckDB 2.0, three rounds in turn on a two-core
machine that was very busy otherwise. CPU seconds 7.0 to 9.5, mean 8.2; DuckDB 8.1 to 10.1, mean 9.1: ratio 0.91. Peak memory 627 to 674 MB with the default allowance; DuckDB 489 to 572 MB. Wall time is not given: other
work disturbed it too much.
"""

import argparse
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

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--hedui", required=True, type=pathlib.Path, help="a release build")
    ask.add_argument("--persons", type=int, default=300_000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=os.cpu_count())
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--dir", type=pathlib.Path, help="where the city is kept, so that the next run finds it")
    told = ask.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = told.dir or pathlib.Path(scratch)
        inbox = sealed_city(told, folder.resolve())
        compare(told, inbox, pathlib.Path(scratch))


def sealed_city(told, folder):
    """A synthetic city as its agencies deliver it; made once for a folder."""
    city, inbox = folder / "city", folder / "inbox"
    if inbox.exists():
        return inbox
    hedui = [str(told.hedui.resolve()), "--quiet"]
    run = lambda *words: subprocess.run([*hedui, *map(str, words)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    run("synth", "--persons", told.persons, "--seed", told.seed, "--out", city)
    agencies = sorted({one["dataset"].split(".")[0] for one in deliveries(city)})
    (folder / "allowed_signers").write_text("")
    run("seal", "keygen", "--hash-key", folder / "hash.key")
    for agency in agencies:
        key = folder / f"{agency}.key"
        run("seal", "keygen", "--agency", agency, "--sign-key", key)
        public = key.with_name(key.name + ".pub").read_text().split()
        with open(folder / "allowed_signers", "a") as signers:
            signers.write(f'{agency} namespaces="hedui-delivery" {public[0]} {public[1]}\n')
    half = folder / "inbox.part"
    for one in deliveries(city):
        words = ["seal", "--contract", one["dataset"], "--as-of", one["as_of"], "--hash-key", folder / "hash.key"]
        words += ["--sign-key", folder / f'{one["dataset"].split(".")[0]}.key', "--out", half]
        if one["months"]:
            words += ["--months", f'{one["months"][0]}..{one["months"][-1]}']
        said = subprocess.run([*hedui, *map(str, words), *[str(city / file) for file in one["files"]]], cwd=ROOT)
        # 3: the city's planted dirt was set aside.
        if said.returncode not in (0, 3):
            sys.exit(f"sealing {one['dataset']} failed")
    shutil.rmtree(city)
    half.rename(inbox)
    return inbox


def deliveries(city):
    return json.loads((city / "deliveries.json").read_text())["deliveries"]


def compare(told, inbox, scratch):
    files = {file: str(file.relative_to(inbox)) for file in sorted(inbox.glob("*/*/*.csv"))}
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} files, {size / 1e6:.0f} MB, {told.threads} threads; DuckDB {duckdb.__version__}")
    ours, theirs, peaks = [], [], []
    for _ in range(told.rounds):
        seconds, peak, counts = hedui_round(told, inbox, scratch / "store")
        ours.append(seconds)
        peaks.append(peak)
        theirs.append(duckdb_round(told, files, scratch / "parquet"))
    print(f"rows: {counts}")
    print(f"hedui  {min(ours):6.1f} s  {size / min(ours) / 1e6:5.0f} MB/s  peak {max(peaks) / 1024:.0f} MiB")
    print(f"DuckDB {min(theirs):6.1f} s  {size / min(theirs) / 1e6:5.0f} MB/s")
    print(f"ratio  {min(ours) / min(theirs):.2f}")


def hedui_round(told, inbox, store):
    shutil.rmtree(store, ignore_errors=True)
    words = ["accept", "--inbox", inbox, "--store", store, "--signers", inbox.parent / "allowed_signers"]
    words += ["--date", "2026-03-15", "--threads", told.threads, "--quiet", "--format", "json"]
    begun = time.monotonic()
    child = subprocess.Popen([str(told.hedui.resolve()), *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit("hedui accept failed")
    taken = [one["counts"] for one in json.loads(said)["deliveries"] if one.get("counts")]
    names = ("rows", "accepted", "collapsed", "quarantined")
    return seconds, used.ru_maxrss, {name: sum(counts[name] for counts in taken) for name in names}


def duckdb_round(told, files, out):
    """In a process of its own, as ours is."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        db = duckdb.connect(config={"threads": told.threads})
        for file, name in files.items():
            cast = ", ".join(casts(file, name))
            target = out / (name.replace("/", "_") + ".parquet")
            db.execute(f"COPY (SELECT {cast} FROM read_csv('{file}', all_varchar = true, header = true, ignore_errors = true)) TO '{target}'")
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit("DuckDB failed")
    return time.monotonic() - begun


def casts(file, name):
    """The columns of a file with the types of its contract."""
    agency, delivery, _ = name.split("/")
    contract = ROOT / "schemas" / f"{agency}.{delivery.split('-')[0]}.odcs.yaml"
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
        elif kind in ("date", "money", "decimal", "int", "bool"):
            yield f"TRY_CAST({quoted} AS {physical}) AS {column['name']}"
        else:
            yield f"{quoted} AS {column['name']}"


if __name__ == "__main__":
    main()
