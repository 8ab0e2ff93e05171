#!/usr/bin/env python3
"""Chooses the official cases of `make test`: those that together run the most of the compiler.

A compiler that notes which basic blocks it runs compiles each case of passing.txt. Those of the unit tests count as run
already. Then the case that adds most is taken, again and again; of equal ones the first by name. When none adds any, it
goes on as if there were no unit tests, since they run more than they compare.

usage: choose_quick.py [--count N] [--root DIR] [--build DIR]      writes quick.txt
"""

import argparse
import array
import bisect
import concurrent.futures
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

HEAD = """\
# The official cases of `make test`, the one that adds most first: chosen by choose_quick.py, which describes how.
"""


def build(folder):
    """The compiler and the unit tests with their blocks traced, linked where they always lie at the same addresses."""
    os.makedirs(folder, exist_ok=True)
    runtime = os.path.join(folder, "traced.o")
    subprocess.run(["cc", "-O2", "-fno-pie", "-c", os.path.join(HERE, "traced.c"), "-o", runtime], check=True)
    flags = ["CFLAGS=-fsanitize-coverage=trace-pc -fno-pie", f"LDFLAGS=-no-pie {runtime}"]
    make = ["make", "-C", ROOT, f"-j{os.cpu_count()}", f"BUILD={folder}", *flags]
    subprocess.run([*make, f"{folder}/onnx2c", f"{folder}/unit-tests"], check=True, stdout=subprocess.DEVNULL)


def symbols(path):
    """(address, name) of the functions of a program or an object, by address."""
    lines = subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout.splitlines()
    words = [line.split() for line in lines]
    return sorted((int(w[0], 16), w[2]) for w in words if len(w) == 3 and w[1] in "tT")


class Blocks:
    """Blocks of compiler/, by their function and their place in it: the same in every program."""

    def __init__(self, folder, program):
        self.functions = symbols(os.path.join(folder, program))
        self.starts = [address for address, _ in self.functions]
        objects = [
            os.path.join(top, f)
            for top, _, files in os.walk(os.path.join(folder, "obj"))
            for f in files
            if f.endswith(".o") and not f.startswith(("kernel", "onnx.pb"))
        ]
        self.own = {name for path in objects for _, name in symbols(path)}

    def read(self, trace):
        """What a trace file says that ran."""
        addresses = array.array("Q")
        if os.path.exists(trace):
            with open(trace, "rb") as f:
                addresses.frombytes(f.read())
        blocks = set()
        for at in addresses:
            start, name = self.functions[bisect.bisect_right(self.starts, at) - 1]
            if name in self.own:
                blocks.add((name, at - start))
        return blocks


def traced(blocks, command):
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace")
        environment = dict(os.environ, TRACED=trace)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        return blocks.read(trace)


def listed(name):
    with open(os.path.join(HERE, name)) as f:
        return [line.strip() for line in f if line.strip() and not line.startswith("#")]


def choose(count, cases, done):
    """The names of up to `count` cases, with how many blocks each adds."""
    chosen = []
    left = {name: ran - done for name, ran in cases.items()}
    while len(chosen) < count:
        best = max(sorted(left), key=lambda name: len(left[name]))
        if not left[best]:
            break
        added = left.pop(best)
        chosen.append((best, len(added)))
        left = {name: ran - added for name, ran in left.items()}
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=150, help="cases (default: 150)")
    parser.add_argument("--root", default=os.path.join(ROOT, "build", "conformance"), help="what export_cases.py wrote")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "traced"), help="folder for the compiler")
    a = parser.parse_args()
    folder = os.path.abspath(a.build)
    build(folder)
    onnx2c = os.path.join(folder, "onnx2c")
    done = traced(Blocks(folder, "unit-tests"), [os.path.join(folder, "unit-tests")])
    blocks = Blocks(folder, "onnx2c")

    def ran(name):
        case = os.path.join(a.root, name)
        return traced(blocks, [onnx2c, "verify", os.path.join(case, "model.onnx"), case, "--cc", "true"])

    names = listed("passing.txt")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = dict(zip(names, pool.map(ran, names)))
    everything = done.union(*cases.values())
    chosen = choose(a.count, cases, done)
    again = set().union(*(cases.pop(name) for name, _ in chosen))
    more = choose(a.count - len(chosen), cases, again)
    with open(os.path.join(HERE, "quick.txt"), "w") as f:
        f.write(HEAD)
        f.writelines(f"{name}\n" for name, _ in chosen + more)
    reached = len(done) + sum(added for _, added in chosen)
    print(f"{len(chosen)} cases and {len(more)} more")
    print(f"{reached} of the {len(everything)} blocks that all run; the unit tests {len(done)}")


if __name__ == "__main__":
    main()
