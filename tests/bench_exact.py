"""Decisions near a threshold beside geodesic truth: places within 5 % of a distance a rule may ask, all over the country."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
from geographiclib.geodesic import Geodesic

from deconflict.domain.clearance import within
from deconflict.domain.geodesy import WGS84, Floats
from deconflict.domain.motion import Pieces
from tests.figures import Figure, figure

CASES = 30_000
LIMITS_M = (500.0, 2_000.0, 5_000.0, 10_000.0, 50_000.0)
NEAR = 0.05


def near_thresholds(address: str | None) -> Iterator[Figure]:
    """How many of our decisions differ from those of geographiclib, beside how many of PostGIS's do."""
    chance = np.random.default_rng(11)
    here = np.stack([chance.uniform(10, 25, CASES), chance.uniform(-12.5, 4.5, CASES)], axis=1)
    limits = chance.choice(LIMITS_M, CASES)
    metres = limits * chance.uniform(1 - NEAR, 1 + NEAR, CASES)
    lon, lat, _ = WGS84.fwd(here[:, 1], here[:, 0], chance.uniform(0, 360, CASES), metres)
    there = np.stack([lat, lon], axis=1)
    truth = np.array([_true_m(p, q) for p, q in zip(here.tolist(), there.tolist(), strict=True)]) <= limits
    every = np.arange(CASES)
    ours = within(_points(here), every, _points(there), every, limits, 0.0)
    beside = None if address is None else float((_postgis(address, here, there, limits) != truth).sum())
    name = f"wrong of {CASES:,} decisions within 5 % of a limit"
    yield figure(name, float((ours != truth).sum()), "", beside, goal=0)


def _true_m(p: list[float], q: list[float]) -> float:
    return float(Geodesic.WGS84.Inverse(*p, *q, Geodesic.DISTANCE)["s12"])


def _points(points: Floats) -> Pieces:
    nothing = np.zeros((len(points), 2))
    none = np.zeros(len(points))
    every, nobody = np.arange(len(points)), np.full(len(points), -1)
    return Pieces(np.stack([points, points], axis=1), nothing, nothing, nothing, none, none, none > 0, every, nobody)


def _postgis(address: str, here: Floats, there: Floats, limits: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    import psycopg

    with psycopg.connect(address) as connection, warnings.catch_warnings():
        connection.execute("CREATE TEMP TABLE near_limit (n int, a geography, b geography, m float8)")
        with connection.cursor() as cursor, cursor.copy("COPY near_limit FROM STDIN") as copy:
            for n, (p, q, limit) in enumerate(zip(here.tolist(), there.tolist(), limits.tolist(), strict=True)):
                copy.write_row((n, f"POINT({p[1]!r} {p[0]!r})", f"POINT({q[1]!r} {q[0]!r})", limit))
        found = connection.execute("SELECT ST_DWithin(a, b, m) FROM near_limit ORDER BY n").fetchall()
    return np.array([bool(yes) for (yes,) in found])
