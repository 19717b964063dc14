"""Names of people: one form in which they are kept, and whether two of them mean one person.

The database holds the same: `IS_NAME` and `PERSON` in `schema/dialect.py`.
"""

from __future__ import annotations

import unicodedata

from fundtrack.beantext.escape import stored


def named(text: str) -> str:
    """Return a name as it is kept: Unicode NFKC, so that letters are half-width, and one blank where there are any.

    Raises FormatError (`text-unsafe`) for characters that nobody sees.
    """
    return " ".join(unicodedata.normalize("NFKC", stored(text)).split())


def same_person(one: str, other: str) -> bool:
    """Return whether two names mean one person: neither case nor blanks make another of somebody."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return named(name).casefold().replace(" ", "")
