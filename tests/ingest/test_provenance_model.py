"""Which file a sample came from, against a model that knows for each sample who brought it last."""

from __future__ import annotations

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta import fetch, ingest, operations, update
from jeta.archive import create_archive, open_archive

T0 = 1_767_225_600  # 2026:001
HOUR_S = 3600

SECONDS = st.one_of(st.integers(0, 12), st.integers(2 * HOUR_S, 2 * HOUR_S + 4))
DELIVERY = st.tuples(st.dictionaries(SECONDS, st.integers(0, 2), min_size=1), st.booleans())
"""Values by second, some of them those of other deliveries, or others for the same second; and whether a fold comes after."""

CUT = st.one_of(st.none(), st.integers(0, 12))


def deliver(archive, number, rows, *, is_staged):
    """Ingest a file of some rows, and return its name."""
    name = f"file{number}.csv"
    folder = archive.layout.staging if is_staged else archive.root.parent
    folder.mkdir(exist_ok=True)
    lines = "".join(f"{T0 + second},{value}\n" for second, value in rows.items())
    (folder / name).write_text(f"time,SA_TEMP\n{lines}")
    if is_staged:
        ingest.run(archive=archive.root, workers=1)
    else:
        update.ingest(folder / name, archive=archive.root)
    return name


def told(time_s):
    """The file that is told of the sample at an instant: of those whose stretch holds it, the one committed last."""
    found = fetch.MSID("SA_TEMP", time_s, math.nextafter(time_s, math.inf)).provenance()
    return max(found, key=lambda origin: origin.commit).file.rpartition("/")[2]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(deliveries=st.lists(DELIVERY, min_size=1, max_size=5), is_staged=st.booleans(), cut=CUT, again=DELIVERY)
def test_the_file_that_brought_a_sample_last_is_told(tmp_path_factory, deliveries, is_staged, cut, again):
    """Deliveries are late, repeated, corrected and interleaved, and once in a while the archive is cut off in between."""
    root = tmp_path_factory.mktemp("model") / "archive"
    create_archive(root)
    (root / "archive.yaml").write_text((root / "archive.yaml").read_text() + "\ningest: {settle_s: 0}\n")
    archive = open_archive(root)
    model: dict[int, tuple[int, str]] = {}

    def take(number, rows, is_folded):
        name = deliver(archive, number, rows, is_staged=is_staged)
        model.update({s: (v, name) for s, v in rows.items() if s not in model or model[s][0] != v})
        if is_folded:
            update.fold(root)

    for number, (rows, is_folded) in enumerate(deliveries):
        take(number, rows, is_folded)
    if cut is not None:
        operations.truncate(root, T0 + cut)
        model = {second: each for second, each in model.items() if second < cut}
        take(len(deliveries), *again)
    with fetch.set_archive(root):
        times = fetch.MSID("SA_TEMP", T0, T0 + 3 * HOUR_S).times
        assert times.tolist() == [T0 + second for second in sorted(model)]
        assert {second: told(float(T0 + second)) for second in model} == {s: name for s, (_, name) in model.items()}
