"""New deliveries of a city that was delivered before, with one row in a hundred changed: what a second night finds in its inbox.

A dataset that is delivered whole comes whole again, with every hundredth row changed. One that is delivered by month brings its
newest month again, with every hundredth row of it changed. One that is delivered as changes brings every hundredth row, changed.
Changed means: the first amount that is no key is one yuan higher; where there is none, a code or number that is no key takes the
value of the next row to be changed, which may be the same. They are sealed as anyone could: a `datapackage.json`, and `ssh-keygen`.
"""

import csv
import decimal
import filecmp
import hashlib
import json
import os
import re
import shutil
import subprocess

import yaml

import acquire
import city

EVERY = 100
PLAIN = re.compile(r"(-?[0-9]+(\.[0-9]+)?)?")


# The registers that the assistance itself is kept in: they change every day. Who lives in the city is the police's register.
REGISTERS = [
    f"civil_affairs.{name}"
    for name in ("authorisations", "cases", "children_in_need", "deaths", "disability_certificates", "grace_periods",
                 "household_members", "marriages", "payments", "supporters")
]
DAY, NEXT_DAY = "2026-03-15", "2026-03-16"


def second_nights(told, folder, first):
    """Runs second nights after the first of `folder/store`, each in a copy of it, and holds every one against the same night
    computed anew, byte by byte. `first` is what the first night took, with the taking in of its deliveries, as that of each
    other night counts."""
    every = sorted(file.name.removesuffix(".odcs.yaml") for file in (city.ROOT / "schemas").glob("*.odcs.yaml"))
    # A register that comes twice a year.
    every.remove("civil_affairs.staff_relatives")
    print(" d second night, beside the first")
    for name, datasets, date in (
        ("the same day, the payments of the newest month corrected", ["civil_affairs.payments"], DAY),
        ("the next day, nothing new", [], NEXT_DAY),
        ("the next day, the registers of the assistance anew", REGISTERS, NEXT_DAY),
        ("the next day, everything anew", every, NEXT_DAY),
    ):
        rows, changed = deliver(folder, datasets, DAY)
        cost, said, run = night(told, folder, "store.again", date)
        anew_cost, _, anew = night(told, folder, "store.anew", date, "--fresh")
        same = run == anew and not differences(folder, run)
        over = said["taken_over"]
        print(f"  {name}: {rows} rows delivered, {changed} of them changed\n"
              f"    {cost.wall:.1f} s (anew {anew_cost.wall:.1f} s): {cost.wall / first.wall:.2f} of the first night's time, "
              f"{cost.cpu / first.cpu:.2f} of its processor's time; taken over {over['facts']} of {over['of_facts']} facts, "
              f"{over['rules']} of {over['of_rules']} rules; {'the same bytes' if same else 'DIFFERENT from the night computed anew'}")
        for new in (folder / "inbox").glob("*/*-again"):
            shutil.rmtree(new)
        for store in ("store.again", "store.anew"):
            shutil.rmtree(folder / store)


def night(told, folder, name, date, *more):
    """Runs a night in a copy of the store: what is new is taken in, and all is compared."""
    store = folder / name
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(folder / "store", store)
    # What was copied must not be written to the disk while the clock runs.
    os.sync()
    where = ["--inbox", folder / "inbox", "--store", store, "--signers", folder / "allowed_signers"]
    memory = ["--memory", told.memory] if told.memory else []
    cost, said = acquire.hedui(told, "run", "pipelines/night.yaml", *where, "--reference", folder, "--date", date, *memory, *more)
    return cost, said, f"{date}/{said['run']}"


def differences(folder, run):
    """The files of a run that are not the same in both stores."""
    one, other = (folder / store / "runs" / run for store in ("store.again", "store.anew"))
    names = [{str(file.relative_to(place)) for file in place.rglob("*") if file.is_file()} for place in (one, other)]
    _, different, broken = filecmp.cmpfiles(one, other, names[0] & names[1], shallow=False)
    return sorted(names[0] ^ names[1]) + different + broken


