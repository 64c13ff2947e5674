"""What no page gets to read: NUL characters, which a database refuses, and numbers larger than any row's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_

NUL = "\0"
ROW_MAX = 2**31 - 1
DIGITS = re.compile(r"[0-9]{1,9}")


class RowNumber(IntegerConverter):
    """`<int:...>` in an address: what no column holds is a page that does not exist."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=ROW_MAX)


def number(text: str | None) -> int | None:
    """A whole number from a form field. None for anything else, and for more than nine digits: nothing here is that large."""
    return int(text) if text and DIGITS.fullmatch(text) else None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if NUL in request.path or any(NUL in text for text in _pairs(request.args)):
        abort(404)
    if request.blueprint == "hooks":  # signed, and reads its own body within a limit of its own
        return
    if any(NUL in text for text in _pairs(request.form)) or (request.is_json and rb"\u0000" in request.get_data()):
        raise Refused(N_("There is an invisible character in this text. Type it again without copying."))


def _pairs(values: MultiDict[str, str]) -> Iterator[str]:
    for name, text in values.items(multi=True):
        yield from (name, text)
