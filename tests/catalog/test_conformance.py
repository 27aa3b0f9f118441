"""What every catalog must do, whatever database it is kept in."""

from __future__ import annotations

import os
import re
import socket
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.logs import MSIDS, NS, T0, answers, counts, end, expected, file, fill
from jeta.catalog import Catalog, Held, MsidCounts, RecordLog, RunRecord, syncing
from jeta.errors import CatalogError, ValuesError


def write(log, number=None, **more):
    """Write one file with two MSIDs."""
    number = number or log.last_number() + 1
    several = [counts("SA_A", number), counts("SA_B", number, rejected=2)]
    return log.write(file(number, several, **more), several)


def test_a_new_catalog_knows_nothing(catalog):
    assert catalog.sync() == 0
    assert (catalog.runs(), catalog.files(), catalog.held(), catalog.coverages()) == ([], [], [], {})
    assert (catalog.coverage("A"), catalog.last_ns(), catalog.rejections(), catalog.behind()) == (None, None, {}, 0)
    assert {name: total.files for name, total in catalog.totals().items()} == {"ingested": 0, "rejected": 0}
    assert catalog.check(full=True) == []


def test_it_answers_as_the_log_does(catalog, log):
    fill(log, 40)
    end(log)
    assert catalog.behind() == 41
    assert catalog.sync() == 41
    assert answers(catalog) == expected(log)
    assert (catalog.behind(), catalog.sync()) == (0, 0)
    assert catalog.check(full=True) == []


def test_syncing_bit_by_bit_is_syncing_at_once(catalog, log):
    """After each record, the last of which is not settled."""
    for seed in range(12):
        fill(log, 1, seed)
        assert catalog.sync() == 1
        assert answers(catalog) == expected(log)
    assert catalog.check(full=True) == []


