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
* The protocol is described in poolscope's documentation of its back end ``cpython``; in short, a frame is its length
  (u32, little-endian), one byte for its kind, and its payload.
"""

import gc
import json
import math
import os
import queue
import struct
import sys
import threading
import time
import traceback
import zlib
from array import array
from bisect import bisect_right
from collections import deque

PROTOCOL = 1
"""Version of the protocol, the same on both sides."""

GOOD, FAILED = 0, 1
"""Outcomes of a task, as answers name them."""

MASK = (1 << 64) - 1
"""Numbers are unsigned and have 64 bits, as in the engine."""

NOT_KNOWN = MASK
"""A time that is not known: the bits of -1."""

FAILURE_BYTES_MAX = 1024
"""The longest text of a failure."""

LITTLE_ENDIAN = sys.byteorder == "little"


# ----------------------------------------------------------------------------------------------------------------
# Frames
# ----------------------------------------------------------------------------------------------------------------


class Inbox:
    """Frames from poolscope.  When they end, so does this process."""

    FRAME_BYTES_MAX = 64 << 20
    READ_BYTES = 64 << 10

    def __init__(self, fd):
        self.fd = fd
        self._received = bytearray()

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
        frame = bytes(received[4:5]), bytes(received[5:end])
        del received[:end]
        return frame


class ProtocolError(Exception):
    """poolscope sent something that this harness does not understand."""


class Orders:
    """Tasks to be executed: three columns of equal length."""

    def __init__(self, triples):
        words = array("Q")
        words.frombytes(triples)
        if not LITTLE_ENDIAN:
            words.byteswap()
        if len(words) % 3:
            raise ProtocolError("orders are not triples")
        self.tickets = words[0::3]
        """Names each order until it is answered."""
        self.numbers = words[1::3]
        """The task's number in its block, from which all its draws follow."""
        self.phases = words[2::3]
        """Which part of the task, counted by the barriers before it."""

    def __iter__(self):
        return zip(self.tickets, self.numbers, self.phases)

    def __len__(self):
        return len(self.tickets)


class Outbox:
    """Frames to poolscope.

    Whoever has something to say puts it into a queue, which costs well below a microsecond.  One thread empties the
    queue and writes all that it finds at once: no task ever waits for a system call of ours.
    """

    ANSWERS_MAX = 100_000
    """In one frame."""

    def __init__(self, fd, ledger):
        self._fd = fd
        self._ledger = ledger
        self._items = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="outbox", daemon=True)

    def start(self):
        """Begins to write.  Called once the pool is up: a process that forks should not have threads."""
        self._thread.start()

    def answer(self, ticket, start, worker_end, end, on_cpu, lock_wait, digest, outcome):
        """Answers one order.  Instants and lengths in nanoseconds; `on_cpu` may be NOT_KNOWN."""
        self._items.put((ticket, start, worker_end, end, on_cpu, lock_wait, digest, outcome))

    def answers(self, words):
        """Answers many orders: an array of eight words for each."""
        self._items.put(words)

    def fail(self, ticket, text, instant=None):
        """Answers an order that no worker has executed to its end."""
        instant = instant or time.monotonic_ns()
        self.failure(ticket, text)
        self.answer(ticket, instant, instant, instant, NOT_KNOWN, 0, 0, FAILED)

    def failure(self, ticket, text):
        """Says why the order that is answered next as failed has failed."""
        encoded = text.encode("utf-8", "replace")[:FAILURE_BYTES_MAX]
        self.send(b"F", struct.pack("<Q", ticket) + encoded.decode("utf-8", "ignore").encode())

    def send(self, kind, payload=b""):
        """Sends a frame after all that was said before."""
        self._items.put((kind, payload))

    def close(self):
        """Writes all that was said, and the last figures of the ledger."""
        self._items.put(None)
        self._thread.join()

    def _write_all(self):
        goes_on = True
        while goes_on:
            items = [self._items.get()]
            while not self._items.empty():
                items.append(self._items.get())
            goes_on = items[-1] is not None
            if not goes_on:
                items.pop()
            data = pack(items)
            for kind, payload in self._ledger.news(hurry=not goes_on):
                data += frame(kind, payload)
            write(self._fd, data)


