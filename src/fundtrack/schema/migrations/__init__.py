"""Alembic migrations: one frozen step a release, forward only."""
