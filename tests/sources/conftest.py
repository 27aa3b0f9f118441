"""A service on this machine, and sources that ask it."""

from __future__ import annotations

import pytest

from jeta.sources import choice, registry
from jeta.sources.mast import MastSource
from jeta.sources.options import Spec
from sources.service import running


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No proxy between the tests and their service, no token and no folder of the user; and the choice as at the start."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "MAST_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JETA_CACHE", str(tmp_path / "cache"))
    yield
    choice._state.specs = (Spec(registry.ARCHIVE),)
    choice.set_local(None)
    for name in list(registry._registered):
        registry.unregister(name)
    registry._made.clear()


@pytest.fixture
def service():
    with running() as running_service:
        yield running_service


@pytest.fixture
def mast(service):
    """Return a function that makes a source which asks the service, and does not wait long."""

    def make(**options):
        return MastSource(
            **{"base": service.base, "timeout": 5, "retries": 2, "pause": 0.001, "cache": None, **options}
        )

    return make
