"""The dialogue log: meetings of CMCoord with forces, sessions of sensitisation in communities, training of incoming contingents. That
they took place and what they were about, in codes; nothing of what was negotiated is ever stored (RUL-28). A session is planned for
each area by the clock, so that one that nobody has thought of is due all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, Label, LifeCycle, Noun, ProcedureFacts, step

OFFICERS = set(roles.OFFICERS)
FOLLOWING = "following"  # it was held, and something that was promised there is still to be done

CYCLE = LifeCycle(
    noun=Noun.MEETING,
    begins="planned",
    begun_by=frozenset(OFFICERS | {SYSTEM}),
    label={"en": "Dialogue log", "fr": "Journal du dialogue"},
    states={
        "planned": {"en": "Planned", "fr": "Prévue"},
        "held": {"en": "Held", "fr": "Tenue"},
        FOLLOWING: {"en": "Held, something is still to be done", "fr": "Tenue, des suites restent à donner"},
        "cancelled": {"en": "Cancelled", "fr": "Annulée"},
    },
    steps={
        "move": step("planned", SAME, OFFICERS, en="Plan it, or move it", fr="La prévoir ou la déplacer"),
        "hold": step("planned", "held", OFFICERS, en="It took place", fr="Elle a eu lieu"),
        "correct": step("held following", SAME, OFFICERS, en="Correct", fr="Corriger"),
        "cancel": step("planned", "cancelled", OFFICERS, en="Cancel", fr="Annuler"),
        "follow": step(
            "held following", FOLLOWING, OFFICERS, en="Note what is to be done", fr="Noter une suite à donner"
        ),
        "done": step(FOLLOWING, SAME, OFFICERS, en="One of them is done", fr="L'une des suites est donnée"),
        "close": step(FOLLOWING, "held", OFFICERS, en="The last of them is done", fr="La dernière suite est donnée"),
    },
    over=frozenset({"held", "cancelled"}),
    dues={
        "session": {"en": "Hold a session in communities", "fr": "Tenir une séance dans les communautés"},
        "promised": {"en": "Do what was promised there", "fr": "Faire ce qui y a été promis"},
    },
)

CELL, BILATERAL, SENSITISATION, TRAINING = KIND_CODES = ("cell", "bilateral", "sensitisation", "training")
KINDS: Mapping[str, Label] = {
    CELL: {"en": "Meeting of the CMCoord cell", "fr": "Réunion de la cellule CMCoord"},
    BILATERAL: {"en": "Meeting with one force", "fr": "Rencontre avec une force"},
    SENSITISATION: {
        "en": "Sensitisation session in communities",
        "fr": "Séance de sensibilisation dans les communautés",
    },
    TRAINING: {"en": "Training of an incoming contingent", "fr": "Formation d'un contingent entrant"},
}
FORCES: Mapping[str, Label] = {
    "mission": {"en": "Mission force", "fr": "Force de la mission"},
    "mission_police": {"en": "Mission police", "fr": "Police de la mission"},
    "host_forces": {"en": "Host-State forces", "fr": "Forces de l'État hôte"},
    "regional": {"en": "Regional force", "fr": "Force régionale"},
    "other": {"en": "Another force", "fr": "Autre force"},
}
TOPICS: Mapping[str, Label] = {
    "sop": {"en": "The SOP", "fr": "La procédure (SOP)"},
    "notification": {"en": "Notification of movements and sites", "fr": "Notification des déplacements et des sites"},
    "distinction": {"en": "Distinction", "fr": "Distinction"},
    "qips": {"en": "QIPs and their consultation", "fr": "QIP et leur consultation"},
    "aid_outside_qips": {"en": "Aid outside QIPs", "fr": "Aide hors QIP"},
    "escorts": {"en": "Escorts as a last resort", "fr": "Escortes en dernier recours"},
    "contacts": {"en": "Whom to call", "fr": "Qui appeler"},
    "calendar": {"en": "Calendar of visible activities", "fr": "Calendrier des activités visibles"},
    "hazards": {"en": "Hazards on the roads", "fr": "Dangers sur les routes"},
    "sensitisation": {"en": "Sensitisation of communities", "fr": "Sensibilisation des communautés"},
}
# Classes, counted; never names.
PRESENT: Mapping[str, Label] = {
    "ocha": {"en": "OCHA", "fr": "OCHA"},
    "humanitarian": {"en": "Humanitarian organisations", "fr": "Organisations humanitaires"},
    "mission": {"en": "Mission", "fr": "Mission"},
    "forces": {"en": "Other forces", "fr": "Autres forces"},
    "authorities": {"en": "Civil authorities", "fr": "Autorités civiles"},
    "community": {"en": "People of the community", "fr": "Membres de la communauté"},
}
LANGUAGES: Mapping[str, Label] = {
    "fr": {"en": "French", "fr": "Français"},
    "en": {"en": "English", "fr": "Anglais"},
    "bm": {"en": "Bambara", "fr": "Bambara"},
    "ff": {"en": "Fulfulde", "fr": "Fulfulde"},
    "ses": {"en": "Songhay", "fr": "Songhay"},
    "taq": {"en": "Tamasheq", "fr": "Tamasheq"},
    "dogon": {"en": "Dogon", "fr": "Dogon"},
    "ar": {"en": "Arabic", "fr": "Arabe"},
    "other": {"en": "Another language", "fr": "Autre langue"},
}
INTERPRETERS: Mapping[str, Label] = {
    "none": {"en": "No interpreter was needed", "fr": "Aucun interprète n'était nécessaire"},
    "ours": {"en": "Interpreter of OCHA or a partner", "fr": "Interprète d'OCHA ou d'un partenaire"},
    "theirs": {"en": "Interpreter of the force", "fr": "Interprète de la force"},
    "missing": {"en": "None was found", "fr": "Aucun n'a été trouvé"},
}
CANCELLED: Mapping[str, Label] = {
    "security": {"en": "Security", "fr": "Sécurité"},
    "force_absent": {"en": "The force did not come", "fr": "La force n'est pas venue"},
    "community": {"en": "The community could not receive it", "fr": "La communauté ne pouvait pas la recevoir"},
    "road": {"en": "The road", "fr": "La route"},
    "staff": {"en": "No staff", "fr": "Pas de personnel"},
    "other": {"en": "Another reason", "fr": "Autre raison"},
}
# Who does what was promised. What a force has promised its CMCoord officer asks for.
DOERS: Mapping[str, frozenset[str]] = {
    **{role: frozenset({role}) for role in (roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD)},
    "force": frozenset({roles.CMCOORD}),
}


def without_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was typed, once that is kept no longer."""
    return {**facts, "promises": [["", who, until, done] for _words, who, until, done in facts["promises"]]}


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: OCHA's officers, heads and nobody else."""
    return audience.is_officer