def frame(kind, payload):
    """A frame as it is sent."""
    return struct.pack("<I", len(payload) + 1) + kind + payload


def pack(items):
    """The frames of `items` in their order; neighbouring answers share one."""
    data = bytearray()
    answers = array("Q")

    def pack_answers():
        if not LITTLE_ENDIAN:
            answers.byteswap()
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


def write(fd, data):
    """Writes all of `data`."""
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


# ----------------------------------------------------------------------------------------------------------------
# What is counted beside tasks
# ----------------------------------------------------------------------------------------------------------------


class Collections:
    """Garbage collections of this interpreter since it was made, by `gc.callbacks`."""

    def __init__(self):
        self.count = 0
        self.nanos = 0
        self.longest_nanos = 0
        self._start = 0
        gc.callbacks.append(self._notice)

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

    def __init__(self, paths):
        self._paths = paths
        self._loaded = {}

    def get(self, name, shape=lambda data: data):
        """Table `name` in the form that `shape` makes of its bytes, made once."""
        if name not in self._loaded:
            with open(self._paths[name], "rb") as file:
                self._loaded[name] = shape(file.read())
        return self._loaded[name]


class SumOfSquares:
    """Adds up squares of consecutive integers in a loop of Python's own.  A grain is one of them."""

    GRAINS_PER_UNIT = 1

    def __init__(self, tables, draw):
        # Small ones: an integer of the language gets slower as it gets longer.
        self._next = draw % (1 << 20)
        self._sum = 0

    def advance(self, grains):
        end = self._next + grains
        total = 0
        for number in range(self._next, end):
            total += number * number
        self._sum += total
        self._next = end

    def result(self):
        return self._sum & MASK


class PrimeCheck:
    """Trial division of a prime by all odd numbers up to its square root.  A grain is one division."""

    PRIME = 10_000_000_019
    GRAINS_PER_UNIT = 49_999
    END = 2 * GRAINS_PER_UNIT + 3

    def __init__(self, tables, draw):
        self._divisor = 3
        self._divided = 0

    def advance(self, grains):
        prime = self.PRIME
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


class Sha256:
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


class Deflate:
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


class JsonParse:
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


class Sort:
    """Sorts copies of a thousand integers each with `list.sort`.  A grain is one copy."""

    GRAINS_PER_UNIT = 1
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


class MatrixProduct:
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


class PointerChase:
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
        if not LITTLE_ENDIAN:
            chain.byteswap()
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


class Step:
    """A stage of a task kind, made ready to be executed any number of times."""

    awaits = False
    """Whether it has a form for event loops that leaves them to others meanwhile: `run_async`."""

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

    def prepare(self, tables):
        """Loads what the step needs, so that no task pays for it."""

    def run(self, bench, number):
        """Executes the step for task `number` on this thread, and returns what it found: the same wherever it runs."""
        raise NotImplementedError


class CpuWork(Step):
    """Computes so many units."""

    def __init__(self, place, seed, recipe):
        super().__init__(place, seed)
        self._kernel = KERNELS[recipe["kernel"]]
        self._grains = recipe["work"] * self._kernel.GRAINS_PER_UNIT

    def prepare(self, tables):
        self._kernel(tables, 0)

    def run(self, bench, number):
        work = self._kernel(bench.tables, self.draws(number).next())
        work.advance(self._grains)
        return work.result()


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


def cpu_step(place, seed, recipe):
    """The step of a CPU stage, by work or by time."""
    return (CpuWork if "work" in recipe else CpuTime)(place, seed, recipe)


STEPS = {
    "cpu": cpu_step,
    "wait": Wait,
}


# ----------------------------------------------------------------------------------------------------------------
# Workers: executing tasks
# ----------------------------------------------------------------------------------------------------------------


