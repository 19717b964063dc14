"""Attacks on what an application rests on: released beside it, paid beyond it, or freed under it; see `attacks.py`."""

from __future__ import annotations

from typing import Any, Final

from attacks import ADD_ACCOUNT, NEW, alike, entry, row, voucher
from quota_attacks import APPLIED, BOUND, quota

RESERVING: Final = (
    ADD_ACCOUNT.replace("F05", "F06").format("2001", "Liabilities", "payable", 0),
    *BOUND,
    entry("F06", 90, debit="0606", credit="2001", voucher=33),
    quota("2903:Q00002", "2904:Q00002", 90, voucher=33, line=2),
    voucher("F06", id=33, number=4, kind="application", contract="A", payee="x", entries=2),
    entry("F06", 60, debit="2001", voucher=34),
    quota("2904:Q00002", "2905:Q00002", 60, voucher=34, line=2),
    voucher("F06", id=34, number=5, contract="A", payee="x", cites=33, entries=2),
    quota("2902:Q00002", "2904:Q00002", 500, voucher=35),
    voucher("F06", id=35, number=6, kind="application", payee="y"),
)
"""The statements that reserve 90 under a contract and pay 60 of it, and reserve 500 more of the line."""


def freed(amount: int = 30, owed: int = 0, to: str = "2903", **said: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the statements that release what is not paid under the contract."""
    about: dict[str, Any] = {"id": NEW, "number": 7, "kind": "application", "contract": "A", "payee": "x", "cites": 33}
    about |= {"entries": 2} | said
    return (
        entry("F06", owed or amount, debit="0606", credit="2001", red=1, voucher=about["id"]),
        entry("F06", amount, unit="CNY.Q", debit=f"{to}:Q00002", credit="2904:Q00002", red=1, line=2,
              voucher=about["id"]),
        voucher("F06", **about),
    )  # fmt: skip


def paid(amount: int, at: int, number: int, **said: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the statements that pay under the contract; red, what comes back."""
    about: dict[str, Any] = {"contract": "A", "payee": "x", "entries": 2} | said
    red = about.pop("red", 0)
    return (
        entry("F06", amount, debit="2001", red=red, voucher=at),
        entry("F06", amount, unit="CNY.Q", debit="2904:Q00002", credit="2905:Q00002", red=red, line=2, voucher=at),
        voucher("F06", id=at, number=number, **about),
    )  # fmt: skip


RETURNED: Final = paid(60, 36, 7, red=1, kind="returned-payment", cites=34)
"""The statements by which the bank gives back within the year what was paid."""


def taken_back(number: int, at: int = 40) -> tuple[str, ...]:
    """Return the statements that take that back, naming nothing but what they take back."""
    return paid(60, at, number, kind="returned-payment", reverses=36)


RELEASED: Final = (
    (*RESERVING, *freed()),
    (*RESERVING, *RETURNED, *taken_back(8), *freed(number=9)),
    (*RESERVING, *RETURNED, *paid(60, 37, 8, cites=36), *freed(number=9)),
    (*BOUND, row("application", **APPLIED | {"contract": "A", "payee": "x", "amount": 450}),
     entry("F06", 50, unit="CNY.Q", debit="2902:Q00002", credit="2903:Q00002", red=1),
     voucher("F06", number=4, kind="commitment", contract="A", payee="x")),
)  # fmt: skip
"""Statements that release all that is not paid under the contract, or free all that is not asked for: sound ones."""

ASKED: Final = (*BOUND, row("application", **APPLIED | {"contract": "A", "payee": "x", "amount": 450}))
"""The statements that bind 500 to a contract, and ask for 450 of it."""

FREED: Final = tuple(
    alike(what, "voucher_frees_what_is_not_asked_for", *ASKED, *statements)
    for what, statements in {
        "bound, applied for, and taken back": (
            entry("F06", 500, unit="CNY.Q", debit="2902:Q00002", credit="2903:Q00002", red=1),
            voucher("F06", number=4, kind="commitment", contract="A", payee="x", reverses=31)),
        "freed in red of what is applied for": (
            entry("F06", 51, unit="CNY.Q", debit="2902:Q00002", credit="2903:Q00002", red=1),
            voucher("F06", number=4, kind="commitment", contract="A", payee="x")),
        "freed of what is applied for": (
            quota("2903:Q00002", "2902:Q00002", 51),
            voucher("F06", number=4, kind="commitment", contract="A", payee="x")),
    }.items()
)  # fmt: skip

RELEASES: Final = FREED + tuple(
    alike(what, "voucher_within_its_application", *RESERVING, *statements) for what, statements in {
        "released of nothing": freed(cites=None),
        "released of a payment": freed(cites=34),
        "released of another application": freed(cites=35),
        "released more than is not paid": freed(31),
        "released before it was approved": freed(date="2015-02-28", day=735657),
        "released, and still owed": (
            quota("2904:Q00002", "2903:Q00002", 30),
            voucher("F06", number=7, kind="application", contract="A", payee="x", cites=33)),
        "released of quota, and less of what is owed": freed(30, 20),
        "released to what is available": freed(to="2902"),
        "released in black": (
            quota("2904:Q00002", "2902:Q00002", 30),
            voucher("F06", number=7, kind="application", payee="y", cites=35)),
        "released under another contract": freed(contract="B"),
        "applied for once more of an application": (
            quota("2902:Q00002", "2904:Q00002", 1),
            voucher("F06", number=7, kind="application", payee="y", cites=35)),
        "paid of what was released": (
            *freed(id=36), entry("F06", 1, debit="2001"), quota("2904:Q00002", "2905:Q00002", 1, line=2),
            voucher("F06", number=8, contract="A", payee="x", cites=33, entries=2)),
        "paid more than its application reserved": (
            entry("F06", 31, debit="2001"), quota("2904:Q00002", "2905:Q00002", 31, line=2),
            voucher("F06", number=7, contract="A", payee="x", cites=33, entries=2)),
        "returned, released, and the return taken back": (*RETURNED, *freed(90, id=37, number=8), *taken_back(9)),
        "returned, paid again, and the return taken back": (*RETURNED, *paid(31, 37, 8, cites=33), *taken_back(9)),
        "returned and taken back, and released": (*RETURNED, *taken_back(8), *freed(31, id=41, number=9)),
        "paid again of the application and of what came back": (
            *RETURNED, *paid(90, 37, 8, cites=33), *paid(1, 38, 9, cites=36)),
        "paid again of what came back, and released": (*RETURNED, *paid(60, 37, 8, cites=36), *freed(31, number=9)),
        "paid of what was released, by the release": (*freed(id=36), *paid(1, 37, 8, cites=36)),
        "taken back while it is paid": (
            entry("F06", 90, debit="0606", credit="2001", red=1),
            entry("F06", 90, unit="CNY.Q", debit="2903:Q00002", credit="2904:Q00002", red=1, line=2),
            voucher("F06", number=7, kind="application", contract="A", payee="x", reverses=33, entries=2)),
        "paid and taken back while its return stands": (
            *RETURNED, *paid(60, 41, 8, cites=35, contract="", payee="y"), *paid(60, 37, 9, red=1, reverses=34),
            *paid(91, 38, 10, cites=33)),
        "paid, and another payment taken back in its name": (
            *paid(30, 36, 7), *paid(30, 37, 8, red=1, reverses=36, cites=33), *paid(31, 38, 9, cites=33)),
    }.items()
)  # fmt: skip
