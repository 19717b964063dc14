"""Read a published ledger back, with Beancount's parser alone, and accept nothing that is not of our making.

What was read is written again and must give the very same text: so a comment, a directive or an option that somebody
added, and a voucher that somebody rearranged, is found on its line without a rule for each.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from fundtrack import money
from fundtrack.beantext.directives import Transaction
from fundtrack.beantext.parse import parse_text
from fundtrack.chart.model import ROOTS
from fundtrack.chart.quota import with_quotas
from fundtrack.chart.read import read_chart
from fundtrack.chart.write import root_options, write_accounts
from fundtrack.errors import FormatError, UsageError
from fundtrack.ledger import applications, batches, periods
from fundtrack.ledger.aliases import STEM as WORDS
from fundtrack.ledger.aliases import Words, read_words, write_words
from fundtrack.ledger.canonical import UNRESOLVED, Entry, Voucher, canonical_of, rows_of
from fundtrack.ledger.files import HASHED
from fundtrack.ledger.history import HEADING, read_history, write_history
from fundtrack.ledger.journal import Journal
from fundtrack.ledger.main import main_text
from fundtrack.ledger.quotas import STEM as QUOTAS
from fundtrack.ledger.quotas import read_quotas, write_quotas
from fundtrack.ledger.registers import STEM, read_entries, write_entries
from fundtrack.ledger.rows import NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from fundtrack.beantext.directives import Directive, Posting
    from fundtrack.beantext.parse import Parsed
    from fundtrack.book.periods import PeriodAct
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.ledger.applications import Asked
    from fundtrack.ledger.batches import Batch
    from fundtrack.ledger.canonical import Canonical
    from fundtrack.ledger.history import History
    from fundtrack.ledger.registers import Entered

Made = TypeVar("Made")

TEXTS: Final = {
    "project": "project", "document": "doc", "bank": "bank", "bank_ref": "bank-ref", "payee_id": "payee-id",
    "payee_account": "payee-account", "contract": "contract", "link": "link", "reverses": "reverses", "cites": "cites",
    "prepared_by": "prepared-by", "approved_by": "approved-by",
    "recorded_at": "recorded-at",
}  # fmt: skip
"""The metadata that holds a text of a voucher; without it the text is empty."""


def read(path: Path) -> Canonical:
    """Return what a published ledger says; `path` is its `main.beancount`.

    Raises UsageError (`ledger-foreign`, with file and line) for what is not as we publish it, and what `parse_text`
    and `read_chart` raise.
    """
    text = _text(path)
    names = _parsed(text, path).options["include"]
    for name in names:
        if not HASHED.fullmatch(name):
            raise UsageError("ledger-foreign", path=path, line=_line(text, name), found=f'include "{name}"')
    if not names or not names[0].startswith("accounts."):
        raise UsageError("ledger-foreign", path=path, line=1, found=text.partition("\n")[0])
    chart, history = _policy(path.parent / names[0])
    _compare(path, text, main_text(chart, chart.language, names))
    for name in names:
        if name.startswith(f"{QUOTAS}."):
            chart = _with_quotas(path.parent / name, chart)
    of_registers = [name for name in names if name.startswith(f"{STEM}.")]
    entries = [entry for name in of_registers for entry in _entries_of(path.parent / name, chart)]
    of_imports = [name for name in names if name.startswith(f"{batches.STEM}.")]
    imports = [batch for name in of_imports for batch in _batches_of(path.parent / name, chart)]
    of_applications = [name for name in names if name.startswith(f"{applications.STEM}.")]
    asked = [one for name in of_applications for one in _applications_of(path.parent / name, chart)]
    of_periods = [name for name in names if name.startswith(f"{periods.STEM}.")]
    closings = [one for name in of_periods for one in _periods_of(path.parent / name, chart)]
    of_words = [name for name in names if name.startswith(f"{WORDS}.")]
    words = next((_words_of(path.parent / name, chart.language) for name in of_words), Words())
    others = tuple(f"{stem}." for stem in (STEM, QUOTAS, WORDS, batches.STEM, applications.STEM, periods.STEM))
    journals = (name for name in names[1:] if not name.startswith(others))
    vouchers = (voucher for name in journals for voucher in _vouchers(path.parent / name, chart))
    return canonical_of(chart, history, vouchers, entries, imports, asked, closings, words)


def files_of(path: Path) -> list[str]:
    """Return the files that the main file of a published ledger names. Raises UsageError as `read` does."""
    return [str(name) for name in _parsed(_text(path), path).options["include"]]


def language_of(path: Path) -> Language:
    """Return the language that a published ledger is in, by its main file. Raises UsageError as `read` does."""
    root = _parsed(_text(path), path).options["name_assets"]
    return "zh" if root == ROOTS["zh"]["Assets"] else "en"


def main_unlike(path: Path, told: Collection[str]) -> UsageError | None:
    """Return where the main file of a published ledger is not as we write it; its includes of `told` are left aside."""
    try:
        text = _text(path)
        names = [str(name) for name in _parsed(text, path).options["include"]]
        accounts = next((name for name in names if HASHED.fullmatch(name) and name.startswith("accounts.")), "")
        if not accounts:
            return UsageError("ledger-foreign", path=path, line=1, found=text.partition("\n")[0])
        chart, _ = _policy(path.parent / accounts)
        aside = {f'include "{name}"' for name in told}
        _compare(path, text, main_text(chart, chart.language, (name for name in names if name not in told)), aside)
    except UsageError as error:
        return error
    return None


def _line(text: str, include: str) -> int:
    return text.count("\n", 0, max(text.find(f'"{include}"'), 0)) + 1


def _policy(path: Path) -> tuple[Chart, History]:
    """Return the chart of a ledger and its history, which follow one another in a file."""
    text = _text(path)
    in_force, heading, past = text.partition(HEADING)
    chart = read_chart(in_force, str(path))
    roots, before = root_options(chart.language), (in_force + heading).count("\n")
    try:
        # Behind as many lines as stand before it, so that what is wrong is found on its line.
        history = read_history(_parsed(roots + "\n" * (before - roots.count("\n")) + past, path).entries)
        ours = write_accounts(chart, chart.language) + write_history(history, chart, chart.language)
    except (ValueError, LookupError, TypeError, AttributeError, FormatError) as error:
        raise UsageError("ledger-foreign", path=path, line=before + 1, found=past.partition("\n")[0]) from error
    _compare(path, text, ours)
    return chart, history


def _with_quotas(path: Path, chart: Chart) -> Chart:
    """Return a chart with the quota lines of a file."""
    text = _text(path)
    try:
        chart = with_quotas(chart, read_quotas(_parsed(text, path).entries))
        ours = "".join(write_quotas(chart, chart.language))
    except (ValueError, LookupError, TypeError, AttributeError, FormatError, StopIteration) as error:
        raise UsageError("ledger-foreign", path=path, line=1, found=text.partition("\n")[0]) from error
    _compare(path, text, ours)
    return chart


def _entries_of(path: Path, chart: Chart) -> list[Entered]:
    """Return the entries of registers in a file, in its order."""
    return _read_whole(path, read_entries, lambda found: write_entries(found, chart.language))


def _batches_of(path: Path, chart: Chart) -> list[Batch]:
    """Return the imports in a file, in its order."""
    write = partial(batches.write_batches, language=chart.language, currency=chart.currency)
    return _read_whole(path, batches.read_batches, write)


def _applications_of(path: Path, chart: Chart) -> list[Asked]:
    """Return the applications in a file, in its order."""
    write = partial(applications.write_applications, language=chart.language, currency=chart.currency)
    return _read_whole(path, applications.read_applications, write)


def _periods_of(path: Path, chart: Chart) -> list[PeriodAct]:
    """Return the closings of months in a file, in its order."""
    return _read_whole(path, periods.read_periods, lambda found: periods.write_periods(found, chart.language))


def _words_of(path: Path, language: Language) -> Words:
    """Return what a file says of words and cells."""
    (found,) = _read_whole(path, lambda of: [read_words(of)], lambda found: write_words(found[0], language))
    return found


def _read_whole(
    path: Path, reads: Callable[[Sequence[Directive]], Iterable[Made]], writes: Callable[[list[Made]], Iterable[str]]
) -> list[Made]:
    """Return what a file says, which must be as we write it."""
    text = _text(path)
    try:
        found = list(reads(_parsed(text, path).entries))
        ours = "".join(writes(found))
    except (ValueError, LookupError, TypeError, AttributeError, FormatError) as error:
        raise UsageError("ledger-foreign", path=path, line=1, found=text.partition("\n")[0]) from error
    _compare(path, text, ours)
    return found


def _vouchers(path: Path, chart: Chart) -> list[Voucher]:
    """Return the vouchers of a journal, in its order."""
    text = _text(path)
    codes = {one.written(chart.language, chart): one.code for one in chart.accounts.values()}
    journal = Journal(chart, chart.language, UNRESOLVED)
    vouchers: list[Voucher] = []
    written = [journal.opening()]
    for entry in sorted(_parsed(text, path).entries, key=lambda entry: int(entry.meta["lineno"])):
        try:
            vouchers.append(_voucher(entry, codes))
            written.append(journal.text([*rows_of(vouchers[-1])]))
        except (ValueError, LookupError, TypeError, AttributeError, FormatError) as error:
            line = int(entry.meta["lineno"])
            raise UsageError("ledger-foreign", path=path, line=line, found=text.split("\n")[line - 1]) from error
    _compare(path, text, "".join(written))
    return vouchers


def _voucher(entry: Directive, codes: dict[str, str]) -> Voucher:
    """Return the voucher of a transaction; raises whatever arises where it is none of ours."""
    if not isinstance(entry, Transaction):
        raise TypeError(entry)
    meta = entry.meta
    number = NUMBER.fullmatch(meta["voucher"])
    (kind,) = entry.tags
    if number is None:
        raise ValueError(meta["voucher"])
    return Voucher(
        fund=number[1],
        year=int(number[2]),
        number=int(number[3]),
        date=entry.date.isoformat(),
        kind=kind,
        payee=entry.payee or "",
        narration=entry.narration or "",
        **{name: meta.get(key, "") for name, key in TEXTS.items()},
        occurrence=int(meta.get("occurrence", 1)),
        source=(meta["source"], meta.get("sheet", "")) if "source" in meta else None,
        row=int(meta["row"]) if "row" in meta else None,
        chart=int(meta["chart"]),
        fund_basis=int(meta["fund-basis"]) if "fund-basis" in meta else None,
        entries=tuple(_entries([_leg(posting, codes, red="red" in meta) for posting in entry.postings])),
    )


class Leg(NamedTuple):
    """One side of an entry, or of several; `amount` in minor units, debits positive unless red."""

    unit: str
    code: str
    amount: int
    red: bool

    @property
    def debit(self) -> bool:
        """Whether it is a debit."""
        return (self.amount > 0) != self.red


def _leg(posting: Posting, codes: dict[str, str], *, red: bool) -> Leg:
    units: Any = posting.units
    amount = int(units.number * 10**money.SCALE)
    return Leg(units.currency, codes[posting.account], amount, red or "red" in (posting.meta or {}))


def _entries(legs: list[Leg]) -> Iterator[Entry]:
    """Yield the entries of a voucher's postings: pairs of debit and credit, or in each unit one side shared by all."""
    pairs = list(zip(legs[::2], legs[1::2], strict=False))
    if len(legs) % 2 == 0 and all(
        debit.debit and credit == Leg(debit.unit, credit.code, -debit.amount, debit.red) for debit, credit in pairs
    ):
        for debit, credit in pairs:
            yield Entry(debit.unit, debit.code, credit.code, abs(debit.amount), debit.red)
        return
    for unit, group in groupby(legs, lambda leg: leg.unit):
        of_unit = list(group)
        debits = [leg for leg in of_unit if leg.debit]
        credits_ = [leg for leg in of_unit if not leg.debit]
        if len(debits) == 1:
            (shared,) = debits
            yield from (Entry(unit, shared.code, leg.code, abs(leg.amount), leg.red) for leg in credits_)
        else:
            (shared,) = credits_
            yield from (Entry(unit, leg.code, shared.code, abs(leg.amount), leg.red) for leg in debits)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError as error:
        raise UsageError("ledger-missing", path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("ledger-unreadable", path=path, why=error) from error


def _parsed(text: str, path: Path) -> Parsed:
    parsed = parse_text(text, str(path))
    for problem in parsed.errors:
        raise UsageError("ledger-foreign", path=path, line=problem.line, found=problem.message)
    return parsed


def _compare(path: Path, text: str, ours: str, aside: Collection[str] = ()) -> None:
    """Refuse a text at the first line that is not as we write it; lines that are left `aside` count as not there."""
    if text == ours:
        return
    lines = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line not in aside]
    for place, written in zip_longest(lines, ours.split("\n")):
        line, found = place or (lines[-1][0], None)
        if found != written:
            raise UsageError("ledger-foreign", path=path, line=line, found=found or "–")
