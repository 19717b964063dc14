"""What words stood for, and on what funds rest, as Beancount directives; the imported vouchers name their basis.

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

What is empty is left out. So whoever has the ledger alone sees by which word each voucher came to its fund, and who
confirmed that the word means it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.directives import Custom
from fundtrack.beantext.escape import string
from fundtrack.book.aliases import Alias, Basis
from fundtrack.ledger.journal import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language

STEM: Final = "aliases"
"""How the file of the aliases is called before its hash."""

NUMBERS: Final = frozenset({"replaces", "alias", "batch"})
"""The fields that are numbers, None where there is none."""

FORMS: Final[dict[str, type[Alias | Basis]]] = {"alias": Alias, "fund-basis": Basis}


def write_aliases(said: Iterable[Alias], bases: Iterable[Basis], language: Language) -> Iterator[str]:
    """Yield the text of the file of aliases and bases; nothing where there are none."""
    named = (("alias", one.said_at, one) for one in said)
    rested = (("fund-basis", one.recorded_at, one) for one in bases)
    first = True
    for of in (named, rested):
        for name, at, one in of:
            number, *_ = one
            head = f'{at[:10]} custom "{name}" "{number}"\n'
            yield f"{NOTICE[language] if first else ''}\n{head}{_fields(one)}"
            first = False


def _fields(one: Alias | Basis) -> str:
    said = zip(one._fields[1:], one[1:], strict=True)
    return "".join(
        f"  {name.replace('_', '-')}: {value if name in NUMBERS else string(str(value))}\n"
        for name, value in said
        if value not in {None, ""}
    )


def read_aliases(directives: Iterable[Directive]) -> Iterator[Alias | Basis]:
    """Yield what directives say, in their order; raises whatever arises where they are none of ours."""
    for found in sorted(directives, key=lambda one: int(one.meta["lineno"])):
        if not isinstance(found, Custom):
            raise TypeError(found)
        (number,) = [str(one.value) for one in found.values or ()]
        form = FORMS[found.type]
        yield form(int(number), *(_read(found, name) for name in form._fields[1:]))


def _read(found: Custom, name: str) -> Any:  # noqa: ANN401 - a text, or a number or none
    value = found.meta.get(name.replace("_", "-"))
    if name in NUMBERS:
        return None if value is None else int(value)
    return "" if value is None else str(value)


def parted(found: Sequence[Alias | Basis]) -> tuple[list[Alias], list[Basis]]:
    """Return aliases, and bases."""
    return [one for one in found if isinstance(one, Alias)], [one for one in found if isinstance(one, Basis)]
