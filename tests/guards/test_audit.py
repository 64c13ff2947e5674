"""Every write leaves its trace: a block of a service that opens a transaction reaches `store.audit.record`, itself or through what it
calls. What writes without one stands below, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from guards.test_imports import modules

RECORD = ("store.audit", "record")

# service.function: why nothing is recorded.
UNTRACED: dict[str, str] = {}

Name = tuple[str, str]  # module, function


@dataclass(frozen=True)
class Module:
    """`functions` by name, methods too; `known`: what a name of this module means elsewhere."""

    functions: dict[str, ast.FunctionDef]
    known: dict[str, Name]


def read(tree: ast.Module) -> Module:
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("deconflict"):
            inside = str(node.module).removeprefix("deconflict").lstrip(".")
            known |= {alias.asname or alias.name: (inside, alias.name) for alias in node.names}
    return Module(functions, known)


@cache
def house() -> dict[str, Module]:
    return {name: read(tree) for name, tree in modules()}


def mentioned(where: str, node: ast.AST, known: dict[str, Module]) -> Iterator[Name]:
    """The functions of ours that are called or handed on somewhere in `node`, which stands in module `where`."""
    module = known[where]
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in module.functions:
            yield where, inner.id
        elif isinstance(inner, ast.Name) and inner.id in module.known:
            yield module.known[inner.id]
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            package, name = module.known.get(inner.value.id, ("", ""))
            yield f"{package}.{name}".strip("."), inner.attr


def reaches(where: str, node: ast.AST, known: dict[str, Module]) -> bool:
    """Whether `node` comes to `record` on some way."""
    seen: set[Name] = set()
    left = list(mentioned(where, node, known))
    while left:
        name = left.pop()
        if name == RECORD:
            return True
        if name not in seen and name[0] in known and name[1] in known[name[0]].functions:
            seen.add(name)
            left += mentioned(name[0], known[name[0]].functions[name[1]], known)
    return False


def blocks(module: Module) -> Iterator[tuple[str, ast.With]]:
    """Where a transaction is opened, and in which function."""
    for name, function in module.functions.items():
        for node in ast.walk(function):
            if isinstance(node, ast.With) and any(ast.unparse(i.context_expr) == "transaction()" for i in node.items):
                yield name, node


def untraced(known: dict[str, Module], layer: str = "services") -> Iterator[str]:
    """Functions whose block comes to no record, nor whatever is handed to them to be called in it."""
    for where, module in known.items():
        if where.partition(".")[0] != layer:
            continue
        for name, block in blocks(module):
            if reaches(where, block, known) or _handed(where, name, known):
                continue
            yield f"{where.removeprefix(layer + '.')}.{name}"


def _handed(where: str, name: str, known: dict[str, Module]) -> bool:
    calls = [
        node
        for function in known[where].functions.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    return bool(calls) and all(any(reaches(where, given, known) for given in call.args) for call in calls)


def test_every_write_of_a_service_leaves_a_trace_or_says_why_not():
    assert set(untraced(house())) == set(UNTRACED)
