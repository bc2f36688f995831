"""The few lines that somebody would write who measures CPython's executors by hand.

`python3 plain.py CASE` prints the seconds that each way takes, as JSON.  Pools are started and have run something
before the clock starts, as poolscope's cold start is a figure of its own.  Each task stamps its begin and its end, and
who asked for it keeps both: without that there is a makespan, but not one response time.
"""

import json
import os
import random
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial


def prime(_):
    divided = 0
    for _ in range(4):
        for divisor in range(3, 100_001, 2):
            if 10_000_000_019 % divisor == 0:
                divided += 1
    return divided


def wait(_):
    time.sleep(0.1)


# Squares take longer the larger the numbers are: from anywhere within the same bounds as poolscope's tasks begin.
STARTS = random.Random(1).choices(range(1 << 20), k=20_000)


def tiny(number):
    total = 0
    for number in range(number, number + 3):
        total += number * number
    return total


def small(number):
    total = 0
    for number in range(number, number + 110):
        total += number * number
    return total


def large(data):
    # A byte of each cache line: who brings so much looks whether it is all there.
    return zlib.crc32(data[::64])


def mixed(_):
    time.sleep(0.004)
    prime(0)


def stamped(function, argument):
    start = time.perf_counter_ns()
    result = function(argument)
    return result, start, time.perf_counter_ns()


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pool(kind, workers, function, arguments, warm_up, chunksize=1):
    function = partial(stamped, function)
    with kind(workers) as executor:
        list(executor.map(time.sleep, [0.05] * workers))
        list(executor.map(function, warm_up))
        return timed(lambda: list(executor.map(function, arguments, chunksize=chunksize)))


def sequential(function, arguments):
    return timed(lambda: [stamped(function, argument) for argument in arguments])


def case_prime():
    numbers = range(60)
    return {
        "sequential": sequential(prime, numbers),
        "threads": pool(ThreadPoolExecutor, 2, prime, numbers, [0]),
        "processes": pool(ProcessPoolExecutor, 2, prime, numbers, [0]),
    }


def case_alone():
    return {"sequential": sequential(prime, range(60))}


def case_wait():
    numbers = range(20)
    return {
        "sequential": sequential(wait, numbers),
        "threads": pool(ThreadPoolExecutor, 20, wait, numbers, []),
    }


def case_chunk():
    return {
        "chunk_1": pool(ProcessPoolExecutor, 2, tiny, STARTS, [0], chunksize=1),
        "chunk_1000": pool(ProcessPoolExecutor, 2, tiny, STARTS, [0], chunksize=1000),
    }


def case_thread():
    return {"plain threads": pool(ThreadPoolExecutor, 2, small, STARTS, [0])}


def case_payload():
    # Not zeros: the system keeps one page for all of those.
    data = [os.urandom(8 << 20)] * 100
    return {
        "threads": pool(ThreadPoolExecutor, 2, large, data, data[:2]),
        "processes": pool(ProcessPoolExecutor, 2, large, data, data[:2]),
    }


def case_mixed():
    numbers = range(60)
    return {
        "sequential": sequential(mixed, numbers),
        "threads": pool(ThreadPoolExecutor, 4, mixed, numbers, [0]),
    }


if __name__ == "__main__":
    print(json.dumps(globals()["case_" + sys.argv[1]]()))
