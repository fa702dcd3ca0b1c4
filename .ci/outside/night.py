"""Where things lie in a demo's folder, and how the checks say what they found."""

import argparse
import json
import pathlib
import sys


class Night:
    """The demo's folder; a check may also be pointed at another night's folder, or at other pipelines and contracts."""

    def __init__(self):
        here = argparse.ArgumentParser()
        here.add_argument("dir", type=pathlib.Path, help="a folder with `store` in it, such as a demo's")
        here.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parents[2], help="where `pipelines` and `schemas` lie")
        here.add_argument("--run", type=pathlib.Path, help="the folder of a run; without it, the one that stands for the latest date")
        said = here.parse_args()
        self.dir = said.dir.resolve()
        self.root = said.root.resolve()
        self.store = self.dir / "store"
        self.inbox = self.dir / "inbox"
        self.keys = self.dir / "keys"
        currents = sorted((self.store / "runs").glob("*/current"))
        self.run = (said.run or currents[-1].parent / currents[-1].read_text().strip()).resolve()
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
