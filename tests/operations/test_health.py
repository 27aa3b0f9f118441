"""`health`: each check has its own way to be not well, and nothing is changed by asking."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from jeta import ingest
from jeta.archive import JetaReader, Writer, create_archive
from jeta.catalog import Held, RecordLog, RunRecord
from jeta.errors import ValuesError
from jeta.operations import Limits, health
from jeta.operations.catalog_access import catalog_of
from jeta.samples import Samples
from operations.delivered import delivered, set_ingest, stage
from operations.lab import tree

ROOMY = Limits(min_free_bytes=0)
CALM = Limits(min_free_bytes=0, rejected_s=0)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return delivered(tmp_path_factory.mktemp("health") / "a").root


@pytest.fixture
def archive(model, tmp_path):
    return JetaReader(Path(shutil.copytree(model, tmp_path / "a")))


def check(archive, name, limits=CALM):
    """One check."""
    (found,) = [each for each in health(archive.root, limits=limits).checks if each.name == name]
    return found


def test_all_is_well(archive):
    found = health(archive, limits=CALM)
    assert (found.level, found.code) == ("ok", 0)
    assert found.headline == f"JETA OK - a: {len(found.checks)} checks passed"
    assert str(found).splitlines()[0] == found.headline
    assert len(str(found).splitlines()) == 1 + len(found.checks)
    assert len({each.name for each in found.checks}) == len(found.checks) == 11
    assert found.headline in found._repr_html_()
    assert json.loads(json.dumps(found.to_dict()))["code"] == 0


def test_a_new_archive_is_well(tmp_path):
    archive = create_archive(tmp_path / "a")
    assert health(archive, limits=ROOMY).level == "ok"
    assert sorted(os.listdir(archive.root)) == ["archive.yaml", "columns", "journal", "tdb"]


def test_asking_changes_nothing_and_keeps_no_writer_out(archive):
    """An ingest may be at work, or begin."""
    stage(archive, 5)
    files = tree(archive.root)
    health(archive, limits=CALM, verify=True)
    assert tree(archive.root) == files
    with Writer(archive.root):
        found = check(archive, "lock")
    assert (found.level, f"process {os.getpid()} " in found.message) == ("ok", True)
    assert check(archive, "lock").message == "nobody writes"


def test_no_archive_is_critical_and_no_error(tmp_path):
    found = health(tmp_path)
    assert (found.code, found.checks[0].name) == (2, "archive")
    assert "jeta create" in found.headline


@pytest.mark.parametrize("folder", ["columns", "journal"])
def test_a_folder_that_is_lost(archive, folder):
    shutil.rmtree(archive.root / folder)
    assert check(archive, "archive").level == "critical"
    assert "restore" in check(archive, "archive").message


def test_settings_that_cannot_be_read(archive):
    archive.layout.settings.write_text("{")
    assert health(archive.root).code == 2


def test_a_writer_that_hangs(archive, monkeypatch):
    with Writer(archive.root):
        now_s = time.time()
        monkeypatch.setattr(time, "time", lambda: now_s + 90_000)
        found = check(archive, "lock")
    assert found.level == "warning"
    assert "has written for 1.04 d" in found.message


def test_a_run_that_failed_and_one_that_was_killed(archive):
    log = RecordLog(archive.layout.records)
    log.write(RunRecord("2100", "failed", ended_utc="2026-01-01T00:00:00.000Z", message="No space left"))
    with catalog_of(archive, read_only=False) as catalog:
        catalog.sync()
    failed = check(archive, "run")
    assert (failed.level, "No space left" in failed.message) == ("critical", True)
    with catalog_of(archive, read_only=False) as catalog:
        catalog.begin_run(run="2101")
    killed = check(archive, "run")
    assert (killed.level, "killed" in killed.message) == ("warning", True)


def test_a_run_under_way_is_well(archive):
    with Writer(archive.root), catalog_of(archive, read_only=False) as catalog:
        catalog.begin_run(run="2101")
        assert check(archive, "run").message == "the last ingest, 2101, is starting"


def test_an_ingest_that_is_overdue(archive, tmp_path):
    assert check(archive, "age", Limits(max_age_s=3600)).level == "ok"
    assert check(archive, "age", Limits(max_age_s=0)).level == "critical"
    empty = create_archive(tmp_path / "b")
    assert check(empty, "age", Limits(max_age_s=3600)).level == "critical"
    assert check(empty, "age", Limits()).level == "ok"


def test_a_clock_that_was_set_back(archive, monkeypatch):
    now_s = time.time()
    monkeypatch.setattr(time, "time", lambda: now_s - 7200)
    found = check(archive, "clock")
    assert found.level == "warning"
    assert "2 h ahead" in found.message


def test_files_that_are_held_for_long(archive):
    since = {"new": "", "old": "2026-01-01T00:00:00.000Z"}
    with catalog_of(archive, read_only=False) as catalog:
        catalog.set_held([Held(f"/in/{name}.h5", "a gap", 1, when) for name, when in since.items()])
    found = check(archive, "held")
    assert found.level == "warning"
    assert found.message.startswith("1 file held back for more than 7 d: old.h5 (a gap)")
    assert check(archive, "held", Limits(max_held_age_s=1e11)).level == "ok"


def test_files_that_were_rejected_of_late(archive):
    found = check(archive, "rejected", ROOMY)
    assert found.level == "warning"
    assert "broken.h5 (" in found.message
    assert check(archive, "rejected", CALM).level == "ok"


def test_files_that_wait_for_long(archive):
    """Nobody runs the ingest; those that a rule holds back are told of elsewhere."""
    path = stage(archive, 5)
    found = check(archive, "staging")
    assert found.level == "warning"
    assert path.name in found.message
    with catalog_of(archive, read_only=False) as catalog:
        catalog.set_held([Held(str(path), "a gap")])
    assert check(archive, "staging").level == "ok"
    os.utime(stage(archive, 6))
    assert check(archive, "staging").message.startswith("1 file waiting")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who is root may read everything")
def test_a_staging_folder_that_may_not_be_read(archive):
    archive.layout.staging.chmod(0)
    try:
        assert check(archive, "staging").level == "critical"
    finally:
        archive.layout.staging.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "level"), [("gone", "ok"), ("{staging: /no/such/disk}", "critical"), ("{staging: 7}", "critical")]
)
def test_a_staging_folder_that_is_not_there(archive, said, level):
    shutil.rmtree(archive.layout.staging)
    if said != "gone":
        set_ingest(archive, f"ingest: {said}\n")
    assert check(archive, "staging").level == level


def test_a_staging_folder_that_is_a_file(archive):
    shutil.rmtree(archive.layout.staging)
    archive.layout.staging.write_text("x")
    assert check(archive, "staging").level == "critical"


def test_a_journal_that_nobody_folds(archive):
    with Writer(archive.root) as writer:
        for number in range(3):
            writer.commit({"A": Samples(np.array([number]), "ms", np.array([1.0]))})
    commits = sorted(archive.layout.journal.glob("*.h5"))
    assert check(archive, "journal").level == "ok"
    assert check(archive, "journal", Limits(max_pending=2)).level == "warning"
    os.utime(commits[0], (1e9, 1e9))
    found = check(archive, "journal")
    assert (found.level, "jeta fold" in found.message) == ("warning", True)


def test_a_disk_that_fills(archive):
    free = shutil.disk_usage(archive.root).free
    assert check(archive, "disk", Limits(min_free_bytes=free * 2.0)).level == "warning"
    assert check(archive, "disk", Limits(min_free_bytes=free * 20.0)).level == "critical"


def test_a_catalog_that_is_behind_or_damaged(archive):
    saved = archive.layout.catalog.read_bytes()
    stage(archive, 5)
    ingest.run(archive=archive, workers=1)
    archive.layout.catalog.write_bytes(saved)
    found = check(archive, "catalog")
    assert (found.level, "jeta repair" in found.message) == ("warning", True)
    archive.layout.catalog.write_bytes(b"nonsense" * 999)
    assert check(archive, "catalog").level == "warning"
    archive.layout.catalog.unlink()
    assert check(archive, "catalog").level == "ok"


def test_a_server_that_cannot_be_reached(archive):
    pytest.importorskip("psycopg")
    set_ingest(archive, "catalog: postgresql+psycopg://no@localhost:1/no\n")
    archive = JetaReader(archive.root)
    found = check(archive, "catalog")
    assert found.level == "warning"
    assert health(archive.root, limits=CALM).code == 1


def test_a_damaged_last_record(archive):
    log = RecordLog(archive.layout.records)
    log.path(log.last_number()).write_bytes(b"PK")
    assert check(archive, "age").level == "warning"
    assert check(archive, "clock").level == "ok"


def test_a_look_at_all_files_on_demand(archive):
    next(archive.layout.journal.glob("*.h5")).write_bytes(b"x")
    assert health(archive, limits=CALM).code == 0
    found = health(archive, limits=CALM, verify=True)
    assert (found.code, found.checks[-1].name) == (2, "verify")
    assert found.headline.startswith("JETA CRITICAL - a: verify: 1 error: ")


def test_the_worst_comes_first_in_the_headline(archive):
    found = health(archive, limits=Limits(max_age_s=0, min_free_bytes=0))
    assert found.code == 2
    assert found.headline.index("age:") < found.headline.index("rejected:")
    assert "\n" not in found.headline


@pytest.mark.parametrize("name", ["max_age_s", "max_held_age_s", "rejected_s", "min_free_bytes", "max_pending"])
def test_limits_that_cannot_be(name):
    with pytest.raises(ValuesError, match=name):
        Limits(**{name: -1})
    with pytest.raises(ValuesError, match=name):
        Limits(**{name: float("nan")})


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_names_of_any_bytes_are_told(archive):
    path = Path(os.fsdecode(os.fsencode(archive.layout.staging) + b"/\xff\n.h5"))
    path.write_bytes(b"x")
    os.utime(path, (1e9, 1e9))
    found = health(archive, limits=CALM)
    assert found.code == 1
    assert str(found).encode()
    assert "\n" not in found.headline
