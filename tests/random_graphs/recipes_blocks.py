"""Recipes for what has a body, and for patterns of several nodes."""

from copy import copy

import numpy as np
from onnx import helper

from graph import Value, tensor_type

# ---- control flow: a body is a graph of its own, grown with the same recipes, that may read what lies around it


def grow_body(b, given, recipes, most=3):
    """Nodes that start from `given`, in a builder's graph that then forgets them. Returns (nodes, results): the values
    of floats that they made, and `given`."""
    outer = b.graph
    inner = b.graph = copy(outer)
    inner.nodes, inner.values, inner.consts = [], dict(outer.values), outer.consts
    for v in given:
        inner.values[v.name] = v
    for _ in range(b.rng.randint(1, most)):
        b.rng.choice(recipes)(b)
    b.graph = outer
    made = [inner.values[o] for n in inner.nodes for o in n.output if o]
    return inner.nodes, [v for v in made if v.is_float] + list(given)


def info(v, name=None):
    shape = [v.shape[i] if v.is_fixed(i) else None for i in range(v.rank)]
    return helper.make_tensor_value_info(name or v.name, tensor_type(v.arrays[0]), shape)


def same_shape(v):
    return lambda o: o.dtype == v.dtype and [a.shape for a in o.arrays] == [a.shape for a in v.arrays]


def body_of(b, v, recipes, name):
    """A subgraph without inputs whose result is like v: of its last nodes, one that is; else v itself."""
    nodes, results = grow_body(b, [], recipes)
    fits = [o for o in results if same_shape(v)(o)] or [v]
    out = b.name("branch")
    nodes = list(nodes) + [helper.make_node("Identity", [fits[-1].name], [out])]
    return helper.make_graph(nodes, name, [], [info(v, out)])


def condition(b):
    """A bool that the data decide, not in doubt by rounding."""
    v = b.floats(1, wanted=lambda v: v.is_exact and v.dtype == np.float32 and all(a.size for a in v.arrays))
    least = v and b.axes("ReduceMax", v, None, 18, keepdims=0)
    return least and b.add("Greater", least, b.scalar(b.rng.choice([-0.5, 0.5, 1.9])))


def if_(b, recipes):
    c, v = condition(b), b.floats()
    if not c or not v:
        return None
    then, other = body_of(b, v, recipes, "then"), body_of(b, v, recipes, "else")
    return b.add("If", c, then_branch=then, else_branch=other)


def placeholder(b, v):
    """A value with a name of its own and v's contents, for a body's input."""
    return Value(b.name("carried"), v.arrays)


def loop(b, recipes):
    """Rounds known or by the data; one carried value of constant shape, and perhaps its history."""
    v = b.floats(0, 3)
    if not v or v.most > 50:
        return None
    carried = placeholder(b, v)
    nodes, results = grow_body(b, [carried], recipes)
    fits = [o for o in results if same_shape(v)(o)]
    c_in, c_out, i, out = (b.name(s) for s in ("c", "c", "i", "out"))
    nodes = list(nodes) + [
        helper.make_node("Tanh", [fits[0].name], [out]),
        helper.make_node("Identity", [c_in], [c_out]),
    ]
    outputs = [helper.make_tensor_value_info(c_out, 9, []), info(v, out)]
    scans = b.maybe(0.4)
    if scans:
        history = b.name("history")
        nodes.append(helper.make_node("Neg", [out], [history]))
        outputs.append(info(v, history))
    inputs = [helper.make_tensor_value_info(i, 7, []), helper.make_tensor_value_info(c_in, 9, []), info(carried)]
    body = helper.make_graph(nodes, "body", inputs, outputs)
    # Of a history without rounds, ONNX Runtime makes up the open sizes.
    return b.add("Loop", b.ints(b.rng.choice([1 if scans else 0, 1, 2, 3])), None, v, n_out=1 + scans, body=body)


