"""Odd names of files: what is written works, or nothing is written and a message says why."""

import os
import re
import subprocess

from hostile import checks
from hostile.crafted import with_weights

STRICT = "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror".split()
TOKEN = "EVIL_TOKEN_0001"

# Names for -o, each taken as it stands, in a folder of its own.
NAMES = [
    'a"b.c',
    "a\nb.c",
    "a%s%n.c",
    "a\\b.c",
    "a\\",
    "-x.c",
    "./-x.c",
    "a b.c",
    f"a*/ int {TOKEN}; b.c",
    f"a\n#define {TOKEN} 1\n.c",
    "a'b.c",
    "a`b`.c",
    f"a$({TOKEN}).c",
    "a;b&c|d.c",
    "a\tb.c",
    "a\rb.c",
    "a\x7fb.c",
    "a\x1b[31mb.c",
    "a\u202eb.c",
    "a\u200bb.c",
    "a\u2028b.c",
    "\u00e9.c",
    b"a\xff\xfeb.c",
    'a\\".c',
    "a??/.c",
    "a??'.c",
    "a\\\nb.c",
    "a\\101.c",
    "a\\n.c",
    "a#b.c",
    "a{b},c.c",
    ".c",
    "..c",
    "a",
    "1.c",
    "int.c",
    "a*",
    f'a\\"); {TOKEN}(); (".c',
    "x" * 200 + ".c",
]
FORMS = ("inline", "incbin", "file")

MODEL = """<ir_version: 9, opset_import: ["": 17]> g (float[1, 64] x) => (float[1, 32] y) { y = MatMul (x, w) }"""

MAIN = """
#include <stdio.h>
int %(name)s_run(const float *x, float *y);
%(weights)s
int main(void)
{
    float x[64], y[32], sum = 0;
    for (int i = 0; i < 64; i++) x[i] = (float)i;
    if (%(name)s_run(x, y)) return 1;
    for (int i = 0; i < 32; i++) sum += y[i] * (float)(i + 1);
    printf("%%.6g", (double)sum);
    return 0;
}
"""


def write_model(path):
    with open(path, "wb") as f:
        f.write(with_weights(MODEL, w=(64, 32)).SerializeToString())


def files_in(folder):
    return {os.path.join(d, n) for d, _, names in os.walk(os.fsencode(folder)) for n in names}


def built(c, folder, form):
    """What the program around the C prints; or (None, what the compiler says)."""
    with open(c, "rb") as f:
        name = re.search(rb"int\s+(\w+)_run\(", f.read())[1].decode()
    weights = ""
    if form == "file":
        blob = next(p for p in files_in(folder) if p.endswith(b".weights"))
        with open(blob, "rb") as f:
            weights = "extern const unsigned char %s_weights[];\n" % name
            weights += "const unsigned char %s_weights[] __attribute__((aligned(64))) = {%s};" % (
                name,
                ",".join(map(str, f.read())),
            )
    program = os.path.join(folder, "program")
    with open(program + ".main", "w") as f:
        f.write(MAIN % {"name": name, "weights": weights})
    command = ["gcc", *STRICT, "-I", os.path.dirname(c), "-x", "c", program + ".main", c, "-o", program, "-lm"]
    done = subprocess.run(command, capture_output=True, timeout=120)
    if done.returncode:
        return None, done.stderr
    return subprocess.run([program], capture_output=True, timeout=60).stdout, b""


