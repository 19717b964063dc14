"""The kinds of evidence that a county asks for: its own words, as they stand in its register of evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from fundtrack.checking import checks
from fundtrack.checking.run import run
from staging import loaded

LEDGER: Final = """
2015-01-01 custom "fund" "F01"
2015-02-01 custom "register" "evidence"
  voucher-number: "F01-2015-000001"
  kind: "会议纪要"
  document: "纪要1"
2015-02-01 * "甲公司" "x" #disbursement
  voucher: "F01-2015-000001"
  Expenses:F01-A:0601-House  5.00 CNY
  Assets:F01-A:1001-Bank
"""


@pytest.mark.parametrize(
    ("thresholds", "wanted"),
    [
        ({}, {"approval"}),
        ({"payment": "minutes,会议纪要"}, {"minutes"}),
        ({"payment": " minutes , 照片 ,,会议纪要,"}, {"minutes", "照片"}),
        ({"payment": ""}, set()),
        ({"payment": "", "contracted": "甲", "person": "乙", "verification": "丙"}, set()),
        ({"payment": "", "by_use": "0602:照片,0601:图纸,0601:会议纪要,0601:minutes,清单"}, {"图纸", "minutes", "清单"}),
    ],
)
def test_every_word_is_asked_for(thresholds: dict[str, str], wanted: set[str]) -> None:
    """Also one that no page knows: a threshold that is accepted and asks for nothing would pass for soundness."""
    check = checks()["evidence-missing"]
    asked = replace(check, parameters={**check.parameters, **thresholds})
    with loaded(LEDGER) as ledger:
        found = run(ledger.connection, [asked], ledger.lens)
    assert {one.expected for one in found} == wanted
