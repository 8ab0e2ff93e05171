"""The models of bounds.py, each with sizes and values that it forbids."""

import numpy as np

LEAST, MOST = -(2**63), 2**63 - 1
LEAST32, MOST32 = -(2**31), 2**31 - 1
EDIM, EVALUE = -1, -2


class Model:
    """A graph in ONNX's textual form, or a folder of tests/models; the options it is compiled with; a good call. The
    textual form knows identifiers only: `names` are those of dimensions that are something else."""

    def __init__(self, name, graph, options="", sizes=(), opset=18, names=None, **values):
        self.name, self.graph, self.options, self.names = name, graph, options, names or {}
        self.sizes, self.opset, self.values = sizes, opset, values
        self.calls = [("as it should be", sizes, {}, 0)]

    def fine(self, sizes=None, **values):
        return self.call(0, sizes, values)

    def sizes_forbidden(self, *many):
        for sizes in many:
            self.call(EDIM, sizes, {})
        return self

    def unfitting(self, name, *many):
        """Sizes in data, each within its bounds, that don't fit together."""
        for v in many:
            self.call(EDIM, None, {name: v})
        return self

    def forbidden(self, name, *many):
        for v in many:
            self.call(EVALUE, None, {name: v})
        return self

    def call(self, code, sizes, values):
        what = ", ".join([*([f"sizes {sizes}"] if sizes else []), *(f"{k} = {v}" for k, v in values.items())])
        self.calls.append((what, self.sizes if sizes is None else sizes, values, code))
        return self


def models():
    yield Model("small_unet", None, sizes=(2, 9, 15)).sizes_forbidden(
        (0, 9, 15),
        (4, 9, 15),
        (-1, 9, 15),
        (2, 3, 15),
        (2, 41, 15),
        (2, 9, 3),
        (2, 9, 41),
        (LEAST32, MOST32, 0),
        (2, MOST32, MOST32),
    )
    yield Model("small_mobile", None, sizes=(3, 112, 61)).sizes_forbidden(
        (0, 112, 61), (4, 112, 61), (3, 113, 61), (3, 7, 61), (3, 112, 113), (3, 112, MOST32)
    )
    yield Model("growing", None, sizes=(3,), rounds=np.array(5), most=np.array(9)).forbidden(
        "rounds", *(np.array(n) for n in (13, -1, LEAST, MOST))
    ).forbidden("most", *(np.array(n) for n in (121, 1000, MOST))).sizes_forbidden((0,), (9,))
    start = np.array([3, 4, 9])
    yield Model("greedy", None, sizes=(3,), words=start, most=np.array(5)).forbidden(
        "most", np.array(50), np.array(MOST)
    ).forbidden("words", *(np.where(start == 4, wrong, start) for wrong in (50, -51, LEAST, MOST))).sizes_forbidden(
        (0,), (5,)
    )
    yield Model("bert_tiny", None, sizes=(2, 7)).sizes_forbidden((0, 7), (5, 7), (2, 0), (2, 33), (MOST32, MOST32))
    yield Model("small_pairs", None, sizes=(6, 6)).sizes_forbidden((6, 4), (4, 6), (5, 5), (0, 0), (18, 18), (6, 18))
    ids = np.arange(6).reshape(2, 3)
    yield Model("small_lm", None, sizes=(2, 3), ids=ids).forbidden(
        "ids", *(np.where(ids == 4, wrong, ids) for wrong in (40, -41, LEAST, MOST))
    ).sizes_forbidden((0, 3), (2, 49))
    nothing, everything = np.zeros((3, 20, 20)), np.full((3, 20, 20), np.nan)
    yield Model("small_detector", None, sizes=(20, 20)).fine(image=nothing).fine(image=everything).sizes_forbidden(
        (3, 20), (20, 49)
    )
    yield from sizes()
    yield from equal_sizes()
    yield from branches()
    yield from indices()
    yield from sizes_in_data()


