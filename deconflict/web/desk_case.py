"""One case as an officer reads it: why, how near, how sure, both items, who may be asked what, who was told, the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.desk import CallLine, CaseLine, DeskCaseFacts, DeskCaseView, DeskItemView, view_of_desk_case
from deconflict.domain.desk_log import AlertLine
from deconflict.domain.errors import NotFound
from deconflict.domain.hazard_notice import KIND as HAZARD
from deconflict.domain.ocha_areas import may_be_agreed, whose
from deconflict.domain.severity import Severity
from deconflict.domain.states import UNANSWERED, possible
from deconflict.domain.words import explain, sentence, severity_words
from deconflict.services.cases import COORDINATED
from deconflict.services.picture import activities_of_case
from deconflict.services.preview import drafts
from deconflict.services.reading import note_read
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.item_notes import notes_on
from deconflict.store.risk import accepted_of
from deconflict.web import desk_words
from deconflict.web.audience import current_audience
from deconflict.web.case_mark import case_mark
from deconflict.web.clock import now
from deconflict.web.desk_asked import offer_words, unanswered
from deconflict.web.desk_asking import rows_of as asking_of
from deconflict.web.desk_facts import figures_before, moved, since_last_look
from deconflict.web.desk_facts import rows_of as facts_of
from deconflict.web.desk_levels import rows_of
from deconflict.web.desk_map import near
from deconflict.web.desk_timeline import timeline_of
from deconflict.web.desk_words import relative, short, when
from deconflict.web.filing_words import clock, doing, half_days_words, in_words, vehicles_words
from deconflict.web.forms_ui import Form
from deconflict.web.language import current_language, label
from deconflict.web.map_words import whereabouts

SIDES = ("mission", "humanitarian")  # who is asked first: by default the mission adjusts
ALERTS_SHOWN = 6  # on the page of the case; the others, and the whole history, are on its log
RELAYS_OFFERED = 20
STOPS_SHOWN = 4  # of a filing word by word; a longer one is on its own page


@dataclass(frozen=True, slots=True)
class HitRow:
    """One rule that fired: why there is such a rule, its figures beside its limits, what moved its severity."""

    rule: str
    why: str
    severity: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """The acts that the case's state allows this officer now; what is not here would be refused. `ask` the sides that may
    be asked, `release` those whose owner may be rung for a one-off release, `send` those whose request waits for its hour."""

    take: bool
    have: bool
    hand_back: bool
    ask: tuple[str, ...]
    release: tuple[str, ...]
    agree: bool
    dismiss: bool
    relay: tuple[AlertLine, ...]
    closing: bool
    risk: bool = False
    call: bool = False
    send: tuple[str, ...] = ()
    note: bool = True  # of a case that is over too

    def has(self, act: str) -> bool:
        """Whether the page holds the form of an act, such as `agree` or `release-mission`."""
        name, _dash, side = act.partition("-")
        return side in getattr(self, name) if side else bool(getattr(self, name))


def mission() -> Mission:
    found: Mission = current_app.extensions["mission"]
    return found


def seen_case(reference: str) -> tuple[int, DeskCaseView]:
    """The case and its id. Raises NotFound for what is missing and for what does not exist for this officer alike."""
    case_id, _facts, view = seen_facts(reference)
    return case_id, view


def seen_facts(reference: str) -> tuple[int, DeskCaseFacts, DeskCaseView]:
    """As `seen_case`, with the facts for services that ask the gate themselves."""
    found = store.case_by_reference(db.session(), reference, mission().catalogue)
    view = view_of_desk_case(found[1], current_audience()) if found else None
    if found is None or view is None:
        raise NotFound
    return *found, view


def page(reference: str, *, warning: str = "", form: Form | None = None, act: str = "", unsent: str = "") -> str:
    """The page as things stand now. `act` names the form that stays open with what was typed and what is wrong with it;
    `unsent` are words that an officer typed in vain, for him to keep where that form is not offered any more."""
    case_id, facts, view = seen_facts(reference)
    seen_at = store.last_view(db.session(), case_id, current_audience().person_id)
    note_read(current_audience(), "case", case_id, now())
    words = drafts(db.session(), reference, mission()) if view.line.is_open else {}
    offers = _offers(view, frozenset(side for side, said in words.items() if said is not None))
    return render_template(
        "desk/case.html",
        case=view,
        mark=case_mark(view),
        line=view.line,
        warning=warning,
        unsent="" if act and offers.has(act) else unsent,
        form=form or Form(),
        act=act,
        offers=offers,
        drafts=words,
        facts=facts_of(view.line, place_of(view.line)),
        before=figures_before(view.line),
        moved=[] if view.line.reduced_at else moved(view, mission()),
        since=since_last_look(view, seen_at),
        asking=asking_of(view, words),
        hits=list(_hits(view.line)),
        place=place_of(view.line),
        map=None if view.line.reduced_at else near(view, mission(), current_language()),
        timeline=timeline_of(view, activities_of_case(facts, current_audience(), mission()), mission(), now()),
        standing=view.log.standing(),
        levels=rows_of(view.line, now()),
        foremost=view.log.foremost(ALERTS_SHOWN),
        most_stops=STOPS_SHOWN,
        agreements=agreements(view.line),
        dismissals=dismissals(view.line),
        items=[(item, in_words(item.view, mission()) if item.view else None) for item in view.items],
        clocks=clocks(view.line) + list(_held_back(view)),
        accepted=accepted_of(db.session(), case_id),
        on_items=notes_on(db.session(), [item.reference for item in view.items]),
        **texts(),
    )


def texts() -> dict[str, object]:
    """What the desk's templates say things with."""
    at = now()
    return {
        "w": desk_words,
        "at": at,
        "short": short,
        "when": lambda moment: when(moment, at),
        "relative": lambda moment: relative(moment, at),
        "clock": clock,
        "half_days_words": half_days_words,
        "vehicles_words": vehicles_words,
        "offer_words": offer_words,
        "area_name": area_name,
        "doing": lambda item: doing(item.view, mission()) if item else "",
        "stop_lines": lambda item: desk_words.stop_lines(item.view, mission()),
        "is_hazard": lambda case: any(item.view and item.view.kind == HAZARD for item in case.items),
        "route": lambda item: desk_words.route(item.view, mission()),
        "blind": bool(request.args.get("blind")),
        "sides": SIDES,
    }


