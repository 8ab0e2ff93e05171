"""Models made for what those of tests/models don't have, and places where text comes out by another way: commands to be
pasted, and strings that verify compares."""

import os
import re
import subprocess

import numpy as np
import onnx
from onnx import helper, numpy_helper

from hostile import checks, fields
from hostile.payloads import PAYLOADS, text_of

CUSTOM = "examples/custom_op/model.onnx"
CUSTOM_SPEC = "=sound[n], taps[bands,5] -> float32[bands,n]"

FUNCTIONS = """<ir_version: 9, opset_import: ["": 17, "own.domain": 1]>
g (float[n, 4] x) => (float[n, 4] y, float[n, 4] z) {
    y = own.domain.Scale <factor = 2.0> (x)
    z = own.domain.Scale <factor = 3.0> (y)
}
<domain: "own.domain", opset_import: ["": 17]>
Scale <factor> (a) => (b) {
    c = Constant <value_float: float = @factor> ()
    t = Mul (a, c)
    b = Relu (t)
}"""

LABELS = """<ir_version: 9, opset_import: ["": 17, "ai.onnx.ml": 2]>
g (string[n] x) => (string[n] y, string[3] z) {
    y = ai.onnx.ml.LabelEncoder <keys_strings = ["one", "two", "three"],
        values_strings = ["eins", "zwei", "drei"], default_string = "nichts"> (x)
    z = Constant <value_strings = ["red", "green", "blue"]> ()
}"""

FOLDED = """<ir_version: 9, opset_import: ["": 17]>
g (float[1, 4, 5, 5] x) => (float[1, 8, 5, 5] y) {
    t = Conv (x, w)
    u = BatchNormalization (t, s, b, m, v)
    y = Relu (u)
}"""

UNKNOWN = """<ir_version: 9, opset_import: ["": 17, "own.domain": 1]>
g (float[4] x) => (float[4] y) { t = own.domain.Thing (x) y = own.domain.Other (t) }"""

OPEN = """<ir_version: 9, opset_import: ["": 17]>
g (float[n, m] x, float[n] z) => (float[n, m] y) { t = Relu (x) y = Add (t, z) }"""

GROUPED = """<ir_version: 9, opset_import: ["": 17]>
g (float[1, 3, 8, 8] image) => (float[1, 3, 4, 4] y) {
    y = Conv <strides = [2, 2], kernel_shape = [3, 3]> (image, w)
}"""


def with_weights(text, **arrays):
    model = onnx.parser.parse_model(text)
    rng = np.random.default_rng(0)
    model.graph.initializer.extend(
        numpy_helper.from_array(rng.random(shape, np.float32) + np.float32(0.5), name) for name, shape in arrays.items()
    )
    return model


def models():
    """(name, model, options as text, operators of --custom)."""
    yield "made functions", with_weights(FUNCTIONS), "--dim n=1..4", ()
    yield "made labels", with_weights(LABELS), "--dim n=1..4", ()
    yield "made folded", with_weights(FOLDED, w=(8, 4, 1, 1), s=(8,), b=(8,), m=(8,), v=(8,)), "", ()
    yield "made unknown operators", with_weights(UNKNOWN), "", ()
    yield "made open dimensions", with_weights(OPEN), "", ()
    yield "made refused convolution", with_weights(GROUPED, w=(3, 5, 3, 3)), "", ()
    yield "made custom operator", onnx.load(CUSTOM), "--dim samples=100..400", (("sound", "Biquads"),)


def custom_words(customs):
    return [
        w
        for domain, op in customs
        for w in (["--custom"], [("domain", domain), "::", ("op", "op_type", op), CUSTOM_SPEC])
    ]


# ---- commands that messages suggest ----------------------------------------------------------------------------------


def shell_words(text):
    """What a shell makes of a text: its words."""
    done = subprocess.run(
        ["bash", "-c", b"printf '%s\\0' " + text], stdin=subprocess.DEVNULL, capture_output=True, timeout=10
    )
    return done.stdout.split(b"\0")[:-1]


def suggested(message, text):
    """Faults: is the command of a message, pasted, the one that is meant?"""
    found = re.search(rb"add `(--dim .*)=1` to fix it, or `(--dim .*)=1\.\.8` to choose", message)
    if not found:
        return [("no command", ascii(message[:200]))]
    for command in found.groups():
        if shell_words(command) != [b"--dim", text]:
            return [("another command when pasted", ascii(command[:200]))]
    return []


def check_suggestions(faults, onnx2c, folder):
    model = onnx.parser.parse_model(
        """<ir_version: 9, opset_import: ["": 17]> g (float[n] x) => (float[n] y) { y = Relu (x) }"""
    )
    path = os.path.join(folder, "open.onnx")
    for number, payload in enumerate(PAYLOADS):
        text = text_of(payload, number)
        fields.write(model, {("dim", "n"): text}, (), path)
        done = subprocess.run([onnx2c, "open.onnx"], cwd=folder, capture_output=True, timeout=60)
        faults.look(
            f"suggestion for {payload[:20]!a}",
            checks.clean(done.stderr),
            checks.messages(done.stderr),
            suggested(done.stderr, text),
        )


# ---- strings that verify compares ------------------------------------------------------------------------------------


def write_strings(path, texts):
    tensor = onnx.TensorProto(data_type=onnx.TensorProto.STRING, dims=[len(texts)], string_data=texts)
    with open(path, "wb") as f:
        f.write(tensor.SerializeToString())


def check_compared_strings(faults, onnx2c, folder):
    """Each set of data expects another string than comes out, so that verify shows both; so are their folders."""
    identity = helper.make_node("Identity", ["x"], ["y"])
    info = [helper.make_tensor_value_info(name, onnx.TensorProto.STRING, [1]) for name in "xy"]
    onnx.save(
        helper.make_model(
            helper.make_graph([identity], "g", info[:1], info[1:]), opset_imports=[helper.make_opsetid("", 17)]
        ),
        os.path.join(folder, "text.onnx"),
    )
    payloads = [text_of(p, i) for i, p in enumerate(PAYLOADS)]
    for i, text in enumerate(payloads):
        name = b"" if b"/" in text or len(text) > 200 else text
        data = os.path.join(os.fsencode(folder), b"test_data_set_%d" % i + name)
        os.makedirs(data)
        write_strings(os.path.join(data, b"input_0.pb"), [text])
        write_strings(os.path.join(data, b"output_0.pb"), [payloads[i - 1]])
    done = subprocess.run(
        [onnx2c, "verify", "text.onnx", "--cflags", "-std=c99 -O0"], cwd=folder, capture_output=True, timeout=300
    )
    lines = done.stdout.count(b"\n")
    faults.look(
        "compared strings",
        checks.clean(done.stdout),
        checks.clean(done.stderr),
        checks.messages(done.stderr),
        checks.good_status(done.returncode, (1,)),
    )
    expected = 2 * len(payloads) + 3  # for each set; how many are well; why the first isn't, which takes two
    faults.look("lines of compared strings", [("other lines", f"{lines}")] if lines != expected else [])
