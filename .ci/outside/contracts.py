"""Every contract against the ODCS 3.1.0 schema that datacontract-cli ships, as it is and refusing unknown keys. No network."""

import importlib.resources
import pathlib

from datacontract.data_contract import DataContract

from night import Findings

found = Findings()
schema = importlib.resources.files("datacontract") / "schemas" / "odcs-3.1.0.schema.json"
root = pathlib.Path(__file__).resolve().parents[2]
files = sorted((root / "schemas").glob("*.odcs.yaml"))
examples = sorted((root / "pipelines" / "examples").rglob("*.odcs.yaml"))
for file in files + examples:
    for strict in (None, str(schema)):
        run = DataContract(
            data_contract_file=str(file), schema_location=strict, inline_references=False, all_errors=True
        ).lint()
        for check in run.checks:
            found.check(check.result.value == "passed", f"{file.name}: {check.reason}")
found.check(len(files) == 31, f"{len(files)} contracts")
found.check(len(examples) == 1, f"{len(examples)} contracts of examples")
found.close("contracts")
