"""Where things lie in a demo's folder, and how the checks say what they found."""

import json
import pathlib
import sys


class Night:
    """The demo's folder, named as the only argument."""

    def __init__(self):
        self.dir = pathlib.Path(sys.argv[1]).resolve()
        self.root = pathlib.Path(__file__).resolve().parents[2]
        self.store = self.dir / "store"
        self.inbox = self.dir / "inbox"
        self.keys = self.dir / "keys"
        currents = sorted((self.store / "runs").glob("*/current"))
        self.run = currents[-1].parent / currents[-1].read_text().strip()
        self.manifest = json.loads((self.run / "manifest.json").read_text())
        self.packages = sorted(self.inbox.glob("*/*/datapackage.json"))


class Findings:
    """Counts what was looked at; ends the program with 1 when something was wrong."""

    def __init__(self):
        self.looked, self.wrong = 0, 0

    def check(self, is_right, what):
        self.looked += 1
        if not is_right:
            self.wrong += 1
            print(f"  wrong: {what}")

    def close(self, what):
        print(f"  {what}: {self.looked} looked at, {self.wrong} wrong")
        sys.exit(1 if self.wrong or not self.looked else 0)
