"""Rows of files that made no voucher, each in its present state, and whether somebody has to decide about it."""

from __future__ import annotations

from typing import Final

OTHERWISE: Final = "posted-otherwise"
"""Why a row waits that was posted before and says something else by now: the voucher that stands is no answer."""

HELD: Final = f"""
SELECT r.batch, b.file, b.sheet, r.row, r.reasons, r.cells, r.amount, r.natural_key, r.occurrence, d.voucher, d.entry,
    d.reason AS decision, d.decided_by, d.decided_at,
    CASE WHEN d.decided IS NOT NULL THEN d.decided
        WHEN r.state = 'quarantined' AND EXISTS (SELECT 1 FROM input_row AS o
            JOIN decision AS e ON e.batch = o.batch AND e.row = o.row
            WHERE o.natural_key = r.natural_key AND o.occurrence = r.occurrence AND o.state = 'quarantined'
            AND r.natural_key <> '' AND o.says = r.says AND e.decided = 'rejected') THEN 'rejected'
        WHEN r.state = 'quarantined' AND REPLACE(r.reasons, '"{OTHERWISE}"', '') = r.reasons AND (EXISTS (
            SELECT 1 FROM voucher AS v
            WHERE v.natural_key = r.natural_key AND v.occurrence = r.occurrence)
            OR EXISTS (SELECT 1 FROM application AS a
            WHERE a.natural_key = r.natural_key AND a.occurrence = r.occurrence)
            OR EXISTS (SELECT 1 FROM input_row AS o JOIN decision AS e ON e.batch = o.batch AND e.row = o.row
            WHERE o.natural_key = r.natural_key AND o.occurrence = r.occurrence AND o.state = 'quarantined'
            AND e.decided = 'posted')) THEN 'posted'
        ELSE r.state END AS state,
    CASE WHEN r.natural_key = '' THEN 1 WHEN EXISTS (SELECT 1 FROM input_row AS o
        LEFT JOIN decision AS e ON e.batch = o.batch AND e.row = o.row
        WHERE o.natural_key = r.natural_key AND o.occurrence = r.occurrence AND o.state = 'quarantined'
        AND o.says = r.says AND (o.batch < r.batch OR e.decided = 'rejected')) THEN 0 ELSE 1 END AS waits
FROM input_row AS r JOIN batch AS b ON b.batch = r.batch
LEFT JOIN decision AS d ON d.batch = r.batch AND d.row = r.row
"""
