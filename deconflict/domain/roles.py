"""Who people are (D7 and RUL-26), by code, and which roles act together."""

from __future__ import annotations

from collections.abc import Iterable

SUBMITTER = "submitter"
FOCAL_POINT = "focal_point"
CMCOORD = "cmcoord"
SUBOFFICE_HEAD = "suboffice_head"
OCHA_HEAD = "ocha_head"
CIMIC = "cimic"
OPS = "ops"
QIP_MANAGER = "qip_manager"
LPRC_CHAIR = "lprc_chair"
LPRC_MEMBER = "lprc_member"
PRC_SECRETARY = "prc_secretary"
CLUSTER = "cluster"
NGO_FORUM = "ngo_forum"
RADIO_OPERATOR = "radio_operator"
HC_OFFICE = "hc_office"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
# Nobody holds it: what somebody at OCHA is while he enters for an organisation what it called in (domain.on_behalf).
SCRIBE = "scribe"

LABELS: dict[str, dict[str, str]] = {
    SUBMITTER: {"en": "Submitter", "fr": "Déclarant"},
    FOCAL_POINT: {"en": "Focal point", "fr": "Point focal"},
    CMCOORD: {"en": "CMCoord officer", "fr": "Chargé de la coordination civilo-militaire"},
    SUBOFFICE_HEAD: {"en": "Head of OCHA sub-office", "fr": "Chef de sous-bureau OCHA"},
    OCHA_HEAD: {"en": "OCHA Head of Office", "fr": "Chef de bureau OCHA"},
    CIMIC: {"en": "CIMIC officer (U9/G9)", "fr": "Officier CIMIC (U9/G9)"},
    OPS: {"en": "Sector operations (G3)", "fr": "Opérations du secteur (G3)"},
    QIP_MANAGER: {"en": "QIP manager", "fr": "Responsable des QIP"},
    LPRC_CHAIR: {"en": "LPRC chair", "fr": "Président du comité local d'examen des projets"},
    LPRC_MEMBER: {"en": "LPRC member", "fr": "Membre du comité local d'examen des projets"},
    PRC_SECRETARY: {"en": "PRC secretary", "fr": "Secrétaire du comité d'examen des projets"},
    CLUSTER: {"en": "Cluster coordinator", "fr": "Coordonnateur de cluster"},
    NGO_FORUM: {"en": "NGO forum", "fr": "Forum des ONG"},
    RADIO_OPERATOR: {"en": "Radio operator", "fr": "Opérateur radio"},
    HC_OFFICE: {"en": "HC office", "fr": "Bureau du Coordonnateur humanitaire"},
    AUDITOR: {"en": "Auditor", "fr": "Auditeur"},
    ADMINISTRATOR: {"en": "Administrator", "fr": "Administrateur"},
}

ALL = frozenset(LABELS)
OFFICERS = frozenset({CMCOORD, SUBOFFICE_HEAD, OCHA_HEAD})
FILERS_HUMANITARIAN = frozenset({SUBMITTER, FOCAL_POINT})
FILERS_MISSION = frozenset({CIMIC, OPS, QIP_MANAGER})
FILERS_OCHA = frozenset({CMCOORD, OCHA_HEAD})  # of areas to avoid alone (domain.ocha_areas)
# Who hears of somebody added to his organisation, and reads who is in it.
WITNESS_OF: dict[str, str] = {"humanitarian": FOCAL_POINT, "mission": CIMIC, "ocha": OCHA_HEAD}
# What whoever answers for his organisation may give its people, and nothing else: never a role of another side, and none that reads of
# other organisations or decides of projects.
GIVEN_BY: dict[str, frozenset[str]] = {
    FOCAL_POINT: frozenset({SUBMITTER, FOCAL_POINT}),
    CIMIC: frozenset({CIMIC, OPS, QIP_MANAGER}),
}
# A role of the first is never held by somebody who has one of the second: who reads where others bring aid would ask with
# notices of his own (D8; between organisations nothing is told).
APART = ((frozenset({CLUSTER}), FILERS_HUMANITARIAN),)
SECOND_FACTOR = OFFICERS | FILERS_MISSION | {ADMINISTRATOR}

_SIDES = {
    "humanitarian": (SUBMITTER, FOCAL_POINT, CLUSTER, NGO_FORUM),
    "ocha": (CMCOORD, SUBOFFICE_HEAD, OCHA_HEAD, RADIO_OPERATOR, HC_OFFICE, AUDITOR, ADMINISTRATOR),
    "mission": (CIMIC, OPS, QIP_MANAGER, LPRC_CHAIR, LPRC_MEMBER, PRC_SECRETARY),
}
SIDE_OF: dict[str, str] = {role: side for side, members in _SIDES.items() for role in members}


def may_be_combined(codes: Iterable[str]) -> bool:
    """Whether one person may hold all of these roles."""
    held = frozenset(codes)
    return not any(held & one and held & other for one, other in APART)
