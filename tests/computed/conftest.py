"""An archive of some small MSIDs, in use, and classes that are forgotten after each test."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.computed import set_modules
from jeta.computed.registry import COMPUTED, DERIVED
from jeta.fetch import systems
from jeta.tdb import Entry, write_yaml

T0 = 1_262_304_000.0  # 2010:001


@pytest.fixture(autouse=True)
def _classes_forgotten():
    before = list(COMPUTED.classes), list(DERIVED.classes)
    yield
    COMPUTED.classes[:], DERIVED.classes[:] = before


@pytest.fixture(autouse=True)
def _none_in_use(monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    set_modules(systems.modules())
    with fetch.set_archive(None):
        yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Root of an archive from T0: A each second, B each 4 s, a vector X Y Z, a state, A's twin, one sent on change."""
    archive = create_archive(tmp_path_factory.mktemp("computed") / "archive")
    entries = [Entry("a", unit="V"), Entry("b", unit="V"), Entry("amp", unit="A"), Entry("milli", unit="mV")]
    entries += [Entry("temp", unit="K"), Entry("setting", on_change=True)]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    second = np.arange(100.0)
    put = lambda name, times, vals, bads=None: update.append(name, T0 + times, vals, bads, archive=archive)  # noqa: E731
    put("a", second, second**2, second == 50)
    put("b", second[::4] + 0.25, second[::4])
    put("amp", second, second)
    put("milli", second, 1000 * second)
    put("temp", second, np.full(100, 300.0))
    put("x", second, np.full(100, 3.0))
    put("y", second, np.full(100, 4.0))
    put("z", second[:50], np.full(50, 12.0))
    put("state", second, np.where(second < 50, "ON", "OFF"))
    put("setting", np.array([10.0, 70.0]), [1.0, 2.0])
    put("nan", second, np.where(second % 10 == 0, np.nan, second))
    return archive.root


@pytest.fixture
def in_use(filled, _none_in_use):
    """The filled archive, in use; only to be read."""
    with fetch.set_archive(filled):
        yield filled
