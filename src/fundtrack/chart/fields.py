"""The values and metadata of one chart directive, each of its proper type or refused with its file and line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast

from fundtrack.beantext import escape
from fundtrack.beantext.directives import ACCOUNT, Open
from fundtrack.errors import ChartError, FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.beantext.directives import Custom, CustomValue

FORMS: Final[dict[str, tuple[tuple[object, ...], str]]] = {
    "fund": ((str,), 'custom "fund" "F01"'),
    "bank": ((str,), 'custom "bank" "B01"'),
    "project": ((str,), 'custom "project" "P01"'),
    "intermediary": ((str,), 'custom "intermediary" "NAME"'),
    "use": ((ACCOUNT, str), 'custom "use" ACCOUNT "granted"'),
}
"""The values each custom directive of a chart takes, and how it is written."""

WORDS: Final = {str: '"text"', date: "2015-01-01", bool: "TRUE / FALSE"}
"""How a value of each type is written."""


class Fields:
    """One directive of a chart. What is asked for is checked; `done` refuses metadata that nothing asked for."""

    def __init__(self, entry: Open | Custom, path: str) -> None:
        """Take a directive and the file it stands in."""
        self.date = entry.date
        self.line = int(entry.meta["lineno"])
        self._entry = entry
        self._path = path
        self._meta = {key: value for key, value in entry.meta.items() if key not in {"filename", "lineno"}}
        self._asked: set[str] = set()

    @property
    def subject(self) -> str:
        """The directive as a reader of an error recognises it."""
        entry = self._entry
        if isinstance(entry, Open):
            return f"open {entry.account}"
        values = cast("Sequence[CustomValue]", entry.values or ())
        return " ".join([entry.type, *(str(value.value) for value in values)])

    def error(self, key: str, /, **details: object) -> ChartError:
        """Return the error of a key at this directive."""
        return ChartError(key, path=self._path, line=self.line, subject=self.subject, **details)

    def opened(self) -> Open:
        """Return the directive, which is an `open`."""
        return cast("Open", self._entry)

    def values(self) -> list[str]:
        """Return the values of a custom directive, which have the types that FORMS gives.

        Raises ChartError (`chart-values`, `chart-text`).
        """
        entry = cast("Custom", self._entry)
        types, form = FORMS[entry.type]
        values = cast("Sequence[CustomValue]", entry.values or ())
        if tuple(value.dtype for value in values) != types:
            raise self.error("chart-values", form=form)
        return [self._clean(form, str(value.value)) for value in values]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without one, the default.

        Raises ChartError: `chart-metadata-missing` if there is no default either, `chart-metadata-type`, `chart-text`.
        """
        value = self._value(key, str, default)
        return self._clean(key, cast("str", value))

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return one of the allowed words, or raise ChartError (`chart-metadata-choice`)."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.error("chart-metadata-choice", key=key, value=value, allowed=", ".join(allowed))
        return value

    def day(self, key: str) -> date | None:
        """Return a date or None, or raise ChartError (`chart-metadata-type`)."""
        return cast("date", self._value(key, date, None)) if key in self._meta else None

    def flag(self, key: str) -> bool:
        """Return TRUE or FALSE, the default, or raise ChartError (`chart-metadata-type`)."""
        return cast("bool", self._value(key, bool, default=False))

    def names(self) -> tuple[str, str]:
        """Return the English and Chinese names; one that is not given is the same as the other."""
        name = self.text("name", self.text("name-zh", "") or None)
        return name, self.text("name-zh", name)

    def done(self) -> None:
        """Refuse metadata that nothing asked for: most often it is misspelt (`chart-metadata-unknown`)."""
        for key in sorted(self._meta.keys() - self._asked):
            raise self.error("chart-metadata-unknown", key=key, known=", ".join(sorted(self._asked)))

    def _value(self, key: str, kind: type[str | date | bool], default: object) -> object:
        self._asked.add(key)
        value = self._meta.get(key, default)
        if value is None or value == "" != default:
            raise self.error("chart-metadata-missing", key=key)
        if not isinstance(value, kind):
            raise self.error("chart-metadata-type", key=key, form=WORDS[kind], value=value)
        return value

    def _clean(self, key: str, text: str) -> str:
        try:
            return escape.stored(text)
        except FormatError as error:
            raise self.error("chart-text", key=key, **error.details) from error