def test_batches_make_no_difference(catalog, log, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH_RECORDS", 3)
    told = []
    fill(log, 10)
    assert catalog.sync(lambda done, total: told.append((done, total))) == 10
    assert told == [(3, 10), (6, 10), (9, 10), (10, 10)]
    assert answers(catalog) == expected(log)


def test_a_record_that_is_taken_back_counts_no_longer(catalog, log):
    """Its commit did not happen; another one gets its number."""
    write(log)
    write(log)
    catalog.sync()
    assert catalog.coverage("SA_A").files == 2
    log.remove(2)
    assert catalog.sync() == 0
    assert catalog.coverage("SA_A").files == 1
    assert answers(catalog) == expected(log)
    write(log, 2, path="/in/other.h5")
    write(log, 3)
    catalog.sync()
    assert answers(catalog) == expected(log)
    assert [each.path for each in catalog.files()][1] == "/in/other.h5"
    assert catalog.check(full=True) == []


def test_the_only_record_may_be_taken_back(catalog, log):
    write(log)
    catalog.sync()
    log.remove(1)
    catalog.sync()
    assert (catalog.files(), catalog.coverages()) == ([], {})


def test_a_log_that_became_another_is_taken_in_anew(catalog, log, tmp_path):
    """As after a restore of the archive."""
    fill(log, 5)
    end(log)
    catalog.sync()
    for number in (6, 5, 4):
        log.remove(number)
    write(log, run="2026-run-2")
    end(log, "2026-run-2")
    catalog.sync()
    assert answers(catalog) == expected(log)
    assert {each.run for each in catalog.runs()} == {"2026-run-1", "2026-run-2"}
    assert catalog.check(full=True) == []


def test_what_is_known_stays_if_the_whole_log_is_lost(catalog, log):
    """It is all that is left."""
    fill(log, 5)
    end(log)
    catalog.sync()
    known = answers(catalog)
    for number in range(6, 0, -1):
        log.remove(number)
    assert catalog.sync() == 0
    assert answers(catalog) == known
    assert "not in the log: 1, 2, 3, 4, 5, ...; restore" in catalog.check()[0]


def test_damaged_and_lost_records_are_told_and_passed_over(catalog, log):
    for _ in range(5):
        write(log)
    end(log)
    log.path(2).write_bytes(b"PK")
    log.path(4).unlink()
    catalog.sync()
    assert [each.number for each in catalog.files()] == [1, 3, 5]
    assert catalog.coverage("SA_A").files == 3
    damaged, lost = catalog.check(full=True)
    assert re.search(r"000000000002.zip is damaged .* restore it from a backup", damaged)
    assert lost == "record 4 is lost; restore it from a backup"


def test_damage_to_the_last_record_holds_nothing_up(catalog, log):
    """It may yet be replaced, or settled by those after it."""
    write(log)
    write(log)
    log.path(2).write_bytes(b"")
    catalog.sync()
    catalog.sync()
    assert [each.number for each in catalog.files()] == [1]
    log.remove(2)
    write(log, path="/in/again.h5")
    catalog.sync()
    assert [each.path for each in catalog.files()] == ["/in/1.h5", "/in/again.h5"]


def test_check_finds_what_is_not_known_yet(catalog, log):
    fill(log, 7)
    assert catalog.check() == [
        "7 records are not in the catalog yet: 1, 2, 3, 4, 5, ...; the next ingest takes them in"
    ]


def test_rebuilding_mends_what_was_mended_in_the_log(catalog, log):
    for _ in range(4):
        write(log)
    end(log)
    content = log.path(2).read_bytes()
    log.path(2).write_bytes(b"")
    catalog.sync()
    log.path(2).write_bytes(content)
    assert catalog.check() != []
    run = catalog.begin_run()
    catalog.set_held([Held("/in/x", "too young")])
    assert catalog.rebuild() == 5
    assert answers(catalog) == expected(log)
    assert catalog.check(full=True) == []
    assert (catalog.runs()[-1].run if len(catalog.runs()) == 1 else catalog.runs()[0].run) in (run, "2026-run-1")
    assert {each.run for each in catalog.runs()} == {run, "2026-run-1"}
    assert [each.path for each in catalog.held()] == ["/in/x"]


# What is only of now


def test_a_run_goes_through_its_states(catalog, log):
    run = catalog.begin_run("jeta ingest")
    now = catalog.runs()[0]
    assert (now.run, now.state, now.number, now.command) == (run, "starting", None, "jeta ingest")
    assert (now.host, now.pid) == (socket.gethostname(), os.getpid())
    assert re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}", run)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now.started_utc)
    for state in ("preprocessing", "processing", "postprocessing"):
        catalog.set_state(run, state)
        assert catalog.runs()[0].state == state
        assert catalog.runs()[0].is_under_way
    catalog.end_run(run, "failed", "disk full")
    ended = catalog.runs()[0]
    assert (ended.state, ended.message, ended.is_under_way) == ("failed", "disk full", False)
    assert ended.ended_utc >= ended.started_utc
    log.write(RunRecord(run, "failed", message="disk full, as the log says"))
    catalog.sync()
    assert [(each.number, each.message) for each in catalog.runs()] == [(1, "disk full, as the log says")]


def test_a_run_may_bring_its_own_name(catalog):
    assert catalog.begin_run(run="20260101T000000Z-1") == "20260101T000000Z-1"
    assert catalog.begin_run(run="20260101T000000Z-1") == "20260101T000000Z-1"
    assert [each.state for each in catalog.runs()] == ["starting"]


def test_states_that_there_are_not_are_refused(catalog):
    run = catalog.begin_run()
    with pytest.raises(ValuesError, match=r"must be one of starting, .*, but is 'resting'"):
        catalog.set_state(run, "resting")
    with pytest.raises(ValuesError, match="a run ends as one of complete, failed, but got 'processing'"):
        catalog.end_run(run, "processing")
    assert catalog.runs()[0].state == "starting"


def test_a_state_of_a_run_that_is_not_known_is_noted_all_the_same(catalog):
    """Its catalog may have been deleted meanwhile."""
    catalog.set_state("20260101T000000Z-1", "processing")
    assert [(each.run, each.state) for each in catalog.runs()] == [("20260101T000000Z-1", "processing")]


