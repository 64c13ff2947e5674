"""Armed escorts and other military assets, as a last resort (D7.8). A log only: nothing is ordered here, and what is decided is decided
by the Humanitarian Coordinator or the country team outside of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, Due, Label, LifeCycle, Noun, ProcedureFacts, step
from deconflict.domain.working_days import DayOff, after, end_of

FILERS = {roles.FOCAL_POINT, roles.SUBMITTER}
DESK = {roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD}
DECIDERS = {roles.OCHA_HEAD, roles.HC_OFFICE}
# Of a movement whose activity is sensitive, who may know that there is one at all (D8).
OF_SENSITIVE = frozenset({roles.CMCOORD, roles.OCHA_HEAD})
LIVE = "requested reviewed decided arranged due_again"

CYCLE = LifeCycle(
    noun=Noun.ASSET_REQUEST,
    begins="requested",
    begun_by=frozenset(FILERS | DESK),
    label={"en": "Escort or military asset", "fr": "Escorte ou moyen militaire"},
    states={
        "requested": {"en": "Requested", "fr": "Demandé"},
        "reviewed": {"en": "Alternatives reviewed", "fr": "Solutions de rechange examinées"},
        "decided": {"en": "Decided: as a last resort", "fr": "Décidé : en dernier recours"},
        "declined": {"en": "Decided: not to be used", "fr": "Décidé : ne pas y recourir"},
        "arranged": {"en": "Arranged", "fr": "Organisé"},
        "due_again": {"en": "To be decided again", "fr": "Décision à revoir"},
        "used": {"en": "Used", "fr": "Utilisé"},
        "not_used": {"en": "Not used", "fr": "Non utilisé"},
        "closed": {"en": "Closed", "fr": "Clos"},
        "withdrawn": {"en": "Withdrawn", "fr": "Retiré"},
    },
    steps={
        "correct": step("requested", SAME, FILERS | DESK, en="Correct the request", fr="Corriger la demande"),
        "review": step(
            "requested", "reviewed", DESK, en="Review the alternatives", fr="Examiner les solutions de rechange"
        ),
        # Whoever decides may decide anew as soon as the review date has passed; before it, what was decided holds.
        "decide": step(
            "reviewed due_again", "decided", DECIDERS, en="Decided: as a last resort", fr="Décidé : en dernier recours"
        ),
        "decline": step(
            "reviewed due_again", "declined", DECIDERS, en="Decided: not to be used", fr="Décidé : ne pas y recourir"
        ),
        "arrange": step("decided", "arranged", DESK, en="Arranged", fr="Organisé"),
        "lapse": step(
            "decided arranged",
            "due_again",
            {SYSTEM},
            en="The review date has passed",
            fr="La date de réexamen est passée",
        ),
        "use": step("arranged", "used", FILERS | DESK, en="It was used", fr="Il a été utilisé"),
        "not_use": step(
            "decided arranged due_again", "not_used", FILERS | DESK, en="It was not used", fr="Il n'a pas été utilisé"
        ),
        "close": step("used not_used declined", "closed", DESK, en="Close", fr="Clore"),
        "withdraw": step(LIVE, "withdrawn", FILERS | DESK, en="Withdraw the request", fr="Retirer la demande"),
    },
    over=frozenset({"closed", "withdrawn"}),
    dues={
        "say_arranged": {"en": "Say that it is arranged", "fr": "Dire qu'il est organisé"},
        "decide_one": {"en": "Decide", "fr": "Décider"},
        "decide_again": {"en": "Decide again, or not any more", "fr": "Décider à nouveau, ou renoncer"},
        "say_used": {"en": "Say whether it was used", "fr": "Dire s'il a été utilisé"},
    },
)

ESCORT = "armed_escort"
ASSETS: Mapping[str, Label] = {
    ESCORT: {"en": "Armed escort", "fr": "Escorte armée"},
    "area_security": {"en": "Securing an area or a road", "fr": "Sécurisation d'une zone ou d'un axe"},
    "air": {"en": "Aircraft or helicopter", "fr": "Avion ou hélicoptère"},
    "road": {"en": "Lorries or vehicles", "fr": "Camions ou véhicules"},
    "river": {"en": "Boat", "fr": "Embarcation"},
    "engineering": {"en": "Engineers: road, bridge, airstrip", "fr": "Génie : route, pont, piste"},
    "medical": {"en": "Medical evacuation", "fr": "Évacuation médicale"},
    "storage": {"en": "Storage or shelter", "fr": "Stockage ou abri"},
    "other": {"en": "Other", "fr": "Autre"},
}
PROVIDERS: Mapping[str, Label] = {
    "mission": {"en": "Force of the mission", "fr": "Force de la mission"},
    "unpol": {"en": "UN police", "fr": "Police des Nations Unies (UNPOL)"},
    "host_forces": {"en": "Forces of the host State", "fr": "Forces de l'État hôte"},
    "other": {"en": "Other forces", "fr": "Autres forces"},
}
# The four criteria of the IASC guidelines on armed escorts (2013), in our words: a proposed wording.
CRITERIA: Mapping[str, Label] = {
    "need": {
        "en": "Is the need such that it cannot go undelivered, and is the programme critical for it?",
        "fr": "Le besoin est-il tel qu'il ne peut rester sans réponse, et le programme est-il essentiel pour y répondre ?",
    },
    "authority": {
        "en": "Are the authorities who should secure the way unable or unwilling to, without an escort?",
        "fr": "Les autorités chargées de sécuriser l'itinéraire sont-elles incapables de le faire sans escorte, ou s'y refusent-elles ?",
    },
    "security": {
        "en": "Would it deter an attack, without putting people in need, staff or partners in more danger?",
        "fr": "L'escorte dissuaderait-elle une attaque, sans exposer davantage la population, le personnel ou les partenaires ?",
    },
    "sustainability": {
        "en": "Can later access do without it, and acceptance last after it?",
        "fr": "Pourra-t-on ensuite s'en passer, et l'acceptation y survivra-t-elle ?",
    },
}
ANSWERS: Mapping[str, Label] = {
    "yes": {"en": "Yes", "fr": "Oui"},
    "no": {"en": "No", "fr": "Non"},
    "unknown": {"en": "Not known", "fr": "On ne sait pas"},
}
ALTERNATIVES: Mapping[str, Label] = {
    "route": {"en": "Another route", "fr": "Un autre itinéraire"},
    "delay": {"en": "A later date", "fr": "Une date ultérieure"},
    "negotiation": {"en": "Negotiated access", "fr": "Un accès négocié"},
    "remote": {"en": "Delivery by local partners", "fr": "Une livraison à distance, par des partenaires locaux"},
    "air": {"en": "By humanitarian air service", "fr": "Par le service aérien humanitaire"},
}
FOUND: Mapping[str, Label] = {
    "would_do": {"en": "It would do", "fr": "Elle conviendrait"},
    "would_not": {"en": "It would not do", "fr": "Elle ne conviendrait pas"},
    "tried": {"en": "Tried, without success", "fr": "Essayée, sans succès"},
    "none": {"en": "There is none", "fr": "Il n'y en a pas"},
}
DECIDED_BY: Mapping[str, Label] = {
    "hc": {"en": "Humanitarian Coordinator", "fr": "Coordonnateur humanitaire"},
    "hct": {"en": "Humanitarian country team", "fr": "Équipe humanitaire pays (EHP)"},
}
# In these an escort that was decided is meant, so that travelling with it is what was wanted (R14).
MEANT = frozenset({"decided", "arranged", "used"})


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: its organisation, OCHA, and the office that decides. The mission reads nothing of it. One
    for a movement whose activity is sensitive exists for its organisation, CMCoord officers and the OCHA head alone."""
    if audience.may(*FILERS) and audience.side == "humanitarian":
        return facts.owner_id == audience.organisation_id
    if audience.side != "ocha":
        return False
    return audience.may(*(OF_SENSITIVE if facts.facts.get("sensitive") else DESK | DECIDERS))


