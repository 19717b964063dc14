"""What a user would pick to store: SQLAlchemy, in bulk, without any check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, create_engine, event, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: TC002 - read while it runs

from benchmarks.floors import accounts, rows

if TYPE_CHECKING:
    import sqlite3

    from benchmarks.child import Clock


class Base(DeclarativeBase):
    """The tables of the peer."""


class Account(Base):
    """An account."""

    __tablename__ = "orm_account"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]


class Voucher(Base):
    """A voucher."""

    __tablename__ = "orm_voucher"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str]
    date: Mapped[str]
    project: Mapped[str]
    payee: Mapped[str]
    narration: Mapped[str]
    document: Mapped[str]
    bank_ref: Mapped[str]


class Posting(Base):
    """One leg of a voucher."""

    __tablename__ = "orm_posting"
    voucher: Mapped[int] = mapped_column(ForeignKey("orm_voucher.id"), primary_key=True)
    leg: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(ForeignKey("orm_account.id"))
    fen: Mapped[int]


def store(clock: Clock, count: int, folder: str, database: str = "") -> None:
    """Store the vouchers in one durable transaction, from rows in memory."""
    file = Path(folder) / "orm.sqlite"
    engine = create_engine(database or f"sqlite:///{file}")
    if not database:
        event.listen(engine, "connect", _durable)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    heads, postings = (_named(table, given) for table, given in zip((Voucher, Posting), rows(count), strict=True))
    with Session(engine) as session:
        session.execute(insert(Account), [{"id": at, "name": name} for at, _, _, name in accounts()])
        session.commit()
        with clock:
            session.execute(insert(Voucher), heads)
            session.execute(insert(Posting), postings)
            session.commit()
    engine.dispose()


def _named(table: type[Base], given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - rows of either table
    names = [column.name for column in table.__table__.columns]
    return [dict(zip(names, row, strict=True)) for row in given]


def _durable(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
