"""Dates as files write them, each either a day or a reason."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundtrack.errors import FormatError
from fundtrack.importing.values import dates


@pytest.mark.parametrize(
    "text",
    [
        "2015-02-13",
        "2015/2/13",
        "2015.2.13",
        "2015年2月13日",
        "20150213",
        "２０１５－０２－１３",
        " 2015-02-13 10:20:30",
        "2015-02-13T10:20",
        "2015/02/13  14:06:51",
        "20150213 140651",
        "20150213140651",
        "20150213T140651",
        "2015年2月13日14时06分51秒",
        "2015/2/13 下午 2:06:51",
        "2015-02-13\n14:06",
        "2015-02-13 02:06:51:000PM",
        "2015年2月13日星期五",
        "2015-02-13 周五",
    ],
)
def test_dates_are_read(text: str) -> None:
    """Year first, in every way Chinese files write it; the time of day is dropped."""
    assert dates.read(text) == dt.date(2015, 2, 13)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "date-empty"),
        ("42048", "date-serial"),
        ("42048.5", "date-serial"),
        ("0", "date-serial"),
        *(("1989", "date-serial"), ("2014", "date-year"), ("2014.0", "date-year"), ("２０１５年", "date-year")),
        ("2015-02-29", "date-impossible"),
        ("2015-13-01", "date-impossible"),
        ("20150230", "date-impossible"),
        ("0215-01-01", "date-impossible"),
        ("2999-01-01", "date-impossible"),
        ("13/02/2015", "date-unreadable"),
        *((month, "date-month") for month in ("2015-2", "201503", "2015-03", "2015年3月份", "２０１５.１２")),
        *(("201513", "date-serial"), ("2015-13", "date-unreadable")),
        ("2015/2-13", "date-unreadable"),
        ("00:00:00", "date-unreadable"),
        ("二〇一五年二月十三日", "date-unreadable"),
        ("٢٠١٥-٠٢-١٣", "date-unreadable"),
        ("2015-02-13x", "date-unreadable"),
        ("20150213146051", "date-unreadable"),
        ("201502131406", "date-unreadable"),
        ("2015年2月13日星期四", "date-impossible"),
        ("Monday 2015-02-13", "date-impossible"),
        ("星期五", "date-empty"),
    ],
)
def test_what_is_no_date_is_refused(text: str, key: str) -> None:
    """Serial numbers, impossible days and days that could be months are refused."""
    with pytest.raises(FormatError) as caught:
        dates.read(text)
    assert caught.value.key == key


@pytest.mark.parametrize(
    "text",
    [
        "13-Feb-15", "13 February 2015", "13Feb2015", "13/Feb/2015", "13.FEB.2015", "13th February, 2015",
        "February 13, 2015", "Feb 13 2015 12:00AM", "13/02/2015 02:06:51 PM", "13/2/15 0:00",
        "Friday, February 13, 2015", "Fri 13 Feb 2015", "friday 13/02/2015",
    ],
)  # fmt: skip
def test_dates_that_do_not_begin_with_the_year_are_read(text: str) -> None:
    """Day first, or with the month as a word wherever that stands."""
    assert dates.reader(dates.DAY)(text) == dt.date(2015, 2, 13)


@given(st.dates(dt.date(1949, 1, 1), dt.date(2099, 12, 31)))
def test_every_date_reads_back(date: dt.date) -> None:
    """All spellings of a day are that day."""
    for spelling in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
        assert dates.read(date.strftime(spelling)) == date


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_reason(text: str) -> None:
    """No text crashes the reader of dates."""
    with suppress(FormatError):
        assert dates.read(text).year >= dates.FIRST_YEAR
