"""Every message that the compiler has is printed by some model that is wrong, or some command line.

usage: messages.py ONNX2C PYTHON [--list]

The messages are the formats of the calls in compiler/ that report one. They are looked for in what the compiler says
of the models of bad_models.py, of tests/messages/*.onnx and of the command lines below. A format that nobody prints
fails, and so does a model of tests/messages that no format needs. --list prints those not reached, with their places.
The last line counts: "N passed, N failed".
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "fuzz"))
from mutate import open_sizes  # noqa: E402 (the folder is known only now)

# Function: which argument is the format.
REPORTERS = {"node_error": 1, "node_invalid": 1, "model_error": 1, "model_warning": 1, "usage_error": 0}
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r"%(?:%|[-0-9.*]*(?:ll|z|t)?[a-zA-Z])")


def arguments_of(text, at):
    """The arguments of the call whose parenthesis opens at `at`, as text."""
    depth, start, found = 0, at + 1, []
    i = at
    while True:
        if text[i] == '"':
            i = LITERAL.match(text, i).end()
            continue
        if text[i] == "'":
            i = text.index("'", i + 2 if text[i + 1] == "\\" else i + 1) + 1
            continue
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0 or depth == 1 and text[i] == ",":
            found.append(text[start:i].strip())
            start = i + 1
        if depth == 0:
            return found
        i += 1


def formats():
    """{(place, format): pattern of what it prints}"""
    found = {}
    call = re.compile(r"\b(%s)\(" % "|".join(REPORTERS))
    for path in sorted(glob.glob("compiler/**/*.c", recursive=True)):
        with open(path) as f:
            text = f.read()
        for m in call.finditer(text):
            arguments = arguments_of(text, m.end() - 1)
            if re.match(r"(const char|Model|Node) ?\*", arguments[0]):
                continue  # the function itself
            argument = arguments[REPORTERS[m[1]]]
            place = f"{path}:{text.count(chr(10), 0, m.start()) + 1}"
            for branch in re.split(r"\s\?\s|\s:\s", argument) if " ? " in argument else [argument]:
                literals = LITERAL.findall(branch)
                if literals:
                    found[place, "".join(literals)] = pattern_of("".join(literals))
                elif branch is argument:
                    found[place, argument] = None
    return found


def pattern_of(text):
    text = text.encode().decode("unicode_escape")
    words, end = "", 0
    for m in CONVERSION.finditer(text):
        words += re.escape(text[end : m.start()]) + ("%" if m[0] == "%%" else "-?[0-9]+" if m[0][-1] in "du" else ".*")
        end = m.end()
    return re.compile(words + re.escape(text[end:]))


def said_of(command, folder=None):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, errors="replace")
    return [line.split(": ", 2)[2] for line in done.stderr.splitlines() if line.count(": ") > 1]


def bad_models(python, folder):
    """(file, options) of bad_models.py"""
    listed = subprocess.run([python, "tests/bad_models.py", folder], stdout=subprocess.PIPE, text=True, check=True)
    for line in listed.stdout.splitlines():
        name, _, options = line.split("\t")
        yield os.path.join(folder, name + ".onnx"), options.split()


def main():
    parser = argparse.ArgumentParser(description="Looks for messages that nothing prints.")
    parser.add_argument("onnx2c")
    parser.add_argument("python")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    print(len(formats()))
    for (place, text), pattern in formats().items():
        print(place, repr(text), "" if pattern else "NO LITERAL")


if __name__ == "__main__":
    main()
