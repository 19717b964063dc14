"""A proposal written as an importer page; masked rows of its file and what becomes of them are the example."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fundtrack.chart.model import CURRENCY
from fundtrack.errors import message
from fundtrack.importing.example import read, shown
from fundtrack.importing.layout import BOOK
from fundtrack.importing.proposing import fields
from fundtrack.importing.proposing.days import ORDERS
from fundtrack.importing.proposing.decimals import MARKS
from fundtrack.importing.proposing.look import has_long
from fundtrack.importing.proposing.masked import sample
from fundtrack.pages import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fundtrack.importing.proposing.propose import Proposal

LONG_BEHIND: Final = r"^(.+?)\s*(?:\d{8,})?$"
"""Takes the number of an account from behind the name of its holder."""

OPTIONAL: Final = ("balance", *fields.BESIDE)
"""Columns that the next file of the kind may lack."""

INTEREST: Final = {
    "zh": {"利息": "interest", "结息": "interest"},
    "en": {"interest": "interest", "Interest": "interest"},
}
CHARGES: Final = {"zh": {"手续费": "bank-charge"}, "en": {}}
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
WORD: Final = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")


def name_of(path: Path, known: Iterable[str]) -> str:
    """Return a name for the page of a file: the words of the file's, and none that another page has."""
    words = WORD.findall(path.stem.lower())
    name = "-".join(words[:4]) or "list"
    taken, nth = {*known}, 2
    while name in taken:
        name, nth = f"{name.rstrip('-0123456789')}-{nth}", nth + 1
    return name


def toml(found: Proposal, currency: str) -> str:
    """Return the definition of the page; a draft says which questions are open."""
    tables = {
        "file": _file(found, currency),
        "columns": _columns(found),
        "movement": _movement(found),
        "key": _key(found),
        "kind": _kind(found),
    }
    lines = [f"open = {_said(sorted({point.topic for point in found.open}))}", ""] if found.open else []
    for table, content in tables.items():
        if content:
            lines += [f"[{table}]", *(f"{key} = {_said(value)}" for key, value in content.items()), ""]
    return "\n".join(lines).rstrip() + "\n"


