"""What a ledger tells of imports and registers: row by row, what it does not tell, and what is no entry at all."""

from __future__ import annotations

from typing import Any, Final

import pytest

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking.foreign import foreign
from fundtrack.errors import UsageError
from fundtrack.ledger.batches import identity
from fundtrack.schema.registers import BY_RELATION, REGISTERS
from staging import FUND, loaded


def told(text: str, relation: str) -> list[dict[str, Any]]:
    """Return the rows of a relation, without what is empty."""
    with loaded(FUND + text) as ledger:
        rows = ledger.connection.exec_driver_sql(ledger.lens.after("")[relation]).mappings().all()
    return [{name: value for name, value in row.items() if value not in {"", 0}} for row in rows]


BATCHES: Final = """\
2015-03-05 custom "batch" "7"
  file: "water.xlsx"
  sheet: "一月"
  sha256: "b1"
  page: "erp"
  page-sha256: "c1"
  rows-read: 9
  rows-posted: 3
  rows-already-posted: 2
  rows-quarantined: 1
  rows-not-data: 2
  rows-unreadable: 1
  amount-posted: 8.00 CNY
  amount-already-posted: 7.00 CNY
  amount-quarantined: 6.00 CNY
  printed-total: 21.005 CNY
  date-first: "2015-01-01"
  date-last: "2015-01-31"
  imported-by: "wang"
2015-03-06 custom "batch" "8"
  file: "a.csv"
2015-03-06 custom "batch" "0"
  nonsense: "of no import"
2015-03-06 custom "batch" "1" "2"
"""


def test_imports() -> None:
    """With everything that is said of one, what its rows come to, and whether a total was printed."""
    assert told(BATCHES, "batches") == [
        {
            "batch": 7, "date": "2015-03-05", "file": "water.xlsx", "sheet": "一月", "sha256": "b1", "page": "erp",
            "page_sha256": "c1", "rows_read": 9, "rows_posted": 3, "rows_already_posted": 2, "rows_quarantined": 1,
            "rows_not_data": 2, "rows_unreadable": 1, "amount_posted": 8000, "amount_already_posted": 7000,
            "amount_quarantined": 6000, "printed_total": 21005, "date_first": "2015-01-01", "date_last": "2015-01-31",
            "imported_by": "wang", "amount_read": 21000, "has_total": 1, "unit": "CNY", "entry": "batch 7",
        },
        {"batch": 8, "date": "2015-03-06", "file": "a.csv", "unit": "CNY", "entry": "batch 8"},
    ]  # fmt: skip


def test_where_imports_and_entries_stand() -> None:
    """At the line where they are told of; each with what names it in any ledger, an import by its file."""
    with loaded(FUND + BATCHES + CONTRACTS) as ledger:
        places = [ledger.lens.subject(0, entry) for entry in ("batch 8", "contract 1", "contract 2", "recipient 1")]
    assert [(one.file, one.line, one.voucher) for one in places] == [
        ("ledger.beancount", line, "") for line in (21, 26, 32, 37)
    ]
    first = REGISTERS["contract"].row({"contract": "HT-1"})
    assert [one.content for one in places[:2]] == [
        identity({"sha256": "", "file": "a.csv", "sheet": ""}),
        REGISTERS["contract"].identity(first),
    ]
    assert len({one.content for one in places}) == len(places)


def test_a_number_in_a_key_is_a_whole_number() -> None:
    """However many zeros it is written with: the entry is the same in a book."""
    line = (
        '2015-03-01 custom "register" "bank_line"\n  bank: "B1"\n  date: 2015-03-01\n  line: {}\n  amount: 1.00 CNY\n'
    )
    with loaded(FUND + line.format("3") + line.format("3.0")) as ledger:
        one, other = (ledger.lens.subject(0, f"bank_line {entry}").content for entry in (1, 2))
    assert one == other


CONTRACTS: Final = """\
2015-03-01 custom "register" "contract"
  contract: "HT-1"
  date: 2015-03-01
  amount: 300.5 CNY
  prepayment: 1.001 CNY
  source: "of a published ledger"
2015-03-02 custom "register" "contract"
  contract: "HT-2"
  amount: 7 USD
  withdrawn: FALSE
  row: 4
2015-03-02 custom "register" "recipient"
  person: "110"
  benefit: "house"
  members: 3
  valid-from: 2015-01-01
2015-03-03 custom "register" "contract"
  contract: "HT-3"
2015-03-03 custom "register" "contract"
  contract: "HT-3"
  withdrawn: TRUE
"""


