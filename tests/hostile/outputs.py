"""A model with hostile text and one with plain tags through every command of the compiler, and what comes out of it."""

import collections
import os
import subprocess

from hostile import checks, fields

FORMS = ("inline", "incbin", "file")
TIMEOUT = 20  # seconds, for models that take less than one
KEPT = ("model.c", "model.h", "main.c", "model.weights", "verify")
LEFT = KEPT + tuple(f"{what}_{i}.{end}" for what in ("input", "output") for i in range(200) for end in ("bin", "dims"))
CC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "log_cc.sh")


Job = collections.namedtuple("Job", "name model customs words data form variant")


class Faults(list):
    """What is wrong: (model, variant, output, check, detail). Counts what was looked at, too."""

    def __init__(self, model, variant):
        super().__init__()
        self.model, self.variant, self.looked_at = model, variant, 0

    def look(self, output, *found):
        self.looked_at += 1
        self.extend((self.model, self.variant, output, check, detail) for checked in found for check, detail in checked)


class Side:
    """The folder of one model, and what the commands left there: {output: bytes}, {command: status}."""

    def __init__(self, onnx2c, folder):
        self.onnx2c, self.folder, self.outputs, self.status = onnx2c, folder, {}, {}
        os.makedirs(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, name, *words):
        try:
            done = subprocess.run(
                [self.onnx2c, *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT,
                env={**os.environ, "HOSTILE_ARGV": self.path("argv")},
            )
        except subprocess.TimeoutExpired:
            self.status[name] = "timeout"
            return
        self.status[name] = done.returncode
        self.outputs[f"{name} stderr"] = done.stderr
        self.outputs[f"{name} stdout"] = done.stdout

    def take(self, name, path):
        if os.path.exists(self.path(path)):
            with open(self.path(path), "rb") as f:
                self.outputs[name] = f.read()

    def run(self, options, form, data):
        self.command(
            "compile",
            "model.onnx",
            *options,
            "-o",
            "m.c",
            "--header",
            "m.h",
            "--report",
            "m.json",
            "--report",
            "m.html",
            "--weights",
            form,
            "--name",
            "model",
        )
        for name in ("m.c", "m.h", "m.json", "m.html"):
            self.take(name, name)
        if self.status["compile"] == "timeout":
            return
        self.command("dump", "model.onnx", *options, "--dump", "all")
        if data:
            self.command("verify", "verify", "model.onnx", data, *options, "--keep", "kept", "--cc", CC)
            for name in ("model.c", "model.h", "main.c"):
                self.take(f"kept {name}", os.path.join("kept", name))
            self.take("arguments of cc", "argv")


def check_output(faults, name, found, plain, stands_for, way):
    """`plain`: the same output of the model with tags; None if there is none to compare with."""
    wrong = [checks.clean(found.replace(b"\0", b"\n") if name == "arguments of cc" else found)]
    if name.endswith("stderr"):
        wrong.append(checks.messages(found))
    if name.endswith((".c", ".h")):
        wrong.append(checks.harmless_code(found))
    if name == "arguments of cc":
        wrong.append([("the model's text", "on the compiler's command line")] if b"EVIL_TOKEN" in found else [])
    if plain is not None:
        wrong.append(compare(name, plain, found, stands_for, way))
        # These have identifiers of C among the names, which may look alike.
        if way == "twins" and not name.endswith((".json", ".html", "main.c")):
            c = name.endswith((".c", ".h"))
            a, b = (
                (checks.comments_of(plain), checks.comments_of(found))
                if c
                else (checks.decode(plain), checks.decode(found))
            )
            wrong.append(checks.told_apart(a, b))
    faults.look(name, *wrong)


def compare(name, plain, found, stands_for, way):
    if name == "arguments of cc":
        return [] if plain == found else [("another command line", ascii(found[:200]))]
    if name.endswith((".c", ".h")):
        return checks.same_code(plain, found, stands_for, way != "words")
    if name.endswith(".html"):
        return checks.same_elements(plain, found)
    if name.endswith(".json"):
        return checks.same_json(plain, found, stands_for)
    return checks.same_lines(plain, found)


def check_kept(faults, side):
    strange = sorted(set(os.listdir(side.path("kept"))) - set(LEFT)) if os.path.isdir(side.path("kept")) else []
    faults.look("kept", [("a file of another name", ascii(strange[:3]))] if strange else [])


def compiled(job, texts, onnx2c, folder):
    """The model with these texts, and what becomes of it."""
    side = Side(onnx2c, folder)
    as_they_are = {key: key[-1].encode() for word in job.words for key in word if isinstance(key, tuple)}
    fields.write(job.model, texts, job.customs, side.path("model.onnx"))
    side.run(fields.render(job.words, {**as_they_are, **texts}), job.form, job.data)
    return side


def examine(job, onnx2c, folder):
    """(faults, how many outputs were looked at, the C file and the header, if any)."""
    variant = job.variant
    faults = Faults(job.name, variant.name)
    hostile = compiled(job, variant.texts, onnx2c, os.path.join(folder, "hostile"))
    plain = compiled(job, variant.plain, onnx2c, os.path.join(folder, "plain")) if variant.plain else None
    for name, status in hostile.status.items():
        # A name with = in it can't be put into the words of --custom.
        unsaid = bool(job.customs) and status == 2
        same = plain is None or plain.status[name] == status or unsaid
        faults.look(
            f"{name} status",
            checks.good_status(status, (0, 1, 2) if unsaid else (0, 1)),
            [] if same else [("another outcome", f"exit {status} instead of {plain.status[name]}")],
        )
    for name, found in sorted(hostile.outputs.items()):
        comparable = plain.outputs.get(name, b"") if plain and plain.status == hostile.status else None
        check_output(faults, name, found, comparable, variant.stands_for(), variant.name)
    check_kept(faults, hostile)
    return list(faults), faults.looked_at, [hostile.path(n) for n in ("m.c", "m.h") if n in hostile.outputs]