def desk_of(facts: Mapping[str, Any]) -> frozenset[str]:
    """The roles at OCHA that work on it."""
    return frozenset(DESK) & OF_SENSITIVE if facts.get("sensitive") else frozenset(DESK)


def deciders_of(facts: Mapping[str, Any]) -> frozenset[str]:
    """The roles that write down what was decided."""
    return frozenset(DECIDERS) & OF_SENSITIVE if facts.get("sensitive") else frozenset(DECIDERS)


def decide_by(asked_at: datetime, first: date, working_days: int, day_off: DayOff, zone: tzinfo) -> datetime:
    """The end of the last working day of the clock, or the beginning of the day that it is wanted for where that is sooner: what is
    decided after people have left decides nothing. Never before it was asked for."""
    clock = end_of(after(asked_at.astimezone(zone).date(), working_days, day_off), zone)
    wanted = datetime.combine(first, datetime.min.time(), zone)
    return max(min(clock, wanted), asked_at)


def waits_for(state: str, facts: Mapping[str, Any], zone: tzinfo) -> Due | None:
    """Who must act next, by when, of a request in this state; None where it is over. Where a decision holds, the clock itself acts on
    its review date."""
    desk, decide_by_at = desk_of(facts), _instant(facts.get("decide_by"))
    match state:
        case "requested":
            return Due("review", desk, decide_by_at)
        case "reviewed":
            return Due("decide_one", deciders_of(facts), decide_by_at)
        case "decided" | "arranged":
            review = end_of(date.fromisoformat(facts["review_on"]), zone)
            return Due("say_arranged" if state == "decided" else "say_used", desk | {SYSTEM}, review)
        case "due_again":
            return Due("decide_again", deciders_of(facts))
        case "used" | "not_used" | "declined":
            return Due("close", desk)
    return None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