def test_entries_of_registers() -> None:
    """Amounts at the decimals of their unit; the latest of a key holds, and one that is withdrawn is gone."""
    assert told(CONTRACTS, "contracts") == [
        {"contract": "HT-1", "date": "2015-03-01", "date_day": 735658, "amount": 300500, "prepayment": 1001}
        | {"unit": "CNY", "entry": "contract 1"},
        {"contract": "HT-2", "amount": 7, "unit": "USD", "entry": "contract 2"},
    ]
    assert told(CONTRACTS, "recipients") == [
        {
            "person": "110", "benefit": "house", "members": 3, "valid_from": "2015-01-01", "valid_from_day": 735599,
            "valid_to_day": 9_999_999, "unit": "CNY", "entry": "recipient 1",
        }
    ]  # fmt: skip


NONE: Final = {
    "unknown": ('2015-03-01 custom "register" "contracts"\n', "contracts", "contract, output, company"),
    "of two": ('2015-03-01 custom "register" "contract" "HT"\n', "contract HT", "contract, output, company"),
    "of none": ('2015-03-01 custom "register"\n', "", "bank_line, bank_match, cash_plan"),
}


@pytest.mark.parametrize(("text", "found", "known"), NONE.values(), ids=NONE)
def test_a_register_that_does_not_exist(text: str, found: str, known: str) -> None:
    """Is named with those most like it, at its line."""
    with pytest.raises(UsageError) as caught:
        told(text, "contracts")
    assert (caught.value.key, caught.value.details) == (
        "register-unknown", {"path": "ledger.beancount", "line": 2, "found": found, "known": known},
    )  # fmt: skip


WRONG: Final = {
    "no column": ("contract", 'colour: "red"', "colour", ", ".join(REGISTERS["contract"].fields)),
    "no text": ("contract", "payee: 5", "payee", '"…"'),
    "no date": ("contract", 'date: "2015"', "date", "2015-01-01"),
    "no end": ("recipient", 'valid-to: "x"', "valid_to", "2015-01-01"),
    "no number": ("recipient", 'members: "3"', "members", "1"),
    "half a number": ("recipient", "members: 2.5", "members", "1"),
    "no amount": ("contract", "amount: 5", "amount", "1.00 CNY"),
    "nothing": ("contract", "payee:", "payee", '"…"'),
}


@pytest.mark.parametrize(("register", "said", "field", "form"), WRONG.values(), ids=WRONG)
def test_what_is_no_entry(register: str, said: str, field: str, form: str) -> None:
    """Is refused with the form that is expected, at its line."""
    with pytest.raises(UsageError) as caught:
        told(f'2015-03-01 custom "register" "{register}"\n  {said}\n', "contracts")
    assert (caught.value.key, caught.value.details) == (
        "register-field",
        {"path": "ledger.beancount", "line": 2, "register": register, "field": field, "form": form},
    )


def test_what_is_no_import() -> None:
    """The same."""
    with pytest.raises(UsageError) as caught:
        told('2015-03-01 custom "batch" "1"\n  rows-read: "three"\n', "batches")
    assert caught.value.details == {
        "path": "ledger.beancount", "line": 2, "register": "batch", "field": "rows_read", "form": "1",
    }  # fmt: skip


NO_FUNDS: Final = {
    "en": 'the ledger does not declare its funds (custom "fund"), so nobody can say what they permit',
    "zh": '账簿未用 custom "fund" 声明资金，无从判断其允许的用途和期限',
}
NO_BANKS: Final = {
    "en": 'the ledger does not declare its bank accounts (custom "bank"), so nobody can say which funds they carry',
    "zh": '账簿未用 custom "bank" 声明银行账户，无从判断各账户承载的资金',
}
NO_IMPORT: Final = {
    "en": 'nothing was imported, or nothing says so (custom "batch"), so there is no printed total to compare',
    "zh": '没有导入批次的记录（custom "batch"），没有可供核对的原表合计',
}


def test_what_a_ledger_does_not_tell() -> None:
    """Is told in both languages, relation by relation: its funds, its banks, its imports, each of the registers."""
    ledger = booked(parse_text("2014-01-01 open Assets:F01:Bank\n", "ledger.beancount"))
    with foreign(ledger.entries, ledger.options) as bare:
        missing = dict(bare.lens.missing)
    assert {name: missing.pop(name) for name in ("funds", "grants", "banks", "batches")} == {
        "funds": NO_FUNDS, "grants": NO_FUNDS, "banks": NO_BANKS, "batches": NO_IMPORT,
    }  # fmt: skip
    assert missing.keys() == BY_RELATION.keys()
    assert missing["deaths"] == {
        "en": "no register: Deaths, from the civil registry (death)", "zh": "缺登记簿：死亡人员（death）",
    }  # fmt: skip
    with loaded(f'{FUND}{BATCHES}{CONTRACTS}2014-01-01 custom "bank" "B1"\n') as telling:
        assert telling.lens.missing.keys() == BY_RELATION.keys() - {"contracts", "recipients"}
