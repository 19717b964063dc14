"""Every control of a book, and an attack that only it (or the few named together) refuses.

Attacks are SQL a stock client could send, the same on both engines unless said. `small_book` in `books.py` is what
they are sent to: vouchers 1 to 4 receive money, 5 pays out of F01; `ROWS` adds one row to each other table.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aliased import OF_WORDS
from fundtrack.schema.registers import REGISTERS

NEXT: Final = {"F01": 3, "F02A": 2, "F03": 2, "F04": 2}
"""The next number of each fund in 2015."""

USE: Final = {"F01": "0601", "F02A": "0602", "F03": "0603", "F04": "0604", "F05": "0605"}
NEW: Final = 9
"""The id of the voucher an attack adds."""


class Attack(NamedTuple):
    """What is tried, the controls without which it succeeds on each engine, and the statements.

    An engine without controls here has no such attack. `keys` turns foreign keys on in the SQLite client: such a
    control is a key only, and what a client without keys leaves behind is named by `doctor`.
    """

    what: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    statements: tuple[str, ...]
    keys: bool = False

    def __str__(self) -> str:
        """Return the name of the test case."""
        return self.what


def literal(value: object) -> str:
    """Return a value as both databases write it."""
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def row(table: str, verb: str = "INSERT", /, **columns: object) -> str:
    """Return the statement that inserts a row."""
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join(map(literal, columns.values()))})"


def entry(fund: str = "F03", amount: object = 100, *, verb: str = "INSERT", **other: object) -> str:
    """Return the statement of a payment's entry, of the next voucher unless said otherwise."""
    columns = {"voucher": NEW, "line": 1, "fund": fund, "unit": "CNY", "debit": USE.get(fund, "0603"),
               "credit": "1001", "amount": amount, "red": 0}  # fmt: skip
    return row("entry", verb, **columns | other)


def voucher(fund: str = "F03", *, verb: str = "INSERT", **other: object) -> str:
    """Return the statement of a voucher, sound unless said otherwise."""
    day = {"date": "2015-03-01", "year": 2015, "day": 735658}
    columns = {"id": NEW, "fund": fund, "number": NEXT.get(fund, 1), **day, "kind": "disbursement", "project": "",
               "payee": "", "narration": "", "document": "", "bank": "", "bank_ref": "",
               "payee_id": "", "payee_account": "", "contract": "", "link": other.get("id", NEW),
               "reverses": None, "cites": None, "natural_key": f"k{other.get('id', NEW)}", "occurrence": 1,
               "batch": None, "row": None, "chart": 1, "prepared_by": "clerk", "approved_by": "manager",
               "recorded_at": "2015-03-01T00:00:00Z", "entries": 1}  # fmt: skip
    return row("voucher", verb, **columns | other)


BATCH: Final = {"batch": 2, "sha256": "b", "sheet": "", "file": "f", "page": "p", "page_sha256": "", "encoding": "",
                "imported_at": "", "imported_by": "clerk", "rows_read": 1, "rows_posted": 0, "rows_already_posted": 0,
                "rows_quarantined": 1, "rows_not_data": 0, "amount_posted": 0, "amount_already_posted": 0,
                "amount_quarantined": 1, "rows_unreadable": 0, "date_first": "", "date_last": ""}  # fmt: skip
INPUT_ROW: Final = {"batch": 1, "row": 3, "state": "quarantined", "reasons": "", "cells": "", "natural_key": "",
                    "occurrence": 1, "says": ""}  # fmt: skip
DECISION: Final = {"batch": 1, "row": 2, "decided": "rejected", "voucher": None, "reason": "x", "decided_at": "",
                   "decided_by": "manager"}  # fmt: skip
DEFAULT: Final = {"batch": 1, "nth": 1, "fund": "F01", "use": "0601", "project": "", "said_at": "", "said_by": "clerk"}
TERMS: Final = {"fund": "F01", "chart": 2, "fund_group": "F01", "department": "x", "level": "central",
                "regime": "earmarked", "valid_from": "", "valid_to": "", "may_advance": 1,
                "authority": "x"}  # fmt: skip
