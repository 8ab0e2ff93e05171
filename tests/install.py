"""The compiler installed, and used by other builds: CMake, pkg-config, the shell. And its own build, where what that
takes is missing.

usage: install.py BUILD [--only GLOB]

The last line counts: "N passed, N failed".
"""

import os
import shutil
import sys
import tempfile
import time

import onnx
from parts import main, must, of_each, run

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIGITS = os.path.join(ROOT, "examples", "digits")
INSTALLED = ["bin/onnx2c", "share/bash-completion/completions/onnx2c", "share/cmake/onnx2c/onnx2c.cmake",
             "share/cmake/onnx2c/onnx2cConfig.cmake", "share/cmake/onnx2c/onnx2cConfigVersion.cmake",
             "share/man/man1/onnx2c.1", "share/pkgconfig/onnx2c.pc", "share/zsh/site-functions/_onnx2c"]
PROJECT = """cmake_minimum_required(VERSION 3.16)
project(reads_digits LANGUAGES C)
find_package(onnx2c 0.1 REQUIRED)
onnx2c_add_model(digits MODEL digits.onnx %s)
add_executable(app main.c)
target_link_libraries(app PRIVATE digits)
"""
BASH = """source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_onnx2c
printf '%s\\n' "${COMPREPLY[@]}"
"""
# What zsh's own functions would take is printed, where it begins with the word.
ZSH = """compadd() { shift; print -rl -- ${(M)@:#${words[CURRENT]}*} }
_files() { }
script=$1
shift
words=("$@")
CURRENT=$#
source $script
"""
SHELLS = {"bash": ["bash", "-c", BASH, "bash"], "zsh": ["zsh", "-f", "-c", ZSH, "zsh"]}
# Options whose values are a few words, and one of these.
WORDS = {"--weights": "incbin", "--weights-type": "int8", "--precision": "bfloat16", "--optimize": "ram",
         "--target": "cortex-m4", "--dump": "lower"}


def make(build, *words, **more):
    """What `make check` made, stays: only its own targets are asked for."""
    return run(ROOT, "make", "--no-print-directory", f"BUILD={build}", *words, **more)


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder)
                  for name in names)


def installed(build, folder):
    """The prefix."""
    make(build, "install", f"DESTDIR={folder}", "PREFIX=/opt/onnx2c")
    return os.path.join(folder, "opt", "onnx2c")


def what_is_installed_can_be_removed(build, folder):
    prefix = installed(build, folder)
    must(files(prefix) == INSTALLED, files(prefix))
    other = os.path.join(prefix, "share", "cmake", "other")
    with open(other, "w"):
        pass
    make(build, "uninstall", f"DESTDIR={folder}", "PREFIX=/opt/onnx2c")
    must(files(prefix) == ["share/cmake/other"], files(prefix))
    must(not os.path.exists(os.path.join(prefix, "share", "cmake", "onnx2c")), "its folder is left")


def pkg_config_knows_it(build, folder):
    prefix = installed(build, folder)
    search = os.path.join(prefix, "share", "pkgconfig")
    ask = lambda *words: run(folder, "pkg-config", *words, "onnx2c", PKG_CONFIG_PATH=search).strip()
    must(ask("--variable=onnx2c") == "/opt/onnx2c/bin/onnx2c", ask("--variable=onnx2c"))
    must(f"onnx2c {ask('--modversion')}" == run(folder, f"{prefix}/bin/onnx2c", "--version").strip())


# -- CMake -------------------------------------------------------------------------------------------------------------


def project(folder, options):
    """A program that reads digits, with their model's weights in a file of their own."""
    os.mkdir(folder)
    model = onnx.load(os.path.join(DIGITS, "model.onnx"))
    onnx.save(model, os.path.join(folder, "digits.onnx"), save_as_external_data=True, location="digits.bin",
              size_threshold=0)
    shutil.copy(os.path.join(DIGITS, "main.c"), folder)
    with open(os.path.join(folder, "CMakeLists.txt"), "w") as f:
        f.write(PROJECT % options)


def configure(prefix, folder, *options, status=0):
    return run(folder, "cmake", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}", *options, status=status)


def build_in(folder):
    time.sleep(0.05)  # so that what is written has another time than what was
    return run(folder, "cmake", "--build", "out", "--verbose")


def cmake_builds_what_has_changed(build, folder, generator, options):
    source, prefix = os.path.join(folder, "source"), installed(build, folder)
    project(source, options)
    configure(prefix, source, "-G", generator)
    must(f"{prefix}/bin/onnx2c" in build_in(source), "the compiler did not run")
    app = [os.path.join(source, "out", "app"), os.path.join(DIGITS, "images.f32"), os.path.join(DIGITS, "labels.u8")]
    must("of 360 right" in run(source, *app))
    again = build_in(source)
    must("bin/onnx2c " not in again and "-c " not in again, "it is built again without a reason:", again)
    for name in ("digits.onnx", "digits.bin"):
        os.utime(os.path.join(source, name))
        must("bin/onnx2c " in build_in(source), f"{name} is newer, and nothing happened")
        must("bin/onnx2c " not in build_in(source), f"{name} is not newer any more")
    with open(os.path.join(source, "digits.bin"), "r+b") as f:
        f.write(bytes(64))
    must(" -c " in build_in(source), "other weights, and nothing was built")


def ninja_builds_no_c_that_is_the_same(build, folder):
    source, prefix = os.path.join(folder, "source"), installed(build, folder)
    project(source, "")
    configure(prefix, source, "-G", "Ninja")
    build_in(source)
    os.utime(os.path.join(source, "digits.bin"))
    said = build_in(source)
    must("bin/onnx2c " in said and "digits.c.o" not in said, said)


