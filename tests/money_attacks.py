"""Attacks on money that leaves a fund: as nothing of its kind, after the last day of its quota, or twice."""

from __future__ import annotations

from typing import Any, Final

from attacks import ACCOUNT, ADD_ACCOUNT, NEW, Attack, alike, entry, row, voucher
from finding_attacks import WAIVER
from quota_attacks import ALLOTTED, APPLIED, LINE, quota

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
        "given to another line after its last day": (
            quota("2902:Q00004", "2902:Q00002"), voucher("F06", number=3, kind="quota-adjustment")),
        "given to another line in red": (
            entry("F06", unit="CNY.Q", debit="2902:Q00002", credit="2902:Q00004", red=1),
            voucher("F06", number=3, kind="quota-adjustment")),
        "bound in red on the other side": (
            entry("F06", unit="CNY.Q", debit="2903:Q00004", credit="2902:Q00004", red=1),
            voucher("F06", number=3, kind="commitment", contract="A")),
    }.items()),
    alike("pooled after its last day", "voucher_spends_quota_in_its_time",
          row("quota", **LINE | {"expires": "2015-02-28"}),
          quota("1901:Q00004", "2901:Q00004", 1000, voucher=31),
          voucher("F06", id=31, number=2, kind="quota-received", **IN_TIME),
          quota("2901:Q00004", "1901:Q00004"), voucher("F06", number=3, kind="pooling", document="x")),
    alike("applied for after its last day", "application_within_quota", *EXPIRING,
          row("application", **APPLIED | {"line": 4})),
)  # fmt: skip


