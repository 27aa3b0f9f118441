"""Contract 5: what cheta returned of statistics, from an archive that has them stored, and with rows that came after that."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from conformance.plain_bins import reads
from conformance.test_cheta_cases import CASES, run, same_msid
from jeta import fetch, update
from jeta.archive import open_archive, product_fold

__all__ = ["reads"]

STATISTICS = [
    case
    for case in CASES
    if case["result"] in ("msid", "set") and any(f'"{s}"' in json.dumps(case) for s in ("5min", "daily"))
]


@pytest.fixture(scope="module")
def stored(cheta_archive, tmp_path_factory):
    """A copy of the archive of cheta's samples, all statistics stored."""
    root = tmp_path_factory.mktemp("stored") / "archive"
    shutil.copytree(cheta_archive, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
        update.statistics(archive=root, workers=1)
    return root


@pytest.fixture(params=["stored", "stored and late"])
def in_use(request, stored, cheta_in_use, tmp_path):
    """That archive in use; or one in which each hundredth row comes again with another quality, and then as it was."""
    root = stored
    if request.param == "stored and late":
        root = tmp_path / "late"
        shutil.copytree(stored, root)
        for name in open_archive(root).names():
            with fetch.set_archive(root):
                dat = fetch.MSID(name)
            rows = slice(5, None, 100)
            for bads in (~dat.bads[rows], dat.bads[rows]):
                update.append(name, dat.times[rows], dat.vals[rows], bads, archive=root, quality_counts=True)
    with fetch.set_archive(root):
        yield request.param


@pytest.mark.parametrize("case", STATISTICS, ids=[case["id"] for case in STATISTICS])
def test_stored_answer_is_that_of_cheta(case, in_use, cheta_data, tmp_path, reads):
    """Every statistic that cheta was asked for, without reading samples where all is stored."""
    wanted = dict(np.load(cheta_data / "expected" / case["npz"])) if "npz" in case else {}
    result = run(case, wanted, tmp_path)
    members = case["members"].items() if case["result"] == "set" else [("", case)]
    for name, member in members:
        same_msid(result[name] if name else result, member, wanted, f"{name}__" if name else "")
    assert in_use != "stored" or reads == []


def test_the_cases_are_there(cheta_data):
    """Cases of statistics were found, so that the tests above are not none."""
    assert cheta_data.is_dir()
    assert len(STATISTICS) > 20