GRANT: Final = {"seq": 99, "fund": "F01", "unit": "CNY", "code": "0601", "date": "2015-01-01", "day": 735599,
                "granted": 1, "document": "x", "chart": 1}  # fmt: skip
ACCOUNT: Final = {"fund": "F01", "unit": "CNY", "code": "1009", "root": "Assets", "kind": "cash", "controlled": 1,
                  "bank": None, "opened": "2014-01-01", "chart": 1}  # fmt: skip
CHART_2: Final = row("chart", version=2, applied_at="", applied_by="x", document="x", text="x")


def entered(register: str, **other: object) -> str:
    """Return the statement of a register's entry that says nothing."""
    of = REGISTERS[register]
    about = {"seq": 9, "withdrawn": 0, "batch": None, "row": None, "recorded_at": "", "recorded_by": "clerk"}
    return row(register, **dict(zip(of.columns, of.row({}), strict=True)) | about | other)


ROWS: Final = (
    *(entered(name, seq=1) for name in REGISTERS),
    row("batch", **BATCH | {"batch": 1, "sha256": "a", "rows_read": 2, "rows_quarantined": 2}),
    *(row("input_row", **INPUT_ROW | {"row": nth}) for nth in (1, 2)),
    row("decision", **DECISION | {"row": 1}),
    row("batch_default", **DEFAULT),
    *(row(table, **said) for table, said in OF_WORDS.items()),
    row("refusal", seq=1, refused_at="", refused_to="clerk", draft="", findings=""),
)
SOUND: Final = (entry(), voucher())

ADD_ACCOUNT: Final = "INSERT INTO account VALUES ('F05', 'CNY', '{}', '{}', '{}', {}, NULL, '2014-01-01', 1)"
NEW_FUND: Final = (
    "INSERT INTO fund VALUES ('F05', 1)",
    ADD_ACCOUNT.format("1001", "Assets", "cash", 1),
    ADD_ACCOUNT.format("3001", "Equity", "balance", 0),
    ADD_ACCOUNT.format("0605", "Expenses", "use", 0),
    "INSERT INTO use_grant VALUES (90, 'F05', 'CNY', '0605', '2014-01-01', 735234, 1, 'x', 1)",
)
"""The statements that add a fund F05 with cash, a balance and a granted use."""
OPENED: Final = (
    *NEW_FUND,
    entry("F05", 5000, voucher=20, debit="1001", credit="3001"),
    voucher("F05", id=20, kind="opening", date="2015-06-30", day=735779),
)
"""And those that open it in the middle of 2015."""


def alike(what: str, control: str, *statements: str) -> Attack:
    """Return an attack that one control of the same name refuses on both engines."""
    return Attack(what, (control,), (control,), statements)


def key(control: str, *statements: str) -> Attack:
    """Return an attack that only a foreign key refuses."""
    return Attack(f"dangling: {control}", (control,), (control,), statements, keys=True)


def keyed(control: str, key: str, *statements: str) -> Attack:
    """Return an attack that on SQLite a trigger refuses, and its foreign key too where the client has keys on."""
    return Attack(f"with keys on: {key}", (control, key), (), statements, keys=True)


