"""Access incidents, by the nine constraint types of OCHA's access monitoring (AMRF, D9.2). An optional log of its own."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, LifeCycle, Noun, ProcedureFacts, step

FILERS = {roles.FOCAL_POINT, roles.SUBMITTER}
OFFICER = {roles.CMCOORD, roles.OCHA_HEAD}

CYCLE = LifeCycle(
    noun=Noun.ACCESS_INCIDENT,
    begins="logged",
    begun_by=frozenset(FILERS | OFFICER),
    label={"en": "Access incident", "fr": "Incident d'accès"},
    states={
        "logged": {"en": "Logged", "fr": "Consigné"},
        "reviewed": {"en": "Reviewed", "fr": "Examiné"},
        "set_aside": {"en": "Set aside", "fr": "Écarté"},
        "closed": {"en": "Closed", "fr": "Clos"},
    },
    steps={
        "correct": step("logged", SAME, FILERS | OFFICER, en="Correct", fr="Corriger"),
        "review": step("logged", "reviewed", OFFICER, en="Reviewed", fr="Examiné"),
        "set_aside": step("logged", "set_aside", OFFICER, en="Set aside", fr="Écarter"),
        "reopen": step("set_aside", "logged", OFFICER, en="Take up again", fr="Reprendre"),
        "close": step("reviewed", "closed", OFFICER, en="Close", fr="Clore"),
    },
    over=frozenset({"set_aside", "closed"}),
)


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: its organisation and OCHA. Nothing of it is for the mission."""
    return audience.is_officer or (audience.may(*FILERS) and facts.owner_id == audience.organisation_id)
