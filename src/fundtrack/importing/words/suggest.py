"""What an unknown word of a file may stand for: names of the chart like it, and what was decided of words like it.

It is only ever a suggestion, with how like it is and what it rests on. Nothing is applied by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.aliases import FIELDS, standing, states
from fundtrack.chart.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fundtrack.book.aliases import Alias
    from fundtrack.book.corrections import Correction
    from fundtrack.chart.model import Chart

LIKE: Final = 50
"""From what similarity on, in hundredths, a name is worth a look."""

MOST: Final = 3


class Suggestion(NamedTuple):
    """What a word may stand for, and how like it is to the name it was compared with.

    That is one of the chart's, or the word of an `alias`, or stood in a row that was `corrected`.
    """

    meaning: str
    name: str
    similarity: int
    alias: int | None
    corrected: str = ""

    def record(self) -> dict[str, object]:
        """Return it for machine-readable output."""
        return self._asdict()


class Suggestions:
    """The names that words are compared with: those of the chart, and the words about which somebody has decided."""

    def __init__(self, chart: Chart, every: Iterable[Alias], corrected: Iterable[Correction] = ()) -> None:
        """Know a chart, and what was decided in a book; what was rejected of a word is not suggested for it again."""
        made = [*every]
        state = states(made)
        self._decided = [*standing(made).values()]
        self._rejected = {(one.field, one.word, one.meaning) for one in made if state[one.alias] == "rejected"}
        self._chart, self._words = chart, words_of(chart)
        self._corrected = [one for one in corrected if one.field in FIELDS and one.old]

    def of(self, field: str, word: str, fund: str = "") -> list[Suggestion]:
        """Return the likest meanings of a word, each once, the likest first; of uses those of the fund."""
        from rapidfuzz import fuzz, utils  # late: few commands suggest anything

        found: dict[str, Suggestion] = {}
        for name, meaning, alias, corrected in self._names(field, fund):
            like = round(fuzz.WRatio(word, name, processor=utils.default_process))
            best = found.get(meaning)
            if like >= LIKE and (field, word, meaning) not in self._rejected and (not best or best.similarity < like):
                found[meaning] = Suggestion(meaning, name, like, alias, corrected)
        return sorted(found.values(), key=lambda one: (-one.similarity, one.meaning))[:MOST]

    def _names(self, field: str, fund: str) -> Iterator[tuple[str, str, int | None, str]]:
        """Give names with what they mean, and the alias or the corrected row by which they do."""
        chart = self._chart
        if field == "fund":
            yield from ((name, one.code, None, "") for one in chart.funds.values() for name in (one.name, one.name_zh))
        elif field == "project":
            yield from (
                (name, one.code, None, "") for one in chart.projects.values() for name in (one.name, one.name_zh)
            )
        elif field == "use":
            uses = [one for one in chart.accounts.values() if one.kind == "use" and fund in {"", one.fund}]
            yield from ((name, one.code, None, "") for one in uses for name in (one.name, one.name_zh))
        yield from ((one.word, one.meaning, one.alias, "") for one in self._decided if one.field == field)
        for one in self._corrected:
            if one.field == field:
                yield one.old, self._words.get(field, {}).get(one.new, one.new), None, f"{one.batch}:{one.row}"
