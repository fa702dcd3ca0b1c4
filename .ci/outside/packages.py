"""frictionless validates every delivery, ssh-keygen accepts its signature, openssl makes the same tokens."""

import collections
import csv
import json
import subprocess

import frictionless

from night import Findings, Night

night, found = Night(), Findings()
# An agency's dirt is what intake mends or sets aside row by row; everything else is the package's own fault.
ROW_ERRORS = {"type-error", "constraint-error"}

for path in night.packages:
    folder = path.parent
    agency = folder.parent.name
    report = frictionless.validate(str(path), type="package")
    kinds = collections.Counter(error[0] for error in report.flatten(["type"]))
    kinds.update(error.type for error in report.errors)
    found.check(set(kinds) <= ROW_ERRORS, f"{folder.name}: {kinds}")
    dataset = folder.name.split("-20")[0]
    (record,) = night.store.glob(f"snapshots/{agency}/{dataset}/*/delivery={folder.name}/snapshot.json")
    counts = json.loads(record.read_text())["counts"]
    dirt = counts["quarantined"] + sum(counts["repairs"].values())
    rows = {(error[0]) for error in report.flatten(["rowNumber"])}
    found.check(len(rows) <= dirt, f"{folder.name}: {len(rows)} bad rows for frictionless, {dirt} for intake")

    def verify(text):
        command = ["ssh-keygen", "-Y", "verify", "-f", str(night.keys / "allowed_signers"), "-I", agency,
                   "-n", "hedui-delivery", "-s", str(path) + ".sig"]
        return subprocess.run(command, input=text, capture_output=True)

    text = path.read_bytes()
    done = verify(text)
    found.check(done.returncode == 0, f"{folder.name}: {done.stderr.decode()}")
    found.check(verify(text + b" ").returncode != 0, f"{folder.name}: a changed descriptor was verified")

# The token of an identity number of the sample city, by openssl, stands in the delivery.
key = (night.keys / "exchange.hashkey").read_text().strip()
truth = list(csv.DictReader(open(night.root / "sample-data/truth.csv", encoding="utf-8")))
delivered = (next(night.inbox.glob("civil_affairs/payments-*/payments.csv"))).read_text()
numbers = [row["subject"] for row in truth if row["rule_id"] == "D-01" and row["subject_kind"] == "person" and row["expected"] == "hit"]
for number in numbers:
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-r"]
    done = subprocess.run(command, input=number.encode(), capture_output=True, check=True)
    token = done.stdout.decode().split()[0]
    found.check(token in delivered, f"the token of {number} is not among the payments")
found.check(len(numbers) > 3, "truth.csv names too few people")
found.close("deliveries, signatures, tokens")
