"""The harness: CPython's own executors, executing the tasks of a poolscope scenario.

poolscope starts this file with an interpreter of the machine, once for each block that it measures.  The harness
makes the executor that the scenario names, hands it the tasks that arrive on standard input, and reports when each
of them began and ended in its worker.  Stages, draws and kernels are those of poolscope's native back ends, so that
the same seed is the same work, which a digest for each task proves.

It deliberately does not: generate load, queue, limit, or judge.  poolscope does, for all back ends alike.

What to know when reading:

* Only the standard library is needed, CPython 3.9 or later.  joblib, distributed and ray are imported by their pools.
* Modules that only some pools need (asyncio, multiprocessing, ctypes ...) are imported there: the memory and the
  start of a candidate are measured, and must not hold what it does not use.
* All times are ``time.monotonic_ns()``, which is the clock of poolscope's engine as well.  Lengths end in their unit.
* Words are little-endian on both sides, as on all machines that poolscope runs on.
* The protocol is described in poolscope's documentation of its back end ``cpython``; in short, a frame is its length
  (u32, little-endian), one byte for its kind, and its payload.
"""

import contextlib
import errno
import gc
import importlib
import json
import math
import operator
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import time
import traceback
import zlib
from array import array
from bisect import bisect_right
from collections import deque, namedtuple
from functools import lru_cache, partial
from itertools import accumulate
from time import monotonic_ns

PROTOCOL = 3
"""Version of the protocol, the same on both sides."""

ANSWER_BYTES = 64
"""Of one answer: eight words."""

GOOD, FAILED, CANCELLED, GIVEN_UP = range(4)
"""Outcomes of a task, as answers name them; what is given up goes on for nobody, and is answered again at its end."""

MASK = (1 << 64) - 1
"""Numbers are unsigned and have 64 bits, as in the engine."""

NOT_KNOWN = MASK
"""A time that is not known: the bits of -1."""

FAILURE_BYTES_MAX = 1024
"""The longest text of a failure."""

# ----------------------------------------------------------------------------------------------------------------
# Frames
# ----------------------------------------------------------------------------------------------------------------


class Inbox:
    """Frames from poolscope.  When they end, so does this process."""

    FRAME_BYTES_MAX = 64 << 20
    READ_BYTES = 64 << 10
    GRACE_SECONDS = 0.1
    """For reading what was sent last, before the other side closed."""
    CLOSE_SECONDS = 5
    """For ending in order when nobody waits for it any more."""

    def __init__(self, fd):
        self.fd = fd
        self._received = bytearray()
        self._ends_in_order = False

    def watch(self):
        """Ends this process when poolscope is gone, whatever the main thread is at."""
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def _watch(self):
        import select

        poll = select.poll()
        # Nothing but the other side's closing, which is always told.
        poll.register(self.fd, 0)
        poll.poll()
        time.sleep(self.GRACE_SECONDS)
        if self._ends_in_order:
            time.sleep(self.CLOSE_SECONDS)
        leave(1)

    def read(self):
        """The next frame as (kind, payload), waiting for it if need be; None at the end."""
        while True:
            frame = self.cut()
            if frame is not None:
                return frame
            if not self.receive():
                return None

    def receive(self):
        """Takes in what has come, waiting for it unless the descriptor does not block; false at the end."""
        data = os.read(self.fd, self.READ_BYTES)
        self._received += data
        return bool(data)

    def cut(self):
        """The next frame of those that were received whole, or None."""
        received = self._received
        if len(received) < 5:
            return None
        length = int.from_bytes(received[:4], "little")
        if not 1 <= length <= self.FRAME_BYTES_MAX:
            raise ProtocolError(f"a frame of {length} bytes came")
        end = 4 + length
        if len(received) < end:
            return None
        kind, payload = bytes(received[4:5]), bytes(received[5:end])
        del received[:end]
        self._ends_in_order = kind == b"E"
        return kind, payload


class ProtocolError(Exception):
    """poolscope sent something that this harness does not understand."""


class Orders:
    """Tasks to be executed: three columns of equal length."""

    def __init__(self, tickets, numbers, phases):
        self.tickets = tickets
        """Names each order until it is answered."""
        self.numbers = numbers
        """The task's number in its block, from which all its draws follow."""
        self.phases = phases
        """Which part of the task, counted by the barriers before it."""
        self.are_struck = False
        """Whether something befalls some of them."""

    @classmethod
    def of_triples(cls, data):
        """Orders of which each is told."""
        words = array("Q")
        words.frombytes(data)
        if len(words) % 3:
            raise ProtocolError("orders are not triples")
        return cls(words[0::3], words[1::3], words[2::3])

    @classmethod
    def consecutive(cls, ticket, number, phase, count):
        """`count` orders of one phase whose tickets and numbers count up by one from the first ones."""
        tickets, numbers = range(ticket, ticket + count), range(number, number + count)
        return cls(tickets, numbers, array("Q", [phase]) * count)

    def strike(self, afflictions):
        """Takes out of `afflictions` what befalls these orders."""
        phases = self.phases.tolist()
        for place, ticket in enumerate(self.tickets):
            if ticket in afflictions:
                phases[place] = Struck(phases[place], afflictions.pop(ticket))
                self.are_struck = True
        if self.are_struck:
            self.phases = phases

    def lead(self):
        """By how much each ticket is ahead of its number, where they were told as consecutive; else None."""
        if self.are_struck or not isinstance(self.tickets, range):
            return None
        return self.tickets[0] - self.numbers[0]

    def __iter__(self):
        return zip(self.tickets, self.numbers, self.phases)

    def __len__(self):
        return len(self.tickets)


class Outbox:
    """Frames to poolscope, each written when it is said, by who says it."""

    ANSWERS_MAX = 100_000
    """In one frame."""

    def __init__(self, fd, ledger):
        self._fd = fd
        self._ledger = ledger
        self._writing = threading.Lock()
        self._system_write = os.write

    def start(self):
        """Begins to write, where that takes something to be started."""

    def expect(self, orders, in_bulk=False):
        """Notes that answers to so many orders are to come; `in_bulk` if nobody waits for any single one of them."""

    def answer(self, ticket, start, worker_end, end, on_cpu, lock_wait, digest, outcome):
        """Answers one order.  Instants and lengths in nanoseconds; `on_cpu` may be NOT_KNOWN."""
        self._say((ticket, start, worker_end, end, on_cpu, lock_wait, digest, outcome))

    def answers(self, words):
        """Answers many orders: an array of eight words for each."""
        self._say(words)

    def page(self, count, payload):
        """Answers `count` orders by the payload of a frame that tells of them together."""
        self._say((b"Q", payload))

    def fail(self, ticket, text, instant=None):
        """Answers an order that no worker has executed to its end."""
        instant = instant or time.monotonic_ns()
        self.failure(ticket, text)
        self.answer(ticket, instant, instant, instant, NOT_KNOWN, 0, 0, FAILED)

    def failure(self, ticket, text):
        """Says why the order that is answered next as failed has failed."""
        self._say(failure(ticket, text))

    def send(self, kind, payload=b""):
        """Sends a frame after all that was said before."""
        self._say((kind, payload))

    def close(self):
        """Says the last figures of the ledger."""
        self._write([], hurry=True)

    def _say(self, item):
        self._write([item])

    def _write(self, items, hurry=False):
        """Writes all of `items`, and what is new in the ledger."""
        with self._writing:
            self._send(items, hurry)

    def _send(self, items, hurry=False):
        """As `_write`, by who holds the lock for it."""
        data = pack(items)
        for kind, payload in self._ledger.news(hurry):
            data += frame(kind, payload)
        write(self._fd, data, self._system_write)