def sizes():
    """Sizes of inputs that operators make something impossible of."""
    yield Model(
        "conv",
        "(float[1,1,h,w] x, float[1,1,3,3] k) => (float[1,1,a,b] y) { y = Conv(x, k) }",
        "--dim h=1..8 --dim w=1..8",
        sizes=(3, 8),
    ).sizes_forbidden((1, 8), (2, 8), (8, 1))
    yield Model(
        "pool",
        "(float[1,1,h,w] x) => (float[1,1,a,b] y) { y = MaxPool <kernel_shape = [3, 2], strides = [2, 2]> (x) }",
        "--dim h=1..8 --dim w=1..8",
        sizes=(3, 8),
    ).sizes_forbidden((1, 8), (8, 1))
    yield Model(
        "crop",
        "(float[n] x) => (float[a] y) { p = Constant <value_ints = [-1, -2]> () y = Pad(x, p) }",
        "--dim n=0..8",
        sizes=[5],
    ).sizes_forbidden([0], [2])
    yield Model(
        "crop_and_pad",
        "(float[n] x) => (float[a] y) { p = Constant <value_ints = [-3, 4]> () y = Pad(x, p) }",
        "--dim n=0..8",
        sizes=[5],
    ).sizes_forbidden([0], [2])
    yield Model(
        "halves",
        "(float[n] x) => (float[a] y, float[a] z) { y, z = Split <num_outputs = 2> (x) }",
        "--dim n=0..8",
        sizes=[6],
    ).sizes_forbidden([9], [-1])
    yield Model("mean_of_none", "(float[n] x) => (float[1] y) { y = ReduceMean(x) }", "--dim n=0..8", sizes=[5]).fine(
        [0], x=[]
    )
    yield Model("max_of_none", "(float[n] x) => (float[1] y) { y = ReduceMax(x) }", "--dim n=0..8", sizes=[5]).fine(
        [0], x=[]
    )
    yield Model("arg_max_of_none", "(float[n] x) => (int64[1] y) { y = ArgMax(x) }", "--dim n=0..8", sizes=[5]).fine(
        [0], x=[]
    )
    yield Model(
        "gather_of_none",
        "(float[n] x) => (float y) { i = Constant <value_int = 0> () y = Gather(x, i) }",
        "--dim n=0..8",
        sizes=[5],
    ).call(EVALUE, [0], {"x": []})
    yield Model(
        "softmax_of_none", "(float[2,n] x) => (float[2,n] y) { y = Softmax(x) }", "--dim n=0..8", sizes=[5]
    ).fine([0], x=[])
    yield Model(
        "matmul_of_none",
        "(float[m,n] x, float[n,2] w) => (float[m,2] y) { y = MatMul(x, w) }",
        "--dim m=0..4 --dim n=0..8",
        sizes=[4, 8],
    ).fine([4, 0], x=[], w=[]).fine([0, 8], x=[])
    yield Model(
        "norm_of_none",
        "(float[m,n] x, float[n] s) => (float[m,n] y) { y = LayerNormalization(x, s) }",
        "--dim m=0..4 --dim n=0..8",
        sizes=[4, 8],
    ).fine([4, 0], x=[], s=[]).fine([0, 8], x=[])
    yield Model(
        "conv_of_none",
        "(float[n,1,4,4] x, float[8,1,3,3] k) => (float[n,8,2,2] y) { y = Conv(x, k) }",
        "--dim n=0..4",
        sizes=[2],
    ).fine([0], x=[])
    yield Model(
        "attention_of_none",
        "(float[n,2,l,8] q, float[n,2,l,8] k, float[n,2,l,8] v) => (float[n,2,l,8] y) { y = Attention(q, k, v) }",
        "--dim n=0..4 --dim l=0..4",
        sizes=[2, 3],
        opset=23,
    ).fine([0, 3], q=[], k=[], v=[]).fine([2, 0], q=[], k=[], v=[])
    yield Model(
        "lstm_of_none",
        "(float[t,n,2] x, float[1,8,2] w, float[1,8,2] r) => (float[t,1,n,2] y, float[1,n,2] h) "
        "{ y, h = LSTM <hidden_size = 2> (x, w, r) }",
        "--dim t=0..4 --dim n=0..3",
        sizes=[4, 3],
    ).fine([0, 3], x=[]).fine([4, 0], x=[])


