"""Who has seen one's own item: what its owner may know of that. A part of the gate that disclosure.py is, apart because it grew.

Two things are told. That the desk read a version, gave it back or took it out in a list: acts that every filing meets, whatever lies
beside it. And what an officer told the other side of it, but only where the same round of the same case has put a request to this
side as well: of any other the owner would learn where the other side is, which nobody has told him (RUL-7 to RUL-9). How often officers
open its page is not told: they open what burns, and that would tell of a case (RUL-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts, ReleasedWords, is_own
from deconflict.domain.party import WITHDRAWN, PartyCaseView, released

READ, RETURNED, VERIFIED, TAKEN_OUT = "read", "return", "site_verify", "take_out"
ACTS = frozenset({READ, RETURNED, VERIFIED, "site_return"})


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that OCHA did with it. `role` is the code of whoever did; `version` None of a list; `code` is that of the list."""

    at: datetime
    act: str
    role: str
    version: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """Something of it that the other side was told, in one round of a case. `words` as they were kept with it."""

    at: datetime
    role: str
    ask: str
    words: Mapping[str, Any]
    round: int


@dataclass(frozen=True, slots=True)
class ToldView:
    """The same as its owner reads it; `reference` is the case's, as his side has it."""

    at: datetime
    role: str
    ask: str
    words: ReleasedWords
    reference: str


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case that its owner was told of, with what the other side was told in it. `rounds`: of the requests to him, by their id."""

    view: PartyCaseView
    rounds: Mapping[int, int]
    told: tuple[ToldFacts, ...]


@dataclass(frozen=True, slots=True)
class SeenView:
    """Newest first."""

    acts: tuple[Act, ...]
    told: tuple[ToldView, ...]


def view_of_seen(item: ItemFacts, acts: Iterable[Act], cases: Iterable[OwnCase], audience: Audience) -> SeenView | None:
    """None for everybody but the owner."""
    if not is_own(item, audience):
        return None
    told = [one for case in cases for one in _told(case)]
    return SeenView(
        tuple(sorted(acts, key=lambda act: act.at, reverse=True)),
        tuple(sorted(told, key=lambda one: one.at, reverse=True)),
    )


def _told(case: OwnCase) -> Iterable[ToldView]:
    standing = {case.rounds.get(ask.id) for ask in case.view.requests if ask.state != WITHDRAWN}
    for one in case.told:
        if one.round in standing:
            yield ToldView(one.at, one.role, one.ask, released(one.words), case.view.reference)
