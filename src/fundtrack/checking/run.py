"""Running checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from fundtrack.checking.finding import finding_of
from fundtrack.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.checking.check import Check
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.lens import Lens, Relations


def run(connection: Connection, checks: Iterable[Check], lens: Lens) -> list[Finding]:
    """Return what the checks find through a lens, in the order of the checks.

    Where the lens knows what stood before, only what is new or worse is returned: an old finding never refuses what
    does not worsen it. Raises PageError where a select does not run; that is a broken page, never a finding.
    """
    return [finding for check in checks for finding in _new(connection, check, lens)]


def _new(connection: Connection, check: Check, lens: Lens) -> list[Finding]:
    """Return the findings of one check that were not there before, or are worse than before."""
    after = _found(connection, check, lens, lens.after(check.scope))
    if not after or lens.before is None:
        return after
    before = {finding.key: finding.measure for finding in _found(connection, check, lens, lens.before(check.scope))}
    return [found for found in after if found.key not in before or found.measure > before[found.key]]


def _found(connection: Connection, check: Check, lens: Lens, relations: Relations) -> list[Finding]:
    try:
        rows = connection.execute(check.statement(relations)).mappings().all()
        return [finding_of(check, row, lens) for row in rows if check.applies(str(row.get("date", check.begins)))]
    except (SQLAlchemyError, LookupError, ValueError, AttributeError) as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise PageError("check-select", path=check.page.path, line=check.line, name=check.name, cause=cause) from error
