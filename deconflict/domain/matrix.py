"""Who may see which element of what (D8 with the rulings), as data, and the one question asked of it. `disclosure` and the
parts of the gate beside it turn facts into views by it; nobody else has to ask."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience

F, O = "full", "own"  # noqa: E741  # the letters of D8

# Element of an item -> role -> cell. A role that is not named sees nothing. `own`: his organisation's items; for the
# mission, those of his sector (U9 and force headquarters, who have no sector, see all of the mission's own).
_HUM_OWN = {roles.SUBMITTER: O, roles.FOCAL_POINT: O}
_MIL_OWN = {roles.CIMIC: O, roles.OPS: O, roles.QIP_MANAGER: O}
_OFFICERS = {roles.CMCOORD: F, roles.SUBOFFICE_HEAD: F, roles.OCHA_HEAD: F}
_CMO_ONLY = {roles.CMCOORD: F}

MATRIX: dict[str, dict[str, str]] = {
    "notice.organisation": _HUM_OWN | _OFFICERS,
    "notice.activity": _HUM_OWN | _OFFICERS,
    "notice.route": _HUM_OWN | _OFFICERS,
    "notice.timing": _HUM_OWN | _OFFICERS,
    "notice.vehicles": _HUM_OWN | _OFFICERS,
    "notice.persons": _HUM_OWN | _OFFICERS,
    "notice.cargo": _HUM_OWN | _OFFICERS,
    "notice.escort": _HUM_OWN | _OFFICERS,
    "notice.team_phone": _HUM_OWN | _OFFICERS,
    # Kidnap risk: not even the heads. Plates are for recognition at a checkpoint and for nobody's interest before.
    "notice.overnight": _HUM_OWN | _CMO_ONLY,
    "notice.plates": _HUM_OWN | _CMO_ONLY,
    "plan.organisation": _MIL_OWN | _OFFICERS,
    "plan.activity": _MIL_OWN | _OFFICERS,
    "plan.route": _MIL_OWN | _OFFICERS,
    "plan.timing": _MIL_OWN | _OFFICERS,
    "plan.traits": _MIL_OWN | _OFFICERS,
    "case.desk": _OFFICERS,
    "case.own": _HUM_OWN | _MIL_OWN,
    "contact.phone": {roles.FOCAL_POINT: O} | _OFFICERS,
    # Who changes them, beside whoever they belong to. An administrator and a mission's desk do so without reading them.
    "contact.keep": {roles.FOCAL_POINT: O, roles.CIMIC: O, roles.ADMINISTRATOR: F},
    # Who invites and retires one's own people, and says until when they work there; and who takes a retirement back.
    "people.keep": {roles.FOCAL_POINT: O, roles.CIMIC: O},
    "people.restore": {roles.FOCAL_POINT: O, roles.CIMIC: O, roles.ADMINISTRATOR: F},
    # Names, functions, roles, who added whom: against an account that nobody there knows.
    # Names only, of whoever else may have checked the positions of a notice.
    "people.colleagues": _HUM_OWN,
    "people.list": {roles.FOCAL_POINT: O, roles.CIMIC: O, roles.ADMINISTRATOR: F} | _OFFICERS,
}

# SENSITIVE activities (protection monitoring, access negotiation): the officer and the head, nobody between (R10, RUL-3).
SENSITIVE_READERS = frozenset({roles.CMCOORD, roles.OCHA_HEAD})


# What whoever enters a notice for its owner reads of it: what he is told, but not where people sleep nor plates.
SCRIBE_READS = frozenset(
    {element for element in MATRIX if element.startswith("notice.")} - {"notice.overnight", "notice.plates"}
)


def opens(element: str, audience: Audience, *, own: bool, sensitive: bool = False) -> bool:
    """Whether any of the audience's roles opens this element of the matrix."""
    if roles.SCRIBE in audience.roles:
        return own and element in SCRIBE_READS
    cells = MATRIX[element]
    for role in audience.roles & cells.keys():
        if cells[role] == O and own:
            return True
        if cells[role] == F and (not sensitive or role in SENSITIVE_READERS):
            return True
    return False
