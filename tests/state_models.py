"""The models of state.py, each with its states and calls."""

import os

import numpy as np
import onnx
from onnx import numpy_helper

EDIM = -1
EVALUE = -2


class Call:
    def __init__(self, inputs, sizes, expected):
        self.inputs, self.sizes, self.expected = inputs, sizes, expected


class Model:
    """A graph in ONNX's textual form, or a model; the pairs of its states, the options it is compiled with, how
    many copies its run function makes, and whether what has grown may be moved; `sizes` are those of states that the
    first call gives; `shared`: ONNX Runtime wants a state's input and output in the same memory."""

    def __init__(
        self, name, graph, *states, options="", opset=18, copies=0, moves=False, sizes=None, shared=False, **constants
    ):
        self.name, self.graph, self.opset, self.constants = name, graph, opset, constants
        self.shared = shared
        self.options = options.split()
        self.states = [word for s in states for word in ("--state", s)]
        self.calls, self.copies, self.moves, self.sizes = [], copies, moves, sizes or {}
        self.rng = np.random.default_rng(len(name))

    def call(self, expected=0, sizes=None, **inputs):
        self.calls.append(Call(inputs, sizes or {}, expected))
        return self

    def refused(self, sizes=None, **inputs):
        return self.call(EDIM, sizes, **inputs)

    def random(self, *shape):
        return self.rng.standard_normal(shape).astype(np.float32)

    def write(self, folder):
        path = os.path.join(folder, "m.onnx")
        proto = self.graph
        if isinstance(proto, str):
            head = f'<ir_version: 9, opset_import: ["": {self.opset}, "com.microsoft": 1]>'
            proto = onnx.parser.parse_model(f"{head} g {proto}")
        for name, value in self.constants.items():
            proto.graph.initializer.append(numpy_helper.from_array(value, name))
        onnx.save(proto, path)
        return path


def frames(model, shape, count=4, name="x"):
    for _ in range(count):
        model.call(**{name: model.random(*shape)})
    return model


def weights(rng, *shape):
    return (rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)


def recurrent():
    """Layers frame by frame."""
    rng = np.random.default_rng(5)
    for op, gates, cell in ("LSTM", 4, True), ("GRU", 3, False), ("RNN", 1, False):
        states = ["h=h_next"] + ["c=c_next"] * cell
        for directions, suffix in (1, ""), (2, "_both_ways"):
            state = f"float[{directions},2,8]"
            more_in, more_out = (f", {state} c", f", {state} c_next") if cell else ("", "")
            attributes = f"hidden_size = 8, direction = \"{'bidirectional' if directions == 2 else 'forward'}\""
            text = f"""(float[1,2,5] x, {state} h{more_in}) => (float[1,{directions},2,8] y, {state} h_next{more_out})
            {{ y, h_next{', c_next' * cell} = {op}<{attributes}>(x, w, r, b, "", h{', c' * cell}) }}"""
            yield frames(
                Model(
                    op.lower() + suffix,
                    text,
                    *states,
                    copies=(directions - 1) * len(states),
                    w=weights(rng, directions, gates * 8, 5),
                    r=weights(rng, directions, gates * 8, 8),
                    b=weights(rng, directions, 2 * gates * 8),
                ),
                (1, 2, 5),
                6,
            )


