"""What scripts have in common that try behaviours one by one: each is a function of what is tried, the compiler or the
build, and of a folder of its own, and raises an exception if it is not as it says."""

import argparse
import fnmatch
import os
import subprocess
import tempfile


class Wrong(Exception):
    pass


class Skip(Exception):
    """It can't be tried here; why."""


def must(condition, *words):
    if not condition:
        raise Wrong(" ".join(str(w) for w in words))


def run(folder, *words, status=0, **environment):
    """What the command says on both of its outputs, if it ends with this status."""
    done = subprocess.run(words, cwd=folder, capture_output=True, env={**os.environ, **environment})
    said = (done.stdout + done.stderr).decode(errors="replace")
    must(done.returncode == status, f"{words[0]}: status {done.returncode}, expected {status}:", said)
    return said


def of_each(test, *arguments):
    """The same test of each: a tuple of its further arguments, or the only one."""
    tuples = [a if isinstance(a, tuple) else (a,) for a in arguments]
    named = lambda words: " ".join(getattr(word, "__name__", str(word)) for word in words)
    return [(f"{test.__name__}: {named(words)}", test, words) for words in tuples]


def main(*tests, of="onnx2c"):
    """tests: functions, and lists that of_each makes. The last line counts: "N passed, N failed[, N skipped]"."""
    parser = argparse.ArgumentParser()
    parser.add_argument(of, type=os.path.abspath)
    parser.add_argument("--only", default="*", metavar="GLOB", help="the tests whose name it matches")
    arguments = parser.parse_args()
    all_of_them = [one for t in tests for one in (t if isinstance(t, list) else [(t.__name__, t, ())])]
    counts = {"passed": 0, "failed": 0, "skipped": 0}

    def note(outcome, name, why):
        counts[outcome] += 1
        if why:
            line = f"{outcome.upper() if outcome == 'failed' else outcome} {name}: {type(why).__name__}: {why}"
            print(line.encode(errors="replace").decode())

    for name, test, words in all_of_them:
        if not fnmatch.fnmatch(name, arguments.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(getattr(arguments, of), folder, *words)
                note("passed", name, None)
            except Skip as why:
                note("skipped", name, why)
            except Exception as why:
                note("failed", name, why)
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.items()))
    return counts["failed"] > 0
