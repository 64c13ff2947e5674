"""Hazard notices: a road that is closed, an explosive device that was found (RUL-27). Anybody enters one; an officer looks before
anybody else is shown it; it expires."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, LifeCycle, Noun, ProcedureFacts, step

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION | {roles.RADIO_OPERATOR}
OFFICER = {roles.CMCOORD, roles.OCHA_HEAD}

CYCLE = LifeCycle(
    noun=Noun.HAZARD,
    begins="entered",
    begun_by=frozenset(FILERS | OFFICER),
    label={"en": "Hazard notice", "fr": "Avis de danger"},
    states={
        "entered": {"en": "Entered, not looked at yet", "fr": "Saisi, pas encore examiné"},
        "shown": {"en": "Shown", "fr": "Affiché"},
        "set_aside": {"en": "Set aside", "fr": "Écarté"},
        "withdrawn": {"en": "Withdrawn", "fr": "Retiré"},
        "expired": {"en": "Expired", "fr": "Expiré"},
        "over": {"en": "Over", "fr": "Terminé"},
    },
    steps={
        "correct": step("entered", SAME, FILERS | OFFICER, en="Correct", fr="Corriger"),
        "withdraw": step("entered", "withdrawn", FILERS | OFFICER, en="Withdraw", fr="Retirer"),
        "show": step("entered set_aside", "shown", OFFICER, en="Show it", fr="Afficher"),
        "set_aside": step("entered", "set_aside", OFFICER, en="Set aside", fr="Écarter"),
        "renew": step("shown expired", "shown", OFFICER, en="It still holds", fr="Toujours en vigueur"),
        "expire": step("shown", "expired", {SYSTEM}, en="Expires", fr="Expire"),
        "end": step("shown expired", "over", OFFICER, en="It is over", fr="C'est terminé"),
    },
    over=frozenset({"set_aside", "withdrawn", "expired", "over"}),
)


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: whoever entered it and OCHA at once; once it is shown, everybody who files movements or
    plans. Who entered it is shown to OCHA alone."""
    if audience.is_officer:
        return True
    if facts.state == "shown" and audience.may(*FILERS):
        return True
    return facts.made_by_id == audience.person_id