def scan(b, recipes):
    """Along the first axis: a state of one element's shape."""
    v = b.floats(2, 3, lambda v: v.is_static and v.dtype == np.float32)
    if not v or 0 in v.shape:
        return None
    state, element, s_out, e_out = (b.name(s) for s in ("state", "element", "s", "e"))
    shape = list(v.shape[1:])
    start = b.const(shape)
    nodes = [helper.make_node("Add", [state, element], [s_out]), helper.make_node("Tanh", [s_out], [e_out])]
    infos = [helper.make_tensor_value_info(n, 1, shape) for n in (state, element, s_out, e_out)]
    body = helper.make_graph(nodes, "body", infos[:2], infos[2:])
    more = {"scan_input_directions": [1]} if b.maybe(0.3) else {}
    return b.add("Scan", start, v, n_out=2, body=body, num_scan_inputs=1, **more)


# ---- patterns


def attention(b, _):
    """softmax(q k' / sqrt(d) + mask) v over heads, as exporters write it."""
    v = b.floats(3, 3, lambda v: v.dtype == np.float32 and v.is_fixed(2) and v.shape[2] % 2 == 0 and v.shape[2])
    if not v:
        return None
    width, heads = v.shape[2], b.rng.choice([1, 2])

    def projected(perm):
        y = b.add("MatMul", v, b.const([width, width]))
        y = y and b.add("Reshape", y, b.ints([0, 0 if b.maybe(0.7) or not v.is_fixed(1) else v.shape[1], heads, -1]))
        return y and b.add("Transpose", y, perm=perm)

    q, k, values = projected([0, 2, 1, 3]), projected([0, 2, 3, 1]), projected([0, 2, 1, 3])
    scores = q and k and b.add("MatMul", q, k)
    scores = scores and b.add(*b.rng.choice([("Div", scores, b.scalar(1.75)), ("Mul", scores, b.scalar(0.5))]))
    if scores and b.maybe(0.5) and scores.is_static:
        scores = b.add("Add", scores, b.graph.const(b.name("mask"), np.triu(np.full(scores.shape[-2:], -9, "f"), 1)))
    p = scores and b.add("Softmax", scores, axis=-1)
    y = p and values and b.add("MatMul", p, values)
    y = y and b.add("Transpose", y, perm=[0, 2, 1, 3])
    return y and b.add("Reshape", y, b.ints([0, 0, width]))


def attention_node(b, _):
    v = b.floats(3, 3, lambda v: v.dtype == np.float32 and v.is_fixed(2) and v.shape[2] % 2 == 0 and v.shape[2])
    if not v or b.graph.opset < 23:
        return None
    return b.add("Attention", v, v, v, q_num_heads=2, kv_num_heads=b.rng.choice([2, 1]), is_causal=b.rng.choice([0, 1]))


def recurrent(b, _):
    v = b.floats(3, 3, lambda v: v.dtype == np.float32 and v.is_fixed(2) and all(a.size for a in v.arrays))
    if not v:
        return None
    kind, gates = b.rng.choice([("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    directions = b.rng.choice([1, 1, 2])
    size = b.rng.choice([1, 3, 4])
    w, r = b.const([directions, gates * size, v.shape[2]]), b.const([directions, gates * size, size])
    bias = [b.const([directions, 2 * gates * size])] if b.maybe(0.6) else []
    way = "bidirectional" if directions == 2 else b.rng.choice(["forward", "reverse"])
    more = {"linear_before_reset": b.rng.choice([0, 1])} if kind == "GRU" else {}
    return b.add(kind, v, w, r, *bias, n_out=b.rng.choice([1, 2]), hidden_size=size, direction=way, **more)


def residual(b, recipes):
    """Some nodes beside a way around them."""
    v = b.floats(1)
    before = set(b.graph.values)
    for _ in range(2):
        b.rng.choice(recipes)(b)
    made = v and b.pick(lambda o: o.name not in before and same_shape(v)(o))
    return made and b.add("Add", v, made)


BLOCKS = [if_, if_, loop, loop, scan, attention, attention, attention_node, recurrent, residual]
