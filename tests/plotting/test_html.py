"""Pages for a browser: what is in the figure that they hold, and that no data is taken for markup."""

from __future__ import annotations

import base64
import html
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta import fetch, optional, update
from jeta.archive import create_archive
from jeta.errors import MissingExtraError, ValuesError
from jeta.plotting.html import figure_of, page
from jeta.plotting.html_traces import dates, names_of, text, traces_of
from jeta.plotting.trace import Trace
from jeta.tdb import Entry, Limits, write_yaml
from jeta.times import unix_to_cxcsec

T0 = 1_653_266_167.888  # 2022:143:00:36:07.888
EVIL = "</script><script>alert('%{x}')</script> & \"<b>\""


def trace(times, values, **more):
    """A trace of few samples, seconds after T0."""
    return Trace(T0 + np.asarray(times, np.float64), np.asarray(values), **{"name": "A", "title": "A", **more})


def drawn(one, n=5000, *, bads=False):
    """What is drawn of a trace, by the last word of its name."""
    return {(each["name"].split() or [""])[-1]: each for each in traces_of(one, "y", n, bads=bads)}


def line(one, n=5000):
    return drawn(one, n)["A"]


def ys(each):
    return [None if value is None or np.isnan(value) else value for value in np.asarray(each["y"], object).tolist()]


def figure_in(content):
    """Data and layout of a page, as a browser reads them."""
    decoder = json.JSONDecoder()
    start = content.index('"jeta",', content.index("Plotly.newPlot(")) + len('"jeta",')
    data, end = decoder.raw_decode(content, start + len(content[start:]) - len(content[start:].lstrip()))
    rest = content[end:].lstrip(", \n")
    layout, _ = decoder.raw_decode(rest)
    return data, layout


def values_in(part):
    """Numbers of a page: a list, or bytes as text."""
    if isinstance(part, dict):
        return np.frombuffer(base64.b64decode(part["bdata"]), part["dtype"]).tolist()
    return part


# ---------------------------------------------------------------------- lines


def test_samples_are_a_line_with_their_instants_in_utc():
    one = line(trace([0, 1, 2.5], [1.0, 2.0, 3.0]))
    assert one["x"] == ["2022-05-23T00:36:07.888000", "2022-05-23T00:36:08.888000", "2022-05-23T00:36:10.388000"]
    assert (ys(one), one["mode"], one["line"]["shape"]) == ([1.0, 2.0, 3.0], "lines", "linear")


def test_the_cursor_shows_the_instant_to_the_ms_and_the_value_with_its_unit():
    one = line(trace([0, 1], [1, 2], unit="deg C"))
    assert one["hovertemplate"] == "%{x|%Y:%j:%H:%M:%S.%3f}<br>%{y} deg C<extra>A</extra>"


def test_seconds_of_both_systems_are_the_same_instants():
    unix = np.array([T0, 1_483_228_799.5])
    assert dates(unix_to_cxcsec(unix), "cxcsec") == dates(unix, "unix")
    assert dates(unix, "unix")[1] == "2016-12-31T23:59:59.500000"


def test_a_leap_second_is_a_date_that_a_browser_can_read():
    (leap,) = dates(unix_to_cxcsec(np.array([1_483_228_799.5])) + 1.0, "cxcsec")
    assert leap == "2017-01-01T00:00:00.500000"


def test_a_gap_breaks_the_line():
    assert ys(line(trace([0, 1, 2, 100, 101], [1, 2, 3, 4, 5], gap_s=20.0))) == [1, 2, 3, None, 4, 5]


def test_what_is_left_out_is_no_gap():
    times = np.arange(10_000.0)
    found = ys(line(trace(times, np.sin(times / 500), gap_s=20.0), 100))
    assert len(found) <= 100
    assert None not in found


