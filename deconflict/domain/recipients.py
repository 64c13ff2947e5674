"""Who may be sent word of a case. A part of the gate that disclosure.py is, apart because it grew."""

from __future__ import annotations

from deconflict.domain.disclosure import ItemFacts, tellable
from deconflict.domain.filing import Level


def may_hear(
    side: str, purpose: str, humanitarian: ItemFacts | None, *, eyes_only: bool, late: bool, of_ocha: bool = False
) -> bool:
    """Every recipient list passes here (RUL-1 to RUL-3). `purpose`: desk, request, minimal, closing, overdue. `of_ocha`: OCHA
    entered the item on this side itself (domain.ocha_areas), and no party is behind it.

    OCHA hears everything of the desk. A party hears after an officer's act (request, closing of what it was told), or by
    the minimal alert: the humanitarian owner always, unless it filed late (then the desk's deputies ring until a human
    takes it, RUL-2); the mission only when the notice's level allows it, never for SENSITIVE.
    """
    if side == "ocha":
        return purpose in ("desk", "closing")
    if of_ocha:
        return False
    if purpose == "overdue":  # of its own team, and of nobody else
        return side == "humanitarian"
    if purpose in ("request", "closing"):
        return side == "humanitarian" or not eyes_only
    if purpose != "minimal" or late:
        return False
    if side == "humanitarian":
        return True
    if eyes_only or humanitarian is None or not tellable(humanitarian):
        return False
    return humanitarian.level is not Level.MATCH_ONLY
