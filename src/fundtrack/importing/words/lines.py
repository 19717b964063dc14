"""Quota lines and uses as files call them: what each name means in a book, or why it means nothing."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from fundtrack.book.documents import spelled
from fundtrack.chart.model import CODE
from fundtrack.errors import UsageError, nearest
from fundtrack.importing.values import fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.chart.model import Account, Chart, Quota
    from fundtrack.importing.header.channels import Told


class Meant(NamedTuple):
    """What a row says of the line it means; empty where it says nothing."""

    fund: str
    year: int
    use: str = ""
    project: str = ""

    def fits(self, line: Quota) -> bool:
        """Return whether a line may be meant. One for no project pays for any."""
        said = ((self.fund, line.fund), (self.use, line.use), (line.project and self.project, line.project))
        return line.year == self.year and all(mine in {"", its} for mine, its in said)

    def refuse_others(self, line: Quota) -> Quota:
        """Return a line that may be meant. Raises UsageError for another: `quota-differs`, or `quota-differs-year`."""
        if line.year != self.year and not (self.fund or self.use or self.project):
            raise UsageError("quota-differs-year", line=line.number, of_year=line.year, year=self.year)
        if not self.fits(line):
            raise UsageError(
                "quota-differs", line=line.number, of_year=line.year, of=line.use or "–",
                of_project=line.project or "–", fund=self.fund or "–", year=self.year, use=self.use or "–",
                project=self.project or "–",
            )  # fmt: skip
        return line


class Lines:
    """The quota lines of a book by every name that a file may use.

    That is the line's own number, the treasury's, or that of a document, in whichever brackets, of which the fund, the
    year, the use and the project leave one line.
    """

    def __init__(self, quotas: Iterable[Quota]) -> None:
        """Begin with the lines there are."""
        self._named: dict[str, Quota] = {}
        self._of: defaultdict[str, list[Quota]] = defaultdict(list)
        for quota in quotas:
            self.add(quota)

    def add(self, quota: Quota) -> None:
        """Know one more."""
        self._named |= {name: quota for name in (quota.number, quota.treasury_id) if name}
        for document in {quota.document, quota.upper_document} - {""}:
            self._of[spelled(document)].append(quota)

    def knows(self, treasury_id: str) -> Quota | None:
        """Return the line that the treasury knows by a number."""
        return self._named.get(treasury_id)

    def refuse_taken(self, treasury_id: str, first: int) -> None:
        """Refuse a number of the treasury's by which a line is known, by the `first` row that is the same, if any.

        Raises UsageError: `quota-row-again`, or `quota-id-taken`.
        """
        if taken := self.knows(treasury_id):
            key = "quota-row-again" if first else "quota-id-taken"
            raise UsageError(key, row=first, number=treasury_id, line=taken.number)

    def source(self, said: str, *, fund: str, year: int) -> Quota:
        """Return the line that a document gave, by what a file calls it.

        Raises UsageError as `pays` does, and `quota-not-given` for one that was allotted itself.
        """
        meant = Meant(fund, year)
        if exact := self._exactly(said):
            if exact.use:
                raise UsageError("quota-not-given", number=said)
            return meant.refuse_others(exact)
        return self._only(said, [one for one in self._given(said) if not one.use and meant.fits(one)], meant)

    def pays(self, said: str, meant: Meant) -> Quota:
        """Return the allotted line that is meant. Of those of a document, one of the project comes before one for any.

        Raises UsageError: `quota-unknown`; `quota-several` where a document leaves more than one, `quota-others` where
        it leaves none of those it gave; `quota-differs` where the row says another fund, year, use or project than the
        line is for; `quota-not-allotted`.
        """
        if exact := self._exactly(said):
            if not exact.use:
                raise UsageError("quota-not-allotted", number=said)
            return meant.refuse_others(exact)
        fitting = [one for one in self._given(said) if one.use and meant.fits(one)]
        own = [one for one in fitting if meant.project and one.project == meant.project]
        return self._only(said, own or fitting, meant)

    def _exactly(self, said: str) -> Quota | None:
        """Return the line of a number, ours or the treasury's."""
        return self._named.get(said) or self._named.get(said.upper())

    def _given(self, document: str) -> list[Quota]:
        """Return the lines that a document gave."""
        return self._of.get(spelled(document), [])

    def _only(self, said: str, left: list[Quota], meant: Meant) -> Quota:
        """Return the one line that is left."""
        if len(left) > 1:
            raise UsageError("quota-several", number=said, lines=", ".join(map(_told, left)))
        if not left and (given := self._given(said)):
            raise UsageError(
                "quota-others", number=said, lines=", ".join(map(_told, given)), fund=meant.fund or "–",
                year=meant.year, use=meant.use or "–", project=meant.project or "–",
            )  # fmt: skip
        if not left:
            documents = {name for of in self._of.values() for one in of for name in (one.document, one.upper_document)}
            raise UsageError("quota-unknown", number=said, known=nearest(said, {*self._named, *documents} - {""}))
        return left[0]


def _told(line: Quota) -> str:
    """Return a line with what tells it from others of its document: F01-Q00002 (2015 0601 P01)."""
    return f"{line.number} ({' '.join(filter(None, (str(line.year), line.use or '–', line.project)))})"


class Uses:
    """The uses of a chart by their codes and names."""

    def __init__(self, chart: Chart) -> None:
        """Know those of a chart."""
        self._uses = [account for account in chart.accounts.values() if account.kind == "use"]
        self.codes = {(use.fund, name): use.code for use in self._uses for name in (use.name, use.name_zh)}

    def called(self, told: Told) -> set[tuple[str, str]]:
        """Return the uses, each with its fund, that a word may name; none where it names none."""
        return {
            (use.fund, use.code)
            for use in self._uses
            if told.fund in {"", use.fund} and told.use in {use.code, use.name, use.name_zh}
        }

    def near(self, fund: str, said: str) -> UsageError:
        """Return that no use of a fund has a name, with those nearest to it."""
        uses: list[Account] = [use for use in self._uses if use.fund == fund] or self._uses
        shown = {name: f"{use.code}-{use.name_zh}" for use in uses for name in (use.name, use.name_zh, use.code)}
        near = get_close_matches(said, shown, n=3, cutoff=0.4)
        return UsageError("use-unknown", use=said, near="、".join(dict.fromkeys(shown[name] for name in near)) or "–")

    def code(self, fund: str, said: str) -> str:
        """Return the code of a use that a file names: by its name in the fund, or as a column writes a code.

        Raises UsageError (`use-unknown`), also for a use of another fund.
        """
        found = fields.USE.fullmatch(said)
        of, code = (found[1] or fund, found[2]) if found else (fund, self.codes.get((fund, said), said))
        if of != fund or not CODE.fullmatch(code):
            raise self.near(fund, said)
        return code
