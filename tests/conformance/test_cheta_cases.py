"""Each case that cheta answered is answered alike; where jeta differs by decision, the reason stands here.

- Texts have no trailing blanks (decision "strings"), so they are compared without, and need not carry them in comparisons.
- ``data_source`` calls the archive ``archive``; ``'cxc'`` still finds it. MSIDs have no content type.
- ``times0`` after a union of bad points: cheta leaves it at its old length; here it is filtered along (contract, 3.2).
- Closed ends: where cheta's way from a float to a time and back lost the last bit of an end, the sample at that end is outside
  for cheta and inside here, as the contract has it (3.5).
- Statistics: see `same_statistics`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

_DATA = Path(os.environ.get("JETA_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "legacy_cheta"
_PATH = _DATA / "expected" / "cases.json"
CASES = json.loads(_PATH.read_text())["cases"] if _PATH.exists() else []

pytestmark = pytest.mark.usefixtures("cheta_in_use")

# cheta compares with the blanks that it stores and finds nothing; decision "strings": comparing ignores them.
BLANKS = {"logical_state_without_blanks": "logical_state_eq"}
INTEGERS = "iub"
LAST_BIT_S = 599473568.7677891
LOST_LAST_BIT = {
    "select_intervals": True,
    "select_intervals_copy": True,
    "remove_intervals": False,
    "remove_intervals_copy": False,
}


def stripped(array):
    """Texts without trailing blanks, anything else as it is."""
    array = np.asarray(array)
    return np.char.rstrip(array) if array.dtype.kind == "U" else array


def argument(value, arrays, tmp_path):
    """An argument as the case describes it."""
    if not isinstance(value, dict):
        return [tuple(row) if isinstance(row, list) else row for row in value] if isinstance(value, list) else value
    kind, content = next(iter(value.items()))
    return {"npz": lambda: arrays[content], "table": lambda: Table(content), "tempfile": lambda: tmp_path / content}[
        kind
    ]()


def run(case, arrays, tmp_path):
    """Do what the case did."""

    def call(function, kwargs, args=()):
        return function(*args, **{name: argument(value, arrays, tmp_path) for name, value in kwargs.items()})

    def function(name):
        module, attribute = name.split(".")
        return getattr(importlib.import_module(f"jeta.{module}"), attribute)

    for step in case.get("setup", []):
        function(step["call"])(*step["args"])
    result = call(function(case["call"]), case["kwargs"])
    for step in case.get("steps", []):
        returned = call(getattr(result, step["method"]), step["kwargs"])
        result = result if returned is None else returned
    return result


def same_array(got, wanted, name, stat):
    """Bit for bit for samples; cheta's own float arithmetic to the tolerance of its type."""
    got, wanted = stripped(got), stripped(wanted)
    assert got.shape == wanted.shape, name
    if stat is None and wanted.dtype.kind != "U":
        assert got.dtype == wanted.dtype, name
    if wanted.dtype.kind == "f" and (stat is not None or name == "times"):
        single = wanted.dtype == np.float32
        # cheta rounds to float32 before it converts from kelvin: 1e-6 of some 300 K.
        atol = 6e-4 if single and stat is not None else 0
        np.testing.assert_allclose(got, wanted, rtol=1e-6 if single else 1e-12, atol=atol, err_msg=name)
    else:
        np.testing.assert_array_equal(got, wanted, err_msg=name)


def same_statistics(dat, wanted, prefix):
    """Rows of cheta are here with its numbers.

    jeta has a row for each complete bin at once; cheta leaves the last ones out until two more are complete. Standard
    deviations and percentiles of integers and booleans are float64 here, where cheta cuts them off.
    """
    rows = np.isin(dat.indexes, wanted[f"{prefix}indexes"])
    kept = dat.indexes[rows]
    np.testing.assert_array_equal(kept, wanted[f"{prefix}indexes"])
    extra = dat.indexes[~rows]
    assert not len(extra) or not len(kept) or extra.min() > kept.max() - 2
    for name in dat.colnames:
        got, expected = stripped(getattr(dat, name)[rows]), stripped(wanted[prefix + name])
        if expected.dtype.kind in INTEGERS and got.dtype.kind == "f":
            got = got.astype(expected.dtype)
        same_array(got, expected, name, dat.stat)


def same_digest(got, digest, name, stat):
    """The array has the digest that cheta's has; float statistics, which round otherwise in the last bit, its sum and ends."""
    got = stripped(got)
    if stat is not None and got.dtype.kind == "f":
        assert len(got) == digest["n"], name
        np.testing.assert_allclose(got.sum(dtype=np.float64), digest["sum"], rtol=1e-6)
        np.testing.assert_allclose([*got[:3], *got[-3:]], [*digest["first"], *digest["last"]], rtol=1e-6)
        return
    is_text = got.dtype.kind == "U"
    content = "".join(f"{text}\n" for text in got).encode() if is_text else got.tobytes()
    assert len(got) == digest["n"], name
    key = "sha256_of_lines_without_trailing_blanks" if is_text else "sha256_of_bytes"
    assert hashlib.sha256(content).hexdigest() == digest[key], name


