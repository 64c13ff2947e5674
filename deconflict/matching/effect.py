"""What is filed, judged by rules that are not in force: everything live is read, paired and judged as the matcher would, and nothing is
written. Of aid that is given twice (RUL-19) nothing is said: it makes no case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from deconflict.domain.activity import Activity, Side
from deconflict.domain.all_pairs import candidates
from deconflict.domain.country import Mission
from deconflict.domain.effect import CLOSES, DIFFERS, FALLS, OPENS, REOPENS, RISES, Change, Effect
from deconflict.domain.filing import Filing
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, CaseState
from deconflict.matching.boxes import understand
from deconflict.matching.cases import comes_back, material
from deconflict.matching.each_read import each_read
from deconflict.store.cases import Case
from deconflict.store.escorts import escorts_in_force
from deconflict.store.items import Item

log = structlog.get_logger()
AT_ONCE = 200
Pair = tuple[int, int]  # ids of the notice and of the plan


@dataclass(frozen=True, slots=True)
class Standing:
    """A case of two live items as it is. `judgement` as people were told last."""

    reference: str
    state: CaseState
    ends_at: datetime
    judgement: Judgement | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CASES


def effect_of(session: Session, mission: Mission, now: datetime, pause: Callable[[], object] = lambda: None) -> Effect:
    """By the rules of `mission`. `pause` is called again and again, so that whoever else runs in this process comes to his turn.
    Half a minute for 5,000 items."""
    sides, references, unread = _understood(session, mission, pause)
    ours, theirs = sides[Side.HUMANITARIAN], sides[Side.MISSION]
    known = dict(_standing(session))
    session.rollback()
    by_id = {activity.id: activity for activity in (*ours, *theirs)}
    near = [(ours[i].id, theirs[j].id) for i, j in candidates(ours, theirs, None, mission.pack)]
    pairs = {*near, *(pair for pair in known if by_id.keys() >= {*pair})}
    changes, before, after = [], Counter[str](), Counter[str]()
    for n, pair in enumerate(sorted(pairs)):
        if n % AT_ONCE == 0:
            pause()
        try:
            again = mission.pack.judge(by_id[pair[0]], by_id[pair[1]], now=now)
        except Exception:  # the matcher leaves such a pair to people, too
            log.exception("a pair could not be judged", item=pair[0], other=pair[1])
            unread += 1
            continue
        again = again if again is not None and again.ends_at > now else None
        case = known.get(pair)
        if case is not None and case.is_open and case.judgement is not None and case.ends_at > now:
            before.update(case.judgement.rule_ids)
        change = _change(case, again, (references[pair[0]], references[pair[1]]), now)
        if again is not None and (change is None or change.kind != CLOSES) and (case is None or case.is_open or change):
            after.update(again.rule_ids)
        changes += [change] if change is not None else []
    return Effect.of(len(by_id), len(pairs), unread, changes, before, after)


def _change(case: Standing | None, again: Judgement | None, items: tuple[str, str], now: datetime) -> Change | None:
    """As matching.cases would have it; None where nobody would notice."""
    new = str(again.severity) if again is not None else ""
    rules = again.rule_ids if again is not None else ()
    if case is None:
        return Change(OPENS, "", items, "", new, rules) if again is not None else None
    old = case.judgement
    was = str(old.severity) if old is not None else ""
    if not case.is_open:
        back = again is not None and comes_back(case.state, case.ends_at, old, again)
        return Change(REOPENS, case.reference, items, was, new, rules) if back else None
    if again is None:
        closes = case.ends_at > now  # one that is over lapses by itself
        return (
            Change(CLOSES, case.reference, items, was, "", old.rule_ids if old is not None else ()) if closes else None
        )
    if old is not None and not material(old, again):
        return None
    rank = Severity(new).rank - (Severity(was).rank if was else -1)
    kind = RISES if rank > 0 else FALLS if rank < 0 else DIFFERS
    return Change(kind, case.reference, items, was, new, rules)


def _understood(
    session: Session, mission: Mission, pause: Callable[[], object]
) -> tuple[dict[Side, list[Activity]], dict[int, str], int]:
    """Everything that takes part, by side; the references by id; how many could not be read."""
    sides: dict[Side, list[Activity]] = {side: [] for side in Side}
    references: dict[int, str] = {}
    live = select(Item).where(Item.takes_part).order_by(Item.id)
    escorts = escorts_in_force(session)
    last, asked = 0, 0

    def seen(item: Item, filing: Filing) -> Activity:
        return understand(item, filing, mission, escorts.get(item.id, frozenset()))

    while items := session.scalars(live.where(Item.id > last).limit(AT_ONCE)).all():
        last, asked = items[-1].id, asked + len(items)
        for item, activity in each_read(session, items, seen):
            sides[activity.side].append(activity)
            references[item.id] = item.reference
        session.rollback()
        pause()
    return sides, references, asked - len(references)


def _standing(session: Session) -> Iterator[tuple[Pair, Standing]]:
    """The cases of two items that both take part."""
    ours, theirs = aliased(Item), aliased(Item)
    columns = (Case.humanitarian_id, Case.mission_id, Case.reference, Case.state, Case.ends_at, Case.judgement)
    live = (
        select(*columns)
        .join(ours, ours.id == Case.humanitarian_id)
        .join(theirs, theirs.id == Case.mission_id)
        .where(ours.takes_part, theirs.takes_part)
    )
    for row in session.execute(live):
        standing = Standing(row.reference, CaseState(row.state), row.ends_at, _judgement(row.judgement))
        yield (row.humanitarian_id, row.mission_id), standing


def _judgement(stored: dict[str, Any] | None) -> Judgement | None:
    """None for one that is spoilt: whatever would be said of it now is other than what nobody can read."""
    try:
        return Judgement.from_json(stored) if stored else None
    except (ValueError, KeyError, TypeError):
        return None
