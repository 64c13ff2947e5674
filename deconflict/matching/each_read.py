"""Many items read at once, where one that cannot be read hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.filing import Filing
from deconflict.store.items import Item, ItemVersion
from deconflict.store.queries import current_versions, filing_of, version_of

log = structlog.get_logger()
T = TypeVar("T")


def each_read(session: Session, items: Sequence[Item], make: Callable[[Item, Filing], T]) -> Iterator[tuple[Item, T]]:
    """What is made of each item as it is filed now; one that cannot be read, or that nothing can be made of, is told and left out."""
    versions = _versions(session, items)
    for item in items:
        try:
            made = make(item, filing_of(versions.get(item.id) or version_of(session, item)))
        except OperationalError:
            raise
        except Exception:
            log.exception("an item could not be read", item=item.id)
            continue
        yield item, made


def _versions(session: Session, items: Sequence[Item]) -> Mapping[int, ItemVersion]:
    """All at once; none where one of them cannot be opened, so that each is tried by itself."""
    try:
        return current_versions(session, items)
    except OperationalError:
        raise
    except Exception:
        return {}
