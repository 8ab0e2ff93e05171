"""Trains a small language model on the licences that Debian ships, and writes model.onnx and tokens.h.

usage: make_model.py FOLDER [STEPS]        needs numpy and onnx; some five minutes on two cores

The decoder is like Llama's, small (network.py). Its weights are rounded to 4 bits in blocks of 32, each with a scale
and a zero point, as ONNX Runtime's MatMulNBits has them; the graph is what onnxruntime-genai's model builder makes of
such models: GroupQueryAttention, with keys and values of the past as inputs and all that there are now as outputs.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import network
import text
from network import HEADS, HIDDEN, KV_HEADS, LAYERS, SIZE, VOCABULARY, WIDTH

STEPS, BATCH, LENGTH = 1000, 8, 256
ROUNDED = 0.6  # of the steps are over before the weights get used to what rounding makes of them
RATE, WARM_UP = 4e-3, 50
POSITIONS = 512
BLOCK = 32
MICROSOFT = "com.microsoft"


def rounded(w):
    """w[rows, columns] in 4 bits: integers [rows, blocks, BLOCK], scales and zero points of the blocks."""
    blocks = w.reshape(w.shape[0], -1, BLOCK)
    low, high = np.minimum(blocks.min(axis=2), 0), np.maximum(blocks.max(axis=2), 0)
    scales = np.maximum((high - low) / 15, np.float32(1e-8))
    zeros = np.clip(np.rint(-low / scales), 0, 15).astype(np.uint8)
    q = np.rint(blocks / scales[:, :, None]) + zeros[:, :, None]
    return np.clip(q, 0, 15).astype(np.uint8), scales, zeros


def as_rounded(name, w):
    """The weights that the model will have. The embedding is rounded by rows, others are transposed first."""
    if w.ndim == 1:
        return w
    rows = w if name == "embedding" else np.ascontiguousarray(w.T)
    q, scales, zeros = rounded(rows)
    restored = ((q.astype(np.float32) - zeros[:, :, None]) * scales[:, :, None]).reshape(rows.shape)
    return restored if name == "embedding" else restored.T


def trained(tokens, steps):
    rng = np.random.default_rng(1)
    weights = network.new_weights(rng)
    adam = network.Adam(weights)
    for step in range(steps):
        starts = rng.integers(0, len(tokens) - LENGTH, BATCH)
        used = weights
        if step >= ROUNDED * steps:
            used = {name: as_rounded(name, w) for name, w in weights.items()}
        loss, gradients = network.loss_and_gradients(used, tokens[starts[:, None] + np.arange(LENGTH + 1)])
        fade = 0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * step / steps))
        adam.step(weights, gradients, RATE * fade * min(1, (step + 1) / WARM_UP))
        if step % 50 == 0 or step == steps - 1:
            print(f"step {step}: loss {loss:.3f}", flush=True)
    return weights


def packed(w):
    """As ONNX Runtime's operators have it: two integers in a byte, the first in its lower half."""
    q, scales, zeros = rounded(np.ascontiguousarray(w))
    return q[:, :, ::2] | q[:, :, 1::2] << 4, scales, zeros[:, ::2] | zeros[:, 1::2] << 4


