"""What no page gets to read: NUL characters and halves of a character, which a database refuses, JSON that names no fields, and
numbers larger than any row's."""

from __future__ import annotations

import json
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


class InvisibleCharacter(Refused):
    """Something that was typed holds a NUL."""

    def __init__(self) -> None:
        super().__init__(N_("There is an invisible character in this text. Type it again without copying."))


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
    app.before_request(_refuse_unreadable)


def _refuse_unreadable() -> None:
    if NUL in request.path or any(NUL in text for text in _pairs(request.args)):
        abort(404)
    if request.blueprint == "hooks":  # signed, and reads its own body within a limit of its own
        return
    if any(NUL in text for text in _pairs(request.form)) or (request.is_json and not _is_text(request.get_data())):
        raise InvisibleCharacter


def _is_text(body: bytes) -> bool:
    """Whether all that this JSON says can be written down. 400 for what is no JSON or has no named fields."""
    if not body:
        return True
    try:
        read = json.loads(body)
        said = json.dumps(read, ensure_ascii=False)
        said.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    except ValueError:
        abort(400)
    if not isinstance(read, dict):
        abort(400)
    return r"\u0000" not in said


def _pairs(values: MultiDict[str, str]) -> Iterator[str]:
    for name, text in values.items(multi=True):
        yield from (name, text)
