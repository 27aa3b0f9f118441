"""Publishing in order: what has to count before others is on the disk before they may."""

from __future__ import annotations

from jeta.archive import publish, workers
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.publish import Folded
from jeta.archive.tasks import Cut, from_dict, to_dict


def ready(folder, *, leads):
    """A manifest that is ready to be published."""
    folder.mkdir()
    (folder / "aside").write_text(folder.name)
    (folder / "old.h5").touch()
    return Folded(folder, folder / "aside", (), (folder / "old.h5",), is_new=False, leads=leads)


def test_what_leads_is_on_the_disk_before_the_rest_is_renamed(tmp_path, monkeypatch):
    """Statistics of samples that are cut off must not outlive them, whenever the power fails."""
    last, first = ready(tmp_path / "column", leads=False), ready(tmp_path / "statistics", leads=True)
    seen = []
    sync = publish.sync_each

    def watched(paths):
        listed = list(paths)
        names = [path.name for path in listed]
        there = [each.folder.name for each in (first, last) if (each.folder / MANIFEST_NAME).exists()]
        seen.append((names, there, (first.folder / "old.h5").exists()))
        sync(listed)

    monkeypatch.setattr(publish, "sync_each", watched)
    publish.publish([last, first])
    assert seen == [
        (["aside", "aside"], [], True),
        (["statistics"], ["statistics"], True),
        (["column"], ["statistics", "column"], True),
    ]
    assert not (first.folder / "old.h5").exists()
    assert [(each.folder / MANIFEST_NAME).read_text() for each in (first, last)] == ["statistics", "column"]


def test_that_something_leads_comes_through_the_pipe(tmp_path):
    column = ready(tmp_path / "a", leads=True)
    entry = {
        "folder": str(column.folder),
        "aside": str(column.aside),
        "written": [],
        "obsolete": [str(path) for path in column.obsolete],
        "is_new": False,
        "leads": True,
    }
    assert workers._folded(entry) == column


def test_a_cut_can_be_told_in_json():
    assert from_dict(to_dict(Cut(1.5))) == Cut(1.5)