def same_msid(dat, case, wanted, prefix=""):
    """Attributes and arrays of one MSID."""
    for name in ("msid", "MSID", "unit", "stat", "colnames", "datestart"):
        assert getattr(dat, name) == case[name], name
    assert [name for name in dat.colnames if getattr(dat, name) is None] == case["none"]
    np.testing.assert_allclose([dat.tstart], [case["tstart"]], rtol=1e-12)
    if "state_codes" in case:
        assert dat.state_codes == [tuple(pair) for pair in case["state_codes"]]
    if case["stat"] is not None and "indexes" in (name.removeprefix(prefix) for name in wanted):
        assert dat.dt == case.get("dt", dat.dt)
        same_statistics(dat, wanted, prefix)
        return
    if case.get("id") in LOST_LAST_BIT:
        assert (LAST_BIT_S in dat.times) is LOST_LAST_BIT[case["id"]]
        keep = wanted["times"] != LAST_BIT_S
        wanted = {name: array[keep] for name, array in wanted.items() if len(array) == len(keep)}
        dat.take(dat.times != LAST_BIT_S)
    for name in [*dat.colnames, "times0", "raw_vals"]:
        if name == "times0" and f"{prefix}times0" in wanted and len(wanted[f"{prefix}times0"]) > len(dat):
            assert np.isin(dat.times0, wanted[f"{prefix}times0"]).all()
            continue
        if name in case.get("digests", {}):
            same_digest(getattr(dat, name), case["digests"][name], name, dat.stat)
        elif prefix + name in wanted:
            same_array(getattr(dat, name), wanted[prefix + name], name, dat.stat)
    if case["stat"] is None:
        assert len(dat) == case["len"] or case.get("id") in LOST_LAST_BIT
        spans = {"cxc": case["data_source"].get("cxc", {})} if case["data_source"] else {}
        assert {name: dat.data_source[name] for name in spans} == spans


def same_table(table, case, wanted):
    """Columns of a table of intervals, to a microsecond, or of telemetry."""
    assert table.colnames == case["columns"]
    for name in table.colnames:
        got, expected = stripped(table[name]), stripped(wanted[f"table__{name}"])
        assert got.shape == expected.shape, name
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(got, expected, rtol=1e-6 if expected.dtype == np.float32 else 0, atol=1e-6)
        else:
            np.testing.assert_array_equal(got, expected)


def same_zip(path, wanted):
    """Members of a zip file, line by line, without the blanks at the end of texts."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert list(found) == list(wanted)
    for name, text in wanted.items():
        rows, expected = ([line.split(",") for line in part.split("\n")] for part in (found[name], text))
        assert rows[0] == expected[0]
        for got, line in zip(rows[1:], expected[1:], strict=True):
            assert [cell_value(cell) for cell in got] == [
                pytest.approx(value, rel=1e-6, abs=1) if column in CUT_OFF and isinstance(value, float) else value
                for column, value in zip(rows[0], map(cell_value, line), strict=False)
            ]


CUT_OFF = {"stds", "p01s", "p05s", "p16s", "p50s", "p84s", "p95s", "p99s"}


def cell_value(cell):
    """A cell of a CSV file: the number it says to eight digits, which hold what a float32 says, or its text."""
    if cell == "nan":
        return cell
    try:
        return float(cell) if len(cell) > 17 else float(f"{float(cell):.8g}")
    except ValueError:
        return cell.rstrip()


def errors_of(case):
    """The builtin kinds that cheta's exception is of."""
    kinds = {"ValueError": ValueError, "KeyError": KeyError}
    return tuple(kinds[name] for name in case["raises"] if name in kinds)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_answer_is_that_of_cheta(case, cheta_data, tmp_path, request):
    """Whatever cheta returned for these samples, jeta returns."""
    folder = cheta_data / "expected"
    if case["result"] == "raises":
        (expected,) = errors_of(case)[:1]
        arrays = np.load(folder / case["npz"]) if "npz" in case else {}
        with pytest.raises(expected):
            run(case, arrays, tmp_path)
        return
    case = next(c for c in CASES if c["id"] == BLANKS[case["id"]]) if case["id"] in BLANKS else case
    wanted = dict(np.load(folder / case["npz"])) if "npz" in case else {}
    if case["result"] == "zip":
        run(case, wanted, tmp_path)
        same_zip(tmp_path / "out.zip", case["zip"])
        return
    result = run(case, wanted, tmp_path)
    if case["result"] == "msid":
        same_msid(result, case, wanted)
    elif case["result"] == "set":
        assert list(result) == list(case["members"])
        for name, member in case["members"].items():
            same_msid(result[name], member, wanted, f"{name}__")
        if "set__times" in wanted:
            same_array(result.times, wanted["set__times"], "times", None)
    elif case["result"] == "table":
        same_table(result, case, wanted)
    else:
        for got, expected in zip(result, case["value"], strict=True):
            assert got == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected)


def test_the_cases_are_there(cheta_data):
    """The file of cases was found and read, so that the tests above are not none."""
    assert cheta_data.is_dir()
    assert len(CASES) == 248
