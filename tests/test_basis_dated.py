"""Law is dated: a check asks of a day only what was law on that day, or names an older basis beside the younger one."""

from __future__ import annotations

import re
from typing import Final

import pytest

from fundtrack.checking import checks

CHECKS: Final = checks()
YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
OLDEST: Final = 2012
"""The year in which the oldest money began that a book of ours may hold; law of before is law for all of it."""

ORDER: Final = re.compile(r"令第\d+号")


@pytest.mark.parametrize("name", CHECKS)
def test_no_check_is_older_than_all_it_rests_on(name: str) -> None:
    """The earliest basis holds from the first day that the check applies to; one without a year has no beginning."""
    check = CHECKS[name]
    years = [[int(year) for year in YEAR.findall(str(said))] for said in check.page.front["basis"]]
    since = min(min(one, default=0) for one in years)
    assert since <= max(check.begins.year, OLDEST), f"{name} needs `from`, or an older basis"


@pytest.mark.parametrize("name", CHECKS)
def test_an_order_says_its_year(name: str) -> None:
    """The number of a ministry's order says no year, so the page does: else nobody sees that it is too young."""
    for said in map(str, CHECKS[name].page.front["basis"]):
        assert not ORDER.search(said) or YEAR.search(said), said
