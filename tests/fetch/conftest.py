"""An archive of some small MSIDs, in use."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

T0 = 1_262_304_000.0  # 2010:001
NAMES = ["AAINT", "AAMODE", "AABOOL", "DP_XYZ", "TEPHIN"]


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Root of an archive: 100 samples of each MSID, 10 s apart from T0; every fifth of TEPHIN is bad."""
    archive = create_archive(tmp_path_factory.mktemp("fetch") / "archive")
    entries = [Entry("tephin", unit="K", type="float32"), Entry("aamode", state_codes={0: "OFF", 1: "ON ", 7: "SAFE"})]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    times, ramp = T0 + 10.0 * np.arange(100), np.arange(100)
    values = {
        "aaint": ramp.astype(np.int16),
        "aamode": np.array(["OFF", "ON", "?"])[ramp % 3],
        "aabool": ramp % 2 == 0,
        "dp_xyz": ramp * 0.5,
        "tephin": ramp.astype(np.float32),
    }
    for name, vals in values.items():
        update.append(name, times[:60], vals[:60], ramp[:60] % 5 == 0 if name == "tephin" else None, archive=archive)
    update.fold(archive)
    for name, vals in values.items():
        update.append(name, times[60:], vals[60:], ramp[60:] % 5 == 0 if name == "tephin" else None, archive=archive)
    return archive.root


@pytest.fixture(autouse=True)
def _none_in_use(monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(None):
        yield


@pytest.fixture
def in_use(filled, _none_in_use):
    """The filled archive, in use; only to be read."""
    with fetch.set_archive(filled):
        yield filled


@pytest.fixture
def own(tmp_path, _none_in_use):
    """An empty archive of the test's own, in use."""
    archive = create_archive(tmp_path / "own")
    with fetch.set_archive(archive):
        yield archive