class Graph:
    """Nodes and initializers, added one by one; a node's first result has the node's name."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, op, name, inputs, outputs=(), domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name, *outputs], name, domain=domain, **attributes))
        return name

    def norm(self, name, x, scale):
        scale = self.constant(name + ".scale", scale)
        return self.node("RMSNormalization", name, [x, scale], epsilon=network.EPSILON)

    def linear(self, name, x, w):
        """w[columns of x, columns of the result]."""
        parts = zip(("q4", "scales", "zeros"), packed(w.T))
        inputs = [x] + [self.constant(f"{name}.{part}", value) for part, value in parts]
        size = {"K": w.shape[0], "N": w.shape[1], "bits": 4, "block_size": BLOCK}
        return self.node("MatMulNBits", name, inputs, domain=MICROSOFT, **size)


def attention(graph, i, qkv):
    past = [f"past.{i}.key", f"past.{i}.value"]
    return graph.node(
        "GroupQueryAttention",
        f"attention.{i}",
        [qkv, "", "", *past, "last", "total", "cosines", "sines"],
        [f"present.{i}.key", f"present.{i}.value"],
        MICROSOFT,
        num_heads=HEADS,
        kv_num_heads=KV_HEADS,
        do_rotary=1,
    )


def layer(graph, i, x, weights):
    def w(name):
        return weights[f"{i}.{name}"]

    h = graph.norm(f"attention_norm.{i}", x, w("attention_norm"))
    h = attention(graph, i, graph.linear(f"qkv.{i}", h, w("qkv")))
    x = graph.node("Add", f"attended.{i}", [x, graph.linear(f"output.{i}", h, w("output"))])
    h = graph.norm(f"mlp_norm.{i}", x, w("mlp_norm"))
    gate, up = graph.linear(f"gate.{i}", h, w("gate")), graph.linear(f"up.{i}", h, w("up"))
    active = graph.node("Mul", f"silu.{i}", [gate, graph.node("Sigmoid", f"sigmoid.{i}", [gate])])
    h = graph.node("Mul", f"gated.{i}", [active, up])
    return graph.node("Add", f"x.{i}", [x, graph.linear(f"down.{i}", h, w("down"))])


def positions(graph):
    """How many positions there are with the new ones, for the attention; how far which of them turns."""
    graph.node("Shape", "past", ["past.0.key"], start=2, end=3)
    graph.node("Shape", "new", ["ids"], start=1, end=2)
    graph.node("Add", "all", ["past", "new"])
    graph.node("Cast", "totals", ["all"], to=TensorProto.INT32)
    graph.node("Squeeze", "total", ["totals"])
    graph.node("Sub", "last", ["totals", graph.constant("one", np.array([1], np.int32))])
    for name, value in zip(("cosines", "sines"), network.turns(POSITIONS)):
        graph.constant(name, value)


def embedding(graph, w):
    """The rows of the ids, from the 4 bits that `logits` multiplies with."""
    q4, scales, zeros = packed(w)
    inputs = [graph.constant("rows.q4", q4.reshape(VOCABULARY, -1)), "ids"]
    inputs += [graph.constant("rows.scales", scales), graph.constant("rows.zeros", zeros)]
    sizes = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
    return graph.node("GatherBlockQuantized", "rows", inputs, domain=MICROSOFT, **sizes)


def model_of(weights):
    graph = Graph()
    positions(graph)
    x = embedding(graph, weights["embedding"])
    for i in range(LAYERS):
        x = layer(graph, i, x, weights)
    x = graph.node("Gather", "newest", [x, graph.constant("minus_one", np.array([-1]))], axis=1)
    graph.linear("logits", graph.norm("norm", x, weights["norm"]), weights["embedding"].T)
    caches = [f"{i}.{part}" for i in range(LAYERS) for part in ("key", "value")]

    def tensors(kind, length):
        shape = [1, KV_HEADS, length, SIZE]
        return [helper.make_tensor_value_info(f"{kind}.{name}", TensorProto.FLOAT, shape) for name in caches]

    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1, VOCABULARY])
    inputs, outputs = [ids, *tensors("past", "past")], [logits, *tensors("present", "past + tokens")]
    made = helper.make_graph(graph.nodes, "licences", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=11)


def write_tokens(path, merges):
    """What main.c needs to make tokens of text and text of tokens."""
    with open(path, "w") as f:
        f.write("/* Made by make_model.py. Token 256 + i is the two tokens merges[i]; smaller ones are bytes. */\n")
        f.write("/* clang-format off */\n")
        f.write(f"enum {{ MERGES = {len(merges)} }};\n\nstatic const short merges[MERGES][2] = {{\n")
        for i in range(0, len(merges), 8):
            f.write("    " + " ".join(f"{{{a}, {b}}}," for a, b in merges[i : i + 8]) + "\n")
        f.write("};\n")


def main():
    folder, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else STEPS
    licences = text.corpus()
    merges = text.merges_of(licences, VOCABULARY - 256)
    tokens = np.array(text.encode(licences, merges))
    print(f"{len(licences)} bytes, {len(tokens)} tokens")
    onnx.save(model_of(trained(tokens, steps)), os.path.join(folder, "model.onnx"))
    write_tokens(os.path.join(folder, "tokens.h"), merges)


if __name__ == "__main__":
    main()
