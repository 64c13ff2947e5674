"""What goes over the line is small: pages, forms that are sent back, and files, none of them older than the file it stands for."""

from __future__ import annotations

import gzip
import os

import brotli
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response
from whitenoise.compress import main as compress

from deconflict.extensions import Files
from deconflict.web.forms_ui import tight

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize(("takes", "comes"), [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("", None)])
@pytest.mark.parametrize(("path", "status"), [("/login", 200), ("/nothing", 404)])
def test_a_page_leaves_compressed_whether_it_refuses_or_not(client, takes, comes, path, status):
    answer = client.get(path, headers={"Accept-Encoding": takes})
    assert answer.status_code == status
    assert answer.headers.get("Content-Encoding") == comes
    assert "Accept-Encoding" in answer.headers["Vary"]
    page = UNPACK[comes](answer.data) if comes else answer.data
    assert page.endswith(b"</html>")
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize(
    ("sent_by", "comes"), [("cross-site", None), ("same-site", None), ("same-origin", "br"), ("none", "br")]
)
def test_what_another_site_sends_for_tells_nothing_by_its_length(client, sent_by, comes):
    answer = client.get("/login?x=1", headers={"Accept-Encoding": "br", "Sec-Fetch-Site": sent_by})
    assert answer.headers.get("Content-Encoding") == comes


def test_a_form_that_is_sent_back_leaves_compressed(ngo):
    answer = ngo.post("/notices/new", data={"_do": "review"}, headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (422, "br")
    assert "<form" in brotli.decompress(answer.data).decode()


@pytest.fixture
def served(tmp_path):
    """The folder, and what is answered for its file by somebody who takes gzip, after a start."""
    file = tmp_path / "style.css"
    file.write_text("p { color: red; }\n" * 40)

    def asks():
        site = Client(Files(Response("no such file", 404), root=str(tmp_path), prefix="static/"), Response)
        return site.get("/static/style.css", headers={"Accept-Encoding": "gzip"}, buffered=True)

    return file, asks


def test_a_file_is_served_as_make_compressed_it(served):
    file, asks = served
    compress(["--quiet", str(file.parent)])
    answer = asks()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == file.read_bytes()


def test_what_was_compressed_of_an_older_file_is_never_served(served):
    file, asks = served
    compress(["--quiet", str(file.parent)])
    file.write_text("p { color: green; }\n" * 40)
    later = file.stat().st_mtime + 5
    os.utime(file, (later, later))
    answer = asks()
    assert "Content-Encoding" not in answer.headers
    assert answer.data == file.read_bytes()
    compress(["--quiet", str(file.parent)])
    assert gzip.decompress(asks().data) == file.read_bytes()


def test_the_layout_of_a_page_goes_and_what_somebody_typed_keeps_its_lines():
    typed = 'one\n\n   two 5" wide\n'
    kept = (
        f'<textarea name="a">\n{typed}</textarea>',
        f"<pre>{typed}</pre>",
        f'<input value="{typed.replace(chr(34), "&#34;")}">',
    )
    for each in kept:
        assert tight(f'<p>\n    5" pipe\n\n    </p>\n   {each}\n   \n<p>') == f'<p>\n5" pipe\n</p>\n{each}\n<p>'


def test_nor_of_a_newer_one_that_was_taken_back(served):
    """Files that are put back keep the time they had, which is before that of what was compressed meanwhile."""
    file, asks = served
    before, then = file.read_bytes(), file.stat().st_mtime - 60
    file.write_text("p { color: blue; }\n" * 40)
    compress(["--quiet", str(file.parent)])
    file.write_bytes(before)
    os.utime(file, (then, then))
    answer = asks()
    assert "Content-Encoding" not in answer.headers
    assert answer.data == before
