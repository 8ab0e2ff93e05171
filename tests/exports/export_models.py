#!/usr/bin/env python3
"""Exports models as users would, with random weights and small configurations, and what ONNX
Runtime computes with them.

usage: export_models.py [--only GLOB] [--out DIR] [--list]

    python3 -m venv build/venv-torch
    build/venv-torch/bin/pip install -r tests/exports/requirements.txt
    build/venv-torch/bin/python tests/exports/export_models.py

DIR (default: build) gets exports/NAME for models of static shape and exports_dynamic/NAME for others, each with
model.onnx, test_data_set_N/{input_N,output_N}.pb and data.json with the tolerances. The models are declared in
vision.py, text.py, classic.py, dynamic.py, detectors.py and small.py; the ones that are in tests/models have the same
name there. Each is made from a seed of its own, so --only gives the same ones. INDEX.txt beside them has a line per
model.
"""

import argparse
import collections
import fnmatch
import json
import os
import shutil
import sys
import traceback

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

import registry
from registry import DYNAMO, Pick, quiet

import any_size  # noqa: F401  these modules fill registry.EXPORTS
import classic  # noqa: F401
import detectors  # noqa: F401
import dynamic  # noqa: F401
import small  # noqa: F401
import text  # noqa: F401
import vision  # noqa: F401

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# ---- from a Net to a model -------------------------------------------------------------------------------------------


def export_script(e, net, path):
    torch.onnx.export(
        net.module,
        net.data_sets[0],
        path,
        dynamo=False,
        opset_version=e.opset,
        input_names=net.inputs,
        output_names=net.outputs,
        dynamic_axes=net.dynamic or None,
        **e.options,
    )


def export_dynamo(e, net, path):
    shapes = None
    if net.dynamic:
        shapes = tuple(net.dynamic.get(i, {}) for i in net.inputs)
        if isinstance(net.module, Pick):
            shapes = (shapes,)  # it takes *values
    torch.onnx.export(
        net.module,
        net.data_sets[0],
        path,
        dynamo=True,
        opset_version=e.opset,
        input_names=net.inputs,
        output_names=net.outputs,
        dynamic_shapes=shapes,
        external_data=e.external,
        **e.options,
    )


def graphs(graph):
    """The graph and those inside its nodes."""
    yield graph
    for node in graph.node:
        for a in node.attribute:
            for inner in [a.g] if a.HasField("g") else a.graphs:
                yield from graphs(inner)


def all_nodes(model):
    for body in [model.graph, *model.functions]:
        for graph in graphs(body):
            yield from graph.node


def strip(model):
    """Removes what exporters write down of the machine and of their own stack traces."""
    model.ClearField("metadata_props")
    for body in [model.graph, *model.functions]:
        for graph in graphs(body):
            graph.ClearField("metadata_props")
            graph.ClearField("doc_string")
            values = list(graph.value_info)
            if isinstance(graph, onnx.GraphProto):
                values += [*graph.input, *graph.output, *graph.initializer]
            for item in [*graph.node, *values]:
                item.ClearField("metadata_props")
                item.ClearField("doc_string")


def make_model(e, net, folder):
    path = os.path.join(folder, "model.onnx")
    if isinstance(net.module, onnx.ModelProto):
        onnx.save(net.module, path)
    else:
        with quiet():
            (export_dynamo if e.exporter == DYNAMO else export_script)(e, net, path)
    model = onnx.load(path)
    for leftover in os.listdir(folder):
        os.remove(os.path.join(folder, leftover))
    strip(model)
    if e.external:
        onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=1024)
    else:
        onnx.save(model, path)
    onnx.checker.check_model(path, full_check=True)
    return model


# ---- from a model to data --------------------------------------------------------------------------------------------


