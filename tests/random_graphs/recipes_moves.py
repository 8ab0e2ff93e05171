"""Recipes that move elements, compute shapes, and quantise."""

import numpy as np
from onnx import numpy_helper

from recipes import is_image

# ---- movement


def transpose(b):
    v = b.pick(lambda v: v.rank > 1)
    return v and b.add("Transpose", v, perm=b.rng.sample(range(v.rank), v.rank))


def reshape(b):
    """Two axes become one, or one becomes two; what is open stays where it is (0) or is left to -1."""
    v = b.pick(lambda v: v.rank > 0 and all(a.size for a in v.arrays))
    if not v:
        return None
    shape = [size if v.is_fixed(i) else 0 for i, size in enumerate(v.shape)]
    at = b.rng.randrange(v.rank)
    if v.is_fixed(at) and b.maybe(0.5):
        factor = b.rng.choice([f for f in range(1, shape[at] + 1) if shape[at] % f == 0])
        if 0 not in shape[at:]:
            shape[at : at + 1] = [factor, shape[at] // factor]
    elif v.is_static:
        shape = b.rng.choice([[-1], [shape[0], -1], shape[:-1] + [-1], [1] + shape])
    elif b.maybe(0.5):
        shape = [-1, shape[-1]] if v.is_fixed(v.rank - 1) else [-1]
    return b.add("Reshape", v, b.ints(shape))


def ranks(b):
    v = b.pick()
    ones = [i for i in range(v.rank) if all(a.shape[i] == 1 for a in v.arrays)]
    if ones and b.maybe(0.5):
        return b.axes("Squeeze", v, b.rng.sample(ones, b.rng.randint(1, len(ones))))
    if b.maybe(0.3):
        return b.add("Flatten", v, axis=b.rng.randint(0, v.rank))
    return b.axes("Unsqueeze", v, [b.rng.randint(0, v.rank)])


def concat(b):
    v = b.pick(lambda v: v.rank > 0)
    if not v:
        return None
    axis = b.rng.randrange(v.rank)

    def joins(o):
        sides = [i for i in range(v.rank) if i != axis]
        return o.dtype == v.dtype and o.rank == v.rank and all(
            x.shape[i] == y.shape[i] for x, y in zip(v.arrays, o.arrays) for i in sides
        )

    others = [b.pick(joins) for _ in range(b.rng.randint(1, 2))]
    return b.add("Concat", *b.rng.sample([v, *others], 1 + len(others)), axis=axis - v.rank * b.rng.choice([0, 1]))


def split(b):
    v = b.pick(lambda v: v.rank > 0)
    axis = b.rng.randrange(v.rank) if v else 0
    if not v or not v.is_fixed(axis) or v.shape[axis] < 2:
        return None
    first = b.rng.randint(1, v.shape[axis] - 1)
    return b.add("Split", v, b.ints([first, v.shape[axis] - first]), n_out=2, axis=axis)


def slice_(b):
    v = b.pick(lambda v: v.rank > 0)
    if not v:
        return None
    axes = b.rng.sample(range(v.rank), b.rng.randint(1, min(2, v.rank)))
    starts, ends, steps = [], [], []
    for _ in axes:
        backward = b.maybe(0.25)
        starts.append(b.rng.choice([-1, 2**31 - 1] if backward else [0, 0, 1, 2, -2, -3]))
        ends.append(b.rng.choice([-(2**31), 0, -4] if backward else [2**63 - 1, 2**31 - 1, 3, -1, 1000]))
        steps.append(b.rng.choice([-1, -2] if backward else [1, 1, 2]))
    made = b.add("Slice", v, b.ints(starts), b.ints(ends), b.ints(axes), b.ints(steps))
    return made


def gather(b):
    v = b.pick(lambda v: v.rank > 0 and all(a.size for a in v.arrays))
    if not v:
        return None
    axis = b.rng.randrange(v.rank)
    most = min(a.shape[axis] for a in v.arrays)
    shape = b.rng.choice([[], [1], [3], [2, 2]])
    if b.maybe(0.25) and v.is_static:
        indices = b.graph.const(b.name("i"), b.numpy.integers(-most, most, v.shape))
        return b.add("GatherElements", v, indices, axis=axis)
    return b.add("Gather", v, b.graph.const(b.name("i"), b.numpy.integers(-most, most, shape)), axis=axis)


def gather_nd(b):
    v = b.pick(lambda v: v.rank > 1)
    if not v:
        return None
    depth = b.rng.randint(1, v.rank)
    most = [min(a.shape[i] for a in v.arrays) for i in range(depth)]
    if min(most) == 0:
        return None
    indices = np.stack([b.numpy.integers(0, m, 3) for m in most], -1)
    return b.add("GatherND", v, b.ints(indices))


def scatter(b):
    """No element is written twice: the order is nobody's."""
    v = b.pick(lambda v: v.rank > 0 and v.is_static and v.dtype != np.bool_)
    if not v or 0 in v.shape:
        return None
    if b.maybe(0.5):
        rows = b.rng.sample(range(v.shape[0]), min(2, v.shape[0]))
        updates = b.const([len(rows), *v.shape[1:]], v.dtype)
        return b.add("ScatterND", v, b.ints([[r] for r in rows]), updates)
    axis = b.rng.randrange(v.rank)
    order = np.argsort(b.numpy.random(v.shape), axis)
    reduction = {"reduction": b.rng.choice(["none", "add", "mul"])} if b.graph.opset >= 16 else {}
    return b.add("ScatterElements", v, b.ints(order), b.const(v.shape, v.dtype), axis=axis, **reduction)


def pad(b):
    v = b.pick(lambda v: v.rank > 0 and v.dtype in (np.float32, np.int64))
    if not v:
        return None
    mode = b.rng.choice(["constant", "constant", "edge", "reflect"])
    pads = [b.rng.choice([0, 0, 1, 2, -1 if mode == "constant" else 0]) for _ in range(2 * v.rank)]
    value = [b.scalar(0.5 if v.is_float else 3, v.dtype)] if mode == "constant" and b.maybe(0.5) else []
    return b.add("Pad", v, b.ints(pads), *value, mode=mode)


def repeat(b):
    v = b.pick()
    if b.maybe(0.5):
        return b.add("Tile", v, b.ints([b.rng.choice([1, 1, 2, 3]) for _ in range(v.rank)]))
    shape = [b.rng.choice([1, 2, 3]) if v.is_fixed(i) and s == 1 else 1 for i, s in enumerate(v.shape)]
    return b.add("Expand", v, b.ints(b.rng.choice([[], [2]]) + shape))


def blocks(b):
    v = b.floats(4, 4, lambda v: v.is_fixed(1))
    if not v:
        return None
    if b.maybe(0.5):
        return b.add("DepthToSpace", v, blocksize=2, mode=b.rng.choice(["DCR", "CRD"]))
    return b.add("SpaceToDepth", v, blocksize=2)


def resize(b):
    v = b.pick(lambda v: is_image(v) and v.rank == 4 and v.dtype == np.float32)
    if not v:
        return None
    mode = b.rng.choice(["nearest", "linear", "cubic"])
    how = b.rng.choice(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"])
    scales = b.graph.const(b.name("scales"), np.float32([1, 1, b.rng.choice([0.5, 1, 2]), b.rng.choice([1, 2, 3])]))
    more = {"nearest_mode": b.rng.choice(["floor", "round_prefer_floor"])} if mode == "nearest" else {}
    return b.add("Resize", v, None, scales, mode=mode, coordinate_transformation_mode=how, **more)


def masks(b):
    v = b.floats(2)
    if v and b.graph.opset >= 14 and b.maybe(0.6):
        return b.add("Trilu", v, b.ints(b.rng.choice([-1, 0, 1])), upper=b.rng.choice([0, 1]))
    i = b.pick(lambda v: v.dtype == np.int64 and v.rank < 3)
    return i and b.add("OneHot", i, b.ints(4), b.graph.const(b.name("c"), np.float32([0, 1])), axis=-1)


# ---- shapes: what exporters write around a Reshape


def size_of(b, v, axis):
    """One dimension as a tensor of one element."""
    shape = b.add("Shape", v)
    if b.maybe(0.5):
        return b.add("Gather", shape, b.ints([axis]), axis=0)
    return b.add("Slice", shape, b.ints([axis]), b.ints([axis + 1]), b.ints([0]))


def flatten_by_shape(b):
    v = b.pick(lambda v: v.rank > 1 and all(a.size for a in v.arrays))
    if not v:
        return None
    first = size_of(b, v, 0)
    rest = b.ints([-1]) if b.maybe(0.5) else None
    for axis in range(1, v.rank if rest is None else 1):
        size = size_of(b, v, axis)
        rest = size if rest is None else rest and size and b.add("Mul", rest, size)
    target = first and rest and b.add("Concat", first, rest, axis=0)
    return target and b.add("Reshape", v, target)


def fill_by_shape(b):
    v = b.pick(lambda v: v.rank > 0)
    shape = v and b.add("Shape", v)
    if not shape:
        return None
    if b.maybe(0.4):
        one = b.const([1] * v.rank)
        return b.add("Expand", one, shape)
    return b.add("ConstantOfShape", shape, value=numpy_helper.from_array(np.float32([b.rng.choice([0, 1.5])])))


def count_by_shape(b):
    """Range(0, size) as positions, added to or compared with what they number."""
    v = b.pick(lambda v: v.rank > 0)
    axis = b.rng.randrange(v.rank) if v else 0
    size = v and size_of(b, v, axis)
    size = size and b.axes("Squeeze", size, [0])
    if size and b.maybe(0.4):
        size = b.add(b.rng.choice(["Add", "Mul"]), size, b.ints(b.rng.choice([1, 2])))
    return size and b.add("Range", b.ints(0), size, b.ints(1))


def crop_by_shape(b):
    """The first half, by arithmetic on the size."""
    v = b.pick(lambda v: v.rank > 0)
    axis = b.rng.randrange(v.rank) if v else 0
    size = v and size_of(b, v, axis)
    half = size and b.add("Div", size, b.ints([2]))
    return half and b.add("Slice", v, b.ints([0]), half, b.ints([axis]))


# ---- quantised


def quantised(b, v, scale, unsigned=None):
    """v through 8 bits and back; scales are powers of two, so that no rounding is in doubt."""
    if v is None:
        return None
    unsigned = b.maybe(0.5) if unsigned is None else unsigned
    zero = b.scalar(b.rng.choice([128, 100] if unsigned else [0, 0, 3]), np.uint8 if unsigned else np.int8)
    s = b.scalar(scale)
    q = b.add("QuantizeLinear", v, s, zero)
    return q and b.add("DequantizeLinear", q, s, zero)


def weights(b, shape, axis):
    """Of int8, dequantised per tensor or per channel."""
    q = b.graph.const(b.name("q"), b.numpy.integers(-20, 21, shape).astype(np.int8))
    if b.maybe(0.5):
        return b.add("DequantizeLinear", q, b.scalar(0.125), b.scalar(0, np.int8))
    scales = b.graph.const(b.name("scales"), b.numpy.choice([0.25, 0.125, 0.0625], shape[axis]).astype(np.float32))
    zeros = b.graph.const(b.name("zeros"), np.zeros(shape[axis], np.int8))
    return b.add("DequantizeLinear", q, scales, zeros, axis=axis)


def qdq(b):
    """A product, a convolution or an addition between the two ends of 8 bits, as quantisers write it."""
    v = b.pick(lambda v: v.dtype == np.float32 and v.is_exact and v.rank > 1 and all(a.size for a in v.arrays))
    x = quantised(b, v, 0.125)
    if not x:
        return None
    if is_image(x) and b.maybe(0.7):
        kernel = [min(3, *(a.shape[2 + i] for a in x.arrays)) for i in range(x.rank - 2)]
        w = weights(b, [b.rng.choice([2, 4, 9]), x.shape[1], *kernel], 0)
        y = w and b.add("Conv", x, w, pads=[k // 2 for k in kernel] * 2)
    elif x.is_fixed(x.rank - 1) and b.maybe(0.7):
        w = weights(b, [x.shape[-1], b.rng.choice([3, 8])], 1)
        y = w and b.add("MatMul", x, w)
    else:
        y = b.add(b.rng.choice(["Add", "Mul"]), x, quantised(b, b.const([1] * x.rank, exact=True), 0.125))
    if y and b.maybe(0.4):
        y = b.add("Relu", y)
    return quantised(b, y, b.rng.choice([0.25, 0.5, 2.0]))


def integers(b):
    v = b.floats(2, wanted=lambda v: v.dtype == np.float32 and v.is_exact and v.is_fixed(v.rank - 1))
    if not v or v.shape[-1] == 0:  # of nothing, ONNX Runtime's MatMulInteger computes what lay in its memory
        return None
    q = b.add("QuantizeLinear", v, b.scalar(0.25), b.scalar(128, np.uint8))
    if not q:
        return None
    w = b.graph.const(b.name("q"), b.numpy.integers(-100, 100, [q.shape[-1], 5]).astype(np.int8))
    y = b.add("MatMulInteger", q, w, b.scalar(128, np.uint8), b.scalar(b.rng.choice([0, 2]), np.int8))
    return y and b.add("Cast", y, to=1)


MOVES = [transpose, transpose, reshape, reshape, ranks, ranks, concat, concat, split, slice_, slice_]
MOVES += [gather, gather_nd, scatter, pad, repeat, blocks, resize, masks]
SHAPES = [flatten_by_shape, flatten_by_shape, fill_by_shape, count_by_shape, crop_by_shape]
QUANTISED = [qdq, qdq, integers]
