"""/metrics: how sending goes, in the text format of Prometheus, for whoever shows the bearer token of the settings. Without a
token there is no such page. No label names a person, a place, an organisation or a case."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily, Metric

from deconflict.store.alerts import ACCEPTED
from deconflict.store.base import db
from deconflict.store.counters import counts
from deconflict.store.figures import Figures, figures_at
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now

bp = Blueprint("metrics", __name__)
BUCKETS_S = (60, 300, 900, 1800, 3600, 7200, 21_600, 86_400)
PREFIX = "carnet_"  # as neutral as the product's name


@bp.get("/metrics")
@audience(PUBLIC)
def metrics() -> Response:
    token: str = current_app.extensions["settings"].metrics_token
    shown = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {token}".encode()) or not token:
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Collector())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Collector:
    """Read from the database at each call: however many processes there are, all say the same."""

    def collect(self) -> Iterator[Metric]:
        session, at = db.session(), now()
        figures = figures_at(session, at)
        yield from _outbox(figures)
        yield from _providers(figures, tuple(current_app.extensions["channels"]))
        yield _answers(figures)
        refused = CounterMetricFamily(f"{PREFIX}hooks_refused", "Calls with a wrong signature.", labels=["provider"])
        for provider, total in sorted(counts(session, "hook_refused").items()):
            refused.add_metric([provider], total)
        yield refused


def _outbox(figures: Figures) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        f"{PREFIX}messages", "Messages that have not left for sure, by state.", labels=["state"]
    )
    for state, count in sorted(figures.on_hand.items()):
        messages.add_metric([state], count)
    yield messages
    yield GaugeMetricFamily(f"{PREFIX}messages_late", "Messages that should have left two minutes ago.", figures.late)
    yield GaugeMetricFamily(
        f"{PREFIX}queue_age_seconds", "Since the oldest late message was due; 0: none is late.", figures.late_s
    )
    if figures.heartbeat_s is not None:
        yield GaugeMetricFamily(
            f"{PREFIX}heartbeat_age_seconds", "Since the scheduler last came wholly through.", figures.heartbeat_s
        )


def _providers(figures: Figures, configured: tuple[str, ...]) -> Iterator[Metric]:
    """A provider that did nothing says 0, since silence of a watcher looks like health."""
    tries = GaugeMetricFamily(
        f"{PREFIX}tries_last_hour",
        "Hand-overs begun in the last hour; all but accepted failed or last.",
        labels=["provider", "outcome"],
    )
    known = {(name, ACCEPTED): 0 for name in configured} | figures.tries
    for key, count in sorted(known.items()):
        tries.add_metric(list(key), count)
    yield tries
    failing = GaugeMetricFamily(f"{PREFIX}provider_failing", "1: its last hand-over failed.", labels=["provider"])
    for name in sorted({*configured, *figures.failing}):
        failing.add_metric([name], float(name in figures.failing))
    yield failing


def _answers(figures: Figures) -> Metric:
    took = figures.answers_s
    buckets = [(str(float(most)), sum(one <= most for one in took)) for most in BUCKETS_S]
    return GaugeHistogramMetricFamily(
        f"{PREFIX}acknowledged_seconds",
        "From alert to its first answer, of answers of the last 24 hours.",
        buckets=[*buckets, ("+Inf", len(took))],
        gsum_value=sum(took),
    )
