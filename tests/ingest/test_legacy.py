"""The FOS files of the first jeta, through the whole pipeline: exactly the truth, however they are delivered."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter

import numpy as np
import pytest

from jeta import fetch, ingest
from jeta.archive import create_archive, open_archive
from jeta.catalog import FileRecord, RecordLog
from jeta.operations import verify
from jeta.tdb import Entry, write_yaml

IDS = {"SA_TFAST1": 101, "IGDP_TEMP_A": 102, "SA_ZCOUNT": 103, "IMIR_HK_V": 104, "SA_ZMODE": 105}


@pytest.fixture
def source(shared_data):
    return shared_data / "legacy_jeta1"


@pytest.fixture
def archive(tmp_path):
    archive = create_archive(tmp_path / "archive")
    write_yaml([Entry(name, id=number) for name, number in IDS.items()], archive.layout.tdb / "fos.yaml")
    archive.layout.staging.mkdir()
    return archive


def deliver(archive, paths):
    for path in paths:
        staged = archive.layout.staging / path.name
        shutil.copyfile(path, staged)
        os.utime(staged, (1e9, 1e9))


def check(archive, source):
    """The archive holds the truth, texts included, and statistics that follow from it; every row of every file is accounted for."""
    archive = open_archive(archive.root)
    with np.load(source / "expected" / "truth.npz") as truth, fetch.set_archive(archive.root):
        for msid in IDS:
            dat = fetch.MSID(msid, "2022:001")
            np.testing.assert_array_equal(np.round(dat.times * 1000).astype(np.int64), truth[f"{msid}__times_ms"])
            values = dat.vals if dat.raw_vals is None else dat.raw_vals
            np.testing.assert_array_equal(values, truth[f"{msid}__values"])
            if f"{msid}__texts" in truth and msid == "SA_ZMODE":
                np.testing.assert_array_equal(dat.vals, truth[f"{msid}__texts"].astype(str))
        total = sum(len(truth[f"{msid}__times_ms"]) for msid in IDS)
    log = RecordLog(archive.layout.records)
    records = [each for each in log.after(0) if isinstance(each, FileRecord)]
    rejected = sum((Counter(dict(each.rejected)) for each in records), Counter())
    assert sum(each.stored - each.replaced for each in records) == total
    assert all(each.read == each.stored + each.duplicate + sum(each.rejected.values()) for each in records)
    assert rejected["apid 712 is excluded"] >= 800
    assert rejected["identifier not in the telemetry database"] >= 300
    assert rejected["foreign origin SIMULATOR"] == 374
    assert rejected["padding"] > 0
    assert [each for each in verify(archive.root) if each.severity == "error"] == []


def files_of(source):
    return sorted((source / "fos_input" / "h5").glob("*.h5"))


@pytest.mark.parametrize("seed", range(2))
def test_in_any_order_in_several_runs(source, archive, seed):
    paths, chance = files_of(source), random.Random(seed)
    chance.shuffle(paths)
    while paths:
        count = chance.randint(1, 12)
        deliver(archive, paths[:count])
        ingest.run(archive=archive.root, fold=chance.choice(["always", "never", "auto"]))
        paths = paths[count:]
    check(archive, source)


def test_all_at_once_and_once_more(source, archive):
    for _ in range(2):
        deliver(archive, files_of(source))
        report = ingest.run(archive=archive.root, fold="always")
        assert os.listdir(archive.layout.staging) == []
    assert report.stored == 0
    with np.load(source / "expected" / "truth.npz") as truth, fetch.set_archive(archive.root):
        assert all(len(fetch.MSID(msid, "2022:001").vals) == len(truth[f"{msid}__times_ms"]) for msid in IDS)


def test_the_rules_of_the_first_jeta_take_the_same_files_once_the_late_one_is_there(source, archive):
    path = archive.layout.settings
    path.write_text(path.read_text() + "ingest: {preset: jeta1}\n")
    files = json.loads((source / "expected" / "cases.json").read_text())["files"]
    late = next(each["name"] for each in files if "LATE" in json.dumps(each))
    paths = files_of(source)
    deliver(archive, [path for path in paths if path.name != late])
    first = ingest.run(archive=archive.root)
    assert len(first.held) > 1
    deliver(archive, [path for path in paths if path.name == late])
    second = ingest.run(archive=archive.root)
    assert [path.name for path in second.held] == [path.name for path in paths if "sim" in path.name]
    with np.load(source / "expected" / "truth.npz") as truth, fetch.set_archive(archive.root):
        assert all(len(fetch.MSID(msid, "2022:001").vals) == len(truth[f"{msid}__times_ms"]) for msid in IDS)


def test_fof_files_of_the_same_telemetry_add_nothing(source, archive):
    deliver(archive, files_of(source))
    ingest.run(archive=archive.root)
    deliver(archive, sorted((source / "fos_input" / "csv").iterdir()))
    report = ingest.run(archive=archive.root)
    assert report.read > 1000
    assert (report.stored, report.replaced) == (0, 0)
