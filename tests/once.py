"""What would be done again for each app, and each test has an app of its own: templates, statements and what builds the address
of a route are compiled once in a process. All three are functions of their source alone."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

import deconflict.store  # noqa: F401  # every table is known
from deconflict.store.base import Base, db


def compile_once() -> None:
    """From now on, for every app of this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    db._make_engine = _sharing(db._make_engine, _Statements())  # type: ignore[method-assign]
    for mapper in Base.registry.mappers:  # the inserts and updates of its rows
        mapper.__dict__["_compiled_cache"] = _Statements()
    Rule._compile_builder = _builders(Rule._compile_builder)  # type: ignore[method-assign]


class _Templates(BytecodeCache):
    """By name and file, while the source is the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


class _Statements(dict[tuple[Any, ...], Any]):
    """SQLAlchemy's keys begin with the dialect, of which each engine has one of its own: here its kind is enough."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


def _sharing(make: Callable[..., Engine], statements: _Statements) -> Callable[..., Engine]:
    def engine(*args: Any, **more: Any) -> Engine:
        made = make(*args, **more)
        made.update_execution_options(compiled_cache=statements)
        return made

    return engine


def _builders(compiled: Callable[[Rule, bool], Callable[..., object]]) -> Callable[..., Callable[..., object]]:
    """Pure functions of the pieces of a rule, which are handed the rule when they are called."""
    kept: dict[tuple[object, ...], Callable[..., object]] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., object]:
        if rule.defaults:  # converted while it is compiled, by converters that may differ
            return compiled(rule, append_unknown)
        key = (rule.rule, *rule._trace, append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    return builder
