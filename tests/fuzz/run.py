"""Mutated models through a compiler that is built with sanitizers: each must give C that compiles without a warning, or
a message that names the file, within 5 seconds and 1 GB; nothing else.

usage: run.py ONNX2C [-n N] [--seed SEED] [--conformance FOLDER] [--keep FOLDER] [--cc CC] [--jobs N]

Mutant i is made by seed SEED + i of a model of tests/models, tests/cases or the official cases. A failure is made small
and written to FOLDER/SEED.onnx. What was found before and lies in tests/fuzz/found is tried first; so are faults that
are planted: a compiler that crashes, hangs, keeps silent or leaves files must be told. The last line counts:
"N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import glob
import itertools
import os
import random
import stat
import sys
import tempfile

from check import Checker
from mutate import Mutator
from onnx import ModelProto
from shrink import shrink

MOST_BYTES = 100_000
FOUND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "found")

# A compiler that does this, and what must be said of it.
PLANTED = {
    "kill -SEGV $$": "exit status -11",
    "while :; do :; done": "more than 5 s",
    "exit 1": "exit status 1 without a reason",
    "exit 2": "exit status 2",
    "echo onnx2c: error: wrong >&2; exit 1": "a message that doesn't name the file",
    "echo 'onnx2c: internal error: x' >&2; exit 1": "internal error",
    "echo 'a.c:1:2: runtime error: member access' >&2; exit 1": "member access",
    "echo onnx2c: error: m.onnx: wrong >&2; touch out.c; exit 1": "files are left: ['out.c']",
    "echo onnx2c: error: m.onnx: wrong >&2; touch out.c; exit 0": "an error, but exit status 0",
    "echo 'static int x;' >out.c; exit 0": "C that doesn't compile clean",
    "echo 'int f(void) { return 0 }' >out.c; exit 0": "C that doesn't compile clean",
}


def planted_faults(cc):
    """Of the planted ones, those that nobody saw."""
    blind = []
    with tempfile.TemporaryDirectory() as folder:
        for script, wanted in PLANTED.items():
            path = os.path.join(folder, "planted")
            with open(path, "w") as f:
                f.write(f"#!/bin/sh\n{script}\n")
            os.chmod(path, stat.S_IRWXU)
            said = Checker(path, cc).failure(b"")
            if not said or wanted not in said:
                blind.append(f"{script}: {said}")
    return blind


def corpus(conformance):
    patterns = ["tests/models/*/model.onnx", "tests/cases/*/*/model.onnx", os.path.join(conformance, "*/*/model.onnx")]
    paths = [path for p in patterns for path in sorted(glob.glob(p))]
    return [path for path in paths if os.path.getsize(path) <= MOST_BYTES]


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Fuzzer:
    """In a process of its own, with the C files that it has seen."""

    def __init__(self, args):
        self.paths, self.keep = corpus(args.conformance), args.keep
        self.checker = Checker(args.onnx2c, args.cc.split())

    def mutant(self, seed):
        rng = random.Random(seed)
        donors = [ModelProto.FromString(read(rng.choice(self.paths))) for _ in range(3)]
        return Mutator(rng, donors).mutate(read(self.paths[seed * 7919 % len(self.paths)]))

    def try_seed(self, seed):
        """(what is wrong, or None)"""
        data = self.mutant(seed)
        said = self.checker.failure(data)
        if said:
            # The same C is looked at again.
            data = shrink(data, lambda d: Checker(self.checker.onnx2c, self.checker.cc, 1).failure(d) == said)
            os.makedirs(self.keep, exist_ok=True)
            with open(os.path.join(self.keep, f"{seed}.onnx"), "wb") as f:
                f.write(data)
        return said


fuzzer = None


def start(args):
    global fuzzer
    fuzzer = Fuzzer(args)


def try_seed(seed):
    return seed, fuzzer.try_seed(seed)


def try_found(path):
    return path, fuzzer.checker.failure(read(path))


def main():
    parser = argparse.ArgumentParser(description="Compiles mutated models.")
    parser.add_argument("onnx2c")
    parser.add_argument("-n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--conformance", default="build/conformance")
    parser.add_argument("--keep", default=FOUND)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    blind = planted_faults(args.cc.split())
    failed = len(blind)
    for line in blind:
        print(f"a planted fault was not seen: {line}")
    kinds, seeds = collections.Counter(), range(args.seed, args.seed + args.n)
    with concurrent.futures.ProcessPoolExecutor(args.jobs, initializer=start, initargs=(args,)) as pool:
        found = list(pool.map(try_found, sorted(glob.glob(os.path.join(FOUND, "*.onnx")))))
        for name, said in itertools.chain(found, pool.map(try_seed, seeds, chunksize=4)):
            if said:
                failed += 1
                kinds[said] += 1
                if kinds[said] <= 3:
                    print(f"FAILED {name}: {said}", flush=True)
    for said, count in kinds.most_common():
        print(f"{count} times: {said}")
    print(f"{args.n + len(found) + len(PLANTED) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
