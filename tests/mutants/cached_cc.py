#!/usr/bin/env python3
"""Stands in for cc while tests/mutants.py runs: what was built from the same text with the same options is not built
again.

CACHED_CC is the folder of what was built; it is filled if CACHED_CC_FILL is set, else only read.
"""

import glob
import hashlib
import os
import shutil
import sys

REAL = "/usr/bin/cc"


def files_of(argument):
    """What the compiler may read because of an argument."""
    if os.path.isfile(argument):
        return [argument, *sorted(glob.glob(os.path.join(os.path.dirname(argument), "*.h")))]
    folder = argument.removeprefix("-I")
    names = ("**/*.h", "**/*.weights") if os.path.isdir(folder) else ()
    return sorted(path for name in names for path in glob.glob(os.path.join(folder, name), recursive=True))


def key_of(arguments):
    key = hashlib.sha256(os.environ.get("CC", "").encode())
    for argument in arguments:
        files = files_of(argument)
        if not files and not os.path.isdir(argument.removeprefix("-I")):
            key.update(b"argument " + os.fsencode(argument))
        for path in files:
            with open(path, "rb") as f:
                key.update(b"file " + os.fsencode(os.path.basename(path)) + f.read())
    return key.hexdigest()


def main():
    arguments = sys.argv[1:]
    if "-o" not in arguments:
        os.execv(REAL, [REAL, *arguments])
    at = arguments.index("-o")
    result = arguments[at + 1]
    kept = os.path.join(os.environ["CACHED_CC"], key_of(arguments[:at] + arguments[at + 2 :]))
    if not os.path.exists(kept):
        if "CACHED_CC_FILL" not in os.environ:
            os.execv(REAL, [REAL, *arguments])
        if os.spawnv(os.P_WAIT, REAL, [REAL, *arguments]):
            return 1
        part = f"{kept}.{os.getpid()}"  # others may be doing the same
        shutil.copy(result, part)
        os.replace(part, kept)
        return 0
    shutil.copy(kept, result)
    return 0


sys.exit(main())
