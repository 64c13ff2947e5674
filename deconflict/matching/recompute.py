"""A stored judgement computed again, from the versions and at the instant it was computed from, and what differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing, from_json
from deconflict.domain.judgement import Judgement
from deconflict.matching.boxes import understood
from deconflict.store.cases import Case
from deconflict.store.items import Item, ItemVersion

WHERE = ("a_point", "b_point")
WHEN = ("a_at", "b_at", "meets_from", "meets_until", "starts_at", "ends_at", "rejudge_at")


def recompute(session: Session, mission: Mission, case: Case) -> Judgement | None:
    """By the rules of `mission`; None when nothing fires. Raises ValueError for a case of one item alone, and what
    `activity_of` raises for a version that cannot be read. The sealed fields are never opened: no rule rests on them."""
    return _judged(session, mission, case, case.judged_from.get("versions", ()))


def as_amended(session: Session, mission: Mission, case: Case) -> Judgement | None:
    """What the current versions would have given at that instant. Raises as `recompute` does."""
    return _judged(session, mission, case, [item.version for item in case.items])


def _judged(session: Session, mission: Mission, case: Case, versions: Sequence[int]) -> Judgement | None:
    if case.humanitarian is None or case.mission is None or not case.judged_from:
        raise ValueError("only a case of two items was judged")
    ours, theirs = versions
    escorts = frozenset({case.humanitarian.id} if case.judged_from.get("escorted") else ())
    pair = (
        _activity(session, mission, case.humanitarian, ours),
        _activity(session, mission, case.mission, theirs, escorts),
    )
    return mission.pack.judge(*pair, now=datetime.fromisoformat(case.judged_from["at"]))


def differences(stored: Judgement, again: Judgement | None, *, bare: bool = False) -> list[str]:
    """What is not the same, a line each; empty when all is. Places are named and not told, `bare` instants neither."""
    if again is None:
        return ["nothing fires any more"]
    return list(_differing("", stored.to_json(), again.to_json(), bare))


def _activity(
    session: Session, mission: Mission, item: Item, version: int, escorts: frozenset[int] = frozenset()
) -> Activity:
    query = select(ItemVersion.filing).where(ItemVersion.item_id == item.id, ItemVersion.version == version)
    filing: Filing = from_json(session.scalars(query).one())
    return understood(filing, mission, item_id=item.id, version=version, escorts=escorts)


def _differing(path: str, stored: Any, again: Any, bare: bool) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(again, dict):
        for key in sorted(stored.keys() | again.keys()):
            yield from _differing(f"{path} {key}".strip(), stored.get(key), again.get(key), bare)
    elif path == "hits":
        before, after = ({hit["rule_id"]: hit for hit in hits} for hits in (stored, again))
        for rule in sorted(before.keys() | after.keys()):
            if rule in before and rule in after:
                yield from _differing(rule, before[rule], after[rule], bare)
            else:
                yield f"{rule} {'fired' if rule in before else 'did not fire'}, now it {'does not' if rule in before else 'does'}"
    elif not _alike(stored, again):
        name = path.rpartition(" ")[2]
        hidden = name in WHERE or (bare and name in WHEN)
        yield f"{path} differs" if hidden else f"{path} was {stored}, now {again}"


def _alike(stored: Any, again: Any) -> bool:
    """Numbers to nine digits: another processor may round the last one otherwise."""
    if isinstance(stored, float | int) and isinstance(again, float | int):
        return math.isclose(stored, again, rel_tol=1e-9, abs_tol=1e-6)
    if isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        return all(_alike(a, b) for a, b in zip(stored, again, strict=True))
    return bool(stored == again)
