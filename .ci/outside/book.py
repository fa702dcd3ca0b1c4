"""Python's own HTML parser reads the rule book: every rule file stands in it, text and SHA-256, and nothing is fetched."""

import hashlib
import html.parser

from night import Findings, Night

night, found = Night(), Findings()
VOID = {"meta", "input", "br"}


class Book(html.parser.HTMLParser):
    """Collects anchors, exact texts with their digests, and what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.fetched, self.unclosed = [], [], [], [], []
        self.texts, self.digests, self.said = [], [], {"zh": 0, "en": 0}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        target = attributes.get("href", attributes.get("src", "#"))
        self.links.append(target[1:]) if target.startswith("#") else self.fetched.append(target)
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base"):
            self.fetched.append(tag)
        if tag == "i":
            self.said["en" if attributes.get("lang") == "en" else "zh"] += 1
        if tag == "pre":
            self.texts.append("")
        if tag == "code" and attributes.get("class") == "hash":
            self.digests.append("")
        if tag not in VOID:
            self.open.append((tag, attributes.get("class")))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.unclosed.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "pre":
            self.texts[-1] += data
        if self.open and self.open[-1] == ("code", "hash"):
            self.digests[-1] += data


text = (night.dir / "book" / "rule-book.html").read_text()
book = Book()
book.feed(text)
book.close()
found.check(not book.fetched, f"fetches {book.fetched}")
found.check("url(" not in text and "@import" not in text, "a style from elsewhere")
found.check(not book.unclosed and not book.open, f"tags out of turn: {book.unclosed} {book.open}")
found.check(book.said["zh"] == book.said["en"] > 1000, f"said in both languages: {book.said}")
found.check(len(book.ids) == len(set(book.ids)), "an anchor twice")
found.check(set(filter(None, book.links)) <= set(book.ids), f"links to nowhere: {set(book.links) - set(book.ids)}")
pipelines = night.root / "pipelines"
for path in sorted([*pipelines.glob("rules/*/*.sql"), *pipelines.glob("facts/*.sql")]):
    written = path.read_bytes()
    name = path.stem if path.parent.name != "facts" else f"f-{path.stem}"
    found.check(name in book.ids, f"{path.name} is not in the book")
    found.check(written.decode() in book.texts, f"{path.name}: its text is another one in the book")
    found.check(hashlib.sha256(written).hexdigest() in book.digests, f"{path.name}: its SHA-256 is not in the book")
found.close("rule book")
