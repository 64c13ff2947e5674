"""All procedures by noun. To add one: write its module, put it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deconflict.domain import (
    access_incidents,
    aid_reports,
    asset_requests,
    conditions,
    hazards,
    meetings,
    qips,
    sittings,
)
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import LifeCycle, Noun, ProcedureFacts

MODULES = (qips, sittings, conditions, aid_reports, asset_requests, access_incidents, hazards, meetings)
CYCLES: Mapping[Noun, LifeCycle] = {module.CYCLE.noun: module.CYCLE for module in MODULES}
SEES: Mapping[Noun, Callable[[ProcedureFacts, Audience], bool]] = {module.CYCLE.noun: module.sees for module in MODULES}

# What is left of the facts of one that is over once what was typed is kept no longer, by noun.
WITHOUT_WORDS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    hazards.CYCLE.noun: hazards.without_words,
    meetings.CYCLE.noun: meetings.without_words,
}


def sees_procedure(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience, at any place that shows that it does."""
    return SEES[facts.noun](facts, audience)