class Recipes:
    """The task kinds of the scenario, and which task is of which kind."""

    def __init__(self, setup):
        self._seed = setup["seed"]
        self._kinds = []
        """For each kind its phases, for each phase its segments: steps that one worker executes without a break."""
        self._cumulative_weights = []
        total = 0.0
        for kind in setup["kinds"]:
            steps = [
                STEPS[recipe["op"]](place, self._seed, recipe) for place, recipe in enumerate(kind["steps"])
            ]
            self._kinds.append(
                [[(pool, steps[first:end]) for first, end, pool in phase] for phase in kind["phases"]]
            )
            total += kind["weight"]
            self._cumulative_weights.append(total)

    def segments(self, number, phase):
        """The segments of a phase of task `number`: (pool, steps) each."""
        kind = 0
        if len(self._kinds) > 1:
            drawn = Rng(self._seed, number).unit() * self._cumulative_weights[-1]
            kind = min(bisect_right(self._cumulative_weights, drawn), len(self._kinds) - 1)
        return self._kinds[kind][phase]

    def steps(self):
        """All steps."""
        return [step for kind in self._kinds for phase in kind for _, steps in phase for step in steps]


class Bench:
    """What a thread that executes tasks keeps from task to task."""

    def __init__(self, worker):
        self.tables = worker.tables
        self.lock_wait_nanos = 0
        """Time that the task under way has waited for locks."""


class Worker:
    """Executes tasks in this process (in this interpreter, where a process has several)."""

    def __init__(self, setup):
        self.recipes = Recipes(setup)
        self.tables = Tables(setup["tables"])
        for step in self.recipes.steps():
            step.prepare(self.tables)
        self._local = threading.local()
        self._collections = Collections()

    def reading(self):
        """Garbage collections and counters until now."""
        return self._collections.reading(), {}

    def bench(self):
        """The bench of this thread."""
        try:
            return self._local.bench
        except AttributeError:
            self._local.bench = bench = Bench(self)
            return bench

    def execute(self, number, steps):
        """Executes `steps` of task `number`.

        Returns start and end, processor time and time waited for locks (nanoseconds), what each step found, and the
        text of a failure or None.
        """
        bench = self.bench()
        bench.lock_wait_nanos = 0
        failure = None
        values = []
        cpu_nanos = time.thread_time_ns()
        start = time.monotonic_ns()
        try:
            for step in steps:
                values.append(step.run(bench, number))
        except StageFailed as error:
            failure = str(error)
        except Exception as error:
            failure = words(error)
        end = time.monotonic_ns()
        on_cpu = time.thread_time_ns() - cpu_nanos
        return start, end, on_cpu, bench.lock_wait_nanos, values, failure


def digest(number, steps, values):
    """The digest of steps of task `number` that were executed: the sum, so that phases can be added."""
    total = 0
    for step, value in zip(steps, values):
        total += step.digest(number, value)
    return total & MASK


def words(error):
    """An exception as the last line of its traceback shows it."""
    return "".join(traceback.format_exception_only(type(error), error)).strip()


# Worker processes ------------------------------------------------------------------------------------------------

_worker = None
"""The worker of this process, where a pool starts processes: made by its initializer, found by its tasks."""


def begin_worker(setup):
    """Initializer of worker processes."""
    global _worker
    end_with_parent()
    _worker = Worker(setup)


