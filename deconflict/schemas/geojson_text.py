"""The bytes of a GeoJSON file -> its features, or why it is no FeatureCollection that means one thing."""

from __future__ import annotations

import errno
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deconflict.schemas.geojson_faults import GeoJsonError, Problem, Wrong, shown

WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326")  # what tools write that mean the order of RFC 7946
UNREADABLE = {FileNotFoundError: "absent", IsADirectoryError: "folder", PermissionError: "denied"}


Way = tuple[str | int, ...]  # from the root of the file to a member


class Repeated(dict[str, Any]):
    """An object in which `name` stands twice: of its two values readers take now the one, now the other."""

    name: str


def features_in(path: Path) -> list[object]:
    """What stands under `features`, unchecked. Raises GeoJsonError."""
    try:
        text = _text(path)
        read, odd = _json(text)
        if odd:
            raise GeoJsonError(Problem(str(path), index, None, member, "twice") for index, member in _repeated(read))
        return _collection(read)
    except Wrong as wrong:
        raise GeoJsonError([Problem(str(path), None, None, wrong.member, wrong.reason, wrong.given)]) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = UNREADABLE.get(type(error), "unreadable")
        given = {"given": errno.errorcode.get(error.errno or 0, "?")} if reason == "unreadable" else {}
        raise Wrong("", reason, **given) from None
    except UnicodeDecodeError as error:
        raise Wrong("", "utf8", at=error.start) from None


def _json(text: str) -> tuple[object, bool]:
    """The value, and whether any object of it is a Repeated one."""
    odd = False

    def made(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal odd
        plain = dict(pairs)
        if len(plain) == len(pairs):
            return plain
        odd, twice = True, Repeated(plain)
        twice.name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        return twice

    try:
        return json.loads(text, object_pairs_hook=made), odd
    except RecursionError:
        raise Wrong("", "deep") from None
    except json.JSONDecodeError as error:
        raise Wrong("", "json", line=error.lineno, column=error.colno) from None
    except ValueError:  # a number of thousands of digits
        raise Wrong("", "digits") from None


def _collection(read: object) -> list[object]:
    if not isinstance(read, dict) or read.get("type") != "FeatureCollection":
        raise Wrong("", "collection")
    if read.get("crs") is not None and not json.dumps(read["crs"]).strip('"}').endswith(WGS84_NAMES):
        raise Wrong("crs", "crs")
    if not isinstance(read.get("features"), list):
        raise Wrong("features", "collection")
    features: list[object] = read["features"]
    return features


def _repeated(read: object) -> Iterator[tuple[int | None, str]]:
    """Every name that stands twice: the index of its feature, None outside of them, and the member that it is of that."""
    ahead: list[tuple[Way, object]] = [((), read)]
    while ahead:
        way, value = ahead.pop()
        if isinstance(value, Repeated):
            yield _place((*way, value.name))
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ahead += [((*way, step), each) for step, each in reversed([*inner])]


def _place(way: Way) -> tuple[int | None, str]:
    index, rest = (way[1], way[2:]) if way[0] == "features" and len(way) > 2 else (None, way)
    rest = rest[1:] if rest[0] == "properties" and len(rest) > 1 else rest  # properties are named by themselves
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest).removeprefix(".")
    return index if isinstance(index, int) else None, shown(said)