def equal_sizes():
    """Sizes that have to be equal, or to be made of others, by the model or by --dim."""
    two = "(float[n,3] a, float[m,3] b) => (float[k,3] y) { y = Add(a, b) }"
    yield Model("two_names", two, "--dim n=1..4 --dim m=1..4", sizes=(3, 3)).sizes_forbidden(
        (3, 2), (1, 3), (3, 1), (5, 5)
    ).fine((1, 1))
    yield Model("two_names_above_1", two, "--dim n=2..4 --dim m=2..6", sizes=(3, 3)).sizes_forbidden((3, 2), (2, 6))
    yield Model("tied", two, "--dim n=1..4 --dim m=n", sizes=(3,)).sizes_forbidden((0,), (5,)).fine((1,))
    yield Model("tied_by_place", two, "--dim a:0=1..4 --dim b:0=a:0", sizes=(3,), names={"n": "", "m": "?"})
    yield Model("named_by_place", two, "--dim a:0=1..4 --dim m=n", sizes=(4,)).sizes_forbidden((0,), (5,)).fine((1,))
    yield Model("steps", two, "--dim k=1..4 --dim n=2*k+1 --dim m=n", sizes=(4,)).sizes_forbidden((0,), (5,)).fine((1,))
    halves = """(float[1,1,h,w] x) => (float[1,1,h,w] y) {
        scales = Constant <value_floats = [1.0, 1.0, 2.0, 1.0]> ()
        a = MaxPool <kernel_shape = [2, 1], strides = [2, 1]> (x)
        b = Resize <mode = "nearest"> (a, , scales)
        y = Add(x, b) }"""
    steps = "--dim h=8..45:8 --dim w=9..45:15"  # w: 9, 24 and 39
    yield Model("by_steps", halves, steps, (40, 24)).sizes_forbidden(
        (44, 24), (41, 24), (48, 24), (0, 24), (40, 25), (40, 40), (40, 54)
    ).fine((8, 9))
    yield Model(
        "where",
        "(bool[a] c, float[b] x, float[d] z) => (float[e] y) { y = Where(c, x, z) }",
        "--dim a=2..9 --dim b=2..9 --dim d=2..9",
        (8, 8, 8),
    ).sizes_forbidden((8, 8, 7), (8, 7, 8), (7, 8, 8))
    yield Model(
        "pyramid",
        """(float[1,1,h,w] x, float[1,1,3,3] k, float[1,1,2,2] u) => (float[1,1,p,q] y) {
        a = Conv <strides = [2, 2], pads = [1, 1, 1, 1]> (x, k)
        b = Conv <strides = [2, 2], pads = [1, 1, 1, 1]> (a, k)
        c = ConvTranspose <strides = [2, 2]> (b, u)
        y = Add(a, c) }""",
        "--dim h=4..40 --dim w=4..40",
        (16, 24),
    ).sizes_forbidden((17, 24), (16, 26)).fine((4, 4))
    cached = """(float[n] past, float[n1] mask, float[1] new) => (float[p] y) {
        all = Concat <axis = 0> (past, new) y = Add(all, mask) }"""
    plus_one = {"n1": "n + 1"}
    yield Model("expression", cached, "--dim n=0..8", sizes=(3,), names=plus_one).sizes_forbidden((9,)).fine((0,))
    apart = "(float[m] x, float[n] z) => (float[m] y, float[n] w) { y = Abs(x) w = Abs(z) }"
    size = "2*n - (n + 7)//2 + Max(n, 2)"
    yield Model("expression_first", apart, "--dim n=1..8", sizes=(3,), names={"m": size})
    yield Model(
        "less_than_nothing", apart, "--dim n=0..8 --dim k=0..8", sizes=(5, 4), names={"m": "n - k"}
    ).sizes_forbidden((3, 4)).fine((4, 4))
    yield Model("expression_given", cached, "--dim n=0..8 --dim n1=1..9", sizes=(3, 4)).sizes_forbidden((3, 3), (3, 5))