def area_name(code: str) -> str:
    return label(dict(mission().area(code).name))


def place_of(line: CaseLine) -> str:
    """Where the two come nearest, in words, as the humanitarian side has it."""
    if line.judgement is None:
        return ""
    return whereabouts(line.judgement.hits[0].nominal.a_point, mission().gazetteer, current_language())


def clocks(line: CaseLine) -> list[str]:
    """What happens by itself and what does not, by when a person should have looked, and whose silence is too long."""
    at, found = now(), []
    if line.unseen:
        due = mission().pack.clocks.review_due_at(line.severity, line.starts_at, line.opened_at)
        if due is not None and due < at:
            found.append(_("An officer should have looked by %(time)s.", time=short(due)))
    if line.silent:
        found.append(
            ngettext("%(num)s acknowledgement of a side is late.", "%(num)s acknowledgements are late.", line.silent)
        )
    waiting = any(state in UNANSWERED for _side, state in line.asked)
    if waiting and mission().pack.ladder(line.severity, "party") is None:
        found.append(_("At this severity no message tells the side what it is asked: call it."))
    found += [_call(call, line) for call in line.calls]
    found += [unanswered(one, at) for one in line.unanswered]
    if line.unseen and line.hold_until is not None:
        found.append(
            _(
                "Unless an officer acts, the minimal alert leaves %(time)s, or all desks are rung.",
                time=relative(line.hold_until, at),
            )
        )
    return found


