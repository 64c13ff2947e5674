"""Armed escorts and other military assets, as a last resort (D7.8). A log only: nothing is ordered here, and what is decided is decided
by the Humanitarian Coordinator or the country team outside of it."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import LifeCycle, Noun, ProcedureFacts, step

FILERS = {roles.FOCAL_POINT, roles.SUBMITTER}
DESK = {roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD}
DECIDERS = {roles.OCHA_HEAD, roles.HC_OFFICE}

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
        "used": {"en": "Used", "fr": "Utilisé"},
        "not_used": {"en": "Not used", "fr": "Non utilisé"},
        "closed": {"en": "Closed", "fr": "Clos"},
        "withdrawn": {"en": "Withdrawn", "fr": "Retiré"},
    },
    steps={
        "review": step(
            "requested", "reviewed", DESK, en="Review the alternatives", fr="Examiner les solutions de rechange"
        ),
        "decide": step(
            "reviewed", "decided", DECIDERS, en="Decided: as a last resort", fr="Décidé : en dernier recours"
        ),
        "decline": step(
            "reviewed", "declined", DECIDERS, en="Decided: not to be used", fr="Décidé : ne pas y recourir"
        ),
        "arrange": step("decided", "arranged", DESK, en="Arranged", fr="Organisé"),
        "use": step("arranged", "used", FILERS | DESK, en="It was used", fr="Il a été utilisé"),
        "not_use": step(
            "decided arranged", "not_used", FILERS | DESK, en="It was not used", fr="Il n'a pas été utilisé"
        ),
        "close": step("used not_used declined", "closed", DESK, en="Close", fr="Clore"),
        "withdraw": step(
            "requested reviewed decided arranged", "withdrawn", FILERS | DESK, en="Withdraw", fr="Retirer"
        ),
    },
    over=frozenset({"closed", "withdrawn"}),
)


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: its organisation, OCHA, and the office that decides. The mission reads nothing of it."""
    if audience.is_officer or audience.may(roles.HC_OFFICE):
        return True
    return audience.may(*FILERS) and facts.owner_id == audience.organisation_id