def branches():
    """An If of whose branches one can't be computed for the sizes there are."""
    rates = """(float[1,n] x, int64 rate) => (float[1,2] y) <float[3,2] a = {1, 2, 3, 4, 5, 6},
        float[4,2] b = {1, 2, 3, 4, 5, 6, 7, 8}, int64 low = {8000}> {
        c = Equal(rate, low)
        y = If (c) <then_branch = slow () => (s) { s = MatMul(x, a) },
                    else_branch = fast () => (f) { f = MatMul(x, b) }> }"""
    yield Model("low_rate", rates, "--dim n=3", rate=np.array(8000)).forbidden("rate", np.array(16000), np.array(MOST))
    yield Model("high_rate", rates, "--dim n=4", rate=np.array(16000)).fine(rate=np.array(-1)).forbidden(
        "rate", np.array(8000)
    )
    counted = """(float[n] x, bool c) => (float[3] y, float[1,k] z)
        <float[3] three = {1, 2, 3}, float[2,9] nines = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9}> {
        y = If (c) <then_branch = some () => (s) {
            i = NonZero(x) j = Cast <to = 1> (i) a = MatMul(nines, x) s = Concat <axis = 0> (j, a) },
                    else_branch = none () => (f) { f = Neg(three) }>
        w = NonZero(x)
        z = Cast <to = 1> (w) }"""
    yield Model("sizes_before_it_fails", counted, "--dim n=6", c=np.array(False)).forbidden("c", np.array(True))
    yield Model("given_rate", rates, "--dim n=3 --dim rate[0]=8000", rate=np.array(8000)).forbidden(
        "rate", np.array(16000)
    )


