"""No identity number of the raw files stands anywhere in the store, the inbox or the outputs, packed or not."""

import csv
import gzip
import io
import re
import unicodedata

import openpyxl
import pyarrow.parquet as parquet

from night import Findings, Night

night, found = Night(), Findings()
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9A-Za-z])")


def folded(text):
    """Full-width digits as plain ones, and no spaces inside, as the agencies' dirt has them."""
    return re.sub(r"[\s'’＇]", "", unicodedata.normalize("NFKC", text)).upper()


def cells(path):
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                yield from (str(cell) for cell in row if cell is not None)
        return
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    for row in csv.reader(io.StringIO(text)):
        yield from row


# Every cell of the raw files that is an identity number, as it stands there and as it is normalised.
numbers = set()
for path in sorted((night.root / "sample-data/raw").rglob("*.*")):
    for cell in cells(path):
        plain = folded(cell)
        if re.fullmatch(r"[0-9]{17}[0-9X]|[0-9]{15}", plain):
            numbers.add(plain)
            if len(plain) == 15:
                # The eighteen characters begin with these; the last is not needed to find them.
                numbers.add(plain[:6] + "19" + plain[6:])
found.check(len(numbers) > 4000, f"only {len(numbers)} identity numbers were found in the raw files")
seventeen = {number for number in numbers if len(number) == 17}


def search(text, where):
    for match in NUMBER.findall(text):
        number = match.upper()
        if number in numbers or number[:17] in seventeen:
            found.check(False, f"{where} holds an identity number")
            return
    found.check(True, where)


for path in sorted(path for path in night.dir.rglob("*") if path.is_file() and night.keys not in path.parents):
    where = path.relative_to(night.dir)
    if path.suffix == ".parquet":
        table = parquet.read_table(path, partitioning=None)
        search("\n".join(str(value) for column in table.columns for value in column.to_pylist()), where)
    elif path.suffix in (".xlsx", ".gz"):
        search("\n".join(cells(path)), where)
    else:
        search(path.read_text(encoding="utf-8", errors="replace"), where)
found.close(f"files without any of {len(numbers)} identity numbers")
