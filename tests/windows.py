"""The generated C on Windows: what MinGW makes of it says the same numbers there, under Wine, as here.

usage: windows.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed, N skipped".
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

from parts import main, must, of_each, run

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror", "-Imodel"]
WINE = shutil.which("wine64") or "/usr/lib/wine/wine64"


def numbers_are_the_same(onnx2c, folder, model, weights, *compilers):
    """compilers: of here and of Windows, each with the standard that it is given."""
    place, programs = os.path.join(folder, "net"), ["here", "there.exe"]
    path = os.path.join(MODELS, model, "model.onnx")
    run(folder, onnx2c, "project", path, "--for", "cmake", "-o", place, "--name", "net", "--weights", weights)
    sources = ["model/net.c", *(os.path.basename(file) for file in glob.glob(os.path.join(place, "*.c")))]
    for program, compiler in zip(programs, compilers):
        run(place, *compiler.split(), *FLAGS, *sources, "-o", program, "-lm")
    here = run(place, "./here")
    there = subprocess.run([WINE, "there.exe"], cwd=place, capture_output=True)
    must(there.returncode == 0, f"status {there.returncode}:", there.stderr.decode(errors="replace"))
    must("=" in here or ":" in here, "nothing is said:", here)
    must(there.stdout.decode().replace("\r", "") == here, "it says", there.stdout.decode(), "where here it is", here)


def long_strings_are_not_for_msvc(onnx2c, folder):
    """It takes 65,535 bytes in one; clang takes its place without that limit."""
    model = os.path.join(MODELS, "vww_int8_qdq", "model.onnx")
    for weights, more, status in (("inline", [], 1), ("inline", ["-D__clang__"], 0), ("numbers", [], 0)):
        run(folder, onnx2c, model, "-o", "net.c", "--weights", weights)
        words = ["cc", "-std=c99", "-fsyntax-only", "-D_MSC_VER=1940", *more, "net.c"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        must(done.returncode == status and ("--weights numbers" in done.stderr) == (status == 1), weights, done.stderr)
        with open(os.path.join(folder, "net.c"), encoding="utf-8") as f:
            must(('"\\' in f.read()) == (weights == "inline"), weights, "strings")


if __name__ == "__main__":
    c, cpp = ("cc -std=c99", "x86_64-w64-mingw32-gcc -std=c99"), ("g++ -std=c++17", "x86_64-w64-mingw32-g++ -std=c++17")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as settings:
        os.environ.update(WINEDEBUG="-all", WINEPREFIX=settings)
        sys.exit(main(of_each(
            numbers_are_the_same,
            ("digits", "inline", *c),
            ("digits", "incbin", *c),
            ("vww_int8_qdq", "inline", *c),
            ("vww_int8_qdq", "incbin", *c),
            ("kws_rnn", "numbers", *c),
            ("digits", "incbin", *cpp),
        ), long_strings_are_not_for_msvc))
