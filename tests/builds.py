#!/usr/bin/env python3
"""The compiler as others build it: with sanitizers by gcc and by clang, and for 32 bits. Each must write the bytes that
the one in BUILD writes, for every model there is, and no sanitizer may have anything to say.

usage: builds.py BUILD [--only GLOB] [--jobs N]

They are built in BUILD/builds, but for gcc's with sanitizers, which other tests use: BUILD/san. GLOB: of the models'
folders. The last line counts: "N passed, N failed[, N skipped]".
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTPUTS = ("model.c", "model.h")
REPORTS = ("Sanitizer", ": runtime error: ", "internal error")
# How each is made, and of the models it gets each Nth: gcc with sanitizers is the slowest.
BUILDS = {"clang-san": (["CC=clang", "SAN=1"], 1), "gcc-san": (["CC=gcc", "SAN=1"], 8), "gcc-32": ([], 1)}


def make(folder, options, targets, jobs):
    command = ["make", f"-j{jobs}", f"BUILD={folder}", *options, *(f"{folder}/{t}" for t in targets)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def options_for_32(folder):
    """None if the libraries can't be had."""
    unpack = subprocess.run(["tools/i386-libraries", folder], cwd=ROOT, capture_output=True, text=True)
    if unpack.returncode:
        return None
    include, library = (f"{folder}/usr/{kind}/i386-linux-gnu" for kind in ("include", "lib"))
    return [f"CC=gcc -m32 -I{include} -idirafter /usr/include/x86_64-linux-gnu", f"LDFLAGS=-L{library}"]


def written(compiler, model):
    """What a compiler writes and says for a model with data; sizes are those of the data."""
    with tempfile.TemporaryDirectory() as folder:
        # `true` builds nothing: verify ends after the compilation, with an error of its own.
        command = [compiler, "verify", model, os.path.dirname(model), "--cc", "true", "--keep", folder]
        said = subprocess.run(command, capture_output=True, text=True, errors="replace").stderr
        files = []
        for name in OUTPUTS:
            path = os.path.join(folder, name)
            files.append(open(path, "rb").read() if os.path.exists(path) else None)
        return files, said.replace(folder, "DIR").replace(compiler, "onnx2c")


def compare(ours, others, model):
    """[(build, what is wrong)]"""
    expected = written(ours, model)
    wrong = []
    for name, compiler in others:
        found = written(compiler, model)
        reports = [line for line in found[1].split("\n") if any(mark in line for mark in REPORTS)]
        if reports:
            wrong.append((name, reports[0]))
        elif found != expected:
            wrong.append((name, "writes other bytes" if found[0] != expected[0] else "says something else"))
    return wrong


def place_of(build, name):
    return os.path.join(build, "san") if name == "gcc-san" else os.path.join(build, "builds", name)


def build_all(build, jobs):
    """({name: compiler}, failures, skipped)"""
    compilers, failed, skipped = {}, 0, 0
    for name, (options, _) in BUILDS.items():
        place = place_of(build, name)
        if name == "gcc-32":
            options = options_for_32(os.path.join(build, "builds", "i386"))
        if options is None:
            print(f"skipped {name}: its libraries can't be downloaded")
            skipped += 1
            continue
        made = make(place, options, ["onnx2c"], jobs)
        if made.returncode:
            print(f"FAILED {name} does not build:", made.stderr[-2000:])
            failed += 1
            continue
        compilers[name] = os.path.join(place, "onnx2c")
    return compilers, failed, skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    compilers, failed, skipped = build_all(build, args.jobs)
    passed = 0
    folders = [f"{ROOT}/tests/models/*", f"{ROOT}/tests/cases/*/*", f"{build}/conformance/*/*"]
    models = sorted(m for f in folders for m in glob.glob(f"{f}/model.onnx"))
    models = [m for m in models if fnmatch.fnmatch(os.path.dirname(m), args.only)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        jobs = []
        for i, model in enumerate(models):
            others = [(n, c) for n, c in compilers.items() if i % BUILDS[n][1] == 0]
            jobs.append(pool.submit(compare, os.path.join(build, "onnx2c"), others, model))
        for model, job in zip(models, jobs):
            for name, what in job.result():
                print(f"FAILED {os.path.relpath(os.path.dirname(model))}: {name}: {what}")
            failed += bool(job.result())
            passed += not job.result()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not models else 0)


main()
