"""Delivery files of the original jeta: the archive holds the truth, in whatever order they come."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from jeta import update
from jeta.tdb import Entry, write_yaml
from update.deliveries import balanced, everything, texts

APID_712 = -9999


@pytest.fixture(scope="module")
def cases(shared_data):
    return json.loads((shared_data / "legacy_jeta1/expected/cases.json").read_text())


@pytest.fixture(scope="module")
def truth(shared_data):
    with np.load(shared_data / "legacy_jeta1/expected/truth.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def files(shared_data):
    return sorted((shared_data / "legacy_jeta1/fos_input/h5").glob("*.h5"))


@pytest.fixture
def described(archive, cases):
    codes = cases["state_codes"]
    entries = [Entry(name, id=about["id"], state_codes=codes.get(name, ())) for name, about in cases["msids"].items()]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    return archive


def check(archive, cases, truth):
    for name in cases["msids"]:
        rows = everything(archive, name)
        values = rows.values if rows.texts is None else rows.raws[rows.values]
        kept = values != APID_712  # rows of that packet type are told by their values, should any be there
        assert np.array_equal(np.rint(rows.times[kept] * 1000).astype(np.int64), truth[f"{name}__times_ms"])
        assert np.array_equal(values[kept], truth[f"{name}__values"])
        if rows.texts is not None:
            assert texts(rows) == truth[f"{name}__texts"].astype(str).tolist()


def test_in_order_of_names(described, files, cases, truth):
    report = update.ingest(*files, archive=described)
    assert balanced(report)
    assert report.errors == {}
    assert report.msids["id 9901"].rejected == {"identifier not in the telemetry database": 300}
    check(described, cases, truth)


@pytest.mark.parametrize("seed", [1, 2])
def test_in_any_order_twice_and_folded_in_between(described, files, cases, truth, seed):
    chance = random.Random(seed)
    shuffled = chance.sample(files, len(files))
    update.ingest(*shuffled[:11], archive=described)
    update.fold(described)
    update.ingest(*shuffled[5:], archive=described)
    check(described, cases, truth)


def test_file_of_a_simulator_is_rejected_and_counted(described, files):
    simulated = [path for path in files if path.stem.endswith("_sim")]
    report = update.ingest(*simulated, archive=described)
    assert report.stored == 0
    assert report.rejected["foreign origin SIMULATOR"] > 0
    assert described.names() == []


def test_two_values_of_one_instant_are_kept_in_order(described, files, cases):
    pair = cases["equal_time_pair"]
    update.ingest(*files, archive=described)
    rows = everything(described, pair["msid"])
    at_instant = np.rint(rows.times * 1000).astype(np.int64) == pair["time_ms"]
    assert rows.values[at_instant].tolist() == pair["values"]
