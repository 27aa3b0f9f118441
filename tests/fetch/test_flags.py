"""Flags in all that is made of samples: what is flagged counts no more, whoever asks; and how flags are listed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from jeta import fetch, fetch_eng, operations, update
from jeta.archive import JetaReader, create_archive
from jeta.errors import ArchiveCorruptError, TimeFormatError, UnknownMsidError
from jeta.fetch import bin_sources
from jeta.tdb import Entry, write_yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
from service import Series, running

T0 = 1_262_304_000.0  # 2010:001
TIMES = T0 + 10.0 * np.arange(1000)
LOW, HIGH = T0 + 2000.0, T0 + 4000.0
INSIDE = (TIMES >= LOW) & (TIMES < HIGH)


@pytest.fixture
def filled(own):
    """An archive of four MSIDs, folded but for the last rows; in use."""
    entries = [
        Entry("temp", unit="K", limits=None),
        Entry("mode", state_codes={0: "OFF", 1: "ON"}),
        Entry("valve", on_change=True, state_codes={0: "SHUT", 1: "OPEN"}),
    ]
    write_yaml(entries, own.layout.tdb / "msids.yaml")
    ramp = np.arange(1000)
    for part in (slice(0, 900), slice(900, 1000)):
        update.append("temp", TIMES[part], ramp[part] * 1.0, archive=own)
        update.append("other", TIMES[part], ramp[part] * 2.0, archive=own)
        update.append("mode", TIMES[part], np.array(["OFF", "ON"])[ramp[part] % 2], archive=own)
        if part.start == 0:
            update.append("valve", [T0, T0 + 3000.0, T0 + 6000.0], np.array(["SHUT", "OPEN", "SHUT"]), archive=own)
            update.statistics(archive=own, workers=1)
    return own


@pytest.fixture
def flagged(filled):
    """The same with all MSIDs flagged for a while."""
    operations.flag("*", LOW, HIGH, "test")
    return filled


@pytest.mark.usefixtures("flagged")
def test_samples_are_marked_and_left_out():
    assert np.array_equal(fetch.MSID("temp").bads, INSIDE)
    assert np.array_equal(fetch.Msid("temp").times, TIMES[~INSIDE])
    dats = fetch.Msidset(["temp", "mode"])
    assert [len(dat) for dat in dats.values()] == [800, 800]
    assert fetch.MSID("temp").filter_bad(copy=True).vals.tolist() == fetch.Msid("temp").vals.tolist()


@pytest.mark.usefixtures("flagged")
def test_start_is_inside_and_stop_is_not():
    assert fetch.MSID("temp", LOW, LOW + 1).bads.tolist() == [True]
    assert fetch.MSID("temp", HIGH, HIGH + 1).bads.tolist() == [False]


@pytest.mark.usefixtures("flagged")
def test_alarms_and_values_stay():
    dat = fetch.MSID("temp")
    assert dat.vals.tolist() == list(range(1000))
    assert dat.alarms is None


def test_undo_brings_all_back(flagged):
    """To the byte, statistics too."""
    operations.unflag(1, "test")
    assert not fetch.MSID("temp").bads.any()
    control = fetch.Msid("temp", stat="5min")
    assert control.samples.sum() == fetch.Msid("other", stat="5min").samples.sum()
    assert flagged.flags()[0].undo is not None


@pytest.mark.usefixtures("flagged")
@pytest.mark.parametrize("stat", ["5min", "1h", "100s"])
def test_bins_inside_vanish_and_those_cut_into_are_worked_out(stat):
    dat = fetch.Msid("temp", stat=stat)
    starts = dat.times - dat.dt / 2
    assert not ((starts >= LOW) & (starts + dat.dt <= HIGH)).any()
    assert dat.samples.sum() == (~INSIDE & (starts[-1] + dat.dt > TIMES)).sum()
    for start, least, mean in zip(starts, dat.mins, dat.vals, strict=True):
        here = (start <= TIMES) & (start + dat.dt > TIMES) & ~INSIDE
        assert least == np.flatnonzero(here)[0]
        assert here.any()
        assert mean == pytest.approx(np.flatnonzero(here).mean(), abs=dat.dt / 10)


@pytest.mark.usefixtures("flagged")
def test_a_fetch_reads_no_samples_of_bins_inside(monkeypatch):
    """As for bad times, what is stored of other bins is used, and only those cut into are worked out."""
    # So few samples would be read in one go.
    monkeypatch.setattr(bin_sources, "ROWS_WORTH_A_READ", 1)
    asked, read = [], JetaReader.read
    monkeypatch.setattr(JetaReader, "read", lambda *args: asked.append(args[2:]) or read(*args))
    fetch.Msid("temp", T0, T0 + 8000, stat="5min")
    assert sum(stop - start for start, stop in asked) == 2 * 328


@pytest.mark.usefixtures("flagged")
def test_a_held_value_is_not_one_of_a_flagged_sample():
    """That at 3000 s is flagged, so the one before holds on."""
    dat = fetch.Msid("valve", T0, T0 + 9000, stat="100s")
    assert dat.vals[(dat.times > T0) & (dat.times < T0 + 6000)].tolist() == ["SHUT"] * 60
    assert fetch.Msid("valve").vals.tolist() == ["SHUT", "SHUT"]
    assert fetch.last_known("valve", T0 + 3500).val == "SHUT"


@pytest.mark.usefixtures("flagged")
def test_late_samples_within_a_flag_are_bad():
    update.append("temp", [T0 + 2005.0, T0 + 5.0], [1e6, 1e6])
    dat = fetch.MSID("temp")
    assert dat.bads[dat.vals == 1e6].tolist() == [False, True]
    assert fetch.Msid("temp", stat="5min").maxes[1:].max() < 1e6


@pytest.mark.usefixtures("flagged")
def test_units_and_other_modules_follow():
    assert np.array_equal(fetch_eng.MSID("temp").bads, INSIDE)


@pytest.mark.usefixtures("flagged")
def test_brackets_are_marked():
    dat = fetch.MSID("temp", HIGH, HIGH + 20, bracket=True)
    assert dat.bads.tolist() == [True, False, False, False]


@pytest.mark.usefixtures("filled")
def test_intervals_skip_what_is_flagged():
    """None begins with a flagged sample, with texts or numbers."""
    assert len(fetch.Msid("temp").logical_intervals("==", 505.0)) == 1
    operations.flag(["temp", "mode"], T0 + 5000, T0 + 5100, "test")
    assert len(fetch.Msid("temp").logical_intervals("==", 505.0)) == 0
    states = fetch.Msid("mode", T0 + 4900, T0 + 5200).state_intervals()
    assert not ((states["tstart"] >= T0 + 5000) & (states["tstop"] <= T0 + 5090)).any()


@pytest.mark.usefixtures("flagged")
def test_interpolation_takes_other_samples():
    dat = fetch.Msid("temp")
    dat.interpolate(times=np.array([T0 + 2500.0]))
    assert dat.bads is None or dat.bads.tolist() in ([True], [False])
    assert dat.vals.tolist() in ([199.0], [200.0], [])


@pytest.mark.usefixtures("flagged")
def test_computed_msids_are_bad_where_an_input_is():
    dat = fetch.MSID("diff__temp__other", T0, TIMES[-1])
    assert np.array_equal(dat.bads, INSIDE[: len(dat)])
    assert len(fetch.Msid("diff__temp__other", T0, T0 + 9000, stat="100s")) < 90


@pytest.mark.usefixtures("flagged")
def test_expressions_do_not_hold_by_flagged_samples():
    """Of statistics at certain times: temp is in this range only while it is flagged."""
    dat = fetch.Msid("other", T0, T0 + 9000, stat="100s", where="temp >= 250 & temp < 350")
    assert len(dat) == 0


@pytest.mark.usefixtures("flagged")
def test_get_telem_leaves_them_out():
    assert len(fetch.get_telem(["temp"], T0, T0 + 9990, quiet=True)["temp"]) == 799


@pytest.mark.usefixtures("flagged")
def test_coverage_is_of_what_is_stored():
    """A flagged sample is there."""
    assert fetch.coverage("temp").rows == 1000


@pytest.mark.usefixtures("flagged")
def test_bad_times_add_up_with_flags():
    fetch.read_bad_times([f"temp {T0 + 5000} {T0 + 5990}"])
    try:
        with fetch.apply_bad_times():
            assert fetch.MSID("temp").bads.sum() == 300
            assert fetch.Msid("temp", stat="100s").samples.sum() == 690
    finally:
        fetch.msid_bad_times.clear()


def test_several_archives_as_one(flagged, tmp_path):
    """Flags are of the archive that gives the samples."""
    other = create_archive(tmp_path / "other")
    update.append("temp", TIMES, np.zeros(1000), archive=other)
    with fetch.set_archive([other.root, flagged.root]):
        assert fetch.MSID("temp").bads.sum() == 0
        assert fetch.MSID("mode").bads.sum() == 200
    with fetch.set_archive([flagged.root, other.root]):
        assert fetch.MSID("temp").bads.sum() == 200
        assert len(fetch.flags()) == 1


def test_samples_of_other_sources_are_flagged_too(own, monkeypatch, tmp_path):
    """A flag is for an MSID at a time, whoever gives the samples."""
    monkeypatch.setenv("JETA_CACHE", str(tmp_path / "cache"))
    start = 1_600_000_000.0
    update.append("X_NUM", start + np.arange(40, 60), np.arange(40, 60) / 2, archive=own)
    operations.flag("X_NUM", start + 30, start + 50, "test")
    with running() as service:
        service.series["X_NUM"] = Series(
            [int(start * 1000) + 1000 * n for n in range(100)], [str(n / 2) for n in range(100)]
        )
        with fetch.data_source("archive", f'mast base="{service.base}" pause=0.01 retries=1'):
            dat = fetch.MSID("X_NUM", start, start + 100)
            stat = fetch.Msid("X_NUM", start, start + 100, stat="10s")
    assert np.array_equal(dat.times[dat.bads], start + np.arange(30, 50))
    assert stat.samples.sum() == 80


# Listing


def test_no_flags_are_an_empty_list(filled):
    assert repr(fetch.flags()) == "no flag found"
    assert len(fetch.flags("temp").table) == 0
    assert filled.flags() == []


@pytest.fixture
def three(filled):
    """Three flags, the second undone."""
    operations.flag("temp", LOW, HIGH, "a <b>hot</b> day", by="ann")
    operations.flag(["temp", "mode", "other", "valve"], HIGH, HIGH + 10, "all of them", by="bob")
    operations.flag("other", LOW, LOW + 0.1, "one", by="ann")
    operations.unflag(2, "not so", by="cem")
    return filled


def numbers(found):
    return [each.flag.id for each in found]


@pytest.mark.usefixtures("three")
def test_flags_are_found_by_name_time_and_state():
    assert numbers(fetch.flags()) == [1, 2, 3]
    assert numbers(fetch.flags("TEMP")) == [1, 2]
    assert numbers(fetch.flags(["o*", "mo[d]e"])) == [2, 3]
    assert numbers(fetch.flags(undone=False)) == [1, 3]
    assert numbers(fetch.flags(None, HIGH, None)) == [2]
    assert numbers(fetch.flags(None, None, LOW)) == []
    assert numbers(fetch.flags(None, LOW + 0.05, HIGH)) == [1, 3]


@pytest.mark.usefixtures("three")
def test_wrong_names_and_times_are_told():
    with pytest.raises(UnknownMsidError, match="temq"):
        fetch.flags("temq")
    with pytest.raises(TimeFormatError):
        fetch.flags("temp", "yesterdayish")


@pytest.mark.usefixtures("three")
def test_the_table_has_all_there_is():
    table = fetch.flags().table
    assert table["id"].tolist() == [1, 2, 3]
    assert table["msid"][1].split() == ["TEMP", "MODE", "OTHER", "VALVE"]
    assert table["tstart"].tolist() == [LOW, HIGH, LOW]
    assert table["tstop"].tolist() == [HIGH, HIGH + 10, LOW + 0.1]
    assert table["undone"].tolist() == [False, True, False]
    assert table["undone_who"].tolist() == ["", "cem", ""]
    assert table["reason"][0] == "a <b>hot</b> day"
    assert operations.unflag(table["id"][0], "numbers of the table will do").flag_id == 1


@pytest.mark.usefixtures("three")
def test_a_list_is_shown_as_a_table():
    shown = repr(fetch.flags()).splitlines()
    assert shown[0].split() == ["id", "msid", "start", "stop", "who", "when", "reason", "undone"]
    assert "TEMP, MODE, OTHER and 1 more" in shown[2]
    assert shown[2].endswith("by cem: not so")
    html = fetch.flags()._repr_html_()
    assert "a &lt;b&gt;hot&lt;/b&gt; day" in html
    assert html.count("<tr>") == 4


def test_a_long_list_is_cut(filled):
    for number in range(42):
        operations.flag("temp", T0 + number, T0 + number + 1, "test")
    assert repr(fetch.flags()).endswith("... and 2 more")
    assert "and 2 more" in fetch.flags()._repr_html_()
    assert len(filled.flags()) == 42


def test_a_damaged_flag_stops_fetches_and_statistics(flagged):
    """Rather than that they give what is known to be bad."""
    (flagged.root / "flags" / "00000001.json").write_bytes(b"")
    for stat in (None, "5min"):
        with pytest.raises(ArchiveCorruptError, match="nobody knows what it flags"):
            fetch.MSID("temp", stat=stat)
