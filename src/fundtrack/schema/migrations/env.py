"""Runs the migrations on the connection that `schema.upgrade` hands over; its transaction is the caller's."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
