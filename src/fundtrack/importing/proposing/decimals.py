"""Whether a point or a comma stands before the decimals of an unknown table: proven by how its amounts look, or asked.

Where it is a comma, the table is looked at as if it were a point: the page says `decimal = ","`, and reads the file so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.proposing.look import MOST, Looked
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.values.fields import BLANKS, NOTHING, pointed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fundtrack.importing.proposing.look import Column

POINT, COMMA = "point", "comma"
MARKS: Final = {POINT: ".", COMMA: ","}
"""How a page says them."""

AROUND: Final = re.compile(r"^[-+(\s]*[£$€¥]?\s*|\s*[£$€¥元]?[-)\s]*$")
"""A sign, brackets and a mark, around the digits of an amount."""

WHOLE: Final = rf"(?:\d+|\d{{1,3}}(?:\.\d{{3}})+|\d{{1,3}}(?:[{BLANKS}]\d{{3}})+)"
BY_COMMA: Final = re.compile(rf"{WHOLE}(?:,\d+)?", re.ASCII)
"""How an amount looks with a comma before its decimals."""

PROOF: Final = re.compile(rf"{WHOLE},\d{{1,2}}", re.ASCII)
"""One that cannot be another: no thousands have one or two digits."""

BY_POINT: Final = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)\.\d{1,2}", re.ASCII)
"""One that has a point before its decimals, for sure."""

THREES: Final = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
"""One that may be thousands, or three decimals."""


def decimals(look: Looked, answers: Mapping[str, str]) -> tuple[Looked, list[Point]]:
    """Return a table as if all decimals stood behind a point, and how it is known where they do not.

    Raises FormatError (`new-decimal-comma`) where most numbers of a column have a comma, and others in the file a
    point, unless a person says which; UsageError (`new-choice`) for another answer.
    """
    answer = answers.get("decimal", "")
    if answer not in {"", POINT, COMMA}:
        raise UsageError("new-choice", topic="decimal", value=answer, choices=f"{POINT}, {COMMA}")
    if answer == POINT:
        return look, []
    proofs = {one.name: found for one in look.usable if (found := [*filter(PROOF.fullmatch, _bare(one.cells))])}
    otherwise = not answer and any(any(map(BY_POINT.fullmatch, _bare(one.cells))) for one in look.usable)
    proven = [one for one in look.usable if one.name in proofs and _fits(one) and not otherwise]
    for one in look.usable:
        if not answer and one not in proven and len(proofs.get(one.name, ())) * 2 > one.filled:
            raise FormatError("new-decimal-comma", path=look.grid.path, name=one.name, sample=proofs[one.name][0])
    if not (proven or answer):
        return look, []
    turned = look.grid._replace(below=_turned(look, {one.place for one in look.usable if _fits(one)}))
    point = Point("decimal", COMMA, "answered", said("new-answered"))
    if not answer:
        found = proofs[proven[0].name]
        why = said("new-decimal-proven", count=len(found), column=proven[0].name, sample=found[0])
        point = Point("decimal", COMMA, "proven", why)
    return Looked(turned, look.vocabulary), [point]


def asked(read: Sequence[Column], answers: Mapping[str, str], delimiter: str) -> list[Point]:
    """Return the question what a comma or a point stands before, where amounts may be read either way."""
    if "decimal" in answers:
        return [Point("decimal", POINT, "answered", said("new-answered"))]
    cells = [bare for one in read for bare in _bare(one.cells)]
    pointed, commas = [one for one in cells if "." in one], [one for one in cells if "," in one]
    found, key = (commas if delimiter != "," else [], "new-decimal") if commas else (pointed, "new-decimal-threes")
    if not found or (commas and pointed) or (pointed and not all(map(THREES.fullmatch, pointed))):
        return []
    choices = {POINT: said("new-decimal-point"), COMMA: said("new-decimal-other")}
    return [Point("decimal", POINT, "open", said(key, count=len(found), sample=found[0]), choices)]


def _bare(cells: Iterable[str]) -> list[str]:
    """Return texts without what may stand around an amount; a number of a workbook is none."""
    return [AROUND.sub("", cell) for cell in cells if type(cell) is str and cell.strip() not in NOTHING]


def _fits(column: Column) -> bool:
    """Say whether all amounts of a column may have a comma before their decimals."""
    bare = [one for one in _bare(column.cells) if not one.strip(f".,0123456789{BLANKS}")]
    return bool(bare) and all(map(BY_COMMA.fullmatch, bare)) and len(bare) * 100 >= MOST * column.filled


def _turned(look: Looked, places: set[int]) -> list[tuple[int, list[str]]]:
    """Return the rows with commas for points, and points for commas, in some columns."""
    return [
        (
            number,
            [pointed(cell) if at in places and type(cell) is str else cell for at, cell in enumerate(row)],
        )
        for number, row in look.grid.below
    ]