def end_with_parent():
    """Sees to it that this worker process does not outlive the harness, in whatever way that ends."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    try:
        import ctypes

        PR_SET_PDEATHSIG, SIGKILL = 1, 9
        # The system kills us, even while C code holds the interpreter lock.  What forks workers are threads of the
        # harness that live as long as it does: the signal comes with the end of the thread.
        armed = ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError):
        armed = False
    if not armed:
        # macOS, or a build without ctypes: as soon as the interpreter comes to it.
        threading.Thread(target=exit_after, args=(parent.sentinel,), name="parent", daemon=True).start()
    if not parent.is_alive():
        os._exit(1)


def exit_after(sentinel):
    """Waits for the end of the process behind `sentinel` and ends this one."""
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)


def run_in_worker(ticket, number, phase):
    """Executes an order in a worker process; returns its report."""
    (_, steps), = _worker.recipes.segments(number, phase)
    start, end, on_cpu, lock_wait, values, failure = _worker.execute(number, steps)
    outcome = FAILED if failure else GOOD
    sum_ = 0 if failure else digest(number, steps, values)
    words = array("Q", (ticket, start, end, end, on_cpu, lock_wait, sum_, outcome))
    return words.tobytes(), ({ticket: failure} if failure else None), None


def meet(folder, count):
    """Waits in a worker process until `count` of them do, so that each executes one of these."""
    open(os.path.join(folder, str(os.getpid())), "w").close()
    deadline = time.monotonic() + 60
    while len(os.listdir(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.001)


# ----------------------------------------------------------------------------------------------------------------
# Pools
# ----------------------------------------------------------------------------------------------------------------


class Pool:
    """One of CPython's ways to execute tasks."""

    def __init__(self, settings, setup, outbox, ledger):
        self.settings = settings
        self.setup = setup
        self.outbox = outbox
        self.ledger = ledger

    def start(self):
        """Brings the pool up, all its workers included: no task that is measured pays for it."""

    def facts(self):
        """What poolscope shows of the pool."""
        return {"start_method": None, "library": None, "engine_start_nanos": None, "pids": []}

    def serve(self, inbox):
        """Executes all orders of `inbox`.  Returns whether it ended as it should."""
        while True:
            received = inbox.read()
            if received is None:
                return False
            kind, payload = received
            if kind == b"T":
                self.submit(Orders(payload))
            elif kind == b"M":
                self.map(Orders(payload[4:]), int.from_bytes(payload[:4], "little"))
            elif kind == b"E":
                return True
            else:
                raise ProtocolError(f"a frame of the unknown kind {kind!r} came")

    def submit(self, orders):
        """Hands over tasks one by one."""
        raise NotImplementedError

    def map(self, orders, chunk):
        """Hands over a batch in one call, `chunk` tasks at a time; 0 leaves that to the library."""
        self.submit(orders)

    def close(self):
        """Ends the pool in order, after its last task."""

    def report(self, ticket, number, steps, executed):
        """Answers an order that was executed in this process."""
        start, end, on_cpu, lock_wait, values, failure = executed
        if failure is None:
            self.outbox.answer(ticket, start, end, end, on_cpu, lock_wait, digest(number, steps, values), GOOD)
        else:
            self.outbox.failure(ticket, failure)
            self.outbox.answer(ticket, start, end, end, on_cpu, lock_wait, 0, FAILED)


class LocalPool(Pool):
    """A pool whose tasks run in this process."""

    def start(self):
        self.worker = self.ledger.here = Worker(self.setup)

    def execute(self, ticket, number, phase):
        """Executes an order on this thread and answers it."""
        (_, steps), = self.worker.recipes.segments(number, phase)
        self.report(ticket, number, steps, self.worker.execute(number, steps))


class Sequential(LocalPool):
    """No pool: the main thread executes task after task, while another one receives them."""

    def serve(self, inbox):
        received = queue.SimpleQueue()

        def receive():
            item = inbox.read()
            while item is not None and item[0] != b"E":
                received.put(item)
                item = inbox.read()
            received.put(item)

        threading.Thread(target=receive, name="inbox", daemon=True).start()
        self._received = received
        return super().serve(Received(received))

    def submit(self, orders):
        for order in orders:
            self.execute(*order)


class Received:
    """An inbox whose frames another thread receives."""

    def __init__(self, frames):
        self.read = frames.get


class ThreadPool(LocalPool):
    """`concurrent.futures.ThreadPoolExecutor`."""

    def start(self):
        from concurrent.futures import ThreadPoolExecutor

        super().start()
        workers = self.settings["workers"]
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        # The executor starts a thread when a task finds none idle: here each waits for all others.
        all_there = threading.Barrier(workers)
        for future in [self._executor.submit(all_there.wait) for _ in range(workers)]:
            future.result()

    def submit(self, orders):
        submit, execute = self._executor.submit, self.execute
        for ticket, number, phase in orders:
            submit(execute, ticket, number, phase)

    def close(self):
        self._executor.shutdown()


