"""Reporting: what the book comes to, as tables, files and report pages."""

from __future__ import annotations

from fundtrack.reporting.balance import Balances, balances
from fundtrack.reporting.report import Report, reports
from fundtrack.reporting.table import Column, Table

__all__ = ["Balances", "Column", "Report", "Table", "balances", "reports"]
