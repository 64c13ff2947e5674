"""The golden scenarios of the field brief from filing to the last word, under every pair of levels (RUL-8): what the officer
hears, who may be asked, what the asked side reads, and who is told that it is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import make
import pytest
from planted import look_again, plain, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.errors import Refused
from deconflict.domain.filing import Filing, Level, MovementNotice, Stop, postponed
from deconflict.domain.states import CaseState
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db

MO, RED, FULL = Level.MATCH_ONLY, Level.REDACTED, Level.FULL
LEVELS = [(notice, plan) for notice in (MO, RED, FULL) for plan in (MO, RED)]
DRIVER, PLATES, NIGHT = "+22370000093", "AB-4711-MD", "chez Zenabou"
APART = timedelta(days=28)  # from one pair of levels to the next: further than any rule looks


@dataclass(frozen=True)
class Golden:
    """Both filings as of December 2019, the severity and the first rule. `never` holds of each side what the other may not read,
    beyond its level: minutes and exact places."""

    notice: Callable[[], MovementNotice]
    plan: Callable[[], Filing]
    severity: str
    rule: str
    never: dict[str, tuple[str, ...]]


def near(place: str, north_m: float) -> tuple[float, float]:
    lat, lon = make.PLACES[place][0]
    return round(lat + north_m / 110_600, 5), lon


def town(place: str, when: str, kind: str) -> MovementNotice:
    """Known to a kilometre, by its P-code, as a name picked from the list."""
    return make.distribution(place, when, kind=kind, pcode=PCODES[place])


PCODES = {"Gao": "ML070302", "Gossi": "ML060303", "Douentza": "ML050406", "Bankass": "ML050202"}

GOLDEN = {
    "1": Golden(
        lambda: make.distribution("Bankass", "10 Dec 09:03-15:07"),
        lambda: make.patrol((14.0800, -3.5120), "10 Dec 13:11-16:13"),
        "critical",
        "R01a",
        {"humanitarian": ("09:03", "15:07"), "mission": ("13:11", "16:13", "14.08", "3.512")},
    ),
    "2": Golden(
        lambda: make.distribution("Bankass", "10 Dec 09:03-15:07"),
        lambda: make.patrol((14.1050, -3.5350), "10 Dec 18:11-20:13"),
        "high",
        "R01b",
        {"humanitarian": ("09:03", "15:07"), "mission": ("18:11", "20:13", "14.105", "3.535")},
    ),
    "3": Golden(
        lambda: town("Bankass", "10 Dec 09:03-15:07", "DIST_FOOD"),
        lambda: replace(
            make.patrol("Bankass", "11 Dec 17:11-19:13"),
            stops=make.presence("Bankass", "11 Dec 17:11-19:13", None, pcode=PCODES["Bankass"]),
        ),
        "medium",
        "R01c",
        {"humanitarian": ("09:03", "15:07"), "mission": ("17:11", "19:13")},
    ),
    "4": Golden(
        lambda: town("Gao", "10 Dec 09:03-15:07", "DIST_NFI"),
        lambda: replace(
            make.patrol("Gao", "10 Dec 10:11-11:13"),
            stops=make.presence(near("Gao", 1500), "10 Dec 10:11-11:13", None, pcode=PCODES["Gao"]),
        ),
        "medium",
        "R01c",
        {"humanitarian": ("09:03", "15:07"), "mission": ("10:11", "11:13", "16.285")},
    ),
    "5": Golden(
        lambda: town("Douentza", "12 Dec 09:03-13:07", "DIST_NFI"),
        lambda: make.ceremony("Douentza", "10 Dec 10:11-12:13", pcode=PCODES["Douentza"]),
        "high",
        "R05b",
        {"humanitarian": ("09:03", "13:07"), "mission": ("10:11", "12:13", "Forage")},
    ),
    "6": Golden(
        lambda: make.journey("Mopti", "Bandiagara", "10 Dec 06:33-09:07"),
        lambda: replace(
            make.patrol("Mopti", "10 Dec 06:51-09:23", kind="LOG_CONVOY"),
            stops=(
                Stop(make.fix("Mopti"), depart=make.exactly(make.span("10 Dec 06:51-09:23")[0])),
                Stop(make.fix("Bandiagara"), arrive=make.exactly(make.span("10 Dec 06:51-09:23")[1])),
            ),
        ),
        "high",
        "R06",
        {"humanitarian": ("06:33", "09:07"), "mission": ("06:51", "09:23")},
    ),
    "12": Golden(
        lambda: town("Gossi", "15 Dec 09:03-13:07", "NUTRITION"),
        lambda: replace(
            make.patrol("Gossi", "10 Dec 09:11-12:13", kind="CIMIC_VET"),
            stops=make.presence("Gossi", "10 Dec 09:11-12:13", None, pcode=PCODES["Gossi"]),
        ),
        "high",
        "R03a",
        {"humanitarian": ("13:07",), "mission": ("09:11", "12:13")},
    ),
}


def of(golden: Golden, notice: Level, plan: Level, n: int) -> tuple[Filing, Filing]:
    """Both filings at their levels, so many times APART later; with what no text and no page of the other side may ever hold."""
    team = replace(golden.notice(), level=notice, communications=DRIVER, plates=PLATES, overnight=NIGHT)
    return tuple(
        postponed(filing, n * APART.days, 0, make.UTC) for filing in (team, replace(golden.plan(), level=plan))
    )


def may_be_asked(notice: Level, plan: Level) -> dict[str, bool]:
    """A side may be asked in the words that the other released, and in no others."""
    return {"humanitarian": plan is not MO, "mission": notice is not MO}


@pytest.fixture
def desk(world, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return world


@pytest.mark.parametrize(
    ("world", "name"),
    [*(("sqlite", name) for name in GOLDEN), ("postgres", "1"), ("postgres", "5")],
    indirect=["world"],
)
def test_from_filing_to_the_last_word_under_every_pair_of_levels(desk, name):
    golden = GOLDEN[name]
    for n, (notice, plan) in enumerate(LEVELS):
        desk.now = make.span("6 Dec 08:00-09:00")[0] + n * APART
        case = opened(desk, golden, notice, plan, n)
        desk.officer.takes(case)  # else the minimal alert leaves after a quarter of an hour
        allowed = may_be_asked(notice, plan)
        told = [side for side in allowed if asked(desk, case, side, golden, allowed[side])]
        if (notice, plan) == (MO, MO):
            desk.officer.notes_release(fresh(desk, case), "mission")
            assert asked(desk, case, "humanitarian", golden, True)
            told.append("humanitarian")
        over(desk, case, told)


def opened(desk, golden: Golden, notice: Level, plan: Level, n: int):
    """Both are filed, in one order or the other; the officer hears what is urgent, and nobody else hears anything."""
    before = {case.id for case in desk.cases()}
    team, patrol = of(golden, notice, plan, n)
    filings = [(desk.ngo, team), (desk.cimic, patrol)]
    for who, filing in filings if n % 2 else reversed(filings):
        who.files(filing)
    (case,) = [case for case in desk.cases() if case.id not in before]
    assert (case.state, case.severity) == (CaseState.DETECTED, golden.severity), (notice, plan)
    assert case.judgement["hits"][0]["rule_id"].startswith(golden.rule)
    if golden.severity in ("critical", "high"):
        desk.officer.expects(case.reference)
    for party in (desk.ngo, desk.alternate, desk.other_ngo, desk.cimic):
        party.expects_nothing()
    desk.driver_phone(DRIVER).expects_nothing()
    return case


def asked(desk, case, side: str, golden: Golden, allowed: bool) -> bool:
    """Asks one side; refused where nothing of the other may be told. What the side then reads holds nothing of the other's."""
    before = disclosures()
    if not allowed:
        with pytest.raises(Refused):
            desk.officer.asks(fresh(desk, case), side)
        assert disclosures() == before
        return False
    next_forenoon(desk)
    desk.read_everything()
    texts = {phone.address: len(phone.texts) for phone in desk.network.phones.all()}
    mails = len(desk.sink.mails)
    desk.officer.asks(fresh(desk, case), side)
    assert disclosures() == before + 1
    later(desk, 3)  # past noon, when requests leave
    asker, other = (desk.ngo, "mission") if side == "humanitarian" else (desk.cimic, "humanitarian")
    reference = case.reference_for(side)
    page = signed_in(desk.app, asker.person_id).get(f"/requests/{reference}")
    assert page.status_code == 200
    never = (*golden.never[other], PLATES, NIGHT, DRIVER, case.reference, case.reference_for(other))
    never = never if side == "mission" else tuple(word for word in never if word not in (PLATES, NIGHT, DRIVER))
    assert [word for word in never if word in page.text] == []
    assert re.search(r"\bR\d\d[a-d]?\b", plain(page)) is None  # nor which rule it was
    new = [text for phone in desk.network.phones.all() for text in phone.texts[texts.get(phone.address, 0) :]]
    new += [f"{mail['Subject']}\n{mail.get_content()}" for mail in desk.sink.mails[mails:]]
    party = [text for text in new if reference in text]
    assert party or golden.severity not in ("critical", "high")
    words = (*golden.never["mission"], *golden.never["humanitarian"], *make.PLACES, PLATES, NIGHT, "Alpha", "10/12")
    assert [word for text in party for word in words if word in text] == []
    desk.read_everything()
    return True


