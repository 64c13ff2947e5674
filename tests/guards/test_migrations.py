"""Migrations: in one line, up, down and up again with rows in the tables, and equal to the models."""

from __future__ import annotations

import pytest
import rows
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from deconflict.settings import ROOT
from deconflict.store.base import Base, db

pytestmark = pytest.mark.usefixtures("bare_app")


def test_there_is_one_line_of_revisions_with_four_digits():
    script = ScriptDirectory(str(ROOT / "migrations"))
    revisions = list(script.walk_revisions())
    assert len(script.get_heads()) == 1
    assert all(r.revision.isdigit() and len(r.revision) == 4 for r in revisions)
    assert [r.revision for r in reversed(revisions)] == [f"{n:04d}" for n in range(1, len(revisions) + 1)]


def test_up_gives_the_models(bare_app):
    with bare_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []


def test_up_down_up_with_rows_in_every_table(bare_app):
    with bare_app.app_context():
        upgrade()
        rows.fill_every_table()
        filled = {t.name for t in Base.metadata.sorted_tables if count(t.name)}
        assert filled == {t.name for t in Base.metadata.sorted_tables}
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        rows.fill_every_table()
        assert count("overlap_case") == 1


def test_no_mark_has_the_id_of_one_that_is_gone(bare_app):
    """Comparing with the models does not see how ids are given."""
    add = "INSERT INTO due_mark (item_id, reason, made_at) VALUES (1, 'file', '2019-12-09 06:00:00+00:00') RETURNING id"
    with bare_app.app_context():
        upgrade()
        rows.fill_every_table()
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM due_mark"))
            first = connection.execute(text(add)).scalar_one()
            connection.execute(text("DELETE FROM due_mark"))
            assert connection.execute(text(add)).scalar_one() > first


def count(table: str) -> int:
    with db.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
