"""Whether a published ledger still is what was published, as far as it can tell by itself.

A journal's name holds the beginning of its hash, `published.json` names every journal, the main file includes those and
says nothing else, and vouchers are numbered without gaps: who changes, drops or adds text must change all of them
alike. Somebody who knows that can do it; against them only what left the house can testify, such as a copy or a hash
that was given away.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fundtrack.beantext.directives import Custom, Transaction
from fundtrack.errors import UsageError
from fundtrack.ledger.approvals import contradictions
from fundtrack.ledger.belonging import last_of, strangers, views_of
from fundtrack.ledger.files import CHART, HASHED, is_as_viewed, is_whole
from fundtrack.ledger.main import FAVA, MAIN
from fundtrack.ledger.manifest import FILE
from fundtrack.ledger.periods import Closings, read_periods
from fundtrack.ledger.read import files_of, main_unlike
from fundtrack.ledger.resting import Objection, rested
from fundtrack.ledger.rows import NUMBER, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fundtrack.beantext.directives import Directive


ALTERATIONS: Final = frozenset({
    "published-altered", "published-unlisted", "published-left-out", "published-included", "published-main-altered",
    "published-unnumbered",
    "published-number-of-another", "published-number-twice", "published-number-missing", "published-after-closing",
    "published-fund-without-basis", "published-alias-unconfirmed",
    "published-view-altered", "published-chart-altered", "published-stranger",
    "published-application-number", "published-application-unlike", "published-approval-unasked",
})  # fmt: skip
"""The keys of all that can be found here."""

LEADS: Final = frozenset({"published-stranger", "published-view-altered", "published-chart-altered"})
"""Those of them that are about what lies beside a ledger, and alter nothing of it unless it is read."""

SHOWN: Final = 10
"""How many of the files that do not belong are named."""


def objections(files: Iterable[str], entries: Iterable[Directive]) -> Iterator[Objection]:
    """Yield what shows that a ledger was changed since fundtrack published it; nothing for any other ledger.

    `files` are those that a ledger consists of, `entries` its directives; what was published stands folder by folder.
    """
    read = sorted(map(Path, files))
    folders = sorted({path.parent for path in read if HASHED.fullmatch(path.name) or (path.parent / FILE).is_file()})
    ours = [entry for entry in entries if isinstance(entry, Transaction | Custom)] if folders else []
    of_folder = cache(lambda file: Path(file).parent.resolve())
    for folder in folders:
        names = {path.relative_to(folder).as_posix() for path in read if path.is_relative_to(folder)}
        yield from files_objections(folder, names)
        yield from _beside(folder, names)
        own = [one for one in ours if of_folder(str(one.meta["filename"])) == folder]
        vouchers = [one for one in own if isinstance(one, Transaction)]
        yield from _numbers(vouchers)
        told = [one for one in own if isinstance(one, Custom)]
        yield from rested(vouchers, told)
        yield from _after_closing(vouchers, [one for one in told if one.type == "period"])
        for key, one, details in contradictions([one for one in told if one.type == "application"], vouchers):
            yield Objection(key, str(one.meta["filename"]), int(one.meta["lineno"]), details)


def altered_since(main: Path) -> Iterator[Objection]:
    """Yield what of the files of a published ledger, of which the main one is named, is not as it was published."""
    return files_objections(main.parent, {main.name, *files_of(main)})


def files_objections(folder: Path, names: set[str]) -> Iterator[Objection]:
    """Yield what differs between the files of a folder that are read, by their names in it, and its last publication.

    Those that do not hold what their names say, those that were published and are not read, and those that are read
    and were not published; and what the main file says beside them.
    """
    for name in sorted(name for name in names if HASHED.fullmatch(name)):
        if not is_whole(folder / name):
            yield Objection("published-altered", str(folder / name), 0, {"file": name})
    manifest = folder / FILE
    published = _published(folder, names)
    if not published:
        yield Objection("published-unlisted", str(manifest), 0, {"file": FILE})
    for name in sorted(published - names):
        yield Objection("published-left-out", str(manifest), 0, {"file": name})
    others = sorted(names - published - {MAIN, FAVA, *views_of(folder)}) if published else []
    for name in others:
        yield Objection("published-included", str(folder / name), 0, {"file": name})
    if MAIN in names and (unlike := main_unlike(folder / MAIN, others)):
        path, line, found = (unlike.details.get(key) for key in ("path", "line", "found"))
        said = {"file": Path(str(path)).name, "found": found}
        yield Objection("published-main-altered", str(path), int(str(line or 0)), said)


def _published(folder: Path, names: set[str]) -> set[str]:
    """Return the files of the last publication; of one that was stopped behind its main file, those of that one."""
    candidates = [*last_of(folder)]
    included = {name for name in names if HASHED.fullmatch(name)}
    return included if included in candidates else next(iter(candidates), set())


def _beside(folder: Path, names: set[str]) -> Iterator[Objection]:
    """Yield the views, and the chart, that are not as they were published, and what belongs to none and is not read."""
    for name, digest in sorted(views_of(folder).items()):
        if not is_as_viewed(folder / name, digest):
            key = "published-chart-altered" if name == CHART else "published-view-altered"
            yield Objection(key, str(folder / name), 0, {"file": name})
    if left := [name for name in strangers(folder) if name not in names]:
        files = ", ".join([*left[:SHOWN], *(["…"] if len(left) > SHOWN else [])])
        yield Objection("published-stranger", str(folder), 0, {"count": len(left), "files": files})


def _numbers(vouchers: Iterable[Transaction]) -> Iterator[Objection]:
    """Yield vouchers whose number is not theirs, is another's too, or follows none."""
    places: defaultdict[tuple[str, int], dict[int, tuple[str, int]]] = defaultdict(dict)
    for voucher in vouchers:
        path, line = str(voucher.meta["filename"]), int(voucher.meta["lineno"])
        found = NUMBER.fullmatch(str(voucher.meta.get("voucher", "")))
        if found is None:
            yield Objection("published-unnumbered", path, line, {})
            continue
        fund, year, number = found[1], int(found[2]), int(found[3])
        funds = {posting.account.split(":")[1].partition("-")[0] for posting in voucher.postings}
        if funds != {fund} or voucher.date.year != year:
            yield Objection("published-number-of-another", path, line, {"voucher": found[0]})
        if number in places[fund, year]:
            yield Objection("published-number-twice", path, line, {"voucher": found[0]})
        places[fund, year][number] = path, line
    for (fund, year), taken in sorted(places.items()):
        for number in sorted(taken):
            if number > 1 and number - 1 not in taken:
                missing = voucher_number(fund, year, number - 1)
                yield Objection("published-number-missing", *taken[number], {"missing": missing})


def _after_closing(vouchers: Iterable[Transaction], closings: Sequence[Custom]) -> Iterator[Objection]:
    """Yield vouchers recorded in a month that was closed by then; of closings that nobody can read their file tells."""
    try:
        acts = Closings([*read_periods(closings)])
    except (ValueError, LookupError, TypeError, AttributeError, UsageError):
        return
    for voucher in vouchers if closings else ():
        recorded = str(voucher.meta.get("recorded-at", ""))
        if act := acts.shut(voucher.date.isoformat(), recorded):
            said = {"voucher": str(voucher.meta.get("voucher", "")), "date": voucher.date, "recorded": recorded,
                    "until": act.date}  # fmt: skip
            yield Objection("published-after-closing", str(voucher.meta["filename"]), int(voucher.meta["lineno"]), said)
