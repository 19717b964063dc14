"""The first book: tables, views, and the controls the database itself holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import op

from fundtrack.schema import dialect, moved, payments, registers
from fundtrack.schema.functions import with_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0001"
down_revision = None

FOLDER = Path(__file__).parent / "0001"

APPEND_ONLY: dict[str, list[tuple[str, ...]]] = {
    "release": [("release",)],
    "chart": [("version",)],
    "fund": [("fund",)],
    "fund_terms": [("fund", "chart")],
    "bank_account": [("bank",), ("number",)],
    "account": [("fund", "unit", "code")],
    "use_grant": [("seq",)],
    "quota_heading": [("fund", "status"), ("fund", "code")],
    "quota": [("fund", "line"), ("treasury_id",)],
    "application": [("application",), ("natural_key", "occurrence")],
    "application_decision": [("application",)],
    "period_act": [("seq",)],
    "batch": [("batch",), ("sha256", "sheet")],
    "voucher": [("id",), ("natural_key", "occurrence"), ("reverses",)],
    "entry": [("voucher", "line")],
    "input_row": [("batch", "row")],
    "decision": [("batch", "row")],
    "batch_default": [("batch", "nth")],
    "alias": [("alias",)],
    "alias_decision": [("alias",)],
    "fund_basis": [("fund_basis",)],
    "correction": [("seq",)],
    "refusal": [("seq",)],
    "audit": [("audit",)],
    "audit_check": [("audit", "page")],
    "finding": [("finding",), ("page", "fingerprint")],
    "sighting": [("finding", "audit")],
    "side": [("seq",)],
    "waiver": [("waiver",)],
    "waiver_revoked": [("waiver",)],
    "finding_act": [("finding", "seq")],
    **{name: [("seq",)] for name in registers.REGISTERS},
}
"""Tables no row of which is ever changed or deleted, with their keys (SQLite's REPLACE deletes by any of them).

By the number of a voucher it cannot: `voucher_numbered_without_gap` takes none but the next.
"""

DERIVED: dict[str, list[tuple[str, ...]]] = {
    "balance": [("fund", "unit", "code")],
    "commitment": [("fund", "unit", "code", "contract")],
    "daily_balance": [],
}
"""Tables that triggers keep up to date and no row of which is ever deleted; a day's change is inserted over itself."""


def upgrade() -> None:
    """Create the book in the connection's schema."""
    connection = op.get_bind()
    name = connection.dialect.name
    tables, views = (moved.spelled_out((FOLDER / file).read_text("utf-8")) for file in ("tables.sql", "views.sql"))
    for script in (tables, registers.script("book"), registers.behind(), views, payments.script("book")):
        dialect.run_script(connection, dialect.translated(script, name))
    controls = with_functions((FOLDER / f"{name}.sql").read_text("utf-8"), name)
    if name == "sqlite":
        dialect.run_script(connection, controls + "\n".join(sqlite_guards()))
    else:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        dialect.run_script(connection, "\n".join([*postgresql_controls(controls), *postgresql_guards()]))
        dialect.run_script(connection, postgresql_roles(schema))


def sqlite_guards() -> Iterator[str]:
    """Yield the append-only guards. REPLACE passes by DELETE triggers, so an insert over an existing key is refused."""
    for table, keys in (APPEND_ONLY | DERIVED).items():
        refuse = f"SELECT RAISE(ABORT, 'append-only: a {table} is never changed or deleted')"
        taken = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{column} = NEW.{column}' for column in key)})"
            for key in keys
        )
        if table in APPEND_ONLY:
            yield f"CREATE TRIGGER {table}_never_updated BEFORE UPDATE ON {table} BEGIN {refuse}; END;"
        yield f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} BEGIN {refuse}; END;"
        if keys:
            yield f"CREATE TRIGGER {table}_never_replaced BEFORE INSERT ON {table} WHEN {taken} BEGIN {refuse}; END;"


def postgresql_controls(text: str) -> Iterator[str]:
    """Yield the statements of postgresql.sql, each `-- control` section made a function and its statement trigger."""
    head, *sections = re.split(r"^-- control (\w+) on (\w+)\n", text, flags=re.MULTILINE)
    yield head
    for name, table, body in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        yield f"""CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
{body}
RETURN NULL; END $$;
CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT
EXECUTE FUNCTION {name}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};"""


def postgresql_guards() -> Iterator[str]:
    """Yield the append-only guards; TRUNCATE is seen by a statement trigger only."""
    yield """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN PERFORM refuse('append-only: a ' || TG_TABLE_NAME || ' is never changed or deleted'); RETURN NULL; END $$;"""
    for table in APPEND_ONLY | DERIVED:
        for name, event in (("updated", "UPDATE"), ("deleted", "DELETE"), ("truncated", "TRUNCATE")):
            if table in DERIVED and event == "UPDATE":
                continue
            yield f"""CREATE TRIGGER {table}_never_{name} BEFORE {event} ON {table} FOR EACH STATEMENT
EXECUTE FUNCTION append_only();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_never_{name};"""


def postgresql_roles(schema: str) -> str:
    """Return the script of rights: the clerk and auditor roles of a book, where the owner may make roles.

    Roles are shared by all databases of a server, so another book may be making the same ones at this moment. Nobody
    may call the controls: a clerk could hang one on a temporary table of invented vouchers, and it acts as the owner.
    """
    inserted = ", ".join(dialect.INSERTED_BY_CLERKS)
    return f"""REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "{schema}" FROM PUBLIC;
DO $$ DECLARE role TEXT; BEGIN
    FOREACH role IN ARRAY ARRAY['{schema}_clerk', '{schema}_auditor'] LOOP
        IF to_regrole(quote_ident(role)) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA "{schema}" TO %I', role);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO %I', role);
    END LOOP;
    EXECUTE format('GRANT INSERT ON {inserted} TO %I', '{schema}_clerk');
    EXECUTE format('GRANT EXECUTE ON FUNCTION take_turn() TO %I', '{schema}_clerk');
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'roles not made: the owner may not create roles; doctor names it';
END $$;"""
