"""`health`, `status`, `verify` and `repair` where something else is in the place of a file: told of, and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from jeta import operations
from jeta.archive import JetaReader
from jeta.operations import Limits
from operations.delivered import delivered
from operations.lab import all_rows, tree

CALM = Limits(min_free_bytes=0, rejected_s=0)
PLACES = (
    *("records", "records/000000", "columns", "columns/SA_TEMP", "journal", "tdb", "flags", "events"),
    *("catalog.db", "writer.lock", "state.json", "staging", "processed", "rejected", "bad_times.txt"),
)
LOOP = pytest.mark.skipif(os.name == "nt", reason="needs links")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return delivered(tmp_path_factory.mktemp("disturbed") / "a").root


@pytest.fixture
def root(model, tmp_path):
    return Path(shutil.copytree(model, tmp_path / "a"))


def put(path, kind):
    """Put something else in the place of a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if kind == "file":
        path.write_bytes(b"x")
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)


@pytest.mark.parametrize("kind", ["none", "file", "folder", pytest.param("loop", marks=LOOP)])
@pytest.mark.parametrize("place", PLACES)
def test_looking_raises_nothing_and_changes_nothing(root, place, kind):
    """What is not there is no error of `status` or `health` either: they tell."""
    put(root / place, kind)
    files = tree(root) if kind != "loop" else None
    health = operations.health(root, limits=CALM, verify=True)
    assert "\n" not in health.headline
    assert len({check.name for check in health.checks}) == len(health.checks)
    assert all(check.message and "\n" not in check.message for check in health.checks)
    status = operations.status(root)
    assert json.loads(json.dumps([health.to_dict(), status.to_dict()]))
    assert str(status).startswith("a at ")
    findings = operations.verify(root, full=False, progress=False)
    assert all(finding.severity in ("error", "note") for finding in findings)
    operations.repair(root, dry_run=True, progress=False)
    if files is not None:
        assert tree(root) == files


@pytest.mark.parametrize(
    ("place", "kind", "name", "level"),
    [
        ("records", "none", "catalog", "critical"),
        ("records/000000", "folder", "catalog", "critical"),
        ("columns", "file", "archive", "critical"),
        ("journal", "file", "archive", "critical"),
        ("staging", "file", "staging", "critical"),
        ("catalog.db", "file", "catalog", "warning"),
        *(pytest.param(*each, marks=LOOP) for each in (
            ("records", "loop", "age", "critical"),
            ("journal", "loop", "journal", "critical"),
            ("writer.lock", "loop", "lock", "warning"),
        )),
    ],
)  # fmt: skip
def test_health_tells_of_it(root, place, kind, name, level):
    put(root / place, kind)
    (check,) = [each for each in operations.health(root, limits=CALM).checks if each.name == name]
    assert check.level == level
    assert place.partition("/")[0].partition(".")[0] in check.message


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("state.json", "folder"), ("records/000000/000000000005.zip", "folder"),
        pytest.param("columns/SA_TEMP", "loop", marks=LOOP), pytest.param("journal", "loop", marks=LOOP),
        pytest.param("records", "loop", marks=LOOP),
    ],
)  # fmt: skip
def test_verify_names_the_place(root, place, kind):
    (root / "columns" / "SA_TEMP").mkdir(exist_ok=True)
    put(root / place, kind)
    errors = [each for each in operations.verify(root, progress=False) if each.severity == "error"]
    assert root / place in {each.path for each in errors}
    assert all(each.message for each in errors)


def test_records_that_are_lost_are_critical_even_the_latest_alone(root):
    """Nothing else would tell: the catalog answers as before."""
    (root / "records" / "000000" / "000000000005.zip").unlink()
    found = operations.health(root, limits=CALM)
    assert found.code == 2
    assert "catalog: 1 record that it knows" in found.headline
    assert "restore" in found.headline


def test_a_step_of_a_repair_that_is_in_vain_keeps_no_other_from_being_done(root):
    """Of a fold that cannot write, and a catalog that is lost."""
    rows = all_rows(root)
    (root / "columns" / "SA_TEMP").write_bytes(b"in the way")
    (root / "catalog.db").unlink()
    report = operations.repair(root, workers=1, progress=False)
    assert [what.startswith("fold ") for what in report.failed] == [True]
    assert any("catalog" in what for what in report.done)
    assert not report.is_whole
    (root / "columns" / "SA_TEMP").unlink()
    assert operations.repair(root, workers=1, progress=False).is_whole
    assert all_rows(root) == rows


def test_a_journal_that_holds_a_folder(root):
    (root / "journal" / "000000009999.h5").mkdir()
    report = operations.repair(root, dry_run=True, progress=False)
    assert not report.is_whole
    assert operations.status(root).problems


@pytest.mark.parametrize("text", ["{\n- x\n: y", "name: 'a\n\n  b|c'\n", "name: [1]\n", "\x00"], ids=repr)
def test_settings_of_several_lines_make_one_line(root, text):
    """Monitoring systems take the first line, and what follows a bar for figures."""
    settings = root / "archive.yaml"
    settings.write_text((settings.read_text() if text.startswith("name: '") else "") + text)
    for found in (operations.health(root, limits=CALM), operations.health(root, limits=Limits(max_age_s=0))):
        first, *_ = str(found).splitlines()
        assert first == found.headline
        assert "|" not in first
        assert all(len(check.message.splitlines()) == 1 for check in found.checks)


def test_names_of_files_with_a_bar(root):
    path = root / "staging" / "a|b.h5"
    path.write_bytes(b"x")
    os.utime(path, (1e9, 1e9))
    found = operations.health(root, limits=CALM)
    assert "|" not in found.headline
    assert any("a|b.h5" in check.message for check in found.checks)


def test_keys_of_the_json_stay_what_they_are(root):
    """Whoever reads them from a script relies on that."""
    health = operations.health(root, limits=CALM).to_dict()
    assert list(health) == ["archive", "level", "code", "headline", "checks"]
    assert [list(each) for each in health["checks"]] == [["name", "level", "message"]] * len(health["checks"])
    names = "archive lock run age clock held rejected staging journal disk catalog"
    assert [each["name"] for each in health["checks"]] == names.split()
    assert list(operations.status(root).to_dict()) == [
        *("name", "root", "time_system", "msids", "rows", "first", "last", "datestart", "datestop"),
        *("pending_commits", "pending_rows", "pending_age_s", "writer", "runs", "files", "held"),
        *("records", "behind", "sizes", "free", "problems"),
    ]


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (lambda content: b"x" + content[1:], "does not begin"),
        (lambda content: content + bytes(7), "bytes long, but says"),
        (lambda content: content[:-1], "cut short"),
    ],
    ids=["start", "longer", "shorter"],
)
def test_a_quick_look_finds_segments_that_are_no_hdf5(root, spoilt, message):
    """Without opening them: by their first bytes, and by the length that these tell."""
    operations.repair(root, workers=1, progress=False)
    (path,) = JetaReader(root).layout.column("SA_TEMP").glob("*.h5")
    path.write_bytes(spoilt(path.read_bytes()))
    errors = [each for each in operations.verify(root, full=False, progress=False) if each.severity == "error"]
    assert [each.path for each in errors] == [path]
    assert message in errors[0].message
    assert operations.health(root, limits=CALM, verify=True).code == 2
