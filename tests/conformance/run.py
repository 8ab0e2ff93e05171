#!/usr/bin/env python3
"""Runs `onnx2c verify` on every case that export_cases.py wrote and holds the outcomes against the
list of those that pass.

usage: run.py [--only GLOB] [--of FILE] [--update] [--computed CASES] [--first CC] [-v] [options]

Every case has one outcome:

    pass      every output is right
    refused   the compiler says why it can't compile the model, and nothing else
    wrong     an output isn't right, or the generated code returned an error
    nobuild   the C compiler doesn't take the generated code
    crash     a signal, a sanitizer's report, an internal error, or an exit status there is no reason for
    timeout   not done in time

The reasons for refusals go to refused.txt beside the cases. The last line reads "N passed, N failed, N skipped", where
a refused case is skipped unless the list has it. Exits with 0 if nothing failed: every listed case passes, and none is
wrong, nobuild, crash or timeout. A line "CASE: REASON" of differs.txt says that the stored result is not the right one:
such a case is skipped, but must be wrong.

CASES (tests/machine/cases.c) computes them in its own process, without a C compiler: all but the large models of
light/, in seconds. With --first, what CC takes is built by that, without a warning, and the rest by --cc: tcc needs a
tenth of gcc's time, but knows no .incbin, nor infinities in constants.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

OUTCOMES = ("pass", "refused", "wrong", "nobuild", "crash", "timeout")
BROKEN = ("wrong", "nobuild", "crash", "timeout")

# What sanitizers write, in the compiler itself or in the program that verify builds; and verify's words for a
# program that was killed.
CRASH_MARKS = (
    "AddressSanitizer",
    "LeakSanitizer",
    "UndefinedBehaviorSanitizer",
    ": runtime error: ",
    " was ended by signal ",
    "internal error",
)
NOBUILD_MARK = ": the C compiler "


# The large models.
LIGHT = "light/"


def find_cases(root, only, of):
    models = glob.glob(os.path.join(root, "*", "*", "model.onnx"))
    names = sorted(os.path.relpath(os.path.dirname(m), root).replace(os.sep, "/") for m in models)
    wanted = read_list(of) if of else set(names)
    if wanted - set(names):
        sys.exit(f"{of}: not there: {', '.join(sorted(wanted - set(names)))}")
    return [n for n in names if n in wanted and fnmatch.fnmatchcase(n, only)]


def tolerance_options(folder):
    try:
        with open(os.path.join(folder, "data.json")) as f:
            data = json.load(f)
    except FileNotFoundError:
        return []
    return [word for key in ("rtol", "atol") if key in data for word in (f"--{key}", repr(data[key]))]


def classify(status, out, err):
    """The outcome of a verify that ended by itself or by a signal."""
    lines = [line for line in err.split("\n") if line]
    if status < 0 or status > 1 or any(mark in text for mark in CRASH_MARKS for text in (out, err)):
        return "crash"
    if status == 0:
        return "pass"
    if any(line.startswith("onnx2c: error: ") and NOBUILD_MARK in line for line in lines):
        return "nobuild"
    if out.strip():
        return "wrong"
    only_messages = all(line.startswith(("onnx2c: error: ", "onnx2c: warning: ")) for line in lines)
    return "refused" if lines and only_messages else "crash"


def explain(outcome, status, out, err, model):
    """The lines worth reading, without what every one of them repeats."""
    if outcome == "pass":
        return []
    wanted = [line for line in err.split("\n") if line and not line.startswith("onnx2c: warning: ")]
    if outcome == "wrong":
        wanted = [line for line in out.split("\n") if "FAIL" in line]
    if outcome == "crash":
        wanted = [line for line in (out + err).split("\n") if any(mark in line for mark in CRASH_MARKS)] or wanted
        wanted.insert(0, f"signal {-status}" if status < 0 else f"status {status}")
    return [line.strip().removeprefix("onnx2c: error: ").removeprefix(f"{model}: ") for line in wanted]


def call(command, folder, seconds):
    """(exit status, output, errors), or None after so many seconds; temporary files are in the folder."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        env={**os.environ, "TMPDIR": folder},
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with the C compiler and the program it may be waiting for
        process.communicate()
        return None
    return process.returncode, out, err


def run_case(args, name, scratch):
    if args.first:
        result = verify_case(args, name, scratch, ["--cc", args.first, "--cflags", "-std=c99 -w"])
        if result[1] != "nobuild":
            return result
    options = [word for key in ("cc", "cflags") if getattr(args, key) for word in (f"--{key}", getattr(args, key))]
    return verify_case(args, name, scratch, options)


def verify_case(args, name, scratch, options):
    folder = os.path.join(args.root, name)
    model = os.path.join(folder, "model.onnx")
    command = [args.bin, "verify", model, folder, *tolerance_options(folder), *options]
    with tempfile.TemporaryDirectory(dir=scratch) as own:  # a killed verify leaves its folder behind
        done = call(command, own, args.timeout)
    if not done:
        return name, "timeout", [f"not done after {args.timeout:g} s: {shlex.join(command)}"]
    status, out, err = done
    outcome = classify(status, out, err)
    return name, outcome, explain(outcome, status, out, err, model)


