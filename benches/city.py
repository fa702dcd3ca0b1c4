"""A synthetic city as its agencies deliver it: sealed, signed, in an inbox. Made once for a folder."""

import json
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sealed(hedui, folder, persons, seed):
    """Makes `folder/inbox`, the keys and `allowed_signers`; says how long the city and the sealing took, and what they hold."""
    inbox, told = folder / "inbox", folder / "city.json"
    if inbox.exists():
        return json.loads(told.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    city, half = folder / "city", folder / "inbox.part"
    shutil.rmtree(half, ignore_errors=True)
    command = [str(hedui), "--quiet"]

    def run(*words):
        return subprocess.run([*command, *map(str, words)], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode

    begun = time.monotonic()
    if run("synth", "--persons", persons, "--seed", seed, "--out", city) != 0:
        sys.exit("the city was not made")
    made = time.monotonic()
    deliveries = json.loads((city / "deliveries.json").read_text())["deliveries"]
    keys = keys_of(run, folder, sorted({one["dataset"].split(".")[0] for one in deliveries}))
    for one in deliveries:
        words = ["seal", "--contract", one["dataset"], "--as-of", one["as_of"], "--hash-key", folder / "hash.key"]
        words += ["--sign-key", keys[one["dataset"].split(".")[0]], "--out", half]
        if one["months"]:
            words += ["--months", f'{one["months"][0]}..{one["months"][-1]}']
        files = [city / file for file in one["files"]]
        # 3: the city's planted dirt was set aside.
        if run(*words, *files) not in (0, 3):
            sys.exit(f"sealing {one['dataset']} failed")
        # Raw files of ten million people are as large again as what is sealed.
        for file in files:
            file.unlink()
    shutil.copy(city / "divisions.csv", folder)
    shutil.rmtree(city)
    packages = [json.loads(file.read_text()) for file in half.glob("*/*/datapackage.json")]
    about = {
        "persons": persons,
        "seed": seed,
        "synth_seconds": made - begun,
        "seal_seconds": time.monotonic() - made,
        "rows": sum(resource["hedui"]["rows"] for package in packages for resource in package["resources"]),
        "bytes": sum(file.stat().st_size for file in half.glob("*/*/*.csv")),
    }
    told.write_text(json.dumps(about, indent=2) + "\n")
    half.rename(inbox)
    return about


def keys_of(run, folder, agencies):
    """A signing key an agency, the exchange's hash key, and who may sign."""
    lines, keys = [], {}
    key = folder / "hash.key"
    key.unlink(missing_ok=True)
    run("seal", "keygen", "--hash-key", key)
    for agency in agencies:
        keys[agency] = folder / f"{agency}.key"
        public = folder / f"{agency}.key.pub"
        for old in (keys[agency], public):
            old.unlink(missing_ok=True)
        run("seal", "keygen", "--agency", agency, "--sign-key", keys[agency])
        kind, text, *_ = public.read_text().split()
        lines.append(f'{agency} namespaces="hedui-delivery" {kind} {text}\n')
    (folder / "allowed_signers").write_text("".join(lines))
    return keys
