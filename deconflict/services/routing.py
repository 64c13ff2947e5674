"""Which provider takes a message: the first of its kind, in the order of the configuration, that works and has not refused
this very message."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.channels.port import Channel, Code
from deconflict.domain.breaker import Breaker
from deconflict.domain.severity import Severity
from deconflict.store.base import db, transaction
from deconflict.store.providers import breakers, keep_breaker, know_providers

# The provider itself does not work; a single one of these says nothing, several in a row do (domain.breaker). One that takes
# requests and never answers does not work either.
FAILING = frozenset({Code.PROVIDER, Code.NETWORK, Code.ACCOUNT, Code.UNKNOWN_OUTCOME})
# Another provider may well take what this one did not.
NOT_HERE = frozenset({Code.PROVIDER, Code.NETWORK, Code.ACCOUNT, Code.SENDER, Code.FILTERED, Code.REFUSED})


@dataclass(slots=True)
class Routes:
    """The providers at `now`. `probes`: those that one message was given to, to find out whether they work again."""

    channels: Mapping[str, Channel]
    breakers: Mapping[str, Breaker]
    now: datetime
    probes: set[str] = field(default_factory=set)

    @property
    def kinds(self) -> frozenset[str]:
        """What anything configured carries, whether it works or not."""
        return frozenset(channel.carries for channel in self._all())

    def free(self) -> frozenset[str]:
        """Kinds of which any number may leave."""
        return frozenset(c.carries for c in self._all() if self.works(c))

    def single(self) -> frozenset[str]:
        """Kinds of which one may leave, to find out."""
        free = self.free()
        return frozenset(c.carries for c in self._all() if c.carries not in free and self._takes_one(c))

    def pick(self, kind: str, urgency: int = 0, refused_by: Collection[str] = ()) -> Channel | None:
        """The provider for one message, None when none takes it now. Where all have refused it, the first is asked again.
        What is critical finds out nothing while another provider is known to work."""
        mine = [channel for channel in self._all() if channel.carries == kind]
        may_probe = urgency < Severity.CRITICAL.rank or kind not in self.free()
        for channel in (*(c for c in mine if c.name not in refused_by), *mine):
            if self.works(channel) or (may_probe and self._probes(channel)):
                return channel
        return None

    def another(self, kind: str, refused_by: Collection[str]) -> bool:
        """Whether a provider that works has not been asked yet."""
        return any(c.carries == kind and c.name not in refused_by and self.works(c) for c in self._all())

    def _all(self) -> Collection[Channel]:
        return self.channels.values()

    def _breaker(self, channel: Channel) -> Breaker:
        return self.breakers.get(channel.name, Breaker())

    def works(self, channel: Channel) -> bool:
        """Nothing is known against it."""
        return self._breaker(channel).takes_all()

    def alone(self, channel: Channel) -> bool:
        """Nothing goes there now."""
        return self._breaker(channel).alone(self.now)

    def left_alone(self) -> frozenset[str]:
        return frozenset(channel.name for channel in self._all() if self.alone(channel))

    def _probes(self, channel: Channel) -> bool:
        """One that may work again takes one message at a time."""
        if self._takes_one(channel):
            self.probes.add(channel.name)
            return True
        return False

    def _takes_one(self, channel: Channel) -> bool:
        return channel.name not in self.probes and self._breaker(channel).takes_one(self.now)


def routes_at(session: Session, channels: Mapping[str, Channel], now: datetime) -> Routes:
    """Where anything is known against a provider, its row is locked: of two schedulers one probes."""
    known = breakers(session)
    if any(not breaker.takes_all() for breaker in known.values()):
        known = breakers(session, lock=True)
    return Routes(channels, known, now)


def introduce(channels: Mapping[str, Channel]) -> None:
    """Writes down which providers there are, where that has changed."""
    known = breakers(db.session)  # type: ignore[arg-type]
    db.session.rollback()
    if set(known) != set(channels):
        with transaction() as session:
            know_providers(session, {name: channel.carries for name, channel in channels.items()})


def judge(
    session: Session, channels: Mapping[str, Channel], said: Collection[tuple[str, str]], now: datetime
) -> Routes:
    """What providers did just now, as (name, code of the outcome), opens and closes breakers. To be called before any message
    is locked, as everybody does who locks both."""
    known = breakers(session)
    if any(code in FAILING for _, code in said) or any(breaker.failures for breaker in known.values()):
        known = breakers(session, lock=True)
    judged = dict(known)
    for name, code in said:
        if name in judged:
            judged[name] = judged[name].failed(code, now) if code in FAILING else judged[name].succeeded()
    for name, breaker in judged.items():
        if breaker != known[name]:
            keep_breaker(session, name, breaker)
    session.flush()
    return Routes(channels, judged, now)