def contract_of(dataset):
    (table,) = yaml.safe_load((city.ROOT / "schemas" / f"{dataset}.odcs.yaml").read_text())["schema"]
    custom = {one["property"]: one["value"] for one in table["customProperties"]}
    columns = [
        (one["name"], next(c["value"] for c in one["customProperties"] if c["property"] == "type"), bool(one.get("primaryKey")))
        for one in table["properties"]
    ]
    return custom["delivery"], columns


def deliver(folder, datasets, as_of):
    """Puts new deliveries of some datasets into `folder/inbox`; how many rows they hold, and how many of them are changed."""
    rows = changed = 0
    for old in sorted((folder / "inbox").glob("*/*/datapackage.json")):
        package = json.loads(old.read_text())
        dataset = package["resources"][0]["hedui"]["dataset"]
        if package["hedui"]["as_of"] < as_of and dataset in datasets:
            one, other = again(folder, old.parent, package, dataset, as_of)
            rows, changed = rows + one, changed + other
    return rows, changed


def again(folder, old, package, dataset, as_of):
    delivery, columns = contract_of(dataset)
    (resource,) = package["resources"]
    with open(old / resource["path"], encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        at = {name: header.index(name) for name, _, _ in columns if name in header}
        if delivery == "by_month":
            month = at[next(name for name, kind, is_key in columns if kind == "month" and is_key)]
            newest = package["hedui"]["months"][-1]
            kept = [row for row in reader if row[month] == newest]
            package["hedui"]["months"] = [newest]
        elif delivery == "upsert":
            kept = [row for number, row in enumerate(reader) if number % EVERY == 0]
        else:
            kept = list(reader)
    # A city's dirt, such as an amount in words, is not delivered twice: it would not go into the control totals.
    amounts = [at[name] for name, kind, _ in columns if kind == "money" and name in at]
    kept = [row for row in kept if all(PLAIN.fullmatch(row[amount]) for amount in amounts)]
    chosen = kept if delivery == "upsert" else kept[::EVERY]
    changed = change(chosen, columns, at)
    target = folder / "inbox" / old.parent.name / f"{dataset.split('.')[1]}-{as_of}-again"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with open(target / resource["path"], "w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(kept)
    data = target / resource["path"]
    with open(data, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    resource |= {"bytes": data.stat().st_size, "hash": f"sha256:{digest}"}
    totals = {
        name: str(sum(decimal.Decimal(row[at[name]] or 0) for row in kept)) for name in resource["hedui"].get("totals", {})
    }
    resource["hedui"] |= {"rows": len(kept), "set_aside": 0} | ({"totals": totals} if totals else {})
    package["hedui"] |= {"as_of": as_of}
    (target / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n")
    sign = ["ssh-keygen", "-Y", "sign", "-f", folder / f"{old.parent.name}.key", "-n", "hedui-delivery"]
    subprocess.run([*sign, target / "datapackage.json"], check=True, capture_output=True)
    return len(kept), changed


def change(rows, columns, at):
    """Changes rows where that can be done without breaking them; how many are not what they were."""
    free = [(name, kind) for name, kind, is_key in columns if not is_key and name in at and name != "deleted"]
    before = [tuple(row) for row in rows]
    amount = next((at[name] for name, kind in free if kind == "money"), None)
    if amount is not None:
        for row in rows:
            if row[amount]:
                row[amount] = str(decimal.Decimal(row[amount]) + 1)
    else:
        for kind in ("division", "code", "int", "bool"):
            values = [at[name] for name, other in free if other == kind]
            if values:
                taken = [row[values[-1]] for row in rows]
                for row, value in zip(rows, taken[1:] + taken[:1]):
                    row[values[-1]] = value
                break
    return sum(tuple(row) != old for row, old in zip(rows, before))
