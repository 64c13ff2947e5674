"""Hazard notices: a road that is closed, an explosive device that was found (RUL-27). Anybody who files enters one; an officer looks
before anybody else is shown it; it expires. Who entered it, of which organisation and side, is OCHA's to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, Label, LifeCycle, Noun, Past, ProcedureFacts, step

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION | {roles.RADIO_OPERATOR}
OFFICER = {roles.CMCOORD, roles.OCHA_HEAD}
SHOWN = "shown"

CYCLE = LifeCycle(
    noun=Noun.HAZARD,
    begins="entered",
    begun_by=frozenset(FILERS | OFFICER),
    label={"en": "Hazard notice", "fr": "Avis de danger"},
    states={
        "entered": {"en": "Entered, not looked at yet", "fr": "Saisi, pas encore examiné"},
        SHOWN: {"en": "Shown", "fr": "Affiché"},
        "set_aside": {"en": "Set aside", "fr": "Écarté"},
        "withdrawn": {"en": "Withdrawn", "fr": "Retiré"},
        "expired": {"en": "Expired", "fr": "Expiré"},
        "over": {"en": "Over", "fr": "Terminé"},
    },
    steps={
        "correct": step("entered", SAME, FILERS | OFFICER, en="Correct", fr="Corriger"),
        "withdraw": step("entered", "withdrawn", FILERS | OFFICER, en="Withdraw", fr="Retirer"),
        "show": step("entered set_aside", SHOWN, OFFICER, en="Show it", fr="Afficher"),
        "set_aside": step("entered", "set_aside", OFFICER, en="Set aside", fr="Écarter"),
        # A place that proves wrong once everybody reads it is mended by the officer alone, who let it be shown.
        "amend": step(SHOWN, SAME, OFFICER, en="Correct what is shown", fr="Corriger ce qui est affiché"),
        "renew": step("shown expired", SHOWN, OFFICER, en="It still holds", fr="Toujours en vigueur"),
        "expire": step(SHOWN, "expired", {SYSTEM}, en="Expires", fr="Expire"),
        "end": step("shown expired", "over", OFFICER, en="It is over", fr="C'est terminé"),
        # Of one that expired an officer is asked; when nobody has said anything for as long again, it is over.
        "lapse": step("expired", "over", {SYSTEM}, en="Nobody renewed it", fr="Personne ne l'a renouvelé"),
    },
    over=frozenset({"set_aside", "withdrawn", "over"}),
    dues={"look": {"en": "Look at it: show it or set it aside", "fr": "L'examiner : l'afficher ou l'écarter"}},
)

KINDS: Mapping[str, Label] = {
    "road_closed": {"en": "Road closed", "fr": "Route fermée"},
    "ied_found_or_suspected": {"en": "IED found or suspected", "fr": "EEI trouvé ou suspecté"},
    "mines_uxo": {"en": "Mines, unexploded ordnance", "fr": "Mines, restes explosifs de guerre"},
    "bridge_or_ford_out": {"en": "Bridge or ford out of use", "fr": "Pont ou gué impraticable"},
    "flood": {"en": "Flood", "fr": "Inondation"},
    "other": {"en": "Another hazard", "fr": "Autre danger"},
}
# A class and never a person. None of them is of one side more than of the other, so that it may be shown.
SOURCES: Mapping[str, Label] = {
    "seen": {"en": "Seen on the spot", "fr": "Constaté sur place"},
    "residents": {"en": "People who live there", "fr": "Habitants"},
    "drivers": {"en": "Drivers, transporters, boatmen", "fr": "Chauffeurs, transporteurs, piroguiers"},
    "state": {"en": "State services", "fr": "Services de l'État"},
    "press": {"en": "Press or radio", "fr": "Presse ou radio"},
    "other": {"en": "Somebody else", "fr": "Autre"},
}
# Why an officer sets one aside: read by OCHA alone, since "told twice" would say that somebody else told it.
SET_ASIDE: Mapping[str, Label] = {
    "duplicate": {"en": "Told already by another notice", "fr": "Déjà signalé par un autre avis"},
    "not_confirmed": {"en": "Nobody confirms it", "fr": "Personne ne le confirme"},
    "wrong_place": {"en": "The place cannot be settled", "fr": "Le lieu n'a pas pu être établi"},
    "over_already": {"en": "Over already", "fr": "Déjà terminé"},
    "not_a_hazard": {"en": "No hazard to movements", "fr": "Aucun danger pour les déplacements"},
    "tells_of_people": {
        "en": "It tells where people are, not what is in the way",
        "fr": "Décrit des personnes, pas un obstacle",
    },
}


def without_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was typed, once that is kept no longer."""
    return {**facts, "words": ""}


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: whoever entered it and OCHA at once; once it is shown, everybody who files movements or
    plans. Who entered it is shown to OCHA alone."""
    if audience.is_officer:
        return True
    if facts.state == SHOWN and audience.may(*FILERS):
        return True
    return is_own(facts, audience)


def is_own(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether this person entered it."""
    return facts.made_by_id == audience.person_id


def sees_history(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether its history is this audience's to read: of one that somebody else entered, OCHA's alone."""
    return audience.is_officer or is_own(facts, audience)


@dataclass(frozen=True, slots=True)
class HazardView:
    """One notice as somebody may see it. `facts` are those of domain.hazard_notice. `made_by_id`, `owner_id` and `item_id` None for
    everybody but OCHA; `past` empty where it is not the reader's."""

    reference: str
    version: int
    state: str
    facts: Mapping[str, Any]
    acts: tuple[str, ...]
    own: bool
    made_at: datetime
    past: tuple[Past, ...] = ()
    made_by_id: int | None = None
    owner_id: int | None = None
    item_id: int | None = None


def view_of_hazard(facts: ProcedureFacts, audience: Audience) -> HazardView | None:
    """None when for this audience it does not exist."""
    if not sees(facts, audience):
        return None
    view = HazardView(
        reference=facts.reference,
        version=facts.version,
        state=facts.state,
        facts=facts.facts,
        acts=tuple(acts_of(facts, audience)),
        own=is_own(facts, audience),
        made_at=facts.made_at,
        past=facts.past if sees_history(facts, audience) else (),
    )
    if not audience.is_officer:
        return view
    return replace(view, made_by_id=facts.made_by_id, owner_id=facts.owner_id, item_id=facts.item_id)


def acts_of(facts: ProcedureFacts, audience: Audience) -> list[str]:
    """The steps that this person may take now. What is not shown yet is withdrawn by whoever entered it; an officer sets it aside."""
    own, officer = is_own(facts, audience), audience.may(*OFFICER)
    found = CYCLE.open_to(facts.state, audience.roles)
    return [event for event in found if own or (officer and event != "withdraw")]