def test_a_new_run_shows_that_the_one_before_was_killed(catalog):
    first = catalog.begin_run()
    catalog.set_state(first, "processing")
    second = catalog.begin_run()
    assert [(each.run, each.state) for each in catalog.runs()] == [(second, "starting"), (first, "failed")]
    assert "was killed" in catalog.runs()[1].message
    assert [each.run for each in catalog.runs(1)] == [second]


def test_runs_are_known_by_their_files_alone(catalog, log):
    """As after the catalog was deleted while one was under way."""
    write(log, run="20260101T000000Z-1", recorded_utc="2026-01-01T00:00:00.000Z")
    catalog.sync()
    found = catalog.runs()[0]
    assert (found.run, found.started_utc, found.number) == ("20260101T000000Z-1", "2026-01-01T00:00:00.000Z", None)


@pytest.mark.parametrize("is_writing", [False, True])
def test_a_run_is_under_way_while_somebody_writes(database, log, is_writing):
    with Catalog.open(database, log, is_writing=lambda: is_writing) as catalog:
        catalog.begin_run()
        assert catalog.runs()[0].is_under_way == is_writing


def test_files_stay_held_since_when_they_were_first(catalog):
    catalog.set_held([Held("/in/a", "gap", 7, "2026-01-01T00:00:00.000Z"), Held("/in/b", "origin")])
    first = catalog.held()
    catalog.set_held([Held("/in/a", "origin", 8), Held("/in/c\udcff\0", "gap")])
    a, c = catalog.held()
    assert (a.path, a.reason, a.size, a.since_utc) == ("/in/a", "origin", 8, "2026-01-01T00:00:00.000Z")
    assert c.path == "/in/c\\udcff\\x00"
    assert c.since_utc >= first[1].since_utc
    catalog.set_held([])
    assert catalog.held() == []


# Questions


@pytest.fixture
def known(catalog, log):
    """A catalog of six files of an hour each, the fourth rejected, the last two of another run."""
    for number in range(1, 7):
        if number == 4:
            log.write(file(4, [], outcome="rejected", message="no format", sha256="00"))
        else:
            write(log, run="2026-run-2" if number > 4 else "2026-run-1")
    catalog.sync()
    return catalog


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"run": "2026-run-2"}, [5, 6]),
        ({"outcome": "rejected"}, [4]),
        ({"outcome": "ingested", "limit": 2}, [5, 6]),
        ({"sha256": "00"}, [4]),
        ({"start_ns": T0 + 3 * 3600 * NS + 9 * NS}, [3, 5, 6]),
        ({"start_ns": T0 + 3 * 3600 * NS + 9 * NS + 1}, [5, 6]),
        ({"stop_ns": T0 + 3600 * NS}, []),
        ({"stop_ns": T0 + 3600 * NS + 1}, [1]),
        ({"start_ns": T0 + 7000 * NS, "stop_ns": T0 + 7201 * NS}, [2]),
        ({"run": "nobody's"}, []),
        ({"limit": 0}, []),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else None,
)
def test_files_are_found(known, asked, numbers):
    assert [each.number for each in known.files(**asked)] == numbers


def test_coverage_of_one_and_of_all(known, log):
    """The last file, whose commit may not have happened, counts as well."""
    found = known.coverage("SA_B")
    assert (found.files, found.stored, found.duplicate) == (5, 50, 10)
    assert (found.first_ns, found.last_ns) == (T0 + 3600 * NS, T0 + 6 * 3600 * NS + 9 * NS)
    assert known.coverages() == {"SA_A": known.coverage("SA_A"), "SA_B": found}
    assert known.coverage("sa_b") is None
    assert known.last_ns() == T0 + 6 * 3600 * NS + 9 * NS


