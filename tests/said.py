"""What is said of an example, as its page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.checking import Finding
    from fundtrack.errors import Language


def said_of(findings: Iterable[Finding], language: Language = "en") -> list[str]:
    """Return what findings say, a line each in the order of the ledger: check, fund, use, amount, what is compared."""
    lines = []
    for one in sorted(findings, key=lambda one: (one.subject.line, one.check, one.messages["en"])):
        compared = {"actual": one.actual, "expected": one.expected, "difference": one.difference}
        shown = ", ".join(f"{name} {value}" for name, value in compared.items() if value)
        amount = "" if one.amount is None else money.plain(one.amount, one.scale)
        head = " ".join(word for word in (one.check, one.fund, one.use, amount) if word)
        lines.append(f"{head}: {one.messages[language]}{f' ({shown})' if shown else ''}")
    return lines


def shown(before: str, said: str, options: str = "") -> str:
    """Return how a page shows what is said below a ledger, or below what is said in another language."""
    return f"\n{before}```\n\n```text{options}\n{said}```\n"