CHANNEL: Final = (
    Attack("debit account of another fund", ("entry_in_one_fund",), ("entry_debit",),
           (entry("F03", debit="0601"), voucher())),
    Attack("credit account of another fund", ("entry_in_one_fund",), ("entry_credit",),
           (entry("F01", credit="1002"), voucher("F01"))),
    # PostgreSQL holds this twice on purpose: the key also where a superuser switched the triggers off.
    Attack("entry of another fund than its voucher", ("voucher_with_its_entries",),
           ("voucher_with_its_entries", "entry_voucher"), (entry("F03"), voucher("F01"))),
    Attack("unit the fund does not have", ("entry_in_one_fund",), ("entry_debit", "entry_credit"),
           (entry(unit="CNY.Q"), voucher())),
    Attack("fund that does not exist", ("entry_in_one_fund",), ("entry_debit", "entry_credit"),
           (entry("F99"), voucher("F99"))),
    keyed("entry_in_one_fund", "entry_debit", entry("F03", debit="0601"), voucher()),
    keyed("entry_in_one_fund", "entry_credit", entry("F01", credit="1002"), voucher("F01")),
    keyed("voucher_with_its_entries", "entry_voucher", entry("F03"), voucher("F01")),
    alike("loan from a fund that may not advance", "voucher_advances_lawfully",
          entry(debit="1301"), voucher(kind="loan", document="x")),
    alike("due-from another fund, but not called a loan", "voucher_advances_lawfully",
          entry("F01", debit="1301", credit="3001"), voucher("F01", kind="adjustment")),
    alike("loan without a document", "voucher_loan_document", entry("F01", debit="1301"), voucher("F01", kind="loan")),
    alike("pooled by no plan", "voucher_loan_document", entry(debit="1201", credit="3001"), voucher(kind="pooling")),
)  # fmt: skip

PURPOSE: Final = (
    alike("use never granted", "voucher_for_granted_uses", entry("F01", debit="0612"), voucher("F01")),
    alike("use ended", "voucher_for_granted_uses", entry("F01", debit="0611"),
          voucher("F01", date="2015-08-01", day=735811)),
    alike("use before its grant", "voucher_for_granted_uses", entry("F01", debit="0613"), voucher("F01")),
    alike("use not granted, on the credit side in red", "voucher_for_granted_uses",
          entry("F01", debit="1201", credit="0612", red=1), voucher("F01", kind="adjustment")),
    alike("use not granted, in the second line", "voucher_for_granted_uses",
          entry("F01"), entry("F01", line=2, debit="0612"), voucher("F01", entries=2)),
)  # fmt: skip

BALANCE: Final = (
    # SQLite holds this twice on purpose: the CHECK gives way to OR IGNORE, the trigger to a client that drops it.
    Attack("cash below zero", ("balance_never_overspent", "balance_not_overspent"), ("balance_not_overspent",),
           (entry(amount=169_200_001), voucher())),
    Attack("cash below zero, OR IGNORE", ("balance_never_overspent",), (),
           (entry(amount=169_200_001), voucher(verb="INSERT OR IGNORE"))),
    Attack("cash below zero, OR REPLACE", ("balance_never_overspent", "balance_not_overspent"), (),
           (entry(amount=169_200_001), voucher(verb="INSERT OR REPLACE"))),
    Attack("cash below zero where no total moves", ("voucher_of_one_entry_moves_totals",), ("voucher_moves_balances",),
           (entry(amount=169_200_001), voucher())),
    Attack("cash below zero in two lines where no total moves", ("voucher_of_many_entries_moves_totals",), (),
           (entry(amount=169_000_000), entry(line=2, amount=200_001), voucher(entries=2))),
    Attack("cash of a new account below zero", ("account_opens_balance", "voucher_moves_balances"),
           ("account_opens_balance", "voucher_has_its_balances"),
           (row("account", **ACCOUNT), entry("F01", credit="1009"), voucher("F01"))),
    Attack("cash whose balance is another account's", ("voucher_moves_balances",), ("voucher_has_its_balances",),
           ("UPDATE balance SET code = '1201' WHERE fund = 'F03' AND code = '1001'", *SOUND)),
    *(alike(f"DELETE {one}", f"{one}_never_deleted", f"DELETE FROM {one}") for one in ("balance", "daily_balance")),
    Attack("REPLACE balance", ("balance_never_replaced",), (), ("REPLACE INTO balance SELECT * FROM balance LIMIT 1",)),
    Attack("TRUNCATE balance", (), ("balance_never_truncated",), ("TRUNCATE balance",)),
    Attack("TRUNCATE daily_balance", (), ("daily_balance_never_truncated",), ("TRUNCATE daily_balance",)),
    alike("opening balance after other vouchers", "voucher_opens_its_fund",
          entry(debit="3001", amount=999_999_999), voucher(kind="opening")),
    alike("payment before the opening balance", "voucher_opens_its_fund",
          *OPENED, entry("F05"), voucher("F05", number=2)),
    alike("number left out", "voucher_numbered_without_gap", entry(), voucher(number=3)),
    alike("number zero", "voucher_numbered_without_gap", entry(), voucher(number=0)),
    alike("several debits against several credits", "voucher_one_to_many",
          entry("F03"), entry("F03", line=2, debit="1201", credit="2301"), voucher(entries=2)),
)  # fmt: skip

