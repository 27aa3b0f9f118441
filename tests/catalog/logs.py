"""Records of invented files, and what a catalog of them must say, summed up the slow and plain way."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace

from jeta.catalog import Coverage, FileRecord, MsidCounts, RecordLog, RunRecord

NS = 10**9
T0 = 1_767_225_600 * NS  # 2026:001
MSIDS = ["SA_TEMP", "SA_VOLT", "id 999999", "", "Ünï\tname"]
REASONS = ["padding", "apid 712 is excluded"]


def counts(msid: str, number: int, *, stored: int = 10, rejected: int = 0) -> MsidCounts:
    """Counts of one MSID in file `number`: an hour long, a stretch of ten rows in its first ten seconds."""
    first = T0 + number * 3600 * NS
    why = {REASONS[number % 2]: rejected} if rejected else {}
    spans = ((first, first + 9 * NS),) if stored else ()
    return MsidCounts(msid, stored + rejected + 2, stored, 2, number % 3, why, spans)


def file(number: int, msids: list[MsidCounts], **more: object) -> FileRecord:
    """The record of a file with these counts."""
    rejected = Counter()
    for each in msids:
        rejected.update(each.rejected)
    edges = [edge for each in msids for span in each.spans_ns for edge in span]
    given = {
        "run": "2026-run-1",
        "path": f"/in/{number}.h5",
        "kept": f"/done/{number}.h5",
        "size": 1000 + number,
        "modified_ns": T0,
        "sha256": f"{number:064x}",
        "format": "fos_hdf5",
        "first_ns": min(edges, default=None),
        "last_ns": max(edges, default=None),
        "commit": number if edges else None,
        "recorded_utc": "2026-01-02T00:00:00.000Z",
        "rejected": dict(rejected),
        "notes": {"unit not kept": 1},
    }
    sums = {name: sum(getattr(each, name) for each in msids) for name in ("read", "stored", "duplicate", "replaced")}
    return FileRecord(**given | sums | more)


def fill(log: RecordLog, files: int, seed: int = 0, run: str = "2026-run-1") -> None:
    """Write some files, one of them in ten rejected."""
    chance = random.Random(seed)
    for _ in range(files):
        number = log.last_number() + 1
        if chance.random() < 0.1:
            log.write(file(number, [], outcome="rejected", message="no format", run=run))
            continue
        some = chance.sample(MSIDS, chance.randrange(1, len(MSIDS)))
        log_counts = [counts(m, number, stored=chance.randrange(3), rejected=chance.randrange(3)) for m in some]
        log.write(file(number, log_counts, run=run), log_counts)


def end(log: RecordLog, run: str = "2026-run-1", state: str = "complete") -> RunRecord:
    """End a run, which settles all before."""
    return log.write(
        RunRecord(run, state, started_utc="2026-01-02T00:00:00.000Z", ended_utc="2026-01-02T01:00:00.000Z")
    )


def expected(log: RecordLog) -> dict[str, object]:
    """What a catalog in step with a log must answer."""
    files = [each for each in log.after(0) if isinstance(each, FileRecord)]
    found: dict[str, Coverage] = {}
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for record in files:
        for each in log.msids(record.number) if record.outcome == "ingested" else []:
            there = found.setdefault(each.msid, Coverage(each.msid))
            for name in ("read", "stored", "duplicate", "replaced"):
                setattr(there, name, getattr(there, name) + getattr(each, name))
            there.files += 1
            for span in each.spans_ns:
                there.widen(span)
            reasons[each.msid].update(each.rejected)
    return {
        "files": files,
        "coverages": dict(sorted(found.items())),
        "rejections": {msid: dict(sorted(why.items())) for msid, why in reasons.items()},
        "stored": sum(each.stored for each in files),
        "last_ns": max((r.last_ns for r in files if r.outcome == "ingested" and r.last_ns is not None), default=None),
    }


def answers(catalog: object) -> dict[str, object]:
    """The same as a catalog answers."""
    coverages = catalog.coverages()
    return {
        "files": catalog.files(),
        "coverages": coverages,
        "rejections": {msid: catalog.rejections(msid) for msid in coverages},
        "stored": sum(total.stored for total in catalog.totals().values()),
        "last_ns": catalog.last_ns(),
    }


def renamed(record: FileRecord, **changes: object) -> FileRecord:
    """A record with other fields."""
    return replace(record, **changes)
