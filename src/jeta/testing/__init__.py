"""Help for whoever tests against jeta: simulated telemetry with known answers, and suites that a plug-in must pass."""

from __future__ import annotations
