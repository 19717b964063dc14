"""Attacks on what an application reserved: released beside it, or paid beyond it; see `attacks.py`."""

from __future__ import annotations

from typing import Any, Final

from attacks import ADD_ACCOUNT, NEW, alike, entry, voucher
from quota_attacks import BOUND, quota

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


RELEASED: Final = (*RESERVING, *freed())
"""The statements that release all that is not paid under the contract: what breaks nothing."""

RELEASES: Final = tuple(
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
    }.items()
)  # fmt: skip