RECORD: Final = (
    alike("late entry", "entry_before_voucher", entry("F01", voucher=5, line=2)),
    alike("voucher without entries", "voucher_with_its_entries", voucher()),
    alike("voucher of no entries", "voucher_with_its_entries", voucher(entries=0)),
    alike("too few entries", "voucher_with_its_entries", entry(), voucher(entries=2)),
    alike("too many entries", "voucher_with_its_entries", entry(), entry(line=2), voucher(entries=1)),
    Attack("id left to SQLite, which then judges voucher -1", ("voucher_with_its_entries",), (),
           (entry(voucher=-1), voucher(id=None, link=1, natural_key="k"))),
    alike("chart that is no longer in force", "voucher_under_current_chart", CHART_2, *SOUND),
    alike("chart that does not exist", "voucher_under_current_chart", entry(), voucher(chart=99)),
    keyed("voucher_reverses_exactly", "voucher_reverses", entry(red=1), voucher(reverses=77)),
    alike("reversal of another amount", "voucher_reverses_exactly",
          entry("F01", 60_001, red=1), voucher("F01", reverses=5)),
    alike("reversal that is not red", "voucher_reverses_exactly",
          entry("F01", 60_000), voucher("F01", reverses=5)),
    alike("reversal of another kind", "voucher_reverses_exactly",
          entry("F01", 60_000, red=1), voucher("F01", reverses=5, kind="refund")),
    alike("reversal before its original", "voucher_reverses_exactly",
          entry("F01", 60_000, red=1), voucher("F01", reverses=5, date="2015-02-04", day=735633)),
    alike("spending not granted, called a reversal", "voucher_reverses_exactly",
          entry("F01", debit="0612"), voucher("F01", reverses=5)),
    alike("reversal of a reversal", "voucher_reverses_exactly",
          entry("F01", 60_000, red=1), voucher("F01", reverses=5), entry("F01", 60_000, voucher=10),
          voucher("F01", id=10, number=4, reverses=NEW)),
    Attack("reversal of what does not exist", ("voucher_reverses_exactly",),
           ("voucher_reverses_exactly", "voucher_reverses"), (entry(red=1), voucher(reverses=77))),
    Attack("reversed twice", ("voucher_reversed_once", "voucher_never_replaced"), ("voucher_reversed_once",),
           (entry("F01", 60_000, red=1), voucher("F01", reverses=5), entry("F01", 60_000, red=1, voucher=10),
            voucher("F01", id=10, number=4, reverses=5))),
    # A key taken is refused on SQLite also by the guard against REPLACE, which must not delete the row that has it.
    Attack("number taken", ("voucher_number", "voucher_numbered_without_gap"), ("voucher_number",),
           (entry(), voucher(number=1))),
    Attack("row posted again", ("voucher_once", "voucher_never_replaced"), ("voucher_once",),
           (*SOUND, entry(voucher=10), voucher(id=10, number=3, natural_key="k9"))),
    Attack("id taken", ("voucher_pk", "voucher_of_fund", "voucher_never_replaced"), ("voucher_pk", "voucher_of_fund"),
           (voucher("F01", id=5, natural_key="k"),)),
    Attack("voucher id past 2^53", ("entry_id", "voucher_id"), ("entry_id", "voucher_id"),
           (entry(voucher=2**53), voucher(id=2**53))),
    alike("batch id past 2^53", "batch_id", row("batch", **BATCH | {"batch": 2**53})),
    alike("refusal id past 2^53", "refusal_id",
          row("refusal", seq=2**53, refused_at="", refused_to="clerk", draft="", findings="")),
    Attack("line taken", ("entry_pk", "entry_never_replaced"), ("entry_pk",), (entry(), entry(), voucher(entries=2))),
    alike("amount zero", "entry_amount", entry(amount=0), voucher()),
    alike("amount negative", "entry_amount", entry(amount=-100), voucher()),
    alike("amount beyond all money", "entry_amount", entry(amount=9 * 10**15 + 1, debit="1201", credit="3001"),
          voucher(kind="adjustment")),
    alike("neither black nor red", "entry_red", entry(red=2, debit="3001", credit="1201"), voucher(kind="adjustment")),
    alike("account against itself", "entry_sides", entry(credit="0603"), voucher()),
    alike("another day than the date", "voucher_date", entry(), voucher(day=735659)),
    alike("date not written as ISO 8601", "voucher_date", entry(), voucher(date="2015-3-1")),
    Attack("date before the calendar", ("voucher_in_open_period", "voucher_date"),
           ("voucher_in_open_period", "voucher_date"), (entry(debit="1201", credit="3001"),
           voucher(kind="adjustment", date="0000-12-31", day=0, year=0, number=1))),
    alike("another year than the date", "voucher_year", entry(), voucher(year=2016, number=1)),
    alike("kind that does not exist", "voucher_kind", entry(debit="1201", credit="3001"), voucher(kind="gift")),
    alike("approved by its preparer", "voucher_duties_apart", entry(), voucher(approved_by="clerk")),
    *(alike(f"approved by its preparer: {name}", "voucher_duties_apart", entry(), voucher(approved_by=name))
      for name in ("Clerk", "cl erk")),
    *(alike(f"prepared by nobody: {name!r}", "voucher_prepared_by", entry(), voucher(prepared_by=name))
      for name in ("", " ", "clerk ", "\u3000", "\uff21")),
    alike("approved by a blank", "voucher_prepared_by", entry(), voucher(approved_by=" ")),
    alike("twin number zero", "voucher_occurrence", entry(), voucher(occurrence=0)),
    alike("row of no batch", "voucher_row", entry(), voucher(row=1)),
    key("voucher_batch", entry(), voucher(batch=77, row=1)),
    key("voucher_cites", entry(), voucher(cites=77)),
    key("voucher_link", entry(), voucher(link=77)),
    alike("batch whose rows do not add up", "batch_rows", row("batch", **BATCH | {"rows_read": 2})),
    Attack("file imported again", ("batch_file", "batch_never_replaced"), ("batch_file",),
           (row("batch", **BATCH | {"sha256": "a"}),)),
    key("input_row_batch", row("input_row", **INPUT_ROW | {"batch": 77})),
    alike("row in no state", "input_row_state", row("input_row", **INPUT_ROW | {"state": "lost"})),
    key("decision_row", row("decision", **DECISION | {"row": 77})),
    key("decision_voucher", row("decision", **DECISION | {"decided": "posted", "voucher": 77})),
    alike("rejected without a reason", "decision_decided", row("decision", **DECISION | {"reason": ""})),
    key("batch_default_batch", row("batch_default", **DEFAULT | {"batch": 77})),
    key("batch_default_fund", row("batch", **BATCH), row("batch_default", **DEFAULT | {"batch": 2, "fund": "F77"})),
    alike("default said by nobody", "batch_default_said_by",
          row("batch", **BATCH), row("batch_default", **DEFAULT | {"batch": 2, "said_by": ""})),
    alike("decided by nobody", "decision_decided_by", row("decision", **DECISION | {"decided_by": ""})),
)  # fmt: skip

