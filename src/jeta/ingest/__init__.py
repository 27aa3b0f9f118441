"""Ingest around the clock: from files that arrive in a staging folder to rows that are committed, and accounted for.

`run` deals once with what is there, `watch` goes on until it is stopped, `preview` tells what `run` would do. The rules by which
files are taken, held back or rejected are in the archive's ``archive.yaml``, see `jeta.ingest.settings`.
"""

from __future__ import annotations

from jeta.ingest import staging
from jeta.ingest.plan import Plan, Step, plan
from jeta.ingest.policies import PRESETS, Policies
from jeta.ingest.report import RunReport
from jeta.ingest.running import Preview, preview, run
from jeta.ingest.settings import IngestSettings, load_settings
from jeta.ingest.watching import watch

execute = run
"""The first jeta's name of `run`."""

__all__ = [
    "PRESETS",
    "IngestSettings",
    "Plan",
    "Policies",
    "Preview",
    "RunReport",
    "Step",
    "execute",
    "load_settings",
    "plan",
    "preview",
    "run",
    "staging",
    "watch",
]
