"""What words stood for, on what funds rest, and what was corrected, as Beancount directives.

    2015-03-05 custom "alias" "1"
      field: "fund"
      word: "危改资金"
      meaning: "F03"
      reason: "县里的叫法"
      said-at: "2015-03-05T08:00:00Z"
      said-by: "李会计"
      decided: "confirmed"
      …
    2015-03-06 custom "fund-basis" "2"
      fund: "F03"
      how: "column"
      …
    2015-03-07 custom "correction" "1"
      batch: 1
      row: 12
      …

What is empty is left out. So whoever has the ledger alone sees by which word each voucher came to its fund, who
confirmed that the word means it, and in which cells a voucher says something else than its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.beantext.directives import Custom
from fundtrack.beantext.escape import string
from fundtrack.book.aliases import Alias, Basis, aliases, bases
from fundtrack.book.corrections import Correction, corrections
from fundtrack.ledger.journal import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language

STEM: Final = "aliases"
"""How the file of the aliases is called before its hash."""

NUMBERS: Final = frozenset({"replaces", "alias", "batch", "row", "cell", "moves", "reads"})
"""The fields that are numbers, None where there is none."""


class Words(NamedTuple):
    """What people said about the words and cells of files."""

    aliases: tuple[Alias, ...] = ()
    bases: tuple[Basis, ...] = ()
    corrections: tuple[Correction, ...] = ()


One = Alias | Basis | Correction

FORMS: Final[dict[str, type[One]]] = {"alias": Alias, "fund-basis": Basis, "correction": Correction}
"""What each directive says."""

SAID: Final = {"alias": "said_at", "fund-basis": "recorded_at", "correction": "corrected_at"}
"""The field that says when."""


def words(connection: Connection) -> Words:
    """Return what a book says of words and cells."""
    return Words(tuple(aliases(connection)), tuple(bases(connection)), tuple(corrections(connection)))


def write_words(said: Words, language: Language) -> Iterator[str]:
    """Yield the text of the file; nothing where there is nothing to say."""
    first = True
    of_each: tuple[tuple[One, ...], ...] = said
    for name, of in zip(FORMS, of_each, strict=True):
        for one in of:
            head = f'{getattr(one, SAID[name])[:10]} custom "{name}" "{one[0]}"\n'
            yield f"{NOTICE[language] if first else ''}\n{head}{_fields(one)}"
            first = False


def _fields(one: One) -> str:
    said = zip(one._fields[1:], one[1:], strict=True)
    return "".join(
        f"  {name.replace('_', '-')}: {value if name in NUMBERS else string(str(value))}\n"
        for name, value in said
        if value not in {None, ""}
    )


def read_words(directives: Iterable[Directive]) -> Words:
    """Return what directives say, in their order; raises whatever arises where they are none of ours."""
    in_order = sorted(directives, key=lambda one: int(one.meta["lineno"]))
    found = [read_one(one) for one in in_order]
    return Words._make(tuple(one for one in found if isinstance(one, form)) for form in FORMS.values())


def read_one(found: Directive) -> One:
    """Return what a directive says; raises whatever arises where it is none of ours."""
    if not isinstance(found, Custom):
        raise TypeError(found)
    (number,) = [str(one.value) for one in found.values or ()]
    form = FORMS[found.type]
    return form(int(number), *(_read(found, name) for name in form._fields[1:]))


def _read(found: Custom, name: str) -> Any:  # noqa: ANN401 - a text, or a number or none
    value = found.meta.get(name.replace("_", "-"))
    if name in NUMBERS:
        return None if value is None else int(value)
    return "" if value is None else str(value)
