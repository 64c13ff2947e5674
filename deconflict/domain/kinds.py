"""Activity kinds of both sides, as activities.toml declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from deconflict.domain.activity import Side

ANY = "ANY"  # in a rule: every kind of which somebody is there in person
STANDING = "STANDING"  # a group every kind with `site = true` has: it stands there all year and leaves from nowhere
RECORD = "RECORD"  # a group every kind with `record = true` has: paper, which ANY does not mean


@dataclass(frozen=True, slots=True)
class Kind:
    """One activity kind. `groups` are the names SOP rules use; `footprint_m` the radius held by a presence of this kind;
    `travel` marks kinds that a whole movement goes by; `event` marks visible QIP events; `sensitive` forces match_only
    (D4.3 SENSITIVE). `category` is the aid category. Labels by language tag. `site` marks standing places, filed on
    their own; `shown_as` the code that anybody but the owner and the officer reads instead. `record` marks what stands on
    paper only (a proposal, an incident that was reported): only rules that name it speak of it. `hours` are those of a
    site on the mission's wall clock, None for always; `mode` the way of travelling that this kind is the travel kind of, of a
    patrol the only way it goes. `any_only`: no rule names it, and only those that say ANY speak of it. Of the mission, what is
    filed as a plan of its own: `stay` at one place, `aid` given or done for people, `zone` that is closed or to be avoided."""

    code: str
    side: Side
    label: dict[str, str]
    groups: frozenset[str]
    footprint_m: float
    travel: bool = False
    patrol: bool = False
    event: bool = False
    sensitive: bool = False
    category: str | None = None
    site: bool = False
    shown_as: str | None = None
    record: bool = False
    hours: tuple[time, time] | None = None
    mode: str | None = None
    any_only: bool = False
    stay: bool = False
    aid: bool = False
    zone: bool = False

    @property
    def on_site(self) -> bool:
        """What is done at a stop, rather than what a whole item goes by."""
        return not (self.travel or self.patrol or self.event or self.site or self.record)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds by code, in the order of the file. `traits` are the groups that a fact of a whole plan adds, by field and
    value (`traits["joint_with"]["host_forces"]`)."""

    kinds: dict[str, Kind]
    traits: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def __getitem__(self, code: str) -> Kind:
        return self.kinds[code]

    def of(self, side: Side, **flags: bool) -> list[Kind]:
        """Kinds of one side whose named flags (`travel=True`, `patrol=True`, `event=True`) all hold."""
        return [k for k in self.kinds.values() if k.side is side and all(getattr(k, f) is v for f, v in flags.items())]

    def travelling(self, kind: Kind) -> Kind:
        """What it goes by on the road (RUL-21: travel is MOVE): what is done on site travels as its side commonly does."""
        if kind.travel or kind.patrol:
            return kind
        flag = "travel" if kind.side is Side.HUMANITARIAN else "patrol"
        return self.of(kind.side, **{flag: True})[0]

    def shown(self, code: str, *, insider: bool) -> Kind:
        """The kind to name before somebody: insiders are its owner and the officer (DIST_CASH reads OTHER for others)."""
        kind = self.kinds[code]
        return kind if insider or kind.shown_as is None else self.kinds[kind.shown_as]

    def trait(self, name: str, value: str) -> frozenset[str]:
        """Groups added by `value` of the plan's field `name`; none when the catalogue does not speak of it."""
        return self.traits.get(name, {}).get(value, frozenset())

    def names(self, side: Side) -> frozenset[str]:
        """Every code and group a rule may cite for one side, `ANY` included."""
        groups = {g for k in self.kinds.values() if k.side is side for g in k.groups}
        if side is Side.MISSION:
            groups |= {g for values in self.traits.values() for added in values.values() for g in added}
        return frozenset(groups | {k.code for k in self.kinds.values() if k.side is side} | {ANY})
