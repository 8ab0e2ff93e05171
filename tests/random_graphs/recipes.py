"""Recipes for one operator, or a few: each takes a Builder and adds nodes to its graph, or none. What is not valid
after all is refused by ONNX Runtime as it is added."""

import numpy as np

# ---- elementwise


def unary(b):
    v = b.floats()
    smooth = "Sigmoid Tanh Erf LeakyRelu Elu Selu Softplus HardSigmoid Softsign Relu Neg Abs Celu Identity".split()
    smooth += ["HardSwish"] * (b.graph.opset >= 14) + ["Mish"] * (b.graph.opset >= 18)
    smooth += ["Gelu"] * (b.graph.opset >= 20)
    exact = "Floor Ceil Round Sign ThresholdedRelu".split() if v and v.is_exact else []
    bounded = ["Exp", "Sin", "Cos", "Atan"] if v and v.most < 8 else []
    return v and b.add(b.rng.choice(smooth + exact + bounded), v)


def positive(b):
    v = b.floats()
    v = v and b.add("Abs", v)
    v = v and b.add("Add", v, b.scalar(0.5, v.dtype))
    return v and b.add(b.rng.choice(["Sqrt", "Log", "Reciprocal"]), v)


def clip(b):
    v = b.floats()
    if not v:
        return None
    low, high = b.scalar(-1, v.dtype), b.scalar(b.rng.choice([1, 6]), v.dtype)
    return b.add("Clip", v, *b.rng.choice([(low, high), (low,), (None, high), ()]))


def arithmetic(b):
    v = b.pick(lambda v: v.dtype.kind in "fiu" and v.dtype.itemsize > 1)
    if not v:
        return None
    op = b.rng.choice(["Add", "Add", "Sub", "Mul", "Mul", "Div", "Max", "Min", "PRelu"])
    if op == "Div":
        if v.dtype.kind != "f":
            return b.add(op, v, b.graph.const(b.name("w"), np.asarray(b.rng.choice([2, 3, 7]), v.dtype)))
        size = v.shape[-1:] if v.rank and v.is_fixed(v.rank - 1) else []
        return b.add(op, v, b.graph.const(b.name("w"), np.asarray(b.numpy.uniform(1, 3, size), v.dtype)))
    other = b.partner(v)
    if op == "PRelu":
        return b.add(op, v, b.const(other.shape if other.is_const and other.rank <= v.rank else [1], v.dtype))
    return b.add(op, *b.rng.sample([v, other], 2))


def power(b):
    v = b.floats(wanted=lambda v: v.most < 8)
    if not v:
        return None
    if b.maybe(0.6):
        return b.add("Pow", v, b.scalar(b.rng.choice([2, 3]), b.rng.choice([v.dtype, np.dtype(np.int64)])))
    return b.add("Pow", b.add("Abs", v), b.scalar(b.rng.choice([0.5, 1.5]), v.dtype))


def modulo(b):
    v = b.pick(lambda v: v.dtype.kind in "iu" or v.is_float and v.is_exact)
    return v and b.add("Mod", v, b.scalar(3, v.dtype), fmod=int(v.is_float or b.maybe(0.3)))


def compare(b):
    v = b.pick(lambda v: v.dtype in (np.float32, np.int64, np.int32) and v.is_exact)
    if not v:
        return None
    op = b.rng.choice(["Equal", "Less", "Greater"] + ["LessOrEqual", "GreaterOrEqual"] * (b.graph.opset >= 16))
    return b.add(op, v, b.partner(v, lambda o: o.is_exact))


def logic(b):
    v = b.pick(lambda v: v.dtype == np.bool_)
    if not v:
        return None
    return b.add("Not", v) if b.maybe(0.3) else b.add(b.rng.choice(["And", "Or", "Xor"]), v, b.partner(v))


def where(b):
    condition = b.pick(lambda v: v.dtype == np.bool_)
    if not condition:
        return None
    zeros = b.const([1] * condition.rank, b.rng.choice([np.float32, np.int64]))
    other = b.pick(lambda o: o.dtype == zeros.dtype)
    return b.add("Where", condition, *b.rng.sample([zeros, other or zeros], 2))


def cast(b):
    v = b.pick(lambda v: v.is_exact)
    if not v:
        return None
    to = b.rng.choice([1, 1, 6, 7, 9, 10, 11] if v.is_float else [1, 1, 1, 6, 7, 11])
    return b.add("Cast", v, to=to)


