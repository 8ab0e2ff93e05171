#!/usr/bin/env python3
"""Writes ONNX's own backend tests, which the onnx package partly computes and partly carries, as
folders that verify can read.

usage: export_cases.py [OUT]          (default: build/conformance)

    python3 -m venv build/venv
    build/venv/bin/pip install -r tests/conformance/requirements.txt
    build/venv/bin/python tests/conformance/export_cases.py

OUT/KIND/NAME/ holds model.onnx, test_data_set_N/{input_N,output_N}.pb and data.json with the case's tolerances, where
KIND is node, simple, pytorch-operator, pytorch-converted or light. A kind is written beside its place and then put
there, so that a rerun leaves neither old cases nor half of one. Everything comes out the same on every run.
"""

import argparse
import json
import os
import random
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The number of cases per kind in the pinned onnx. A different count means that a case got lost
# on the way, or a new onnx.
EXPECTED = {"node": 1884, "simple": 23, "pytorch-operator": 35, "pytorch-converted": 82, "light": 9}

# The loader calls these "real": the architectures are real, the weights are made up by nodes of the model.
LOADER_KIND = {"light": "real"}


def load_cases(kind):
    # Some node cases draw numbers when their module is imported, without seeding.
    random.seed(0)
    np.random.seed(0)
    from onnx.backend.test.loader import load_model_tests

    return load_model_tests(kind=LOADER_KIND.get(kind, kind))


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def serialize(value, declared):
    """One input or output of a case that is computed, as the message its declared type asks for."""
    kind = declared.type.WhichOneof("value")
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString(deterministic=True)
    if kind == "sequence_type":
        message = numpy_helper.from_list(value, declared.name)
    elif kind == "optional_type":
        message = numpy_helper.from_optional(value, declared.name)
    elif kind == "map_type":
        message = numpy_helper.from_dict(value, declared.name)
    else:
        message = numpy_helper.from_array(np.asarray(value), declared.name)
    return message.SerializeToString(deterministic=True)


def write_computed(case, folder):
    write(os.path.join(folder, "model.onnx"), case.model.SerializeToString(deterministic=True))
    for n, (inputs, outputs) in enumerate(case.data_sets):
        data = os.path.join(folder, f"test_data_set_{n}")
        os.mkdir(data)
        for stem, values, declared in (
            ("input", inputs, case.model.graph.input),
            ("output", outputs, case.model.graph.output),
        ):
            if len(values) != len(declared):
                sys.exit(f"{case.name}: {len(values)} values for {len(declared)} declared {stem}s")
            for i, (value, info) in enumerate(zip(values, declared)):
                write(os.path.join(data, f"{stem}_{i}.pb"), serialize(value, info))


def write_carried(case, folder):
    shutil.copyfile(os.path.join(case.model_dir, "model.onnx"), os.path.join(folder, "model.onnx"))
    for data in sorted(os.listdir(case.model_dir)):
        if data.startswith("test_data_set_"):
            shutil.copytree(
                os.path.join(case.model_dir, data), os.path.join(folder, data), copy_function=shutil.copyfile
            )


def write_light(case, folder):
    """The package has the model and its outputs; the input is a ramp from 0 to 1 that the runner makes."""
    model_path = os.path.join(os.path.dirname(os.path.dirname(onnx.__file__)), case.url)
    shutil.copyfile(model_path, os.path.join(folder, "model.onnx"))
    data = os.path.join(folder, "test_data_set_0")
    os.mkdir(data)
    graph = onnx.load(model_path).graph
    initializers = {t.name for t in graph.initializer}
    inputs = [i for i in graph.input if i.name not in initializers]
    for i, info in enumerate(inputs):
        shape = tuple(d.dim_value if d.HasField("dim_value") else 1 for d in info.type.tensor_type.shape.dim)
        count = int(np.prod(shape))
        ramp = (np.arange(count).reshape(shape) / count).astype(np.float32)
        write(os.path.join(data, f"input_{i}.pb"), serialize(ramp, info))
    for i in range(len(graph.output)):
        shutil.copyfile(f"{model_path[: -len('.onnx')]}_output_{i}.pb", os.path.join(data, f"output_{i}.pb"))


def tolerance(case, folder):
    """The relative tolerance of the official runner: two units in the last place where an output is bfloat16."""
    graph = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False).graph
    bfloat16 = any(o.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16 for o in graph.output)
    return max(case.rtol, 2**-6) if bfloat16 else case.rtol


def write_case(case, folder):
    os.makedirs(folder)
    if case.model is not None:
        write_computed(case, folder)
    elif case.model_dir is not None:
        write_carried(case, folder)
    else:
        write_light(case, folder)
    with open(os.path.join(folder, "data.json"), "w") as f:
        json.dump({"rtol": tolerance(case, folder), "atol": case.atol}, f)
        f.write("\n")


def export(kind, out):
    place, made = os.path.join(out, kind), os.path.join(out, f".{kind}.new")
    shutil.rmtree(made, ignore_errors=True)
    cases = sorted(load_cases(kind), key=lambda c: c.name)
    for case in cases:
        write_case(case, os.path.join(made, case.name))
    shutil.rmtree(place, ignore_errors=True)
    os.rename(made, place)
    return len(cases)


def main():
    parser = argparse.ArgumentParser(description="Writes ONNX's backend tests as folders.")
    parser.add_argument("out", nargs="?", default=os.path.join(ROOT, "build", "conformance"))
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # the cases themselves divide by zero and overflow on purpose
    failed = False
    for kind, expected in EXPECTED.items():
        count = export(kind, args.out)
        failed |= count != expected
        print(f"{count:5} {kind}" + ("" if count == expected else f"  (expected {expected})"))
    sys.exit(failed)


if __name__ == "__main__":
    main()