@pytest.mark.parametrize("kind", ["f8", "f4", "i4", "u8", "?"])
def test_a_long_line_keeps_its_extremes_at_their_instants(kind):
    rows = 100_000
    values = np.ones(rows, kind)
    values[77_777] = 0
    if kind != "?":
        values[33_333] = 9
    one = line(trace(np.arange(rows), values), 200)
    assert len(one["y"]) <= 200
    assert one["x"][ys(one).index(0)] == dates(np.array([T0 + 77_777]), "unix")[0]
    if kind != "?":
        assert one["x"][ys(one).index(9)] == dates(np.array([T0 + 33_333]), "unix")[0]


def test_a_sample_that_no_line_leads_to_is_a_point():
    one = line(trace([0, 1, 2, 100, 200, 201], np.arange(6.0), gap_s=20.0))
    assert one["mode"] == "lines+markers"
    assert [size > 0 for size in one["marker"]["size"]] == [y == 3 for y in ys(one)]
    assert line(trace([0], [5.0]))["marker"]["size"] == [5]


def test_states_are_steps_that_the_cursor_shows_by_name():
    one = line(trace([0, 1, 2], [0, 7, 3], steps=True, states=((0, "OFF"), (7, "SAFE"))))
    assert one["line"]["shape"] == "hv"
    assert (ys(one), one["text"]) == ([0, 7, 3], ["OFF", "SAFE", "3"])
    assert one["hovertemplate"] == "%{x|%Y:%j:%H:%M:%S.%3f}<br>%{text}<extra>A</extra>"


def test_a_value_that_holds_is_drawn_until_it_is_known_to():
    one = line(trace([0, 10], [0, 1], steps=True, until_s=T0 + 100))
    assert (ys(one), one["x"][-1]) == ([0, 1, 1], dates(np.array([T0 + 100]), "unix")[0])


def test_names_of_numbers_are_their_states_or_themselves():
    assert names_of(np.array([2.0, np.nan, 0.5]), ((2, "<TWO>"),)) == ["&lt;TWO&gt;", "nan", "0.5"]


# ---------------------------------------------------------------------- what may be beside them


def test_bad_samples_break_the_line_and_are_crosses_if_wanted():
    one = trace([0, 1, 2, 3], [1.0, 99.0, 3.0, 4.0], bads=np.array([False, True, False, False]))
    assert ys(drawn(one)["A"]) == [1, None, 3, 4]
    assert list(drawn(one)) == ["A"]
    crosses = drawn(one, bads=True)["bad"]
    assert (ys(crosses), crosses["x"], crosses["mode"]) == ([99], dates(np.array([T0 + 1]), "unix"), "markers")
    assert crosses["marker"]["symbol"].startswith("x")


def test_statistics_have_a_band_from_the_least_to_the_greatest():
    one = trace([0, 1, 2], [5, 6, 7], low=np.array([1, 2, 3]), high=np.array([8.0, 9.0, 10.0]))
    found = drawn(one)
    assert ys(found["max"]) == [8, 9, 10, 3, 2, 1, None]
    there = dates(one.times, "unix")
    assert found["max"]["x"] == [*there, *there[::-1], None]
    assert found["max"]["fill"] == "toself"
    np.testing.assert_array_equal(found["A"]["customdata"], [[1, 8], [2, 9], [3, 10]])
    assert "%{y} (%{customdata[0]} to %{customdata[1]})" in found["A"]["hovertemplate"]


def test_the_band_is_broken_at_gaps_and_passes_over_bins_without_numbers():
    low = np.array([1, np.nan, 3, 4.0])
    one = trace([0, 1, 2, 100], [5.0, 6, 7, 8], low=low, high=low + 10, gap_s=20.0)
    assert ys(drawn(one)["max"]) == [11, 13, 3, 1, None, 14, 4, None]


def test_the_band_of_many_bins_keeps_its_extremes():
    times = np.arange(50_000.0)
    low, high = np.sin(times) - 1, np.sin(times) + 1
    low[1234], high[4321] = -50, 60
    found = ys(drawn(trace(times, np.sin(times), low=low, high=high), 300)["max"])
    numbers = [value for value in found if value is not None]
    assert (min(numbers), max(numbers), len(found) <= 601) == (-50, 60, True)


