"""When a report of aid outside QIPs counts as verified: two sources that do not depend on each other, or the mission's own word (D7.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from deconflict.domain.aid_words import BY_MISSION


@dataclass(frozen=True, slots=True)
class Source:
    """`kind`: how it is known, of aid_words.SOURCES; `organisation_id`: whose, where it is somebody of one that is known here."""

    kind: str
    organisation_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def source_from(stored: Mapping[str, Any]) -> Source:
    return Source(str(stored["kind"]), stored.get("organisation_id"))


def independent(a: Source, b: Source) -> bool:
    """Two of one organisation are one source. Where it is not known whose they are, two of one kind may be the same people."""
    if a.organisation_id is not None and b.organisation_id is not None:
        return a.organisation_id != b.organisation_id
    return a.kind != b.kind


def enough(sources: Sequence[Source]) -> bool:
    """Whether it may be called verified."""
    if any(source.kind == BY_MISSION for source in sources):
        return True
    return any(independent(a, b) for a, b in combinations(sources, 2))
