"""The damage run: damaged copies of sample files into every parser, each batch in a process with limits.

A copy is made of its sample, the seed and its number, so that what fails once fails again. Events or a refusal with
a code are right; any other exception is a fault, and so is a batch that the kernel had to stop: its limits are those
of one file (512 MiB, 60 s), so that each copy keeps within them.
"""

import json
import random
import resource
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.statement import FORMATS

from ..answers import nacha_return, pain002
from ..formats import parse
from ..payments import PAYMENT_FORMATS, read, shipped
from .mutated import mutated

#: What mutations cut files into: lines, or what takes their place in files of one line.
_SEPARATORS = (b"\n", b"<", b",", b"'")
_FEW_PARTS = 4
_ANSWERS = {"pain002": pain002.parse, "nacha_return": nacha_return.parse}


@dataclass(frozen=True, slots=True)
class Sample:
    """``parser``: ``statement:`` and a format, ``answer:`` and a reader, or ``payment:`` and a profile."""

    name: str
    parser: str
    content: bytes


def take(parser, content, wanted=False):
    """Read ``content`` as production does, to its end.

    :param wanted: a statement comes as a file of this format, whatever its head says
    """
    kind, _mark, code = parser.partition(":")
    if kind == "payment":
        read(content, shipped()[code])
        return
    if kind == "answer":
        events = _ANSWERS[code](BytesIO(content))
    else:
        events = parse(BytesIO(content), code if wanted else None, tables={"propose": True})
    for _event in events:
        pass


def copy(content, seed, number):
    """The damaged copy with this number."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311  not for secrets
    separator = next((mark for mark in _SEPARATORS if content.count(mark) >= _FEW_PARTS), b"\n")
    return mutated(content, chance, separator)


def damage(samples, count, *, seed=1, batch=200, limits=None, progress=None):
    """Damage ``samples`` in turn until ``count`` copies are read.

    :param progress: called with the number of copies read so far
    :return: ``{"inputs", "verdicts": {parser: {code: number}}, "slowest_seconds", "peak_mebibytes", "faults"}``
    """
    verdicts, faults, done, slowest, peak = {}, [], 0, 0.0, 0
    modules = sorted({each.__module__ for registry in (FORMATS, PAYMENT_FORMATS) for each in registry})
    turn = 0
    while done < count:
        sample = samples[turn % len(samples)]
        job = {
            "parser": sample.parser,
            "seed": f"{seed}:{sample.name}",
            "first": turn // len(samples) * batch,
            "count": min(batch, count - done),
        }
        try:
            lines = bounded_lines(f"{__name__}:batch_lines", sample.content, job, modules, limits)
            found = json.loads("".join(lines))
        except FinanceError as error:
            found = {"verdicts": {error.code: job["count"]}, "slowest": 0.0, "peak": 0, "faults": [[-1, str(error)]]}
        verdicts.setdefault(sample.parser.partition(":")[0], Counter()).update(found["verdicts"])
        faults += [{"sample": sample.name, "seed": job["seed"], "number": number, "text": text}
                   for number, text in found["faults"]]  # fmt: skip
        slowest, peak = max(slowest, found["slowest"]), max(peak, found["peak"])
        done, turn = done + job["count"], turn + 1
        if progress:
            progress(done)
    return {
        "inputs": done,
        "verdicts": {parser: dict(found.most_common()) for parser, found in sorted(verdicts.items())},
        "slowest_seconds": round(slowest, 3),
        "peak_mebibytes": peak,
        "faults": faults,
    }


def batch_lines(stream, parser, seed, first, count):
    """Run in the child: one JSON object of what became of the copies."""
    content = stream.read()
    verdicts, slowest, faults = Counter(), 0.0, []
    for number in range(first, first + count):
        started = time.process_time()
        verdict = "read"
        try:
            take(parser, copy(content, seed, number), wanted=number % 2 == 1)
        except FinanceError as error:
            verdict = error.code
        except Exception:  # noqa: BLE001  what must never come out: reported with its number
            verdict = "fault"
            faults.append([number, traceback.format_exc(limit=-3)])
        took = time.process_time() - started
        slowest = max(slowest, took)
        verdicts[verdict] += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    yield json.dumps({"verdicts": verdicts, "slowest": slowest, "peak": peak, "faults": faults})