class ThreadedOutbox(Outbox):
    """An outbox for workers that are threads of this process: who ends a task writes its answer.

    A thread that did nothing else would have to be woken for each, and would compete for the interpreter lock: several
    times what a small task takes.  A write takes two microseconds, after which the lock is still there.

    With much left to do nobody waits for a single answer: some are left to who ends a task next.  The sweeper writes
    what all tasks that follow are too long for.  Of a batch only the last answer is waited for: the others go seldom and
    in bulk, so that poolscope does not take them in on a processor that the tasks could use.
    """

    PARTS = 8
    """What is at hand is answered in so many parts, or more: whoever hands over more hears of it in time."""

    LEFT_NANOS_MAX = 500_000
    """An answer is not left if the last write is longer ago."""

    BULK_NANOS_MAX = 50_000_000
    """The same, of a batch."""

    SWEEP_SECONDS = 0.005
    """What was left for so long is written by the sweeper."""

    def __init__(self, fd, ledger):
        super().__init__(fd, ledger)
        self._system_write = write_without_pause()
        # Who holds the interpreter lock must not wait.
        os.set_blocking(fd, False)
        self._left = deque()
        """Answers that are not written yet."""
        self._pages = []
        """The same, of many orders each."""
        self._expected = 0
        self._answered = 0
        self._parts, self._left_nanos_max = self.PARTS, self.LEFT_NANOS_MAX
        self._written_nanos = 0
        """When something was written last."""
        self._is_left = threading.Event()

    def start(self):
        threading.Thread(target=self._sweep, name="sweeper", daemon=True).start()

    def expect(self, orders, in_bulk=False):
        self._parts, self._left_nanos_max = (
            (0, self.BULK_NANOS_MAX) if in_bulk else (self.PARTS, self.LEFT_NANOS_MAX)
        )
        self._expected += orders

    def answer(self, *words):
        self.leave(words, words[3])

    def leave(self, answer, now):
        """Takes an answer, at the instant `now`, and writes it if that is due."""
        self._left.append(answer)
        while self._is_due(now):
            # Who writes at the moment looks again afterwards.
            if not self._writing.acquire(blocking=False):
                return
            try:
                self._write_left()
            finally:
                self._writing.release()
        if self._left and not self._is_left.is_set():
            self._is_left.set()

    def _is_due(self, now):
        left = len(self._left)
        at_hand = self._expected - self._answered - left
        return left and (left * self._parts >= at_hand or now - self._written_nanos > self._left_nanos_max)

    def answers(self, words):
        self._say_many(len(words) // 8, words)

    def page(self, count, payload):
        self._say_many(count, (b"Q", payload))

    def _say_many(self, count, item):
        with self._writing:
            self._answered += count
            self._pages.append(item)
            is_last = self._answered + len(self._left) >= self._expected
            if self._parts or is_last or time.monotonic_ns() - self._written_nanos > self._left_nanos_max:
                self._write_left()
        self._look_again()

    def close(self):
        with self._writing:
            self._write_left()
        super().close()

    def _say(self, item):
        with self._writing:
            self._write_left([item])
        self._look_again()

    def _look_again(self):
        """Leaves to the sweeper what others have left meanwhile, as somebody wrote."""
        if self._left or self._pages:
            self._is_left.set()

    def _write_left(self, items=(), hurry=False):
        """Writes what was left, and `items`; by who holds the lock for it."""
        left = [self._left.popleft() for _ in range(len(self._left))]
        pages, self._pages = self._pages, []
        self._answered += len(left)
        self._written_nanos = time.monotonic_ns()
        self._send([*pages, *(self.items(left) if left else ()), *items])

    def items(self, left):
        """What is sent of the answers that were left."""
        return left

    def _sweep(self):
        while True:
            self._is_left.wait()
            self._is_left.clear()
            while self._left or self._pages:
                time.sleep(max(self.SWEEP_SECONDS, self._left_nanos_max / 1e9))
                with self._writing:
                    if time.monotonic_ns() - self._written_nanos > self._left_nanos_max:
                        self._write_left()


class LocalOutbox(ThreadedOutbox):
    """The same for tasks that were executed here from begin to end: their digests are made when they are written."""

    def items(self, left):
        answers, texts = answers_of([row for row, _ in left], [on_cpu for _, on_cpu in left])
        yield from (failure(ticket, text) for ticket, text in texts.items())
        yield answers


class LoopOutbox(Outbox):
    """An outbox for an event loop, which writes once in each of its turns."""

    def __init__(self, fd, ledger):
        super().__init__(fd, ledger)
        self._said = []
        self._loop = None

    def attach(self, loop):
        """Has `loop` write what is said on its own thread; others still write at once."""
        self._loop = loop
        self._loop_thread = threading.get_ident()

    def close(self):
        self._write_said()
        super().close()

    def _say(self, item):
        if self._loop is None or threading.get_ident() != self._loop_thread:
            super()._say(item)
            return
        if not self._said:
            self._loop.call_soon(self._write_said)
        self._said.append(item)

    def _write_said(self):
        said, self._said = self._said, []
        self._write(said)


def failure(ticket, text):
    """The frame, as (kind, payload), that says why an order has failed."""
    encoded = text.encode("utf-8", "replace")[:FAILURE_BYTES_MAX]
    return b"F", struct.pack("<Q", ticket) + encoded.decode("utf-8", "ignore").encode()


def frame(kind, payload):
    """A frame as it is sent."""
    return struct.pack("<I", len(payload) + 1) + kind + payload


def pack(items):
    """The frames of `items` in their order; neighbouring answers share one."""
    data = bytearray()
    answers = array("Q")

    def pack_answers():
        words_max = Outbox.ANSWERS_MAX * 8
        for first in range(0, len(answers), words_max):
            data.extend(frame(b"A", answers[first : first + words_max].tobytes()))
        del answers[:]

    for item in items:
        if len(item) == 2:
            pack_answers()
            data += frame(*item)
        else:
            answers.extend(item)
    pack_answers()
    return data


def write(fd, data, system_write=os.write):
    """Writes all of `data`."""
    data = bytes(data)
    written = 0
    while written < len(data):
        try:
            written += system_write(fd, data[written:] if written else data)
        except BlockingIOError:
            await_room(fd)


def await_room(fd):
    """Waits until something can be written."""
    import select

    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    poll.poll()


def write_without_pause():
    """`os.write` as a function that keeps the interpreter lock meanwhile, where ctypes is there to make one.

    A thread that gives up the lock may have to wait for as long as others compute until it has it back, and its next
    task with it, which no program that has no answers to write would.
    """
    try:
        import ctypes
    except ImportError:
        return os.write
    function = ctypes.PyDLL(None, use_errno=True).write
    function.argtypes = ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
    function.restype = ctypes.c_ssize_t

    def system_write(fd, data):
        written = function(fd, data, len(data))
        if written < 0:
            number = ctypes.get_errno()
            if number == errno.EINTR:
                return 0
            raise OSError(number, os.strerror(number))
        return written

    return system_write


# ----------------------------------------------------------------------------------------------------------------
# What is counted beside tasks
# ----------------------------------------------------------------------------------------------------------------


class Collections:
    """Garbage collections of this interpreter since it was made, by `gc.callbacks`."""

    def __init__(self):
        self._start = 0
        self.reset()
        gc.callbacks.append(self._notice)

    def reset(self):
        """Forgets those there have been."""
        self.count = 0
        self.nanos = 0
        self.longest_nanos = 0

    def _notice(self, phase, _info):
        now = time.monotonic_ns()
        if phase == "start":
            self._start = now
        elif self._start:
            nanos = now - self._start
            self.count += 1
            self.nanos += nanos
            self.longest_nanos = max(self.longest_nanos, nanos)

    def reading(self):
        """How many, how long they took together, and the longest."""
        return self.count, self.nanos, self.longest_nanos


class Ledger:
    """Garbage collections and shared counters of all processes that execute tasks."""

    INTERVAL_NANOS = 100_000_000
    """Changes are told at most so often."""

    def __init__(self):
        self._readings = {}
        self._collections = (0, 0, 0)
        self._counters = {}
        self._told_nanos = 0
        self.here = None
        """The worker of this process, if tasks run in it."""
        self._caller = None
        """Collections of this process, if it is only the caller of others: their answers wait for them as well."""

    def begin(self):
        """Begins to count: what there was before belongs to the start."""
        if self.here is None:
            self._caller = Collections()
        else:
            self.here.collections.reset()

    def note(self, process, collections, counters):
        """Notes what `process` has counted until now: it replaces what it had counted before."""
        self._readings[process] = collections, counters

    def news(self, hurry=False):
        """Frames for what has changed since they were made last; none if that was just now, unless in a hurry."""
        now = time.monotonic_ns()
        if now - self._told_nanos < self.INTERVAL_NANOS and not hurry:
            return []
        self._told_nanos = now
        if self.here is not None:
            self.note("here", *self.here.reading())
        elif self._caller is not None:
            self.note("caller", self._caller.reading(), {})
        readings = list(self._readings.values())
        frames = []
        count, nanos, longest = 0, 0, 0
        counters = {}
        for (own_count, own_nanos, own_longest), own_counters in readings:
            count += own_count
            nanos += own_nanos
            longest = max(longest, own_longest)
            for protection, (additions, value) in own_counters.items():
                so_far = counters.get(protection, (0, 0))
                counters[protection] = so_far[0] + additions, so_far[1] + value
        if (count, nanos, longest) != self._collections:
            self._collections = count, nanos, longest
            frames.append((b"G", struct.pack("<3Q", count, nanos, longest)))
        if counters != self._counters:
            self._counters = counters
            words = [word for protection in counters for word in (protection, *counters[protection])]
            frames.append((b"C", struct.pack(f"<{len(words)}Q", *words)))
        return frames


# ----------------------------------------------------------------------------------------------------------------
# Draws
# ----------------------------------------------------------------------------------------------------------------

STREAM_FACTOR = 0xD6E8_FEB8_6659_FD93
GOLDEN = 0x9E37_79B9_7F4A_7C15
STEP_SALT = 0x5BD1_E995_9D1F_3A6B
ATTEMPT_BITS = (1 << 63) - (1 << 48)
"""Where the attempt stands in a task's number: each attempt draws anew, and all of them are of the same task kind."""

LONGEST_NANOS = 3_600_000_000_000
"""No time that is drawn is longer: some distributions have no end of their own."""


def mix(z):
    """The finisher of SplitMix64 (Steele, Lea, Flood 2014)."""
    z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB & MASK
    return z ^ (z >> 31)


def rotate_left(word, bits):
    """`word`, of 64 bits, rotated."""
    return (word << bits | word >> (64 - bits)) & MASK


class Rng:
    """A stream of numbers that depends on nothing but how it was made; `stats/rng.rs` is the original."""

    __slots__ = ("_state",)

    def __init__(self, seed, stream):
        self._state = mix(mix(seed & MASK) ^ (stream * STREAM_FACTOR & MASK))

    @classmethod
    def of_state(cls, state):
        """The stream that is in `state`: saves mixing a seed that is always the same."""
        rng = cls.__new__(cls)
        rng._state = state
        return rng

    def next(self):
        """The next 64 bits."""
        self._state = state = self._state + GOLDEN & MASK
        return mix(state)

    def unit(self):
        """Uniform in [0, 1), with 53 bits."""
        return (self.next() >> 11) / (1 << 53)

    def exponential(self):
        """Exponential with mean 1."""
        return -math.log(1.0 - self.unit())

    def normal(self):
        """Normal with mean 0 and deviation 1 (Box and Muller 1958)."""
        radius = math.sqrt(2.0 * self.exponential())
        return radius * math.cos(math.tau * self.unit())


def compile_time(distribution):
    """A function that draws a length of time in nanoseconds from the stream it is given."""
    (kind, arguments), = distribution.items()
    if kind == "constant":
        nanos = min(arguments, LONGEST_NANOS)
        return lambda rng: nanos
    if kind == "uniform":
        start, end = arguments
        width = float(max(end - start, 0))
        return lambda rng: min(start + int(rng.unit() * width), LONGEST_NANOS)
    if kind == "exponential":
        mean = float(arguments)
        return lambda rng: whole_nanos(mean * rng.exponential())
    if kind == "log_normal":
        median, sigma = arguments
        return lambda rng: whole_nanos(median * math.exp(sigma * rng.normal()))
    if kind == "bimodal":
        usual, other, other_share = arguments
        return lambda rng: min(other if rng.unit() < other_share else usual, LONGEST_NANOS)
    raise ProtocolError(f"times of the kind '{kind}' are not known")


def whole_nanos(nanos):
    """`nanos` cut to a whole number and to the longest time."""
    return int(nanos) if nanos < LONGEST_NANOS else LONGEST_NANOS


class Lanes:
    """Many words of 64 bits in one long integer, each in the lower half of a lane of 128.

    One operation of the language then works on all of them at the speed of C: for the many draws and digests of a
    chunk of small tasks, a seventh of the time that a loop takes.  No carry reaches the next lane, as the upper half
    of each is cleared after every step that can fill it.
    """

    def __init__(self, count):
        self._count = count
        self._ones = int.from_bytes((1).to_bytes(16, "little") * count, "little")
        self._words = self._ones * MASK
        self._multiples = self.times(self.pack(range(count)), STREAM_FACTOR)

    def streams(self, first):
        """`STREAM_FACTOR` times `first`, times the next number, and so on."""
        return self.add(self._multiples, first * STREAM_FACTOR & MASK)

    def all(self, word):
        """The same word in each lane."""
        return self._ones * word

    def pack(self, words):
        """One word for each lane."""
        lanes = array("Q", bytes(16 * self._count))
        lanes[0::2] = array("Q", words)
        return int.from_bytes(lanes.tobytes(), "little")

    def unpack(self, lanes):
        """The words of the lanes."""
        words = array("Q")
        words.frombytes(lanes.to_bytes(16 * self._count, "little"))
        return words[0::2]

    def add(self, lanes, word):
        """Adds `word` to each."""
        return lanes + self._ones * word & self._words

    def times(self, lanes, word):
        """Multiplies each by `word`."""
        return lanes * word & self._words

    def rotate_left(self, lanes, bits):
        """Rotates each."""
        return (lanes << bits | lanes >> (64 - bits)) & self._words

    def mix(self, lanes):
        """`mix` of each."""
        words = self._words
        lanes = (lanes ^ (lanes >> 30 & words)) * 0xBF58_476D_1CE4_E5B9 & words
        lanes = (lanes ^ (lanes >> 27 & words)) * 0x94D0_49BB_1331_11EB & words
        return lanes ^ (lanes >> 31 & words)


@lru_cache(maxsize=4)
def lanes_of(count):
    """Lanes for `count` words."""
    return Lanes(count)


class Permutation:
    """All numbers below `end`, each once, in an order that looks random (Hull and Dobell 1962)."""

    def __init__(self, end, rng):
        mask = (1 << (max(end, 1) - 1).bit_length()) - 1
        self._mask = mask
        self._state = rng.next() & mask
        self._multiplier = rng.next() & ~3 | 5
        self._increment = rng.next() | 1
        self._shift = max((mask.bit_length() + 1) // 2, 1)
        self._end = end

    def __iter__(self):
        mask, multiplier, increment = self._mask, self._multiplier & self._mask, self._increment & self._mask
        state, shift, end = self._state, self._shift, self._end
        left = end
        while left > 0:
            state = state * multiplier + increment & mask
            mixed = state ^ (state >> shift)
            if mixed < end:
                left -= 1
                yield mixed


# ----------------------------------------------------------------------------------------------------------------
# Kernels: what CPU stages compute
# ----------------------------------------------------------------------------------------------------------------


class Tables:
    """Data that kernels and payloads need, written by poolscope into the scratch folder.

    Each process loads what its tasks use before it takes the first one.
    """

    def __init__(self, tables):
        self._tables = tables
        """By their names: a path each, or on other machines what is in the file."""
        self._loaded = {}

    def get(self, name, shape=lambda data: data):
        """Table `name` in the form that `shape` makes of its bytes, made once."""
        if name not in self._loaded:
            self._loaded[name] = shape(self._bytes(name))
        return self._loaded[name]


    def map(self, name):
        """Table `name` as a map of the file, whose pages all processes share."""
        if name not in self._loaded:
            self._loaded[name] = self._map(name)
        return self._loaded[name]

    def _bytes(self, name):
        table = self._tables[name]
        return table if isinstance(table, bytes) else read_bytes(table)

    def _map(self, name):
        import mmap

        table = self._tables[name]
        if isinstance(table, bytes):
            return table
        with open(table, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Kernel:
    """A computation under way, from a place in its data that one draw decides; work done in parts is the same work."""

    GRAINS_PER_UNIT = 1
    """A grain is the least that can be done at once, a unit what scenarios count."""

    DRAW_MASK = MASK
    """The bits of a draw that decide."""

    def __init__(self, tables, draw):
        raise NotImplementedError

    def advance(self, grains):
        """Does so many grains more."""
        raise NotImplementedError

    def result(self):
        """A word that depends on all that was computed."""
        raise NotImplementedError

    @classmethod
    def work(cls, tables, grains):
        """A function of the deciding bits of a draw: the result of so many grains."""

        def work(draw):
            kernel = cls(tables, draw)
            kernel.advance(grains)
            return kernel.result()

        return work


class SumOfSquares(Kernel):
    """Adds up squares of consecutive integers in a loop of Python's own.  A grain is one of them."""

    DRAW_MASK = (1 << 20) - 1
    """Small integers: those of the language get slower as they get longer."""

    def __init__(self, tables, draw):
        self._next = draw & self.DRAW_MASK
        self._sum = 0

    def advance(self, grains):
        total = 0
        for number in range(self._next, self._next + grains):
            total += number * number
        self._sum += total
        self._next += grains

    def result(self):
        return self._sum & MASK

    @classmethod
    def work(cls, tables, grains):
        # As a program would write it: tasks of this kernel may be so small that the making of an object would show.
        def work(start):
            total = 0
            for number in range(start, start + grains):
                total += number * number
            return total & MASK

        return work


class PrimeCheck(Kernel):
    """Trial division of a prime by all odd numbers up to its square root.  A grain is one division."""

    PRIME = 10_000_000_019
    GRAINS_PER_UNIT = 49_999
    END = 2 * GRAINS_PER_UNIT + 3

    def __init__(self, tables, draw):
        self._divisor = 3
        self._divided = 0

    def advance(self, grains):
        # One of this thread's own: threads without a lock would fight for the count of its references.
        prime = self.PRIME + 0
        while grains > 0:
            end = min(self._divisor + 2 * grains, self.END)
            grains -= (end - self._divisor) // 2
            for divisor in range(self._divisor, end, 2):
                if prime % divisor == 0:
                    self._divided += 1
            self._divisor = end if end < self.END else 3

    def result(self):
        return self._divided


class Text:
    """A place in the generated text, which goes round."""

    BYTES = 128 << 10
    GRAIN_BYTES = 64

    def __init__(self, tables, draw):
        # Twice, so that no piece of up to its length has a seam.
        self._text = tables.get("text", lambda text: memoryview(text + text))
        self._at = draw % (self.BYTES // self.GRAIN_BYTES) * self.GRAIN_BYTES

    def pieces(self, grains, bytes_max=BYTES):
        """The next `grains` grains in pieces of `bytes_max`, the last one as long as it is."""
        left = grains * self.GRAIN_BYTES
        while left > 0:
            length = min(left, bytes_max)
            yield self._text[self._at : self._at + length]
            self._at = (self._at + length) % self.BYTES
            left -= length


class Sha256(Kernel):
    """Hashes text with hashlib, which releases the interpreter lock for 2 KiB and more.  A grain is 64 bytes."""

    GRAINS_PER_UNIT = 16

    def __init__(self, tables, draw):
        import hashlib

        self._text = Text(tables, draw)
        self._hash = hashlib.sha256()

    def advance(self, grains):
        for piece in self._text.pieces(grains):
            self._hash.update(piece)

    def result(self):
        return int.from_bytes(self._hash.digest()[:8], "little")


class Deflate(Kernel):
    """Compresses messages with zlib at level 6, which releases the interpreter lock.  A grain is 64 bytes.

    Compressors differ in what comes out.  What all agree on is the checksum of the input behind each message.
    """

    GRAINS_PER_UNIT = 16
    MESSAGE_BYTES = 64 << 10

    def __init__(self, tables, draw):
        self._text = Text(tables, draw)
        self._checksum = 0

    def advance(self, grains):
        for message in self._text.pieces(grains, self.MESSAGE_BYTES):
            compressed = zlib.compress(message, 6)
            self._checksum = zlib.crc32(compressed[-4:], self._checksum)

    def result(self):
        return self._checksum


class SmallDeflate(Deflate):
    """The same in messages of 4 KiB, for hitting a time.  A grain is one message."""

    GRAINS_PER_UNIT = 1
    MESSAGE_BYTES = 4 << 10

    def advance(self, grains):
        super().advance(grains * self.MESSAGE_BYTES // Text.GRAIN_BYTES)


class JsonParse(Kernel):
    """Parses orders of 512 bytes.  A grain is one of them."""

    GRAINS_PER_UNIT = 2
    DOCUMENT_BYTES = 512

    def __init__(self, tables, draw):
        self._documents = tables.get("json", self._cut)
        self._next = draw % len(self._documents)
        self._sum = 0

    @classmethod
    def _cut(cls, data):
        return [data[at : at + cls.DOCUMENT_BYTES] for at in range(0, len(data), cls.DOCUMENT_BYTES)]

    def advance(self, grains):
        documents = self._documents
        for place in range(self._next, self._next + grains):
            self._sum += json.loads(documents[place % len(documents)])["number"]
        self._next += grains

    def result(self):
        return self._sum & MASK


class Sort(Kernel):
    """Sorts copies of a thousand integers each with `list.sort`.  A grain is one copy."""

    INTEGERS = 1_000
    TABLE = 65_536

    def __init__(self, tables, draw):
        self._table = tables.get("sort", self._shape)
        self._at = draw % self.TABLE
        self._sum = 0

    @classmethod
    def _shape(cls, data):
        integers = list(struct.unpack(f"<{cls.TABLE}I", data))
        return integers + integers[: cls.INTEGERS]

    def advance(self, grains):
        for _ in range(grains):
            integers = self._table[self._at : self._at + self.INTEGERS]
            integers.sort()
            for place in (0, self.INTEGERS // 3, self.INTEGERS // 2, self.INTEGERS - 1):
                self._sum = rotate_left(self._sum, 1) ^ integers[place]
            self._at = (self._at + self.INTEGERS) % self.TABLE

    def result(self):
        return self._sum


class MatrixProduct(Kernel):
    """The product of two matrices of 64 x 64 by the plain triple loop.  A grain is one row of the product."""

    SIDE = 64
    GRAINS_PER_UNIT = SIDE

    def __init__(self, tables, draw):
        self._left, self._right = tables.get("matrix", self._shape)
        self._row = draw % self.SIDE
        self._sum = 0

    @classmethod
    def _shape(cls, data):
        side = cls.SIDE
        values = struct.unpack(f"<{2 * side * side}d", data)
        rows = [list(values[at : at + side]) for at in range(0, len(values), side)]
        return rows[:side], rows[side:]

    def advance(self, grains):
        for _ in range(grains):
            row = [0.0] * self.SIDE
            # Not sum(), which compensates for rounding since 3.12: the order of the additions is the digest's.
            for factor, right_row in zip(self._left[self._row], self._right):
                row = [sum_ + factor * value for sum_, value in zip(row, right_row)]
            self._sum += sum(struct.unpack("<64Q", struct.pack("<64d", *row)))
            self._row = (self._row + 1) % self.SIDE

    def result(self):
        return self._sum & MASK


class PointerChase(Kernel):
    """Follows a chain of pointers through 8 MiB.  A grain is one of them."""

    GRAINS_PER_UNIT = 1_000

    def __init__(self, tables, draw):
        self._chain = tables.get("chain", self._shape)
        self._place = draw % len(self._chain)
        self._sum = 0

    @staticmethod
    def _shape(data):
        chain = array("Q")
        chain.frombytes(data)
        return chain

    def advance(self, grains):
        chain, place, total = self._chain, self._place, 0
        for _ in range(grains):
            place = chain[place]
            total += place
        self._place = place
        self._sum += total

    def result(self):
        return self._sum & MASK


KERNELS = {
    "sum_of_squares": SumOfSquares,
    "prime_check": PrimeCheck,
    "sha256": Sha256,
    "deflate": Deflate,
    "json_parse": JsonParse,
    "sort": Sort,
    "matrix_product": MatrixProduct,
    "pointer_chase": PointerChase,
}


def compute_for(kernel, tables, nanos):
    """Computes until this thread has used `nanos` more of processor time.

    What is left when the next grain of `kernel` would take too long is filled with the finest kernel.
    """
    end = time.thread_time_ns() + nanos
    kernels = [SmallDeflate if kernel is Deflate else kernel]
    if kernel is not SumOfSquares:
        kernels.append(SumOfSquares)
    for kernel in kernels:
        compute_until(end, kernel(tables, 0))


def compute_until(end_nanos, work):
    """Computes until the thread's processor time is `end_nanos`, or so close that a grain would end later.

    A step is 80 % of what is left by the speed of the step before, then a look at the clock: few looks suffice, and
    the end is hit closely.  No step is more than twice all before it, as some kernels get slower as they go.
    """
    close_enough_nanos = 2_000  # A look at the clock costs about half of it.
    start = now = time.thread_time_ns()
    grain_nanos = 0.0
    while True:
        left = end_nanos - now
        if left < max(grain_nanos, close_enough_nanos):
            return
        most = 2 * (now - start)
        grains = max(int(min(left * 0.8, most) / grain_nanos), 1) if grain_nanos else 1
        work.advance(grains)
        then, now = now, time.thread_time_ns()
        grain_nanos = max((now - then) / grains, 0.01)


# ----------------------------------------------------------------------------------------------------------------
# Stages
# ----------------------------------------------------------------------------------------------------------------


class StageFailed(Exception):
    """A stage that did not end well; its text is for people."""


class TaskLost(StageFailed):
    """A task whose worker process is gone."""


class Step:
    """A stage of a task kind, made ready to be executed any number of times."""

    awaits = False
    """Whether it has a form for event loops that leaves them to others meanwhile: `run_async`."""

    blocks = False
    """Whether it runs on a thread all the same, where what blocks a loop does."""

    locks = False
    """Whether a task may wait for another one's lock in it."""

    def __init__(self, place, seed):
        self._mixed_seed = mix(seed + STEP_SALT * (place + 1) & MASK)
        self._place = place * STREAM_FACTOR & MASK

    def draws(self, number):
        """The step's own stream of draws in task `number`."""
        return Rng.of_state(mix(self._mixed_seed ^ (number * STREAM_FACTOR & MASK)))

    def digest(self, number, value):
        """What the step contributes to the digest of task `number`, having found `value`."""
        state = mix(mix(value ^ rotate_left(number, 17)) ^ self._place)
        return mix(state + GOLDEN & MASK)

    def digests(self, numbers, values):
        """`digest` for many tasks at once."""
        lanes = lanes_of(len(numbers))
        numbers = lanes.pack(numbers)
        states = lanes.mix(lanes.pack(values) ^ lanes.rotate_left(numbers, 17))
        states = lanes.mix(states ^ lanes.all(self._place))
        return lanes.unpack(lanes.mix(lanes.add(states, GOLDEN)))

    def look_ahead(self, first, count):
        """Makes the first draws of tasks `first` and up, if the step draws in each of them."""

    def in_a_row(self, bench, first, count):
        """A function that executes the step, and with what it is to be called for each of the tasks `first` and up."""

        def run(number):
            bench.begin()
            return self.run(bench, number)

        return run, range(first, first + count)

    def prepare(self, tables):
        """Loads what the step needs, so that no task pays for it."""

    def struck(self, affliction):
        """The step as it is in an attempt that something befalls."""
        return self

    def run(self, bench, number):
        """Executes the step for task `number` on this thread, and returns what it found: the same wherever it runs."""
        raise NotImplementedError


class CpuWork(Step):
    """Computes so many units."""

    LOOK_AHEAD = 4_096
    """So many draws are made at once."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._kernel = KERNELS[recipe["kernel"]]
        self._grains = recipe["work"] * self._kernel.GRAINS_PER_UNIT
        self._ahead = 0, ()
        """A task's number, and the deciding bits of the first draws of it and those that follow."""

    def prepare(self, tables):
        self._kernel(tables, 0)
        self._work = self._kernel.work(tables, self._grains)

    def look_ahead(self, first, count):
        draws = array("Q")
        end = first + count
        while first + len(draws) < end:
            piece = range(first + len(draws), end)[: self.LOOK_AHEAD]
            lanes = lanes_of(len(piece))
            states = lanes.mix(lanes.streams(piece[0]) ^ lanes.all(self._mixed_seed))
            draws += lanes.unpack(lanes.mix(lanes.add(states, GOLDEN)) & lanes.all(self._kernel.DRAW_MASK))
        self._ahead = first, draws

    def in_a_row(self, bench, first, count):
        if bench.holds():
            return super().in_a_row(bench, first, count)
        # Of the tiniest tasks each call would be a tenth.
        self.look_ahead(first, count)
        return self._work, self._ahead[1]

    def run(self, bench, number):
        first, draws = self._ahead
        place = number - first
        if 0 <= place < len(draws):
            return self._work(draws[place])
        return self._work(self.draws(number).next() & self._kernel.DRAW_MASK)


class CpuTime(Step):
    """Computes for so long."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._kernel = KERNELS[recipe["kernel"]]
        self._nanos = recipe["nanos"]

    def prepare(self, tables):
        self._kernel(tables, 0)

    def run(self, bench, number):
        compute_for(self._kernel, bench.tables, self._nanos)
        return self._nanos


class Wait(Step):
    """Waits, as for an answer from elsewhere."""

    awaits = True

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._time = compile_time(recipe["time"])

    def run(self, bench, number):
        nanos = self._time(self.draws(number))
        time.sleep(nanos / 1e9)
        return nanos

    async def run_async(self, bench, number):
        from asyncio import sleep

        nanos = self._time(self.draws(number))
        await sleep(nanos / 1e9)
        return nanos


# Files -----------------------------------------------------------------------------------------------------------

BLOCK_BYTES_MAX = 16 << 20
"""No call transfers more, which bounds what a worker holds."""


class Pattern:
    """What files hold: bytes that follow from their offset, so that every byte that is read can be verified.

    Every page begins with its own number; the rest is a piece of a fixed template, from a place that depends on the
    number.
    """

    PAGE_BYTES = 4_096
    NUMBER_BYTES = 8
    PLACES = 4_093

    def __init__(self, template):
        self._template = template

    def bytes(self, offset, length):
        """The `length` bytes that stand at `offset`."""
        rest_bytes = self.PAGE_BYTES - self.NUMBER_BYTES
        first = offset // self.PAGE_BYTES
        end = -(-(offset + length) // self.PAGE_BYTES)
        pieces = []
        for page in range(first, end):
            place = page % self.PLACES
            pieces.append(page.to_bytes(self.NUMBER_BYTES, "little"))
            pieces.append(self._template[place : place + rest_bytes])
        start = offset - first * self.PAGE_BYTES
        return b"".join(pieces)[start : start + length]


def fold(digest, offset, data):
    """Adds a block at `offset` to the digest of what was transferred."""
    few = min(len(data), 4)
    ends = data[:few].ljust(4, b"\0") + data[len(data) - few :].ljust(4, b"\0")
    block = int.from_bytes(ends, "little") ^ rotate_left(offset, 32) ^ len(data)
    return rotate_left(digest, 5) + block & MASK


def write_all_at(fd, data, offset):
    """Writes all of `data` at `offset`."""
    written = os.pwrite(fd, data, offset)
    while written < len(data):
        written += os.pwrite(fd, data[written:], offset + written)


def failing_while(doing, error):
    """A failure of the system as a failure of the stage."""
    return StageFailed(f"while {doing}: {error.strerror or error}")


class FileStep(Step):
    """A stage that transfers what files hold."""

    def prepare(self, tables):
        tables.get("file", Pattern)

    def pattern(self, bench):
        """What the files hold."""
        return bench.tables.get("file", Pattern)


class FileWrite(FileStep):
    """Creates a file in place of the worker's earlier one, writes and closes it, as a document that is saved."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._bytes = recipe["bytes"]
        self._block = min(max(recipe["block"], 1), BLOCK_BYTES_MAX, max(self._bytes, 1))
        self._random = recipe["random"]
        self._sync = recipe["sync"]

    def run(self, bench, number):
        try:
            return self._write(bench, number)
        except OSError as error:
            raise failing_while("writing a file in the scratch folder", error) from error

    def _write(self, bench, number):
        pattern = self.pattern(bench)
        blocks = range(-(-self._bytes // self._block))
        digest = 0
        fd = os.open(bench.path("worker"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            for block in Permutation(len(blocks), self.draws(number)) if self._random else blocks:
                offset = block * self._block
                data = pattern.bytes(offset, min(self._block, self._bytes - offset))
                write_all_at(fd, data, offset)
                digest = fold(digest, offset, data)
            if self._sync:
                os.fsync(fd)
        finally:
            os.close(fd)
        return digest


class FileAppend(FileStep):
    """Appends to a log that stays open.  Each of the first 64 threads of a process has one of its own."""

    LOGS_MAX = 64
    LOG_BYTES_MAX = 64 << 20
    """A log that would get longer starts anew, as logs that are rotated do."""
    CALL_BYTES_MAX = 1 << 20

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._bytes = recipe["bytes"]
        self._sync = recipe["sync"]

    def run(self, bench, number):
        try:
            return self._append(bench)
        except OSError as error:
            raise failing_while("appending to a log in the scratch folder", error) from error

    def _append(self, bench):
        pattern = self.pattern(bench)
        log = bench.shared.log(bench.number % self.LOGS_MAX)
        if log.bytes > 0 and log.bytes + self._bytes > self.LOG_BYTES_MAX:
            os.ftruncate(log.fd, 0)
            log.bytes = 0
        log.bytes += self._bytes
        digest = 0
        for offset in range(0, self._bytes, self.CALL_BYTES_MAX):
            data = pattern.bytes(offset, min(self.CALL_BYTES_MAX, self._bytes - offset))
            write(log.fd, data)
            digest = fold(digest, offset, data)
        if self._sync:
            # The data and what is needed to find it; macOS has no call for that alone.
            getattr(os, "fdatasync", os.fsync)(log.fd)
        return digest


class Log:
    """A log that is open."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self.bytes = 0
        """About how long it is: who shares a log may be a task late."""


class FileRead(FileStep):
    """Reads from a file that poolscope has prepared, at offsets, and verifies every byte."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._bytes = recipe["bytes"]
        self._block = min(max(recipe["block"], 1), BLOCK_BYTES_MAX, max(self._bytes, 1))
        self._random = recipe["random"]
        self._file_bytes = recipe["file_bytes"]
        self._blocks = max(self._file_bytes // self._block, 1)

    def run(self, bench, number):
        try:
            return self._read(bench, self.draws(number))
        except OSError as error:
            raise failing_while("reading the prepared file", error) from error

    def _read(self, bench, rng):
        pattern = self.pattern(bench)
        fd = bench.shared.prepared(self._file_bytes)
        offset = rng.next() % self._blocks * self._block
        if not self._random and self._file_bytes <= self._bytes:
            offset = 0
        digest, left = 0, self._bytes
        while left > 0:
            length = min(self._block, left, self._file_bytes - offset)
            data = read_exactly_at(fd, length, offset)
            if data != pattern.bytes(offset, length):
                raise StageFailed(f"the prepared file is damaged between byte {offset} and {offset + length}")
            digest = fold(digest, offset, data)
            left -= length
            offset += length
            if self._random:
                offset = rng.next() % self._blocks * self._block
            elif offset >= self._file_bytes:
                offset = 0
        return digest


def read_exactly_at(fd, length, offset):
    """Exactly `length` bytes from `offset` on."""
    data = os.pread(fd, length, offset)
    while len(data) < length:
        more = os.pread(fd, length - len(data), offset + len(data))
        if not more:
            raise StageFailed("the prepared file is shorter than it should be")
        data += more
    return data


# Memory ----------------------------------------------------------------------------------------------------------


class Memory(Step):
    """Allocates memory, uses it in one of four ways, and releases it: at once, or some tasks later."""

    WORD_BYTES = 8
    LINE_WORDS = 8
    PAGE_BYTES = 4_096

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._bytes = recipe["bytes"]
        self._words = -(-self._bytes // self.WORD_BYTES)
        self._hold_tasks = recipe["hold_tasks"]
        self._use = getattr(self, "_" + recipe["access"])

    def run(self, bench, number):
        try:
            memory, found = self._use(self.draws(number))
        except (MemoryError, OverflowError, OSError) as error:
            mebibytes = self._bytes / (1 << 20)
            raise StageFailed(
                f"the system refused {mebibytes:.1f} MiB of memory; lower 'size' or the number of workers"
            ) from error
        if self._hold_tasks > 0:
            bench.hold(memory, self._hold_tasks)
        return found

    def _allocate(self, rng):
        # Of all that the language offers, this asks the system for zeros and does not write them itself.
        return bytes(self._words * self.WORD_BYTES), self._bytes

    def _touch(self, rng):
        import mmap

        salt = rng.next()
        pages = -(-self._words * self.WORD_BYTES // self.PAGE_BYTES)
        memory = mmap.mmap(-1, max(pages, 1) * self.PAGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory[:: self.PAGE_BYTES] = b"\1" * max(pages, 1)
        return memory, sum_of_salted(salt, pages)

    def _stream(self, rng):
        salt = rng.next()
        memory = bytearray(b"\1") * (self._words * self.WORD_BYTES)
        # Reads to the end: there is no zero.
        if memory.find(0) != -1:
            raise StageFailed("the memory does not hold what was written to it")
        return memory, sum_of_salted(salt, self._words)

    def _chase(self, rng):
        line_words = self.LINE_WORDS
        lines = max(-(-self._words // line_words), 1)
        memory = array("Q", bytes(lines * line_words * self.WORD_BYTES))
        order = iter(Permutation(lines, rng))
        first = line = next(order)
        for following in order:
            memory[line * line_words] = following
            line = following
        memory[line * line_words] = first
        line, found = first, 0
        for _ in range(lines):
            line = memory[line * line_words]
            # Another order is another sum.
            found = (found << 1 & MASK | found >> 63) ^ line
        if line != first:
            raise StageFailed("the memory does not hold what was written to it")
        return memory, found


def sum_of_salted(salt, count):
    """The sum of `salt ^ i` over all i below `count`, bit by bit."""
    bits = count.bit_length()
    total = (salt >> bits << bits) * count
    for bit in range(bits):
        period = 2 << bit
        ones = count // period * (1 << bit) + max(count % period - (1 << bit), 0)
        if salt >> bit & 1:
            ones = count - ones
        total += ones << bit
    return total & MASK


# The loopback server ---------------------------------------------------------------------------------------------


class Call:
    """One request: all that the server has to know."""

    def __init__(self, delay_nanos, request_bytes, response_bytes, fails):
        self.delay_nanos = delay_nanos
        self.request_bytes = request_bytes
        self.response_bytes = response_bytes
        self.fails = fails

    def check(self, head):
        """What the task has of the answer `head`, if it is the one that was asked for."""
        status, length, _ = head
        wanted = ("error", 0) if self.fails else ("good", self.response_bytes)
        if (status, length) != wanted:
            raise StageFailed(
                "the loopback server gave another answer than it was asked for: "
                f"{'a good one' if status == 'good' else 'an ' + status} ({length} bytes)"
            )
        if self.fails:
            raise StageFailed("the loopback server answered with an error (503), as the stage's 'errors' asks")
        return self.delay_nanos + self.request_bytes + self.response_bytes & MASK


class Http:
    """As much of HTTP/1.1 as is needed; the same bytes for threads and for event loops."""

    @staticmethod
    def request(call):
        """The header of a request."""
        path = f"/{call.delay_nanos}/{call.response_bytes}" + ("/503" if call.fails else "")
        if call.request_bytes == 0:
            return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        return (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {call.request_bytes}\r\n\r\n"
        ).encode()

    @staticmethod
    def answer(received):
        """The length of the answer's header, and (status, length of the body, whether the server closes)."""
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = bytes(received[:end]).decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        statuses = {"200": "good", "503": "error"}
        status = statuses.get(lines[0].split(" ")[1], "answer that it does not know the request")
        closes = headers.get("connection", "").lower() == "close"
        return end + 4, (status, int(headers["content-length"]), closes)


class Tcp:
    """Frames: a header of fixed length that names the length of what follows."""

    MARK = 1
    REQUEST = struct.Struct("<BBQQQ")
    ANSWER = struct.Struct("<BBBQ")

    @classmethod
    def request(cls, call):
        """The header of a request."""
        return cls.REQUEST.pack(cls.MARK, call.fails, call.delay_nanos, call.request_bytes, call.response_bytes)

    @classmethod
    def answer(cls, received):
        """As `Http.answer`."""
        if len(received) < cls.ANSWER.size:
            return None
        mark, failed, closes, length = cls.ANSWER.unpack_from(received)
        if mark != cls.MARK:
            raise StageFailed("while asking the loopback server: not an answer")
        return cls.ANSWER.size, ("error" if failed else "good", length, bool(closes))


class Exchange:
    """A request and its answer, whoever carries the bytes."""

    CHUNK_BYTES = 64 << 10
    TOGETHER_BYTES = 16 << 10
    """A request and a body up to this length leave in one piece."""
    HEADER_BYTES_MAX = 4 << 10
    PERIOD = 251
    TABLE = bytes(range(PERIOD)) * (CHUNK_BYTES // PERIOD + 2)
    """Of what bodies consist: a byte's value follows from its place."""

    def __init__(self, protocol, call):
        self._protocol = protocol
        self._call = call
        self._received = bytearray()
        self._left = 0
        self._taken = 0
        self._head = None

    def to_send(self):
        """What to send, in pieces."""
        total = self._call.request_bytes
        sent = min(total, self.TOGETHER_BYTES)
        yield self._protocol.request(self._call) + self._body(0, sent)
        while sent < total:
            length = min(total - sent, self.CHUNK_BYTES)
            yield self._body(sent, length)
            sent += length

    def take(self, data):
        """Takes in and verifies what was received; the answer's head once it is whole, None before."""
        if not data:
            raise StageFailed("while asking the loopback server: it closed the connection")
        if self._head is None:
            self._received += data
            answer = self._protocol.answer(self._received)
            if answer is None:
                if len(self._received) > self.HEADER_BYTES_MAX:
                    raise StageFailed("while asking the loopback server: the header does not end")
                return None
            length, self._head = answer
            self._left = self._head[1]
            data = bytes(self._received[length:])
        if len(data) > self._left:
            raise StageFailed("while asking the loopback server: more bytes came than were announced")
        if data != self._body(self._taken, len(data)):
            raise StageFailed("while asking the loopback server: other bytes came than were sent")
        self._taken += len(data)
        self._left -= len(data)
        return None if self._left else self._head

    def _body(self, place, length):
        start = place % self.PERIOD
        return self.TABLE[start : start + length]


class Network(Step):
    """Asks the loopback server, over a connection that is kept unless the server closes it."""

    awaits = True

    LOOK_SECONDS = 0.05
    """How long a connection may take to be accepted before it is tried anew: the system would wait a second."""
    LINGER_NOT = struct.pack("ii", 1, 0)
    """Lets a connection go at once: otherwise each would keep its port for a minute."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._protocol = {"http": Http, "tcp": Tcp}[recipe["op"]]
        self._delay = compile_time(recipe["delay"])
        self._request_bytes = recipe["request"]
        self._response_bytes = recipe["response"]
        self._errors = recipe["errors"]

    def struck(self, affliction):
        harmless = affliction.server_nanos == 0 and not affliction.marks & SERVER_FAILS
        return self if harmless else StruckNetwork(self, affliction)

    def _call(self, number):
        rng = self.draws(number)
        delay_nanos = self._delay(rng)
        fails = self._errors > 0 and rng.unit() < self._errors
        return Call(delay_nanos, self._request_bytes, self._response_bytes, fails)

    def run(self, bench, number):
        call = self._call(number)
        try:
            connection = bench.connection or self._connect(bench)
            bench.connection = None
            head = self._exchange(connection, call)
        except OSError as error:
            raise failing_while("asking the loopback server", error) from error
        if head[2]:
            self._close(connection)
        else:
            bench.connection = connection
        return call.check(head)

    def _connect(self, bench):
        import socket

        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", bench.shared.server_port), self.LOOK_SECONDS)
            except TimeoutError:
                continue
            except socket.timeout:  # Not the same before CPython 3.10.
                continue
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection

    def _exchange(self, connection, call):
        exchange = Exchange(self._protocol, call)
        for piece in exchange.to_send():
            connection.sendall(piece)
        head = None
        while head is None:
            head = exchange.take(connection.recv(exchange.CHUNK_BYTES))
        return head

    def _close(self, connection):
        import socket

        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self.LINGER_NOT)
        connection.close()

    def run_async(self, bench, number):
        return Metered(self._ask_async(bench, number), bench)

    async def _ask_async(self, bench, number):
        call = self._call(number)
        idle = bench.shared.idle_streams
        try:
            reader, writer = idle.pop() if idle else await self._open(bench)
            try:
                head = await self._exchange_async(reader, writer, call)
            except BaseException:
                # Also where the task is cancelled: the answer would be taken for another's.
                self._close_stream(writer)
                raise
        except OSError as error:
            raise failing_while("asking the loopback server", error) from error
        if head[2]:
            self._close_stream(writer)
        else:
            idle.append((reader, writer))
        return call.check(head)

    async def _open(self, bench):
        import asyncio

        while True:
            opening = asyncio.open_connection("127.0.0.1", bench.shared.server_port)
            try:
                # Streams switch Nagle's algorithm off by themselves.
                return await asyncio.wait_for(opening, self.LOOK_SECONDS)
            except asyncio.TimeoutError:
                continue

    async def _exchange_async(self, reader, writer, call):
        exchange = Exchange(self._protocol, call)
        for piece in exchange.to_send():
            writer.write(piece)
            await writer.drain()
        head = None
        while head is None:
            head = exchange.take(await reader.read(exchange.CHUNK_BYTES))
        return head

    def _close_stream(self, writer):
        import socket

        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self.LINGER_NOT)
        writer.close()


class Metered:
    """A coroutine of which each step's processor time is noted.

    What the event loop itself does between two steps, as it reads for all connections, belongs to none of them.
    """

    __slots__ = "_coroutine", "_bench"

    def __init__(self, coroutine, bench):
        self._coroutine = coroutine
        self._bench = bench

    def __await__(self):
        step, sent = self._coroutine.send, None
        while True:
            before = time.thread_time_ns()
            try:
                awaited = step(sent)
            except StopIteration as end:
                return end.value
            finally:
                self._bench.on_cpu_nanos += time.thread_time_ns() - before
            try:
                step, sent = self._coroutine.send, (yield awaited)
            except BaseException as error:
                step, sent = self._coroutine.throw, error


# Locks and counters ----------------------------------------------------------------------------------------------


class ReadWriteLock:
    """Any number of readers or one writer; the standard library has none.  Who comes by may overtake who waits."""

    def __init__(self):
        self._condition = threading.Condition()
        self._inside = 0
        """Readers, or -1 for a writer."""

    def acquire(self, reads, blocking=True):
        """Enters; false if that takes waiting and is not `blocking`."""
        with self._condition:
            while self._inside < 0 or (self._inside > 0 and not reads):
                if not blocking:
                    return False
                self._condition.wait()
            self._inside = self._inside + 1 if reads else -1
            return True

    def release(self, reads):
        """Leaves."""
        with self._condition:
            self._inside = self._inside - 1 if reads else 0
            if self._inside == 0:
                self._condition.notify_all()


class AsyncReadWriteLock:
    """The same for tasks of an event loop, which hand over only where they await."""

    def __init__(self):
        self._inside = 0
        self._waiters = []

    def is_free(self, reads):
        """Whether entering takes no waiting."""
        return self._inside == 0 or (reads and self._inside > 0)

    async def acquire(self, reads):
        """Enters."""
        from asyncio import get_running_loop

        while not self.is_free(reads):
            waiter = get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        self._inside = self._inside + 1 if reads else -1

    def release(self, reads):
        """Leaves; awaits nothing, so that nobody can be cancelled on the way out."""
        self._inside = self._inside - 1 if reads else 0
        if self._inside == 0:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


class Lock(Step):
    """Goes through a critical section: takes one of the process's numbered locks and stays inside for a time."""

    locks = True

    awaits = True
    blocks = True
    LOCKS_MAX = 1_024

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._hold = compile_time(recipe["hold"])
        self._computes = recipe["cpu"]
        self._locks = min(max(recipe["locks"], 1), self.LOCKS_MAX)
        self._readers = recipe["readers"]

    def struck(self, affliction):
        return LongLock(self, affliction.lock_nanos) if affliction.lock_nanos else self

    def _draw(self, task_number):
        """The number of the lock, whether it is only for reading, and how long to stay."""
        rng = self.draws(task_number)
        number = rng.next() % self._locks
        drawn = rng.unit()
        reads = self._readers is not None and drawn < self._readers
        return number, reads, self._hold(rng)

    @staticmethod
    def _digest(number, reads, hold_nanos):
        return hold_nanos ^ rotate_left(number << 1 | reads, 48)

    def run(self, bench, number):
        number, reads, hold_nanos = drawn = self._draw(number)
        if self._readers is None:
            lock = bench.shared.locks[number]
            if not lock.acquire(blocking=False):
                bench.wait_for(lock.acquire)
            try:
                self._stay(bench, hold_nanos)
            finally:
                lock.release()
        else:
            lock = bench.shared.read_write_locks[number]
            if not lock.acquire(reads, blocking=False):
                bench.wait_for(lock.acquire, reads)
            try:
                self._stay(bench, hold_nanos)
            finally:
                lock.release(reads)
        return self._digest(*drawn)

    def _stay(self, bench, hold_nanos):
        if self._computes:
            compute_for(SumOfSquares, bench.tables, hold_nanos)
        else:
            time.sleep(hold_nanos / 1e9)

    async def run_async(self, bench, number):
        number, reads, hold_nanos = drawn = self._draw(number)
        if self._readers is None:
            lock = bench.shared.async_locks[number]
            arrival = time.monotonic_ns() if lock.locked() else None
            async with lock:
                bench.waited_since(arrival)
                await self._stay_async(bench, hold_nanos)
        else:
            lock = bench.shared.async_read_write_locks[number]
            arrival = None if lock.is_free(reads) else time.monotonic_ns()
            await lock.acquire(reads)
            try:
                bench.waited_since(arrival)
                await self._stay_async(bench, hold_nanos)
            finally:
                lock.release(reads)
        return self._digest(*drawn)

    async def _stay_async(self, bench, hold_nanos):
        from asyncio import sleep

        if self._computes:
            bench.meter(compute_for, SumOfSquares, bench.tables, hold_nanos)
        else:
            await sleep(hold_nanos / 1e9)


class Counter(Step):
    """Adds to a counter that all threads of the process share, with a lock or without."""

    locks = True

    PROTECTIONS = {"unprotected": 0, "locked": 1}
    """As the protocol numbers them."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._increments = recipe["increments"]
        self._protection = self.PROTECTIONS[recipe["protection"]]

    def struck(self, affliction):
        return LongCounter(self, affliction.lock_nanos) if affliction.lock_nanos else self

    def run(self, bench, number):
        counter = bench.shared.counters[self._protection]
        if self._protection == self.PROTECTIONS["locked"]:
            self._add_locked(bench, counter)
        else:
            # Read, add, write back: another thread may come in between and its updates are lost.  Since CPython
            # 3.10 the interpreter hands over only at the end of a loop's turn, so that it rarely does.
            for _ in range(self._increments):
                counter.value += 1
        additions = bench.additions
        additions[self._protection] = additions.get(self._protection, 0) + self._increments
        return self._increments

    def _add_locked(self, bench, counter):
        lock = counter.lock
        for _ in range(self._increments):
            if not lock.acquire(blocking=False):
                bench.wait_for(lock.acquire)
            counter.value += 1
            lock.release()


class SharedCounter:
    """A number that tasks add to."""

    def __init__(self):
        self.value = 0
        self.lock = threading.Lock()


# Payload ---------------------------------------------------------------------------------------------------------


LOCK_KEPT_BYTES = 5_120
"""What zlib computes at most while it keeps the interpreter lock."""


def sampled_checksum(data, start=0, end=None):
    """A checksum of every 64th byte: one of each cache line, so that all of it must be there.

    `data` is bytes or a map, no view of them: with a step, slices of views take five times as long.
    """
    sample = memoryview(data[start:end:64])
    checksum = 0
    # Of more than that, zlib gives up the interpreter lock: threads would hand it over for nothing.
    for place in range(0, len(sample), LOCK_KEPT_BYTES):
        checksum = zlib.crc32(sample[place : place + LOCK_KEPT_BYTES], checksum)
    return checksum


class Payload(Step):
    """Brings bytes to the worker and back.

    A thread is handed a reference.  To a worker process they really travel, and its result really comes back; the
    caller compares that with what the worker says it wrote.
    """

    PARTS = 4
    PART_STRIDE = 16_384
    """Tasks bring different parts of what the caller has: so many, so far from each other."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self.to_worker = recipe["to_worker"]
        self.back = recipe["back"]

    def prepare(self, tables):
        tables.map("payload")

    def brought(self, number):
        """Where in the table what task `number` brings to its worker begins and ends."""
        start = self._start(self.draws(number).next())
        return start, start + self.to_worker

    def _start(self, draw):
        return draw % self.PARTS * self.PART_STRIDE

    def run(self, bench, number):
        draw = self.draws(number).next()
        start = self._start(draw)
        table = bench.tables.map("payload")
        result = table[start : start + self.back]
        if bench.mail is None:
            read = sampled_checksum(table, start, start + self.to_worker)
            check_payload(sampled_checksum(result), sampled_checksum(table, start, start + self.back))
        else:
            read = bench.mail.read()
            bench.mail.put(result)
        return read << 32 ^ Rng(draw, self.back).next()


def check_payload(read, written):
    """Compares the checksum of what came back, as its receiver reads it, with what its writer says it wrote."""
    if read != written:
        raise StageFailed("the payload that came back is not the one that the worker wrote")


def cpu_step(place, seed, recipe):
    """The step of a CPU stage, by work or by time."""
    return (CpuWork if "work" in recipe else CpuTime)(place, seed, recipe)


STEPS = {
    "cpu": cpu_step,
    "wait": Wait,
    "file_write": FileWrite,
    "file_append": FileAppend,
    "file_read": FileRead,
    "memory": Memory,
    "http": Network,
    "tcp": Network,
    "lock": Lock,
    "counter": Counter,
    "payload": Payload,
}


# ----------------------------------------------------------------------------------------------------------------
# Faults: what goes wrong on purpose
# ----------------------------------------------------------------------------------------------------------------

AFFLICTION = struct.Struct("<2Qd6Q")
"""Of one order: its ticket, marks, and what `Affliction` holds of numbers."""

ERROR, HANG, SERVER_FAILS = 1, 2, 4
"""Marks of an affliction; the crash and its code have a byte each above them."""

PANIC, EXIT, ABORT, SEGFAULT, KILL, STACK_OVERFLOW = range(1, 7)
"""How an attempt takes its worker with it; 0 for not at all."""

Affliction = namedtuple(
    "Affliction", "marks factor added_nanos leak_bytes leak_up_to stall_nanos server_nanos lock_nanos"
)
"""What befalls one attempt: how it is slowed down, what it leaves behind, and how long what it uses takes longer."""


def afflictions_of(payload):
    """(ticket, what befalls the order) for each record."""
    for ticket, *rest in AFFLICTION.iter_unpack(payload):
        yield ticket, Affliction(*rest)


def tickets_of(payload):
    """The tickets of orders that were given up."""
    return struct.unpack(f"<{len(payload) // 8}Q", payload)


def crash_of(affliction):
    """How it takes its worker with it, and the code of an exit."""
    return affliction.marks >> 8 & 255, affliction.marks >> 16 & 255


class Struck(namedtuple("Struck", "phase affliction")):
    """Stands in the place of an order's phase where something befalls the order."""

    __slots__ = ()

    def segments(self, phases):
        """The segments of the phase with what befalls them."""
        last_phase = self.phase == len(phases) - 1
        segments = phases[self.phase]
        return [
            (pool, self._steps(steps, self.phase == place == 0, last_phase and place == len(segments) - 1))
            for place, (pool, steps) in enumerate(segments)
        ]

    def _steps(self, steps, is_first, is_last):
        affliction = self.affliction
        before = Before(affliction, is_first, is_last)
        return [before, *(step.struck(affliction) for step in steps), After(affliction, before, is_last)]


def plain(phase):
    """A phase without what befalls an order."""
    return phase.phase if isinstance(phase, Struck) else phase


class Blow(Step):
    """What happens to an attempt beside its stages; it finds nothing and is no part of the digest."""

    awaits = True

    def digest(self, number, value):
        return 0


class Before(Blow):
    """What befalls a segment of an attempt before its stages."""

    def __init__(self, affliction, is_first, is_last):
        self._affliction = affliction
        self._is_first = is_first
        self._is_last = is_last
        self.end_nanos = 0

    def run(self, bench, number):
        affliction = self._affliction
        if self._is_first and affliction.stall_nanos:
            time.sleep(affliction.stall_nanos / 1e9)
        if self._is_last:
            leak(affliction.leak_bytes, affliction.leak_up_to)
            crash(*crash_of(affliction))
        self.end_nanos = time.monotonic_ns()

    async def run_async(self, bench, number):
        # Awaits nothing: an event loop that is blocked stands still.
        bench.meter(self.run, bench, number)


class After(Blow):
    """What befalls a segment of an attempt after its stages, if these have ended well."""

    def __init__(self, affliction, before, is_last):
        self._affliction = affliction
        self._before = before
        self._is_last = is_last

    def _seconds(self):
        """How long it waits, having done its work."""
        took = time.monotonic_ns() - self._before.end_nanos
        nanos = (self._affliction.factor - 1) * took
        if self._is_last:
            nanos += self._affliction.added_nanos
        return min(max(nanos, 0), LONGEST_NANOS) / 1e9

    def _is(self, mark):
        return self._is_last and self._affliction.marks & mark

    def _end(self):
        if self._is(ERROR):
            raise StageFailed("injected fault: error")

    def run(self, bench, number):
        seconds = self._seconds()
        while self._is(HANG):
            time.sleep(LONGEST_NANOS / 1e9)
        if seconds:
            time.sleep(seconds)
        self._end()

    async def run_async(self, bench, number):
        from asyncio import get_running_loop, sleep

        seconds = self._seconds()
        if self._is(HANG):
            await get_running_loop().create_future()
        if seconds:
            await sleep(seconds)
        self._end()


_leaks = {}
"""What attempts have left behind, by the thread."""


def leak(size, up_to):
    """Leaves memory behind in this worker that is written and never given back."""
    left = _leaks.setdefault(threading.get_ident(), [])
    size = min(size, up_to - sum(map(len, left)))
    if size > 0:
        try:
            left.append(bytearray(b"\1") * size)
        except MemoryError:
            raise StageFailed("injected fault: leak: the system refuses the memory") from None


def crash(how, code):
    """Takes the worker with it: the process, wherever the worker is no process of its own."""
    if how == PANIC:
        raise StageFailed("injected fault: panic")
    if how == STACK_OVERFLOW:
        # Here that is an exception.
        crash(how, code)
    if how:
        import resource

        # It is meant: nobody looks for its cause in a dump.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if how == EXIT:
        os._exit(code)
    if how == ABORT:
        os.abort()
    while how:
        os.kill(os.getpid(), {SEGFAULT: signal.SIGSEGV, KILL: signal.SIGKILL}[how])


class LongLock(Lock):
    """A lock that is held for longer."""

    def __init__(self, lock, nanos):
        self.__dict__.update(lock.__dict__)
        self._added_seconds = nanos / 1e9

    def _stay(self, bench, hold_nanos):
        super()._stay(bench, hold_nanos)
        time.sleep(self._added_seconds)

    async def _stay_async(self, bench, hold_nanos):
        from asyncio import sleep

        await super()._stay_async(bench, hold_nanos)
        await sleep(self._added_seconds)


class LongCounter(Counter):
    """A counter whose lock is held for longer, once, before the first addition."""

    def __init__(self, counter, nanos):
        self.__dict__.update(counter.__dict__)
        self._added_seconds = nanos / 1e9

    def _add_locked(self, bench, counter):
        if not counter.lock.acquire(blocking=False):
            bench.wait_for(counter.lock.acquire)
        try:
            time.sleep(self._added_seconds)
        finally:
            counter.lock.release()
        super()._add_locked(bench, counter)


class StruckNetwork(Network):
    """Asks a server that is slow, or that fails."""

    def __init__(self, network, affliction):
        self.__dict__.update(network.__dict__)
        self._affliction = affliction

    def _call(self, number):
        return StruckCall(super()._call(number), self._affliction)


class StruckCall(Call):
    """A request that asks the server for more than the task drew."""

    def __init__(self, drawn, affliction):
        delay_nanos = min(drawn.delay_nanos + affliction.server_nanos, MASK)
        fails = drawn.fails or bool(affliction.marks & SERVER_FAILS)
        super().__init__(delay_nanos, drawn.request_bytes, drawn.response_bytes, fails)
        self._drawn = drawn

    def check(self, head):
        if self.fails and not self._drawn.fails and head[:2] == ("error", 0):
            raise StageFailed("the loopback server answered with an error (503), as an injected fault asks")
        return super().check(head) - self.delay_nanos + self._drawn.delay_nanos & MASK


# ----------------------------------------------------------------------------------------------------------------
# Workers: executing tasks
# ----------------------------------------------------------------------------------------------------------------


class Recipes:
    """The task kinds of the scenario, and which task is of which kind."""

    def __init__(self, setup):
        self._seed = setup["seed"]
        self._kinds = []
        """For each kind its phases; for each phase its segments: (pool, steps that are executed without a break)."""
        self._cumulative_weights = []
        total = 0.0
        for kind in setup["kinds"]:
            steps = [STEPS[recipe["op"]](place, self._seed, recipe) for place, recipe in enumerate(kind["steps"])]
            self._kinds.append(
                [[(pool, steps[first:end]) for first, end, pool in phase] for phase in kind["phases"]]
            )
            total += kind["weight"]
            self._cumulative_weights.append(total)

    def segments(self, number, phase):
        """The segments of a phase of task `number`."""
        kind = 0
        if len(self._kinds) > 1:
            drawn = Rng(self._seed, number & ~ATTEMPT_BITS).unit() * self._cumulative_weights[-1]
            kind = min(bisect_right(self._cumulative_weights, drawn), len(self._kinds) - 1)
        try:
            return self._kinds[kind][phase]
        except TypeError:
            return phase.segments(self._kinds[kind])

    def only_step(self, phase):
        """The step that is all that any task executes in a phase; None where there is no such."""
        if len(self._kinds) == 1 and len(self._kinds[0][phase]) == 1:
            _, steps = self._kinds[0][phase][0]
            if len(steps) == 1:
                return steps[0]
        return None

    def steps(self):
        """All steps of all kinds."""
        return [step for kind in self._kinds for phase in kind for _, steps in phase for step in steps]

    def look_ahead(self, phase, first, count):
        """Makes the draws that tasks `first` and up begin with, where each of them does: a tenth of the cost."""
        if len(self._kinds) == 1:
            for _, steps in self._kinds[0][plain(phase)]:
                for step in steps:
                    step.look_ahead(first, count)


class Numbered(dict):
    """Things with a number, each made when it is first asked for."""

    def __init__(self, make):
        super().__init__()
        self._make = make

    def __missing__(self, number):
        return self.setdefault(number, self._make(number))


class Shared:
    """What all threads of a process share: locks, counters, open files."""

    def __init__(self, setup):
        self.scratch = setup["scratch"]
        self.server_port = setup["server_port"]
        self.locks = Numbered(lambda _: threading.Lock())
        self.read_write_locks = Numbered(lambda _: ReadWriteLock())
        self.async_locks = Numbered(lambda _: sys.modules["asyncio"].Lock())
        self.async_read_write_locks = Numbered(lambda _: AsyncReadWriteLock())
        self.counters = Numbered(lambda _: SharedCounter())
        self.idle_streams = []
        """Connections of the event loop that no task uses just now."""
        self._opening = threading.Lock()
        self._logs = {}
        self._prepared = {}

    def log(self, number):
        """Log `number`, opened if nobody has done so."""
        with self._opening:
            if number not in self._logs:
                self._logs[number] = Log(os.path.join(self.scratch, f"log-{os.getpid()}-{number}.bin"))
            return self._logs[number]

    def prepared(self, size):
        """The descriptor of the prepared file of `size` bytes, opened if nobody has done so."""
        with self._opening:
            if size not in self._prepared:
                self._prepared[size] = os.open(os.path.join(self.scratch, f"read-{size}.bin"), os.O_RDONLY)
            return self._prepared[size]


class Bench:
    """What a thread that executes tasks keeps from task to task, and what it notes of the one under way."""

    def __init__(self, shared, tables, number):
        self.shared = shared
        self.tables = tables
        self.number = number
        """Different for each thread of the process."""
        self.connection = None
        """To the loopback server."""
        self.mail = None
        """In a worker process: what came with the task and what goes back."""
        self.additions = {}
        """How often was added to a counter, by its protection."""
        self.lock_wait_nanos = 0
        """How long the task has waited for locks."""
        self.on_cpu_nanos = 0
        """Processor time of those pieces that were metered one by one."""
        self._tasks = 0
        self._held = []

    def begin(self):
        """Begins with the next task: releases what earlier ones held until now."""
        self.lock_wait_nanos = 0
        self._tasks += 1
        if self._held:
            # Stages may hold for different times: the oldest is not always the first to go.
            self._held[:] = [held for held in self._held if held[0] >= self._tasks]

    def holds(self):
        """Whether there is anything that the next task or a later one is to release."""
        return bool(self._held)

    def for_task(self):
        """A bench for one of many tasks on an event loop: notes of its own, all else in common."""
        self.begin()
        bench = Bench.__new__(Bench)
        bench.__dict__.update(self.__dict__, on_cpu_nanos=0)
        return bench

    def hold(self, memory, tasks):
        """Keeps `memory` until `tasks` further tasks of this thread have ended."""
        self._held.append((self._tasks + tasks, memory))

    def path(self, what):
        """Where a file of this thread lies."""
        return os.path.join(self.shared.scratch, f"{what}-{os.getpid()}-{self.number}.bin")

    def wait_for(self, acquire, *arguments):
        """Waits for a lock that was found taken, and notes for how long."""
        arrival = time.monotonic_ns()
        acquire(*arguments)
        self.waited_since(arrival)

    def waited_since(self, arrival):
        """Notes a wait for a lock that began at `arrival`; None where there was none."""
        if arrival is not None:
            self.lock_wait_nanos += time.monotonic_ns() - arrival

    def meter(self, function, *arguments):
        """Calls `function` and notes the processor time it takes."""
        before = time.thread_time_ns()
        try:
            return function(*arguments)
        finally:
            self.on_cpu_nanos += time.thread_time_ns() - before


class Worker:
    """Executes tasks in this process (in this interpreter, where a process has several)."""

    def __init__(self, setup):
        self.recipes = Recipes(setup)
        self.tables = Tables(setup["tables"])
        self.shared = Shared(setup)
        for step in self.recipes.steps():
            step.prepare(self.tables)
        self.name = os.getpid(), threading.get_ident()
        """Different for each process and interpreter."""
        self.at_hand = None
        """Where a worker process notes what it has at hand; None where nobody asks."""
        self._local = threading.local()
        self._benches = []
        self.collections = Collections()
        self._told = self.reading()
        self._counts = any(isinstance(step, Counter) for step in self.recipes.steps())

    def reading(self):
        """Garbage collections and counters until now."""
        additions = {}
        for bench in list(self._benches):
            for protection, count in list(bench.additions.items()):
                additions[protection] = additions.get(protection, 0) + count
        counters = {
            protection: (count, self.shared.counters[protection].value) for protection, count in additions.items()
        }
        return self.collections.reading(), counters

    def news(self):
        """(process, garbage collections, counters) if they have changed since they were told last."""
        if not self._counts and self.collections.count == self._told[0][0]:
            return None
        reading = self.reading()
        self._told = reading
        return (self.name, *reading)

    def bench(self):
        """The bench of this thread."""
        try:
            return self._local.bench
        except AttributeError:
            bench = Bench(self.shared, self.tables, len(self._benches))
            self._benches.append(bench)
            self._local.bench = bench
            return bench

    def execute(self, number, steps):
        """Executes `steps` of task `number` on this thread."""
        cpu_nanos = time.thread_time_ns()
        start, end, lock_wait, values, failure = self.execute_unmetered(number, steps)
        on_cpu = time.thread_time_ns() - cpu_nanos
        return Executed(start, end, on_cpu, lock_wait, digest(number, steps, values), failure)

    def execute_unmetered(self, number, steps):
        """As `execute` without reading the processor time, which takes half a microsecond.

        Returns start and end, time waited for locks (nanoseconds), what the steps found, and the text of a failure.
        """
        bench = self.bench()
        bench.begin()
        failure = None
        values = []
        start = time.monotonic_ns()
        try:
            for step in steps:
                values.append(step.run(bench, number))
        except Exception as error:
            failure = words(error)
        end = time.monotonic_ns()
        return start, end, bench.lock_wait_nanos, values, failure


Executed = namedtuple("Executed", "start end on_cpu lock_wait digest failure")
"""Steps of a task that were executed.

`start` and `end` are the instants of the first and the last instruction; `on_cpu` (or NOT_KNOWN) and `lock_wait` are
nanoseconds on a processor and waiting for locks; `digest` is the sum over the steps; `failure` says why it failed.
"""


def joined(first, later):
    """What was executed in two parts, as one; `first` is None where there is none."""
    if first is None:
        return later
    known = NOT_KNOWN not in (first.on_cpu, later.on_cpu)
    return Executed(
        first.start,
        later.end,
        first.on_cpu + later.on_cpu if known else NOT_KNOWN,
        first.lock_wait + later.lock_wait,
        first.digest + later.digest & MASK,
        later.failure,
    )


def digest(number, steps, values):
    """The digest of steps of task `number` that were executed: a sum, so that parts can be added."""
    total = 0
    for step, value in zip(steps, values):
        total += step.digest(number, value)
    return total & MASK


def words(error):
    """An exception in words."""
    if isinstance(error, StageFailed):
        return str(error)
    # As the last line of a traceback shows it.
    return "".join(traceback.format_exception_only(type(error), error)).strip()


# Worker processes ------------------------------------------------------------------------------------------------

_worker = None
"""The worker of this process, where a pool starts processes: made by its initializer, found by its tasks."""

_source = None
"""Where the setup of that worker is from, on engines."""

_page = None
"""The page on which the tasks of the chunk under way note their figures."""


def begin_worker(setup, at_hand=False):
    """Initializer of worker processes."""
    global _worker
    end_with_harness(setup["scratch"])
    _worker = Worker(setup)
    if at_hand:
        _worker.at_hand = AtHand(setup["scratch"], os.getpid())


def begin_interpreter(setup):
    """Initializer of interpreters in this process; `setup` is text, as they share no objects."""
    global _worker
    _worker = Worker(json.loads(setup))


def lifeline_of(scratch):
    """A pipe with a name, of which only the harness holds the writing end."""
    return os.path.join(scratch, "lifeline")


def hold_lifeline(scratch):
    """Holds the writing end for as long as this process lives."""
    os.mkfifo(lifeline_of(scratch))
    # For both: opening it for writing alone would wait for a reader.
    fd = os.open(lifeline_of(scratch), os.O_RDWR)
    os.register_at_fork(after_in_child=lambda: os.close(fd))
    # Processes inherit what is ignored.
    signal.signal(signal.SIGIO, signal.SIG_DFL)


def end_with_harness(scratch):
    """Sees to it that this worker process does not outlive the harness, in whatever way that ends.

    When the last writer of the lifeline is gone, the system sends SIGIO to its readers, which ends them even while C
    code holds the interpreter lock.  (PR_SET_PDEATHSIG would not do: it watches the thread that has forked, and
    under forkserver the server, which lives as long as its children.)
    """
    import fcntl

    fd = os.open(lifeline_of(scratch), os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        os.read(fd, 1)
        # The end of the pipe: the harness was gone before.
        os._exit(1)


class Mail:
    """What came with a task to a worker process, and what goes back with its answer."""

    def __init__(self, brought):
        self._brought = iter(brought)
        self.back = []
        """(bytes, their checksum) for each payload stage."""

    def read(self):
        """Reads what the next payload stage has been brought: its checksum."""
        return sampled_checksum(next(self._brought))

    def put(self, data):
        """Sends `data` back."""
        self.back.append((data, sampled_checksum(data)))


class SharedMail(Mail):
    """The same in a block of shared memory, of which only the name travels."""

    _attached = {}

    def __init__(self, name, sizes):
        memory = self._attached.get(name)
        if memory is None:
            from multiprocessing.shared_memory import SharedMemory

            memory = self._attached[name] = SharedMemory(name)
        self._memory = memory.buf
        self._at = sum(sizes)
        super().__init__(places_of(sizes))

    def read(self):
        return sampled_checksum(self._memory.obj, *next(self._brought))

    def put(self, data):
        end = self._at + len(data)
        self._memory[self._at : end] = data
        self.back.append((len(data), sampled_checksum(self._memory.obj, self._at, end)))
        self._at = end


def places_of(sizes):
    """Where pieces of `sizes` begin and end that lie one after the other."""
    ends = list(accumulate(sizes))
    return zip([0, *ends], ends)


def run_in_worker(order, segment=0):
    """Executes one order in a worker process: returns (ticket, executed, what goes back, news of the worker)."""
    ticket, number, phase, *mail = order
    worker = _worker
    if worker.at_hand:
        worker.at_hand.ticket = ticket
    _, steps = worker.recipes.segments(number, phase)[segment]
    back = None
    if mail:
        worker.bench().mail, = mail
        back = mail[0].back
    # As `Worker.execute`, but not as the tuple with names, which takes longer to make and to pickle.
    cpu_nanos = time.thread_time_ns()
    start, end, lock_wait, values, failure = worker.execute_unmetered(number, steps)
    on_cpu = time.thread_time_ns() - cpu_nanos
    executed = start, end, on_cpu, lock_wait, digest(number, steps, values), failure
    return ticket, executed, back, worker.news()


def run_in_interpreter(order):
    """As `run_in_worker`, pickled both ways: interpreters hand over no integers of 64 bits."""
    return pickle.dumps(run_in_worker(pickle.loads(order)))


def run_in_chunk(chunk, order):
    """Executes one of `chunk` orders that travel together, and returns the page that they share."""
    ticket, number, phase = order
    page = _page or open_page(chunk, number, phase)
    page.execute(ticket, number, phase)
    return page


class InChunks:
    """As `run_in_chunk`, where all orders of a call are of one phase and their tickets `lead` ahead of their numbers.

    It travels with each chunk and becomes a function that is made for that one.
    """

    def __init__(self, chunk, lead, phase):
        self._arguments = chunk, lead, phase

    def __reduce__(self):
        return runner_in_chunk, self._arguments


def runner_in_chunk(chunk, lead, phase):
    """The function that executes a task of a chunk by its number."""
    step = _worker.recipes.only_step(phase)
    if step is not None and not step.locks:
        # A call of a generator takes less than one of a function, and finds everything in its own variables.
        tasks = tasks_in_chunk(step, chunk, lead)
        next(tasks)
        return tasks.send
    page = None

    def run(number):
        nonlocal page
        if page is None:
            page = open_page(chunk, number, phase)
        page.execute(number + lead, number, phase)
        return page

    return run


def tasks_in_chunk(step, chunk, lead):
    """Executes `step` for each number that is sent.  What the first task yields reports of all, what others do is None.

    A task of half a microsecond is measured: whatever is done beside it once more for each shows.
    """
    clock, bench = monotonic_ns, _worker.bench()
    first = yield
    if _worker.at_hand:
        # Any of the chunk: with one, all are lost.
        _worker.at_hand.ticket = first + lead
    bench.begin()
    run, arguments = step.in_a_row(bench, first, chunk)
    stamps = report = Stamps(_worker, first + lead)
    note = stamps.note
    for argument in arguments:
        start = clock()
        try:
            found = run(argument)
        except Exception as error:
            found = stamps.fail(error)
        note((start, clock(), found))
        yield report
        report = None


class Stamps:
    """What the tasks of one chunk have to report that execute the same step, where their tickets count up by one.

    When the pool pickles their results it becomes the payload of a frame, but for the instant at which the caller knows
    of it.  Digests and shares of the processor time are made by poolscope, which does it in no time.
    """

    def __init__(self, worker, ticket):
        self._worker = worker
        self._ticket = ticket
        self._failures = {}
        self._rows = []
        self.note = self._rows.extend
        """Takes three words for each task: one list of numbers is made more quickly than many small ones."""
        self._cpu_nanos = time.thread_time_ns()

    def fail(self, error):
        """The task that is noted next has failed; returns what is noted as found."""
        self._failures[self._ticket + len(self._rows) // 3] = words(error)
        return 0

    def __reduce__(self):
        head = self._ticket, len(self._rows) // 3, time.thread_time_ns() - self._cpu_nanos
        payload = array("Q", (*head, *self._rows)).tobytes()
        return tuple, ((payload, self._failures, self._worker.news()),)


def run_in_struck_chunk(chunk, order):
    """As `run_in_chunk`, where something befalls some of the orders."""
    ticket, number, phase = order
    page = _page or open_page(chunk, number, phase, are_alike=False)
    page.execute(ticket, number, phase)
    return page


def open_page(chunk, number, phase, are_alike=True):
    """The page for a chunk that begins with task `number`."""
    global _page
    _page = Page(_worker, number, phase, chunk, are_alike)
    return _page


class Page:
    """What the tasks of one chunk have to report.

    Each returns the page that all of them share.  When the pool pickles their results, the page is pickled once: it
    then works out all answers at once, column by column, and becomes bytes.  A task of a microsecond pays for two
    looks at the clock and little more.  What is not known of each is its processor time: that of the chunk is shared
    out by the tasks' service times.
    """

    LOOK_AHEAD_MIN = 16
    """Below, one by one is as quick."""

    def __init__(self, worker, number, phase, chunk, are_alike=True):
        self._worker = worker
        self._bench = worker.bench()
        self._begin = self._bench.begin
        self._step = worker.recipes.only_step(phase) if are_alike else None
        self._run = self._step and self._step.run
        rows = []
        """Six words for each task: one list of numbers is made more quickly than many small ones."""
        self._rows, self.note = rows, rows.extend
        self._failures = {}
        """Texts by place."""
        if chunk >= self.LOOK_AHEAD_MIN:
            worker.recipes.look_ahead(phase, number, chunk)
        self._cpu_nanos = time.thread_time_ns()

    def execute(self, ticket, number, phase):
        """Executes a task of the chunk and notes what there is to report."""
        if self._worker.at_hand:
            self._worker.at_hand.ticket = ticket
        bench = self._bench
        if self._run is None:
            (_, steps), = self._worker.recipes.segments(number, phase)
            start, end, _, values, failure = self._worker.execute_unmetered(number, steps)
            found = digest(number, steps, values)
            if failure is not None:
                self._failures[len(self._rows) // 6] = failure
        else:
            # As `execute_unmetered`, of which one of the tiniest tasks would be twice as long.
            self._begin()
            start = monotonic_ns()
            try:
                found = self._run(bench, number)
            except Exception as error:
                found = self.fail(error)
            end = monotonic_ns()
        self.note((ticket, number, start, end, bench.lock_wait_nanos, found))

    def fail(self, error):
        """The task that is noted next has failed; returns what is noted as found."""
        self._failures[len(self._rows) // 6] = words(error)
        return 0

    def __reduce__(self):
        global _page
        _page = None
        return tuple, (self.figures(),)

    def figures(self):
        """The answers as packed columns, texts of failures by ticket, and news of the worker."""
        cpu_nanos = time.thread_time_ns() - self._cpu_nanos
        tickets, numbers, starts, ends, lock_waits, found = (self._rows[column::6] for column in range(6))
        services = list(map(operator.sub, ends, starts))
        share = min(cpu_nanos / max(sum(services), 1), 1.0)
        digests = found if self._step is None else self._step.digests(numbers, found)
        outcomes = [GOOD] * len(tickets)
        for place in self._failures:
            outcomes[place] = FAILED
            if self._step is not None:
                # The step has found nothing.
                digests[place] = 0
        on_cpu = [int(service * share) for service in services]
        # When the caller knows of them, it says itself.
        columns = tickets, starts, ends, (), on_cpu, lock_waits, digests, outcomes
        texts = {tickets[place]: text for place, text in self._failures.items()}
        return pack_columns(columns), texts, self._worker.news()


def pack_columns(columns):
    """Columns of words as bytes, those without any bit as none: so a page of a thousand fits into a pipe at once."""
    return [array("Q", column).tobytes() if any(column) else b"" for column in columns]


def answers_from(columns, count):
    """The words of `count` answers, eight for each, from as many columns; one that is empty is all zero."""
    answers = array("Q", bytes(ANSWER_BYTES * count))
    for place, column in enumerate(columns):
        if column:
            answers[place::8] = array("Q", column)
    return answers


def answers_of_page(packed):
    """The words of answers from packed columns."""
    # All have begun at some time.
    return answers_from(packed, len(packed[1]) // 8)


def tickets_on(page):
    """The tickets of the orders that a page answers."""
    packed, _, _ = page
    if isinstance(packed, bytes):
        first, count = struct.unpack_from("<2Q", packed)
        return range(first, first + count)
    return answers_of_page(packed)[0::8]


def answers_of(rows, on_cpu):
    """Eight words for each of the orders in `rows`, and the texts of failures by ticket.

    A row is (ticket, number, steps, start, end, lock wait, what the steps found, text of a failure).
    """
    tickets, numbers, steps, starts, ends, lock_waits, values, failures = zip(*rows)
    outcomes = [GOOD if failure is None else FAILED for failure in failures]
    columns = tickets, starts, ends, ends, on_cpu, lock_waits, digests(numbers, steps, values), outcomes
    texts = {ticket: text for ticket, text in zip(tickets, failures) if text is not None}
    return answers_from(columns, len(tickets)), texts


MANY = 8
"""Of fewer tasks, the digests are made as quickly one by one."""


def digests(numbers, steps, values):
    """The digests of tasks: their numbers, steps, and what these found."""
    first = steps[0]
    alike = len(first) == 1 and steps.count(first) == len(steps) and all(values)
    if alike and len(numbers) >= MANY:
        return first[0].digests(numbers, [value for value, in values])
    return [digest(*row) for row in zip(numbers, steps, values)]


class AtHand:
    """Which order a worker process has at hand, in a file that the harness can read when the process has died."""

    NOTHING = MASK

    def __init__(self, folder, pid):
        import mmap

        fd = os.open(os.path.join(folder, f"at-hand-{pid}.bin"), os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(fd).st_size == 0:
            os.write(fd, struct.pack("Q", self.NOTHING))
        self._word = memoryview(mmap.mmap(fd, 8)).cast("Q")
        os.close(fd)

    @property
    def ticket(self):
        """The order's ticket; NOTHING before the first."""
        return self._word[0]

    @ticket.setter
    def ticket(self, ticket):
        self._word[0] = ticket


def meet(folder, count):
    """Waits in a worker until `count` of them do, so that each executes one of these; returns its process's id."""
    open(os.path.join(folder, f"{os.getpid()}-{threading.get_ident()}"), "w").close()
    deadline = time.monotonic() + 60
    while len(os.listdir(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.001)
    return os.getpid()


# Workers of engines ----------------------------------------------------------------------------------------------

CLOCK = "/proc/sys/kernel/random/boot_id"
"""Processes that read the same here share the clock."""


def clock_name():
    """What tells this machine's clock from those of others."""
    try:
        with open(CLOCK) as file:
            return file.read()
    except OSError:
        import socket

        return socket.gethostname()


def begin_engine_worker(source):
    """Makes this process a worker of the block, if it is none, where an engine starts processes as it likes.

    `source` is the file of the setup, or on machines that do not have it the setup itself, or a list with Ray's
    reference to it.
    """
    global _worker, _source
    if source is _source or source == _source:
        return
    if isinstance(source, str):
        with open(source) as file:
            setup = json.load(file)
        end_with_harness(setup["scratch"])
    elif isinstance(source, list):
        import ray

        setup = ray.get(source[0])
    else:
        setup = source
    _worker, _source = Worker(setup), source


def meet_as_workers(source, folder, count):
    """As `meet`, and makes each of the processes a worker."""
    begin_engine_worker(source)
    return meet(folder, count)


def run_on_engine(source, function, order):
    """Executes one order by `run_in_worker` or `run_in_chunk`."""
    begin_engine_worker(source)
    return function(order)


def run_together(source, orders):
    """Executes some orders, one after the other: returns (clock, what goes back by ticket, what a page becomes)."""
    begin_engine_worker(source)
    worker = _worker
    are_alike = not any(isinstance(phase, Struck) for _, _, phase, *_ in orders)
    page = Page(worker, orders[0][1], orders[0][2], len(orders), are_alike)
    back = {}
    for ticket, number, phase, *mail in orders:
        if mail:
            worker.bench().mail, = mail
            back[ticket] = mail[0].back
        page.execute(ticket, number, phase)
    return clock_name(), back, page.figures()


# ----------------------------------------------------------------------------------------------------------------
# Pools
# ----------------------------------------------------------------------------------------------------------------

FRONT, BACK = 0, 1
"""The pools of a pipeline, as segments name them: what waits, and what computes."""

BETWEEN = 16
"""How many tasks may wait between the parts of a pipeline, unless the scenario says otherwise."""

BREAKS_MAX = 20
"""So often is a broken pool replaced, unless the scenario says otherwise."""


def breaks_max(setup, workers):
    """How often a broken pool of so many workers is replaced: with it all of them are."""
    restarts = setup["restarts"]
    return BREAKS_MAX if restarts is None else restarts // workers


class Revocable:
    """Futures by the tickets of their orders, where callers may give these up."""

    def __init__(self):
        self._futures = {}

    def watch(self, executor):
        """Keeps the futures of all orders that are handed to `executor`, as its first arguments."""
        submit = executor.submit

        def submit_revocably(function, order, *arguments):
            future = submit(function, order, *arguments)
            self.keep(order[0], future)
            return future

        executor.submit = submit_revocably

    def keep(self, ticket, future):
        """Keeps the future of an order until it is done."""
        self._futures[ticket] = future
        future.add_done_callback(lambda _: self._futures.pop(ticket, None))

    def revoke(self, ticket):
        """Cancels an order that has not begun; false if there is none or it has: that nobody can stop."""
        future = self._futures.get(ticket)
        return future is not None and future.cancel()


class Pool:
    """One of CPython's ways to execute tasks."""

    outbox_class = Outbox
    """How its answers leave."""


    def __init__(self, settings, setup, outbox, ledger):
        self.settings = settings
        self.setup = setup
        self.outbox = outbox
        self.ledger = ledger
        self._afflictions = {}
        """What befalls orders that are to come, by their tickets."""

    def prepare(self):
        """Loads what has to be there before the pool: its start, and the memory it takes, are measured from here."""

    def start(self):
        """Brings the pool up, all its workers included: no task that is measured pays for it."""

    def facts(self):
        """What poolscope shows of the pool."""
        return {"start_method": None, "library": None, "engine_start_nanos": None, "pids": []}

    def serve(self, inbox):
        """Executes all orders of `inbox` and ends the pool in order.  False if the orders ended without saying so."""
        while True:
            received = inbox.read()
            if received is None:
                return False
            kind, payload = received
            if kind == b"E":
                self.close()
                return True
            self.take(kind, payload)

    def take(self, kind, payload):
        """Takes in a frame of orders."""
        if kind == b"T":
            self.submit(self._struck(Orders.of_triples(payload)))
        elif kind == b"M":
            self.map(self._struck(Orders.of_triples(payload[4:])), int.from_bytes(payload[:4], "little"))
        elif kind == b"C":
            chunk, *first_and_count = struct.unpack("<I4Q", payload)
            self.map(self._struck(Orders.consecutive(*first_and_count)), chunk)
        elif kind == b"X":
            self.afflict(dict(afflictions_of(payload)))
        elif kind == b"K":
            self.revoke(tickets_of(payload))
        else:
            raise ProtocolError(f"a frame of the unknown kind {kind!r} came")

    def _struck(self, orders):
        if self._afflictions:
            orders.strike(self._afflictions)
        return orders

    def afflict(self, afflictions):
        """Notes what will befall orders that are to come, by their tickets."""
        self._afflictions.update(afflictions)

    def revoke(self, tickets):
        """Callers have given these orders up: stops what can be stopped.  Everything else goes on for nobody."""

    def submit(self, orders):
        """Hands over tasks one by one."""
        raise NotImplementedError

    def map(self, orders, chunk):
        """Hands over a batch in one call, `chunk` tasks at a time; 0 leaves that to the library."""
        self.submit(orders)

    def close(self):
        """Ends the pool in order, after its last task."""

    def end_early(self, ticket, outcome):
        """Answers an order that did not come to its end, or whose end nobody asks for."""
        self.outbox.answers(array("Q", (ticket, 0, 0, 0, NOT_KNOWN, 0, 0, outcome)))

    def answer(self, ticket, executed, end=None):
        """Answers an order; `end` is when the caller knew of it, for threads the moment it was over."""
        outcome = GOOD
        if executed.failure is not None:
            outcome = FAILED
            self.outbox.failure(ticket, executed.failure)
        self.outbox.answer(
            ticket,
            executed.start,
            executed.end,
            end or executed.end,
            executed.on_cpu,
            executed.lock_wait,
            executed.digest,
            outcome,
        )


# In this process -------------------------------------------------------------------------------------------------


class LocalPool(Pool):
    """A pool whose tasks run in this process."""

    outbox_class = LocalOutbox

    def prepare(self):
        self.worker = self.ledger.here = Worker(self.setup)

    def map(self, orders, chunk):
        self.worker.recipes.look_ahead(orders.phases[0], orders.numbers[0], len(orders))
        self.submit(orders, in_bulk=True)

    def execute(self, order):
        """Executes an order on this thread and answers it."""
        ticket, number, phase = order
        (_, steps), = self.worker.recipes.segments(number, phase)
        cpu_nanos = time.thread_time_ns()
        row = ticket, number, steps, *self.worker.execute_unmetered(number, steps)
        on_cpu = time.thread_time_ns() - cpu_nanos
        self.outbox.leave((row, on_cpu), row[4])


class Sequential(LocalPool):
    """No pool: the main thread executes task after task, while another one receives them."""

    def prepare(self):
        super().prepare()
        self._given_up = frozenset()
        """Tickets of orders that callers have given up and that may not have begun."""
        self._last = -1
        """The ticket of the order that was begun last: they come in their order."""
        if self.setup["gives_up"]:
            self.submit = self._submit_revocably

    def serve(self, inbox):
        return super().serve(Received(inbox, self._take_aside))

    def submit(self, orders, in_bulk=False):
        self.outbox.expect(len(orders), in_bulk)
        for order in orders:
            self.execute(order)

    def _submit_revocably(self, orders, in_bulk=False):
        self.outbox.expect(len(orders), in_bulk)
        for order in orders:
            self._last = order[0]
            if order[0] in self._given_up:
                self.end_early(order[0], CANCELLED)
            else:
                self.execute(order)

    def _take_aside(self, kind, payload):
        """Takes in at once what has been given up, while the main thread is busy."""
        if kind == b"K":
            self._given_up = frozenset(
                ticket for ticket in (*self._given_up, *tickets_of(payload)) if ticket > self._last
            )
        return kind == b"K"


class Received:
    """An inbox that a thread empties, for a main thread that is busy."""

    def __init__(self, inbox, take_aside=lambda kind, payload: False):
        self._inbox = inbox
        self._take_aside = take_aside
        """Takes in a frame for which the main thread is not needed, and says whether it was one."""
        self._frames = queue.SimpleQueue()
        self.read = self._frames.get
        threading.Thread(target=self._receive, name="inbox", daemon=True).start()

    def _receive(self):
        frame = self._inbox.read()
        while frame is not None:
            if not self._take_aside(*frame):
                self._frames.put(frame)
            frame = self._inbox.read()
        self._frames.put(None)


def started_threads(count):
    """A `ThreadPoolExecutor` whose threads have all been started.

    It starts one when a task finds none idle: here each task waits for all others.
    """
    from concurrent.futures import ThreadPoolExecutor

    executor = ThreadPoolExecutor(count, thread_name_prefix="worker")
    all_there = threading.Barrier(count)
    for future in [executor.submit(all_there.wait) for _ in range(count)]:
        future.result()
    return executor


class ThreadPool(LocalPool):
    """`concurrent.futures.ThreadPoolExecutor`."""

    def prepare(self):
        import concurrent.futures.thread  # noqa: F401

        super().prepare()

    def start(self):
        self._executor = started_threads(self.settings["workers"])
        self._revocable = Revocable()
        if self.setup["gives_up"]:
            self._revocable.watch(self._executor)

    def revoke(self, tickets):
        for ticket in tickets:
            if self._revocable.revoke(ticket):
                self.end_early(ticket, CANCELLED)

    def submit(self, orders, in_bulk=False):
        self.outbox.expect(len(orders), in_bulk)
        for order in orders:
            self._executor.submit(self.execute, order)

    def close(self):
        self._executor.shutdown()


# Worker processes ------------------------------------------------------------------------------------------------


class Keeper(threading.Thread):
    """Looks after worker processes: tells their ids when they change, and what has become of those that are gone."""

    LOOK_SECONDS = 0.1

    def __init__(self, outbox, look=lambda: None, lost=lambda process: None):
        super().__init__(name="keeper", daemon=True)
        self._outbox = outbox
        self._look = look
        """Called at every look."""
        self._lost = lost
        """Called with each process that a signal has ended, or that has left where that is expected."""
        self._known = {}
        self._gone = []
        self.woken = threading.Event()
        """Set by who wants a look at once."""
        self.expects_exits = False
        """Whether a fault has workers leave, with a code and not by a signal."""
        self.made = deque()
        """Processes that were made since the last look, where the pool lets us know: some may be gone by now."""

    def pids(self):
        """The ids of the worker processes there are."""
        before = self._known
        while self.made:
            child = self.made.popleft()
            before.setdefault(child.pid, child)
        self._known = {child.pid: child for child in multiprocessing_children()}
        self._gone += [child for pid, child in before.items() if pid not in self._known]
        return sorted(self._known)

    def run(self):
        try:
            self._look_after()
        except Exception as error:
            traceback.print_exc()
            give_up(self._outbox, explain(error))

    def _look_after(self):
        told = sorted(self._known)
        while True:
            self.woken.wait(self.LOOK_SECONDS)
            self.woken.clear()
            pids = self.pids()
            gone, self._gone = self._gone, []
            for child in gone:
                # Workers that the pool replaces leave with 0.
                if child.exitcode is not None and (child.exitcode < 0 or self.expects_exits):
                    self._lost(child)
            self._look()
            pids = self.pids()
            if pids != told:
                told = pids
                self._outbox.send(b"P", json.dumps(pids).encode())


def how_ended(process):
    """How a process ended, in words."""
    return f"signal {-process.exitcode}" if process.exitcode < 0 else f"code {process.exitcode}"


def exiting(afflictions):
    """The tickets of orders that will have their workers leave with a code."""
    return {ticket for ticket, affliction in afflictions.items() if crash_of(affliction)[0] == EXIT}


def multiprocessing_children():
    """The worker processes there are."""
    import multiprocessing

    return multiprocessing.active_children()


def context_of(settings):
    """The multiprocessing context of the start method that was asked for."""
    import multiprocessing

    start = settings.get("start", "Default")
    return multiprocessing.get_context(None if start == "Default" else start.lower())


def telling(context, tell):
    """A context that tells of each process that is started."""

    class Telling(type(context)):
        """The same, from which pools get their processes."""

        @staticmethod
        def Process(*arguments, **named):
            process = context.Process(*arguments, **named)
            start = process.start

            def start_and_tell():
                # What is sent to the process must not hold this function.
                del process.start
                start()
                tell(process)

            process.start = start_and_tell
            return process

    return Telling()


def meeting_of(setup):
    """A new folder for `meet`."""
    folder = os.path.join(setup["scratch"], f"meeting-{time.monotonic_ns()}")
    os.mkdir(folder)
    return folder


class Processes:
    """A `ProcessPoolExecutor` that is replaced when it breaks, as a program that goes on would have to."""

    ABANDONED_LOOKS_MAX = 20
    """So often in a row may a look find tasks and no process."""

    def __init__(self, workers, settings, setup, outbox, lose=None):
        from concurrent.futures import BrokenExecutor

        self._broken_executor = BrokenExecutor
        self._workers = workers
        self._settings = settings
        self._setup = setup
        self._outbox = outbox
        self._executor = None
        self._pending = {}
        """Tickets of the orders that were handed over together and are not settled, by the first of them."""
        self._is_broken = False
        self._breaks = 0
        self._given_up = 0
        self._changed = threading.Condition()
        self._keeper = Keeper(outbox, self._look)
        self._replacing = threading.Lock()
        """Held by who replaces the executor or ends it."""
        self._is_closed = False
        self._abandoned_looks = 0
        self._lose = lose
        """Answers orders that will have no result; only where workers are replaced can there be such."""
        self.has_abandoned = False
        """Whether there is an executor that will never come to its end."""

    def start(self):
        """Starts the executor and all its workers."""
        from concurrent.futures import ProcessPoolExecutor

        options = {}
        if self._settings.get("tasks_per_child"):
            if sys.version_info < (3, 11):
                raise Unusable("tasks per child (max_tasks_per_child) need CPython 3.11 or later")
            options["max_tasks_per_child"] = self._settings["tasks_per_child"]
        if self._settings.get("start", "Default") != "Default":
            options["mp_context"] = context_of(self._settings)
        executor = ProcessPoolExecutor(self._workers, initializer=begin_worker, initargs=(self._setup,), **options)
        meeting = meeting_of(self._setup)
        for future in [executor.submit(meet, meeting, self._workers) for _ in range(self._workers)]:
            future.result()
        self._executor = executor

    def facts(self):
        """What poolscope shows of it."""
        context = getattr(self._executor, "_mp_context", None)
        return {"start_method": context and context.get_start_method(), "pids": self._keeper.pids()}

    def watch(self):
        """Begins to look after the processes."""
        self._keeper.start()

    def submit(self, function, order, *arguments):
        """`Executor.submit`; the order must be `settled`."""
        return self._hand_over(order[:1], lambda executor: executor.submit(function, order, *arguments))

    def map(self, function, orders, tickets, chunk):
        """`Executor.map`; all orders must be `settled`."""
        # Where the pool is broken they are handed over once more.
        orders = orders if isinstance(orders, range) else list(orders)
        return self._hand_over(tickets, lambda executor: executor.map(function, orders, chunksize=chunk))

    def try_submit(self, function, order, *arguments):
        """As `submit`; None where the pool is broken, for who must not wait until it is replaced."""
        tickets = order[:1]
        self._pending[tickets[0]] = tickets
        executor = self._executor
        try:
            return executor.submit(function, order, *arguments)
        except self._broken_executor:
            del self._pending[tickets[0]]
            with self._changed:
                if executor is self._executor:
                    self._break()
            self._keeper.woken.set()
            return None

    def _hand_over(self, tickets, call):
        while True:
            self._pending[tickets[0]] = tickets
            executor = self._executor
            try:
                return call(executor)
            except self._broken_executor:
                del self._pending[tickets[0]]
                self._await_replacement(executor)

    def _await_replacement(self, broken):
        with self._changed:
            if broken is self._executor:
                self._break()
            self._changed.wait_for(lambda: self._executor is not broken)

    def settled(self, tickets):
        """Notes that these orders, which were handed over together, have been answered."""
        self._pending.pop(tickets[0], None)
        if self._is_broken:
            self._keeper.woken.set()

    def explain(self, error):
        """Why an order failed with `error`, in words."""
        if not isinstance(error, self._broken_executor):
            return explain(error)
        with self._changed:
            self._break()
            return (
                "a worker process ended abruptly; ProcessPoolExecutor gives up all "
                f"{self._given_up} pending tasks ({type(error).__name__})"
            )

    def _break(self):
        if not self._is_broken:
            self._is_broken = True
            self._given_up = sum(map(len, list(self._pending.values())))

    def _look(self):
        with self._replacing:
            if not self._is_closed:
                self._look_after()

    def _why_broken(self):
        return (
            "A worker process ended abruptly, and with it ProcessPoolExecutor (BrokenProcessPool), which gave up "
            f"{self._given_up} pending tasks."
        )

    def _look_after(self):
        if self._is_broken:
            if not self._pending:
                self._executor.shutdown()
                self._replace(self._why_broken())
        elif self._lose and self._pending and not self._keeper.pids():
            self._abandoned_looks += 1
            if self._abandoned_looks > self.ABANDONED_LOOKS_MAX:
                self._abandon()
        else:
            self._abandoned_looks = 0

    def _abandon(self):
        """Gives up an executor without workers, of which a program would wait for results for ever."""
        calls, self._abandoned_looks, self.has_abandoned = list(self._pending.values()), 0, True
        tickets = [ticket for call in calls for ticket in call]
        why = (
            "ProcessPoolExecutor has no worker process left and makes none: this CPython does not replace one that was "
            "idle when it had had its share (max_tasks_per_child; python/cpython issue 115634)"
        )
        self._lose(tickets, f"{why}. A program would wait for ever")
        for call in calls:
            self.settled(call)
        self._replace(f"{why}. {len(tickets)} pending tasks would have waited for ever.")

    def _replace(self, why):
        self._breaks += 1
        most = breaks_max(self._setup, self._workers)
        if self._breaks > most:
            give_up(self._outbox, f"{why} It happened more than {most} times")
        text = f"{why} The harness made a new pool, as a program that goes on would have to."
        self._outbox.send(b"B", text.encode())
        with self._changed:
            self.start()
            self._is_broken = False
            self._changed.notify_all()

    def close(self):
        """Ends the executor in order."""
        if self.has_abandoned:
            # The interpreter would wait for that executor as well, for ever.
            self._outbox.close()
            leave(0)
        with self._replacing:
            self._is_closed = True
            if self._is_broken:
                self._outbox.send(b"B", f"{self._why_broken()} There was nothing more to do.".encode())
            self._executor.shutdown()


class Post:
    """Brings payloads to worker processes and takes in what comes back."""

    KEPT_BYTES_MAX = 64 << 20
    """So much of what tasks bring is at hand as objects; of more, each task has its own made."""

    def __init__(self, setup, settings):
        self._recipes = Recipes(setup)
        self._tables = Tables(setup["tables"])
        self.is_needed = any(isinstance(step, Payload) for step in self._recipes.steps())
        """Whether any task has a payload."""
        in_shared_memory = settings.get("payload") == "SharedMemory"
        self._blocks = Blocks(settings["workers"]) if in_shared_memory else None
        self._in_use = {}
        """Blocks by the ticket of the order they belong to."""
        self._kept = {}
        """What tasks bring, by where it lies in the table.

        A program has what it sends: a copy for each task would be work of the harness, and new memory for each copy
        takes as long as sending it.
        """
        self._kept_bytes = 0

    def orders(self, orders, chunk):
        """`orders`, each with its mail if it brings any, for travelling in chunks."""
        if not self.is_needed:
            return iter(orders)
        if self._blocks is not None:
            self._blocks.allow(chunk)
        return map(self.order, orders)

    def order(self, order, segment=0):
        """An order with its mail, if it brings any."""
        payloads = self._payloads(order, segment) if self.is_needed else ()
        return (*order, Parcel(self, order, payloads)) if payloads else order

    def _payloads(self, order, segment):
        _, number, phase = order
        _, steps = self._recipes.segments(number, phase)[segment]
        return [step for step in steps if isinstance(step, Payload)]

    def pack(self, order, payloads):
        """What becomes of a parcel when it is pickled: a function of the worker's and its arguments."""
        ticket, number, _ = order
        places = [payload.brought(number) for payload in payloads]
        if self._blocks is None:
            return Mail, ([self._piece(place) for place in places],)
        table = memoryview(self._tables.map("payload"))
        sizes = [payload.to_worker for payload in payloads]
        block = self._blocks.take(sum(sizes) + sum(payload.back for payload in payloads))
        self._in_use[ticket] = block, sum(sizes)
        for (start, end), (to_start, to_end) in zip(places, places_of(sizes)):
            block.buf[to_start:to_end] = table[start:end]
        return SharedMail, (block.name, sizes)

    def _piece(self, place):
        """What lies at `place` of the table, from its begin to its end."""
        piece = self._kept.get(place)
        if piece is None:
            start, end = place
            piece = bytes(memoryview(self._tables.map("payload"))[start:end])
            if self._kept_bytes + len(piece) <= self.KEPT_BYTES_MAX:
                self._kept[place] = piece
                self._kept_bytes += len(piece)
        return piece

    def receive(self, ticket, back):
        """Checks what came back with an answer; the text of a failure, or None."""
        try:
            if self._blocks is None:
                for data, checksum in back:
                    check_payload(sampled_checksum(data), checksum)
            else:
                block, at = self._in_use[ticket]
                for size, checksum in back:
                    check_payload(sampled_checksum(block.buf.obj, at, at + size), checksum)
                    at += size
        except StageFailed as error:
            return str(error)
        finally:
            self.forget(ticket)
        return None

    def forget(self, ticket):
        """Takes back the block of an order that is over."""
        block, _ = self._in_use.pop(ticket, (None, 0))
        if block is not None:
            self._blocks.give_back(block)

    def close(self):
        """Gives the shared memory back to the system."""
        if self._blocks is not None:
            self._blocks.close()


class Parcel:
    """The mail of an order at its sender: cut when it is pickled, so that only what is on its way is held."""

    def __init__(self, post, order, payloads):
        self._arguments = post, order, payloads

    def __reduce__(self):
        post, order, payloads = self._arguments
        return post.pack(order, payloads)


class Blocks:
    """Blocks of shared memory, made once and used again: two for each worker, and two to spare.

    Who packs a further order waits until an answer has come.
    """

    def __init__(self, workers):
        from multiprocessing import resource_tracker

        # Before there are workers: each would start a tracker of its own otherwise, which unlinks the blocks with it.
        resource_tracker.ensure_running()
        self._free = queue.SimpleQueue()
        self._all = []
        self._made = 0
        self._orders_max = 2 * workers + 2
        self._chunk = 1
        self._places = threading.Semaphore(self._orders_max)

    def allow(self, chunk):
        """Makes room for orders that travel in chunks."""
        for _ in range(self._orders_max * (chunk - self._chunk)):
            self._places.release()
        self._chunk = max(chunk, self._chunk)

    def take(self, size):
        """A block of at least `size` bytes; waits while all are on their way."""
        from multiprocessing.shared_memory import SharedMemory

        self._places.acquire()
        try:
            block = self._free.get_nowait()
            if block.size >= size:
                return block
            self._all.remove(block)
            block.close()
            block.unlink()
        except queue.Empty:
            pass
        # By its name, poolscope finds and removes what a killed harness has left.
        self._made += 1
        block = SharedMemory(f"poolscope-{os.getpid()}-{self._made}", create=True, size=max(size, 1))
        self._all.append(block)
        return block

    def give_back(self, block):
        """Lets others use `block`."""
        self._free.put(block)
        self._places.release()

    def close(self):
        """Unlinks all."""
        for block in self._all:
            # Whoever was quicker: it is gone.
            with contextlib.suppress(FileNotFoundError):
                block.unlink()


class RemotePool(Pool):
    """A pool whose workers are processes (or interpreters) that report to this one."""

    def executed_of(self, report):
        """What `run_in_worker` says of an order, once what came back with it is checked."""
        ticket, executed, back, news = report
        executed = Executed._make(executed)
        if back is not None:
            failure = self.post.receive(ticket, back)
            executed = executed._replace(failure=executed.failure or failure)
        if news is not None:
            self.ledger.note(*news)
        return executed

    def take_report(self, report, end):
        """Answers an order by what `run_in_worker` has returned; `end` is the instant at which it was known."""
        ticket, (start, worker_end, on_cpu, lock_wait, found, failure), back, news = report
        if back is None and news is None and failure is None:
            self.outbox.answer(ticket, start, worker_end, end, on_cpu, lock_wait, found, GOOD)
        else:
            self.answer(ticket, self.executed_of(report), end)

    def take_page(self, page, end):
        """Answers the orders of a chunk by what its tasks have returned."""
        packed, failures, news = page
        if news is not None:
            self.ledger.note(*news)
        for ticket, text in failures.items():
            self.outbox.failure(ticket, text)
        if isinstance(packed, bytes):
            self.outbox.page(len(tickets_on(page)), struct.pack("<Q", end) + packed)
            return
        answers = answers_of_page(packed)
        answers[3::8] = array("Q", [end]) * (len(answers) // 8)
        self.outbox.answers(answers)

    def claim(self, tickets):
        """Whether these orders, which come back together, are still to be answered; if so, by who asks."""
        return True

    def take_results(self, results, chunk):
        """Answers orders by the results of a call of map, as they come; yields how many have come back."""
        if self.travels_alone(chunk):
            for report in results:
                if self.claim(report[:1]):
                    self.take_report(report, time.monotonic_ns())
                yield 1
            return
        last = None
        # All tasks of a chunk return the same page, or the first one alone returns one.
        for page in filter(None, results):
            if page is not last:
                last = page
                tickets = tickets_on(page)
                if self.claim(tickets):
                    self.take_page(page, time.monotonic_ns())
                yield len(tickets)

    def mapped(self, orders, chunk):
        """The function for a call of map whose orders travel in chunks."""
        if self.travels_alone(chunk):
            return run_in_worker
        return partial(run_in_struck_chunk if orders.are_struck else run_in_chunk, chunk)

    def call(self, orders, chunk, on_their_way):
        """The function for a call of map whose orders travel in chunks, and what it is called with.

        Numbers by themselves if they tell all, as those of a batch do: a program would send no more.
        """
        lead = orders.lead()
        if self.travels_alone(chunk) or lead is None:
            return self.mapped(orders, chunk), self.post.orders(orders, on_their_way)
        return InChunks(chunk, lead, orders.phases[0]), orders.numbers

    def travels_alone(self, chunk):
        """Whether each task has a report of its own: it brings something back, or a page would hold nothing else."""
        return self.post.is_needed or chunk == 1


class ProcessPool(RemotePool):
    """`concurrent.futures.ProcessPoolExecutor`."""

    outbox_class = ThreadedOutbox

    def prepare(self):
        self.processes = Processes(self.settings["workers"], self.settings, self.setup, self.outbox, self._lose)
        self.post = Post(self.setup, self.settings)
        self._revocable = Revocable()
        if self.setup["gives_up"]:
            self._revocable.watch(self.processes)

    def start(self):
        self.processes.start()

    def facts(self):
        return {**super().facts(), **self.processes.facts()}

    def serve(self, inbox):
        self.processes.watch()
        return super().serve(inbox)

    def revoke(self, tickets):
        for ticket in tickets:
            self._revocable.revoke(ticket)

    def submit(self, orders):
        self.outbox.expect(len(orders))
        for order in orders:
            future = self.processes.submit(run_in_worker, self.post.order(order))
            future.add_done_callback(partial(self._done, order[0]))

    def _done(self, ticket, future):
        end = time.monotonic_ns()
        try:
            self.take_report(future.result(), end)
        except Exception as error:
            self.post.forget(ticket)
            if future.cancelled():
                self.end_early(ticket, CANCELLED)
            else:
                self.outbox.fail(ticket, self.processes.explain(error), end)
        self.processes.settled([ticket])

    def _lose(self, tickets, text):
        for ticket in tickets:
            self.post.forget(ticket)
            self.outbox.fail(ticket, text)

    def map(self, orders, chunk):
        self.outbox.expect(len(orders), in_bulk=True)
        chunk = max(chunk, 1)
        results = self.processes.map(*self.call(orders, chunk, chunk), orders.tickets, chunk)
        collect = partial(self._collect, results, orders, chunk)
        threading.Thread(target=collect, name="results", daemon=True).start()

    def _collect(self, results, orders, chunk):
        answered = 0
        try:
            for count in self.take_results(results, chunk):
                answered += count
        except Exception as error:
            # As in any program, what map has not yet yielded is lost.
            text = self.processes.explain(error)
            for ticket in orders.tickets[answered:]:
                self.post.forget(ticket)
                self.outbox.fail(ticket, text)
        self.processes.settled(orders.tickets)

    def close(self):
        self.processes.close()
        self.post.close()


class MultiprocessingPool(RemotePool):
    """`multiprocessing.Pool`.

    It does not notice that a worker process has died: it replaces it, and whoever waits for its task waits for ever.
    The harness notices, and answers in its place.
    """

    outbox_class = ThreadedOutbox

    GRACE_SECONDS = 1.0
    """So long after a death may answers that were under way still come."""

    def prepare(self):
        self._keeper = Keeper(self.outbox, self._look, self._lost)
        self._context = telling(context_of(self.settings), self._keeper.made.append)
        self.post = Post(self.setup, self.settings)
        self._open = {}
        """The call that an order belongs to, by its ticket: None where it is a call of its own."""
        self._deaths = deque()
        """(when to look after it, what the process had at hand)"""
        self._breaks = 0
        self._losses = 0
        self._changing = threading.RLock()
        self._exiting = set()
        """Tickets of orders that have their workers leave."""
        self._given_up = set()
        """Tickets of orders that callers have given up and that are still open."""
        self._never_answered = set()
        """Tickets of orders that were lost with their workers, and whose callers wait as long as they will."""

    def start(self):
        workers = self.settings["workers"]
        self._pool = self._context.Pool(
            workers,
            initializer=begin_worker,
            initargs=(self.setup, True),
            maxtasksperchild=self.settings.get("tasks_per_child"),
        )
        meeting = meeting_of(self.setup)
        self._pool.starmap(meet, [(meeting, workers)] * workers, chunksize=1)

    def facts(self):
        return {
            **super().facts(),
            "start_method": self._context.get_start_method(),
            "pids": self._keeper.pids(),
        }

    def serve(self, inbox):
        self._keeper.start()
        return super().serve(inbox)

    def afflict(self, afflictions):
        super().afflict(afflictions)
        self._exiting |= exiting(afflictions)
        self._keeper.expects_exits = bool(self._exiting)

    def revoke(self, tickets):
        # The pool has no way to take a task back: only what is lost is over.
        with self._changing:
            self._given_up.intersection_update(self._open)
            for ticket in tickets:
                if ticket in self._never_answered:
                    self._never_answered.remove(ticket)
                    self.end_early(ticket, CANCELLED)
                elif ticket in self._open:
                    self._given_up.add(ticket)

    def _lose(self, ticket):
        """Sees to an order that was lost with its worker."""
        if not self.setup["gives_up"]:
            why = "its worker process ended abruptly; multiprocessing.Pool never answers it"
            self._fail([ticket], TaskLost(why))
        elif self._open.pop(ticket, self) is not self:
            self.post.forget(ticket)
            if ticket in self._given_up:
                self.end_early(ticket, CANCELLED)
            else:
                self._never_answered.add(ticket)

    def submit(self, orders):
        self.outbox.expect(len(orders))
        for order in orders:
            ticket = order[0]
            with self._changing:
                self._open[ticket] = None
                self._pool.apply_async(
                    run_in_worker,
                    (self.post.order(order),),
                    callback=self._take,
                    error_callback=partial(self._fail, [ticket]),
                )

    def _take(self, report):
        end = time.monotonic_ns()
        if self._open.pop(report[0], self) is not self:
            self.take_report(report, end)

    def _fail(self, tickets, error):
        text = explain(error)
        for ticket in tickets:
            if self._open.pop(ticket, self) is not self:
                self.post.forget(ticket)
                self.outbox.fail(ticket, text)

    def map(self, orders, chunk):
        self.outbox.expect(len(orders), in_bulk=True)
        call = object()
        unordered = self.settings.get("call") == "ImapUnordered"
        if chunk == 0:
            # As the library has it: four chunks for each worker, or one task after the other.
            chunk = 1 if unordered else -(-len(orders) // (4 * self.settings["workers"]))
        # map answers nothing before the last result is there, so that all payloads are on their way at once.
        on_their_way = chunk if unordered else len(orders)
        function, letters = self.call(orders, chunk, on_their_way)
        with self._changing:
            self._open.update(dict.fromkeys(orders.tickets, call))
            if unordered:
                results = self._pool.imap_unordered(function, letters, chunk)
                collect = partial(self._collect, orders, chunk, results)
                threading.Thread(target=collect, name="results", daemon=True).start()
            else:
                self._pool.map_async(
                    function,
                    letters,
                    chunk,
                    callback=partial(self._collect, orders, chunk),
                    error_callback=partial(self._fail, orders.tickets),
                )

    def _collect(self, orders, chunk, results):
        try:
            for _ in self.take_results(results, chunk):
                pass
        except Exception as error:
            self._fail(orders.tickets, error)

    def claim(self, tickets):
        with self._changing:
            # All of a chunk, or none: they are lost together.
            are_open = tickets[0] in self._open
            for ticket in tickets:
                self._open.pop(ticket, None)
            return are_open

    def _lost(self, process):
        at_hand = AtHand(self.setup["scratch"], process.pid).ticket
        if process.exitcode == 0 and at_hand not in self._exiting:
            return
        self._losses += 1
        most = self.setup["restarts"]
        if most is not None and self._losses > most:
            give_up(self.outbox, f"more than {most} worker processes of multiprocessing.Pool ended abruptly")
        self._deaths.append((time.monotonic() + self.GRACE_SECONDS, at_hand))
        who = "only the caller's time-out ends the wait" if self.setup["gives_up"] else "a program would wait for ever"
        self.outbox.send(
            b"I",
            f"Worker process {process.pid} ended abruptly ({how_ended(process)}). multiprocessing.Pool has "
            f"replaced it without a word; {who} for what it had at hand.".encode(),
        )

    def _look(self):
        """Answers what dead processes had at hand, once nobody else can do so any more."""
        while self._deaths and self._deaths[0][0] < time.monotonic():
            _, ticket = self._deaths.popleft()
            if self._open.get(ticket, self) is None:
                with self._changing:
                    self._lose(ticket)
            elif ticket in self._open:
                self._replace(
                    "a worker process ended abruptly, and a chunk of the batch with it: multiprocessing.Pool would "
                    "never come to the end of it"
                )
            elif self._is_stuck():
                self._replace(
                    "a worker process ended abruptly while it held the lock of the pool's queue: no other can take a "
                    "task any more"
                )

    def _is_stuck(self):
        """Whether tasks wait although no process has one at hand."""
        scratch, open_ = self.setup["scratch"], self._open
        return open_ and not any(AtHand(scratch, pid).ticket in open_ for pid in self._keeper.pids())

    def _replace(self, why):
        with self._changing:
            self._breaks += 1
            most = breaks_max(self.setup, self.settings["workers"])
            if self._breaks > most:
                give_up(self.outbox, f"the pool of worker processes broke more than {most} times")
            count = len(self._open)
            self._fail(list(self._open), TaskLost(why))
            self._terminate()
            self.start()
        text = f"The pool was given up with {count} pending tasks: {why}. The harness made a new one."
        self.outbox.send(b"B", text.encode())

    def _terminate(self):
        """Ends a broken pool, which may never come to its own end: it waits for the lock that nobody can release."""
        processes = multiprocessing_children()
        terminating = threading.Thread(target=self._pool.terminate, name="terminating", daemon=True)
        terminating.start()
        terminating.join(self.GRACE_SECONDS)
        for process in processes:
            process.kill()

    def close(self):
        self._pool.close()
        self._pool.join()
        self.post.close()


# Event loops -----------------------------------------------------------------------------------------------------


class Asyncio(RemotePool):
    """`asyncio`: a task for each order behind one semaphore, on the main thread's event loop."""

    LOOK_SECONDS = 0.01
    """How often it is looked whether a broken pool of processes has been replaced."""

    outbox_class = LoopOutbox

    def prepare(self):
        import asyncio  # noqa: F401

        self.worker = self.ledger.here = Worker(self.setup)
        self._threads = self._processes = None
        self._cpu = self.settings.get("cpu", "Inline")
        if self._cpu != "Inline" and "Processes" in self._cpu:
            self._processes = Processes(self._cpu["Processes"]["workers"], {}, self.setup, self.outbox)
            self.post = Post(self.setup, self.settings)
        if self.setup["gives_up"]:
            self._revocable = {}
            """Tasks by their tickets."""
            self._left = {}
            """By the task that was cancelled: the future of what a thread or a process is still at."""
            self.submit = self._submit_revocably
            self._on_thread = self._on_thread_revocably
            self._in_process = self._in_process_revocably

    def start(self):
        if self._processes:
            self._processes.start()
        elif self._cpu != "Inline":
            self._threads = started_threads(self._cpu["Blocking"]["threads"])

    def facts(self):
        return {**super().facts(), **(self._processes.facts() if self._processes else {})}

    def serve(self, inbox):
        import asyncio

        if self._processes:
            self._processes.watch()
        return asyncio.run(self._serve(inbox))

    async def _serve(self, inbox):
        import asyncio

        loop = asyncio.get_running_loop()
        self.outbox.attach(loop)
        if self._threads:
            loop.set_default_executor(self._threads)
        self._semaphore = asyncio.Semaphore(self.settings["in_flight"])
        self._bench = self.worker.bench()
        self._tasks = set()
        self._ended = loop.create_future()
        os.set_blocking(inbox.fd, False)
        loop.add_reader(inbox.fd, self._receive, inbox)
        in_order = await self._ended
        loop.remove_reader(inbox.fd)
        if in_order:
            await asyncio.gather(*self._tasks, return_exceptions=self.setup["gives_up"])
            if self._processes:
                self._processes.close()
        return in_order

    def _receive(self, inbox):
        """Takes in the frames that have come."""
        try:
            goes_on = inbox.receive()
        except BlockingIOError:
            return
        try:
            received = inbox.cut()
            while received is not None and received[0] != b"E":
                self.take(*received)
                received = inbox.cut()
        except Exception as error:
            self._ended.set_exception(error)
            return
        if received is not None or not goes_on:
            self._ended.set_result(received is not None)

    def submit(self, orders):
        import asyncio

        for order in orders:
            self._keep(asyncio.create_task(self._execute(order)))

    def map(self, orders, chunk):
        import asyncio

        self._keep(asyncio.gather(*(self._execute(order) for order in orders)))

    def _submit_revocably(self, orders):
        import asyncio

        for order in orders:
            task = self._revocable[order[0]] = asyncio.create_task(self._execute(order))
            self._tasks.add(task)
            task.add_done_callback(partial(self._let_go_of, order[0]))

    def _let_go_of(self, ticket, task):
        """As `_let_go`, of a task that may have been cancelled."""
        del self._revocable[ticket]
        if not task.cancelled():
            self._let_go(task)
            return
        self._tasks.discard(task)
        future = self._left.pop(task, None)
        if future is None:
            self.end_early(ticket, CANCELLED)
            return
        # Its place is free, as it is in a program; what it left running is told of when that ends.
        self.end_early(ticket, GIVEN_UP)
        loop = task.get_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self.end_early, ticket, FAILED))

    def revoke(self, tickets):
        for ticket in tickets:
            if ticket in self._revocable:
                self._revocable[ticket].cancel()

    async def _on_thread(self, *call):
        """Has a thread call a function."""
        import asyncio

        return await asyncio.to_thread(*call)

    async def _on_thread_revocably(self, *call):
        return await self._elsewhere(self._threads.submit(*call))

    async def _in_process(self, *call):
        """Has a worker process call a function."""
        import asyncio

        return await asyncio.wrap_future(await self._submit_to_process(*call))

    async def _in_process_revocably(self, *call):
        return await self._elsewhere(await self._submit_to_process(*call))

    async def _submit_to_process(self, *call):
        """Hands over to a process, of the next pool where this one is broken: the loop must not stand still for it."""
        import asyncio

        future = self._processes.try_submit(*call)
        while future is None:
            await asyncio.sleep(self.LOOK_SECONDS)
            future = self._processes.try_submit(*call)
        return future

    async def _elsewhere(self, future):
        """Waits for what a thread or a process does.  Neither can be stopped once it has begun."""
        import asyncio

        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel():
                self._left[asyncio.current_task()] = future
            raise

    def _keep(self, task):
        # The loop itself holds its tasks only weakly.
        self._tasks.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, task):
        self._tasks.discard(task)
        if task.exception() is not None and not self._ended.done():
            self._ended.set_exception(task.exception())

    async def _execute(self, order):
        """Executes an order when the semaphore lets it, and answers it."""
        ticket, number, phase = order
        async with self._semaphore:
            start = time.monotonic_ns()
            bench = self._bench.for_task()
            executed = Executed(start, start, 0, 0, 0, None)
            for place, (pool, steps) in enumerate(self.worker.recipes.segments(number, phase)):
                if pool == BACK:
                    later = await self._execute_in_process(order, place)
                else:
                    later = await self._execute_here(bench, number, steps)
                executed = joined(executed, later)
                if executed.failure is not None:
                    break
            self.answer(ticket, executed, time.monotonic_ns())

    async def _execute_here(self, bench, number, steps):
        """Executes steps on the loop, or what blocks it on a thread."""
        bench.on_cpu_nanos = bench.lock_wait_nanos = 0
        sum_, failure = 0, None
        start = time.monotonic_ns()
        try:
            for step in steps:
                if step.awaits and not (self._threads and step.blocks):
                    sum_ += step.digest(number, await step.run_async(bench, number))
                elif self._threads:
                    executed = await self._on_thread(self.worker.execute, number, [step])
                    bench.on_cpu_nanos += executed.on_cpu
                    bench.lock_wait_nanos += executed.lock_wait
                    if executed.failure is not None:
                        raise StageFailed(executed.failure)
                    sum_ += executed.digest
                else:
                    sum_ += step.digest(number, bench.meter(step.run, bench, number))
        except Exception as error:
            failure = words(error)
        end = time.monotonic_ns()
        return Executed(start, end, bench.on_cpu_nanos, bench.lock_wait_nanos, sum_ & MASK, failure)

    async def _execute_in_process(self, order, segment):
        """Has a worker process execute a segment."""
        try:
            letter = self.post.order(order, segment)
            report = await self._in_process(run_in_worker, letter, segment)
            return self.executed_of(report)
        except Exception as error:
            now = time.monotonic_ns()
            return Executed(now, now, NOT_KNOWN, 0, 0, self._processes.explain(error))
        finally:
            # A moment before its answer: those of a broken pool may come just after the word of it.
            self._processes.settled(order[:1])


class Hybrid(RemotePool):
    """A pipeline: threads wait and fetch, worker processes compute, a bounded queue between."""

    outbox_class = ThreadedOutbox

    def prepare(self):
        self.processes = Processes(self.settings["processes"], self.settings, self.setup, self.outbox)
        self.worker = self.ledger.here = Worker(self.setup)
        self.post = Post(self.setup, self.settings)

    def start(self):
        # First the processes: a process that forks should not have threads.
        self.processes.start()
        self._threads = started_threads(self.settings["threads"])
        self._on_threads, self._in_processes = Revocable(), Revocable()
        if self.setup["gives_up"]:
            self._on_threads.watch(self._threads)
            self._in_processes.watch(self.processes)
        self._room = threading.Semaphore(self.settings["processes"] + self.settings.get("between", BETWEEN))
        self._open = 0
        self._over = threading.Condition()

    def facts(self):
        return {**super().facts(), **self.processes.facts()}

    def serve(self, inbox):
        self.processes.watch()
        return super().serve(inbox)

    def submit(self, orders):
        self.outbox.expect(len(orders))
        with self._over:
            self._open += len(orders)
        for order in orders:
            self._threads.submit(self._go_on, order, 0, None)

    def revoke(self, tickets):
        for ticket in tickets:
            if self._on_threads.revoke(ticket):
                self.end_early(ticket, CANCELLED)
                self._finish(ticket, None, 0)
            else:
                self._in_processes.revoke(ticket)

    def _go_on(self, order, segment, executed):
        """Executes an order from `segment` on, until a worker process has to."""
        ticket, number, phase = order
        segments = self.worker.recipes.segments(number, phase)
        for place in range(segment, len(segments)):
            pool, steps = segments[place]
            if pool == BACK:
                # Holds this thread up while the queue is full.
                self._room.acquire()
                future = self.processes.submit(run_in_worker, self.post.order(order, place), place)
                future.add_done_callback(partial(self._come_back, order, place, executed))
                return
            executed = joined(executed, self.worker.execute(number, steps))
            if executed.failure is not None:
                break
        self._finish(ticket, executed, executed.end)

    def _come_back(self, order, place, executed, future):
        """Goes on with an order that a worker process has had."""
        end = time.monotonic_ns()
        self._room.release()
        ticket, number, phase = order
        try:
            executed = joined(executed, self.executed_of(future.result()))
            if executed.failure is None and place + 1 < len(self.worker.recipes.segments(number, phase)):
                self._threads.submit(self._go_on, order, place + 1, executed)
            else:
                self._finish(ticket, executed, end)
        except Exception as error:
            self.post.forget(ticket)
            if future.cancelled():
                self.end_early(ticket, CANCELLED)
            else:
                self.outbox.fail(ticket, self.processes.explain(error), end)
            self._finish(ticket, None, end)
        self.processes.settled([ticket])

    def _finish(self, ticket, executed, end):
        if executed is not None:
            self.answer(ticket, executed, end)
        with self._over:
            self._open -= 1
            self._over.notify_all()

    def close(self):
        with self._over:
            self._over.wait_for(lambda: self._open == 0)
        self._threads.shutdown()
        self.processes.close()


# Interpreters, and engines of other packages ---------------------------------------------------------------------


def own_folder():
    """Where this file lies."""
    return os.path.dirname(os.path.abspath(__file__))


class InterpreterPool(RemotePool):
    """`concurrent.futures.InterpreterPoolExecutor`: threads, each with an interpreter and a lock of its own."""

    def prepare(self):
        if sys.version_info < (3, 14):
            raise Unusable("InterpreterPoolExecutor needs CPython 3.14 or later")
        self.post = Post(self.setup, self.settings)
        self._revocable = Revocable()

    def start(self):
        from concurrent.futures import InterpreterPoolExecutor

        workers = self.settings["workers"]
        # A new interpreter has neither our path nor our `__main__`.
        begin = (
            f"import sys; sys.path.insert(0, {own_folder()!r})\n"
            f"import poolscope_harness; poolscope_harness.begin_interpreter({json.dumps(self.setup)!r})"
        )
        self._executor = InterpreterPoolExecutor(workers, initializer=exec, initargs=(begin, {}))
        meeting = meeting_of(self.setup)
        for future in [self._executor.submit(meet, meeting, workers) for _ in range(workers)]:
            future.result()

    def submit(self, orders):
        for order in orders:
            future = self._executor.submit(run_in_interpreter, pickle.dumps(self.post.order(order)))
            if self.setup["gives_up"]:
                self._revocable.keep(order[0], future)
            future.add_done_callback(partial(self._done, order[0]))

    def revoke(self, tickets):
        for ticket in tickets:
            self._revocable.revoke(ticket)

    def _done(self, ticket, future):
        end = time.monotonic_ns()
        try:
            self.take_report(pickle.loads(future.result()), end)
        except Exception as error:
            if future.cancelled():
                self.end_early(ticket, CANCELLED)
            else:
                self.outbox.fail(ticket, explain(error), end)

    def close(self):
        self._executor.shutdown()


class Engine(RemotePool):
    """A pool of another package, which starts its workers as it likes."""

    package = None
    """As it is imported, and as pip knows it."""

    def prepare(self):
        try:
            self.library = importlib.import_module(self.package)
        except ImportError as error:
            raise Unusable(
                f"the package {self.package} is missing ({error}); install it with "
                f"'{sys.executable} -m pip install {self.package}'"
            ) from None
        self.post = Post(self.setup, self.settings)
        self.keeper = Keeper(self.outbox, lost=self._say_lost)
        self.start_nanos = 0
        self.source = os.path.join(self.setup["scratch"], "setup.json")
        with open(self.source, "w") as file:
            json.dump(self.setup, file)

    def start(self):
        before = time.monotonic_ns()
        self.start_engine()
        self.start_nanos = time.monotonic_ns() - before

    def start_engine(self):
        """Starts the engine, or connects to one that runs, and has all its workers execute something."""
        raise NotImplementedError

    def facts(self):
        return {
            **super().facts(),
            "library": f"{self.package} {self.library.__version__}",
            "engine_start_nanos": self.start_nanos,
            "pids": self.keeper.pids(),
        }

    def serve(self, inbox):
        self.keeper.start()
        return super().serve(inbox)

    def afflict(self, afflictions):
        super().afflict(afflictions)
        if exiting(afflictions):
            self.keeper.expects_exits = True

    def _say_lost(self, process):
        if process.exitcode:
            text = f"Worker process {process.pid} ended abruptly ({how_ended(process)}). {self.package} goes on."
            self.outbox.send(b"I", text.encode())

    def take_together(self, result, end):
        """Answers orders by what `run_together` has returned for them."""
        clock, back, (packed, failures, news) = result
        answers = answers_of_page(packed)
        tickets = answers[0::8]
        if clock != self.clock:
            # Another machine's clock: only the length is known, and the way back counts as waiting before it.
            lengths = map(operator.sub, answers[2::8], answers[1::8])
            answers[1::8] = array("Q", [end - length for length in lengths])
            answers[2::8] = array("Q", [end]) * len(tickets)
        answers[3::8] = array("Q", [end]) * len(tickets)
        for ticket, pieces in back.items():
            text = self.post.receive(ticket, pieces)
            if text is not None:
                failures.setdefault(ticket, text)
                answers[8 * tickets.index(ticket) + 7] = FAILED
        for ticket, text in failures.items():
            self.outbox.failure(ticket, text)
        if news is not None:
            self.ledger.note(*news)
        self.outbox.answers(answers)


class Joblib(Engine):
    """`joblib.Parallel`, which the main thread calls and waits for; it has no way to submit single tasks."""

    package = "joblib"

    def prepare(self):
        super().prepare()
        self._in_threads = self.settings.get("with") == "Threading"
        self._breaks = 0

    def _call(self, tasks, batch_size):
        backend = "threading" if self._in_threads else "loky"
        return self.library.Parallel(self.settings["workers"], backend=backend, batch_size=batch_size)(tasks)

    def start_engine(self):
        if self._in_threads:
            begin_engine_worker(self.setup)
        else:
            workers, meeting = self.settings["workers"], meeting_of(self.setup)
            task = self.library.delayed(meet_as_workers)
            self._call([task(self.source, meeting, workers)] * workers, 1)

    def serve(self, inbox):
        return super().serve(Received(inbox))

    def submit(self, orders):
        self.map(orders, 0)

    def map(self, orders, chunk):
        chunk = self.settings.get("chunk") or chunk
        function = partial(run_on_engine, self.source, self.mapped(orders, chunk))
        letters = self.post.orders(orders, chunk)
        if self._in_threads:
            # What they bring and bring back is a reference; what they report is no page, of which there is only one.
            function, letters = run_in_worker, orders
        task = self.library.delayed(function)
        try:
            results = self._call((task(letter) for letter in letters), chunk or "auto")
        except Exception as error:
            self._give_up(orders, error)
            return
        if self._in_threads:
            end = time.monotonic_ns()
            for report in results:
                self.take_report(report, end)
        else:
            for _ in self.take_results(results, chunk):
                pass

    def _give_up(self, orders, error):
        """Answers the orders of a call that has failed as a whole."""
        why = explain(error).splitlines()[0]
        text = f"joblib gives up all {len(orders)} tasks of the call, also those that were done: {why}"
        for ticket in orders.tickets:
            self.post.forget(ticket)
            self.outbox.fail(ticket, text)
        self._breaks += 1
        if self._breaks > BREAKS_MAX:
            give_up(self.outbox, f"joblib failed more than {BREAKS_MAX} times")
        self.outbox.send(b"B", f"{text}. The next call makes new workers.".encode())


ONLY_HERE = {"file_write", "file_append", "file_read", "http", "tcp"}
"""Stages that need the scratch folder or the loopback server of this machine."""


class Scheduler(Engine):
    """An engine with a scheduler of its own, on this machine or on a cluster that runs already."""

    def prepare(self):
        super().prepare()
        self.clock = clock_name()
        self.is_elsewhere = self.settings.get("cluster") == "Configured"
        self._arrived = threading.Event()
        if self.is_elsewhere:
            found = sorted({step["op"] for kind in self.setup["kinds"] for step in kind["steps"]} & ONLY_HERE)
            if found:
                raise Unusable(
                    f"workers of a configured cluster cannot run the stage {', '.join(found)}: the scratch folder and "
                    "the loopback server are on this machine; use a local cluster"
                )

    def address(self, key):
        """The address of the cluster that runs already."""
        if not self.setup[key]:
            raise Unusable(f"no {self.package} cluster is configured; enter its address in poolscope's settings")
        return self.setup[key]

    def setup_elsewhere(self):
        """The setup with all that workers on other machines need."""
        tables = {name: read_bytes(path) for name, path in self.setup["tables"].items()}
        return {**self.setup, "tables": tables, "server_port": None}

    def serve(self, inbox):
        threading.Thread(target=self._collect_all, name="results", daemon=True).start()
        return super().serve(inbox)

    def submit(self, orders):
        for order in orders:
            self._send([order])

    def map(self, orders, chunk):
        orders, chunk = list(orders), max(chunk, 1)
        for first in range(0, len(orders), chunk):
            self._send(orders[first : first + chunk])

    def _send(self, orders):
        self.send([self.post.order(order) for order in orders], [ticket for ticket, *_ in orders])
        self._arrived.set()

    def send(self, orders, tickets):
        """Hands `run_together` for these orders to the scheduler."""
        raise NotImplementedError

    def _collect_all(self):
        try:
            while True:
                self._arrived.wait()
                self._arrived.clear()
                self.collect()
        except Exception as error:
            traceback.print_exc()
            give_up(self.outbox, explain(error))

    def collect(self):
        """Answers the orders that are under way, until there are none."""
        raise NotImplementedError

    def lose(self, tickets, error):
        """Answers orders that the engine has given up."""
        now = time.monotonic_ns()
        for ticket in tickets:
            self.post.forget(ticket)
            self.outbox.fail(ticket, f"{self.package} gave the task up: {explain(error)}", now)


class Dask(Scheduler):
    """`dask.distributed`: `submit` and `as_completed`."""

    package = "distributed"

    def prepare(self):
        super().prepare()
        self._tickets = {}

    def start_engine(self):
        distributed = self.library
        self._cluster = None
        if self.is_elsewhere:
            address = self.address("dask_address")
            try:
                self._client = distributed.Client(address, timeout="10s")
            except OSError as error:
                raise Unusable(f"no Dask scheduler answers at {address} ({error})") from None
            self._client.upload_file(os.path.abspath(__file__))
            [self.source] = self._client.scatter([self.setup_elsewhere()], broadcast=True)
        else:
            self._cluster = distributed.LocalCluster(
                n_workers=self.settings["workers"],
                threads_per_worker=self.settings.get("threads", 1),
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                local_directory=self.setup["scratch"],
            )
            self._client = distributed.Client(self._cluster)
        workers, meeting = list(self._client.ncores()), meeting_of(self.setup)
        arguments = (begin_engine_worker, self.source)
        if not self.is_elsewhere:
            arguments = (meet_as_workers, self.source, meeting, len(workers))
        self._client.gather([
            self._client.submit(*arguments, workers=[worker], pure=False) for worker in workers
        ])
        self._completed = distributed.as_completed(with_results=True, raise_errors=False)

    def send(self, orders, tickets):
        future = self._client.submit(run_together, self.source, orders, pure=False)
        self._tickets[future.key] = tickets
        self._completed.add(future)

    def collect(self):
        for future, result in self._completed:
            end = time.monotonic_ns()
            tickets = self._tickets.pop(future.key)
            if future.status == "finished":
                self.take_together(result, end)
            else:
                self.lose(tickets, future.exception())

    def close(self):
        self._client.close()
        if self._cluster:
            self._cluster.close()


def start_undertaker():
    """Forks a process that outlives this one to kill what an engine would leave behind; returns where to write whom.

    Ray's agents have noticed the end of their parents neither by signal nor by pipe, minutes later.  Each is named by
    its id in a line; the end of the pipe is the end of this process.
    """
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        with open(reading) as lines:
            handles = []
            for line in lines:
                # A handle stays that of its process, whoever is given its id later.
                with contextlib.suppress(ProcessLookupError):
                    handles.append(os.pidfd_open(int(line)))
        for handle in handles:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        os._exit(0)
    os.close(reading)
    return writing


class Ray(Scheduler):
    """Ray's tasks: `remote` and `wait`."""

    package = "ray"
    FOLDER_CHARACTERS_MAX = 40

    def prepare(self):
        # Read when it is imported: no reports to its makers, and on this machine nothing that listens to others.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        if self.settings.get("cluster") != "Configured":
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        super().prepare()
        self._pending = {}
        """Tickets by the reference of the result that will have them."""
        self._pids = []
        self._link = None

    def start_engine(self):
        ray, module = self.library, sys.modules[__name__]
        if self.is_elsewhere:
            address = self.address("ray_address")
            try:
                ray.init(address, log_to_driver=False, runtime_env={"py_modules": [module]})
            except ConnectionError as error:
                raise Unusable(f"{error}; a cluster that asks for a token cannot be used") from None
            self.source = [ray.put(self.setup_elsewhere())]
        else:
            undertaker = start_undertaker() if hasattr(os, "pidfd_open") else None
            before = set(descendants())
            ray.init(
                num_cpus=self.settings["workers"],
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
                _node_ip_address="127.0.0.1",
                _temp_dir=self._folder(),
            )
            workers, meeting = self.settings["workers"], meeting_of(self.setup)
            task = ray.remote(meet_as_workers)
            self._pids = sorted(ray.get([task.remote(self.source, meeting, workers) for _ in range(workers)]))
            if undertaker is not None:
                own = set(descendants()) - before
                write(undertaker, "".join(f"{pid}\n" for pid in own).encode())
        self._task = ray.remote(run_together)

    def facts(self):
        # The workers are children of Ray's own processes.
        return {**super().facts(), "pids": self._pids}

    def send(self, orders, tickets):
        self._pending[self._task.remote(self.source, orders)] = tickets

    def collect(self):
        ray = self.library
        while self._pending:
            references = list(self._pending)
            ray.wait(references)
            done, _ = ray.wait(references, num_returns=len(references), timeout=0)
            for reference in done:
                tickets = self._pending.pop(reference)
                try:
                    result = ray.get(reference)
                except Exception as error:
                    self.lose(tickets, error)
                else:
                    self.take_together(result, time.monotonic_ns())

    def _folder(self):
        """The scratch folder, by a name that leaves room for the sockets that Ray makes deep below it."""
        folder = self.setup["scratch"]
        if len(folder) > self.FOLDER_CHARACTERS_MAX:
            self._link = f"/tmp/poolscope-ray-{os.getpid()}"
            os.symlink(folder, self._link)
            folder = self._link
        return folder

    def close(self):
        self.library.shutdown()
        if self._link:
            os.unlink(self._link)


POOLS = {
    "Sequential": Sequential,
    "ThreadPoolExecutor": ThreadPool,
    "ProcessPoolExecutor": ProcessPool,
    "MultiprocessingPool": MultiprocessingPool,
    "Asyncio": Asyncio,
    "Hybrid": Hybrid,
    "InterpreterPoolExecutor": InterpreterPool,
    "Joblib": Joblib,
    "Dask": Dask,
    "Ray": Ray,
}


# ----------------------------------------------------------------------------------------------------------------
# The process
# ----------------------------------------------------------------------------------------------------------------


class Unusable(Exception):
    """This interpreter cannot do what the candidate asks; the text is for people."""


def take_over():
    """Takes standard input and output for frames: returns their new descriptors, (input, output).

    What a library prints goes to standard error, and what reads finds nothing.  No child inherits the two.
    """
    orders, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)

    def close_both():
        os.close(orders)
        os.close(answers)

    os.register_at_fork(after_in_child=close_both)
    return orders, answers


def private_dirty_bytes():
    """Memory that is this process's own; None where the system does not tell."""
    try:
        with open("/proc/self/smaps_rollup") as file:
            for line in file:
                if line.startswith("Private_Dirty:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return None


def explain(error):
    """Why a task or a pool failed with `error`, in words that say what to do where there is something."""
    text = words(error)
    if "pickle" in text.lower():
        text += " (what is sent to a worker process is pickled, and so is what it sends back)"
    return text


def give_up(outbox, text):
    """Ends the block: nothing can go on."""
    try:
        outbox.send(b"X", text.encode())
        outbox.close()
    finally:
        # Also where nobody listens any more.
        leave(1)


def leave(code):
    """Ends this process at once, all processes below it first: an engine's own would take their time."""
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(code)


def descendants():
    """The ids of all processes below this one, where the system tells (Linux); else of the worker processes.

    Without multiprocessing's resource tracker: it ends by itself, and cleans up after those that could not.
    """
    if not os.path.isdir("/proc/self"):
        return [child.pid for child in multiprocessing_children()]
    children = {}
    for entry in os.listdir("/proc"):
        # Any process may end while it is looked at.
        with contextlib.suppress(OSError):
            if entry.isdigit() and b"resource_tracker" not in read_bytes(f"/proc/{entry}/cmdline"):
                # After the name, which may hold anything: the state, then the parent.
                parent = int(read_bytes(f"/proc/{entry}/stat").rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found = children.get(os.getpid(), [])
    for pid in found:
        # Grows while it is gone through.
        found.extend(children.get(pid, []))
    return found


def read_bytes(path):
    """All that a file holds."""
    with open(path, "rb") as file:
        return file.read()


def setup_of(kind, payload):
    """The setup that the first frame holds, the name of the pool, and its settings."""
    setup = json.loads(payload) if kind == b"S" else {}
    if setup.get("protocol") != PROTOCOL:
        raise ProtocolError("the setup is not of this harness's protocol")
    pool = setup["pool"]
    if isinstance(pool, str):
        return setup, pool, {}
    (name, settings), = pool.items()
    return setup, name, settings


def main():
    """Serves one block: the life of this process."""
    orders, answers = take_over()
    inbox, ledger = Inbox(orders), Ledger()
    outbox = Outbox(answers, ledger)
    try:
        received = inbox.read()
        if received is None:
            leave(1)
        setup, name, settings = setup_of(*received)
        outbox = POOLS[name].outbox_class(answers, ledger)
        pool = POOLS[name](settings, setup, outbox, ledger)
        pool.prepare()
        # The collector looks through all that was imported as soon as some thousand objects have been made: within the
        # first chunks of a batch, or now.  It is only after that look that it waits until there is a quarter more.
        gc.collect()
        facts = {
            "protocol": PROTOCOL,
            "version": ".".join(map(str, sys.version_info[:3])),
            "free_threaded": not getattr(sys, "_is_gil_enabled", lambda: True)(),
            "baseline_bytes": private_dirty_bytes(),
        }
        hold_lifeline(setup["scratch"])
        pool.start()
        facts.update(pool.facts())
        # Threads come last: a process that forks should not have any.
        outbox.start()
        inbox.watch()
        ledger.begin()
        outbox.send(b"H", json.dumps(facts).encode())
        in_order = pool.serve(inbox)
    except Unusable as error:
        give_up(Outbox(answers, ledger), str(error))
    except Exception as error:
        traceback.print_exc()
        give_up(Outbox(answers, ledger), explain(error))
    if not in_order:
        leave(1)
    outbox.close()


if __name__ == "__main__":
    # What follows runs in this file as a module: workers of every pool can import it, and it is compiled once for all
    # of them.  Nor do they run the script anew, as multiprocessing would have them do if it knew the file.
    sys.path.insert(0, own_folder())
    sys.dont_write_bytecode = False
    del __file__
    importlib.import_module("poolscope_harness").main()