class ProcessPool(Pool):
    """`concurrent.futures.ProcessPoolExecutor`."""

    def start(self):
        import multiprocessing

        start = self.settings.get("start", "Default")
        self._context = multiprocessing.get_context(None if start == "Default" else start.lower())
        self._pending = {}
        self._start_executor()

    def _start_executor(self):
        from concurrent.futures import ProcessPoolExecutor

        options = {}
        if self.settings.get("tasks_per_child"):
            options["max_tasks_per_child"] = self.settings["tasks_per_child"]
        workers = self.settings["workers"]
        self._executor = ProcessPoolExecutor(
            workers, self._context, initializer=begin_worker, initargs=(self.setup,), **options
        )
        meeting = os.path.join(self.setup["scratch"], f"meeting-{time.monotonic_ns()}")
        os.mkdir(meeting)
        for future in [self._executor.submit(meet, meeting, workers) for _ in range(workers)]:
            future.result()

    def facts(self):
        import multiprocessing

        return {
            **super().facts(),
            "start_method": self._context.get_start_method(),
            "pids": [child.pid for child in multiprocessing.active_children()],
        }

    def submit(self, orders):
        for ticket, number, phase in orders:
            future = self._executor.submit(run_in_worker, ticket, number, phase)
            self._pending[future] = ticket
            future.add_done_callback(self._done)

    def _done(self, future):
        end = time.monotonic_ns()
        ticket = self._pending.pop(future)
        try:
            self._take(future.result(), end)
        except Exception as error:
            self.outbox.fail(ticket, words(error), end)

    def _take(self, report, end):
        """Answers the orders of a worker's report."""
        data, failures, reading = report
        words = array("Q")
        words.frombytes(data)
        words[3::8] = array("Q", [end]) * (len(words) // 8)
        if failures:
            for ticket, text in failures.items():
                self.outbox.failure(ticket, text)
        if reading:
            self.ledger.note(*reading)
        self.outbox.answers(words)

    def map(self, orders, chunk):
        results = self._executor.map(
            run_in_worker, orders.tickets, orders.numbers, orders.phases, chunksize=max(chunk, 1)
        )
        threading.Thread(target=self._collect, args=(orders, results), name="results", daemon=True).start()

    def _collect(self, orders, results):
        for report in results:
            self._take(report, time.monotonic_ns())

    def close(self):
        self._executor.shutdown()


POOLS = {
    "Sequential": Sequential,
    "ThreadPoolExecutor": ThreadPool,
    "ProcessPoolExecutor": ProcessPool,
}


# ----------------------------------------------------------------------------------------------------------------
# The process
# ----------------------------------------------------------------------------------------------------------------


def take_over():
    """Takes standard input and output for frames: (input, output).

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


def leave(code):
    """Ends this process at once, worker processes first."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    os._exit(code)


def main():
    """Serves one block."""
    orders, answers = take_over()
    inbox, ledger = Inbox(orders), Ledger()
    outbox = Outbox(answers, ledger)
    received = inbox.read()
    if received is None:
        leave(1)
    kind, payload = received
    setup = json.loads(payload)
    if kind != b"S" or setup["protocol"] != PROTOCOL:
        raise ProtocolError("the setup is not of this harness's protocol")
    name = setup["pool"]
    settings = {}
    if isinstance(name, dict):
        (name, settings), = name.items()
    pool = POOLS[name](settings, setup, outbox, ledger)
    pool.start()
    outbox.start()
    facts = {
        "protocol": PROTOCOL,
        "version": ".".join(map(str, sys.version_info[:3])),
        "free_threaded": not getattr(sys, "_is_gil_enabled", lambda: True)(),
        **pool.facts(),
    }
    outbox.send(b"H", json.dumps(facts).encode())
    if not pool.serve(inbox):
        leave(1)
    pool.close()
    outbox.close()
    leave(0)


if __name__ == "__main__":
    main()
