"""What no page gets to read: NUL characters and halves of a character, which a database refuses, JSON that names no fields or is
nested without end, and numbers larger than any row's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_

NUL = "\0"
ROW_MAX = 2**31 - 1
DEEPEST = 32  # levels of JSON; every reader of it would fail at some depth, each at its own
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


def one_of(given: Mapping[str, str], name: str, codes: Iterable[object]) -> str:
    """The code that was asked for under this name; empty for one that does not exist, which then filters nothing."""
    code = given.get(name, "")
    return code if code in {str(one) for one in codes} else ""


def page_asked() -> int:
    """Which page of a list `?page` asks for, counted from 0, which is also what anything else than a number asks for."""
    return number(request.args.get("page")) or 0


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
    """Whether all that this JSON says can be written down. 400 for what is no JSON, has no named fields or is too deep."""
    if not body:
        return True
    try:
        read = json.loads(body)
        said = json.dumps(read, ensure_ascii=False)
        said.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(read, dict) or _is_deep(read):
        abort(400)
    return r"\u0000" not in said


def _is_deep(read: object) -> bool:
    level = [read]
    for _level in range(DEEPEST):
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [each for values in inner for each in values]
    return bool(level)


def _pairs(values: MultiDict[str, str]) -> Iterator[str]:
    for name, text in values.items(multi=True):
        yield from (name, text)
