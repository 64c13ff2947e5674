"""Questions asked of the rows by more than one caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.filing import SEALED, Filing, Level, StaticSite, from_json
from deconflict.domain.kinds import Catalogue
from deconflict.domain.states import AlertState
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.cases import Case
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Absence, Duty, Organisation, Person
from deconflict.store.sites import site_facts


def version_of(session: Session, item: Item, version: int | None = None) -> ItemVersion:
    """The row of one version, the current one by default."""
    wanted = item.version if version is None else version
    return session.scalars(
        select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.version == wanted)
    ).one()


def version_filed_at(session: Session, item: Item) -> datetime:
    """When its owner last filed a version of it, without opening it: a joint convoy that moved it is not the owner's doing."""
    own = select(ItemVersion.filed_at).where(ItemVersion.item_id == item.id, ItemVersion.followed.is_(False))
    return session.scalars(own.order_by(ItemVersion.version.desc()).limit(1)).one()


def is_no_notice(session: Session, item: Item) -> bool:
    """Whether a plan was filed when it had begun already."""
    current = (ItemVersion.item_id == item.id, ItemVersion.version == item.version)
    return bool(session.scalar(select(ItemVersion.no_notice).where(*current)))


def current_versions(session: Session, items: Iterable[Item]) -> dict[int, ItemVersion]:
    """The rows of the current versions by item id, in one query. Raises what filing_of raises when any cannot be read."""
    query = select(ItemVersion).join(Item).where(ItemVersion.version == Item.version)
    rows = session.scalars(query.where(Item.id.in_({item.id for item in items})))
    return {row.item_id: row for row in rows}


def filing_of(row: ItemVersion) -> Filing:
    """The filing with its sealed fields opened. Raises ValueError, KeyError or TypeError for a row that cannot be read."""
    sealed = {name: getattr(row, name) for name in SEALED}
    return from_json(row.filing | {key: value for key, value in sealed.items() if value is not None})


def is_sensitive(filing: Filing, catalogue: Catalogue) -> bool:
    """Any kind in it is SENSITIVE: then the whole item is."""
    codes = {filing.kind} | {stop.activity for stop in filing.stops if stop.activity}
    return any(catalogue[code].sensitive for code in codes)


def facts_of(session: Session, item: Item, catalogue: Catalogue, version: int | None = None) -> ItemFacts:
    """Everything about an item, for disclosure to judge."""
    return facts_from(item, version_of(session, item, version), catalogue)


def facts_from(item: Item, row: ItemVersion, catalogue: Catalogue) -> ItemFacts:
    """Everything about an item at the version of this row."""
    filing = filing_of(row)
    return ItemFacts(
        id=item.id,
        side=Side(item.side),
        owner_id=item.owner_id,
        owner_name=item.owner.name,
        reference=item.reference,
        state=item.state,
        version=row.version,
        level=Level(filing.level),
        area=item.area,
        sector=item.sector,
        late=item.late,
        sensitive=is_sensitive(filing, catalogue),
        filed_at=row.filed_at,
        filing=filing,
        reduced_at=item.reduced_at,
        no_notice=bool(row.no_notice),
        site=site_facts(item) if isinstance(filing, StaticSite) else None,
        of_ocha=item.of_ocha,
    )


def employed(now: datetime) -> ColumnElement[bool]:
    """Of a Person: may be told anything at all."""
    return and_(Person.active.is_(True), or_(Person.until_at.is_(None), Person.until_at > now))


def away(now: datetime) -> ColumnElement[bool]:
    """Of a Person: is absent."""
    return exists().where(Absence.person_id == Person.id, Absence.from_at <= now, Absence.until_at > now)


def standing(step: str, now: datetime) -> ColumnElement[bool]:
    """Of a Duty: this step, now."""
    return and_(Duty.step == step, Duty.from_at <= now, or_(Duty.until_at.is_(None), Duty.until_at > now))


def on_duty(session: Session, area: str | None, step: str, now: datetime) -> list[Person]:
    """Who stands on this step for the area now and is there, in order; for the whole country where area is None."""
    return _standing(session, area, step, now, ~away(now))


def away_from_duty(session: Session, area: str, step: str, now: datetime) -> list[Person]:
    """Who should stand there and is absent."""
    return _standing(session, area, step, now, away(now))


def _standing(session: Session, area: str | None, step: str, now: datetime, who: ColumnElement[bool]) -> list[Person]:
    query = select(Duty).join(Person, Person.id == Duty.person_id).where(standing(step, now), employed(now), who)
    if area is not None:
        query = query.where(Duty.area == area)
    return _each_once(duty.person for duty in session.scalars(query.order_by(Duty.position, Duty.id)))


def people_of(
    session: Session, organisation_id: int, function: str, scope: str | None = None, *, now: datetime | None = None
) -> list[Person]:
    """Active people of an organisation with this function; those bound to another sector left out, and with `now` those who
    are absent then, or whose contract is over."""
    query = (
        select(Person)
        .join(Organisation)
        .where(Person.organisation_id == organisation_id, Person.function == function, Person.active.is_(True))
    )
    if now is not None:
        query = query.where(employed(now), ~away(now))
    if scope is not None:
        query = query.where(or_(Person.scope.is_(None), Person.scope == scope))
    return list(session.scalars(query.order_by(Person.id)))


def alerts_of(session: Session, case: Case, *, owed_only: bool = False) -> list[Alert]:
    """Every alert of a case, oldest first."""
    query = select(Alert).where(Alert.case_id == case.id)
    if owed_only:
        query = query.where(Alert.state == AlertState.OWED)
    return list(session.scalars(query.order_by(Alert.id)))


def answers_of(session: Session, case_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """What was answered, by case and request, from the audit: a request that is done no longer says so."""
    answers: dict[int, dict[int, str]] = {id: {} for id in case_ids}
    about = (AuditEntry.noun == "case", AuditEntry.noun_id.in_(case_ids), AuditEntry.verb == "answer")
    entries = select(AuditEntry.noun_id, AuditEntry.detail).where(*about).order_by(AuditEntry.id)
    for case_id, detail in session.execute(entries):
        answers[case_id or 0][detail["request"]] = str(detail["answer"])
    return answers


def last_entry(session: Session, side: Side, reference: str, verb: str) -> AuditEntry | None:
    """When this was last done to the item under this reference, and what was said of it."""
    item = select(Item.id).where(Item.reference == reference, Item.side == side).scalar_subquery()
    query = select(AuditEntry).where(AuditEntry.noun == side, AuditEntry.noun_id == item, AuditEntry.verb == verb)
    return session.scalars(query.order_by(AuditEntry.id.desc())).first()


def _each_once(people: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())