def small():
    one = "(float[3] x, float[3] a) => (float[3] y, float[3] b)"
    yield frames(Model("sum", one + " { b = Add(x, a) y = Neg(b) }", "a=b"), [3])
    yield frames(Model("late", one + " { y = Neg(a) b = Mul(x, x) }", "a=b"), [3])
    yield frames(Model("only_state", "(float[3] x, float[3] a) => (float[3] b) { b = Add(x, a) }", "a=b"), [3])
    yield frames(
        Model(
            "swapped",
            "(float[3] x, float[3] a, float[3] b) => (float[3] y, float[3] c, float[3] d)"
            " { y = Sub(a, b) c = Add(b, x) d = Identity(a) }",
            "a=c",
            "b=d",
            copies=2,
        ),
        [3],
        6,
    )
    yield frames(
        Model(
            "turned",
            "(float[3] x, float[3] a, float[3] b, float[3] c) => (float[3] y, float[3] d, float[3] e, float[3] f)"
            " { s = Add(a, b) y = Add(s, c) d = Identity(x) e = Identity(a) f = Identity(b) }",
            "a=d",
            "b=e",
            "c=f",
            copies=4,
        ),
        [3],
        6,
    )
    yield frames(
        Model(
            "unused",
            "(float[3] x, float[3] state, float[3] n) => (float[3] y, float[3] out, float[3] same)"
            " { y = Neg(x) out = Abs(x) same = Identity(n) }",
            "state=out",
            "n=same",
        ),
        [3],
    )
    none = "(float[3] x, float[3] n) => (float[3] y, float[3] same) { y = Neg(x) same = Identity(n) }"
    yield frames(Model("never_touched", none, "n=same"), [3])
    yield frames(
        Model(
            "read_after",
            "(float[3] x, float[3] a) => (float[3] y, float[3] b)"
            " { b = Add(x, a) c = Mul(b, a) d = Softmax<axis = 0>(c) y = Add(d, a) }",
            "a=b",
            copies=1,
        ),
        [3],
    )
    yield frames(
        Model(
            "turned_over",
            "(float[3,3] x, float[3,3] a) => (float[3,3] y, float[3,3] b)"
            " { t = Transpose<perm = [1, 0]>(a) b = Add(t, x) y = Neg(b) }",
            "a=b",
        ),
        [3, 3],
    )
    model = Model(
        "types",
        "(int64[1] x, int64[1] a, bool[2] p, int8[3] q, double[2] r) =>"
        " (int64[1] y, int64[1] a2, bool[2] p2, int8[3] q2, double[2] r2)"
        " { a2 = Add(a, x) y = Mul(a2, x) p2 = Not(p) z = Cast<to = 3>(x) q2 = Add(q, z) v = Cast<to = 11>(x)"
        " r2 = Add(r, v) }",
        "a=a2",
        "p=p2",
        "q=q2",
        "r=r2",
    )
    for i in range(4):
        model.call(x=np.array([i + 1], np.int64))
    yield model
    yield frames(
        Model(
            "frames",
            "(float[1,4,1] x, float[1,4,2] past) => (float[1,3,1] y, float[1,4,2] left)"
            " { all = Concat<axis = 2>(past, x) y = Conv(all, w) left = Slice(all, one, three, two) }",
            "past=left",
            copies=3,
            w=weights(np.random.default_rng(1), 3, 4, 3),
            one=np.array([1]),
            two=np.array([2]),
            three=np.array([3]),
        ),
        (1, 4, 1),
        6,
    )
    yield frames(
        Model(
            "part_of_more",
            "(float[2] x, float[2] a) => (float[2] y, float[2] b)"
            " { all = Concat<axis = 0>(a, x) s = Softmax<axis = 0>(all)"
            " b = Slice(s, nought, two) y = Slice(s, two, four) }",
            "a=b",
            copies=4,
            nought=np.array([0]),
            two=np.array([2]),
            four=np.array([4]),
        ),
        [2],
    )
    yield frames(
        Model(
            "branch",
            """(float[2] x, float[2] a) => (float[2] y, float[2] b) {
            first = Gather<axis = 0>(x, zero) c = Greater(first, nought)
            b = If (c) <then_branch = t () => (float[2] p) { p = Add(a, x) },
                        else_branch = e () => (float[2] q) { q = Mul(a, x) }>
            y = Neg(b) }""",
            "a=b",
            copies=1,
            zero=np.array(0),
            nought=np.array(0, np.float32),
        ),
        [2],
        8,
    )
    yield frames(
        Model(
            "rounds",
            """(float[2] x, float[2] a) => (float[2] y, float[2] b) {
            b = Loop (three, true_, a) <body = r (int64 i, bool go, float[2] s) => (bool on, float[2] t) {
                on = Identity(go) h = Mul(s, half) t = Add(h, x) }>
            y = Neg(b) }""",
            "a=b",
            copies=2,
            three=np.array(3),
            true_=np.array(True),
            half=np.array(0.5, np.float32),
        ),
        [2],
    )


