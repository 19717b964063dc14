"""Whether a published ledger still is what was published, as far as it can tell by itself.

A journal's name holds the beginning of its hash, `published.json` names every journal, and vouchers are numbered
without gaps: who changes, drops or adds text must change all of them alike. Somebody who knows that can do it; against
them only what left the house can testify, such as a copy or a hash that was given away.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fundtrack.beantext.directives import Custom, Transaction
from fundtrack.errors import UsageError
from fundtrack.ledger.approvals import contradictions
from fundtrack.ledger.belonging import strangers, views_of
from fundtrack.ledger.files import CHART, HASHED, is_as_viewed, is_whole
from fundtrack.ledger.manifest import FILE
from fundtrack.ledger.periods import Closings, read_periods
from fundtrack.ledger.resting import Objection, rested
from fundtrack.ledger.rows import NUMBER, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fundtrack.beantext.directives import Directive


ALTERATIONS: Final = frozenset({
    "published-altered", "published-unlisted", "published-left-out", "published-unnumbered",
    "published-number-of-another", "published-number-twice", "published-number-missing", "published-after-closing",
    "published-fund-without-basis", "published-alias-unconfirmed",
    "published-view-altered", "published-chart-altered", "published-stranger",
    "published-application-number", "published-application-unlike", "published-approval-unasked",
})  # fmt: skip
"""The keys of all that can be found here."""

LEADS: Final = frozenset({"published-stranger", "published-view-altered", "published-chart-altered"})
"""Those of them that are about what lies beside a ledger, and alter nothing of it."""

SHOWN: Final = 10
"""How many of the files that do not belong are named."""


def objections(files: Iterable[str], entries: Iterable[Directive]) -> Iterator[Objection]:
    """Yield what shows that a ledger was changed since fundtrack published it; nothing for any other ledger.

    `files` are those that a ledger consists of, `entries` its directives; what was published stands folder by folder.
    """
    folders: defaultdict[Path, set[str]] = defaultdict(set)
    for path in map(Path, files):
        if HASHED.fullmatch(path.name):
            folders[path.parent].add(path.name)
    ours = [entry for entry in entries if isinstance(entry, Transaction | Custom)] if folders else []
    for folder, names in sorted(folders.items()):
        yield from files_objections(folder, names)
        yield from _beside(folder)
        own = [one for one in ours if Path(str(one.meta["filename"])).parent == folder]
        vouchers = [one for one in own if isinstance(one, Transaction)]
        yield from _numbers(vouchers)
        told = [one for one in own if isinstance(one, Custom)]
        yield from rested(vouchers, told)
        yield from _after_closing(vouchers, [one for one in told if one.type == "period"])
        for key, one, details in contradictions([one for one in told if one.type == "application"], vouchers):
            yield Objection(key, str(one.meta["filename"]), int(one.meta["lineno"]), details)


def files_objections(folder: Path, names: set[str]) -> Iterator[Objection]:
    """Yield files that do not hold what their names say, and months that were published and are in none of them."""
    for name in sorted(names):
        if not is_whole(folder / name):
            yield Objection("published-altered", str(folder / name), 0, {"file": name})
    manifest = folder / FILE
    published = _named(manifest)
    if not published:
        yield Objection("published-unlisted", str(manifest), 0, {"file": FILE})
    # By what they are of: who is stopped while publishing leaves the list of the publication before.
    there = {name.partition(".")[0] for name in names}
    for name in sorted(published):
        if name.partition(".")[0] not in there:
            yield Objection("published-left-out", str(manifest), 0, {"file": name})


def _beside(folder: Path) -> Iterator[Objection]:
    """Yield the views, and the chart, that are not as they were published, and the files that belong to none."""
    for name, digest in sorted(views_of(folder).items()):
        if not is_as_viewed(folder / name, digest):
            key = "published-chart-altered" if name == CHART else "published-view-altered"
            yield Objection(key, str(folder / name), 0, {"file": name})
    if left := [*strangers(folder)]:
        files = ", ".join([*left[:SHOWN], *(["…"] if len(left) > SHOWN else [])])
        yield Objection("published-stranger", str(folder), 0, {"count": len(left), "files": files})


def altered(folder: Path) -> Iterator[str]:
    """Yield the names of the files last published in a folder that are gone, or no longer hold what they held."""
    return (name for name in sorted(_named(folder / FILE)) if not is_whole(folder / name))


def _named(manifest: Path) -> set[str]:
    """Return the files of the last publication by the manifest beside a ledger; none where it cannot be read."""
    try:
        return set(json.loads(manifest.read_text("utf-8"))["publications"][0])
    except (OSError, ValueError, LookupError, TypeError):
        return set()


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
