"""Reading in a process with limits: what goes over them ends in words, and the next file is read."""

import contextlib
import os
import resource
import tempfile
import threading
import time

from odoo.addons.finance_connector_base.core import bounded
from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.codec import Codec
from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError, FormatError, TechnicalError
from odoo.addons.finance_connector_base.core.safe.limits import ParseLimits
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

TASKS = "odoo.addons.finance_connector_base.simulation.greedy"
SHORT = ParseLimits(seconds=1)


def run(name, content=b"one\ntwo\n", limits=None, **options):
    return list(bounded_lines(f"{TASKS}:{name}", content, options, limits=limits))


class TestBounded(PureCase):
    def refused(self, code, name, **options):
        started = time.monotonic()
        with self.assertRaises(FinanceError) as caught:
            run(name, **options)
        self.assertEqual(caught.exception.code, code)
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(run("lines"), ["one", "two"])  # the next file is read
        return caught.exception

    def test_lines(self):
        self.assertEqual(run("lines"), ["one", "two"])
        self.assertEqual(run("lines", b""), [])
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"from a file\n")
            file.flush()
            self.assertEqual(run("lines", file.name), ["from a file"])
            self.assertEqual(run("lines", file), ["from a file"])
        with self.assertRaises(FormatError) as caught:
            run("lines", "/nowhere/at/all")
        self.assertEqual(caught.exception.code, "file.unreadable")

    def test_refused(self):
        error = self.refused("demo.row", "refusing")
        self.assertIsInstance(error, FormatError)
        self.assertEqual((str(error), error.place), ("no such row", "line 7"))

    def test_memory(self):
        error = self.refused("parse.memory", "memory", limits=ParseLimits(megabytes=128))
        self.assertIsInstance(error, BusinessError)
        self.assertEqual(error.category, "data")

    def test_time(self):
        self.refused("parse.time", "computing", limits=SHORT)
        self.refused("parse.time", "sleeping", limits=SHORT)

    def test_crash(self):
        self.refused("parse.crash", "killed")
        self.refused("parse.crash", "leaving")
        error = self.refused("parse.crash", "failing")
        self.assertNotIn("secret", str(error))

    def test_record_without_end(self):
        self.refused("parse.memory", "endless", limits=ParseLimits(line_bytes=1 << 20))

    def test_cannot(self):
        """No files, no processes, nothing of ours."""
        with tempfile.NamedTemporaryFile() as file:
            self.refused("parse.crash", "writing", path=file.name)
            self.assertEqual(file.read(), b"")
        if os.getuid():  # the kernel does not count the processes of root
            self.refused("parse.crash", "forking")
        os.environ["FINANCE_TEST_SECRET"] = "canary"
        self.addCleanup(os.environ.pop, "FINANCE_TEST_SECRET")
        variables, *sockets = run("inheritance")
        self.assertLessEqual(set(variables.split(",")), {"FINANCE_NATIVE", "LC_ALL"})
        self.assertEqual(sockets, [])

    def test_slow_reader_of_lines(self):
        """Our own work between the lines is not the child's time."""
        found = bounded_lines(f"{TASKS}:lines", b"x" * 99 + b"\n", {"copies": 20_000}, limits=SHORT)
        next(found)
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            sum(range(10_000))
        self.assertEqual(sum(1 for _line in found), 19_999)

    def test_given_up_half_way(self):
        """Nobody reads to the end: the child is gone, no descriptor stays open."""
        run("lines")
        before = len(os.listdir("/proc/self/fd"))
        for _time in range(20):
            found = bounded_lines(f"{TASKS}:lines", b"x" * 99 + b"\n", {"copies": 20_000})
            next(found)
            found.close()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_memory_stays_flat(self):
        run("lines")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        count = sum(1 for _line in bounded_lines(f"{TASKS}:lines", b"x" * 999 + b"\n", {"copies": 100_000}))
        self.assertEqual(count, 100_000)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 20_000)  # KiB, of 100 MB

    def test_helper_gone(self):
        """Killed between files: a new one starts. Killed while it reads: an error that heals itself."""
        run("lines")
        bounded._helpers[os.getpid()]._socket.shutdown(2)
        self.assertEqual(run("lines"), ["one", "two"])
        found = bounded_lines(f"{TASKS}:lines", b"x" * 99 + b"\n", {"copies": 20_000})
        next(found)
        bounded._helpers[os.getpid()]._socket.shutdown(2)
        with self.assertRaises(TechnicalError) as caught:
            for _line in found:
                pass
        self.assertEqual(caught.exception.code, "parse.helper")
        self.assertEqual(run("lines"), ["one", "two"])

    def test_threads(self):
        """Files read at the same time keep their lines apart; one that hangs delays no other."""
        found, ends = {}, []

        def hang():
            with contextlib.suppress(BusinessError):
                run("sleeping", limits=ParseLimits(seconds=5))
            ends.append(time.monotonic())

        def read(number):
            found[number] = run("lines", b"%d\n" % number * 500)

        slow = threading.Thread(target=hang)
        slow.start()
        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(15)
        self.assertFalse(ends)
        slow.join(15)
        self.assertTrue(ends)
        self.assertEqual(found, {number: [str(number)] * 500 for number in range(8)})


class TestCodec(PureCase):
    """Only what is exactly right becomes a record."""

    def test_refused(self):
        codec = Codec(Header, Entry, Footer, Finding)
        good = '{"event": "entry", "booked_on": "2024-01-31", "amount": "-1.50", "details": [{"amount": "1"}]}'
        self.assertEqual(codec.line(codec.record(good)), good)
        for bad in (
            "", "[]", "{}", "null", '{"event": "order"}', good[:-1], good.replace('"-1.50"', "-1.50"),
            good.replace("-1.50", "NaN"), good.replace("-1.50", "1e5"), good.replace("2024-01-31", "today"),
            good.replace("booked_on", "__class__"), good.replace('[{"amount": "1"}]', '{"amount": "1"}'),
            good.replace('"2024-01-31"', "NaN"), "[" * 100_000, good.replace("-1.50", "1E+100"),
            good.replace('"-1.50"', "NaN"), good.replace('"-1.50"', "[" * 100_000), good.replace("-1.50", "\u0661"),
            good.replace('"amount": "1"', '"amount": "sNaN"'), good.replace('"amount": "1"', '"amount": "1E9999999"'),
            good.replace("booked_on", "booked_when"), good.replace('"entry"', '"detail"'), good + good,
            good.replace('"2024-01-31"', "true"), good.replace('"-1.50"', "null"), good.replace("amount", "status"),
            good.replace('"event": "entry", ', ""), good.replace("[{", "[[").replace("}]", "]]"),
            good.replace('"2024-01-31"', '"\\ud800"'),
        ):
            with self.subTest(bad[:60]), self.assertRaises(BusinessError) as caught:
                codec.record(bad)
            self.assertEqual(caught.exception.code, "parse.crash")
