"""An import killed at random moments happens wholly or not at all; and the harness that says so would tell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import fundtrack
import kill

if TYPE_CHECKING:
    from sqlalchemy import URL


def harness(folder: Path, url: URL, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the harness in a process of its own: it forks, and pytest has threads."""
    database = [] if url.drivername == "sqlite" else ["--database", url.render_as_string(hide_password=False)]
    source = Path(fundtrack.__file__).parent.parent
    finished = subprocess.run(
        [sys.executable, kill.__file__, folder / "books", *database, *arguments],
        check=False,
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        encoding="utf-8",
    )
    sys.stdout.write(finished.stdout)
    return finished


def test_a_killed_import_has_happened_or_has_not(tmp_path: Path, database_url: URL) -> None:
    """After each of the kills, and after running it again, every row is in the book once and the totals tie."""
    kills = "100" if database_url.drivername == "sqlite" else "20"  # a hundred take PostgreSQL minutes
    finished = harness(tmp_path, database_url, "--kills", kills)
    assert not finished.returncode, finished.stdout + finished.stderr
    assert f" {kills} kills, " in finished.stdout


def test_the_harness_finds_an_import_that_commits_every_statement(tmp_path: Path, database_url: URL) -> None:
    """With the seeded bug the same kills leave half a batch."""
    finished = harness(tmp_path, database_url, "--kills", "10", "--autocommit")
    assert finished.returncode == 1, finished.stderr
    assert "(half batch)" in finished.stdout, finished.stdout + finished.stderr
