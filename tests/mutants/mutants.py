#!/usr/bin/env python3
"""Plants single faults in compiler/ and sees which of them the quick tests catch.

usage: mutants.py --build BUILD --python PYTHON [--count N] [--seed S] [--only GLOB] [--least PERCENT] [--list]

Each fault (faults.py) is made in a copy of the tree, of which there is one per processor. Then come the checks of
`make unit` and `make test`, the fastest first, up to the one that fails, is ended by a signal or takes far longer than
without a fault. Those that run the compiler in their own process have it built with sanitizers; those that start it
thousands of times have it without, since a sanitizer takes longer to start than the compiler to end. What doesn't
compile is no fault: another one is drawn.

Before, the checks run once in a tree that notes which lines they run: those that don't run a fault's line are left
out for it.

The seed decides which faults: the same sources and seed give the same ones. Prints a line for each, then who caught
how many, and those that live, in the form of harmless.txt, which has those that change nothing that matters, with the
reasons. What compiles to the same machine code is harmless too. Fails if fewer than PERCENT of those that aren't
harmless are caught.
"""

import argparse
import collections
import fnmatch
import glob
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import coverage
import faults

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# How a fault looks is not what it does; nobody steps through it; kernels have no faults.
QUIETLY = ["CFLAGS=-Wno-parentheses -Wno-empty-body -Wno-misleading-indentation -g0", "KERNEL_OPT=-O2"]
# The checks that have the compiler in their own process, beside the suites.
IN_PROCESS = ("computed", "computed_models")
# A tree's builds: {folder: (flags, programs)}.
BUILDS = {
    "plain": (["OPT=-O1", *QUIETLY], ["onnx2c", "operators"]),
    "sanitized": (["SAN=1", *QUIETLY], ["unit-tests", "cases"]),
}
COVERED = {"covered": (coverage.FLAGS, ["onnx2c", "operators", "unit-tests", "cases"])}
FAILURE = re.compile(r"FAILED|no count came from|(wrong|nobuild|crash|timeout) +\w+/|\d+ passed, [1-9]\d* failed")


def harmless():
    """{(path, old, new): reason} of harmless.txt: a path, "- old", "+ new" and the reason, each on lines of its own."""
    known = {}
    with open(os.path.join(HERE, "harmless.txt"), encoding="utf-8") as f:
        blocks = "".join(line for line in f if not line.startswith("#")).strip().split("\n\n")
    for block in filter(None, blocks):
        path, old, new, reason = block.split("\n", 3)
        known[path, old.removeprefix("- "), new.removeprefix("+ ")] = faults.one_line(reason)
    return known


def found(pattern, path):
    """The first group of all that match in a file of tests/."""
    with open(os.path.join(ROOT, "tests", path), encoding="utf-8") as f:
        return re.findall(pattern, f.read(), re.M)


class Check:
    """What may catch a fault: a suite of the unit tests, or a part of check.sh."""

    def __init__(self, name, suite=None):
        self.name = name
        self.suite = suite
        self.sanitized = suite is not None or name in IN_PROCESS

    def command(self, build, python):
        return [f"{build}/unit-tests"] if self.suite else ["tests/check.sh", build, python, self.name]


def checks():
    suites = found(r"^    SUITE\((\w+)\)", "unit/main.c")
    parts = dict.fromkeys(found(r"^quick (\w+)", "check.sh"))
    return [Check("unit:" + s, s) for s in suites] + [Check(part) for part in parts if part != "unit"]


def limits():
    """Of every process that a fault may send round for ever, or let write for ever."""
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))


