"""The C and its header under gcc, clang and g++, many files a call: nothing may be said of any."""

import re
import subprocess

STRICT = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow".split()
C = ["-std=c99", *STRICT, "-Wmissing-prototypes", "-x", "c"]
COMPILERS = {
    "gcc": (["gcc", *C], (".c", ".h")),
    "clang": (["clang", *C, "-Wno-pragma-once-outside-header"], (".c", ".h")),
    "g++": (["g++", "-std=c++17", *STRICT, "-x", "c++"], (".h",)),
}
BATCH = 24
SAID = re.compile(r"^(?:In file included from )?([^\s:]+):(\d+):(?:\d+:)? (.*)", re.MULTILINE)


def batches(paths):
    """(compiler, files) for each call."""
    for name, (_, ends) in COMPILERS.items():
        files = [p for p in paths if p.endswith(ends)]
        for i in range(0, len(files), BATCH):
            yield name, files[i : i + BATCH]


def build(batch):
    """[(file, complaint)], the first for each file. Notes are none: gcc has one on long lines."""
    name, files = batch
    done = subprocess.run([*COMPILERS[name][0], "-fsyntax-only", *files], capture_output=True, timeout=600)
    text = done.stderr.decode("utf-8", "backslashreplace")
    found = {}
    for m in SAID.finditer(text):
        if m[1] in files and re.match("(fatal )?error|warning", m[3]):
            found.setdefault(m[1], f"{name}: {m[3]}")
    if done.returncode and not found:
        found[files[0]] = f"{name}: exit {done.returncode}: {text[:200]}"
    return list(found.items())
