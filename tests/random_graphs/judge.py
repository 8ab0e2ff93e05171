"""What the compiler makes of a graph: `onnx2c verify` against ONNX Runtime's results; where they differ, against those
of onnx's reference evaluator, too."""

import os
import sys
import tempfile

import numpy as np
from onnx.reference import ReferenceEvaluator

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))
from run import call, classify, explain  # noqa: E402 (the folder is known only now)

STRICT = "-std=c99 -O1 -Wall -Wextra -Werror"
SANITIZED = "-std=c99 -O0 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined"
SECONDS = 120


def tolerances(graph):
    """Ours, ONNX Runtime's and the reference's sums have an order each; halves have eleven bits."""
    halves = any(v.dtype == np.float16 for v in graph.values.values())
    return ["--rtol", "1e-2", "--atol", "2e-2"] if halves else ["--rtol", "1e-3", "--atol", "1e-4"]


def verify(onnx2c, graph, folder, sanitized):
    """(outcome, lines): conformance/run.py tells outcomes apart."""
    command = [onnx2c, "verify", os.path.join(folder, "model.onnx"), folder, *tolerances(graph)]
    for dim, (low, high) in graph.bounds().items():
        command += ["--dim", f"{dim}={low}..{high}"]
    command += ["--cflags", SANITIZED if sanitized else STRICT]
    done = call(command, folder, SECONDS)
    if not done:
        return "timeout", [f"not done after {SECONDS} s"]
    status, out, err = done
    outcome = classify(status, out, err)
    return outcome, explain(outcome, status, out, err, command[2])


def by_reference(graph, model):
    """The graph with the reference evaluator's results as what is expected; None if it can't compute them."""
    other = type(graph)(graph.opset, graph.sets)
    other.__dict__.update(graph.__dict__, values=dict(graph.values))
    try:
        evaluator = ReferenceEvaluator(model)
        feeds = [{i.name: graph.inputs[i.name].arrays[k] for i in model.graph.input} for k in range(graph.sets)]
        results = [evaluator.run(None, f) for f in feeds]
        for k, name in enumerate(graph.outputs):
            ours = graph.values[name]
            arrays = [np.asarray(r[k]).astype(ours.dtype) for r in results]
            other.values[name] = type(ours)(name, arrays)
    except Exception:  # of any kind: it is Python that was not made for this
        return None
    return other


def judge(onnx2c, graph, sanitized=False):
    """(outcome, lines): that of verify, or `arguable` where the reference evaluator agrees with us."""
    with tempfile.TemporaryDirectory() as folder:
        graph.save(folder)
        outcome, lines = verify(onnx2c, graph, folder, sanitized)
        if outcome == "wrong":
            second = by_reference(graph, graph.whole())
            if second:
                second.save(folder)
                if verify(onnx2c, second, folder, sanitized)[0] == "pass":
                    return "arguable", lines
    return outcome, lines
