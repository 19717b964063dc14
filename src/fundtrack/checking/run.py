"""Running checks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from fundtrack.checking.finding import finding_of
from fundtrack.errors import PageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection, CursorResult

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
        asked = tuple(check for check in asked if check.scope != "book")
        asked = _worth_asking(connection, _in_question(connection, _of_quota_too(connection, asked, lens), lens), lens)
    return [finding for check in asked for finding in _new(connection, check, lens)]


def unsaid(connection: Connection, check: Check, lens: Lens) -> tuple[str, str] | None:
    """Return the first relation and column that a check needs and no row says; None where it has all it needs.

    Each is asked with the lens's own relations, so that what no voucher carries is told and never passes for sound.
    What a row does not say is empty, and 0 where the column holds a number or an amount.
    """
    relations = lens.after(check.scope)
    for relation, column in check.needs:
        says = f"SELECT 1 FROM ({relations[relation]}) AS r WHERE CAST({column} AS TEXT) NOT IN ('', '0')"
        if says not in lens.said:  # several checks need the same, and where nothing says it every row is looked at
            lens.said[says] = bool(dialect.rows_of(connection, f"SELECT 1 WHERE EXISTS ({says})"))
        if not lens.said[says]:
            return relation, column
    return None


def _of_quota_too(connection: Connection, checks: tuple[Check, ...], lens: Lens) -> tuple[Check, ...]:
    """Return the checks, but for the installed ones about quota alone where no candidate can touch any."""
    if not lens.quota_at_all or dialect.rows_of(connection, lens.quota_at_all):
        return checks
    return tuple(check for check in checks if not (check.is_installed and check.of_quota))


def _in_question(connection: Connection, checks: tuple[Check, ...], lens: Lens) -> tuple[Check, ...]:
    """Return the checks, but for the installed ones of a scope that no candidate has anything to do with."""
    asked = {check.scope for check in checks} & lens.scope_at_all.keys()
    none = {scope for scope in asked if not dialect.rows_of(connection, lens.scope_at_all[scope])}
    return tuple(check for check in checks if not (check.is_installed and check.scope in none))


def _worth_asking(connection: Connection, checks: tuple[Check, ...], lens: Lens) -> tuple[Check, ...]:
    """Return the installed checks that find anything at all, and all others.

    The installed ones are asked together, for most vouchers are sound. A page from elsewhere is always asked by itself:
    whatever it says, it neither silences the others nor breaks in their name.
    """
    questions = _questions(tuple(check for check in checks if check.is_installed), lens.after)
    names = {name for question in questions for (name,) in dialect.rows_of(connection, *question)}
    return tuple(check for check in checks if not check.is_installed or check.name in names)


@lru_cache(maxsize=64)
def _questions(checks: tuple[Check, ...], after: Callable[[str], Relations]) -> list[tuple[str, dict[str, Any]]]:
    """Return a statement for each scope that names those of the checks that find anything, and its values.

    All in one would need most memory at once. SQLite gives each of its temporary tables 87 KB, used or not, and the C
    library returns to the system what stands free in megabytes: fetching it again took seven times as long as asking.
    """
    return [
        (
            " UNION ALL ".join(f"SELECT '{c.name}' WHERE EXISTS ({c.over(after(scope))})" for c in together),
            {name: value for check in together for name, value in check.bound().items()},
        )
        for scope, together in _by_scope(checks).items()
    ]


def _by_scope(checks: Iterable[Check]) -> dict[str, list[Check]]:
    scopes: dict[str, list[Check]] = {}
    for check in checks:
        scopes.setdefault(check.scope, []).append(check)
    return scopes


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
        return [
            finding_of(check, dict(row), lens) for row in rows if check.applies(str(row.get("date") or check.begins))
        ]
    except (SQLAlchemyError, LookupError, TypeError, ValueError, AttributeError) as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise PageError("check-select", path=check.page.path, line=check.line, name=check.name, cause=cause) from error


def _execute(connection: Connection, select: str, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Execute a select in the driver's own words, translated once: SQLAlchemy's share would be most of the time."""
    words, order = dialect.driver_words(select, connection.dialect)
    values = tuple(parameters[name] for name in order) if order is not None else dict(parameters)
    return connection.exec_driver_sql(words, values)
