"""Reports of aid that was given outside QIPs (D7.7). They accuse nobody: reported, verified, not verified. Who reported is known to the
CMCoord officer alone (domain.aid_views); what the mission declares of itself is not protected from the mission."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, LifeCycle, Noun, ProcedureFacts, in_reach, step

OFFICER = {roles.CMCOORD}
HEADS = {roles.SUBOFFICE_HEAD, roles.OCHA_HEAD}
MISSION_DESK = {roles.CIMIC}
DECLARERS = frozenset({roles.CIMIC, roles.OPS})  # of the mission, for itself
PROTECTED = frozenset({roles.SUBMITTER, roles.FOCAL_POINT, roles.CMCOORD})
REPORTERS = PROTECTED | DECLARERS

CYCLE = LifeCycle(
    noun=Noun.AID_REPORT,
    begins="reported",
    begun_by=REPORTERS | {SYSTEM},  # a plan's closing answer opens one by itself
    label={"en": "Aid outside QIPs", "fr": "Aide hors QIP"},
    states={
        "reported": {"en": "Reported", "fr": "Signalée"},
        "under_verification": {"en": "Being verified", "fr": "En vérification"},
        "verified": {"en": "Verified", "fr": "Vérifiée"},
        "not_verified": {"en": "Not verified", "fr": "Non vérifiée"},
        "unfounded": {"en": "Unfounded", "fr": "Sans fondement"},
        "duplicate": {"en": "The same as another report", "fr": "Identique à un autre signalement"},
        "raised": {"en": "Raised with the mission", "fr": "Portée à l'attention de la mission"},
        "responded": {"en": "The mission has answered", "fr": "La mission a répondu"},
        "unanswered": {"en": "No answer in time", "fr": "Sans réponse dans le délai"},
        "escalated": {"en": "Raised with the heads of the mission", "fr": "Portée aux responsables de la mission"},
        "closed": {"en": "Closed", "fr": "Close"},
        "withdrawn": {"en": "Withdrawn by whoever reported it", "fr": "Retirée par son auteur"},
    },
    steps={
        "take": step("reported", "under_verification", OFFICER, en="Begin to verify", fr="Commencer la vérification"),
        # What a plan's closing answer said first may be corrected by its owner at any moment; what follows is for the officer to say.
        "correct": step(
            "reported under_verification not_verified verified raised responded unanswered escalated",
            SAME,
            roles.FILERS_MISSION,
            en="The mission corrected its answer",
            fr="La mission a corrigé sa réponse",
        ),
        "source": step("reported under_verification", SAME, OFFICER, en="Write down a source", fr="Noter une source"),
        "verify": step("under_verification", "verified", OFFICER, en="It holds: verified", fr="Elle est vérifiée"),
        "not_verify": step(
            "under_verification", "not_verified", OFFICER, en="It could not be verified", fr="Elle n'a pu être vérifiée"
        ),
        "unfounded": step(
            "under_verification", "unfounded", OFFICER, en="It is unfounded", fr="Elle est sans fondement"
        ),
        "duplicate": step(
            "reported under_verification",
            "duplicate",
            OFFICER,
            en="Count it as the other",
            fr="La compter avec l'autre",
        ),
        "look_again": step(
            "not_verified unfounded duplicate",
            "under_verification",
            OFFICER,
            en="Look at it again",
            fr="Reprendre la vérification",
        ),
        "withdraw": step("reported under_verification", "withdrawn", PROTECTED, en="Withdraw", fr="Retirer"),
        "shown_wrong": step(
            "verified raised responded unanswered escalated closed",
            "unfounded",
            OFFICER,
            en="Shown to be wrong",
            fr="S'avère inexacte",
        ),
        "raise": step("verified", "raised", OFFICER | {roles.SUBOFFICE_HEAD}, en="Raise it", fr="Saisir la mission"),
        "respond": step("raised unanswered escalated", "responded", MISSION_DESK | OFFICER, en="Answer", fr="Répondre"),
        "lapse": step("raised", "unanswered", {SYSTEM}, en="No answer in time", fr="Sans réponse dans le délai"),
        "escalate": step(
            "unanswered responded",
            "escalated",
            {roles.OCHA_HEAD},
            en="Raise it with the heads",
            fr="Saisir les responsables",
        ),
        "close": step("responded escalated", "closed", OFFICER | HEADS, en="Close", fr="Clore"),
    },
    over=frozenset({"not_verified", "unfounded", "duplicate", "closed", "withdrawn"}),
    dues={
        "lay_open": {"en": "Tell the CMCoord officers by letter", "fr": "Avertir les chargés CMCoord par lettre"},
        "conclude": {"en": "Find whether it holds", "fr": "Conclure : vérifiée ou non"},
    },
)
# Those that count: somebody looked, and it held.
VERIFIED = frozenset({"verified", "raised", "responded", "unanswered", "escalated", "closed"})


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether a report exists for this audience, beside whoever made it, who has a page of his own for it (domain.aid_views). The mission
    reads of what it declared itself, and of any other once that was raised with it (D8), even where it was wrong."""
    if audience.is_officer:
        return True
    if not in_reach(facts, audience):
        return False
    declared = facts.owner_id is not None and facts.owner_id == audience.organisation_id
    if declared and audience.side == "mission":
        return audience.may(*DECLARERS)
    return audience.may(roles.CIMIC) and "raised_on" in facts.facts
