"""Attacks on money that leaves a fund, and on the time in which its quota may be spent: see `attacks.py`."""

from __future__ import annotations

from typing import Any, Final

from attacks import NEW, alike, entry, row, voucher
from finding_attacks import WAIVER
from quota_attacks import ALLOTTED, APPLIED, quota

IN_TIME: Final[dict[str, Any]] = {"date": "2015-02-28", "day": 735657}
"""The last day on which line 4 may be spent; what is attacked bears the next."""

EXPIRING: Final = (
    row("quota", **ALLOTTED | {"line": 4, "expires": "2015-02-28"}),
    quota("2902:Q00002", "2902:Q00004", 1000, voucher=31),
    voucher("F06", id=31, number=2, kind="quota-adjustment", **IN_TIME),
)
"""The statements that give line 4 quota that expires."""

WAIVED: Final = WAIVER | {"page": "quota-expired", "fund": "F06", "valid_from": "2015-03-01", "valid_to": "2015-03-01",
                          "document_date": "2015-03-01"}  # fmt: skip


def spent(**said: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the statements that pay from line 4."""
    about: dict[str, Any] = {"id": NEW, "number": 3, "entries": 2} | said
    return (
        entry("F06", debit="0606", voucher=about["id"]),
        quota("2902:Q00004", "2905:Q00004", voucher=about["id"], line=2),
        voucher("F06", **about),
    )


EXPIRED: Final = (
    *(alike(what, "voucher_spends_quota_in_its_time", *EXPIRING, *statements) for what, statements in {
        "paid from quota that expired": spent(),
        "paid from quota that expired, by a waiver of another day": (
            row("waiver", **WAIVED | {"valid_from": "2015-03-02", "valid_to": "2015-12-31"}), *spent()),
        "paid from quota that expired, by a waiver decided later": (
            row("waiver", **WAIVED | {"document_date": "2015-03-02"}), *spent()),
        "paid from quota that expired, by a waiver of another fund": (
            row("waiver", **WAIVED | {"fund": "F01"}), *spent()),
        "paid from quota that expired, by a waiver of another project": (
            row("waiver", **WAIVED | {"project": "P01"}), *spent()),
        "paid from quota that expired, by a waiver of another use": (
            row("waiver", **WAIVED | {"use": "0607"}), *spent()),
        "paid from quota that expired, by a waiver of another check": (
            row("waiver", **WAIVED | {"page": "outside-validity"}), *spent()),
        "paid from quota that expired, by a waiver for a voucher": (
            row("waiver", **WAIVED | {"voucher": 5}), *spent()),
        "paid from quota that expired, by a waiver of its approver's own": (
            row("waiver", **WAIVED | {"approved_by": "Mana ger", "asked_by": "clerk"}), *spent()),
        "bound after its last day": (
            quota("2902:Q00004", "2903:Q00004"), voucher("F06", number=3, kind="commitment", contract="A")),
        "approved after its last day": (
            quota("2902:Q00004", "2904:Q00004"), voucher("F06", number=3, kind="application", payee="x")),
        "moved here after its last day": (
            entry("F06", debit="0606", credit="3001"), quota("2902:Q00004", "2905:Q00004", line=2),
            voucher("F06", number=3, kind="adjustment", entries=2)),
        "bound in red on the other side": (
            entry("F06", unit="CNY.Q", debit="2903:Q00004", credit="2902:Q00004", red=1),
            voucher("F06", number=3, kind="commitment", contract="A")),
    }.items()),
    alike("applied for after its last day", "application_within_quota", *EXPIRING,
          row("application", **APPLIED | {"line": 4})),
)  # fmt: skip

MONEY_ATTACKS: Final = EXPIRED

IN_ORDER: Final = (
    (*EXPIRING, *spent(**IN_TIME), quota("2902:Q00004", "2903:Q00004", voucher=33),
     voucher("F06", id=33, number=4, kind="commitment", contract="A", payee="x", **IN_TIME),
     entry("F06", unit="CNY.Q", debit="2902:Q00004", credit="2903:Q00004", red=1, voucher=34),
     voucher("F06", id=34, number=5, kind="commitment", contract="A", payee="x"),
     entry("F06", debit="0606", red=1, voucher=35),
     entry("F06", unit="CNY.Q", debit="2902:Q00004", credit="2905:Q00004", red=1, line=2, voucher=35),
     voucher("F06", id=35, number=6, kind="refund", cites=NEW, entries=2)),
    (*EXPIRING, row("waiver", **WAIVED), *spent()),
)  # fmt: skip
"""Statements that spend quota up to its last day, or by a waiver, and free it later: what breaks nothing."""
