"""A check: what its page says, ready to run."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from fundtrack.book.open import SETTINGS_FILE, thresholds
from fundtrack.checking.lens import IF_ASKED, LEFT, MET, POSTING_COLUMNS, VOUCHER_COLUMNS, WORKED_OUT_ONCE
from fundtrack.checking.statement import select_of
from fundtrack.errors import BookError, PageError, nearest
from fundtrack.pages import catalogue, every, installed, names
from fundtrack.schema.reconciling import NEEDS, READS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fundtrack.pages import Page

Severity = Literal["fatal", "error", "warn"]
PARAMETER: Final = re.compile(r"(?<![:\w]):([a-z]\w*)")
SCOPES: Final = frozenset({"balance", "book", *f"{POSTING_COLUMNS}, {VOUCHER_COLUMNS}".replace('"', "").split(", ")})
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""Worst first. `fatal` refuses to post; `error` and `warn` are posted and shown."""

COLUMNS_OF: Final = {"postings": POSTING_COLUMNS.split(", "), "vouchers": VOUCHER_COLUMNS.split(", ")}
EVERY: Final = re.compile(r"(?:[.,]|\bSELECT(?:\s+(?:DISTINCT|ALL))?)\s*\*|\bNATURAL\b", re.IGNORECASE)
WORD: Final = re.compile(r"\w+")
READ: Final = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
QUOTE: Final = '"'

REMEDIES: Final = ("reversal", "refund", "rebook", "transfer-back", "entry", "repayment", "verification")
"""The kinds of voucher, or the later entry of a register, that may put right what was found.

Where a page names none, the first five do.
"""


@dataclass(frozen=True, eq=False)
class Check:
    """A select that finds faults.

    `scope` names what is judged together: `voucher` (each by itself), `balance` (the day-ends of an account from the
    first day touched), a column of the vouchers or postings whose equal values belong together, or `book` (everything
    that was posted: such a check is asked by audits, never at posting). A finding is new if its `key` is new or its
    `measure` grew. Columns named in `amounts` are minor units of the row's `unit`. `parameters` are the thresholds as
    they stand, `defaults` those of the page. `needs` are columns, `relation.column`, without which the check can find
    nothing: where no row says any of them it is not run.
    `waivable` says whether an authority can permit it, `remedied_by` what kinds of voucher put it right; `optional` are
    relations that the select reads, and can do without.
    """

    name: str
    page: Page = field(repr=False)
    severity: Severity
    scope: str
    select: str = field(repr=False)
    key: tuple[str, ...]
    measure: str
    amounts: frozenset[str]
    parameters: Mapping[str, int | str]
    defaults: Mapping[str, int | str]
    needs: tuple[tuple[str, str], ...]
    begins: dt.date
    ends: dt.date
    waivable: bool = True
    remedied_by: tuple[str, ...] = REMEDIES[:5]
    optional: tuple[str, ...] = ()

    @cached_property
    def is_installed(self) -> bool:
        """Whether the page came with fundtrack, and not with the book or from whoever audits."""
        return self.page.path.parent == installed("checks")

    @cached_property
    def of_quota(self) -> bool:
        """Whether it finds only what is done with quota, or without it by a fund under quota control."""
        return any(map(self.mentions, ("quota_controls", "quota_statuses", "quotas")))

    @cached_property
    def line(self) -> int:
        """The line of the page on which the select begins."""
        return self.page.definition.line

    def over(self, relations: Mapping[str, str]) -> str:
        """Return the select over the relations a lens gives it, to be run with what `bound` returns.

        It always has a parameter, for PostgreSQL reads on behind a `;` only in a statement that has none.
        """
        asked = said_of(
            self.select,
            {
                name: self._named(name, select)
                for name, select in relations.items()
                if name not in IF_ASKED or self.mentions(name) or (name in READS and self._reads_met)
            },
        )
        said = " ".join([self.select, *(select for name, select in asked.items() if name in {*LEFT, *MET})])
        with_ = ", ".join(
            f"{name} AS {'' if name in WORKED_OUT_ONCE else 'NOT '}MATERIALIZED ({narrowed(name, select, said)})"
            for name, select in asked.items()
        )
        before = f"WITH {with_} " if with_ else ""  # a select may read nothing
        return f"{before}SELECT * FROM ({self._names(self.select)}\n) AS found WHERE 1 = :one"

    def bound(self) -> dict[str, Any]:
        """Return the values of the parameters by the names they have in `over`."""
        return {"one": 1} | {self._bound(name): value for name, value in self.parameters.items()}

    def _named(self, relation: str, select: str) -> str:
        """Return the select of a relation; the thresholds in it are those of the page that reads it."""
        return self._names(select) if relation in MET else select

    def _names(self, select: str) -> str:
        return PARAMETER.sub(lambda found: f":{self._bound(found[1])}", select)

    def _bound(self, parameter: str) -> str:
        """Return a name that no parameter of another check has: the name of a page has no `_`, and no `--`."""
        return f"{self.name.replace('-', '_')}__{parameter}"

    def mentions(self, relation: str) -> bool:
        """Return whether the select reads a relation: a column may be called like one."""
        return relation.lower() in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """What stands behind FROM and JOIN, in small letters."""
        return frozenset(found.lower() for found in READ.findall(self.select))

    def needs_relation(self, relation: str) -> bool:
        """Return whether the select says nothing without a relation: it reads it, or one that is made of it."""
        return relation not in self.optional and (self.mentions(relation) or (relation in NEEDS and self._reads_met))

    @cached_property
    def _reads_met(self) -> bool:
        return any(map(self.mentions, MET))

    def applies(self, date: str) -> bool:
        """Return whether the check was in force on an ISO date; the law it rests on is dated, so is the check."""
        return self.begins.isoformat() <= date <= self.ends.isoformat()


