"""The table of the dialogue log, written out in full, and its arithmetic: when the next session is due, what was held in a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from every_role import held_to

from deconflict.domain import meetings, roles
from deconflict.domain.audience import Audience
from deconflict.domain.dialogue import (
    Meeting,
    Promise,
    counted,
    due_of,
    due_to_hold,
    meeting_of,
    month_before,
    next_due,
    sessions_by_area,
)
from deconflict.domain.errors import Refused
from deconflict.domain.meetings import CYCLE, sees
from deconflict.domain.procedures import SYSTEM, Noun, ProcedureFacts
from deconflict.domain.unspoken import refuse_unspoken

OFFICERS = {"cmcoord", "suboffice_head", "ocha_head"}
TABLE = {
    ("planned", "move"): "planned",
    ("planned", "hold"): "held",
    ("planned", "cancel"): "cancelled",
    ("held", "correct"): "held",
    ("held", "follow"): "following",
    ("following", "correct"): "following",
    ("following", "follow"): "following",
    ("following", "done"): "following",
    ("following", "close"): "held",
}
STATES = ("planned", "held", "following", "cancelled")
EVENTS = ("move", "hold", "correct", "cancel", "follow", "done", "close", "nonsense")
NOW = datetime(2019, 12, 7, 8, tzinfo=UTC)


def row(meeting: Meeting, state: str = "held", number: int = 1) -> ProcedureFacts:
    facts = meeting.to_facts()
    return ProcedureFacts(
        number, Noun.MEETING, f"REF{number:02d}", state, 1, facts, 7, 70, "", meeting.area, "", NOW, NOW, None
    )


def session(area: str, on: date | None, due_by: datetime | None = None) -> Meeting:
    return Meeting("sensitisation", area, on=on, due_by=due_by)


@pytest.mark.parametrize("state", STATES)
def test_every_pair_for_every_role(state: str) -> None:
    held_to({pair: (after, OFFICERS) for pair, after in TABLE.items()}, CYCLE, state, EVENTS)


def test_nothing_is_in_the_code_that_is_not_in_the_table() -> None:
    assert set(CYCLE.states) == set(STATES)
    assert set(CYCLE.steps) == set(EVENTS) - {"nonsense"}
    assert CYCLE.begun_by == OFFICERS | {SYSTEM}
    assert CYCLE.over == {"held", "cancelled"}


def test_officers_alone_read_it() -> None:
    for state, role in product(STATES, roles.ALL):
        reader = Audience(1, 1, roles.SIDE_OF[role], frozenset({role}))
        assert sees(row(Meeting("cell", "MOPTI"), state), reader) == (role in OFFICERS)
    assert not sees(row(Meeting("cell", "MOPTI")), Audience(1, 1, "mission", frozenset({"cmcoord"})))


def test_what_is_kept_is_read_as_it_was_written() -> None:
    whole = Meeting(
        *("bilateral", "GAO", date(2019, 12, 3), "host_forces", "Gao", "ML07", "x", ("sop", "contacts")),
        *({"ocha": 2, "forces": 4}, "fr", "ours", (Promise("send the sheet", "cmcoord", date(2019, 12, 9)),), NOW),
    )
    assert meeting_of(whole.to_facts()) == whole
    bare = Meeting("cell", "MOPTI")
    assert meeting_of(bare.to_facts()) == bare


def test_the_next_session_is_due_so_long_after_the_last_or_after_the_first_look() -> None:
    days, ends = 92, datetime(2019, 12, 2, tzinfo=UTC)
    assert next_due([], NOW, days, UTC) == NOW + timedelta(days=days)
    held = [row(session("GAO", date(2019, 12, 1))), row(session("GAO", date(2019, 8, 1)), number=2)]
    assert next_due(held, NOW, days, UTC) == ends + timedelta(days=days)
    assert next_due([row(session("GAO", date(2019, 12, 1)), "cancelled")], NOW, days, UTC) == NOW + timedelta(days=days)


def test_by_area_it_is_said_when_the_last_was_and_whether_the_next_is_late() -> None:
    rows = [
        row(session("GAO", None, NOW - timedelta(hours=1)), "planned", 3),
        row(session("GAO", date(2019, 9, 1)), "held", 1),
        row(Meeting("cell", "MOPTI", on=date(2019, 12, 1)), "held", 2),
        row(session("MOPTI", date(2019, 12, 20), NOW + timedelta(days=30)), "planned", 4),
    ]
    gao, mopti, kidal = sessions_by_area(rows, ["GAO", "MOPTI", "KIDAL"], NOW)
    assert (gao.last, gao.late, gao.reference) == (date(2019, 9, 1), True, "REF03")
    assert (mopti.last, mopti.late, mopti.on) == (None, False, date(2019, 12, 20))
    assert (kidal.last, kidal.due_by, kidal.late) == (None, None, False)


def test_it_is_held_by_the_end_of_its_day_and_by_when_its_area_needs_it() -> None:
    late = session("GAO", date(2019, 12, 30), NOW)
    assert due_to_hold(late, UTC).at == NOW
    assert due_to_hold(replace(late, due_by=None), UTC).at == datetime(2019, 12, 31, tzinfo=UTC)
    assert due_to_hold(replace(late, on=None), UTC).event == "session"


def test_what_was_promised_is_due_the_earliest_first_until_nothing_is_left() -> None:
    promises = (Promise("b", "force", date(2019, 12, 20)), Promise("a", "ocha_head", date(2019, 12, 10)))
    meeting = Meeting("cell", "MOPTI", promises=promises)
    due = due_of(meeting, UTC)
    assert due is not None
    assert (due.who, due.at) == ({"ocha_head"}, datetime(2019, 12, 11, tzinfo=UTC))
    then = due_of(meeting.with_done(1), UTC)
    assert then is not None
    assert then.who == {"cmcoord"}  # a force promises nothing to this system: its officer asks for it
    assert due_of(meeting.with_done(1).with_done(0), UTC) is None


def test_a_month_counts_what_was_held_in_it_by_area_and_kind() -> None:
    month = month_before(date(2019, 12, 7))
    assert (month, month_before(date(2020, 1, 31))) == (date(2019, 11, 1), date(2019, 12, 1))
    rows = [
        row(Meeting("cell", "MOPTI", on=date(2019, 11, 1))),
        row(Meeting("cell", "MOPTI", on=date(2019, 11, 30)), "following"),
        row(Meeting("training", "MOPTI", on=date(2019, 11, 30)), "cancelled"),
        row(Meeting("cell", "MOPTI", on=date(2019, 12, 1))),
        row(session("GAO", date(2019, 11, 5))),
    ]
    mopti, gao = counted(rows, ["MOPTI", "GAO"], month)
    assert mopti.by_kind == {"cell": 2, "bilateral": 0, "sensitisation": 0, "training": 0}
    assert gao.by_kind["sensitisation"] == 1


@pytest.mark.parametrize(
    "text",
    [
        *("Rappeler le GSIM", "JNIM asked", "contact avec la katiba", "groupes armés présents", "GANE", "the rebels"),
        *("négocier le passage", "access negotiations", "accès accordé jusqu'à lundi", "garanties de passage"),
        *("laissez-passer", "conditions d'accès", "un émissaire", "rançon", "ceasefire", "truce"),
    ],
)
def test_armed_groups_and_what_is_negotiated_are_refused_by_name(text: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_unspoken(text, "what")
    assert refused.value.field == "what"
    assert refused.value.facts["found"] in text


@pytest.mark.parametrize(
    "text",
    [
        *("Envoyer la fiche de notification", "Send the calendar of patrols by Thursday", "Rappeler la procédure"),
        *(
            "Inviter la cellule CMCoord",
            "Accès à la salle demandé",
            "Print the training sheet",
            "Plan the next session",
        ),
    ],
)
def test_what_people_do_promise_is_taken(text: str) -> None:
    refuse_unspoken(text, "what")


@pytest.mark.parametrize(
    "table",
    [
        *(meetings.KINDS, meetings.FORCES, meetings.TOPICS, meetings.PRESENT, meetings.LANGUAGES),
        *(meetings.INTERPRETERS, meetings.CANCELLED, CYCLE.states, CYCLE.dues),
    ],
)
def test_every_code_has_words_in_both_languages(table) -> None:
    assert all(words["fr"] and words["en"] for words in table.values())


def test_once_typed_words_are_kept_no_longer_who_did_what_by_when_is_left() -> None:
    promises = (Promise("send the sheet", "cmcoord", date(2019, 12, 9), done=True),)
    facts = Meeting("cell", "MOPTI", on=date(2019, 12, 1), promises=promises).to_facts()
    left = meeting_of(meetings.without_words(facts))
    assert left.promises == (Promise("", "cmcoord", date(2019, 12, 9), done=True),)
    assert left == replace(meeting_of(facts), promises=left.promises)