def cmake_says_what_is_wrong(build, folder):
    prefix = installed(build, folder)
    for language, text, expected in (("C", "find_package(onnx2c 99 REQUIRED)", 'requested version "99"'),
                                     ("CXX", "find_package(onnx2c)\nonnx2c_add_model(m MODEL m.onnx)", "needs C"),
                                     ("C", "find_package(onnx2c)\nonnx2c_add_model(m m.onnx)", "MODEL file")):
        source = tempfile.mkdtemp(dir=folder)
        with open(os.path.join(source, "CMakeLists.txt"), "w") as f:
            f.write(f"cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES {language})\n{text}\n")
        must(expected in configure(prefix, source, status=1), expected)


def cmake_finds_the_source_tree(build, folder):
    """Without an installation: the file of the tree, and the program that was named."""
    with open(os.path.join(folder, "CMakeLists.txt"), "w") as f:
        f.write("cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES C)\n"
                f"include({ROOT}/cmake/onnx2c.cmake)\nonnx2c_add_model(d MODEL {DIGITS}/model.onnx NAME seen)\n")
    run(folder, "cmake", "-B", "out", f"-DONNX2C_EXECUTABLE={os.path.abspath(build)}/onnx2c")
    run(folder, "cmake", "--build", "out")
    must({"seen.c", "seen.h", "seen.d"} <= set(os.listdir(os.path.join(folder, "out", "onnx2c", "d"))))


# -- the shell ---------------------------------------------------------------------------------------------------------


def completed(shell, build, *words):
    program = os.path.join(os.path.abspath(build), "onnx2c")
    script = os.path.join(ROOT, "tools", f"onnx2c.{shell}-completion")
    return run(ROOT, *SHELLS[shell], script, program, *words).split()


def options_of(build, *verb):
    """By --help: the words that begin with - before its third column."""
    said = run(ROOT, os.path.join(build, "onnx2c"), *verb, "--help")
    rows = [line for line in said.splitlines() if line.startswith(("      --", "  -"))]
    return {w.strip(",") for line in rows for w in line[:26].split() if w.startswith("-")}


def shells_complete_verbs_and_options(build, _):
    for shell in SHELLS:
        verbs = completed(shell, build, "")
        must({"verify", "inspect", "simplify"} <= set(verbs), shell, verbs)
        must(completed(shell, build, "ver") == ["verify"], shell)
        for verb in ([], *([v] for v in verbs)):
            found = set(completed(shell, build, *verb, *([] if verb else ["model.onnx"]), "-"))
            must(found == options_of(build, *verb), shell, verb, found ^ options_of(build, *verb))
        must(completed(shell, build, "model.onnx", "--hea") == ["--header"], shell)


def zsh_finds_the_completion(build, folder):
    """Below share/, by the file's first line."""
    there = os.path.join(installed(build, folder), "share", "zsh", "site-functions")
    must(run(folder, "zsh", "-f", "-c", f"fpath=({there} $fpath); autoload -U compinit; compinit -D -u;"
             "print $_comps[onnx2c]").split() == ["_onnx2c"])


def shells_complete_values(build, folder):
    for option, word in WORDS.items():
        found = completed("bash", build, "model.onnx", option, "")
        must(word in found, option, found)
        must(completed("zsh", build, "model.onnx", option, "") == found, option)
        for value in found:
            run(folder, os.path.abspath(os.path.join(build, "onnx2c")), os.path.join(DIGITS, "model.onnx"), "-o", "a.c",
                option, value)


# -- building the compiler ---------------------------------------------------------------------------------------------


def without(folder, *programs):
    """A PATH on which everything is but these."""
    for place in os.environ["PATH"].split(":"):
        for name in os.listdir(place) if os.path.isdir(place) else []:
            link = os.path.join(folder, name)
            if name not in programs and not os.path.lexists(link):
                os.symlink(os.path.join(place, name), link)
    return folder


def what_is_missing_is_said(build, folder):
    path = without(folder, "protoc-c")
    said = make(os.path.join(folder, "out"), "CC=cc -nostdinc", status=2, PATH=path)
    must("something missing here: protoc-c <protobuf-c/protobuf-c.h> <ffi.h>\n" in said, said)
    must("apt-get" in said or "make deps-build" in said, said)
    must("not found" not in said, said)


def programs_of_the_build_run_here(build, folder):
    made = make(folder, "CC=false", "HOSTCC=cc", f"{folder}/needs", f"{folder}/kernelgen", status=2)
    must("missing here" in made, made)  # `false` has no headers
    with open(os.path.join(folder, "needs"), "w"):
        pass
    make(folder, "CC=false", "HOSTCC=cc", f"{folder}/kernelgen")
    must(os.access(os.path.join(folder, "kernelgen"), os.X_OK), "kernelgen was not built")


if __name__ == "__main__":
    sys.exit(main(
        what_is_installed_can_be_removed,
        pkg_config_knows_it,
        ninja_builds_no_c_that_is_the_same,
        cmake_says_what_is_wrong,
        cmake_finds_the_source_tree,
        shells_complete_verbs_and_options,
        shells_complete_values,
        zsh_finds_the_completion,
        what_is_missing_is_said,
        programs_of_the_build_run_here,
        of_each(cmake_builds_what_has_changed, ("Unix Makefiles", ""), ("Ninja", ""),
                ("Ninja", "OPTIONS --weights incbin"),
                ("Unix Makefiles", "OPTIONS --weights incbin --optimize ram")),
        of="build",
    ))
