"""Small models for facts.py, and ways to look at what the compiler makes of one.

These return what is wrong, or None."""

import os
import re
import subprocess

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, FLOAT16, INT8, INT64, BOOL = (getattr(TensorProto, t) for t in ("FLOAT", "FLOAT16", "INT8", "INT64", "BOOL"))
node = helper.make_node


def info(name, shape, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs, outputs, constants=None, opset=18, domains=(), functions=()):
    constants = [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()]
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in domains]
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=imports, functions=list(functions))


def numbers(*shape):
    """The same at every run; small, none of them 0."""
    return (np.arange(np.prod(shape)) % 7 * 0.25 - 0.8).reshape(shape).astype(np.float32)


def run(onnx2c, arguments):
    """(status, what it said); `arguments` as one writes them in a shell."""
    done = subprocess.run(
        f"{onnx2c} {arguments}", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace"
    )
    return done.returncode, done.stdout


def save(folder, m, inputs=(), outputs=()):
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    for kind, values in (("input", inputs), ("output", outputs)):
        for i, v in enumerate(values):
            with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as f:
                f.write(numpy_helper.from_array(np.asarray(v)).SerializeToString())
    path = os.path.join(folder, "model.onnx")
    with open(path, "wb") as f:
        f.write(m.SerializeToString())
    return path


# ---- ways to look at a model: each returns what is wrong, or None ---------------------------------------------------


def computes(onnx2c, folder, m, inputs, outputs, options=""):
    """verify finds these outputs."""
    status, said = run(onnx2c, f"verify {save(folder, m, inputs, outputs)} --rtol 1e-4 --atol 1e-4 {options}")
    return f"verify ended with status {status}:\n{said}" if status else None


def refused(onnx2c, folder, m, pattern, options=""):
    status, said = run(onnx2c, f"{save(folder, m)} -o {folder}/m.c {options}")
    if status != 1 or not re.search(pattern, said):
        return f"status {status}, expected 1 and a message with {pattern!r}:\n{said}"
    return None


def advised_by(said):
    """The words of the shell that a message says to put after --dim, bounds only."""
    words = re.findall(r"--dim ((?:'[^']*'|\\.|[^\s'`;])+)", said)
    return [w for w in words if ".." in w]


def advises(onnx2c, folder, m, inputs, outputs, least=1):
    """Refused for want of options until each that a message advises is given; then it computes the outputs."""
    options = ""
    path = save(folder, m)
    for _ in range(4):
        status, said = run(onnx2c, f"{path} -o {folder}/m.c {options}")
        if not status:
            break
        advised = advised_by(said)
        if not advised or advised[0] in options:
            return f"status {status} with{options or ' no options'}, and no new advice:\n{said}"
        options += f" --dim {advised[0]}"
    if status or options.count("--dim") < least:
        return f"status {status} with{options or ' no options'}:\n{said}"
    return computes(onnx2c, folder, m, inputs, outputs, options)


def same_code(onnx2c, folder, m, other, options=""):
    """Both give the same C, but for the file's sum."""
    texts = []
    for one in (m, other):
        status, said = run(onnx2c, f"{save(folder, one)} -o {folder}/m.c {options}")
        if status:
            return f"status {status}:\n{said}"
        with open(f"{folder}/m.c") as f:
            texts.append(re.sub(r"sha256 \w+", "", f.read()))
    return None if texts[0] == texts[1] else "the C is another"
