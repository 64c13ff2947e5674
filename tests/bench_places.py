"""What a search costs among as many places as a country has villages: names made up of syllables, the same every time. Alone:
`python -m tests.bench_places`."""

from __future__ import annotations

import random
from collections.abc import Iterator

from deconflict.domain.place import Place, fold
from deconflict.domain.places import Gazetteer
from tests.figures import Figure, figure, quantile, show, timed

SEED, PLACES, ASKED = 7, 18_500, 1_000
OFFERED = 8
GOAL_MS = 100.0
STARTS = "ba ban bo da dia dou fa ga gou ha ka kon kou ma mo na ni sa sé si so ta ti tou wa ya zé djé gna n'"
MIDDLES = "ba bé da dou ga go ka la lé li ma mé na ni ra ré ri so ta to wa ya"
ENDS = "bougou coura da dougou gala go kolo kan la li ma na ni ra so ssi té wèrè ye"


def search() -> Iterator[Figure]:
    """The slowest of a hundred of many searches, beside a plain look at every name; and how many names with a slip are not
    among those offered, which is more than in life: made-up names are much alike."""
    gazetteer = synthetic()
    built, _ = timed(gazetteer.ready)
    chance = random.Random(SEED)
    sought = chance.sample(gazetteer.places, ASKED)
    begun = [place.name[: chance.randint(2, 5)] for place in sought]
    slipped = [_slipped(place.name, chance) for place in sought]
    spent = sorted(timed(lambda words=words: gazetteer.search(words, OFFERED))[0] * 1e3 for words in (*begun, *slipped))
    names = [fold(place.name) for place in gazetteer.places]
    plain, _ = timed(lambda: [[name for name in names if fold(words) in name] for words in begun[:20]])
    known = f"{len(gazetteer.places):,} places"
    yield figure(f"search among {known}, 99 of 100", quantile(spent, 0.99), "ms", plain / 20 * 1e3, goal=GOAL_MS)
    yield figure(f"search among {known}, worst", spent[-1], "ms", goal=GOAL_MS)
    yield figure(f"index of {known}, once", built * 1e3, "ms")
    long = [(place, words) for place, words in zip(sought, slipped, strict=True) if len(fold(place.name)) >= 6]
    missed = sum(place.name not in {p.name for p in gazetteer.search(words, OFFERED)} for place, words in long)
    yield figure(f"a slip in a name, not offered, of {len(long)}", 100 * missed / len(long), "%")


def synthetic() -> Gazetteer:
    """So many settlements in 700 communes; one name in ten is borne by several, as in life."""
    chance = random.Random(SEED)
    return Gazetteer("synthetic", tuple(_village(n, chance) for n in range(PLACES)))


def _village(n: int, chance: random.Random) -> Place:
    middle = "".join(chance.choice(MIDDLES.split()) for _ in range(chance.choice((0, 1, 1, 2))))
    name = (chance.choice(STARTS.split()) + middle + chance.choice(ENDS.split())).capitalize()
    commune = chance.randrange(700)
    return Place(
        pcode=f"S{n:05d}",
        name=name,
        level="town",
        point=(chance.uniform(10.2, 24.9), chance.uniform(-12.2, 4.2)),
        commune=f"C{commune:03d}",
        commune_name=f"Commune {commune}",
        cercle=f"C{commune // 14:02d}",
        cercle_name=f"Cercle {commune // 14}",
        region=f"R{commune // 88}",
        region_name=f"Region {commune // 88}",
    )


def _slipped(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + chance.choice("abdegiklmnorstuwy") + name[at + 1 :]


if __name__ == "__main__":
    show(search())