def test_limits_are_lines_as_long_as_they_were_in_force():
    in_force = [(-np.inf, T0 + 5, {"yellow_high": 3.0}), (T0 + 5, np.inf, {"yellow_high": 4.0, "red_high": 5.0})]
    found = drawn(trace([0, 10], [1.0, 2.0], limits=in_force))
    first, change, last = dates(T0 + np.array([0.0, 5.0, 10.0]), "unix")
    assert (found["yellow_high"]["x"], ys(found["yellow_high"])) == (
        [first, change, change, change, last, last],
        [3, 3, None, 4, 4, None],
    )
    assert ys(found["red_high"]) == [5, 5, None]
    assert found["yellow_high"]["line"]["color"] != found["red_high"]["line"]["color"]


def test_limits_of_other_times_are_not_shown():
    assert list(drawn(trace([0, 10], [1.0, 2.0], limits=[(-np.inf, T0 - 1, {"red_high": 5.0})]))) == ["A"]


# ---------------------------------------------------------------------- panels


def test_each_trace_has_a_panel_over_one_axis_of_time():
    figure = figure_of([trace([0, 1], [1, 2], unit="V"), trace([5, 9], [3, 4], title="B")], "Two", 10, 500, bads=False)
    layout = figure["layout"]
    assert [each["yaxis"] for each in figure["data"]] == ["y", "y2"]
    assert {each["xaxis"] for each in figure["data"]} == {"x"}
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert (layout["yaxis"]["domain"][1], layout["yaxis2"]["domain"][0]) == pytest.approx((1, 0))
    assert layout["xaxis"]["anchor"] == "y2"
    assert (layout["title"]["text"], layout["yaxis"]["title"]["text"]) == ("Two", "V")
    assert [note["text"] for note in layout["annotations"]] == ["A", "B"]


def test_states_are_named_at_the_axis():
    layout = figure_of([trace([0], [1], states=((0, "<OFF>"), (1, "ON")))], "", 10, 500, bads=False)["layout"]
    assert (layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"]) == ([0, 1], ["&lt;OFF&gt;", "ON"])


def test_without_samples_the_span_asked_for_is_shown_and_that_there_are_none():
    layout = figure_of([trace([], [], span=(T0, T0 + 60))], "", 10, 500, bads=False)["layout"]
    assert layout["xaxis"]["range"] == dates(np.array([T0, T0 + 60]), "unix")
    assert [note["text"] for note in layout["annotations"]] == ["no samples"]


def test_one_sample_is_in_the_middle_of_a_minute():
    layout = figure_of([trace([0], [1.0])], "", 10, 500, bads=False)["layout"]
    assert layout["xaxis"]["range"] == dates(T0 + np.array([-30.0, 30.0]), "unix")


def test_no_panels_are_told():
    assert "no MSIDs" in page([], "Nothing", 10)


# ---------------------------------------------------------------------- pages


def test_the_figure_of_a_page_is_that_of_the_samples():
    data, layout = figure_in(page([trace([0, 1], [1.5, 2.5])], "Title", 10))
    assert (values_in(data[0]["y"]), layout["title"]["text"]) == ([1.5, 2.5], "Title")


def test_a_page_needs_no_network_unless_asked_to():
    """With plotly's program in it it is some MB; else the program comes from plotly's servers."""
    one = [trace([0, 1], [1, 2])]
    embedded, small = page(one, "A", 10), page(one, "A", 10, plotlyjs="cdn")
    assert len(embedded) > 1_000_000
    assert "<script src=" not in embedded.replace(' charset="utf-8"', "")
    assert len(small) < 20_000
    assert "https://cdn.plot.ly/plotly-" in small


def test_no_button_of_a_page_sends_the_data_anywhere():
    content = page([trace([0, 1], [1, 2])], "A", 10, plotlyjs="cdn")
    assert '"showSendToCloud": false' in content
    assert "BASE_URL" not in content


def test_no_text_of_the_data_is_markup():
    """Neither in the page's own tags, nor inside of its script, nor where plotly makes markup of text."""
    states = ((0, EVIL), (1, "b"))
    limits = [(-np.inf, np.inf, {"red_high": 1.0})]
    one = trace(
        [0, 1], [0, 1], name=EVIL, title=EVIL, unit=EVIL, states=states, limits=limits, bads=np.array([True, False])
    )
    content = page([one, one], EVIL, 10, bads=True, plotlyjs="cdn")
    assert "alert('" not in content
    assert content.count("</script>") == content.count("<script") == 3
    data, layout = figure_in(content)
    texts = [layout["title"]["text"], layout["yaxis"]["title"]["text"], layout["yaxis"]["ticktext"][0]]
    texts += [note["text"] for note in layout["annotations"]]
    texts += [each["name"] for each in data]
    texts += [part for each in data for part in each.get("text", [])]
    assert len(texts) > 10
    for each in texts:
        assert not {"<", ">", "%"} & set(each)
    assert html.unescape(texts[0]) == EVIL
    for each in data:
        fields = each["hovertemplate"].replace("<br>", "").replace("<extra>", "").replace("</extra>", "")
        assert "<" not in fields
        assert fields.count("%{x") == 1


def test_text_comes_back_whole():
    assert html.unescape(text(EVIL)) == EVIL


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"plotlyjs": "local"}, "plotlyjs is 'local'"),
        ({"n": 0}, "n is 0"),
        ({"n": -5}, "n is -5"),
        ({"n": 2.5}, "n is 2.5"),
    ],
    ids=["plotlyjs", "none", "negative", "fraction"],
)
def test_a_wrong_argument_is_told(given, message):
    with pytest.raises(ValuesError, match=message):
        page([], "A", **{"n": 10, **given})


