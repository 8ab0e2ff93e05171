"""The generated C on data that nobody expects: a result or an error code, never a report of a sanitizer or a signal.

usage: hostile_data.py ONNX2C [--conformance FOLDER] [--every N] [--only GLOB] [--jobs N]

Each model of tests/models, tests/cases and the official cases is built by `onnx2c verify` under address and
undefined-behaviour sanitizers. Its program is then run on its own inputs with other numbers in them: integers at and
beyond their ranges, NaN, infinities, huge and tiny ones. --every takes each Nth model. Programs with planted faults go
first: what they do must be told. The last line counts: "N passed, N failed, N skipped".
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import os
import random
import re
import resource
import stat
import struct
import subprocess
import sys
import tempfile

# Optimising what is checked at every step takes most of the time, and finds no more.
SANITIZED = ["-std=c99", "-O0", "-g1", "-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all"]
SECONDS = 20  # of the processor's time
REFUSED = 64  # compiler/verify/verify.h: error -E of the generated code is status REFUSED + E
ERRORS = range(REFUSED + 1, REFUSED + 4)

# Builds the program, and puts a script in its place that notes what it is called with.
NOTING_CC = """#!/bin/sh
cc "$@" || exit
while [ "$1" != -o ]; do shift; done
mv "$2" "$2.built"
printf '#!/bin/sh\\necho "$@" >"$0.args"\\nexec "$0.built" "$@"\\n' >"$2"
chmod +x "$2"
"""

FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-45, -1e-40, 3.4e38, -3.4e38, 2.5, 1e10, -1e10, 2147483648.0, -2147483904.0]
FLOATS += [9.3e18, -9.3e18, 88.8, -104.0, 127.5, 255.5]
SPECIAL = [float("nan"), float("inf"), -float("inf")]
INTEGERS = [0, 1, -1, 2, -2, 3, 5, 7, -7, 100, 127, -128, 255, 2**15, 2**31 - 1, -(2**31), 2**31, 2**32, 2**62]
INTEGERS += [2**63 - 1, -(2**63), 2**63 - 2]

# C type: struct's letter, its values.
REALS = {"float": "f", "double": "d"}
WHOLES = {"int8_t": "b", "int16_t": "h", "int32_t": "i", "int64_t": "q"}
WHOLES.update({"uint8_t": "B", "uint16_t": "H", "uint32_t": "I", "uint64_t": "Q"})

# A fault in a program that reads input_0.bin, and what the sanitizer says of it.
PLANTED = {
    "int a[4] = {0, 1, 2, 3}; return a[x[0] & 7] == 9;": "out of bounds|buffer-overflow",
    "int *a = malloc(4); a[x[0] & 1] = 1; free(a); return 0;": "insufficient space|buffer-overflow",
    "int y = (int)x[0] * 3; return y == 1;": "signed integer overflow",
    "double d = (double)x[0] * 4; return (int)d == 1;": "outside the range of representable values",
    "return 1 << (x[0] & 63) == 3;": "shift exponent",
    "while (x[0] == -1) {} return 0;": "not done",
    "return x[0] == -1 ? 1 : 0;": "exit status 1",
}


def hostile_sets(types, seed):
    """For inputs of these C types, functions of (type, count) to bytes or None (as they are): one row per run."""
    rng = random.Random(seed)

    def reals(values):
        def fill(c, n):
            return struct.pack(f"<{n}{REALS[c]}", *(rng.choice(values) for _ in range(n))) if c in REALS else None

        return fill

    def wholes(values):
        def fill(c, n):
            if c not in WHOLES:
                return None
            bits = 8 * struct.calcsize(WHOLES[c])
            numbers = [rng.choice(values) & (1 << bits) - 1 for _ in range(n)]
            return struct.pack(f"<{n}{WHOLES[c].upper()}", *numbers)

        return fill

    real_rows = [reals([v]) for v in [*SPECIAL, 3.4e38, 0.0]] + [reals(v) for v in (FLOATS, SPECIAL + FLOATS, FLOATS)]
    whole_rows = [wholes([v]) for v in (0, -1, 2**63 - 1, -(2**63))] + [wholes(v) for v in (INTEGERS, range(-9, 10))]
    rows = []
    if any(t in REALS for t in types):
        rows += real_rows
    if any(t in WHOLES for t in types):
        rows += whole_rows
    if any(t in REALS for t in types) and any(t in WHOLES for t in types):
        rows += [lambda c, n, r=r, w=w: r(c, n) or w(c, n) for r, w in zip(real_rows[4:], whole_rows[3:])]
    return rows


def run_program(program, arguments):
    """What is wrong, or None."""
    try:
        done = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
            timeout=30 * SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "not done, and not for want of a processor"
    err = done.stderr.decode(errors="replace")
    report = re.search(r".*(runtime error: |Sanitizer: ).*", err)
    if report:
        frame = re.search(r"#\d+ 0x\w+ in (\w+)", err)
        return report[0].strip() + (f" in {frame[1]}" if frame else "")
    if done.returncode in (-24, -9):
        return f"not done after {SECONDS} s"
    return None if done.returncode == 0 or done.returncode in ERRORS else f"exit status {done.returncode}: {err[:200]}"


def try_sets(program, folder, arguments, types, sizes, seed):
    """The first thing that is wrong, or None."""
    own = [open(os.path.join(folder, f"input_{i}.bin"), "rb").read() for i in range(len(types))]
    for row, fill in enumerate(hostile_sets(types, seed)):
        for i, c_type in enumerate(types):
            made = fill(c_type, len(own[i]) // sizes.get(c_type, 1)) if c_type in sizes else None
            with open(os.path.join(folder, f"input_{i}.bin"), "wb") as f:
                f.write(own[i] if made is None else made)
        said = run_program(program, arguments)
        if said:
            return f"row {row}: {said}"
    return None


SIZES = {c: struct.calcsize(letter) for c, letter in {**REALS, **WHOLES}.items()}


def try_model(task):
    onnx2c, name, path = task
    with tempfile.TemporaryDirectory() as folder:
        cc, work = os.path.join(folder, "cc"), os.path.join(folder, "work")
        with open(cc, "w") as f:
            f.write(NOTING_CC)
        os.chmod(cc, stat.S_IRWXU)
        command = [onnx2c, "verify", path, os.path.dirname(path), "--keep", work, "--cc", cc]
        done = subprocess.run(
            [*command, "--cflags", " ".join(SANITIZED)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        program = os.path.join(work, "verify.built")
        if not os.path.exists(program):
            is_build = ": the C compiler " in done.stderr
            return name, "failed" if is_build or done.returncode < 0 else "skipped", done.stderr.strip()[:300]
        with open(os.path.join(work, "main.c")) as f:
            types = re.findall(r"const (.*\S) ?\*input_\d+ = read_", f.read())
        with open(os.path.join(work, "verify.args")) as f:
            arguments = f.read().split()
        said = try_sets(program, work, arguments, types, SIZES, name)
    return name, "failed" if said else "passed", said


def planted_faults():
    """Those that nobody saw."""
    blind = []
    for code, wanted in PLANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, "p.c"), os.path.join(folder, "p")
            with open(source, "w") as f:
                f.write(
                    "#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\nint main(void)\n{\n"
                    f'    int64_t x[1];\n    FILE *f = fopen("{folder}/input_0.bin", "rb");\n'
                    "    if (!f || fread(x, 1, sizeof x, f) != sizeof x) return 2;\n    fclose(f);\n"
                    f"    {code}\n}}\n"
                )
            with open(os.path.join(folder, "input_0.bin"), "wb") as f:
                f.write(bytes(8))
            subprocess.run(["cc", *SANITIZED, "-o", program, source], check=True)
            said = try_sets(program, folder, [], ["int64_t"], SIZES, 0)
            if not said or not re.search(wanted, said):
                blind.append(f"{code}: {said}")
    return blind


def models(conformance, only, every):
    patterns = ["tests/models/*/model.onnx", "tests/cases/*/*/model.onnx", os.path.join(conformance, "*/*/model.onnx")]
    paths = [path for p in patterns for path in sorted(glob.glob(p))]
    named = [(os.path.dirname(path), path) for path in paths]
    return [(name, path) for name, path in named if fnmatch.fnmatchcase(name, only)][::every]


def main():
    parser = argparse.ArgumentParser(description="Runs the generated C on hostile data under sanitizers.")
    parser.add_argument("onnx2c")
    parser.add_argument("--conformance", default="build/conformance")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    blind = planted_faults()
    for line in blind:
        print(f"FAILED: a planted fault was not seen: {line}")
    counts = {"passed": len(PLANTED) - len(blind), "failed": len(blind), "skipped": 0}
    tasks = [(args.onnx2c, name, path) for name, path in models(args.conformance, args.only, args.every)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, outcome, said in pool.map(try_model, tasks):
            counts[outcome] += 1
            if outcome == "failed":
                print(f"FAILED {name}: {said}", flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    sys.exit(counts["failed"] > 0 or counts["passed"] <= len(PLANTED))


if __name__ == "__main__":
    main()
