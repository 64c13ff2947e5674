"""The same files at the door of the site: each is answered with a page that says what is the matter, and nothing of it is kept."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from test_hostile_files import KILLERS, MOST_SECONDS, REFUSED

from deconflict.domain import roles
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.uploads import EntryRow, UploadRow

READ = (
    "stray cell",
    "stray cell alone",
    "one sheet a thousand times",
    "a million commas",
)  # there is a line in them, or a header alone


@pytest.fixture(params=["fr", "en"])
def sender(app, make_account, sign_in, request):
    app.extensions["clock"] = lambda: datetime(2026, 12, 1, 8, tzinfo=UTC)
    whose = make_account(roles.FOCAL_POINT, roles.SUBMITTER, organisation="ONG Alpha", language=request.param)
    return sign_in(app.test_client(), whose)


def sent(sender, raw, name):
    """Its body is put together here: what the test client would make of a large one stays open."""
    fields = ['name="what"\r\n\r\nmovement', f'name="file"; filename="{name}"\r\n\r\n']
    head = "\r\n".join(f"--x\r\nContent-Disposition: form-data; {each}" for each in fields)
    began = time.monotonic()
    answer = sender.post(
        "/files",
        data=head.encode() + raw + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        buffered=True,
    )
    return answer, time.monotonic() - began


def said(answer) -> str:
    body = answer.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize(
    "name", [*KILLERS, *(name for name in REFUSED if name != "kml")]
)  # a drawn way is no fault here
def test_what_is_hostile_or_broken_is_answered_by_a_page_and_kept_nowhere(app, sender, name):
    raw = KILLERS[name][1]() if name in KILLERS else REFUSED[name][0]
    answer, took_s = sent(sender, raw, "liste.xlsx")
    assert took_s < MOST_SECONDS
    with app.app_context():
        kept = [db.session.scalar(select(func.count()).select_from(table)) for table in (UploadRow, EntryRow, Item)]
        db.session.rollback()
    if answer.status_code == 303:  # a table with something in it: its columns are asked about, and nothing is filed
        assert name in READ
        assert kept[1:] == [0, 0]
        return
    assert answer.status_code in (413, 422), answer.status_code
    assert kept == [0, 0, 0]
    assert "Traceback" not in answer.text
    assert len(said(answer)) > 40
    if answer.status_code == 422:
        assert 'class="error' in answer.text
