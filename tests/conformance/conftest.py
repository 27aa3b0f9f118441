"""What cheta returned for a small archive of its own, and the same samples in an archive of jeta."""

from __future__ import annotations

import json
import sqlite3

import h5py
import numpy as np
import pytest

from jeta import fetch, fetch_eng, fetch_sci, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

NOT_MSIDS = {"TIME", "MJF", "MNF"}


@pytest.fixture(scope="session")
def cheta_data(shared_data):
    """Folder of cheta's archive and answers."""
    return shared_data / "legacy_cheta"


@pytest.fixture(scope="session")
def cheta_archive(cheta_data, tmp_path_factory):
    """Root of an archive of jeta that holds the samples of cheta's: those whose time stamp is not marked as bad."""
    archive = create_archive(tmp_path_factory.mktemp("cheta") / "archive", time_system="cxcsec")
    states = json.loads((cheta_data / "state_codes.json").read_text())
    labels = json.loads((cheta_data / "units.json").read_text())
    entries = [Entry(name, unit=own["cxc"], state_codes=states.get(name, ())) for name, own in labels.items()]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    for content in sorted((cheta_data / "archive" / "data").iterdir()):
        with h5py.File(content / "TIME.h5") as stamps:
            good = ~stamps["quality"][:].astype(bool)
            times = stamps["data"][:][good]
        order = np.argsort(times, kind="stable")
        for path in sorted(content.glob("*.h5")):
            if path.stem not in NOT_MSIDS:
                with h5py.File(path) as column:
                    vals, bads = (column[name][:][good][order] for name in ("data", "quality"))
                    if column["data"].id.get_type().get_class() == h5py.h5t.BITFIELD:  # as PyTables stores booleans
                        vals = vals.astype(bool)
                vals = np.char.decode(vals) if vals.dtype.kind == "S" else vals
                update.append(path.stem, times[order], vals, bads.astype(bool), archive=archive)
    update.fold(archive)
    return archive.root


@pytest.fixture
def cheta_in_use(cheta_archive, monkeypatch):
    """That archive, in use, on a fresh module state."""
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(cheta_archive):
        yield
    fetch.set_units("cxc")
    fetch_eng.set_units("eng")
    fetch_sci.set_units("sci")
    fetch.msid_bad_times.clear()


@pytest.fixture(scope="session")
def file_times(cheta_data):
    """First instants of the files of each content that came late, from cheta's own catalogue."""
    found = {}
    for content in sorted((cheta_data / "archive" / "data").iterdir()):
        with sqlite3.connect(content / "archfiles.db3") as catalogue:
            found[content.name] = catalogue.execute("SELECT tstart, tstop FROM archfiles ORDER BY tstart").fetchall()
    return found


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An empty archive of the test's own in Unix time, in use; what a test sets is undone."""
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    made = create_archive(tmp_path / "archive")
    with fetch.set_archive(made), fetch.apply_bad_times(False):
        yield made
    fetch.set_units("cxc")
    fetch.msid_bad_times.clear()


def fresh_modules(monkeypatch, root):
    """Use an archive on a fresh module state, and leave everything as it was."""
    for variable in ("ENG_ARCHIVE", "CXOTIME_NOW", "CHETA_FETCH_DATA_GAP"):
        monkeypatch.delenv(variable, raising=False)
    with fetch.set_archive(root), fetch.apply_bad_times(False):
        yield root
    for module, system in ((fetch, "cxc"), (fetch_eng, "eng"), (fetch_sci, "sci")):
        module.set_units(system)
    fetch.msid_bad_times.clear()
    fetch.STATE_CODES.clear()
    fetch.data_source.set("archive")


@pytest.fixture(scope="session")
def small_archive(tmp_path_factory):
    """Root of an archive of ten samples of each MSID, 10 s apart from 2010:001, in Unix time.

    ``TEMP`` (float32, K) is 280 ... 289, samples 3 and 4 bad; ``COUNT`` (int16) is 0 ... 9, samples 4 and 7 bad; ``MODE`` is
    OFF or ON, two samples each; ``FLAG`` (bool) is true in the odd ones; ``DP_POWER`` (float64) is half of ``COUNT``.
    """
    archive = create_archive(tmp_path_factory.mktemp("small") / "archive")
    entries = [Entry("temp", unit="K", type="float32"), Entry("mode", state_codes={0: "OFF", 1: "ON "})]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    number = np.arange(10)
    values = {
        "temp": (np.float32(280) + number.astype(np.float32), [3, 4]),
        "count": (number.astype(np.int16), [4, 7]),
        "mode": (np.where(number // 2 % 2, "ON ", "OFF"), []),
        "flag": (number % 2 == 1, []),
        "dp_power": (number * 0.5, []),
    }
    for name, (vals, bad) in values.items():
        update.append(name, 1_262_304_000.0 + 10.0 * number, vals, np.isin(number, bad), archive=archive)
    update.fold(archive)
    return archive.root


@pytest.fixture
def small(small_archive, monkeypatch):
    """That archive, in use; only to be read."""
    yield from fresh_modules(monkeypatch, small_archive)


@pytest.fixture(scope="session")
def scenario_archive(tmp_path_factory):
    """Root of the archive of the contract's section 12: five days at 32.8 s with a gap, in Chandra seconds.

    ``TEPHIN`` (float32, K, each hundredth sample bad) varies about 280 K by a kelvin; ``AAMODE`` is OFF or ON, 50 samples
    each; ``DP_XYZ`` is float64.
    """
    archive = create_archive(tmp_path_factory.mktemp("scenario") / "archive", time_system="cxcsec")
    entries = [Entry("tephin", unit="K", type="float32"), Entry("aamode", state_codes={0: "OFF", 1: "ON "})]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    since = 0.1 + 32.8 * np.arange(13171)
    since = since[(since < 172_800 + 1000) | (since >= 172_800 + 20_000)]
    times, number = 378_691_266.184 + since, np.arange(len(since))
    update.append("tephin", times, np.float32(280 + np.sin(since / 5000)), number % 100 == 7, archive=archive)
    update.append("aamode", times, np.where(number // 50 % 2, "ON ", "OFF"), archive=archive)
    update.append("dp_xyz", times, number * 0.5, archive=archive)
    update.fold(archive)
    return archive.root


@pytest.fixture
def scenario(scenario_archive, monkeypatch):
    """That archive, in use; only to be read."""
    yield from fresh_modules(monkeypatch, scenario_archive)
