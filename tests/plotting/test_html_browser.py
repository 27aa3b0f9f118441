"""Pages in a real browser, without a network: they are drawn, and the cursor tells instant and value."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import numpy as np
import pytest

from jeta.plotting.html import page
from jeta.plotting.trace import Trace

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
T0 = 1_653_266_167.888
EVIL = "<script>document.title='broken'</script> & <b>%{y}</b>"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium to look at pages with")


def seen(content, tmp_path, script=""):
    """The page as the browser has it after it ran, and what it shows as text, in drawings."""
    path = tmp_path / "page.html"
    path.write_text(content.replace("</body>", f"<script>{script}</script></body>"))
    words = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        f"--user-data-dir={tmp_path}",
    ]
    words += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000", "--dump-dom", path.as_uri()]
    ran = subprocess.run([BROWSER, *words], capture_output=True, text=True, check=False, timeout=120)
    if ran.returncode:
        pytest.skip(f"chromium does not run here: {ran.stderr[-200:]}")
    pieces = re.findall(r"<text[^>]*>(.*?)</text>", ran.stdout, re.DOTALL)
    return ran.stdout, [html.unescape(re.sub(r"<[^>]*>", " ", piece)).strip() for piece in pieces]


@pytest.fixture(scope="module")
def two():
    """A number, and states with a name that must not become markup."""
    times = T0 + np.arange(10.0)
    states = ((0, "OFF"), (1, EVIL))
    return [
        Trace(times, np.arange(10) / 4, name="VOLTAGE", title="VOLTAGE", unit="V"),
        Trace(times, np.arange(10) // 5, name="MODE", title="MODE", states=states, steps=True),
    ]


def test_a_page_is_drawn_without_a_network_and_its_texts_are_texts(two, tmp_path):
    content, texts = seen(page(two, EVIL, 100), tmp_path)
    assert html.unescape(re.search("<title>(.*?)</title>", content, re.DOTALL)[1]) == EVIL
    assert not re.search('data-title="[^"]*(Share|Edit|Cloud)', content)  # telemetry stays in the page
    assert content.count('class="scatterlayer') == 2
    assert {"VOLTAGE", "MODE", "V", "OFF", "UTC"} <= set(texts)
    assert texts.count(EVIL) == 2  # above, and at the axis


def test_the_cursor_tells_instant_and_value(two, tmp_path):
    script = (
        "Plotly.Fx.hover('jeta', [{curveNumber: 0, pointNumber: 3}, {curveNumber: 1, pointNumber: 7}], ['xy', 'xy2']);"
    )
    _, texts = seen(page(two, "Two", 100), tmp_path, script)
    told = " | ".join(texts)
    assert "2022:143:00:36:10.888" in told
    assert "0.75 V" in told
    assert "VOLTAGE" in told
    assert texts.count(EVIL) + sum(EVIL in each and each != EVIL for each in texts) >= 2
