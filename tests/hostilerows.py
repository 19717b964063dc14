"""Rows that are wrong among sound ones, and the reason each waits with."""

from __future__ import annotations

from typing import Final

from hostile import HEADER, ROW

WAITING: Final = (
    ("a date that a spreadsheet lost", "2015-06-01", "########", "date-unreadable"),
    ("a serial number for a date", "2015-06-01", "42156", "date-serial"),
    ("a day that never was", "2015-06-01", "2015-02-30", "date-impossible"),
    ("a day in another century", "2015-06-01", "2095-06-01", "date-ahead"),
    ("a fault for an amount", "5000.00", "#N/A", "amount-unreadable"),
    ("a fault for a payee", "某建筑公司", "#REF!", "cell-fault"),
    ("nobody for a payee", "某建筑公司", "NULL", "cell-fault"),
    ("no amount", "5000.00", "", "amount-empty"),
    ("infinity", "5000.00", "1e999999999", "amount-unreadable"),
    ("no number", "5000.00", "NaN", "amount-unreadable"),
    ("digits of another script", "5000.00", "٥٠٠٠", "amount-unreadable"),
    ("a tenth of a fen", "5000.00", "5000.001", "amount-fraction"),
    ("more than there is", "5000.00", "999999999999999", "amount-too-large"),
    ("nothing paid", "5000.00", "0.00", "amount-zero"),
    ("a payment taken back that names none", "5000.00", "(5000.00)", "negative-without-original"),
    ("an account cut by a spreadsheet", "6222020200001111222", "6.22202E+18", "digits-lost"),
    ("a character that turns what follows", "进度款,", "\u202e进度款,", "text-control"),
    ("a character that is not seen", "某建筑公司", "某\u200b建筑公司", "text-control"),
    ("a person's number for a name", "某建筑公司", "451021197001010014", "private-misplaced"),
    ("a row cut off", ",进度款,,5000.00,GK{nth}", "", "row-ragged"),
    ("a cell too many", "GK{nth}\n", "GK{nth},1\n", "row-ragged"),
)
"""Rows that wait among sound ones: what is wrong, what stands for what in a sound row, and the reason that is told."""


def waiting() -> str:
    """Return a file of which every row but the last waits."""
    lines = []
    for nth, (_, was, becomes, _) in enumerate((*WAITING, ("", "", "", "")), 1):
        line = ROW.replace("SQ1,PZ1", f"SQ{nth},PZ{nth}").replace("GK1", f"GK{nth}")
        assert was.format(nth=nth) in line
        lines.append(line.replace(was.format(nth=nth), becomes.format(nth=nth), 1))
    return HEADER + "".join(lines)
