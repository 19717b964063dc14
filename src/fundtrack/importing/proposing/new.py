"""A new page in a book: proposed for a file, tried on all of it, and written among the book's own."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fundtrack.errors import FormatError, PageError, UsageError
from fundtrack.importing.files import given
from fundtrack.importing.importer import Importer, choose, peek
from fundtrack.importing.layout import layout
from fundtrack.importing.proposing.fit import Fit, fit, fits
from fundtrack.importing.proposing.propose import propose
from fundtrack.importing.proposing.vocabulary import vocabulary
from fundtrack.importing.proposing.write import name_of, page
from fundtrack.pages import load
from fundtrack.pages.reader import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fundtrack.errors import Language
    from fundtrack.importing.files.given import Part
    from fundtrack.importing.proposing.propose import Proposal
    from fundtrack.importing.proposing.vocabulary import Vocabulary


class Looked(NamedTuple):
    """A file, or one of a zip: how it reads through the pages that recognise it, and what an import makes of it.

    That is the page that it is read through by itself (`taken`), or `why` it is not read; one that is only a `letter`
    beside lists is passed over.
    """

    label: str
    fits: Sequence[Fit]
    taken: Fit | None
    why: FormatError | None
    letter: bool

    def records(self, language: Language) -> list[dict[str, Any]]:
        """Return it for a machine, a page each; one without a page where none recognises it."""
        fits = self.fits or [Fit("", error=self.why)]
        return [{"file": self.label, **one.record(language), "imported": one is self.taken} for one in fits]


class Desk:
    """Where a page is proposed: the pages that a book has, what its chart calls things, and its currency and key."""

    def __init__(
        self, importers: Mapping[str, Importer], words: Mapping[str, Mapping[str, str]], key: bytes, currency: str
    ) -> None:
        """Know what the book's pages call the columns of their files."""
        self.importers, self._words, self._key, self._currency = importers, words, key, currency
        self.vocabulary: Vocabulary = vocabulary(one.layout for one in importers.values())

    def known(self, path: Path) -> list[Fit]:
        """Return how a file reads through the pages that recognise it."""
        return [*fits(peek(path), self.importers.values(), self._currency)]

    def looked(self, path: Path) -> list[Looked]:
        """Return how a file, or each of a zip, reads, and what an import makes of it. Raises FormatError."""
        with given.parts(path) as found:
            return [self._looked(part, alone=len(found) == 1) for part in found]

    def _looked(self, part: Part, *, alone: bool) -> Looked:
        """Return how one file reads; that of a zip is told by its own name."""
        fits: Sequence[Fit] = ()
        taken: Fit | None = None
        why: FormatError | None = None
        try:
            fits = self.known(part.path)
            name = choose(part.path, self.importers.values()).name
            taken = next(one for one in fits if one.page == name)
        except FormatError as error:
            why = FormatError(error.key, **(error.details | {"path": part.label}))
        if taken and taken.error:
            why, taken = FormatError(taken.error.key, **(taken.error.details | {"path": part.label})), None
        return Looked(part.label, fits, taken, why, letter=not alone and given.is_letter(part.path))

    def propose(self, path: Path, answers: Mapping[str, str]) -> Proposal:
        """Propose what a page says of a file. Raises FormatError and UsageError as `propose` does."""
        return propose(path, self.vocabulary, answers, currency=self._currency, words=self._words)

    def name(self, path: Path, name: str, folder: Path) -> str:
        """Return the name of the page to be: the one that a person gives, or one made of the file's.

        Raises PageError (`page-name`) where no page can be called so, and UsageError (`new-exists`) where one is that
        is no draft of the book's own.
        """
        if not name:
            return name_of(path, self.importers)
        if not NAME.fullmatch(unicodedata.normalize("NFC", name)):
            raise PageError("page-name", path=folder, name=name)
        stands = self.importers.get(name)
        if stands and not (stands.layout.open and stands.page.path.parent == folder):
            raise UsageError("new-exists", name=name)
        return name

    def tried(self, path: Path, text: str, name: str) -> Fit:
        """Return how a file reads through a page that is not written yet. Raises FormatError where it does not."""
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / f"{name}.md"
            draft.write_text(text, "utf-8")
            made = Importer(load(draft), self._words, self._key, self._currency)
            if (of := made.layout.currency) != self._currency:
                raise FormatError("file-currency", path=path, currency=of, book=self._currency)
            found = fit(path, made)
        if found.error:
            raise found.error
        return found

    def text(self, found: Proposal, name: str) -> str:
        """Return a proposal as a page."""
        return page(found, name, self._currency)

    def write(self, folder: Path, name: str, text: str) -> Path:
        """Write a page among the book's own. Raises PageError where it is none, and nothing is written."""
        with tempfile.TemporaryDirectory() as scratch:
            draft = Path(scratch) / f"{name}.md"
            draft.write_text(text, "utf-8")
            layout(load(draft))  # a broken page in a book stops every import
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.md"
        path.write_text(text, "utf-8")
        return path

    def chosen(self, path: Path, written: Path) -> bool:
        """Say whether an import finds a new page by itself."""
        made = Importer(load(written), self._words, self._key, self._currency)
        others = {name: one for name, one in self.importers.items() if name != made.name}
        return _alone(path, made.name, [*others.values(), made])

    def finds(self, path: Path, name: str) -> bool:
        """Say whether an import finds a page by itself."""
        return _alone(path, name, self.importers.values())


def _alone(path: Path, name: str, importers: Iterable[Importer]) -> bool:
    """Say whether a page is the only one that an import would take for a file."""
    try:
        return choose(path, importers).name == name
    except FormatError:
        return False
