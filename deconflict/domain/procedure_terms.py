"""sop.toml's [procedures]: the clocks of QIP consultation, reports of aid, escorts, hazards and the dialogue log. All proposed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcedureTerms:
    """Names that end in `_wd` count working days of the mission's calendar, `_days` calendar days. `consultation_wd`: how long a QIP is
    consulted on, which ends `before_sitting_wd` or more before the committee sits; `remind_wd` before its end whoever has not replied is
    reminded; ended so, `summary_wd` is what OCHA has to write the committee's summary. `verify_wd`: for a report of aid to be looked
    into; `response_wd`: for the mission to answer it. `escort_decision_wd`: for a request for an escort to be decided. `hazard_days`: how
    long a hazard notice holds unless it is renewed. `sensitisation_days`: how often each area has a session in communities.
    `advisory_days`: how long after aid outside QIPs organisations with activities in the same place are advised."""

    consultation_wd: int = 10
    before_sitting_wd: int = 2
    remind_wd: int = 3
    summary_wd: int = 1
    verify_wd: int = 10
    response_wd: int = 10
    escort_decision_wd: int = 5
    hazard_days: int = 7
    sensitisation_days: int = 92
    advisory_days: int = 14


PROPOSED = ProcedureTerms()
