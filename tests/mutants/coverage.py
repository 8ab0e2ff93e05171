"""Which lines of compiler/ a check runs, by gcov: a fault in others it can't see."""

import bisect
import collections
import glob
import json
import os
import subprocess

# Kernels have no faults: nothing counts in them, and they keep their speed.
FLAGS = ["OPT=-O1 --coverage", "CFLAGS=-w", "KERNEL_OPT=-O2"]


class Lines:
    """Of each file, the lines that have code, and those that ran."""

    def __init__(self):
        self.code = collections.defaultdict(set)
        self.ran = collections.defaultdict(set)

    def add(self, told):
        for file in told["files"]:
            for line in file["lines"]:
                self.code[file["file"]].add(line["line_number"])
                if line["count"]:
                    self.ran[file["file"]].add(line["line_number"])

    def have_run(self, path, line):
        """A statement of several lines may have its code in the first: what was run before may have gone on."""
        code = sorted(self.code[path])
        at = bisect.bisect_right(code, line)
        return line in self.ran[path] or (line not in self.code[path] and at > 0 and code[at - 1] in self.ran[path])


def forget(folder):
    for path in counts(folder):
        os.remove(path)


def counts(folder):
    return sorted(glob.glob(os.path.join(folder, "*/obj/**/*.gcda"), recursive=True))


def lines_run(folder):
    """What ran in the tree's programs since `forget`."""
    lines = Lines()
    paths = [os.path.relpath(p, folder) for p in counts(folder)]
    if paths:
        command = ["gcov", "--json-format", "--stdout", *paths]
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
        for text in told.splitlines():
            lines.add(json.loads(text))
    return lines
