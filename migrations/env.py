"""Runs migrations with the app's own engine. `flask db revision -m verb --rev-id 0002 --autogenerate` writes the next one."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Text, TypeDecorator

database = current_app.extensions["migrate"].db


def render_item(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Our column types are written as what they are in the database, so that a migration never needs our code."""
    if kind != "type" or not isinstance(thing, TypeDecorator):
        return False
    return "sa.Text()" if isinstance(thing.impl, Text) else "sa.DateTime(timezone=True)"


def run() -> None:
    arguments = {"render_as_batch": True, "compare_type": True} | current_app.extensions["migrate"].configure_args
    with database.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=database.metadata, render_item=render_item, **arguments
        )
        with context.begin_transaction():
            context.run_migrations()


run()