def over(desk, case, told: list[str]) -> None:
    """Golden scenario 14: the organisation cancels; whoever was asked hears that it is over, and nobody else."""
    parties = {"humanitarian": desk.ngo, "mission": desk.cimic}
    before = {side: texts_of(who) for side, who in parties.items()}
    desk.ngo.cancels(fresh(desk, case).humanitarian.reference)
    case = fresh(desk, case)
    assert case.state == CaseState.OVERTAKEN
    later(desk, 24)
    for side, who in parties.items():
        new = [text for text in texts_of(who) if text not in before[side]]
        assert bool(new) is (side in told), (side, told)
        assert all(case.reference_for(side) in text for text in new)
    desk.cimic.cancels(case.mission.reference)
    desk.read_everything()


def fresh(desk, case):
    look_again()
    return next(one for one in desk.cases() if one.id == case.id)


def texts_of(who) -> list[str]:
    return [*who.phone.texts, *who.mailbox.texts]


def next_forenoon(desk) -> None:
    """Eleven o'clock: nobody sleeps, and the next hour at which requests leave is near."""
    today = desk.now.replace(hour=11, minute=0, second=0, microsecond=0)
    desk.now = today if today > desk.now else today + timedelta(days=1)
    desk.turn()


def later(desk, hours: int) -> None:
    """At once, without the turns in between: what was due meanwhile is due then."""
    desk.now += timedelta(hours=hours)
    desk.turn(4)


