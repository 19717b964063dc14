"""Differences between two books as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.checking.finding import Finding
from fundtrack.checking.lens import Subject
from fundtrack.checking.recorded import NAME as RECORD
from fundtrack.checking.side import Voucher
from fundtrack.errors import LANGUAGES, message, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fundtrack.checking.side import Account, Side
    from fundtrack.errors import Language

NAMES: Final = ("only-here", "only-there", "differs", "balance-differs", RECORD)

SHOWN: Final = 4
"""Differences of one voucher that are told one by one."""


def lone(name: str, side: Side, other: Side, vouchers: Iterable[Voucher]) -> Iterator[Finding]:
    """Yield the vouchers that only one side has."""
    here, there = (side, other) if name == "only-here" else (other, side)
    for voucher in vouchers:
        unit, amount = _moved(voucher)
        said: dict[Language, dict[str, object]] = {
            language: {
                "voucher": voucher.number or message("compared-unnumbered", language),
                "date": voucher.date,
                "amount": f"{money.grouped(amount, side.scale(unit))} {unit}".rstrip(),
                "here": here.title,
                "there": there.title,
            }
            for language in LANGUAGES
        }
        yield _finding(name, said, side, voucher, unit, amount)


def differing(here: Side, there: Side, pairs: Iterable[tuple[Voucher, Voucher]]) -> Iterator[Finding]:
    """Yield the pairs that are one voucher by their number and not by what they say."""
    for one, other in pairs:
        told = {language: _told(here, there, one, other, language) for language in LANGUAGES}
        said: dict[Language, dict[str, object]] = {
            language: {
                "voucher": one.number,
                "here": here.title,
                "there": there.title,
                "what": _listed(told[language], language),
            }
            for language in LANGUAGES
        }
        unit, amount = _moved(one)
        unit = unit or _moved(other)[0]
        sums = {"actual": _sum(one, unit), "expected": _sum(other, unit)}
        place = str(there.lens.subject(other.voucher, ""))
        yield _finding("differs", said, here, one, unit, amount, sums, place)


def _told(here: Side, there: Side, one: Voucher, other: Voucher, language: Language) -> list[str]:
    """Return in words everything in which two vouchers differ."""
    texts = [("date", one.date, other.date), ("number", one.number, other.number)]
    texts += list(zip(here.fields, one.said, other.said, strict=True))
    told = [f"{message(f'compared-{name}', language)} {a or '–'} ≠ {b or '–'}" for name, a, b in texts if a != b]
    for account, (a, b) in sorted(_beside(one, other).items()):
        side = here if a else there
        amounts = " ≠ ".join(money.grouped(amount, here.scale(account[2])) for amount in (a, b))
        told.append(f"{_named(side, account, language)} {amounts} {account[2]}")
    return told


def _beside(one: Voucher, other: Voucher) -> Mapping[Account, tuple[int, int]]:
    """Return what each moves on the accounts on which they do not move the same."""
    a, b = dict(one.legs), dict(other.legs)
    return {account: (a.get(account, 0), b.get(account, 0)) for account in {*a, *b} if a.get(account) != b.get(account)}


def _listed(told: list[str], language: Language) -> str:
    more = [message("compared-more", language, count=len(told) - SHOWN)] if len(told) > SHOWN else []
    return ("; " if language == "en" else "；").join([*told[:SHOWN], *more])


def _named(side: Side, account: Account, language: Language) -> str:
    """Return an account by its name, and its fund where its name does not say it."""
    path, fund, _ = account
    name = side.lens.named(language, "account", path)
    return name if not fund or fund in path else f"{name} [{fund}]"


def balances(here: Side, there: Side) -> Iterator[Finding]:
    """Yield the accounts of a fund that do not end at the same balance."""
    for account in sorted({*here.balances, *there.balances}):
        sums = {"actual": here.balances.get(account, 0), "expected": there.balances.get(account, 0)}
        if sums["actual"] == sums["expected"]:
            continue
        unit = account[2]
        difference = sums["actual"] - sums["expected"]
        side = here if account in here.balances else there
        amounts = {name: money.grouped(amount, here.scale(unit)) for name, amount in sums.items()}
        amounts["difference"] = money.grouped(difference, here.scale(unit))
        said: dict[Language, dict[str, object]] = {
            language: {
                **amounts, "account": _named(side, account, language), "unit": unit, "here": here.title,
                "there": there.title,
            }
            for language in LANGUAGES
        }  # fmt: skip
        yield _finding("balance-differs", said, here, account, unit, difference, sums)


def _moved(voucher: Voucher) -> tuple[str, int]:
    """Return the unit and the sum of the debits of a voucher; of several units the first."""
    unit = min((unit for (_, _, unit), _ in voucher.legs), default="")
    return unit, _sum(voucher, unit)


def _sum(voucher: Voucher, unit: str) -> int:
    return sum(amount for (_, _, of), amount in voucher.legs if of == unit and amount > 0)


def _compared(sums: Mapping[str, int], scale: int) -> dict[str, str]:
    """Return two sums and their difference as a finding has them."""
    numbers = {**sums, "difference": sums["actual"] - sums["expected"]}
    return {name: money.plain(number, scale) for name, number in numbers.items()}


def _finding(
    name: str,
    said: Mapping[Language, Mapping[str, object]],
    side: Side,
    about: Voucher | Account,
    unit: str,
    amount: int,
    sums: Mapping[str, int] | None = None,
    evidence: str = "",
) -> Finding:
    """Return a difference, of a voucher or of an account's balance."""
    compared = _compared(sums, side.scale(unit)) if sums else {}
    lone = about if isinstance(about, Voucher) else None
    return Finding(
        check=name,
        severity="error",
        subject=side.lens.subject(lone.voucher, "") if lone else Subject(content=side.title),
        voucher=lone.voucher if lone else 0,
        date=lone.date if lone else "",
        fund=lone.fund if lone else str(about[1]),
        use="",
        unit=unit,
        amount=amount,
        key=() if lone else tuple(about),
        group="",
        measure=0,
        messages={language: message(name, language, **details) for language, details in said.items()},
        remedies={language: messages()[name][f"remedy-{language}"] for language in LANGUAGES},
        basis=(),
        scale=side.scale(unit),
        actual=compared.get("actual", ""),
        expected=compared.get("expected", ""),
        difference=compared.get("difference", ""),
        evidence=evidence,
    )
