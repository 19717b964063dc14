"""Running checks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fundtrack.checking.finding import finding_of
from fundtrack.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection, CursorResult, Dialect

    from fundtrack.checking.check import Check
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.lens import Lens, Relations


def run(connection: Connection, checks: Iterable[Check], lens: Lens) -> list[Finding]:
    """Return what the checks find through a lens, in the order of the checks.

    Where the lens knows what stood before, only what is new or worse is returned: an old finding never refuses what
    does not worsen it. Raises PageError where a select does not run; that is a broken page, never a finding.
    """
    asked = tuple(checks)
    if lens.before is not None:
        asked = _worth_asking(connection, asked, lens)
    return [finding for check in asked for finding in _new(connection, check, lens)]


def _worth_asking(connection: Connection, checks: tuple[Check, ...], lens: Lens) -> tuple[Check, ...]:
    """Return the installed checks that find anything at all, and all others.

    The installed ones are asked in one statement, for most vouchers are sound. A page from elsewhere is always asked by
    itself: whatever it says, it neither silences the others nor breaks in their name.
    """
    together = tuple(check for check in checks if check.is_installed)
    if not together:
        return checks
    parameters = {name: value for check in together for name, value in check.bound().items()}
    names = set(_execute(connection, _anything(together, lens.after), parameters).scalars())
    return tuple(check for check in checks if not check.is_installed or check.name in names)


@cache
def _anything(checks: tuple[Check, ...], after: Callable[[str], Relations]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{check.name}' WHERE EXISTS ({check.over(after(check.scope))})" for check in checks
    )


def _new(connection: Connection, check: Check, lens: Lens) -> list[Finding]:
    """Return the findings of one check that were not there before, or are worse than before."""
    after = _found(connection, check, lens, lens.after(check.scope))
    if not after or lens.before is None:
        return after
    before = {finding.key: finding.measure for finding in _found(connection, check, lens, lens.before(check.scope))}
    return [found for found in after if found.key not in before or found.measure > before[found.key]]


def _found(connection: Connection, check: Check, lens: Lens, relations: Relations) -> list[Finding]:
    try:
        rows = _execute(connection, check.over(relations), check.bound()).mappings().all()
        return [finding_of(check, dict(row), lens) for row in rows if check.applies(str(row.get("date", check.begins)))]
    except (SQLAlchemyError, LookupError, ValueError, AttributeError) as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise PageError("check-select", path=check.page.path, line=check.line, name=check.name, cause=cause) from error


def _execute(connection: Connection, select: str, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Execute a select in the driver's own words, translated once: SQLAlchemy's share would be most of the time."""
    translated, order = _translated(select, connection.dialect)
    values = tuple(parameters[name] for name in order) if order is not None else dict(parameters)
    return connection.exec_driver_sql(translated, values)


@cache
def _translated(select: str, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """Return a statement in the driver's words, and the order of its parameters where they have no names."""
    compiled = text(select).compile(dialect=dialect)
    order = tuple(compiled.positiontup or ()) if compiled.positional else None
    return compiled.string, order