def variadic(b):
    v = b.floats()
    return v and b.add(b.rng.choice(["Sum", "Mean", "Max", "Min"]), v, b.partner(v), b.partner(v))


# ---- reductions


def some_axes(b, v, least=1):
    return sorted(b.rng.sample(range(v.rank), b.rng.randint(min(least, v.rank), v.rank)))


def signed(b, v, axes):
    return [a - v.rank if b.maybe(0.3) else a for a in axes]


def reduce(b):
    v = b.floats(1, wanted=lambda v: all(a.size for a in v.arrays))  # of nothing, ONNX Runtime's mean is 0
    if not v:
        return None
    op = b.rng.choice("Sum Sum Mean Mean Max Min L1 L2 SumSquare LogSumExp Prod".split())
    axes = None if b.maybe(0.15) else signed(b, v, some_axes(b, v))
    since = 13 if op == "Sum" else 18
    return b.axes("Reduce" + op, v, axes, since, keepdims=b.rng.choice([0, 1]))


def positions(b):
    # Of nothing, ONNX Runtime's ArgMax keeps the axis, whatever keepdims says.
    v = b.floats(1, wanted=lambda v: v.is_exact and all(a.size for a in v.arrays))
    if not v:
        return None
    op = b.rng.choice(["ArgMax", "ArgMin", "TopK", "CumSum"])
    axis = b.rng.randrange(v.rank)
    if op == "TopK":
        k = b.ints([b.rng.randint(1, min(a.shape[axis] for a in v.arrays) or 1)])
        return b.add(op, v, k, n_out=2, axis=axis, largest=b.rng.choice([0, 1]))
    if op == "CumSum":
        return b.add(op, v, b.ints(axis), exclusive=b.rng.choice([0, 1]), reverse=b.rng.choice([0, 1]))
    return b.add(op, v, axis=axis - v.rank * b.rng.choice([0, 1]), keepdims=b.rng.choice([0, 1]))


def softmax(b):
    v = b.floats(1)
    return v and b.add(b.rng.choice(["Softmax", "Softmax", "LogSoftmax"]), v, axis=b.rng.randrange(-v.rank, v.rank))


def normalisation(b):
    v = b.floats(2)
    if not v:
        return None
    channels, last = v.shape[1], v.shape[-1]
    kinds = ["LpNormalization"]
    if v.is_fixed(1):
        kinds += ["BatchNormalization"] + ["InstanceNormalization", "LRN"] * (v.rank > 2)
        kinds += ["GroupNormalization"] * (b.graph.opset >= 21 and v.rank > 2)
    if v.is_fixed(v.rank - 1):
        kinds += ["LayerNormalization"] * 2 * (b.graph.opset >= 17) + ["RMSNormalization"] * (b.graph.opset >= 23)
    kind = b.rng.choice(kinds)
    if kind == "LpNormalization":
        return b.add(kind, v, axis=b.rng.randrange(v.rank), p=b.rng.choice([1, 2]))
    if kind == "BatchNormalization":
        variance = b.graph.const(b.name("var"), b.numpy.uniform(0.5, 2, channels).astype(v.dtype))
        return b.add(kind, v, *[b.const([channels], v.dtype) for _ in range(3)], variance)
    if kind == "LRN":
        return b.add(kind, v, size=b.rng.choice([1, 3]))
    if kind == "GroupNormalization":
        groups = b.rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
        return b.add(kind, v, b.const([channels], v.dtype), b.const([channels], v.dtype), num_groups=groups)
    size = channels if kind == "InstanceNormalization" else last
    two = [b.const([size], v.dtype), b.const([size], v.dtype)]
    return b.add(kind, v, *(two[:1] if kind == "RMSNormalization" else two), epsilon=0.01)


# ---- products


def matmul(b):
    v = b.floats(1, 5, lambda v: v.is_fixed(v.rank - 1))
    if not v:
        return None
    inner = v.shape[-1]
    other = b.floats(2, 4, lambda o: o.dtype == v.dtype and o.is_fixed(o.rank - 2) and o.shape[-2] == inner)
    if other is None or b.maybe(0.6):
        batch = [s if v.is_fixed(i) else 1 for i, s in enumerate(v.shape[:-2])] if b.maybe(0.3) else []
        other = b.const([*batch, inner, b.rng.choice([1, 2, 5, 8, 17])], v.dtype)
    return b.add("MatMul", v, other)