def test_rejections_by_reason(known):
    assert known.rejections("SA_A") == {}
    assert known.rejections("SA_B") == known.rejections() == {"apid 712 is excluded": 6, "padding": 4}


def test_totals_by_outcome(known):
    totals = known.totals()
    assert (totals["rejected"].files, totals["rejected"].size, totals["rejected"].read) == (1, 1004, 0)
    assert (totals["ingested"].files, totals["ingested"].stored) == (5, 100)


def test_numbers_go_to_the_ends_of_int64(catalog, log):
    edges = ((-(2**63), -(2**63)), (2**62, 2**63 - 1))
    log.write(file(1, [], first_ns=-(2**63), last_ns=2**63 - 1, read=2**62), [MsidCounts("A", 2**62, spans_ns=edges)])
    end(log)
    catalog.sync()
    assert (catalog.coverage("A").first_ns, catalog.coverage("A").last_ns) == (-(2**63), 2**63 - 1)
    assert catalog.totals()["ingested"].read == 2**62


def test_names_differ_by_case_and_blanks(catalog, log):
    names = ["A", "a", "A ", "Ä", "%", "_", "'; DROP TABLE files; --"]
    log.write(file(1, []), [MsidCounts(name, 1) for name in names])
    end(log)
    catalog.sync()
    assert sorted(catalog.coverages()) == sorted(names)
    assert [catalog.coverage(name).read for name in names] == [1] * len(names)
    assert catalog.files(run="'; DROP TABLE files; --") == []


def test_several_catalogs_at_once_count_nothing_twice(database, log):
    """Threads with catalogs of their own, syncing while records are written."""
    failures = []

    def follow():
        try:
            with Catalog.open(database, log) as mine:
                while log.last_number() < 61:
                    mine.sync()
                mine.sync()
        except Exception as err:  # noqa: BLE001 - told below
            failures.append(err)

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    fill(log, 60)
    end(log)
    for thread in threads:
        thread.join()
    assert failures == []
    with Catalog.open(database, log) as catalog:
        catalog.sync()
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("file"), st.lists(st.sampled_from(MSIDS), unique=True, max_size=4), st.integers(0, 3)),
        st.tuples(st.just("reject")),
        st.tuples(st.just("end")),
        st.tuples(st.just("take back")),
        st.tuples(st.just("sync")),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_whatever_happens_it_answers_as_the_log_does(database, tmp_path_factory, actions):
    """Records are written, and the last one taken back, in any order."""
    folder = tmp_path_factory.mktemp("model")
    log = RecordLog(folder / "records")
    is_server = isinstance(database, str)
    with Catalog.open(f"{database}_{log.identity()}" if is_server else folder / "catalog.db", log) as catalog:
        for action, *given_ in actions:
            number = log.last_number() + 1
            if action == "file":
                several = [counts(name, number, stored=given_[1], rejected=given_[1] // 2) for name in given_[0]]
                log.write(file(number, several), several)
            elif action == "reject":
                log.write(file(number, [], outcome="rejected"))
            elif action == "end":
                end(log, f"2026-run-{number}")
            elif action == "take back" and log.unsettled() is not None:
                log.remove(number - 1)
            elif action == "sync":
                catalog.sync()
                assert answers(catalog) == expected(log)
        catalog.sync()
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []
        if is_server:
            drop(catalog)


def drop(catalog):
    """Remove the schema of a catalog on a server."""
    import sqlalchemy as sa

    engine = catalog._engine
    schema = engine.get_execution_options()["schema_translate_map"][None]
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))


def test_a_catalog_for_reading_changes_nothing(database, log):
    fill(log, 5)
    with Catalog.open(database, log) as catalog:
        catalog.sync()
        run = catalog.begin_run()
    with Catalog.open(database, log, read_only=True) as catalog:
        assert catalog.runs()[0].run == run
        assert len(catalog.files()) == 5
        for change in (catalog.begin_run, catalog.rebuild, lambda: catalog.set_held([])):
            with pytest.raises(CatalogError, match="opened for reading only"):
                change()
