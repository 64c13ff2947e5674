"""What a committee asks for when it lets a project go on: by whom, until when; followed up until it is done."""

from __future__ import annotations

from collections.abc import Mapping

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, Label, LifeCycle, Noun, ProcedureFacts, in_reach, step

# Who may be asked to see to one.
DOERS = (roles.QIP_MANAGER, roles.CIMIC, roles.CMCOORD)
KEEPERS = {roles.LPRC_CHAIR, roles.PRC_SECRETARY}
KINDS: Mapping[str, Label] = {
    "signage": {
        "en": "The sign says that it is the mission's",
        "fr": "Le panneau dit que le projet est celui de la mission",
    },
    "no_uniform": {"en": "Nobody in uniform at the site", "fr": "Personne en uniforme sur le site"},
    "apart_in_time": {"en": "Kept apart from distributions in time", "fr": "Séparé des distributions dans le temps"},
    "community": {"en": "The community is consulted", "fr": "La communauté est consultée"},
    "technical": {"en": "The technical service agrees", "fr": "Le service technique donne son accord"},
    "partner": {"en": "The partner's capacity is checked", "fr": "La capacité du partenaire est vérifiée"},
    "mines": {"en": "The ground is checked for explosives", "fr": "Le terrain est vérifié (engins explosifs)"},
    "other": {"en": "As written", "fr": "Comme écrit"},
}

CYCLE = LifeCycle(
    noun=Noun.CONDITION,
    begins="open",
    begun_by=frozenset(KEEPERS),
    label={"en": "Condition of a committee", "fr": "Condition d'un comité"},
    states={
        "open": {"en": "To be met", "fr": "À remplir"},
        "done": {"en": "Met", "fr": "Remplie"},
        "lifted": {"en": "Lifted", "fr": "Levée"},
    },
    steps={
        "done": step("open", "done", DOERS, en="It is met", fr="Elle est remplie"),
        "extend": step("open", SAME, KEEPERS, en="Give more time", fr="Accorder un délai"),
        "lift": step("open", "lifted", KEEPERS, en="Lift the condition", fr="Lever la condition"),
        "reopen": step("done", "open", KEEPERS, en="It is not met after all", fr="Elle n'est finalement pas remplie"),
    },
    over=frozenset({"done", "lifted"}),
)
READERS = frozenset(
    {
        *(roles.QIP_MANAGER, roles.LPRC_CHAIR, roles.LPRC_MEMBER, roles.PRC_SECRETARY, roles.CIMIC),
        *(roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD, roles.HC_OFFICE),
    }
)


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether a condition exists for this audience: as the project that it is of."""
    return audience.may(*READERS) and in_reach(facts, audience)


def does(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether this person is one of those who were asked to see to it."""
    return sees(facts, audience) and audience.may(str(facts.facts["by_role"]))


def lifts(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether this person keeps the committee that set it."""
    return sees(facts, audience) and audience.may(str(facts.facts["set_by"]))