POLICY: Final = (
    alike("chart applied by nobody", "chart_applied_by",
          row("chart", version=2, applied_at="", applied_by="", document="x", text="x")),
    key("fund_chart", row("fund", fund="F99", chart=77)),
    key("fund_terms_fund", CHART_2, row("fund_terms", **TERMS | {"fund": "F99"})),
    key("fund_terms_chart", row("fund_terms", **TERMS)),
    alike("level that does not exist", "fund_terms_level", CHART_2, row("fund_terms", **TERMS | {"level": "village"})),
    alike("regime that does not exist", "fund_terms_regime", CHART_2, row("fund_terms", **TERMS | {"regime": "x"})),
    alike("may-advance neither true nor false", "fund_terms_may_advance", CHART_2,
          row("fund_terms", **TERMS | {"may_advance": 2})),
    Attack("bank account twice", ("bank_account_number", "bank_account_never_replaced"), ("bank_account_number",),
           (row("bank_account", bank="B09", number="45001234560001", chart=1),)),
    key("bank_account_chart", row("bank_account", bank="B09", number="1", chart=77)),
    key("account_fund", row("account", **ACCOUNT | {"fund": "F99"})),
    key("account_bank", row("account", **ACCOUNT | {"bank": "B77"})),
    key("account_chart", row("account", **ACCOUNT | {"chart": 77})),
    alike("root that does not exist", "account_root", row("account", **ACCOUNT | {"root": "Gifts"})),
    alike("control that does not exist", "account_controlled", row("account", **ACCOUNT | {"controlled": 2})),
    key("use_grant_account", row("use_grant", **GRANT | {"code": "0699"})),
    key("use_grant_chart", row("use_grant", **GRANT | {"chart": 77})),
    alike("neither granted nor ended", "use_grant_granted", row("use_grant", **GRANT | {"granted": 2})),
    alike("grant without a document", "use_grant_document", row("use_grant", **GRANT | {"document": ""})),
    alike("grant on another day than its date", "use_grant_date", row("use_grant", **GRANT | {"day": 1})),
    key("balance_account",
        row("balance", fund="F99", unit="CNY", code="1001", controlled=1, total=0, opening=0)),
    key("daily_balance_account",
        row("daily_balance", fund="F99", unit="CNY", code="1001", day=1, date="", change=0)),
    Attack("second turn", (), ("turn_one",), ("INSERT INTO turn VALUES (2, 0)",)),
)  # fmt: skip