def gemm(b):
    v = b.floats(2, 2)
    if not v:
        return None
    flip, other_flip = b.rng.choice([0, 1]), b.rng.choice([0, 1])
    if not v.is_fixed(0 if flip else 1):
        return None
    inner, columns = v.shape[0 if flip else 1], b.rng.choice([1, 3, 8, 16])
    w = b.const([columns, inner] if other_flip else [inner, columns], v.dtype)
    bias = b.rng.choice([None, b.const([columns], v.dtype), b.const([1], v.dtype)])
    alpha = b.rng.choice([1.0, 0.5])
    return b.add("Gemm", v, w, *([bias] if bias else []), transA=flip, transB=other_flip, alpha=alpha)


def einsum(b):
    v = b.floats(2, 2)
    w = v and b.floats(2, 2, lambda o: o.dtype == v.dtype and broadcast_free(v, o))
    return w and b.add("Einsum", v, w, equation=b.rng.choice(["ij,kj->ik", "ij,kj->ki", "ij,kj->ijk", "ij,kj->k"]))


def broadcast_free(v, o):
    return all(x.shape[1] == y.shape[1] for x, y in zip(v.arrays, o.arrays))


def window(b, v):
    """Attributes of a window over v's spatial axes."""
    spatial = v.rank - 2
    kernel = [b.rng.randint(1, min(3, *(a.shape[2 + i] for a in v.arrays))) for i in range(spatial)]
    attributes = {"kernel_shape": kernel, "strides": [b.rng.randint(1, 2) for _ in kernel]}
    if b.maybe(0.2):
        attributes["auto_pad"] = b.rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    else:
        attributes["pads"] = [b.rng.randint(0, k - 1) for k in kernel * 2]
    # With SAME and dilations, ONNX Runtime's pools have another size than the text gives them.
    if b.maybe(0.2) and "SAME" not in attributes.get("auto_pad", ""):
        attributes["dilations"] = [b.rng.randint(1, 2) for _ in kernel]
    return attributes


def is_image(v):
    return v.is_float and 3 <= v.rank <= 5 and v.is_fixed(1) and all(min(a.shape) > 0 for a in v.arrays)


def conv(b):
    v = b.pick(is_image)
    if not v:
        return None
    channels = v.shape[1]
    groups = b.rng.choice([1, 1, channels] + [g for g in range(1, channels + 1) if channels % g == 0])
    out, a = groups * b.rng.choice([1, 2, 3, 8]), window(b, v)
    bias = [b.const([out], v.dtype)] if b.maybe(0.6) else []
    if b.maybe(0.25):
        if any(k < s for k, s in zip(a["kernel_shape"], a["strides"])):
            a.pop("auto_pad", None)  # the text says input * stride; ONNX Runtime pads with nothing less than 0
        w = b.const([channels, out // groups, *a["kernel_shape"]], v.dtype)
        made = b.add("ConvTranspose", v, w, *bias, group=groups, **a)
    else:
        w = b.const([out, channels // groups, *a["kernel_shape"]], v.dtype)
        made = b.add("Conv", v, w, *bias, group=groups, **a)
    return b.chain(made, b.rng.choice([("Relu",), ("Sigmoid",), ("Identity",), ("Add", b.scalar(0.5, v.dtype))]))


def pool(b):
    v = b.pick(is_image)
    if not v:
        return None
    if b.maybe(0.25):
        return b.add(b.rng.choice(["GlobalAveragePool", "GlobalMaxPool"]), v)
    a, kind = window(b, v), b.rng.choice(["MaxPool", "AveragePool", "LpPool"])
    if kind == "MaxPool":
        return b.add(kind, v, ceil_mode=b.rng.choice([0, 1]), n_out=b.rng.choice([1, 2]), **a)
    if kind == "AveragePool" or b.graph.opset < 18:
        a.pop("dilations", None)
    more = {"count_include_pad": b.rng.choice([0, 1])} if kind == "AveragePool" else {"p": b.rng.choice([1, 2])}
    return b.add(kind, v, **a, **more)


ELEMENTWISE = [unary, unary, positive, clip, arithmetic, arithmetic, power]
ELEMENTWISE += [modulo, compare, logic, where, cast, variadic]
REDUCTIONS = [reduce, reduce, positions, softmax, normalisation, normalisation]
PRODUCTS = [matmul, matmul, gemm, einsum, conv, conv, pool]