def disclosures() -> int:
    look_again()
    return len(db.session.scalars(select(AuditEntry.id).where(AuditEntry.verb == "disclose")).all())


# ---- 7 and 13: what is nobody's to tell, and what is never delayed ------------------------------------------------------------


@pytest.mark.parametrize("plan", [MO, RED])
def test_golden_7_protection_monitors_are_for_cmcoord_alone_whatever_the_plan_releases(desk, plan):
    desk.at("2019-12-07T08:00Z")
    desk.ngo.files(make.distribution("Ansongo", "10 Dec 09:03-12:07", kind="PROT_MON", level=MO))
    desk.cimic.files(make.patrol("Ansongo", "10 Dec 16:11-17:13", level=plan))
    case = desk.case
    assert (case.eyes_only, case.judgement["hits"][0]["rule_id"]) == (True, "R10")
    with pytest.raises(Refused):
        desk.officer.asks(case, "mission")
    cimic = signed_in(desk.app, desk.cimic.person_id)
    missing = cimic.get(f"/requests/{case.mission_reference}")
    assert missing.status_code == 404
    assert plain(missing) == plain(cimic.get("/requests/ZZZZZ")).replace("ZZZZZ", case.mission_reference)
    if plan is RED:
        next_forenoon(desk)
        desk.officer.asks(fresh(desk, case), "humanitarian")
        later(desk, 3)
        desk.ngo.expects(case.humanitarian_reference)
    else:
        with pytest.raises(Refused):
            desk.officer.asks(case, "humanitarian")
    desk.cimic.expects_nothing()
    desk.cimic.mailbox.expects_nothing()


@pytest.mark.parametrize(("notice", "plan"), LEVELS)
def test_golden_13_a_medevac_is_information_and_rings_nobody(desk, notice, plan):
    desk.at("2019-12-07T08:00Z")
    desk.ngo.files(make.distribution("Bankass", "10 Dec 09:03-15:07", level=notice, phone=DRIVER))
    desk.cimic.files(make.patrol(near("Bankass", 300), "10 Dec 11:11-11:43", kind="MEDEVAC", level=plan))
    assert (desk.case.severity, desk.case.judgement["hits"][0]["rule_id"]) == ("info", "R13")
    later(desk, 48)
    desk.all_quiet()


# ---- 11: an amendment that makes it worse ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("notice", "plan"), LEVELS)
def test_golden_11_a_patrol_brought_forward_opens_the_case_again_and_recalls_the_closing(desk, notice, plan):
    desk.at("2019-12-07T08:00Z")
    desk.ngo.files(replace(GOLDEN["3"].notice(), level=notice, communications=DRIVER))
    patrol = desk.cimic.files(replace(GOLDEN["3"].plan(), level=plan))
    case = desk.case
    assert case.severity == "medium"
    sides = [side for side, may in may_be_asked(notice, plan).items() if may]
    for side in sides:
        desk.officer.asks(desk.case, side)
    if not sides:
        desk.officer.takes(desk.case)
    desk.officer.dismisses(desk.case)
    assert desk.case.state == CaseState.DISMISSED
    desk.read_everything()
    sooner = make.presence("Bankass", "10 Dec 13:11-16:13", None, pcode=PCODES["Bankass"])
    desk.cimic.amends(patrol, replace(GOLDEN["3"].plan(), level=plan, stops=sooner), "moved to Tuesday")
    assert (desk.case.state, desk.case.severity, desk.case.round) == (CaseState.DETECTED, "critical", 2)
    desk.officer.expects("URGENT", case.reference)
    later(desk, 5)  # past the hour of closing texts
    over_texts = ("fin de ce dossier", "this file is over", "closed")
    for who in (desk.ngo, desk.cimic):
        assert not [text for text in who.phone.unread if any(word in text for word in over_texts)]