class Tree:
    """A copy of the sources, and what is built of it."""

    def __init__(self, folder, args, builds):
        self.folder, self.args, self.builds = folder, args, builds
        environment = {
            "PATH": f"{os.path.join(args.work, 'bin')}:{os.environ['PATH']}",
            "CACHED_CC": os.path.join(args.work, "programs"),
            "TMPDIR": self.path("tmp"),
            "CK_FORK": "no",  # a sanitizer's memory is copied too slowly
            "ASAN_OPTIONS": "hard_rss_limit_mb=4000:detect_leaks=0",
        }
        self.environment = {**os.environ, **environment}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def copy_sources(self):
        os.makedirs(self.folder)
        for name in sorted(os.listdir(ROOT)):
            if not name.startswith((".", "build")):
                copy = shutil.copytree if os.path.isdir(os.path.join(ROOT, name)) else shutil.copy
                copy(os.path.join(ROOT, name), self.path(name))
        for build in self.builds:
            os.makedirs(self.path(build))
            os.symlink(os.path.join(self.args.build, "conformance"), self.path(build, "conformance"))

    def make(self, jobs=1):
        """Empty if it could be built, else what make says."""
        for build, (flags, programs) in self.builds.items():
            targets = [f"{build}/{program}" for program in programs]
            command = ["make", "-s", f"-j{jobs}", "BUILD=" + build, *flags, *targets]
            made = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
            if made.returncode:
                return made.stderr or "make failed"
        return ""

    def write(self, path, text):
        with open(self.path(path), "w", encoding="utf-8") as f:
            f.write(text)

    def plant(self, fault):
        """True if it can be built."""
        self.write(fault.path, fault.text[: fault.start] + fault.put + fault.text[fault.end :])
        return not self.make()

    def heal(self, fault):
        self.write(fault.path, fault.text)

    def code(self, path):
        """The machine code of a file."""
        flags = "-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -O2 -w -Icompiler -Iplain/gen -Iplain/proto"
        command = ["/usr/bin/cc", *flags.split(), "-c", path, "-o", "plain/code.o"]
        subprocess.run(command, cwd=self.folder, check=True)
        with open(self.path("plain", "code.o"), "rb") as f:
            return f.read()

    def changes_nothing(self, fault):
        """True of a planted one, which this heals, if the machine code is as before."""
        code = self.code(fault.path)
        self.heal(fault)
        return code == self.code(fault.path)

    def fails(self, check, seconds=None, **more):
        """Whether this check fails, or isn't done in time."""
        os.makedirs(self.path("tmp"), exist_ok=True)
        build = "sanitized" if check.sanitized else "plain"
        process = subprocess.Popen(
            check.command(build if build in self.builds else "covered", self.args.python),
            cwd=self.folder,
            env={**self.environment, **({"CK_RUN_SUITE": check.suite} if check.suite else {}), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=limits,
        )
        watch = threading.Timer(seconds or 3600, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        try:
            if any(FAILURE.match(line) for line in process.stdout):
                return True
            return process.wait() != 0
        finally:
            watch.cancel()
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            shutil.rmtree(self.path("tmp"), ignore_errors=True)


class Run:
    def __init__(self, args):
        self.args = args
        paths = sorted(glob.glob("compiler/**/*.c", root_dir=ROOT, recursive=True))
        self.faults = faults.in_random_order(ROOT, fnmatch.filter(paths, args.only), args.seed)
        self.harmless = harmless()
        self.lock = threading.Lock()
        self.lines = {}  # {name of a check: what it runs}
        self.taken = self.none = 0  # drawn; of these, what doesn't compile
        self.outcomes = {}  # {number of the fault: (fault, what became of it)}

    def built_tree(self, name, builds):
        args = self.args
        tree = Tree(os.path.join(args.work, name), args, builds)
        shutil.rmtree(tree.folder, ignore_errors=True)
        tree.copy_sources()
        what = tree.make(args.jobs)
        if what:
            sys.exit(what)
        return tree

    def passes(self, tree, check):
        """How many seconds it takes; it passes."""
        start = time.time()
        if tree.fails(check, JOBS=str(self.args.jobs), CACHED_CC_FILL="yes"):
            sys.exit(f"without a fault, {check.name} fails in {tree.folder}")
        return time.time() - start

    def find_lines(self):
        tree = self.built_tree("covered", COVERED)
        for check in checks():
            coverage.forget(tree.folder)
            self.passes(tree, check)
            self.lines[check.name] = coverage.lines_run(tree.folder)
        shutil.rmtree(tree.folder)

    def prepare(self):
        """Trees in which all checks passed, and these as (check, seconds that it may take)."""
        args = self.args
        shutil.rmtree(os.path.join(args.work, "bin"), ignore_errors=True)
        os.makedirs(os.path.join(args.work, "programs"), exist_ok=True)
        os.makedirs(os.path.join(args.work, "bin"))
        os.symlink(os.path.join(HERE, "cached_cc.py"), os.path.join(args.work, "bin", "cc"))
        self.find_lines()
        trees = [self.built_tree("0", BUILDS)]
        timed = sorted(((self.passes(trees[0], check), check) for check in checks()), key=lambda t: t[0])
        print("without a fault:", ", ".join(f"{check.name} {s:.1f} s" for s, check in timed if s > 0.5), flush=True)
        for i in range(1, args.jobs):
            trees.append(Tree(os.path.join(args.work, str(i)), args, BUILDS))
            shutil.rmtree(trees[i].folder, ignore_errors=True)
            shutil.copytree(trees[0].folder, trees[i].folder, symlinks=True)
        return trees, [(check, 20 + 3 * args.jobs * seconds) for seconds, check in timed]

    def take(self):
        with self.lock:
            fault = next(self.faults, None) if self.taken - self.none < self.args.count else None
            self.taken += fault is not None
            return self.taken, fault

    def outcome(self, tree, fault, timed):
        for check, seconds in timed:
            if not self.lines[check.name].have_run(fault.path, fault.line):
                continue
            if tree.fails(check, seconds, JOBS="1"):
                return "caught by " + check.name.split(":")[0]
        if (fault.path, fault.old, fault.new) in self.harmless:
            return "harmless"
        return "harmless, the same code" if tree.changes_nothing(fault) else "LIVES"

    def work(self, tree, timed):
        number, fault = self.take()
        while fault:
            start = time.time()
            what = self.outcome(tree, fault, timed) if tree.plant(fault) else None
            tree.heal(fault)
            with self.lock:
                self.none += what is None
                if what:
                    self.outcomes[number] = fault, what
                text = f"{what or 'is no C'} {time.time() - start:4.0f} s"
                print(f"{number:4} {text:36} {fault.path}:{fault.line}: {fault.kind}", flush=True)
            number, fault = self.take()

    def report(self):
        """The share that is caught of those that aren't harmless, in percent."""
        count = collections.Counter(what for _, what in self.outcomes.values())
        print(f"\n{len(self.outcomes)} faults of seed {self.args.seed}; {self.none} more were no C")
        for what, n in count.most_common():
            print(f"{n:5} {what}")
        for _, (fault, what) in sorted(self.outcomes.items()):
            if what == "LIVES":
                print(f"\n{fault.path}\n- {fault.old}\n+ {fault.new}\n  line {fault.line}, {fault.kind}: ")
        caught = sum(n for what, n in count.items() if what.startswith("caught"))
        share = 100 * caught / max(1, caught + count["LIVES"])
        print(f"\n{share:.1f} % of those that aren't harmless are caught")
        return share


def main():
    parser = argparse.ArgumentParser(description="Plants faults in the compiler and sees which the quick tests catch.")
    parser.add_argument("--build", type=os.path.abspath, required=True, help="has conformance/; works in mutants/")
    parser.add_argument("--python", type=os.path.abspath, required=True, help="with the onnx package, for the tests")
    parser.add_argument("--count", type=int, default=20, metavar="N", help="how many faults (default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="which ones (default: 1)")
    parser.add_argument("--only", default="*", metavar="GLOB", help="in these files, for example 'compiler/plan/*'")
    parser.add_argument("--least", type=float, default=85, metavar="PERCENT", help="that must be caught (default: 85)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="trees (default: one per processor)")
    parser.add_argument("--list", action="store_true", help="only print what would be planted")
    args = parser.parse_args()
    args.work = os.path.join(args.build, "mutants")
    run = Run(args)
    if args.list:
        for fault, _ in zip(run.faults, range(args.count)):
            print(f"{fault.path}:{fault.line}: {fault.kind}\n- {fault.old}\n+ {fault.new}\n")
        return 0
    trees, timed = run.prepare()
    workers = [threading.Thread(target=run.work, args=(tree, timed)) for tree in trees]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return run.report() < args.least


sys.exit(main())
