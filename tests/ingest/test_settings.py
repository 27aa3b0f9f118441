"""``ingest:`` of an archive's settings: what it may say, and what is said of what it may not."""

from __future__ import annotations

import pytest
import yaml

from jeta.archive import config, create_archive
from jeta.archive.layout import Layout
from jeta.errors import ArchiveCorruptError
from jeta.ingest.policies import PRESETS, Apid, Duration, Epoch, Gap, Origin
from jeta.ingest.settings import load_settings


@pytest.fixture
def said(tmp_path):
    """Write settings into archive.yaml, and read them back."""
    root = create_archive(tmp_path / "archive").root

    def said(text: str):
        path = Layout(root).settings
        plain = path.read_text().partition("ingest:")[0]
        path.write_text(f"{plain}ingest:\n" + "".join(f"  {line}\n" for line in text.splitlines()))
        return load_settings(config.load(root), Layout(root))

    said.root = root
    return said


def test_what_holds_where_nothing_is_said(tmp_path):
    root = create_archive(tmp_path / "archive").root
    settings = load_settings(config.load(root), Layout(root))
    assert (settings.staging, settings.processed, settings.rejected) == (
        root / "staging",
        root / "processed",
        root / "rejected",
    )
    assert (settings.keep, settings.settle_s, settings.fold, settings.most_files) == ("move", 5.0, "auto", None)
    assert settings.policies == PRESETS["open"]
    assert not settings.staging.exists()


def test_everything_said(said, tmp_path):
    settings = said(
        f"staging: {tmp_path}/in\nprocessed: done/here\nrejected: ../bad\nkeep: compress\nsettle_s: 0.5\nfold: never\n"
        "most_files: 7\npreset: jeta1\n"
    )
    assert settings.staging == tmp_path / "in"
    assert settings.processed == said.root / "done" / "here"
    assert settings.rejected == tmp_path / "bad"
    assert (settings.keep, settings.settle_s, settings.fold, settings.most_files) == ("compress", 0.5, "never", 7)
    assert settings.policies == PRESETS["jeta1"]


@pytest.mark.parametrize(("text", "most"), [("preset: jeta1", 120), ("preset: jeta1\nmost_files: null", None)])
def test_the_number_of_files_of_a_preset(said, text, most):
    assert said(text).most_files == most


def test_home(said, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert said("staging: ~/in").staging == tmp_path / "in"


def test_rules_that_differ_from_the_preset(said):
    """A word is the action; a mapping changes only what it names."""
    policies = said(
        "preset: jeta1\n"
        "policies:\n"
        "  origin: {action: reject, expected: MISSION}\n"
        "  duration: {longest_s: 86400}\n"
        "  gap: accept\n"
        "  apid: {action: hold, excluded: [1, 712], least: null}\n"
        "  epoch: {earliest: 2022-01-01, latest: '2030:001'}\n"
    ).policies
    assert policies.origin == Origin("reject", "MISSION")
    assert policies.duration == Duration("hold", 86_400.0)
    assert policies.gap == Gap("accept", 1.0)
    assert policies.apid == Apid("hold", (1, 712), None)
    assert policies.epoch == Epoch("reject", "2022-01-01T00:00:00.000", "2030:001")
    assert policies.future == PRESETS["jeta1"].future


@pytest.mark.parametrize("text", ["2022-01-01 12:00:00", "2022-01-01T12:00:00Z", "'2022:001:12:00:00'"])
def test_times_that_yaml_takes_for_its_own(said, text):
    found = said(f"policies: {{epoch: {{earliest: {text}}}}}").policies.epoch.earliest
    assert found.removesuffix("Z") in {"2022-01-01T12:00:00.000", "2022:001:12:00:00"}


WRONG = {
    "settle: 5": "has the key 'settle'; expected only staging, processed",
    "settle_s: -1": "settle_s is -1; expected a number of seconds",
    "settle_s: true": "settle_s is True",
    "settle_s: .nan": "settle_s is nan",
    "settle_s: 5s": "settle_s is '5s'",
    "keep: delete": "keep is 'delete'; expected one of move, compress, leave",
    "keep: no": "keep is False",
    "fold: sometimes": "fold is 'sometimes'; expected one of auto, always, never",
    "most_files: 0": "most_files is 0; expected a whole number of at least 1",
    "most_files: 1.5": "most_files is 1.5",
    "preset: jeta2": "preset is 'jeta2'; expected one of open, jeta1",
    "staging: ''": "staging is ''; expected the path of a folder",
    "staging: [a]": "staging is ['a']",
    "staging: columns": "expected a folder that holds nothing of the archive itself",
    "staging: columns/A/full": "expected a folder that holds nothing of the archive itself",
    "rejected: records": "expected a folder that holds nothing of the archive itself",
    "staging: .": "expected a folder that holds nothing of the archive itself",
    "staging: ..": "expected a folder that holds nothing of the archive itself",
    "staging: /": "expected a folder that holds nothing of the archive itself",
    "processed: staging/done": "expected a folder that is not in that of staging",
    "rejected: processed": "expected a folder that is not in that of",
    "staging: x/../columns": "expected a folder that holds nothing of the archive itself",
    "policies: jeta1": "policies is 'jeta1'; expected a mapping of origin, duration",
    "policies: {gaps: hold}": "has the key 'gaps'; expected only origin, duration, future, gap, apid, epoch",
    "policies: {gap: stop}": "ingest: policies: gap: action is 'stop'; expected one of accept, hold, reject",
    "policies: {gap: {longest: 1}}": "has the key 'longest'; expected only action, longest_s",
    "policies: {gap: {longest_s: x}}": "longest_s is 'x'",
    "policies: {gap: 3}": "gap is 3; expected a mapping of action, longest_s",
    "policies: {apid: {excluded: 712}}": "excluded is 712; expected a list of packet types",
    "policies: {apid: {excluded: [70000]}}": "excluded is 70000; expected packet types",
    "policies: {apid: {least: true}}": "least is True",
    "policies: {origin: {expected: ''}}": "expected is ''; expected a word",
    "policies: {epoch: {earliest: soon}}": "earliest is 'soon'; expected a time in UTC",
    "policies: {epoch: {earliest: 1640304000}}": "earliest is 1640304000; expected a time in UTC such as '2021:358'",
    "policies: {epoch: {earliest: '2022:001', latest: '2021:001'}}": "expected an earliest before the latest",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_named(said, text):
    """The message gives file, key, value, and what is allowed."""
    with pytest.raises(ArchiveCorruptError) as raised:
        said(text)
    assert str(raised.value).startswith(f"{said.root / 'archive.yaml'}: ingest")
    assert WRONG[text] in str(raised.value)


def test_folders_of_the_archive_are_made(said):
    settings = said("staging: in/here")
    settings.make_folders(said.root)
    assert all(path.is_dir() for path in (settings.staging, settings.processed, settings.rejected))
    settings.make_folders(said.root)


def test_a_folder_elsewhere_is_not_made(said, tmp_path):
    """It may be a disk that is not mounted."""
    settings = said(f"staging: {tmp_path}/disk")
    with pytest.raises(FileNotFoundError, match="mount its disk"):
        settings.make_folders(said.root)
    (tmp_path / "disk").mkdir()
    settings.make_folders(said.root)


def test_the_example_of_the_module_is_right(said):
    from jeta.ingest import settings

    example = settings.__doc__.partition("::\n")[2]
    content = yaml.safe_load(example)["ingest"]
    assert set(content) == set(settings._KEYS)
    content["staging"] = "staging"
    said(yaml.safe_dump(content))