def _held_back(view: DeskCaseView) -> Iterator[str]:
    """Why nobody of a side was told though nobody at the desk acted: for this page alone, never for a party's."""
    if view.line.hold_until is None:
        return
    by_side: dict[str, list[str]] = {}
    for event in view.log.events:
        if event.event == "held_back" and event.round == view.line.round:
            side, _sep, code = event.code.partition(":")
            by_side.setdefault(side, []).append(code)
    for side, codes in by_side.items():
        yield _(
            "%(who)s: no minimal alert, because %(why)s. All desks are rung until somebody acts.",
            who=desk_words.said(desk_words.SIDES, side),
            why=", ".join(desk_words.said(desk_words.HELD_BACK, code) for code in codes),
        )


def _call(call: CallLine, line: CaseLine) -> str:
    who = desk_words.said(desk_words.SIDES, whose(call.side, of_ocha=line.of_ocha and call.side == "mission"))
    if call.silent:
        return _(
            "%(who)s: no answer about a one-off release since %(time)s. Silence is no yes.",
            who=who,
            time=short(call.asked_at),
        )
    return _("%(who)s: rung for a one-off release, answer due %(time)s.", who=who, time=relative(call.due_at, now()))


def _offers(view: DeskCaseView, askable: frozenset[str]) -> Offers:
    line, me = view.line, current_audience().person_id
    events = possible("case", line.state, "officer")
    between = not line.alone  # two sides, of which one may be asked and both may agree
    return Offers(
        take="take" in events and line.owner_id is None,
        have=bool(view.log.owed_to(me)),
        hand_back=line.is_open and line.owner_id == me,
        ask=tuple(side for side in SIDES if between and "ask" in events and side in askable),
        release=tuple(
            item.side
            for item in view.items
            if between and "ask" in events and item.needs_release and _heard(item, line)
        ),
        agree=between and "agree" in events,
        dismiss="dismiss" in events,
        relay=view.log.relayable(RELAYS_OFFERED),
        closing=not line.is_open and view.log.closing_waits(now()),
        call=any(item.callees for item in view.items),
        send=tuple(one.side for one in line.unanswered if one.leaves_at > now()),
        risk=between
        and not line.of_ocha
        and current_audience().may(roles.OCHA_HEAD)
        and "accept_risk" in possible("case", line.state, "head"),
    )


def _heard(item: DeskItemView, line: CaseLine) -> bool:
    """Whether anybody is on the other side, to whom what is released could be told."""
    return item.of_ocha or not line.of_ocha


def agreements(line: CaseLine) -> dict[str, object]:
    """A critical case is not settled by no change, and where OCHA entered the area the mission agrees to nothing."""
    return {
        code: words
        for code, words in desk_words.AGREEMENTS.items()
        if (code != "NO_CHANGE" or line.severity is not Severity.CRITICAL) and (not line.of_ocha or may_be_agreed(code))
    }


def dismissals(line: CaseLine) -> dict[str, object]:
    """That it was coordinated otherwise says that there was an overlap: a critical one does not end by that."""
    critical = line.severity is Severity.CRITICAL
    return {code: words for code, words in desk_words.DISMISSALS.items() if code != COORDINATED or not critical}


def _hits(line: CaseLine) -> Iterator[HitRow]:
    """Worst first. A case that is in communes and weeks keeps its figures, not its hours."""
    lang, pack = current_language(), mission().pack
    for fact in explain(line.judgement) if line.judgement else ():
        hit = fact.hit
        rule = next((rule for rule in pack.rules if rule.id == hit.rule_id), None)
        moved = (
            severity_words(hit, rule.severity, lang, mission().unit)
            if rule and fact.sop_version == pack.version
            else ""
        )
        said = sentence(fact, lang, mission().zone, mission().unit, cited=False, dated=not line.reduced_at)
        lines = tuple(_capital(text) for text in (said, moved) if text)
        yield HitRow(hit.rule_id, label(rule.why) if rule else "", hit.severity, lines)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