def growing():
    """Dimensions that the state tells."""
    model = Model(
        "cache",
        "(float[s,4] x, float[n,4] past) => (float[s,4] y, float[m,4] all)"
        " { all = Concat<axis = 0>(past, x) t = Transpose<perm = [1, 0]>(all) p = MatMul(x, t) w = Softmax<axis = 1>(p)"
        " y = MatMul(w, all) }",
        "past=all",
        copies=1,
        options="--dim s=1..3 --dim n=0..5",
    )
    for s in 2, 1, 3:
        model.call(x=model.random(s, 4), sizes={"s": s})
    yield model.refused(x=model.random(1, 4), sizes={"s": 1}).refused(x=model.random(1, 4), sizes={"s": 4})
    model = Model(
        "from_one",
        "(float[1,4] x, float[n,4] past) => (float[4] y, float[m,4] all)"
        " { all = Concat<axis = 0>(past, x) y = ReduceSum<keepdims = 0>(all, zero) }",
        "past=all",
        copies=1,
        options="--dim n=1..5",
        zero=np.array([0]),
    )
    for _ in range(5):
        model.call(x=model.random(1, 4))
    yield model.refused(x=model.random(1, 4))
    model = Model(
        "batch",
        "(float[b,4] x, float[b,4] a) => (float[b,4] y, float[b,4] c) { c = Add(a, x) y = Neg(c) }",
        "a=c",
        options="--dim b=1..5",
        sizes={"b": 3},
    )
    for _ in range(3):
        model.call(x=model.random(3, 4), sizes={"b": 3})
    yield model.refused(x=model.random(2, 4), sizes={"b": 2}).call(x=model.random(3, 4), sizes={"b": 3})
    model = Model(
        "also_an_argument",
        "(float[n] x, float[n] past) => (float[n] y, float[m] more)"
        " { y = Add(x, past) more = Concat<axis = 0>(y, one) }",
        "past=more",
        copies=2,
        options="--dim n=1..4",
        sizes={"n": 1},
        one=np.array([1], np.float32),
    )
    for n in 1, 2, 3:
        model.call(x=model.random(n), sizes={"n": n})
    yield model.refused(x=model.random(2), sizes={"n": 2}).call(x=model.random(4), sizes={"n": 4})
    model = Model(
        "told_by_data",
        "(float[3] x, float[n] past) => (float[3] y, float[m] some)"
        " { all = Concat<axis = 0>(past, x) i = NonZero(r) r = Relu(all) j = Transpose(i) v = GatherND(all, j)"
        " last = Slice(v, minus, end) some = Identity(last) s = ReduceSum<keepdims = 0>(past, axis) y = Add(x, s) }",
        "past=some",
        copies=4,
        moves=True,
        options="--dim n=0..4",
        minus=np.array([-4]),
        end=np.array([1000]),
        axis=np.array([0]),
    )
    for _ in range(4):
        model.call(x=model.random(3))
    yield model
    model = Model(
        "must_be_two",
        "(float[3] x, float[2] a) => (float[2] y, float[n] b)"
        " { i = NonZero(x) j = Transpose(i) v = GatherND(x, j) b = Relu(v) y = Neg(a) }",
        "a=b",
        copies=1,
    )
    for x in [1, 0, 2], [0, 3, 4], [5, -1, 0]:
        model.call(x=np.array(x, np.float32))
    yield model.refused(x=np.array([1, 2, 3], np.float32))


def decoder(name, **more):
    """Attention over a cache that it appends to; each head of keys and values serves two of queries."""
    rng = np.random.default_rng(7)
    model = Model(
        name,
        """(float[1,s,8] x, float[1,2,n,4] pk, float[1,2,n,4] pv)
        => (float[1,s,16] y, float[1,2,m,4] k_all, float[1,2,m,4] v_all) {
        q0 = MatMul(x, wq) q1 = Reshape(q0, queries) q = Transpose<perm = [0, 2, 1, 3]>(q1)
        k0 = MatMul(x, wk) k1 = Reshape(k0, keys) k = Transpose<perm = [0, 2, 1, 3]>(k1)
        v0 = MatMul(x, wv) v1 = Reshape(v0, keys) v = Transpose<perm = [0, 2, 1, 3]>(v1)
        k_all = Concat<axis = 2>(pk, k) v_all = Concat<axis = -2>(pv, v)
        k2 = Unsqueeze(k_all, two) k3 = Expand(k2, twice) k4 = Reshape(k3, merged)
        v2 = Unsqueeze(v_all, two) v3 = Expand(v2, twice) v4 = Reshape(v3, merged)
        kt = Transpose<perm = [0, 1, 3, 2]>(k4) p = MatMul(q, kt) scaled = Mul(p, half) w = Softmax<axis = -1>(scaled)
        o = MatMul(w, v4) t = Transpose<perm = [0, 2, 1, 3]>(o) y = Reshape(t, together) }""",
        "pk=k_all",
        "pv=v_all",
        options="--dim s=1..4 --dim n=0..9",
        wq=weights(rng, 8, 16),
        wk=weights(rng, 8, 8),
        wv=weights(rng, 8, 8),
        queries=np.array([0, 0, 4, 4]),
        keys=np.array([0, 0, 2, 4]),
        two=np.array([2]),
        twice=np.array([1, 2, 2, 1, 1]),
        merged=np.array([1, 4, -1, 4]),
        together=np.array([0, 0, 16]),
        half=np.array(0.5, np.float32),
        **more,
    )
    for s in 3, 1, 1, 4:
        model.call(x=model.random(1, s, 8), sizes={"s": s})
    return model.call(x=model.random(1, 1, 8), sizes={"s": 1}).refused(x=model.random(1, 1, 8), sizes={"s": 1})


