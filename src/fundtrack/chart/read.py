"""Read a chart from Beancount text, with Beancount's parser alone, and refuse what a chart may not say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.beantext import escape
from fundtrack.beantext.directives import Custom, Open
from fundtrack.beantext.parse import parse_text
from fundtrack.chart.fields import FORMS, Fields
from fundtrack.chart.model import (
    CODE,
    CURRENCY,
    FUND,
    KINDS,
    LEVELS,
    QUOTA,
    QUOTA_UNIT,
    REGIMES,
    ROLES,
    ROOTS,
    STATUSES,
    Account,
    Bank,
    Chart,
    Fund,
    Intermediary,
    Project,
    Use,
    identity,
)
from fundtrack.errors import LANGUAGES, ChartError, FormatError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from fundtrack.beantext.parse import Parsed
    from fundtrack.errors import Language

DECLARED: Final = re.compile(r"[A-Z][A-Z0-9-]{0,11}", re.ASCII)
"""What the code of a bank account or a project may be."""

ROOT_OPTIONS: Final = {root: f"name_{root.lower()}" for root in ROOTS["en"]}
"""The option that names each root."""


CHINESE_ROOT: Final = re.compile(rf"\b({'|'.join(ROOTS['zh'].values())}):")
"""A Chinese root in what Beancount objects to."""


def read_chart(text: str, path: str) -> Chart:
    """Return the chart that a text says; `path` is where it stands, for the errors.

    Raises ChartError with file, line and remedy for what a chart may not say; UsageError where `parse_text` does.
    """
    parsed = parse_text(text, path)
    # First, because a wrong name of a root makes every account under it wrong.
    language = _language(parsed, text, path)
    if parsed.errors:
        if language == "en" and any(CHINESE_ROOT.search(problem.message) for problem in parsed.errors):
            written = " ".join(f'option "{option}" "{ROOTS["zh"][root]}"' for root, option in ROOT_OPTIONS.items())
            raise ChartError("chart-roots-unsaid", path=path, line=parsed.errors[0].line, options=written)
        found = "; ".join(f"line {problem.line}: {problem.message}" for problem in parsed.errors)
        raise ChartError("chart-syntax", path=path, line=parsed.errors[0].line, found=found)
    given = _given(parsed, path)
    funds = _funds(given["fund"])
    banks = _banks(given["bank"])
    projects = _projects(given["project"])
    chart = Chart(
        title=_title(parsed, text, path),
        language=language,
        funds=funds,
        accounts=_accounts(given["open"], language, funds, banks),
        uses=(),
        banks=banks,
        projects=projects,
        intermediaries=_intermediaries(given["intermediary"], projects),
        currency=next(iter(parsed.options["operating_currency"]), CURRENCY),
    )
    return replace(chart, uses=_uses(given["use"], chart))


def _language(parsed: Parsed, text: str, path: str) -> Language:
    """Return the language of the five roots; refuse every option but theirs, the title and the currency."""
    options, defaults = parsed.options, parse_text("", path).options
    roots = [options[option] for option in ROOT_OPTIONS.values()]
    language = next((language for language in LANGUAGES if roots == list(ROOTS[language].values())), None)
    if language is None:
        raise ChartError("chart-roots", path=path, line=_line(text, "name_"), roots=", ".join(roots))
    if len(said := options["operating_currency"]) > 1 or not all(map(money.is_currency, said)):
        raise ChartError("chart-currency", path=path, line=_line(text, "operating_currency"))
    own = {"dcontext", "filename", "title", "operating_currency", *ROOT_OPTIONS.values()}
    for name in sorted(options.keys() - own):
        if options[name] != defaults[name]:
            raise ChartError("chart-option", path=path, line=_line(text, name), option=name)
    return language


def _line(text: str, name: str) -> int:
    """Return the line of the option whose name begins so, or of the first plugin or include; else 1."""
    found = re.search(rf'^[ \t]*(?:option\s+"{name}|{name}\s)', text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _title(parsed: Parsed, text: str, path: str) -> str:
    title: str = parsed.options["title"]
    if title == parse_text("", path).options["title"] or not title.strip():
        raise ChartError("chart-title", path=path, line=_line(text, "title"))
    try:
        return escape.stored(title)
    except FormatError as error:
        line = _line(text, "title")
        raise ChartError("chart-text", path=path, line=line, subject="option", key="title", **error.details) from error


def _given(parsed: Parsed, path: str) -> dict[str, list[Fields]]:
    """Return the directives by what they declare, in the order they are written."""
    given: dict[str, list[Fields]] = {kind: [] for kind in ("open", *FORMS)}
    for entry in sorted(parsed.entries, key=lambda entry: int(entry.meta["lineno"])):
        line = entry.meta["lineno"]
        if not isinstance(entry, Open | Custom):
            raise ChartError("chart-directive", path=path, line=line, directive=type(entry).__name__.lower())
        kind = entry.type if isinstance(entry, Custom) else "open"
        if kind not in given:
            raise ChartError("chart-custom", path=path, line=line, custom=kind, known=", ".join(FORMS))
        given[kind].append(Fields(entry, path))
    return given


def _declared(fields: Fields, seen: Container[str], pattern: re.Pattern[str], key: str) -> str:
    """Return the code or name that a directive declares for the first time."""
    (code,) = fields.values()
    if not pattern.fullmatch(code):
        raise fields.error(key, code=code)
    if code in seen:
        raise fields.error("chart-declared-twice", code=code)
    return code


def _label(fields: Fields, code: str, name: str) -> str:
    """Return a name that may stand behind a code in an account."""
    if not escape.is_valid_component(f"{code}-{name}") or not name:
        fit = re.sub(r"[\W_]+", "-", name).strip("-") or "–"
        raise fields.error("chart-name", name=name, code=code, fit=fit)
    return name


def _funds(given: Iterable[Fields]) -> dict[str, Fund]:
    funds: dict[str, Fund] = {}
    for fields in given:
        code = _declared(fields, funds, FUND, "chart-fund-code")
        name, name_zh = (_label(fields, code, name) for name in fields.names())
        funds[code] = fund = Fund(
            code=code,
            name=name,
            name_zh=name_zh,
            group=fields.text("group", code[:3]),
            department=fields.text("department"),
            level=fields.choice("level", LEVELS),
            regime=fields.choice("regime", REGIMES),
            valid_from=fields.day("valid-from"),
            valid_to=fields.day("valid-to"),
            may_advance=fields.flag("may-advance"),
            authority=fields.text("authority"),
            date=fields.date,
            line=fields.line,
        )
        if fund.valid_from and fund.valid_to and fund.valid_to < fund.valid_from:
            raise fields.error("chart-validity", first=fund.valid_from, last=fund.valid_to)
        fields.done()
        for shorter, longer in pairwise(sorted(funds)):
            if longer.startswith(shorter):
                raise fields.error("chart-prefix", shorter=shorter, longer=longer)
    return funds


def _banks(given: Iterable[Fields]) -> dict[str, Bank]:
    banks: dict[str, Bank] = {}
    for fields in given:
        code = _declared(fields, banks, DECLARED, "chart-code")
        number = fields.text("number")
        for other in banks.values():
            if other.number == number:
                raise fields.error("chart-bank-number", number=number, first=other.code)
        banks[code] = Bank(code, *fields.names(), number, fields.date, fields.line)
        fields.done()
    return banks


def _projects(given: Iterable[Fields]) -> dict[str, Project]:
    projects: dict[str, Project] = {}
    for fields in given:
        code = _declared(fields, projects, DECLARED, "chart-code")
        projects[code] = Project(code, *fields.names(), fields.date, fields.line)
        fields.done()
    return projects


def _intermediaries(given: Iterable[Fields], projects: Container[str]) -> dict[str, Intermediary]:
    found: dict[str, Intermediary] = {}
    for fields in given:
        name = _declared(fields, found, re.compile(r"\S.*"), "chart-code")
        project = fields.text("project")
        if project not in projects:
            raise fields.error("chart-project", project=project)
        found[name] = Intermediary(name, project, fields.choice("role", ROLES), fields.date, fields.line)
        fields.done()
    return found


def _accounts(
    given: Iterable[Fields], language: Language, funds: dict[str, Fund], banks: Container[str]
) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    codes: dict[tuple[str, str], Account] = {}
    for fields in given:
        account = _account(fields, language, funds)
        twin = codes.setdefault((account.fund, account.code), account)
        if twin is not account:
            raise fields.error("chart-code-twice", code=account.code, fund=account.fund, first=twin.line)
        if account.bank and account.bank not in banks:
            raise fields.error("chart-bank", bank=account.bank)
        accounts[account.path] = account
        fields.done()
    _refuse_partial_quota(given, accounts)
    return accounts


def _refuse_partial_quota(given: Iterable[Fields], accounts: dict[str, Account]) -> None:
    """Refuse a fund that has accounts for some statuses of its quota and not, or not once, for the others."""
    lines = {fields.line: fields for fields in given}
    held: dict[str, list[Account]] = {}
    for account in accounts.values():
        if account.kind.startswith(QUOTA):
            held.setdefault(account.fund, []).append(account)
    for fund, of_fund in held.items():
        kinds = sorted(account.kind for account in of_fund)
        if kinds != sorted(QUOTA + status for status in STATUSES) or len({account.unit for account in of_fund}) > 1:
            needed = ", ".join(QUOTA + status for status in STATUSES)
            raise lines[of_fund[0].line].error("chart-quota-incomplete", fund=fund, needed=needed)


def _account(fields: Fields, language: Language, funds: dict[str, Fund]) -> Account:
    """Return the account of an `open`, judged by itself and its fund."""
    entry = fields.opened()
    components = entry.account.split(":")
    if len(components) != len(("root", "fund", "account")):
        raise fields.error("chart-components", count=len(components))
    root, fund, code = identity(entry.account).split(":")
    if not FUND.fullmatch(fund):
        raise fields.error("chart-fund-code", code=fund)
    if fund not in funds:
        raise fields.error("chart-fund", fund=fund)
    if components[1] != funds[fund].component(language):
        raise fields.error("chart-fund-name", written=components[1], declared=funds[fund].component(language))
    if not CODE.fullmatch(code):
        raise fields.error("chart-account-code", code=code)
    own = _label(fields, code, components[2].partition("-")[2])
    other = _label(fields, code, fields.text("name-zh" if language == "en" else "name-en", own))
    unit = _unit(fields)
    kind, bank = _kind(fields, root, unit)
    return Account(
        root=root,
        fund=fund,
        unit=unit,
        code=code,
        kind=kind,
        controlled=int(kind == "cash"),
        name=own if language == "en" else other,
        name_zh=other if language == "en" else own,
        bank=bank,
        date=fields.date,
        authority=fields.text("authority", ""),
        line=fields.line,
    )


def _kind(fields: Fields, root: str, unit: str) -> tuple[str, str]:
    """Return the kind of an account and its bank account, which cash has and nothing else."""
    bank = fields.text("bank", "")
    first = KINDS[root][0]
    kind = fields.choice("kind", KINDS[root], first if bank or first != "cash" else None)
    if (kind == "cash") != bool(bank):
        raise fields.error("chart-cash", kind=kind)
    if kind.startswith(QUOTA) != unit.endswith(QUOTA_UNIT):
        raise fields.error("chart-quota-unit", kind=kind, unit=unit)
    return kind, bank


def _unit(fields: Fields) -> str:
    entry = fields.opened()
    units = entry.currencies or []
    if len(units) != 1 or entry.booking is not None or not escape.NAMES["currency"].fullmatch(units[0]):
        raise fields.error("chart-unit")
    return units[0]


def _uses(given: Iterable[Fields], chart: Chart) -> tuple[Use, ...]:
    """Return every grant and end of a use; an account opened with an authority is granted by it."""
    expenses = [account for account in chart.accounts.values() if account.root == "Expenses"]
    written = {account.written(chart.language, chart): account for account in expenses}
    opened = [one for one in expenses if one.authority]
    uses = [Use(one.path, one.date, granted=True, document=one.authority, line=one.line) for one in opened]
    granted = {use.account: use for use in uses}
    for fields in sorted(given, key=lambda fields: fields.date):
        name, word = fields.values()
        account = written.get(name)
        if account is None:
            raise fields.error("chart-use-account", account=name)
        if word not in {"granted", "ended"}:
            raise fields.error("chart-use-word", word=word)
        use = Use(account.path, fields.date, word == "granted", fields.text("authority"), fields.line)
        last = granted.get(use.account)
        if use.date < account.date:
            raise fields.error("chart-use-early", opened=account.date)
        if last and last.date == use.date:
            raise fields.error("chart-use-twice", first=last.line)
        if not use.granted and not (last and last.granted):
            raise fields.error("chart-use-not-granted", account=name)
        granted[use.account] = use
        uses.append(use)
        fields.done()
    return tuple(uses)