ENTRIES: Final = tuple(
    alike(f"{what}: {name}", f"{name}_{control}", entered(name, **wrong))
    for name in REGISTERS
    for what, control, wrong in (
        ("entry past 2^53", "id", {"seq": 2**53}),
        ("entry neither withdrawn nor not", "withdrawn", {"withdrawn": 2}),
        ("entry with a row of no batch", "row", {"row": 1}),
    )
)

MATCHED: Final = {"voucher_number": "F01-2015-000002", "matched_by": "checker", "recorded_by": "checker"}
"""Voucher 5, matched by hand by somebody who neither prepared nor approved it."""

BY_HAND: Final = tuple(
    alike(f"matched by hand by who had a part in it: {name}, {who}", "bank_match_by_another",
          entered("bank_match", **MATCHED | {name: who}))
    for name in ("matched_by", "recorded_by")
    for who in ("clerk", "Mana ger")
)  # fmt: skip

ATTACKS: Final = CHANNEL + PURPOSE + BALANCE + RECORD + POLICY + ENTRIES + BY_HAND

APPEND_ONLY: Final = {
    "release": "release", "chart": "version", "fund": "fund", "fund_terms": "fund, chart", "bank_account": "bank",
    "account": "fund, unit, code", "use_grant": "seq", "quota_heading": "fund, status", "quota": "fund, line",
    "application": "application", "application_decision": "application",
    "batch": "batch", "voucher": "id", "entry": "voucher, line",
    "input_row": "batch, row", "decision": "batch, row", "batch_default": "batch, nth", "refusal": "seq",
    "alias": "alias", "alias_decision": "alias", "fund_basis": "fund_basis", "correction": "seq",
    "audit": "audit", "audit_check": "audit, page", "finding": "finding", "sighting": "finding, audit",
    "side": "seq", "waiver": "waiver", "waiver_revoked": "waiver", "finding_act": "finding, seq", "period_act": "seq",
    **dict.fromkeys(REGISTERS, "seq"),
}  # fmt: skip
"""The tables whose rows never change, with their keys."""

