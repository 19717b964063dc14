"""The checks inside Beancount: what they find stands on its line in bean-check and in Fava.

    plugin "fundtrack.plugin"
    plugin "fundtrack.plugin" "leads"
    plugin "fundtrack.plugin" "leads ^[^:]+:([^:]+)"

The text behind the name, if there is one, is a regular expression for the fund in the name of an account. Beancount
knows errors only, and a sound ledger is silent: so findings that are mere leads (`warn`) are shown where the text is
or begins with `leads`. In the ledger of a book its own pages are run beside the installed ones.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.beantext.directives import Custom
from fundtrack.chart.model import ROOTS
from fundtrack.checking import checks, run
from fundtrack.checking.audit import why_not
from fundtrack.checking.foreign import foreign
from fundtrack.errors import FundtrackError, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.beantext.directives import Directive, Options
    from fundtrack.checking import Check, Finding
    from fundtrack.checking.foreign import Foreign
    from fundtrack.errors import Language

__plugins__ = ["check"]

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")

LEADS: Final = "leads"
"""The word that asks for leads as well."""

DEPTH: Final = slice(1, 3)
"""Where a book lies above its ledger: `BOOK/ledger/main.beancount`, `BOOK/ledger/year/2015.beancount`."""


class LedgerError(NamedTuple):
    """An error as Beancount and Fava show it."""

    source: Mapping[str, Any]
    message: str
    entry: Directive | None


def check(
    entries: list[Directive], options: Options, configuration: str = ""
) -> tuple[list[Directive], list[LedgerError]]:
    """Return the entries as they are, and an error for each finding; what stops the checks is an error as well."""
    file = str(options.get("filename", ""))
    word, _, rest = configuration.partition(" ")
    leads, fund_pattern = (True, rest.strip()) if word == LEADS else (False, configuration)
    try:
        pages = checks(local_pages(Path(file)))
        with foreign(entries, options, fund_pattern, whole=False) as ledger:
            return entries, list(_errors(ledger, pages, language_of(entries, options), leads=leads))
    except FundtrackError as error:
        return entries, [LedgerError(first_line(file), str(error), None)]


def local_pages(ledger: Path) -> Path | None:
    """Return the folder of check pages of the book that a published ledger belongs to, if it belongs to one."""
    return next((folder / "checks" for folder in ledger.parents[DEPTH] if (folder / "fundtrack.toml").is_file()), None)


def language_of(entries: Sequence[Directive], options: Options) -> Language:
    """Return Chinese where Fava is told so or the roots are named so, otherwise English."""
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == "fava-option":
            name, *value = (str(one.value) for one in entry.values or ())
            if name == "language" and value:
                return "zh" if value[0].startswith("zh") else "en"
    roots = "".join(str(options[f"name_{root.lower()}"]) for root in ROOTS["en"])
    return "zh" if CHINESE.search(roots) else "en"


def first_line(file: str) -> Mapping[str, Any]:
    """Return the place of what concerns a whole ledger."""
    return {"filename": file, "lineno": 1}


def _errors(ledger: Foreign, pages: Mapping[str, Check], language: Language, *, leads: bool) -> Iterator[LedgerError]:
    """Yield what the checks find that this ledger says enough for; what only warns where leads are asked for."""
    ready = [page for page in pages.values() if not why_not(ledger.connection, page, ledger.lens)]
    for finding in run(ledger.connection, ready, ledger.lens):
        if finding.severity == "warn" and not leads:
            continue
        known = 0 < finding.voucher <= len(ledger.transactions)
        entry = ledger.transactions[finding.voucher - 1] if known else None
        place = {"filename": finding.subject.file, "lineno": finding.subject.line}  # of a register's entry
        yield LedgerError(entry.meta if entry else place, _said(finding, language), entry)


def _said(finding: Finding, language: Language) -> str:
    """Return a finding in one paragraph: the check, what it found, what to do."""
    colon = "：" if language == "zh" else ": "
    return f"{finding.check}{colon}{paragraph(finding.messages[language], finding.remedies[language])}"
