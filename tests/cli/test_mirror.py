"""``jeta mirror``: what it prints, and its exit codes."""

from __future__ import annotations

import pytest

from jeta import update
from jeta.archive import JetaReader
from mirror.mirror_lab import served


@pytest.fixture
def source(archive):
    for name in ("SA_A", "SA_B", "SE_C"):
        update.append(name, [1.6e9, 1.7e9], [1, 2], archive=archive)
    update.fold(archive)
    return archive.root


def test_source_and_dest_then_dest_alone(run, source, tmp_path):
    ran = run("mirror", source, tmp_path / "dest", "--msid", "sa_*")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{tmp_path / 'dest'}: 2 of 2 MSIDs changed, ")
    assert JetaReader(tmp_path / "dest").names() == ["SA_A", "SA_B"]
    ran = run("mirror", tmp_path / "dest")
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'dest'}: 2 MSIDs, up to date; from {source}\n")


def test_a_list_of_names(run, source, tmp_path):
    """Names and patterns, one a line, with comments; besides those of --msid."""
    (tmp_path / "list").write_text("# mine\n\nSA_A   # the first\nse_*\n")
    assert run("mirror", source, tmp_path / "one", "--list", tmp_path / "list").code == 0
    assert JetaReader(tmp_path / "one").names() == ["SA_A", "SE_C"]
    assert run("mirror", source, tmp_path / "two", "--list", tmp_path / "list", "--msid", "SA_B").code == 0
    assert JetaReader(tmp_path / "two").names() == ["SA_A", "SA_B", "SE_C"]


def test_a_list_that_names_nothing_is_not_all(run, source, tmp_path):
    (tmp_path / "list").write_text("# nothing\n")
    ran = run("mirror", source, tmp_path / "dest", "--list", tmp_path / "list")
    assert ran.code == 2
    assert "names no MSID" in ran.err


def test_dry_run_writes_nothing(run, source, tmp_path):
    ran = run("mirror", source, tmp_path / "dest", "--dry-run")
    assert ran.code == 0
    assert "would be: 3 of 3 MSIDs changed" in ran.out
    assert not (tmp_path / "dest").exists()


def test_products_prune_and_check(run, source, tmp_path):
    assert run("mirror", source, tmp_path / "dest").code == 0
    assert run("mirror", tmp_path / "dest", "--product", "full", "--msid", "SA_A", "--prune").code == 0
    assert [path.name for path in (tmp_path / "dest" / "columns").rglob("*") if path.is_dir()] == ["SA_A", "full"]
    next((tmp_path / "dest").rglob("*/full/*.h5")).write_bytes(b"")
    assert "1 files of" in run("mirror", tmp_path / "dest", "--check").out


def test_over_http(run, source, tmp_path):
    ran = run("mirror", "--index", source)
    assert (ran.code, ran.out) == (0, f"{source}/mirror/index.json.gz: 3 MSIDs, 3 of them new or changed\n")
    with served(source) as (url, _):
        assert run("mirror", url, tmp_path / "dest", "--threads", 2).code == 0
    assert JetaReader(tmp_path / "dest").rows("SE_C") == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "expected SOURCE and DEST"),
        (["a", "b", "c"], "expected SOURCE and DEST"),
        (["--index", "a", "b"], "takes no other paths"),
        (["nowhere", "--threads", "0"], "at least 1"),
        (["nowhere"], "is no mirror"),
        (["nowhere", "dest"], "no jeta archive"),
    ],
    ids=range(6),
)
def test_words_that_are_wrong(run, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    ran = run("mirror", *words)
    assert ran.code == 2
    assert told in ran.err


def test_damage_is_told_with_exit_code_2(run, source, tmp_path):
    segment = next((source / "columns" / "SA_A" / "full").glob("*.h5"))
    segment.write_bytes(segment.read_bytes()[:-500])
    ran = run("mirror", source, tmp_path / "dest")
    assert ran.code == 2
    assert segment.name in ran.err
    assert JetaReader(tmp_path / "dest").rows("SA_B") == 2