SIDE_COLUMNS: Final = dict.fromkeys(("seq", "name", "side", "since", "recorded_by", "reason"))
QUOTA_COLUMNS: Final = dict.fromkeys(
    ("fund", "line", "year", "parent", "use", "project", "department", "document", "upper_document",
     "treasury_id", "date", "day", "expires", "chart", "recorded_at", "recorded_by")
)  # fmt: skip
GENERATED: Final = {"account": ACCOUNT, "use_grant": GRANT, "side": SIDE_COLUMNS, "quota": QUOTA_COLUMNS}
"""The tables that have a generated column, with the others."""

LATE: Final = {"correction": ("correction_of_waiting_row",), "side": ("side_changed_by_another",),
    "alias": ("alias_takes_its_place",), "audit": ("audit_of_the_moment",), "entry": ("entry_before_voucher",),
    "batch_default": ("default_said_anew",), "quota": ("quota_opens_accounts", "quota_under_control"),
    "voucher": ("voucher_numbered_without_gap",)}  # fmt: skip
"""The controls of a table that refuse on SQLite a row that stands already."""


def guard_attacks(table: str) -> tuple[Attack, ...]:
    """Return the attacks on the rows of a table. Foreign keys to it are dropped with its key: they hold rows too."""
    column = APPEND_ONLY[table].partition(",")[0]
    keys = (f"{table}_pk", *(["voucher_of_fund"] if table == "voucher" else []))
    late, columns = LATE.get(table, ()), ", ".join(GENERATED.get(table, "*"))  # a generated column is not inserted
    into = f"{table} ({columns})" if table in GENERATED else table
    upsert = (
        f"INSERT INTO {into} SELECT {columns} FROM {table} WHERE 1 = 1 ON CONFLICT ({APPEND_ONLY[table]}) "
        f"DO UPDATE SET {column} = excluded.{column}"
    )
    return (
        alike(f"UPDATE {table}", f"{table}_never_updated", f"UPDATE {table} SET {column} = {column}"),
        Attack(f"UPSERT {table}", (f"{table}_never_updated", f"{table}_never_replaced", *late),
               (f"{table}_never_updated",), (upsert,)),
        Attack(f"UPDATE OR REPLACE {table}", (f"{table}_never_updated",), (),
               (f"UPDATE OR REPLACE {table} SET {column} = {column}",)),
        Attack(f"DELETE {table}", (f"{table}_never_deleted",), (f"{table}_never_deleted", *keys),
               (f"DELETE FROM {table}",)),
        Attack(f"REPLACE {table}", (f"{table}_never_replaced", *late), (),
               (f"REPLACE INTO {into} SELECT {columns} FROM {table} LIMIT 1",)),
        Attack(f"TRUNCATE {table}", (), (f"{table}_never_truncated", *keys), (f"TRUNCATE {table}",)),
    )  # fmt: skip


GUARDS: Final = tuple(attack for table in APPEND_ONLY for attack in guard_attacks(table))

REASONED: Final = {
    "voucher_takes_its_turn": "a race, shown in its own test",
    "account_path": "says the key once more, as one word: what takes it has taken account_pk",
    "balance_pk": "a key of a derived table: doctor re-derives it",
    "commitment_pk": "a key of a derived table: doctor re-derives it",
    "daily_balance_pk": "a key of a derived table: doctor re-derives it",
    "turn_pk": "one row, see turn_one",
}
"""Controls that no attack above removes alone."""