def said_of(statement: str, relations: Mapping[str, str]) -> dict[str, str]:
    """Return those of some relations that a statement says, and those that these say in turn, in their order.

    A database reads and rewrites every relation that stands before a select, whether it is read or not.
    """
    said: set[str] = set()
    ahead = [statement]
    while ahead:
        words = _words(ahead.pop())
        new = [name for name in relations if name in words and name not in said]
        said.update(new)
        ahead += [relations[name] for name in new]
    return {name: select for name, select in relations.items() if name in said}


@lru_cache(maxsize=1024)
def _words(statement: str) -> frozenset[str]:
    return frozenset(word.lower() for word in WORD.findall(statement))


def narrowed(relation: str, select: str, said: str) -> str:
    """Return the select of a relation with only the columns that a statement says, where it names them at all.

    SQLite works out every column of what is put together of several selects, whether anybody asks for it or not.
    """
    columns = COLUMNS_OF.get(relation)
    if not columns or EVERY.search(said):
        return select
    words = _words(said)
    named = ", ".join(column for column in columns if column.strip(QUOTE) in words)
    return f"SELECT {named or '1'} FROM ({select}) AS whole"


def checks(local: Path | None = None, *, at_posting: bool = False) -> dict[str, Check]:
    """Return the installed checks and those in a book's own folder, by name, with the book's own thresholds.

    `at_posting`, of the installed ones only those that posting asks. Raises PageError; BookError where the book's
    settings name a threshold that is none.
    """
    pages = catalogue("checks", local=local, wanted=_asked_at_posting if at_posting else every)
    own = thresholds(local.parent) if local else {}
    known = {*names("checks"), *pages}
    for name in own.keys() - known:
        raise BookError("threshold-check", path=SETTINGS_FILE, name=name, known=nearest(name, known))
    return {name: check_of(page, own.get(name, ())) for name, page in pages.items()}


def _asked_at_posting(definition: str) -> bool:
    return "scope=book" not in definition.split()


@lru_cache(maxsize=256)
def check_of(page: Page, own: tuple[tuple[str, int | str], ...] = ()) -> Check:
    """Make a check of its page, always the same one; `own` are thresholds that replace those of the page.

    Raises BookError (`threshold-unknown`) where the page has none of that name and type. Raises PageError:
    `check-page` where the page does not say what a check must, `check-statement` where its select is
    not one statement that stays by itself.
    """
    definition, front = page.definition, page.front
    measure = str(front.get("measure", ""))

    missing = [part for part in ("message", "remedy", "title") if not (page.text(part, "en") and page.text(part, "zh"))]
    wrong = (
        (definition.language != "sql", "```sql"),
        (definition.options.get("scope") not in SCOPES, "scope=voucher | balance | COLUMN"),
        (front.get("severity") not in SEVERITIES, f"severity: {' | '.join(SEVERITIES)}"),
        (bool(missing), ", ".join(f"{part}, {part}-zh" for part in missing)),
        (not front.get("basis"), "basis"),
        (not isinstance(front.get("waivable", True), bool), "waivable: true | false"),
        (not set(front.get("remedied-by", ())) <= set(REMEDIES), f"remedied-by: [{', '.join(REMEDIES)}]"),
    )
    for faulty, why in wrong:
        if faulty:
            raise PageError("check-page", path=page.path, line=definition.line, why=why)
    defaults = {name: threshold(said) for name, said in front.get("parameters", {}).items()}
    for name, value in own:
        if type(value) is not type(defaults.get(name)):
            known = ", ".join(f"{one} = {by_default!r}" for one, by_default in defaults.items()) or "–"
            of = {"check": page.name, "name": name, "value": value, "known": known}
            raise BookError("threshold-unknown", path=SETTINGS_FILE, **of)
    return Check(
        name=page.name,
        page=page,
        severity=front["severity"],
        scope=definition.options["scope"],
        select=select_of(page),
        key=tuple(front.get("key", ("voucher",))),
        measure=measure,
        amounts=frozenset(front.get("amounts", ("amount",))) | ({measure} if measure else set()),
        parameters=defaults | dict(own),
        defaults=defaults,
        needs=tuple(_need(said) for said in front.get("needs", ())),
        begins=front.get("from", dt.date.min),
        ends=front.get("to", dt.date.max),
        waivable=front.get("waivable", True),
        remedied_by=tuple(front.get("remedied-by", REMEDIES[:5])),
        optional=tuple(front.get("optional", ())),
    )


def threshold(said: Any) -> int | str:  # noqa: ANN401 - whatever the page holds
    """Return the value of a page's parameter, which may stand beside its source and what it means."""
    value: int | str = said["value"] if isinstance(said, dict) else said
    return value


def _need(said: str) -> tuple[str, str]:
    relation, _, column = said.partition(".")
    return relation, column
