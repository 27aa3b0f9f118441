"""Names: what a user types, and which MSIDs that stands for."""

from __future__ import annotations

import pytest

from jeta import fetch, update
from jeta.errors import AmbiguousMsidError, UnknownMsidError

pytestmark = pytest.mark.usefixtures("in_use")


@pytest.mark.parametrize(
    ("typed", "msids", "names"),
    [
        ("tephin", ["tephin"], ["TEPHIN"]),
        ("TepHin", ["TepHin"], ["TEPHIN"]),
        ("Xyz", ["Xyz"], ["DP_XYZ"]),
        ("DP_xyz", ["DP_xyz"], ["DP_XYZ"]),
        ("Calc_xyZ", ["Calc_xyZ"], ["DP_XYZ"]),
        ("TEP*", ["tephin"], ["TEPHIN"]),
        ("aa*", ["aabool", "aaint", "aamode"], ["AABOOL", "AAINT", "AAMODE"]),
        ("aa[bi]*", ["aabool", "aaint"], ["AABOOL", "AAINT"]),
        ("aa[!bi]*", ["aamode"], ["AAMODE"]),
        ("xy?", ["dp_xyz"], ["DP_XYZ"]),
        ("calc_*", ["dp_xyz"], ["DP_XYZ"]),
        ("*", ["aabool", "aaint", "aamode", "dp_xyz", "tephin"], ["AABOOL", "AAINT", "AAMODE", "DP_XYZ", "TEPHIN"]),
    ],
)
def test_what_a_name_stands_for(typed, msids, names):
    assert fetch.msid_glob(typed) == (msids, names)


def test_plain_name_goes_before_derived_one(own):
    for name in ("xyz", "dp_xyz", "dp_only"):
        update.append(name, 1e9, 1, archive=own)
    assert fetch.msid_glob("xyz")[1] == ["XYZ"]
    assert fetch.msid_glob("*yz")[1] == ["DP_XYZ", "XYZ"]
    assert fetch.msid_glob("onl*")[1] == ["DP_ONLY"]


def test_element_of_a_vector_by_its_index(own):
    """FITS writes IMGRAW[3] of what is the MSID IMGRAW_3 here; a name that the pattern matches goes before."""
    for name in ("imgraw_3", "imgraw_10", "dp_axis_0"):
        update.append(name, 1e9, 1, archive=own)
    assert fetch.msid_glob("ImgRaw[3]") == (["ImgRaw[3]"], ["IMGRAW_3"])
    assert fetch.msid_glob("imgraw[10]")[1] == ["IMGRAW_10"]
    assert fetch.msid_glob("axis[0]")[1] == ["DP_AXIS_0"]
    assert fetch.MSID("imgraw[3]").MSID == "IMGRAW_3"
    assert list(fetch.MSIDset(["imgraw[3]", "imgraw[10]"])) == ["imgraw[3]", "imgraw[10]"]
    update.append("imgraw3", 1e9, 1, archive=own)
    assert fetch.msid_glob("imgraw[3]")[1] == ["IMGRAW3"]


@pytest.mark.parametrize(
    "typed", ["imgraw[4]", "imgraw[-3]", "imgraw[3", "imgraw[]", "[3]", "img*[3]x", "imgraw[3][3]", "../a[3]"]
)
def test_element_that_is_not_there(own, typed):
    update.append("imgraw_3", 1e9, 1, archive=own)
    with pytest.raises(UnknownMsidError):
        fetch.msid_glob(typed)


@pytest.mark.parametrize("typed", ["Xyz", "Calc_xyZ"])
def test_object_keeps_the_name_as_typed_and_the_one_in_the_archive(typed):
    dat = fetch.MSID(typed)
    assert (dat.msid, dat.MSID, len(dat)) == (typed, "DP_XYZ", 100)


@pytest.mark.parametrize("typed", ["nope", "", "*nope*", "[", "tephin ", "..", "x" * 300, "a\0b", "~", "日本", "ß"])
def test_unknown_name(typed):
    with pytest.raises(UnknownMsidError) as caught:
        fetch.MSID(typed)
    assert isinstance(caught.value, ValueError | KeyError)
    assert f"MSID {typed!r} is not in" in str(caught.value)


@pytest.mark.parametrize("typed", ["./tephin", "aaint/../tephin", "../columns/TEPHIN", "tephin/full", "/tephin"])
def test_path_is_never_a_name(typed):
    with pytest.raises(UnknownMsidError):
        fetch.MSID(typed)


@pytest.mark.parametrize("typed", [None, 5, b"tephin", ["tephin"], 1.5])
def test_name_that_is_no_text(typed):
    with pytest.raises(UnknownMsidError, match="as a str"):
        fetch.MSID(typed)


def test_near_name_is_suggested():
    with pytest.raises(UnknownMsidError, match="did you mean TEPHIN"):
        fetch.MSID("tephn")


def test_single_object_refuses_a_pattern_of_several():
    with pytest.raises(AmbiguousMsidError, match=r"Multiple matches for 'aa\*'") as caught:
        fetch.MSID("aa*")
    assert isinstance(caught.value, ValueError)


def test_too_many_matches_name_the_limit_and_setting_it_helps(monkeypatch):
    monkeypatch.setattr(fetch, "MAX_GLOB_MATCHES", 2)
    with pytest.raises(AmbiguousMsidError, match=r"MAX_GLOB_MATCHES") as caught:
        fetch.msid_glob("aa*")
    assert "'aa*'" in str(caught.value)
    monkeypatch.setattr(fetch, "MAX_GLOB_MATCHES", 3)
    assert len(fetch.msid_glob("aa*")[0]) == 3


def test_limit_is_ten():
    assert fetch.MAX_GLOB_MATCHES == 10