def _said(value: Any) -> str:  # noqa: ANN401 - whatever TOML may say
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_bare(key)} = {_said(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_said, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _bare(key: str) -> str:
    """Return a key of a table in a line, quoted where it has to be."""
    return key if re.fullmatch(r"[A-Za-z-]+", key) else json.dumps(key, ensure_ascii=False)


def _file(found: Proposal, currency: str) -> dict[str, Any]:
    """Return the table [file]."""
    table: dict[str, Any] = {}
    if found.grid.is_text:
        table["encoding"] = found.value("encoding")
        if found.grid.delimiter != ",":
            table["delimiter"] = found.grid.delimiter
    if said := found.value("decimal"):
        table["decimal"] = MARKS[said]
    if found.grid.head.tall > 1:
        table["header-rows"] = found.grid.head.tall
    needed = [name for field, name in found.columns.items() if field not in OPTIONAL]
    table["header"] = [*dict.fromkeys([*needed, *filter(None, (found.value("direction"), found.value("status")))])]
    code, unit = found.value("currency"), found.value("unit")
    by_row = found.look.of(code) is not None
    table["unit"] = unit if unit != currency or currency == CURRENCY else BOOK
    if by_row:
        table["currency"] = {"column": code}
    elif code != BOOK:
        table["currency"] = code
        table["unit"] = unit if unit != currency else code
    elif currency != CURRENCY:
        table["currency"] = BOOK
    if (order := ORDERS[found.value("date-order") or "ymd"]) != ORDERS["ymd"]:
        table["dates"] = order
    table |= {"total": [*found.ends.totals], "notes": [*found.ends.notes], "private": [*found.private]}
    return {key: value for key, value in table.items() if value}


def _columns(found: Proposal) -> dict[str, Any]:
    """Return the table [columns]."""
    table: dict[str, Any] = {}
    for field, name in found.columns.items():
        column = found.look.of(name)
        if field == "payee" and column and has_long(column):
            table[field] = {"column": name, "pattern": LONG_BEHIND}
        elif field in OPTIONAL:
            table[field] = {"column": name, "optional": True}
        else:
            table[field] = name
    return table


def _movement(found: Proposal) -> dict[str, Any]:
    """Return the table [movement]."""
    table: dict[str, Any] = {}
    if column := found.value("direction"):
        table = {"column": column, "in": _words(found.value("in")), "out": _words(found.value("out"))}
    elif found.value("sign") == "in":
        table = {"positive": "in"}
    if column := found.value("status"):
        table |= {"status": column, "settled": _words(found.value("settled")) or ["–"]}
    return table


def _words(text: str) -> list[str]:
    """Return the words of an answer."""
    return [word.strip() for word in re.split("[,，]", text) if word.strip()] or ["–"]


def _key(found: Proposal) -> dict[str, Any]:
    """Return the table [key]."""
    known = {name: field for field, name in found.columns.items()}
    columns = [name for name in found.key if name not in known]
    named = [{"column": name, "optional": True} for name in found.key if name in known]
    told = [field for field in ("payee", "narration") if field in found.columns]
    return {key: value for key, value in {"columns": [*columns, *named], "fields": told}.items() if value}


def _kind(found: Proposal) -> dict[str, Any]:
    """Return the table [kind]: what goes out is paid; what comes in is known by its word, or waits."""
    table: dict[str, Any] = {"out": "disbursement"}
    comes_in = found.value("direction") or found.value("sign") == "in" or "amount-in" in found.columns
    known = [one.name for one in found.look.known("narration") if one.texts]
    texts = dict.fromkeys([*filter(None, (found.value("narration"),)), *known] or filter(None, [found.value("payee")]))
    if comes_in and texts:
        language = "zh" if any(map(HAN.search, found.grid.names)) else "en"
        table = {"column": {"column": [*texts], "optional": True}, **table, "in-words": INTEREST[language]}
        table |= {"out-words": CHARGES[language]} if CHARGES[language] else {}
    return table


def page(found: Proposal, name: str, currency: str) -> str:
    """Return the whole page: what it is, how it is known, the definition, masked rows, and what becomes of them."""
    text = "".join(_head(found, name)) + f"\n```toml\n{toml(found, currency)}```\n"
    fence = f"csv encoding={found.value('encoding') or 'utf-8'}"
    title = message("new-example", "zh" if any(map(HAN.search, found.grid.names)) else "en")
    kinds = _kind(found)
    words = [*kinds.get("in-words", ()), *kinds.get("out-words", ())]
    shown_rows = sample(found, kinds["column"]["column"] if words else (), words)
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", shown_rows)), 0)
    text += f"\n## {title}\n\n{ticks}{fence}\n{shown_rows}{ticks}\n"
    return text if found.open else f"{text}\n```beancount\n{_becomes(text, name, currency)}```\n"


def _head(found: Proposal, name: str) -> Iterator[str]:
    """Give the front matter and the prose."""
    front = {part: message(f"new-page-{part}", "zh", name=name) for part in ("title", "message", "reason")}
    lines = [f"{part}-zh: {json.dumps(said, ensure_ascii=False)}" for part, said in front.items()]
    yield (
        "---\n"
        + "\n".join(lines)
        + f"\nbasis: [{json.dumps(message('new-page-basis', 'zh'), ensure_ascii=False)}]\n---\n"
    )
    yield f"# {name}\n"
    for part in ("message", "reason"):
        yield f"\n{message(f'new-page-{part}', 'en', name=name)}\n"
    yield "\n"
    for point in found.points:
        if not point.topic.startswith("words-"):
            yield f"- {point.topic}, {message(f'known-{point.state}', 'en')}: {_plain(point.why['en'])}\n"


def _plain(text: str) -> str:
    """Return a text of which Markdown makes nothing, on one line."""
    return " ".join(text.replace("`", "'").replace("<", "(").split())


def _becomes(text: str, name: str, currency: str) -> str:
    """Return what the sample of a page becomes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.md"
        path.write_text(text, "utf-8")
        made = load(path)
        reading, rows, _ = read(made, made.examples[0], Path(folder), currency)
        return shown(rows, reading.layout.currency)
