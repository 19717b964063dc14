"""The plugin: bean-check and Fava show the findings of the checks, each on its line, and nothing on sound ledgers."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader

import fundtrack
from books import CHART, small_book
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.ledger import canonical, publish, read
from fundtrack.plugin import LedgerError, check, language_of, local_pages
from ledgers import CASH, PAGE, new_page, post_troubles
from quotas import controlled, end_the_year, run_a_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands import Say
    from fundtrack.errors import Language

DATA: Final = Path(__file__).parent / "data" / "domain-examples"
PLUGIN: Final = 'plugin "fundtrack.plugin"\n'
WITH_LEADS: Final = 'plugin "fundtrack.plugin" "leads"\n'
SPEND: Final = '2015-02-01 * "某公司" "x"\n  Expenses:F01-A:House  {} CNY\n  Assets:F01-A:Cash\n'
LINE: Final = CASH.count("\n") + PLUGIN.count("\n") + 1
"""Where a transaction stands that follows CASH."""


def errors(text: str) -> list[LedgerError]:
    """Return what the plugin says of a text; Beancount itself may say more."""
    found: Sequence[object] = loader.load_string(text)[1]
    return [error for error in found if isinstance(error, LedgerError)]


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    """Run bean-check on a file."""
    environment = os.environ | {
        "PYTHONPATH": str(Path(fundtrack.__file__).parent.parent),
        "PYTHONIOENCODING": "utf-8",
        "BEANCOUNT_DISABLE_LOAD_CACHE": "1",
    }
    command = [sys.executable, "-m", "beancount.scripts.check", str(path)]
    return subprocess.run(command, check=False, env=environment, capture_output=True, encoding="utf-8")


def fava_errors(path: Path) -> list[tuple[int, str]]:
    """Return the line and message of each error that Fava shows."""
    from fava.core import FavaLedger

    return [(int(str(error.source["lineno"])), error.message) for error in FavaLedger(str(path)).errors if error.source]


def book_ledger(folder: Path, text: str, plugin: str = PLUGIN) -> Path:
    """Write the ledger of a book, with the plugin, and return its path."""
    (folder / "fundtrack.toml").write_text("", "utf-8")
    (folder / "ledger").mkdir()
    path = folder / "ledger" / "main.beancount"
    path.write_text(plugin + text, "utf-8")
    return path


def test_bean_check_shows_each_finding_on_its_line(tmp_path: Path) -> None:
    """The file, the line, the check, what it found with full account names, and the remedy."""
    text = (DATA / "mixed_channel_passes.beancount").read_text("utf-8")
    path = tmp_path / "main.beancount"
    path.write_text(PLUGIN + text, "utf-8")
    checked = bean_check(path)
    assert checked.returncode == 1
    heads = [line for line in checked.stderr.splitlines() if line.startswith(str(path))]
    assert [head.removeprefix(str(path)).split(": ")[:2] for head in heads] == [
        [":10", "mixed-channel"], [":13", "mixed-channel"], [":13", "overdrawn"],
    ]  # fmt: skip
    assert "leaves Assets:Cash:F03-Dilapidated:Treasury at -1,108,000.00 CNY" in heads[2]
    assert heads[2].endswith("interfund loan.")
    placed = [head.removeprefix(f"{path}:").partition(":") for head in heads]
    assert fava_errors(path) == [(int(line), message.strip()) for line, _, message in placed]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sound_ledgers_are_silent(tmp_path: Path, language: Language) -> None:
    """Nothing is said about a sound ledger, nor about a sound book as it is published, in bean-check or Fava."""
    path = tmp_path / "lifecycle.beancount"
    path.write_text(PLUGIN + (DATA / "lifecycle.beancount").read_text("utf-8"), "utf-8")
    published = publish(small_book(tmp_path / "book"), language)
    for ledger in (path, published.main, published.fava):
        checked = bean_check(ledger)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert fava_errors(ledger) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_book_under_quota_control_is_silent(tmp_path: Path, language: Language, say: Say) -> None:
    """The accounts of its quota lines are named by the roots of the ledger's language in every file."""
    book = create_book(tmp_path / "book", title="Quota", language=language)
    apply_chart(book, controlled(date(2015, 1, 1)), by="owner", document="文")
    run_a_year(book)
    end_the_year(book)
    published = publish(book)
    for ledger in (published.main, published.fava, *(published.main.parent / "year").iterdir()):
        checked = bean_check(ledger)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert fava_errors(ledger) == []
    found = say("check", published.main, "--format", "json")
    assert "ledger-problem" not in {one["check"] for one in found.json["findings"]}
    assert read(published.main) == canonical(book)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_published_book_shows_its_findings(tmp_path: Path, language: Language) -> None:
    """What the audit of a book finds stands in Fava, in the language of the ledger."""
    book = small_book(tmp_path)
    post_troubles(book)
    found = audit_book(book).findings
    published = publish(book, language)
    shown = fava_errors(published.fava)
    found = tuple(finding for finding in found if finding.severity != "warn")
    assert sorted(message.partition(":" if language == "en" else "：")[0] for _, message in shown) == sorted(
        finding.check for finding in found
    )
    assert any("短缺" in message for _, message in shown) == (language == "zh")


