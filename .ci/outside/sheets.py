"""openpyxl reads every review sheet; it, the CSV beside it and the leads agree; no cell is a formula."""

import csv
import html.parser

import openpyxl
import pyarrow.parquet as parquet

from night import Findings, Night

night, found = Night(), Findings()
leads = parquet.read_table(night.run / "leads.parquet").to_pylist()
listed = {lead["lead_id"] for lead in leads if lead["listed"]}
seen = set()

for folder in sorted((night.run / "lists").iterdir()):
    book = openpyxl.load_workbook(folder / "review.xlsx")
    sheet = book.worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    found.check(not any(cell.data_type == "f" for cell in cells), f"{folder.name}: a formula")
    found.check(not any(cell.data_type == "e" for cell in cells), f"{folder.name}: an error value")
    choices = [str(rule.formula1) for rule in sheet.data_validations.dataValidation]
    found.check(any("confirmed" in choice and "not_my_area" in choice for choice in choices), f"{folder.name}: no list of outcomes")
    text = {str(cell.value) for cell in cells}
    ids = listed & text
    found.check(ids, f"{folder.name}: no lead of the run is on the sheet")
    found.check(not ids & seen, f"{folder.name}: a lead on two lists")
    seen |= ids

    with open(folder / "review.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    found.check(len({len(row) for row in rows}) == 1, f"{folder.name}: rows of different lengths")
    on_csv = listed & {cell for row in rows for cell in row}
    found.check(on_csv == ids, f"{folder.name}: sheet and CSV name different leads")
    harmful = [cell for row in rows for cell in row if cell[:1] in "=+@\t\r" and cell]
    found.check(not harmful, f"{folder.name}: {harmful}")
found.check(seen == listed, f"{len(listed - seen)} listed leads are on no sheet")


class Page(html.parser.HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self):
        super().__init__()
        self.fetched = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "href", "action") and value and not value.startswith(("#", "data:")):
                if value.startswith(("http:", "https:", "//")) or tag in ("link", "script", "img"):
                    self.fetched.append(value)


for path in sorted(night.run.rglob("*.html")):
    text = path.read_text()
    page = Page()
    page.feed(text)
    found.check(not page.fetched, f"{path}: fetches {page.fetched}")
    found.check("url(http" not in text and "@import" not in text, f"{path}: a style from elsewhere")
found.close("sheets and pages")