def run(folder, inputs, names):
    """What the model means: ONNX Runtime without its optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    taken = {i.name for i in session.get_inputs()}
    feeds = {n: v for n, v in zip(names, inputs) if n in taken}
    return session.run(None, feeds), session


def arrays(values):
    return [v.detach().numpy() if isinstance(v, torch.Tensor) else np.asarray(v) for v in values]


def flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [t for r in (result.values() if isinstance(result, dict) else result) for t in flat(r)]


def disagreement(net, inputs, outputs):
    """How far PyTorch itself is from it, relative to the outputs' magnitude. None where it can't be asked."""
    if not isinstance(net.module, torch.nn.Module):
        return None
    with torch.no_grad():
        ours = arrays(flat(net.module(*(i.clone() for i in inputs))))
    if [o.shape for o in ours] != [o.shape for o in outputs]:
        return float("inf")
    worst = 0.0
    for a, b in zip(ours, outputs):
        if b.size:
            worst = max(
                worst,
                float(np.max(np.abs(a.astype(np.float64) - b.astype(np.float64))))
                / max(1e-9, float(np.max(np.abs(b)))),
            )
    return worst


def round_up(x):
    """To one digit."""
    step = 10.0 ** np.floor(np.log10(x))
    return float(f"{np.ceil(x / step) * step:.0e}")


def write_proto(path, array, name):
    with open(path, "wb") as f:
        f.write(numpy_helper.from_array(array, name).SerializeToString(deterministic=True))


def write_data(net, folder):
    """All data sets, and the tolerance: 2e-5 of the outputs' magnitude, or more where two correct computations are
    further apart, as in deep nets with random weights. Returns the magnitude and the disagreement with PyTorch."""
    magnitude, apart = 0.0, None
    for n, inputs in enumerate(net.data_sets):
        data = os.path.join(folder, f"test_data_set_{n}")
        os.mkdir(data)
        given = arrays(inputs)
        outputs, session = run(folder, given, net.inputs)
        for i, info in enumerate(session.get_inputs()):
            write_proto(os.path.join(data, f"input_{i}.pb"), given[net.inputs.index(info.name)], info.name)
        for i, (info, y) in enumerate(zip(session.get_outputs(), outputs)):
            write_proto(os.path.join(data, f"output_{i}.pb"), y, info.name)
            if y.dtype.kind == "f" and y.size:
                if not np.isfinite(y).all():
                    raise ValueError(f"output {info.name} is not finite")
                magnitude = max(magnitude, float(np.max(np.abs(y))))
        with quiet():
            d = disagreement(net, inputs, outputs)
        apart = d if apart is None else max(apart, d)
    with open(os.path.join(folder, "data.json"), "w") as f:
        json.dump({"rtol": 1e-3, "atol": round_up(max(2e-5, 8 * (apart or 0)) * magnitude) if magnitude else 1e-7}, f)
        f.write("\n")
    return magnitude, apart


# ---- all of them -----------------------------------------------------------------------------------------------------


def describe(e, model, net, magnitude, apart):
    ops = collections.Counter(
        (f"{n.domain}." if n.domain not in ("", "ai.onnx") else "") + n.op_type for n in all_nodes(model)
    )
    opset = ",".join(f"{o.domain or 'ai.onnx'} {o.version}" for o in model.opset_import)
    said = "" if apart is None else f"; PyTorch within {apart:.0e}"
    histogram = " ".join(f"{op}:{n}" for op, n in sorted(ops.items(), key=lambda kv: (-kv[1], kv[0])))
    return (
        f"{e.group}/{e.name}: {e.exporter}; {opset}; {len(net.data_sets)} data sets; "
        f"{model.ByteSize() / 1e6:.1f} MB; |y| <= {magnitude:.2g}{said}; {histogram}"
    )


def make(e, out):
    folder = os.path.join(out, e.group, e.name)
    made = os.path.join(out, e.group, f".{e.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    os.makedirs(made)
    registry.seed(e.build.__name__)
    with quiet():
        net = e.build()
        if isinstance(net.module, torch.nn.Module):
            net.module.eval()  # the wrapper too: an exporter sets the whole back to the mode it found
    model = make_model(e, net, made)
    magnitude, apart = write_data(net, made)
    if apart is not None and apart > 1e-4:
        raise ValueError(f"PyTorch is {apart:.1e} away from ONNX Runtime")
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(made, folder)
    return describe(e, model, net, magnitude, apart)


def update_index(out, lines):
    """Replaces the lines of the models just made."""
    path = os.path.join(out, "exports", "INDEX.txt")
    known = {}
    if os.path.exists(path):
        with open(path) as f:
            known = {line.split(":")[0]: line.rstrip("\n") for line in f}
    known.update((line.split(":")[0], line) for line in lines)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.writelines(known[k] + "\n" for k in sorted(known))


def main():
    parser = argparse.ArgumentParser(description="Exports models with random weights, with data to compare with.")
    parser.add_argument("--only", metavar="GLOB", default="*", help="the models whose name it matches")
    parser.add_argument("--out", default=os.path.join(ROOT, "build"), help="where to (default: build)")
    parser.add_argument("--list", action="store_true", help="print the names and leave")
    parser.add_argument("-v", "--verbose", action="store_true", help="print where a failure comes from")
    args = parser.parse_args()
    torch.set_num_threads(1)
    chosen = [e for e in registry.EXPORTS if fnmatch.fnmatchcase(e.name, args.only)]
    lines, failed = [], 0
    for e in chosen:
        if args.list:
            print(f"{e.group}/{e.name} {e.exporter} {e.opset}")
            continue
        try:
            lines.append(make(e, args.out))
            print(lines[-1], flush=True)
        except Exception as error:  # of any of a dozen libraries
            failed += 1
            said = str(error).strip().split("\n")
            print(f"FAIL {e.name}: {type(error).__name__}: {said[0][:300]}", flush=True)
            if args.verbose:
                traceback.print_exc()
            shutil.rmtree(os.path.join(args.out, e.group, f".{e.name}.new"), ignore_errors=True)
    if not args.list:
        update_index(args.out, lines)
        print(f"{len(lines)} exported, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if (
        os.environ.get("PYTHONHASHSEED") != "0"
    ):  # exporters walk through sets; with a fixed seed in the same order every time
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
