"""A finding is the same from one run to the next, and its measure grows with what is paid on."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest

import roads
from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking import checks, run
from fundtrack.checking.foreign import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.checking import Check, Finding
    from roads import Example

CHECKS: Final = checks()
EXAMPLES: Final = roads.examples()
MARKED: Final = re.compile(r"^(\d{4}-\d\d-\d\d) [*!] .*; finding: ([a-z0-9-]+).*\n(?:[ \t]+\S.*\n)*", re.MULTILINE)
OWN: Final = re.compile(r"^  (voucher|link|bank-ref|occurrence): .*\n", re.MULTILINE)
NUMBER: Final = re.compile(r'^  voucher: "(.*)"$', re.MULTILINE)
EVIDENCE: Final = re.compile(r'^\d{4}-\d\d-\d\d custom "register" "evidence".*\n(?:[ \t]+\S.*\n)*', re.MULTILINE)
AGAIN: Final = "F99-2099-000001"
"""A number that no example has."""

PLACED: Final = {"voucher", "entry"}

NO_PAYMENT_MORE: Final = {
    "allotted-beyond-document": "what was allotted, by documents",
    "evidence-contradicts": "what the entries of one file say",
    "import-total-differs": "an import, which is over",
    "loan-open-at-year-end": "a year that is over",
    "month-end-differs": "a month that is over",
    "own-money-below-share": "what the household had to pay itself",
    "own-money-over-cap": "what the household had to pay itself",
    "parts-differ-from-whole": "documents",
    "received-beyond-document": "what was received, by documents",
    "account-off-the-books": "lines of a bank",
    "bank-amount-differs": "one movement at a bank",
    "split-contracts": "contracts",
    "overdrawn": "a day of an account",
    "over-allotment": "a day of a line of quota",
    "over-commitment": "a day of a line of quota",
    "year-end-rush": "a share",
}
"""Pages whose measure another payment does not change, each with what it measures."""

GROWS: Final = sorted(
    name for name, check in CHECKS.items()
    if check.measure and not PLACED & {*check.key} and name not in NO_PAYMENT_MORE
)  # fmt: skip


def found(text: str, check: Check) -> list[Finding]:
    """Return what a check finds in a ledger."""
    ledger = booked(parse_text(text, "example.beancount"))
    with foreign(ledger.entries, ledger.options) as loaded:
        return run(loaded.connection, [check], loaded.lens)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_no_two_findings_are_taken_for_one(example: Example) -> None:
    """Two findings of a check have two fingerprints: what decides about one says nothing of the other."""
    findings = found(example.text, CHECKS[example.page])
    assert len({one.fingerprint for one in findings}) == len(findings)


def paid_again(text: str, name: str) -> Iterator[str]:
    """Yield the ledger with each voucher at which a check finds something once more, a day later, its evidence too."""
    for voucher in MARKED.finditer(text):
        if voucher[2] == name:
            line, _, rest = voucher[0].partition("\n")
            day = date.fromisoformat(voucher[1]) + timedelta(days=1)
            number = NUMBER.search(rest)
            said = number[0].replace(number[1], AGAIN) + "\n" if number else ""
            papers = [paper[0] for paper in EVIDENCE.finditer(text) if number and f'"{number[1]}"' in paper[0]]
            proofs = "\n".join(papers).replace(f'"{number[1]}"', f'"{AGAIN}"') if number else ""
            yield f"{text}\n{day}{line.partition(';')[0][10:].rstrip()}\n{said}{OWN.sub('', rest)}\n{proofs}"


@pytest.mark.parametrize("name", GROWS)
def test_a_measure_grows_with_what_is_paid_on(name: str) -> None:
    """What was dismissed while it was small stands open again when it is not."""
    check, grew = CHECKS[name], 0
    for example in EXAMPLES:
        if example.page != name:
            continue
        before = {one.fingerprint: one.measure for one in found(example.text, check)}
        for text in paid_again(example.text, name):
            after = {one.fingerprint: one.measure for one in found(text, check)}
            grew += any(after.get(same, 0) > measure for same, measure in before.items())
    assert grew


def test_a_payment_dated_back_makes_no_other_finding() -> None:
    """It moves the finding to another voucher, and what was decided about it holds."""
    text = next(one.text for one in EXAMPLES if one.page == "over-contract" and one.expected)
    before = {one.fingerprint: one.voucher for one in found(text, CHECKS["over-contract"])}
    earlier = """
2014-12-31 * "茂恒公司" "Dated back" #disbursement
  contract: "HT-2015-01"
  Expenses:F01-Relocation:0601-Housing   5000.00 CNY
  Assets:F01-Relocation:1001-Treasury   -5000.00 CNY
"""
    after = {one.fingerprint: one.voucher for one in found(text + earlier, CHECKS["over-contract"])}
    assert after.keys() == before.keys()
    assert after != before


def test_an_entry_is_known_by_its_key() -> None:
    """One more entry before it, or another counterparty, and it is still the same line of the bank."""
    name = "bank-line-without-voucher"
    text = next(one.text for one in EXAMPLES if one.page == name and one.expected)
    before = {one.fingerprint for one in found(text, CHECKS[name])}
    first = 'custom "register" "bank_line"'
    bare = re.sub(r"  counterparty: .*\n", "", text)
    corrected = re.sub(f"^(.* {first}.*)$", r'\1\n  counterparty: "某某公司"', bare, flags=re.MULTILINE)
    one_more = f'2012-01-01 {first}\n  bank: "45001"\n  date: 2012-01-02\n  line: 1\n  amount: 0.01 CNY\n'
    after = {one.fingerprint for one in found(one_more + corrected, CHECKS[name])}
    assert before <= after
