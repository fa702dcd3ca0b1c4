"""A night of the demo's inbox over S3-compatible storage: pyarrow reads the results in place, and they are the folder's to the byte."""

import hashlib
import logging
import os
import pathlib
import subprocess
import tempfile

import boto3
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet as parquet
from moto.server import ThreadedMotoServer

from night import Findings, Night

night, found = Night(), Findings()
BUCKET, STORE, INBOX = "city-night", "核对 2026/store", "核对 2026/in box"
KEYS = {"AWS_ACCESS_KEY_ID": "TESTONLYID", "AWS_SECRET_ACCESS_KEY": "test-only-secret"}

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()
settings = {**KEYS, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true", "NO_PROXY": "127.0.0.1"}
os.environ.update(settings)
client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
client.create_bucket(Bucket=BUCKET)
for path in sorted(night.inbox.rglob("*")):
    if path.is_file():
        client.upload_file(str(path), BUCKET, f"{INBOX}/{path.relative_to(night.inbox)}")


def objects():
    """Every object of the store with its content, but those that are not files of a store."""
    listed = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{STORE}/")
    keys = [entry["Key"] for page in listed for entry in page.get("Contents", [])]
    names = {key.removeprefix(f"{STORE}/"): key for key in keys}
    return {name: client.get_object(Bucket=BUCKET, Key=key) for name, key in names.items() if name != ".published.json"}


def hedui(cache):
    """The same night as the demo's, with working copies in this folder."""
    command = ["cargo", "run", "--quiet", "--", "run", "night", "--date", str(night.manifest["plan"]["business_date"]), "--lang"]
    command += [night.manifest["plan"]["language"], "--store", f"s3://{BUCKET}/{STORE}", "--inbox", f"s3://{BUCKET}/{INBOX}"]
    command += ["--signers", night.keys / "allowed_signers", "--reference", night.root / "sample-data", "--cache", cache]
    ran = subprocess.run(command, cwd=night.root, capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    found.check(ran.returncode == 3, f"code {ran.returncode}: {said}")
    found.check(not any(secret in said for secret in KEYS.values()), "a key was shown")


with tempfile.TemporaryDirectory() as folder:
    hedui(pathlib.Path(folder) / "one")
    there = {name: (got["Body"].read(), got["Metadata"].get("sha256")) for name, got in objects().items()}
    hedui(pathlib.Path(folder) / "two")
    again = {name: (got["Body"].read(), got["Metadata"].get("sha256")) for name, got in objects().items()}
found.check(there == again, "a second machine changed something")

own = {".lock", ".drafts", "reuse"}
files = {str(path.relative_to(night.store)): path for path in night.store.rglob("*") if path.is_file()}
files = {name: path for name, path in files.items() if name.split("/")[0] not in own}
found.check(there.keys() == files.keys(), f"other objects than files: {sorted(there.keys() ^ files.keys())[:5]}")
for name, path in files.items():
    content, digest = there.get(name, (b"", None))
    found.check(content == path.read_bytes(), f"{name} differs from the folder's")
    found.check(digest == hashlib.sha256(content).hexdigest(), f"{name} does not carry its digest")

# In place, as an auditor reads them.
storage = pyarrow.fs.S3FileSystem(endpoint_override=endpoint, region="us-east-1", access_key=KEYS["AWS_ACCESS_KEY_ID"], secret_key=KEYS["AWS_SECRET_ACCESS_KEY"])
run = f"{BUCKET}/{STORE}/runs/{night.run.parent.name}/{night.run.name}"
for table in ("leads", "evidence", "coverage", "cases"):
    read = parquet.read_table(f"{run}/{table}.parquet", filesystem=storage)
    found.check(read.equals(parquet.read_table(night.run / f"{table}.parquet")), f"{table}.parquet reads otherwise in place")
snapshots = pyarrow.dataset.dataset(f"{BUCKET}/{STORE}/snapshots/civil_affairs/payments", filesystem=storage, format="parquet", partitioning="hive", exclude_invalid_files=True)
found.check(snapshots.count_rows() > 0 and "as_of" in snapshots.schema.names, "snapshots are not read in place")
print(f"  {len(there)} objects are the folder's files; pyarrow reads {run} in place")
server.stop()
found.close("over object storage")