def write_at(onnx2c, model, name, form, folder):
    """(status, stderr, new files, the C file)."""
    os.makedirs(folder)
    path = name if isinstance(name, bytes) else name.encode()
    os.makedirs(os.path.join(os.fsencode(folder), os.path.dirname(path)), exist_ok=True)
    done = subprocess.run(
        [onnx2c, model, "-o", path, "--header", path + b".h", "--report", path + b".json", "--weights", form],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    return done, files_in(folder), os.path.join(os.fsencode(folder), path)


def check_name(faults, onnx2c, model, name, form, folder, expected):
    done, files, c = write_at(onnx2c, model, name, form, folder)
    what = f"-o {name!a} --weights {form}"
    faults.look(
        what, checks.good_status(done.returncode, (0, 1, 2)), checks.clean(done.stderr), checks.messages(done.stderr)
    )
    if done.returncode:
        faults.look(
            f"{what}: refused",
            [("files of a refusal", ascii(files))] if files else [],
            [] if done.stderr else [("no reason", "")],
        )
        return
    wanted = {os.path.normpath(p) for p in (c, c + b".h", c + b".json")}
    extra = {p for p in files - wanted if not p.endswith(b".weights")}
    faults.look(f"{what}: files", [("other files", ascii(extra or wanted - files))] if extra or wanted - files else [])
    for path in sorted(wanted & files):
        with open(path, "rb") as f:
            text = f.read()
        code = checks.harmless_code(text) if not path.endswith(b".json") else checks.same_json(text, text, {})
        faults.look(f"{what}: {path[-5:]!a}", checks.clean(text), code)
    header = subprocess.run(["gcc", *STRICT, "-fsyntax-only", "-x", "c", c + b".h"], capture_output=True, timeout=60)
    result, said = built(c, folder, form)
    faults.look(f"{what}: header", [("doesn't build", ascii(header.stderr[:200]))] if header.returncode else [])
    faults.look(
        f"{what}: program",
        (
            [("doesn't build", ascii(said[:200]))]
            if said
            else [("another result", ascii(result))] if result != expected else []
        ),
    )


def expected_result(onnx2c, model, folder):
    _, _, c = write_at(onnx2c, model, "plain.c", "inline", folder)
    return built(c, folder, "inline")[0]


# ---- words of the command line that come back in messages ------------------------------------------------------------

ODD = ['a"b', "a\nonnx2c: b", "a%s%n", "a\x1b[31mb", "a\u202eb", "a\u2028b", b"a\xffb", "a\rb", "a\u200bb", "a`b`$(c)"]

COMMANDS = [
    "{}",
    "m.onnx --name {}",
    "m.onnx --weights {}",
    "m.onnx --dim {}",
    "m.onnx --dim {}=1",
    "m.onnx --dim {}=2..1",
    "m.onnx --dim {}=1 --dim {}=2",
    "m.onnx --custom {}",
    "m.onnx --custom @{}",
    "m.onnx --custom {}::T=x->x",
    "m.onnx --target {}",
    "m.onnx --dump {}",
    "m.onnx --{}",
    "m.onnx -{}",
    "m.onnx {}",
    "m.onnx -o {}/x.c",
    "m.onnx -o folder-{}",
    "garbage-{}",
    "m.onnx --header {}/x.h",
    "m.onnx -o x.c --report x.c{}/",
    "verify {}",
    "verify m.onnx {}",
    "verify m.onnx folder-{}",
    "verify m.onnx --rtol {}",
    "verify m.onnx --{}",
    "verify m.onnx data --cc {}",
    "verify m.onnx data --keep {}/x",
    "verify m.onnx data {}",
    "verify m.onnx data --cc false --with {}",
    "verify folder-{}/m.onnx",
    "verify m.onnx data-{}",
]


def check_words(faults, onnx2c, folder):
    os.makedirs(folder)
    write_model(os.path.join(folder, "m.onnx"))
    for word in ODD:
        word = word if isinstance(word, bytes) else word.encode()
        os.makedirs(os.path.join(os.fsencode(folder), b"folder-" + word))
        os.makedirs(os.path.join(os.fsencode(folder), b"data-" + word, b"test_data_set_" + word))
        with open(os.path.join(os.fsencode(folder), b"garbage-" + word), "wb") as f:
            f.write(b"garbage")
        for command in COMMANDS:
            words = [w.encode().replace(b"{}", word) for w in command.split()]
            done = subprocess.run(
                [onnx2c, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
            )
            faults.look(
                f"{command} with {word!a}",
                checks.good_status(done.returncode, (0, 1, 2)),
                checks.clean(done.stderr),
                checks.messages(done.stderr),
            )
