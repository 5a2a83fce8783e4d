"""Providers that deliver as real ones do: many posts at once, again until a 2xx was read, deaf at times."""

import asyncio
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field

ANSWER_SECONDS = 30
TRIES = 14
LONGEST_WAIT_SECONDS = 8
#: Shares of the posts that come in chunks, and of those whose sender hangs up before it reads the answer.
CHUNKED, DEAF = 0.02, 0.02
#: Share of the confirmed posts that are looked up at once.
WITNESSED = 0.03


@dataclass
class Journal:
    """What the outside world saw."""

    believed: set = field(default_factory=set)  # (party, key) of every event in a post answered 2xx
    statuses: Counter = field(default_factory=Counter)
    seconds: list = field(default_factory=list)  # of the answers that were read
    delivered: Counter = field(default_factory=Counter)  # (party, key) → posts that carried it
    refused: Counter = field(default_factory=Counter)  # kind of forgery → posts refused
    wrong: list = field(default_factory=list)  # forgeries with another answer: (kind, party, status)
    witnessed: int = 0  # posts looked up right after their 2xx
    broken: list = field(default_factory=list)  # … and not found
    posts: int = 0
    began: float = 0.0
    ended: float = 0.0

    def per_second(self):
        return self.posts / max(self.ended - self.began, 0.001)

    def quantile(self, share):
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class Providers:
    """:param doors: ``[(host, port)]`` of the nodes; a post goes to any of them, a repeated one to the next
    :param paths: path of each party's address, by its code
    :param witness: ``(party, keys) -> bool``, whether they are stored; asked right after some of the 2xx
    """

    def __init__(self, doors, paths, *, at_once=16, seed=0, witness=None):
        self.journal = Journal()
        self._witness = witness
        self._doors, self._paths = itertools.cycle(doors), paths
        self._at_once, self._chance = at_once, random.Random(f"{seed} providers")

    def run(self, work):
        """Send all of ``work``: bundles of events, and forgeries.

        Returns when every post is answered or given up.
        """
        self.journal.began = self.journal.began or time.monotonic()
        asyncio.run(self._run(work))
        self.journal.ended = time.monotonic()

    async def _run(self, work):
        waiting = iter(work)
        await asyncio.gather(*(self._line(waiting) for _number in range(self._at_once)))

    async def _line(self, waiting):
        for one in waiting:
            if hasattr(one, "statuses"):
                await self._forge(one)
            else:
                await self._deliver(one)

    async def _deliver(self, bundle):
        """A post is repeated until it is confirmed; of one that was confirmed before, copies are not."""
        party = bundle[0].party
        marks = {(party.code, event.key) for event in bundle}
        for number in range(TRIES):
            self.journal.delivered.update(marks)
            status = await self._post(party, party.post(bundle, time.time()), deaf=self._chance.random() < DEAF)
            if status is not None and 200 <= status < 300:
                self.journal.believed |= marks
                await self._look(party, bundle)
                return
            if marks <= self.journal.believed and number:
                return
            await asyncio.sleep(self._chance.random() * min(0.25 * 2**number, LONGEST_WAIT_SECONDS))

    async def _look(self, party, bundle):
        """Durable means: another connection sees it by the time we have read the answer."""
        if self._witness and self._chance.random() < WITNESSED:
            keys = [event.key for event in bundle]
            self.journal.witnessed += 1
            if not await asyncio.to_thread(self._witness, party.code, keys):
                self.journal.broken.append((party.code, keys))

    async def _forge(self, forgery):
        """Whoever forges tries again where no answer came; a server that is away proves nothing."""
        for number in range(TRIES):
            status = await self._post(forgery.party, forgery.make(time.time()))
            if status in forgery.statuses:
                self.journal.refused[forgery.kind] += 1
                return
            if status is not None and status < 500:
                break
            if status is None and 413 in forgery.statuses:  # hung up while we were still writing
                self.journal.refused[forgery.kind] += 1
                return
            await asyncio.sleep(self._chance.random() * min(0.25 * 2**number, LONGEST_WAIT_SECONDS))
        self.journal.wrong.append((forgery.kind, forgery.party.code, status))

    async def _post(self, party, post, deaf=False):
        """The status read; ``None`` where the line broke or we did not wait for it."""
        began = time.monotonic()
        self.journal.posts += 1
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status = await self._exchange(self._paths.get(party.code, "/finance/hook/nowhere"), post, deaf)
        except (OSError, EOFError, TimeoutError, ValueError):
            status = None
        self.journal.statuses[status] += 1
        if status is not None:
            self.journal.seconds.append(time.monotonic() - began)
        return status

    async def _exchange(self, path, post, deaf):
        host, port = next(self._doors)
        reader, writer = await asyncio.open_connection(host, port)
        try:
            await self._write(writer, f"{host}:{port}", path, post)
            if deaf:
                return None
            line = await reader.readline()
            return int(line.split()[1]) if line.startswith(b"HTTP/") else None
        finally:
            writer.close()

    async def _write(self, writer, host, path, post):
        chunked = post.chunked or (len(post.body) < 10_000 and self._chance.random() < CHUNKED)
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(post.body))}
        head = {"Host": host, "Connection": "close", **length, **post.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        content = _chunks(post.body) if chunked else post.body
        writer.write(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + content)
        try:
            await writer.drain()
        except ConnectionError:
            if not writer.transport.is_closing():
                raise


def _chunks(body, size=1 << 16):
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