def test_a_new_page_appears_everywhere(tmp_path: Path) -> None:
    """A page that did not exist until now is shown by bean-check and by Fava, to the fen of its threshold."""
    limit = 100 + secrets.randbelow(10_000)
    name = new_page(tmp_path / "checks", limit)
    amounts = [f"{fen // 100}.{fen % 100:02d}" for fen in (limit, limit + 1)]
    path = book_ledger(tmp_path, CASH + "".join(map(SPEND.format, amounts)))
    line = LINE + SPEND.count("\n")
    checked = bean_check(path)
    assert checked.returncode == 1
    assert f"{path}:{line}:" in checked.stderr
    assert checked.stderr.count(name) == 1
    ((where, message),) = fava_errors(path)
    assert (where, message.partition(":")[0]) == (line, name)
    assert f"is more than {limit} fen (Expenses:F01-A:House)" in message


BROKEN: Final = {
    "no title": "nothing\n",
    "no such column": PAGE.format(name="{0}", limit=1).replace("payee FROM", "nonsense FROM"),
    "not SQL": PAGE.format(name="{0}", limit=1).replace("SELECT voucher", "CHOOSE voucher"),
    "two statements": PAGE.format(name="{0}", limit=1).replace(":limit\n", ":limit; DROP TABLE staged_voucher\n"),
    "an unknown word": PAGE.format(name="{0}", limit=1).replace("{payee} is", "{nobody} is"),
    "an open brace": PAGE.format(name="{0}", limit=1).replace("{payee} is", "{payee is"),
    "an unknown parameter": PAGE.format(name="{0}", limit=1).replace(":limit", ":limits"),
    "an amount that is text": PAGE.format(name="{0}", limit=1).replace("unit, amount,", "unit, payee AS amount,"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_page_is_an_error_on_the_first_line(tmp_path: Path, text: str) -> None:
    """A page that does not run is named, with the ledger's first line; it is neither a finding nor a traceback."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "broken.md").write_text(text.replace("{0}", "broken"), "utf-8")
    path = book_ledger(tmp_path, CASH + SPEND.format("5.00"))
    (error,) = loader.load_file(str(path))[1]
    assert (error.source["filename"], error.source["lineno"]) == (str(path), 1)
    assert str(tmp_path / "checks" / "broken.md") in error.message


def test_a_page_that_takes_an_installed_name(tmp_path: Path) -> None:
    """A book cannot loosen a check by a page of its own under that name."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "overdrawn.md").write_text(PAGE.format(name="overdrawn", limit=1), "utf-8")
    ((line, message),) = fava_errors(book_ledger(tmp_path, CASH))
    assert line == 1
    assert "overdrawn" in message


def test_only_a_book_has_pages_of_its_own(tmp_path: Path) -> None:
    """A folder `checks` counts beside `fundtrack.toml` above the ledger's folder, and nowhere else."""
    ledger = tmp_path / "ledger" / "main.beancount"
    assert local_pages(ledger) is None
    (tmp_path / "fundtrack.toml").touch()
    assert local_pages(ledger) == tmp_path / "checks"
    assert local_pages(ledger.parent / "year" / "2015.beancount") == tmp_path / "checks"
    assert local_pages(tmp_path / "main.beancount") is None
    assert local_pages(Path("<string>")) is None


def test_a_ledger_without_funds_says_so() -> None:
    """The plugin in a ledger that knows no funds is a mistake, and told."""
    ((source, message, _),) = errors(f'{PLUGIN}2015-01-01 * "x"\n  Assets:Cash  1 CNY\n  Income:In\n'
                                     "2014-01-01 open Assets:Cash\n2014-01-01 open Income:In\n")  # fmt: skip
    assert source["lineno"] == 1
    assert "knows no funds" in message


def test_a_pattern_for_the_funds() -> None:
    """The configuration of the plugin says how account names show their fund."""
    text = '2015-01-01 * "x"\n  Expenses:Roads:Gravel  1 CNY\n  Income:Houses:In\n'
    opens = "2014-01-01 open Expenses:Roads:Gravel\n2014-01-01 open Income:Houses:In\n"
    (error,) = errors(f'plugin "fundtrack.plugin" "^[^:]+:([^:]+)"\n{opens}{text}')
    assert error.message.startswith("mixed-channel: ")
    (error,) = errors(f'plugin "fundtrack.plugin" "("\n{opens}{text}')
    assert "regular expression" in error.message


def test_the_language_of_the_ledger() -> None:
    """Chinese roots, or Fava's language, decide in which language findings are said."""
    empty, _, english = loader.load_string("")
    chinese = loader.load_string('option "name_assets" "A资产"\n')[2]
    told = loader.load_string('2000-01-01 custom "fava-option" "language" "zh_CN"\n')[0]
    assert language_of(empty, english) == "en"
    assert language_of(empty, chinese) == "zh"
    assert language_of(told, english) == "zh"


def test_reversals_of_last_year_are_trusted() -> None:
    """A view of one year may take back what is not in it; the audit of a whole ledger asks for the original.

    It takes nothing back who spends again, or names a voucher that would stand in this view.
    """
    text = (
        f'{CHART}2016-01-01 * "x" #disbursement\n  reverses: "F01-2015-000009"\n'
        "  Expenses:F01-Relocation:0612-Never  -1.00 CNY\n  Equity:F01-Relocation:3001-Balance\n"
    )
    assert not errors(PLUGIN + text)
    spends = text.replace("-1.00", "1.00")
    for claim in (spends, spends.replace("  reverses", "  cites"), spends.replace('"F01-2015', '"F01-2016')):
        assert "use-not-permitted" in {error.message.partition(":")[0] for error in errors(PLUGIN + claim)}


def test_entries_pass_unchanged() -> None:
    """The plugin looks and does not touch."""
    entries, _, options = loader.load_string(CASH)
    assert check(entries, options)[0] is entries


CONTRACTS: Final = """\
2015-03-01 custom "register" "contract"
  contract: "HT-1"
  payee: "甲"
  date: 2015-03-01
  amount: 10.00 CNY
2015-03-01 custom "register" "contract"
  contract: "HT-2"
  payee: "乙"
  date: 2015-03-01
  amount: 10.01 CNY
"""

ON_CONTRACTS: Final = """\
---
catalogue: XX-03
severity: warn
basis: [本县规定]
title-zh: 大额合同
message-zh: 合同 {contract} 为 {amount} {unit}，超过限额。
reason-zh: 大额合同须招标。
remedy-zh: 补齐招标资料。
---
# large-contract

Contract {contract} of {amount} {unit} is beyond the limit.

Large contracts are tendered.

**Remedy.** File the tender.

```sql scope=book
SELECT c.entry, 0 AS voucher, '' AS fund, c.date, c.contract, c.amount, c.unit
FROM contracts AS c WHERE c.amount > 1000
```
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_found_of_a_register_stands_at_its_entry(tmp_path: Path, language: Language) -> None:
    """An audit-only check, a warning: at the directive itself, in the language of the ledger, in both programs."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "large-contract.md").write_text(ON_CONTRACTS, "utf-8")
    spoken = '2015-01-01 custom "fava-option" "language" "zh"\n' if language == "zh" else ""
    path = book_ledger(tmp_path, CASH + CONTRACTS + spoken, WITH_LEADS)
    ((line, message),) = fava_errors(path)
    second = CASH.count("\n") + PLUGIN.count("\n") + CONTRACTS.count("\n") // 2 + 1
    said = {"en": "Contract HT-2 of 10.01 CNY is beyond the limit.", "zh": "合同 HT-2 为 10.01 元，超过限额。"}
    assert said[language] in message
    assert line == second
    assert f"{path}:{second}:" in bean_check(path).stderr


def test_a_check_that_cannot_run_is_no_error(tmp_path: Path) -> None:
    """Without a register nothing is shown of it: only what the audit of the ledger found by the checks it ran."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "large-contract.md").write_text(ON_CONTRACTS, "utf-8")
    path = book_ledger(tmp_path, CASH + SPEND.format("5.00"))
    audit = audit_ledger(path, pages=tmp_path / "checks")
    assert "large-contract" in [one.check for one in audit.not_run]
    assert fava_errors(path) == [], "leads are no errors, unless they are asked for"
    path.write_text(path.read_text("utf-8").replace(PLUGIN, WITH_LEADS), "utf-8")
    shown = sorted(message.partition(":")[0] for _, message in fava_errors(path))
    assert shown == sorted(one.check for one in audit.findings)
    assert set(shown).isdisjoint(one.check for one in audit.not_run)
    assert "large-contract" not in bean_check(path).stderr


def test_what_nothing_says_is_not_asked(tmp_path: Path) -> None:
    """A page that needs a column which no voucher has would accuse them all; the audit does not run it, nor do we."""
    (tmp_path / "checks").mkdir()
    page = PAGE.format(name="large", limit=1).replace("basis:", "needs: [vouchers.bank_ref]\nbasis:")
    (tmp_path / "checks" / "large.md").write_text(page, "utf-8")
    spend = SPEND.format("5.00")
    path = book_ledger(tmp_path, CASH + spend)
    assert "large" not in [message.partition(":")[0] for _, message in fava_errors(path)]
    path.write_text(PLUGIN + CASH + spend.replace('"x"\n', '"x"\n  bank-ref: "R1"\n'), "utf-8")
    assert [message.partition(":")[0] for _, message in fava_errors(path)].count("large") == 1


def test_a_warning_is_worded_as_the_audit_words_it(tmp_path: Path) -> None:
    """Every finding of a Chinese ledger is in Chinese, and the very sentence of the audit."""
    book = small_book(tmp_path)
    post_troubles(book)
    published = publish(book, "zh")
    audited = [one.messages["zh"] for one in audit_ledger(published.main).findings]
    published.fava.write_text(published.fava.read_text("utf-8").replace(PLUGIN, WITH_LEADS), "utf-8")
    shown = [message for _, message in fava_errors(published.fava)]
    assert len(shown) == len(audited)
    assert all(any(said in message for message in shown) for said in audited)


def test_what_cites_last_years_voucher_is_no_error_of_this_year(tmp_path: Path) -> None:
    """A year by itself does not hold what its refunds cite; a whole ledger must."""
    back = '2015-05-01 * "x" "back" #refund\n  voucher: "F01-2015-000001"\n  cites: "F01-2014-000009"\n'
    text = f"{CASH}{back}  Expenses:F01-A:House  -5.00 CNY\n  Assets:F01-A:Cash\n"
    assert "red-without-original" not in [error.message.partition(":")[0] for error in errors(PLUGIN + text)]
    (tmp_path / "whole.beancount").write_text(text, "utf-8")
    whole = audit_ledger(tmp_path / "whole.beancount", only=["red-without-original"])
    assert [one.check for one in whole.findings] == ["red-without-original"]