def compute_cases(args, names):
    """What CASES says of them, as run_cases would."""
    folders = {os.path.join(args.root, n): n for n in names if not n.startswith(LIGHT)}
    lines = []
    for folder in folders:
        given = dict(zip(*[iter(tolerance_options(folder))] * 2))
        lines.append(f"{given.get('--rtol', 1e-3)} {given.get('--atol', 1e-7)} {folder}\n")
    command = [args.computed, str(args.jobs)]
    done = subprocess.run(command, input="".join(lines), stdout=subprocess.PIPE, text=True, errors="replace")
    results = {}
    for line in done.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        folder, _, why = rest.partition(": ")
        if any(mark in why for mark in CRASH_MARKS):
            outcome = "crash"
        results[folders[folder]] = outcome, [why] if outcome != "pass" else []
    return {n: results.get(n, ("crash", ["nothing is said of it"])) for n in folders.values()}


def run_cases(args, names):
    if args.computed:
        return compute_cases(args, names)
    results = {}
    with tempfile.TemporaryDirectory(prefix="onnx2c-conformance-") as scratch:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for name, outcome, lines in pool.map(lambda n: run_case(args, n, scratch), names):
                results[name] = outcome, lines
                if outcome in BROKEN or args.verbose and outcome != "pass":
                    print(f"{outcome:8} {name}: {'; '.join(lines[:3])}", flush=True)
    return results


def print_table(results):
    kinds = sorted({name.split("/")[0] for name in results})
    counts = collections.Counter((name.split("/")[0], outcome) for name, (outcome, _) in results.items())
    width = max(len(kind) for kind in kinds + ["total"])
    print(" ".join([" " * width] + [f"{o:>8}" for o in OUTCOMES] + [f"{'of':>8}"]))
    for kind in kinds + ["total"]:
        row = [sum(counts[k, o] for k in (kinds if kind == "total" else [kind])) for o in OUTCOMES]
        print(" ".join([f"{kind:{width}}"] + [f"{n:8}" for n in row] + [f"{sum(row):8}"]))


def read_list(path):
    try:
        with open(path) as f:
            return {line.strip() for line in f if line.strip() and not line.startswith("#")}
    except FileNotFoundError:
        return set()


def read_differing(path, results):
    """The cases whose stored result is held to be wrong, with the reason, as far as they were run."""
    reasons = dict(line.split(": ", 1) for line in read_list(path))
    return {name: reason for name, reason in reasons.items() if name in results}


def write_lines(path, lines):
    with open(path + ".new", "w") as f:
        f.writelines(line + "\n" for line in lines)
    os.replace(path + ".new", path)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Runs the conformance cases and compares with the list of those that pass."
    )
    parser.add_argument(
        "--only",
        metavar="GLOB",
        default="*",
        help="the cases whose KIND/NAME it matches, for example 'node/test_conv*'",
    )
    parser.add_argument("--of", metavar="FILE", help="of these, those that a file lists")
    parser.add_argument("--update", action="store_true", help="make the list what passes now")
    parser.add_argument("-v", "--verbose", action="store_true", help="print refusals too")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="cases at the same time (default: 2)")
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="seconds per case (default: 120)")
    parser.add_argument(
        "--bin", default=os.path.join(ROOT, "build", "onnx2c"), help="the compiler (default: build/onnx2c)"
    )
    parser.add_argument(
        "--root", default=os.path.join(ROOT, "build", "conformance"), help="where the cases are, as KIND/NAME"
    )
    parser.add_argument(
        "--list", default=os.path.join(HERE, "passing.txt"), help="the list (default: passing.txt here)"
    )
    parser.add_argument("--computed", metavar="CASES", help="the program that computes them; all but large models")
    parser.add_argument("--first", metavar="CC", help="a faster C compiler, for what it takes")
    parser.add_argument("--cc", help="passed on to verify")
    parser.add_argument("--cflags", help="passed on to verify, for example '-O1 -g -fsanitize=address,undefined'")
    return parser.parse_args()


def main():
    args = parse_arguments()
    names = find_cases(args.root, args.only, args.of)
    if not names:
        sys.exit(f"{args.root}: no case matches {args.only}; export_cases.py writes them")
    listed = {n for n in read_list(args.list) if fnmatch.fnmatchcase(n, args.only)}
    if args.of:
        listed &= set(names)
    results = run_cases(args, names)
    listed &= set(results) if args.computed else listed
    print_table(results)

    passed = {n for n, (outcome, _) in results.items() if outcome == "pass"}
    broken = {n for n, (outcome, _) in results.items() if outcome in BROKEN}
    refused = set(results) - passed - broken
    lost = listed - passed
    if args.only == "*" and not args.of and not args.computed:
        write_lines(
            os.path.join(args.root, "refused.txt"), [f"{n}: {line}" for n in sorted(refused) for line in results[n][1]]
        )
    if args.update:
        write_lines(args.list, sorted(read_list(args.list) - listed | passed))
        print(f"{os.path.relpath(args.list)}: {len(passed - listed)} more, {len(lost)} fewer")
        lost = set()
    differing = read_differing(os.path.join(HERE, "differs.txt"), results)
    agreeing = {n for n in differing if results[n][0] != "wrong"}
    for name, reason in sorted(differing.items()):
        wrong = f"listed as different, but {results[name][0]}: {name}"
        print(wrong if name in agreeing else f"right: {name}: {reason}")
    for name in sorted(lost):
        outcome, lines = results.get(name, ("gone", []))
        print(f"no longer passes: {name}: {outcome}" + (f": {lines[0]}" if lines else ""))
    if passed - listed and not args.update:
        print(f"{len(passed - listed)} that pass are not in the list; --update puts them there")
    differing = set(differing) - agreeing
    failed = (broken | lost) - differing | agreeing
    print(f"{len(passed - failed)} passed, {len(failed)} failed, {len((refused | differing) - failed)} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
