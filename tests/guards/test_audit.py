"""Every write leaves its trace: a block of a service that opens a transaction reaches `store.audit.record`, itself or through what it
calls. What writes without one stands below, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from test_imports import modules

RECORD = ("store.audit", "record")
NOT_FOLLOWED = (
    "store.moves",
    "note_event",
)  # records what the system does, and leaves what a person does to the service

# service.function: why nothing is recorded.
UNTRACED: dict[str, str] = {
    "asked.fall_silent": "the system's act, which the history of the case records (store.moves.note_event)",
    "brake.failed": "a wrong secret proves nobody; the count is forgotten with its quarter of an hour",
    "calendar_feeds.whose": "when an address was last fetched, on its own row; it shows its owner's own deadlines",
    "counting.count_refused_hook": "whoever called proved nothing; a number is all there is to keep",
    "demo_inbox.keep": "what a fake phone received; the message's own row says that it left",
    "demo_inbox.stamp_demo": "the first row of a demo's database, before there is anybody",
    "drafts._keep": "what somebody writes and has not sent: his own, and nothing was done",
    "drafts.forget": "as above: his own, deleted by him",
    "drafts.remind": "the letters that go out say so; asking and sending leave traces of their own",
    "kept_forms.keep": "what somebody typed and did not send: kept for a day for his account alone, and nothing was done",
    "kept_forms.sent": "as above: it was sent, and that leaves its own trace",
    "letters.claim_letters": "the letter's own row says who sent it when; whoever wrote it has left a trace",
    "letters.record_letter": "as above: its state is the trace",
    "looking.has_seen": "an officer's own mark on his list: nothing was done, and nobody else reads it",
    "outcomes.record": "the message's own row and its row of the ledger say what became of the try",
    "people.signed_in": "the account's own row says when; whoever acts then leaves a trace of it",
    "preview.preview": "rolled back in any case: nothing is written",
    "procedure_clock.run_clock": "each noun's own act leaves a trace (services.procedures.move)",
    "procedure_clock.tell_who_must_act": "the letters that go out say so, and the row when they were asked for",
    "receipts._hear": "the receipt is a row of its own, and never changed",
    "risk.end_acceptances": "the system's act, which the history of the case records (store.moves.move_case)",
    "releases.fall_silent": "the system's act, which the history of the case records (store.moves.note_event)",
    "repeating.file_series": "which items belong together; each is filed with a trace of its own",
    "repeating.use_pattern": "when a kept route was last opened; what is filed with it leaves a trace",
    "retention._bulk": "takes away texts and audit entries by the thousand; told as counts in the log",
    "routing.introduce": "which providers there are; the settings say so",
    "self_test._begun": "the administrator's own test; its one row says where it stands",
    "self_test._send": "as above",
    "self_test.run_self_tests": "as above",
    "self_test.take_test_receipt": "as above",
    "sending._gave_up": "the message's own row says what became of it",
    "sending.claim": "the message's own row says which worker took it",
    "tracing.abandon": "the row of the ledger says that nobody knows what became of the try",
    "tracing.claim_polls": "the message's own row says when its provider is asked",
    "tracing.claim_questions": "as above",
    "tracing.record_answers": "what the provider said is a receipt, or the next try a row of the ledger",
    "tracing.record_polls": "what the provider said is a receipt",
    "trials.claim_trials": "the text's own row says that it is leaving; whoever asked for it has left a trace",
    "trials.record_trial": "as above: its state is the trace",
    "uploads.change": "what somebody does with a line of his own list before it is sent: as with a draft, nothing was done",
    "uploads.follow": "as above: taking the list in, sending it and every item of it leave their traces",
    "uploads.looked_at": "as above",
    "uploads.read": "as above",
    "uploads.stopped": "as above",
}

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
        if name not in seen | {NOT_FOLLOWED} and name[0] in known and name[1] in known[name[0]].functions:
            seen.add(name)
            left += mentioned(name[0], known[name[0]].functions[name[1]], known)
    return False


def blocks(module: Module) -> Iterator[tuple[str, ast.With]]:
    """Where a transaction is opened, and in which function."""
    for name, function in module.functions.items():
        for node in _own(function):
            if isinstance(node, ast.With) and any(ast.unparse(i.context_expr) == "transaction()" for i in node.items):
                yield name, node


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, and not in one within it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef):
            yield from _own(child)


def untraced(known: dict[str, Module], where: str) -> Iterator[str]:
    """Functions whose block comes to no record, nor whatever is handed to them to be called in it."""
    for name, block in blocks(known[where]):
        if not reaches(where, block, known) and not _handed(where, name, known):
            yield f"{where.removeprefix('services.')}.{name}"


def _handed(where: str, name: str, known: dict[str, Module]) -> bool:
    calls = [
        node
        for function in known[where].functions.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    return bool(calls) and all(any(reaches(where, given, known) for given in call.args) for call in calls)


def test_every_write_of_a_service_leaves_a_trace_or_says_why_not():
    services = [name for name in house() if name.startswith("services.")]
    assert len(services) > 15
    assert {found for where in services for found in untraced(house(), where)} == set(UNTRACED)


SAMPLE = """
from deconflict.store import audit
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import note_event

def file():
    with transaction() as session:
        {}

def helper(session):
    record(session)

def bulk(do):
    with transaction() as session:
        return do(session)

def all_of_it():
    bulk(lambda session: helper(session))
"""


@pytest.mark.parametrize(
    "line", ["record(session)", "audit.record(session)", "helper(session)", "map(helper, [session])"]
)
def test_a_trace_is_found_wherever_it_is_written(line: str):
    assert sample(line) == []


@pytest.mark.parametrize("line", ["session.add(1)", "note_event(session)", "recorded(session)", "session.record(1)"])
def test_the_guard_finds_a_write_without_a_trace(line: str):
    assert sample(line) == ["filing.file"]


def test_what_is_handed_over_without_a_trace_is_found_too():
    assert sample("record(session)", lambda text: text.replace("helper(session))", "session.add(1))")) == [
        "filing.bulk"
    ]


def sample(line: str, change: Callable[[str], str] = str) -> list[str]:
    module = read(ast.parse(change(SAMPLE.format(line))))
    return list(untraced(house() | {"services.filing": module}, "services.filing"))