def moved(at: int, number: int, amount: int = 60, *, red: int = 0, back: bool = False, **said: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the statements that pay what is owed, or by which it comes back: in red, or so that it owes itself."""
    money, reserved = ("2001", "1001"), ("2904:Q00002", "2905:Q00002")
    if back:
        money, reserved = money[::-1], reserved[::-1]
    beside: dict[str, Any] = {"entries": 2, "payee": "x"} | said
    sides: list[dict[str, Any]] = [
        {"debit": debit, "credit": credit, "red": red, "voucher": at} for debit, credit in (money, reserved)
    ]
    return (
        entry("F06", amount, **sides[0]),
        entry("F06", amount, unit="CNY.Q", line=2, **sides[1]),
        voucher("F06", id=at, number=number, **beside),
    )


CAME_BACK: Final = (
    ADD_ACCOUNT.replace("F05", "F06").format("2001", "Liabilities", "payable", 0),
    quota("2902:Q00002", "2904:Q00002", 500, voucher=31),
    voucher("F06", id=31, number=2, kind="application", payee="y"),
    entry("F06", 60, debit="0606", voucher=32),
    quota("2902:Q00002", "2905:Q00002", 60, voucher=32, line=2),
    voucher("F06", id=32, number=3, payee="x", entries=2),
    *moved(33, 4, back=True, kind="returned-payment", cites=32),
)
"""The statements by which the bank returns 60 that were paid of nothing, while 500 are reserved for others."""

ONCE_MORE: Final = (*moved(34, 5, cites=33), *moved(35, 6, red=1, kind="returned-payment", cites=34))
"""What came back is paid again, and comes back once more."""

NEXT_YEAR: Final[dict[str, Any]] = {"year": 2016, "date": "2016-01-05", "day": 735968}

AGAIN: Final = tuple(
    alike(what, "voucher_within_what_came_back", *CAME_BACK, *statements) for what, statements in {
        "paid again more than came back": moved(34, 5, 61, cites=33),
        "paid again twice": (*moved(34, 5, cites=33), *moved(35, 6, 1, cites=33)),
        "paid again as an advance too": (*moved(34, 5, cites=33), *moved(35, 6, 1, cites=33, kind="advance")),
        "paid again, and the return taken back": (
            *moved(34, 5, 1, cites=33), *moved(35, 6, red=1, back=True, kind="returned-payment", reverses=33)),
        "paid again of a return that was taken back": (
            *moved(34, 5, red=1, back=True, kind="returned-payment", reverses=33), *moved(35, 6, 1, cites=33)),
        "paid again of what takes a return back": (
            *moved(34, 5, red=1, back=True, kind="returned-payment", reverses=33), *moved(35, 6, 1, cites=34)),
        "paid again under the number of either return": (
            *ONCE_MORE, *moved(36, 7, cites=33), *moved(37, 8, 1, cites=35)),
        "returned again and paid twice": (*ONCE_MORE, *moved(36, 7, cites=35), *moved(37, 8, 1, cites=33)),
        "returned again, and that return taken back when it is paid": (
            *ONCE_MORE, *moved(36, 7, cites=33), *moved(37, 8, kind="returned-payment", reverses=35)),
        "returned in the next year, and paid as if within its own": (
            *moved(34, 5, cites=33),
            *moved(35, 1, back=True, kind="returned-payment", cites=34, **NEXT_YEAR),
            *moved(36, 2, 1, cites=33, **NEXT_YEAR)),
        "paid again, and another payment taken back in its name": (
            *moved(34, 5, cites=33), *moved(35, 6), *moved(36, 7, red=1, reverses=35, cites=33),
            *moved(37, 8, 1, cites=33)),
        "one paid again comes back beyond what it was": (
            *moved(34, 5, 10, cites=33), *moved(35, 6), *moved(36, 7, 50, red=1, kind="returned-payment", cites=34),
            *moved(37, 8, 61, cites=33)),
    }.items()
)  # fmt: skip

KINDS: Final = (
    "transfer-received", "disbursement", "advance", "verification", "refund", "interest", "bank-charge", "loan",
    "repayment", "adjustment", "quota-received", "allotment", "quota-adjustment", "commitment", "application",
    "carry-over", "pooling", "returned-payment",
)  # fmt: skip
"""All but an opening and a reclaim, which move cash against the balance of a fund."""

NEW_YEAR: Final[dict[str, Any]] = {"date": "2015-01-01", "day": 735599}

LEFT: Final = (
    *(alike(f"money leaves by a voucher of another kind: {kind}", "voucher_moves_money_as_its_kind",
            entry("F06", debit="3001"),
            voucher("F06", number=2, kind=kind, document="x", **(NEW_YEAR if kind == "carry-over" else {})))
      for kind in KINDS),
    *(alike(what, "voucher_moves_money_as_its_kind", *statements) for what, statements in {
        "money leaves by a receipt in red": (
            entry("F06", debit="1001", credit="3001", red=1), voucher("F06", number=2, kind="transfer-received")),
        "money comes by interest out of the balance": (
            entry("F06", debit="1001", credit="3001"), voucher("F06", number=2, kind="interest")),
        "money goes from one bank account to another": (
            row("account", **ACCOUNT | {"fund": "F06"}), entry("F06", debit="1009"),
            voucher("F06", number=2, kind="transfer-received")),
    }.items()),
)  # fmt: skip

TRANSFERS: Final = (
    ADD_ACCOUNT.replace("F05", "F06").format("4001", "Income", "transfer", 0),
    ADD_ACCOUNT.replace("F05", "F06").format("2001", "Liabilities", "payable", 0),
    ADD_ACCOUNT.replace("F05", "F06").format("4101", "Income", "interest", 0),
)


def taken(
    kind: str, cash: int, *, other: str = "1001", debit: str = "4001", by: tuple[str, str] | None = None,
    **said: Any,  # noqa: ANN401
) -> tuple[str, ...]:  # fmt: skip
    """Return the statements of a voucher that takes cash, and 100 of quota of a line where `by` says its accounts."""
    about: dict[str, Any] = {"id": NEW, "number": 3, "entries": 2 if by else 1, "document": "x"} | said
    moves = [entry("F06", cash, debit=debit, credit=other, voucher=about["id"])]
    moves += [quota(*by, voucher=about["id"], line=2)] if by else []
    return (*moves, voucher("F06", kind=kind, **about))


FREE: Final = ("2901:Q00004", "1901:Q00004")
SURPLUS: Final = ("2902:Q00002", "2907:Q00002")
RECEIVED: Final = (
    *TRANSFERS, row("quota", **LINE), quota("1901:Q00004", "2901:Q00004", 1000, voucher=31),
    voucher("F06", id=31, number=2, kind="quota-received", document="x"),
)  # fmt: skip
INTEREST: Final = (
    entry("F06", 100, debit="1001", credit="4101", voucher=32),
    voucher("F06", id=32, number=3, kind="interest"),
)
BOUND_TAKEN: Final = (
    quota("2902:Q00002", "2903:Q00002", 100, voucher=32),
    voucher("F06", id=32, number=3, kind="commitment", contract="A", payee="x"),
    quota("2903:Q00002", "2907:Q00002", 100, voucher=33),
    voucher("F06", id=33, number=4, kind="reclaim", contract="A", document="x"),
)

TAKEN: Final = tuple(
    alike(what, "voucher_takes_cash_with_its_quota", *RECEIVED, *statements) for what, statements in {
        "pooled without quota": taken("pooling", 1),
        "more pooled than its quota": taken("pooling", 101, by=FREE),
        "taken back without quota": taken("reclaim", 1),
        "owed to the treasury without quota": taken("reclaim", 1, other="2001"),
        "more taken back than its quota": taken("reclaim", 101, by=SURPLUS),
        "taken back with the quota of another act": (*BOUND_TAKEN, *taken("reclaim", 1, number=5)),
        "taken back twice with one quota": (
            *BOUND_TAKEN, *taken("reclaim", 100, id=34, number=5, link=33), *taken("reclaim", 1, number=6, link=33)),
        "taken back of the balance": taken("reclaim", 1, debit="3001"),
        "more taken back of the balance than interest came": (
            *INTEREST, *taken("reclaim", 101, debit="3001", number=4)),
        "interest taken back before it came": (
            *INTEREST, *taken("reclaim", 1, debit="3001", date="2015-02-28", day=735657, number=4)),
        "interest taken back twice": (
            *INTEREST, *taken("reclaim", 60, debit="3001", id=34, number=4),
            *taken("reclaim", 41, debit="3001", other="2001", number=5)),
        "interest taken back, and then reversed": (
            *INTEREST, *taken("reclaim", 60, debit="3001", id=34, number=4),
            entry("F06", 100, debit="1001", credit="4101", red=1),
            voucher("F06", kind="interest", number=5, reverses=32)),
        "quota taken back with cash, and had again by a reversal": (
            *BOUND_TAKEN, *taken("reclaim", 100, id=34, number=5, link=33),
            entry("F06", 100, unit="CNY.Q", debit="2903:Q00002", credit="2907:Q00002", red=1),
            voucher("F06", kind="reclaim", contract="A", document="x", number=6, reverses=33)),
    }.items()
)  # fmt: skip

OWED: Final = taken("reclaim", 100, other="2001", by=SURPLUS, id=34)
REPAID: Final[dict[str, Any]] = {"kind": "repayment", "debit": "2001"}
BOOKED: Final = (
    entry("F06", 100, debit="0606", credit="2001", voucher=34),
    voucher("F06", id=34, number=3, kind="verification", document="x", payee="x"),
)

REPAID_BEYOND: Final = tuple(
    alike(what, "voucher_repays_what_is_owed", *RECEIVED, *statements) for what, statements in {
        "repaid of what nobody owes": taken(cash=1, **REPAID),
        "repaid of what a verification owes": (*BOOKED, *taken(cash=1, number=4, cites=34, **REPAID)),
        "repaid of a receipt": taken(cash=1, cites=31, **REPAID),
        "more repaid than a reclaim owes": (*OWED, *taken(cash=101, number=4, cites=34, **REPAID)),
        "repaid twice": (
            *OWED, *taken(cash=60, id=35, number=4, cites=34, **REPAID), *taken(cash=41, number=5, cites=34, **REPAID)),
        "repaid, and what owed it reversed": (
            *OWED, *taken(cash=60, id=35, number=4, cites=34, **REPAID),
            entry("F06", 100, debit="4001", credit="2001", red=1),
            entry("F06", 100, unit="CNY.Q", debit=SURPLUS[0], credit=SURPLUS[1], red=1, line=2),
            voucher("F06", kind="reclaim", document="x", number=5, reverses=34, entries=2)),
    }.items()
)  # fmt: skip

UNASKED: Final = (
    Attack("several debits against several credits, where nothing is asked before", ("voucher_asked_before",), (),
           (entry("F03"), entry("F03", line=2, debit="1201", credit="2301"), voucher(entries=2))),
    Attack("paid again more than came back, where nothing is asked after", ("voucher_asked_after",), (),
           (*CAME_BACK, *moved(34, 5, 61, cites=33))),
)  # fmt: skip
"""Attacks that succeed where SQLite no longer puts a voucher to the controls that ask nothing of a plain payment."""

MONEY_ATTACKS: Final = EXPIRED + AGAIN + LEFT + TAKEN + REPAID_BEYOND + UNASKED

IN_ORDER: Final = (
    (*EXPIRING, *spent(**IN_TIME), quota("2902:Q00004", "2903:Q00004", voucher=33),
     voucher("F06", id=33, number=4, kind="commitment", contract="A", payee="x", **IN_TIME),
     entry("F06", unit="CNY.Q", debit="2902:Q00004", credit="2903:Q00004", red=1, voucher=34),
     voucher("F06", id=34, number=5, kind="commitment", contract="A", payee="x"),
     entry("F06", debit="0606", red=1, voucher=35),
     entry("F06", unit="CNY.Q", debit="2902:Q00004", credit="2905:Q00004", red=1, line=2, voucher=35),
     voucher("F06", id=35, number=6, kind="refund", cites=NEW, entries=2)),
    (*EXPIRING, row("waiver", **WAIVED), *spent()),
    (*CAME_BACK, *ONCE_MORE, *moved(36, 7, 40, cites=33), *moved(37, 8, 20, cites=35),
     *moved(38, 1, back=True, kind="returned-payment", cites=36, amount=40, **NEXT_YEAR),
     *moved(39, 2, 40, cites=38, **NEXT_YEAR)),
    (*CAME_BACK, *moved(34, 5, cites=33), *moved(35, 6, red=1, reverses=34, cites=33),
     *moved(36, 7, red=1, back=True, kind="returned-payment", reverses=33)),
    (*RECEIVED, *taken("pooling", 100, by=FREE)),
    (*RECEIVED, *BOUND_TAKEN, *taken("reclaim", 200, by=SURPLUS, number=5, link=33)),
    (*RECEIVED, *INTEREST, *taken("reclaim", 60, debit="3001", id=34, number=4),
     *taken("reclaim", 40, debit="3001", other="2001", number=5)),
    (*RECEIVED, *OWED, *taken(cash=60, id=35, number=4, cites=34, **REPAID),
     entry("F06", 60, debit="2001", credit="1001", red=1, voucher=36),
     voucher("F06", id=36, kind="repayment", document="x", number=5, cites=34, reverses=35),
     *taken(cash=100, number=6, cites=34, **REPAID)),
)  # fmt: skip
"""Statements that spend quota up to its last day, or by a waiver, pay again what came back, and take cash with its
quota: what breaks nothing."""
