"""What an audit found, as files for people and programs: JSON, CSV, SARIF, a working paper, a page for a browser."""

from __future__ import annotations

from fundtrack.reporting.audits.file import SUFFIXES, writing
from fundtrack.reporting.audits.page import page
from fundtrack.reporting.audits.paper import working_paper
from fundtrack.reporting.audits.rows import as_csv
from fundtrack.reporting.audits.sarif import as_sarif

__all__ = ["SUFFIXES", "as_csv", "as_sarif", "page", "working_paper", "writing"]
