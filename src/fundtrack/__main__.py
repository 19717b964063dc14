"""`python -m fundtrack`: the same as the command `fundtrack`."""

from __future__ import annotations

from fundtrack.cli import main

if __name__ == "__main__":
    main()