def test_without_plotly_the_way_to_install_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setattr(optional.importlib, "import_module", _without_plotly)
    with pytest.raises(MissingExtraError, match=r"pip install 'jeta\[html\]'"):
        page([], "A", 10)


def _without_plotly(name):
    raise ModuleNotFoundError(f"No module named {name!r}", name="plotly")


# ---------------------------------------------------------------------- of what is fetched


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    archive = create_archive(tmp_path_factory.mktemp("html") / "archive")
    entries = [
        Entry("temp", unit="K", limits=Limits(yellow_high=300.0)),
        Entry("mode", state_codes={0: "OFF", 1: EVIL}),
    ]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    n = np.arange(20_000)
    update.append("temp", T0 + n, 280 + 30 * np.sin(n / 700), n % 1000 == 0, archive=archive)
    update.append("mode", T0 + n[::100], np.array(["OFF", EVIL])[n[::100] // 3000 % 2], archive=archive)
    update.append("flag", T0 + n, n % 700 < 100, archive=archive)
    return archive


@pytest.fixture
def in_use(filled):
    with fetch.set_archive(filled):
        yield filled


def test_an_object_without_a_path_is_returned_as_a_page(in_use):
    dat = fetch.MSID("temp", T0, T0 + 20_000)
    data, layout = figure_in(dat.to_html(n=400, bads=True, limits=True))
    assert [each["name"] for each in data] == ["TEMP yellow_high", "TEMP", "TEMP bad"]
    y = np.array(values_in(data[1]["y"]), float)
    good = dat.vals[~dat.bads]
    assert (np.nanmin(y), np.nanmax(y), len(y) <= 400) == (good.min(), good.max(), True)
    assert len(values_in(data[2]["y"])) == 20
    assert (layout["title"]["text"], layout["yaxis"]["title"]["text"]) == ("TEMP", "K")


def test_an_object_is_written_to_a_file_that_is_replaced(in_use, tmp_path):
    path = tmp_path / "a.html"
    path.write_text("before")
    assert fetch.Msid("temp", T0, T0 + 100).to_html(str(path), title="Mine") is None
    content = path.read_text()
    assert content.startswith("<!DOCTYPE html>")
    assert "<title>Mine</title>" in content
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]


def test_a_file_that_cannot_be_made_stays_as_it_was(in_use, tmp_path):
    path = tmp_path / "a.html"
    path.write_text("before")
    with pytest.raises(ValuesError):
        fetch.Msid("temp", T0, T0 + 100).to_html(path, plotlyjs="?")
    assert path.read_text() == "before"


def test_a_place_where_no_file_can_be_is_told(in_use, tmp_path):
    dat = fetch.Msid("temp", T0, T0 + 100)
    with pytest.raises(FileNotFoundError, match=r"the folder .*none does not exist; make it"):
        dat.to_html(tmp_path / "none" / "a.html")
    with pytest.raises(IsADirectoryError, match="is a folder; give the name of a file in it"):
        dat.to_html(tmp_path)


def test_statistics_states_and_flags_have_what_belongs_to_them(in_use):
    data, layout = figure_in(fetch.Msid("temp", T0, T0 + 20_000, stat="5min").to_html())
    assert ([each["name"] for each in data], layout["title"]["text"]) == (["TEMP min, max", "TEMP"], "TEMP (5min)")
    data, layout = figure_in(fetch.Msid("mode", T0, T0 + 20_000).to_html(n=50))
    assert [html.unescape(name) for name in layout["yaxis"]["ticktext"]] == ["OFF", EVIL]
    assert data[0]["line"]["shape"] == "hv"
    assert len(data[0]["x"]) < 20  # only where the state changes
    _, layout = figure_in(fetch.Msid("flag", T0, T0 + 20_000).to_html())
    assert layout["yaxis"]["ticktext"] == ["False", "True"]


@pytest.mark.parametrize("name", ["temp", "mode", "flag"])
@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("stat", [None, "daily"])
def test_few_samples_are_no_error(in_use, name, rows, stat):
    dat = fetch.MSID(name, T0, T0 + 0.5 * rows, stat=stat)
    data, _ = figure_in(dat.to_html(bads=True, limits=True))
    assert len(data) >= 1


def test_a_set_has_a_panel_for_each_member(in_use, tmp_path):
    dats = fetch.MSIDset(["temp", "mode", "flag"], T0, T0 + 20_000)
    data, layout = figure_in(dats.to_html())
    assert [(each["name"], each["yaxis"]) for each in data] == [("TEMP", "y"), ("MODE", "y2"), ("FLAG", "y3")]
    assert layout["title"]["text"] == "TEMP, MODE, FLAG"
    assert dats.to_html(tmp_path / "set.html", n=10, title="All", plotlyjs="cdn") is None
    assert "<title>All</title>" in (tmp_path / "set.html").read_text()


def test_an_empty_set_is_a_page_too(in_use):
    assert "no MSIDs" in fetch.MSIDset([], T0, T0 + 1).to_html()


def test_times_that_are_no_seconds_are_refused(in_use):
    dats = fetch.get_telem("temp", T0, T0 + 100, time_format="yday", quiet=True)
    with pytest.raises(ValuesError, match="call get_telem without time_format"):
        dats["temp"].to_html()


def test_the_object_is_not_changed(in_use):
    dat = fetch.MSID("temp", T0, T0 + 20_000)
    before = dat.copy()
    dat.to_html(n=100, bads=True)
    for name in ("times", "vals", "bads"):
        np.testing.assert_array_equal(getattr(dat, name), getattr(before, name))


def test_plotly_is_imported_by_pages_only_and_matplotlib_not_at_all(filled):
    code = (
        "import sys; from jeta import fetch\n"
        f"fetch.set_archive({str(filled.root)!r}); dat = fetch.MSID('temp', {T0}, {T0 + 100})\n"
        "print('plotly' in sys.modules); dat.to_html()\n"
        "print('plotly' in sys.modules, 'matplotlib' in sys.modules, 'pandas' in sys.modules)"
    )
    source = str(Path(jeta.__file__).parents[1])
    words = [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {source!r})\n{code}"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\nTrue False False\n"
