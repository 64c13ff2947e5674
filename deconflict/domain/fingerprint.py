"""A short name for a value: the same in every process and on every day, another as soon as anything in it differs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any


def fingerprint(*values: Any) -> str:
    """Sixteen hexadecimal digits. Dataclasses count by their compared fields; what a set or a mapping holds, in any order."""
    return hashlib.sha256(_told(values).encode()).hexdigest()[:16]


def _told(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        inner = (f"{f.name}={_told(getattr(value, f.name))}" for f in fields(value) if f.compare)
        return f"{type(value).__name__}({','.join(inner)})"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_told(key)}:{_told(inner)}" for key, inner in value.items())) + "}"
    if isinstance(value, Set):
        return "<" + ",".join(sorted(map(_told, value))) + ">"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_told, value)) + "]"
    return repr(value)
