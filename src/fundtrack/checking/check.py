"""A check: what its page says, ready to run."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from fundtrack.errors import PageError
from fundtrack.pages import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fundtrack.pages import Page

Severity = Literal["fatal", "error", "warn"]
PARAMETER: Final = re.compile(r"(?<![:\w]):([a-z]\w*)")

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""Worst first. `fatal` refuses to post; `error` and `warn` are posted and shown."""


@dataclass(frozen=True, eq=False)
class Check:
    """A select that finds faults.

    `scope` names what is judged together: `voucher` (each by itself), `balance` (the day-ends of an account from the
    first day touched), or a column of the vouchers or postings whose equal values belong together. A finding is new
    if its `key` is new or its `measure` grew. Columns named in `amounts` are minor units of the row's `unit`.
    """

    name: str
    page: Page = field(repr=False)
    severity: Severity
    scope: str
    select: str = field(repr=False)
    key: tuple[str, ...]
    measure: str
    amounts: frozenset[str]
    parameters: Mapping[str, Any]
    begins: dt.date
    ends: dt.date

    @cached_property
    def line(self) -> int:
        """The line of the page on which the select begins."""
        return self.page.definition.line

    def over(self, relations: Mapping[str, str]) -> str:
        """Return the select over the relations a lens gives it. Its parameters are named `check.parameter`."""
        with_ = ", ".join(f"{name} AS NOT MATERIALIZED ({select})" for name, select in relations.items())
        named = PARAMETER.sub(lambda found: f":{self._bound(found[1])}", self.select)
        return f"WITH {with_} SELECT * FROM ({named}) AS found"

    def bound(self) -> dict[str, Any]:
        """Return the values of the parameters by the names they have in `over`."""
        return {self._bound(name): value for name, value in self.parameters.items()}

    def _bound(self, parameter: str) -> str:
        return f"{self.name}_{parameter}".replace("-", "_")

    def mentions(self, relation: str) -> bool:
        """Return whether the select names a relation."""
        return re.search(rf"\b{relation}\b", self.select, re.IGNORECASE) is not None

    def applies(self, date: str) -> bool:
        """Return whether the check was in force on an ISO date; the law it rests on is dated, so is the check."""
        return self.begins.isoformat() <= date <= self.ends.isoformat()


def checks(local: Path | None = None) -> dict[str, Check]:
    """Return the installed checks and those in a book's own folder, by name. Raises PageError."""
    return {name: check_of(page) for name, page in catalogue("checks", local=local).items()}


def check_of(page: Page) -> Check:
    """Make a check of its page. Raises PageError (`check-page`) where the page does not say what a check must."""
    definition, front = page.definition, page.front
    measure = str(front.get("measure", ""))

    missing = [part for part in ("message", "remedy", "title") if not (page.text(part, "en") and page.text(part, "zh"))]
    wrong = (
        (definition.language != "sql" or "scope" not in definition.options, "```sql scope=…"),
        (front.get("severity") not in SEVERITIES, f"severity: {' | '.join(SEVERITIES)}"),
        (bool(missing), ", ".join(f"{part}, {part}-zh" for part in missing)),
        (not front.get("basis"), "basis"),
    )
    for faulty, why in wrong:
        if faulty:
            raise PageError("check-page", path=page.path, line=definition.line, why=why)
    return Check(
        name=page.name,
        page=page,
        severity=front["severity"],
        scope=definition.options["scope"],
        select=definition.text.strip().rstrip(";"),
        key=tuple(front.get("key", ("voucher",))),
        measure=measure,
        amounts=frozenset(front.get("amounts", ("amount",))) | ({measure} if measure else set()),
        parameters=dict(front.get("parameters", {})),
        begins=front.get("from", dt.date.min),
        ends=front.get("to", dt.date.max),
    )