def indices():
    """Values that say where something is."""
    beyond = 4, -5, LEAST, MOST
    yield Model("gather", "(float[4] x, int64[3] i) => (float[3] y) { y = Gather(x, i) }", i=[0, 3, -4]).forbidden(
        "i", *([0, wrong, 1] for wrong in beyond)
    )
    yield Model("gather_i32", "(float[4,3] x, int32[2] i) => (float[2,3] y) { y = Gather(x, i) }", i=[3, -4]).forbidden(
        "i", *([0, wrong] for wrong in (4, -5, LEAST32, MOST32))
    )
    yield Model(
        "gather_elements", "(float[4,2] x, int64[1,2] i) => (float[1,2] y) { y = GatherElements(x, i) }", i=[[3, -4]]
    ).forbidden("i", *([[0, wrong]] for wrong in beyond))
    yield Model(
        "gather_nd", "(float[2,4] x, int64[2,2] i) => (float[2] y) { y = GatherND(x, i) }", i=[[1, 3], [-2, -4]]
    ).forbidden("i", [[2, 0], [0, 0]], [[0, 0], [-3, 0]], *([[0, 0], [1, wrong]] for wrong in beyond))
    for name, how in ("scatter_elements", ""), ("scatter_elements_add", '<reduction = "add">'):
        yield Model(
            name,
            f"(float[4] x, int64[2] i, float[2] u) => (float[4] y) {{ y = ScatterElements {how} (x, i, u) }}",
            i=[3, -4],
        ).forbidden("i", *([1, wrong] for wrong in beyond))
    for name, how in ("scatter_nd", ""), ("scatter_nd_max", '<reduction = "max">'):
        yield Model(
            name,
            f"(float[2,4] x, int64[2,2] i, float[2] u) => (float[2,4] y) {{ y = ScatterND {how} (x, i, u) }}",
            i=[[1, 3], [-2, -4]],
        ).forbidden("i", [[2, 0], [0, 0]], *([[0, 0], [1, wrong]] for wrong in beyond))
    yield Model(
        "tensor_scatter",
        "(float[2,4] x, float[2,2] u, int64[2] at) => (float[2,4] y) { y = TensorScatter <axis = 1> (x, u, at) }",
        opset=24,
        at=[0, 2],
    ).forbidden("at", *([0, wrong] for wrong in (3, -1, LEAST, MOST)))
    yield Model("cumsum", "(float[3,4] x, int64 axis) => (float[3,4] y) { y = CumSum(x, axis) }", axis=1).fine(
        axis=-2
    ).forbidden("axis", 2, -3, LEAST, MOST)
    yield Model("reduce_axes", "(float[3,4] x, int64[1] a) => (float[r,c] y) { y = ReduceSum(x, a) }", a=[1]).fine(
        a=[-2]
    ).forbidden("a", [2], [-3], [LEAST], [MOST])
    yield Model(
        "reverse_sequence", "(float[4,2] x, int64[2] n) => (float[4,2] y) { y = ReverseSequence(x, n) }", n=[4, 1]
    ).fine(n=[0, 2]).forbidden("n", *([1, wrong] for wrong in (5, -1, LEAST, MOST)))
    yield Model(
        "max_unpool",
        "(float[1,1,2,2] x, int64[1,1,2,2] i) => (float[1,1,4,4] y) "
        "{ y = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (x, i) }",
        i=[[[[0, 3], [8, 15]]]],
    ).forbidden("i", *([[[[0, 3], [8, wrong]]]] for wrong in (16, -1, LEAST, MOST)))
    yield Model(
        "roi_align",
        "(float[2,1,4,4] x, float[1,4] r, int64[1] i) => (float[1,1,1,1] y) { y = RoiAlign(x, r, i) }",
        i=[1],
    ).forbidden("i", [2], [-1], [LEAST], [MOST]).forbidden(
        "r", [[np.nan, np.inf, -np.inf, 1e30]], [[-1e30, -1e30, 1e30, 1e30]]
    )
    yield Model(
        "max_roi_pool",
        "(float[2,1,4,4] x, float[1,5] r) => (float[1,1,2,2] y) { y = MaxRoiPool <pooled_shape = [2, 2]> (x, r) }",
        r=[[1, 0, 0, 3, 3]],
    ).forbidden("r", [[2, 0, 0, 3, 3]], [[-1, 0, 0, 3, 3]], [[np.nan, 0, 0, 3, 3]]).fine(
        r=[[0, -1e30, 1e30, 1e30, 1e30]]
    ).fine(
        r=[[0, 3, 3, 0, 0]]
    )
    yield Model(
        "nll_loss",
        "(float[2,3] x, int64[2] t) => (float y) { y = NegativeLogLikelihoodLoss <ignore_index = -1> (x, t) }",
        t=[2, -1],
    ).forbidden("t", *([0, wrong] for wrong in (3, -2, LEAST, MOST)))
    yield Model(
        "extract",
        "(float[2,3] x, int64[2] i) => (float[2,2] y) { y = ai.onnx.ml.ArrayFeatureExtractor(x, i) }",
        i=[0, 2],
    ).forbidden("i", *([0, wrong] for wrong in (3, -1, LEAST, MOST)))
    yield Model(
        "rotary",
        "(float[1,2,3,4] x, float[5,2] c, float[5,2] s, int64[1,3] at) => (float[1,2,3,4] y) "
        "{ y = RotaryEmbedding(x, c, s, at) }",
        opset=23,
        at=[[0, 4, 2]],
    ).forbidden("at", *([[0, 1, wrong]] for wrong in (5, -1, LEAST, MOST)))
    yield Model(
        "lstm_lengths",
        "(float[3,2,2] x, float[1,8,2] w, float[1,8,2] r, int32[2] n) => (float[3,1,2,2] y) "
        "{ y = LSTM <hidden_size = 2> (x, w, r, , n) }",
        n=[3, 1],
    ).fine(n=[0, 2]).forbidden("n", [1, 4], [-1, 1], [0, LEAST32], [MOST32, 0])
    yield Model(
        "one_hot",
        "(int64[3] i, float[2] v) => (float[3,4] y) { n = Constant <value_int = 4> () y = OneHot(i, n, v) }",
        i=[0, 3, -4],
    ).fine(i=[4, -5, 0]).fine(i=[LEAST, MOST, 1])


