"""Sets of MSIDs."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest

from jeta import fetch
from jeta.errors import UnknownMsidError

pytestmark = pytest.mark.usefixtures("in_use")

T0 = 1_262_304_000.0  # 2010:001


def test_members_are_keyed_by_the_resolved_name_in_the_order_asked_for():
    dats = fetch.MSIDset(["TepHin", "aa*", "xyz"], T0, T0 + 100)
    assert isinstance(dats, OrderedDict)
    assert list(dats) == ["TepHin", "aabool", "aaint", "aamode", "xyz"]
    assert (dats["xyz"].MSID, [len(dat) for dat in dats.values()]) == ("DP_XYZ", [10] * 5)
    with pytest.raises(KeyError):
        dats["tephin"]


def test_two_spellings_are_two_members():
    assert list(fetch.MSIDset(["tephin", "TEPHIN"])) == ["tephin", "TEPHIN"]


def test_span_is_that_of_the_request_and_the_same_for_all():
    dats = fetch.MSIDset(["tephin", "aaint"], "2010:001")
    assert (dats.tstart, dats.datestart) == (T0, "2010:001:00:00:00.000")
    assert {dat.tstop for dat in dats.values()} == {dats.tstop}
    assert not hasattr(dats, "times")


@pytest.mark.parametrize(
    "names",
    ["tephin", ("tephin",), np.array(["tephin"]), {"tephin": 1}, iter(["tephin"])],
    ids=lambda names: type(names).__name__,
)
def test_names_in_any_iterable_and_one_alone(names):
    dats = fetch.MSIDset(names, T0, T0 + 10)
    assert list(dats) == ["tephin"]
    assert type(next(iter(dats))) is str


def test_one_text_is_one_name_and_not_its_letters():
    with pytest.raises(UnknownMsidError, match="'tephin aaint'"):
        fetch.MSIDset("tephin aaint")


@pytest.mark.parametrize("names", [["tephin", "nope"], [None], 5, b"ab", [["tephin"]], ""])
def test_unknown_name_raises(names):
    with pytest.raises(UnknownMsidError):
        fetch.MSIDset(names)


def test_nothing_is_an_empty_set():
    assert len(fetch.MSIDset()) == 0
    assert len(fetch.MSIDset([], T0, T0 + 1)) == 0
    assert fetch.MSIDset([], T0, T0 + 1).tstop == T0 + 1


def test_names_are_required_for_the_filtered_kind():
    with pytest.raises(TypeError):
        fetch.Msidset()


def test_members_of_either_kind_are_of_the_class_that_the_set_names():
    for kind in (fetch.MSIDset, fetch.Msidset):
        assert {type(dat) for dat in kind(["tephin", "aaint"]).values()} == {fetch.MSID}


def test_bad_samples_are_left_out_for_each_msid_alone():
    dats = fetch.Msidset(["tephin", "aaint"], T0, T0 + 100)
    assert ([len(dat) for dat in dats.values()], dats["tephin"].bads) == ([8, 10], None)
    assert len(fetch.Msidset(["tephin"], T0, T0 + 100, filter_bad=False)["tephin"]) == 10
    assert len(fetch.MSIDset(["tephin"], T0, T0 + 100, True)["tephin"]) == 8


def test_filter_bad_in_place_and_on_a_copy():
    dats = fetch.MSIDset(["tephin", "aaint"], T0, T0 + 100)
    new = dats.filter_bad(copy=True)
    assert ([len(d) for d in new.values()], [len(d) for d in dats.values()]) == ([8, 10], [10, 10])
    assert dats.filter_bad() is None
    assert len(dats["tephin"]) == 8


def test_same_intervals_for_every_member():
    dats = fetch.MSIDset(["aaint", "dp_xyz"], [(T0 + 20, T0 + 40), (T0, T0 + 10)])
    assert (dats["aaint"].vals.tolist(), dats["dp_xyz"].vals.tolist()) == ([0, 2, 3], [0, 1, 1.5])
    assert (dats.tstart, dats.tstop) == (T0, T0 + 40)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda d: d.copy(), lambda d: pickle.loads(pickle.dumps(d))], ids="dcp"
)
@pytest.mark.parametrize("kind", [fetch.MSIDset, fetch.Msidset])
def test_copies_have_members_and_arrays_of_their_own(duplicate, kind):
    dats = kind(["tephin", "aamode"], T0, T0 + 100)
    dats.times = np.arange(3.0)
    new = duplicate(dats)
    assert (type(new), repr(new), new.datestop, new.tstart) == (kind, repr(dats), dats.datestop, dats.tstart)
    assert not np.shares_memory(new.times, dats.times)
    for name, dat in dats.items():
        assert new[name] is not dat
        assert not np.shares_memory(new[name].vals, dat.vals)


def test_shallow_copy_shares_members():
    dats = fetch.MSIDset(["tephin"], T0, T0 + 100)
    assert copy.copy(dats)["tephin"] is dats["tephin"]


def test_members_can_be_removed_and_added():
    dats = fetch.MSIDset(["tephin", "aaint"])
    del dats["aaint"]
    dats["mine"] = fetch.MSID("xyz")
    assert list(dats.keys()) == ["tephin", "mine"]


def test_repr_shows_the_members():
    assert "'tephin', <MSID TEPHIN " in repr(fetch.MSIDset(["tephin"])).replace("': ", "', ")
