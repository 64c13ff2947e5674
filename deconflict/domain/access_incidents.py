"""Access incidents, by the nine constraint types of OCHA's access monitoring (AMRF, D9.2). An optional log of its own: what hindered
people, never who. No field holds an armed actor, and no words may name one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, Due, Label, LifeCycle, Noun, ProcedureFacts, step

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
    },
    steps={
        "correct": step("logged", SAME, FILERS | OFFICER, en="Correct", fr="Corriger"),
        "review": step("logged", "reviewed", OFFICER, en="I have read it: it counts", fr="Je l'ai lu : il compte"),
        "set_aside": step(
            "logged", "set_aside", OFFICER, en="Set aside: it does not count", fr="Écarter : il ne compte pas"
        ),
        "reopen": step("reviewed set_aside", "logged", OFFICER, en="Take up again", fr="Reprendre"),
    },
    over=frozenset({"reviewed", "set_aside"}),
    dues={"read": {"en": "Read it", "fr": "Le lire"}},
)
COUNTED = frozenset({"logged", "reviewed"})

CONSTRAINTS: Mapping[str, Label] = {
    "denial": {
        "en": "Denial of needs or of the right to assistance",
        "fr": "Déni des besoins ou du droit à l'assistance",
    },
    "entry": {"en": "Restriction of entry into the country", "fr": "Restriction à l'entrée dans le pays"},
    "movement": {
        "en": "Restriction of movement within the country",
        "fr": "Restriction de mouvement à l'intérieur du pays",
    },
    "operations": {
        "en": "Military operations and ongoing hostilities",
        "fr": "Opérations militaires et hostilités en cours",
    },
    "violence": {
        "en": "Violence against staff, assets or facilities",
        "fr": "Violence contre le personnel, les biens ou les installations",
    },
    "interference": {
        "en": "Interference in the implementation of activities",
        "fr": "Ingérence dans la mise en œuvre des activités",
    },
    "mines": {"en": "Mines and explosive devices", "fr": "Mines et engins explosifs"},
    "environment": {"en": "Physical environment", "fr": "Environnement physique"},
    "population": {
        "en": "Obstruction of people's access to services",
        "fr": "Entrave à l'accès des populations aux services",
    },
}
OUTCOMES: Mapping[str, Label] = {
    "facilitated": {"en": "Facilitated", "fr": "Facilité"},
    "impeded_completed": {"en": "Impeded, completed all the same", "fr": "Entravé, achevé malgré tout"},
    "impeded_not_completed": {"en": "Impeded, not completed", "fr": "Entravé, inachevé"},
    "denied": {"en": "Denied", "fr": "Refusé"},
    "cancelled_by_org": {"en": "Cancelled by the organisation", "fr": "Annulé par l'organisation"},
    "postponed": {"en": "Postponed", "fr": "Reporté"},
}
# Whoever carries arms, as people write it; the names of a country's armed actors are in its profile.
ARMED = re.compile(
    r"\b(?:soldats?|soldiers?|militaires?|military|armees?|army|gendarmes?|gendarmerie|policiers?|police|djihadistes?|jihadistes?|jihadists?"
    r"|terroristes?|terrorists?|rebelles?|rebels?|milices?|miliciens?|militias?|insurges|insurgents?|katibas?|combattants?|fighters?"
    r"|groupes? armes?|armed groups?|hommes armes|armed men|forces? armees?|armed forces?|bataillons?|battalions?|troupes|troops)\b"
)


@dataclass(frozen=True, slots=True)
class Incident:
    """What is logged. `pcode`: a commune; `notice`: the reference of the movement that was hindered, empty without one."""

    constraint: str
    on: date
    pcode: str
    outcome: str
    proof_demanded: bool
    words: str = ""
    notice: str = ""
    organisation_id: int | None = None

    def facts(self) -> dict[str, Any]:
        said = {"constraint": self.constraint, "on": self.on.isoformat(), "outcome": self.outcome}
        return said | {"proof_demanded": self.proof_demanded}


def armed_actor_in(text: str, names: Collection[str] = ()) -> str | None:
    """The first words that name whoever carries arms, as they are written; `names` of the country's own. None where there are none."""
    plain = _plain(text)
    if found := ARMED.search(plain):
        return found[0]
    return next((name for name in names if re.search(rf"\b{re.escape(_plain(name))}\b", plain)), None)


def _plain(text: str) -> str:
    """Without accents and case, words still apart."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: its organisation and OCHA. Nothing of it is for the mission. One of a movement whose activity is
    sensitive exists for its organisation, CMCoord officers and the OCHA head alone."""
    if audience.side == "humanitarian":
        return audience.may(*FILERS) and facts.owner_id == audience.organisation_id
    if not audience.is_officer:
        return False
    return audience.may(*OFFICER) or not facts.facts.get("sensitive")


def waits_for(state: str) -> Due | None:
    """An officer reads what was logged, as soon as somebody can."""
    return Due("read", frozenset(OFFICER)) if state == "logged" else None