def sizes_in_data():
    """Values that say how much there is."""
    yield Model(
        "top_k", "(float[4] x, int64[1] k) => (float[n] y, int64[n] i) { y, i = TopK(x, k) }", "--dim k[0]=1..3", k=[2]
    ).fine(k=[3]).forbidden("k", [0], [4], [-1], [LEAST], [MOST])
    yield Model(
        "top_k_of_n",
        "(float[n] x, int64[1] k) => (float[m] y, int64[m] i) { y, i = TopK(x, k) }",
        "--dim n=1..8 --dim k[0]=1..8",
        sizes=[4],
        k=[4],
    ).forbidden("k", [5], [0], [9], [MOST]).sizes_forbidden([0], [9])
    yield Model(
        "reshape",
        "(float[2,6] x, int64[2] s) => (float[a,b] y) { y = Reshape(x, s) }",
        "--dim s[0]=1..12 --dim s[1]=1..12",
        s=[3, 4],
    ).fine(s=[12, 1]).forbidden("s", [0, 12], [13, 1], [LEAST, 1], [MOST, MOST]).unfitting("s", [3, 5], [5, 2], [12, 2])
    yield Model(
        "expand",
        "(float[1,3] x, int64[2] s) => (float[a,b] y) { y = Expand(x, s) }",
        "--dim s[0]=1..4 --dim s[1]=1..3",
        s=[4, 3],
    ).fine(s=[2, 1]).forbidden("s", [5, 3], [0, 3], [LEAST, 3], [MOST, 3]).unfitting("s", [4, 2])
    yield Model(
        "tile",
        "(float[2,3] x, int64[2] s) => (float[a,b] y) { y = Tile(x, s) }",
        "--dim s[0]=0..3 --dim s[1]=1..3",
        s=[3, 3],
    ).fine(s=[0, 1]).forbidden("s", [4, 1], [-1, 1], [1, 0], [LEAST, 1], [1, MOST])
    yield Model(
        "pad",
        "(float[3] x, int64[2] p) => (float[a] y) { y = Pad(x, p) }",
        "--dim p[0]=-2..4 --dim p[1]=-2..4",
        p=[4, 4],
    ).fine(p=[-2, 1]).fine(p=[-1, -2]).forbidden("p", [5, 0], [0, -3], [LEAST, 0], [MOST, 0]).unfitting("p", [-2, -2])
    yield Model(
        "pad_reflect",
        '(float[n] x, int64[2] p) => (float[a] y) { y = Pad <mode = "reflect"> (x, p) }',
        "--dim n=1..8 --dim p[0]=0..4 --dim p[1]=0..4",
        sizes=[3],
        p=[2, 1],
    ).fine(p=[4, 4]).forbidden("p", [5, 0], [-1, 0])
    yield Model(
        "slice",
        "(float[6] x, int64[1] b, int64[1] e, int64[1] s) => (float[a] y) { y = Slice(x, b, e, , s) }",
        b=[1],
        e=[5],
        s=[2],
    ).fine(b=[LEAST], e=[MOST], s=[1]).fine(b=[MOST], e=[LEAST], s=[LEAST]).fine(b=[MOST], e=[LEAST], s=[-1]).fine(
        b=[5], e=[1], s=[1]
    ).forbidden(
        "s", [0]
    )
    yield Model(
        "range",
        "(int64 a, int64 b, int64 d) => (int64[n] y) { y = Range(a, b, d) }",
        "--dim a[0]=0..4 --dim b[0]=0..8 --dim d[0]=1..8",
        a=1,
        b=7,
        d=2,
    ).fine(a=4, b=3).fine(a=0, b=8, d=1).forbidden("a", 5, -1, LEAST, MOST).forbidden(
        "b", 9, -1, LEAST, MOST
    ).forbidden(
        "d", 0, -1, 9, LEAST, MOST
    )
    yield Model(
        "constant_of_shape",
        "(int64[2] s) => (float[a,b] y) { y = ConstantOfShape(s) }",
        "--dim s[0]=0..4 --dim s[1]=1..4",
        s=[4, 4],
    ).fine(s=[0, 2]).forbidden("s", [5, 1], [-1, 1], [1, 0], [LEAST, 1], [1, MOST])
    yield Model(
        "one_hot_depth",
        "(int64[3] i, int64 n, float[2] v) => (float[3,a] y) { y = OneHot(i, n, v) }",
        "--dim n[0]=1..6",
        i=[0, 3, -4],
        n=4,
    ).forbidden("n", 0, 7, -1, LEAST, MOST)
    yield Model(
        "resize",
        "(float[1,1,h,w] x, int64[4] s) => (float[a,b,c,d] y) { y = Resize(x, , , s) }",
        "--dim h=1..4 --dim w=1..4 --dim s[0]=1 --dim s[1]=1 --dim s[2]=1..8 --dim s[3]=1..8",
        sizes=(3, 4),
        s=[1, 1, 8, 5],
    ).forbidden("s", [1, 1, 9, 5], [2, 1, 8, 5], [1, 1, 8, 0], [1, 1, LEAST, 1], [1, 1, MOST, 1]).sizes_forbidden(
        (0, 4), (3, 5)
    )
    yield Model(
        "resize_half",
        "(float[1,1,h,w] x, int64[4] s) => (float[1,1,a,b] y) { y = Resize(x, , , s) }",
        "--dim h=0..4 --dim w=1..4 --dim s[0]=1..1 --dim s[1]=1..1 --dim s[2]=0..4 --dim s[3]=1..4",
        sizes=(2, 2),
        s=[1, 1, 4, 3],
    ).sizes_forbidden((0, 2)).unfitting("s", [1, 1, 0, 4])
    yield Model(
        "split",
        "(float[6] x, int64[2] s) => (float[a] y, float[b] z) { y, z = Split(x, s) }",
        "--dim s[0]=0..6 --dim s[1]=0..6",
        s=[2, 4],
    ).fine(s=[6, 0]).forbidden("s", [7, -1], [-1, 7], [LEAST, 0], [MOST, MOST]).unfitting("s", [2, 3], [6, 6])
    yield Model(
        "nms",
        "(float[1,4,4] b, float[1,1,4] s, int64[1] n) => (int64[m,3] y) { y = NonMaxSuppression(b, s, n) }",
        n=[2],
    ).fine(n=[0]).fine(n=[MOST]).fine(n=[LEAST]).fine(b=np.full((1, 4, 4), np.nan)).fine(s=np.full((1, 1, 4), np.nan))
    yield Model("compress", "(float[4] x, bool[4] c) => (float[n] y) { y = Compress(x, c) }", c=[1, 0, 1, 1]).fine(
        c=[0, 0, 0, 0]
    )
    yield Model(
        "unique",
        "(float[4] x) => (float[n] y, int64[n] f, int64[4] i, int64[n] c) { y, f, i, c = Unique(x) }",
        x=[1, 2, 1, 1],
    ).fine(x=[np.nan] * 4).fine(x=[0, -0.0, np.inf, 0])
    yield Model("loop_in_loop", None, count=3).fine(count=0).fine(count=8).forbidden("count", 9, -1, LEAST, MOST)
    yield Model(
        "loop",
        "(int64 n, float[2] x) => (float[2] y) { c = Constant <value = bool {1}> () "
        "y = Loop (n, c, x) "
        "<body = b (int64 i, bool ci, float[2] v) => (bool co, float[2] w) { co = Identity(ci) w = Add(v, v) }> }",
        n=3,
    ).fine(n=0).fine(n=-1).fine(n=LEAST)
