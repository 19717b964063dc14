"""Whether a SARIF log is one, by the schema of OASIS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from jsonschema.validators import validator_for

SCHEMA: Final = json.loads((Path(__file__).parent / "data" / "sarif" / "sarif-schema-2.1.0.json").read_text("utf-8"))


def valid(log: Any) -> Any:  # noqa: ANN401 - whatever JSON says
    """Return the one run of a SARIF log that is what OASIS says it must be."""
    kind = validator_for(SCHEMA)
    kind.check_schema(SCHEMA)
    faults = [error.message for error in kind(SCHEMA).iter_errors(log)]
    assert not faults, faults
    (run,) = log["runs"]
    return run