def group_query(batch):
    """As the builder of onnxruntime-genai has it."""
    model = Model(
        f"group_query_{batch}",
        f"""(float[{batch},s,32] q, float[{batch},s,16] k, float[{batch},s,16] v, float[{batch},2,n,8] past_key,
        float[{batch},2,n,8] past_value, int32[{batch}] last, int32[1] total)
        => (float[{batch},s,32] y, float[{batch},2,m,8] present_key, float[{batch},2,m,8] present_value) {{
        y, present_key, present_value = com.microsoft.GroupQueryAttention<num_heads = 4, kv_num_heads = 2>(
            q, k, v, past_key, past_value, last, total) }}""",
        "past_*=present_*",
        copies=2,
        options="--dim s=1..4 --dim n=0..6",
    )
    past = 0
    for s in 3, 1, 1:
        past += s
        model.call(
            q=model.random(batch, s, 32),
            k=model.random(batch, s, 16),
            v=model.random(batch, s, 16),
            last=np.full(batch, past - 1, np.int32),
            total=np.array([past], np.int32),
            sizes={"s": s},
        )
    return model


def block_sparse(batch):
    """A cache of fixed size, of which queries look at some blocks."""
    model = Model(
        f"block_sparse_{batch}",
        f"""(float[{batch},s,32] q, float[{batch},s,16] k, float[{batch},s,16] v, float[{batch},2,12,8] past_key,
        float[{batch},2,12,8] past_value, int32[1] total, int32[{batch}] lengths)
        => (float[{batch},s,32] y, float[{batch},2,12,8] present_key, float[{batch},2,12,8] present_value) {{
        y, present_key, present_value = com.microsoft.SparseAttention<num_heads = 4, kv_num_heads = 2,
            sparse_block_size = 4>(q, k, v, past_key, past_value, rows, columns, total, lengths) }}""",
        "past_*=present_*",
        options="--dim s=1..4",
        shared=True,
        rows=np.array([[0, 1, 3, 5]], np.int32),
        columns=np.array([[0, 0, 1, 0, 2]], np.int32),
    )
    past = 0
    for s in 3, 4, 1, 4:
        past += s
        model.call(
            q=model.random(batch, s, 32),
            k=model.random(batch, s, 16),
            v=model.random(batch, s, 16),
            total=np.array([past], np.int32),
            lengths=np.full(batch, past, np.int32),
            sizes={"s": s},
        )
    more = {"q": 32, "k": 16, "v": 16}
    inputs = {name: model.random(batch, 1, width) for name, width in more.items()}
    beyond = {"total": np.array([13], np.int32), "lengths": np.full(batch, 13, np.int32)}
    return model.call(EVALUE, sizes={"s": 1}, **inputs, **beyond)


def caches():
    yield decoder("decoder", copies=2)
    model = decoder("decoder --optimize ram", copies=2)
    model.options += ["--optimize", "ram"]
    yield model
    yield group_query(1)
    yield group_query(2)
    yield block_sparse(1)
    yield block_sparse(2)


def variants():
    """The other forms of the file."""
    for options in "--target c99", "--weights incbin", "--optimize ram":
        model = next(m for m in recurrent() if m.name == "lstm")
        model.name, model.options = f"lstm {options}", [*model.options, *options.split()]
        yield model
        model = next(m for m in growing() if m.name == "cache")
        model.name, model.options = f"cache {options}", [*model.options, *options.split()]
        yield model


def models():
    yield from small()
    yield from recurrent()
    yield from growing()
    yield from caches()
    yield from variants()
