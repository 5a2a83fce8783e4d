"""Files in: malformed, half, double and missing ones through folder and SFTP into the ledger, while workers die."""

from collections import Counter

import pytest

from . import bank_files
from .file_world import FileWorld, Watch, Writers, pull_until
from .inbound import Trouble, seconds_to_recover
from .plan import FULL, PLAN, RECOVERY_SECONDS, SEED

pytestmark = pytest.mark.timeout(0)

GROWTH_BYTES = 512 << 20
FILE_SECONDS = 60
#: Far above what the slowest machine needs for one file.
SECONDS_A_FILE = 5


def test_each_file_gets_its_verdict(stage, part):
    part.title = "Statement files: malformed, half-written, double, missing"
    chain, late = bank_files.with_gaps(SEED, PLAN.missing_statements)
    malformed = list(bank_files.malformed(SEED, PLAN.malformed_files))
    halves = list(bank_files.half_written(SEED, PLAN.half_written_files))
    doubles = list(bank_files.duplicates(SEED, PLAN.duplicate_files))
    drops = bank_files.merged([malformed, halves, doubles, chain], SEED)
    expected = {(one.line, one.sha256): one for drop in (*drops, *late) for one in drop.expected}
    taken = sum(len(drop.expected) for drop in drops)

    with FileWorld(stage) as world:
        with (
            Watch(world, [drop.name for drop in drops if drop.how == "pausing"]) as watch,
            Writers(world, drops) as writers,
            Trouble(
                stage, world.nodes, lambda: writers.done / len(drops), name="files",
                kills=PLAN.file_kills, terminations=PLAN.file_kills,
            ) as trouble,
        ):
            arrived = pull_until(
                world, lambda: writers.done == len(drops) and len(world.messages()) >= taken,
                120 + SECONDS_A_FILE * len(drops),
            )
            late_arrived = arrive_late(world, late, taken)
        recovery = seconds_to_recover(stage, world.database, RECOVERY_SECONDS, poke=not FULL)
        found, wrong = compare(world, expected)
        count_files(world, part, found, {"malformed": malformed, "half-written": halves, "double": doubles})

        wanted = frozenset().union(*(one.references for one in expected.values()))
        lines = world.lines()
        doubled = sorted(reference for reference, times in lines.items() if times > 1)
        lost = sorted(wanted - lines.keys())
        strange = sorted(str(reference) for reference in lines.keys() - wanted)
        stay = {line: {name for drop in drops if drop.line == line and drop.stays for name in names_of(drop)}
                for line in world.folders}
        left = {line: {name for name in world.left(line) if not name.endswith(".part")} for line in world.folders}
        archived = {line: set(world.archived(line).values()) for line in world.folders}
        gone = [key for key, one in expected.items() if one.archived and one.sha256 not in archived[one.line]]
        gaps = stage.rows(
            world.database,
            "SELECT count(DISTINCT res_id) FROM finance_exception WHERE code = 'statement.gap' AND state = 'open' "
            "AND res_id IN (SELECT s.id FROM account_bank_statement s JOIN account_journal j ON j.id = s.journal_id "
            "WHERE j.name::text LIKE %s)",
            ["%gap%"],
        )[0][0]
        told = " ".join(text for (text,) in stage.rows(
            world.database, "SELECT text FROM finance_exception WHERE code LIKE %s AND state = 'open'", ["%.companion"]
        ))
        untold = [drop.name for drop in drops if drop.stays and not drop.expected and drop.name not in told]
        slowest = stage.rows(
            world.database, "SELECT coalesce(max(milliseconds), 0) FROM finance_attempt WHERE step = 'process'"
        )[0][0]
        broken = world.broken_bytes()

        part.trial(
            "statement files", len(expected), lost=len(gone), verdicts_wrong=len(wrong), bytes_broken=len(broken),
            waiting_untold=len(untold),
        )
        part.trial("statement lines", len(wanted), doubles=len(doubled), lost=len(lost), half_imported=len(strange))
        part.trial("archived files, looked up at once", watch.looked_up, archived_too_soon=len(watch.too_soon))
        part.figure("slowest file, ms", slowest)
        part.figure("growth of a worker, MiB", watch.grown_bytes >> 20)
        part.figure("missing statements noticed", gaps)
        part.figure("files backlog 0 after seconds", round(recovery, 1))

        assert writers.errors == []
        assert wrong == {}
        assert arrived and late_arrived
        assert trouble.killed == PLAN.file_kills and trouble.terminated == PLAN.file_kills
        assert lost == [] and doubled == [] and strange == []
        assert gone == [] and watch.too_soon == [] and broken == []
        assert left == stay and untold == []
        assert gaps == PLAN.missing_statements // 2
        assert watch.grown_bytes < GROWTH_BYTES
        assert slowest < FILE_SECONDS * 1000


def arrive_late(world, late, taken):
    """Half of the missing statements come after all."""
    with Writers(world, late):
        pass
    return pull_until(world, lambda: len(world.messages()) >= taken + len(late), 120)


def names_of(drop):
    return [drop.name, *([drop.name + drop.beside[0]] if drop.beside else [])]


def compare(world, expected):
    """``(verdicts found, {(line, sha256): (expected, found)} of those that are wrong)``; strangers are wrong, too."""
    found, wrong = world.messages(), {}
    for key in expected.keys() | found.keys():
        one, (state, codes) = expected.get(key), found.get(key, ("absent", ()))
        fits = one and state == one.verdict
        if fits and one.code:
            fits = any(code and code.startswith(one.code) for code in codes)
        if not fits:
            wrong[key] = (one and (one.verdict, one.code), (state, codes))
    return found, wrong


def count_files(world, part, found, kinds):
    for kind, drops in kinds.items():
        verdicts = Counter(
            found.get((one.line, one.sha256), ("absent",))[0] for drop in drops for one in drop.expected
        )
        verdicts["not taken"] = sum(not drop.expected and drop.stays for drop in drops)
        words = ", ".join(f"{times} {name}" for name, times in verdicts.items() if times)
        part.figure(f"{kind} files", f"{len(drops)}: {words}")
