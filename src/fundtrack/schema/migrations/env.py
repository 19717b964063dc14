"""Runs the migrations on the connection that `schema.upgrade` hands over; its transaction is the caller's."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
