/* QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear:
 * https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
 * One scale for the tensor, one per slice of an axis (opset 13), or one per block along an axis (opset 21). All three
 * are one loop: the scale is read with strides that repeat it. Types narrower than a byte and float8 go through casts.
 * Where the last block of an axis is shorter, each element gets a scale of its own. */
#include "op/op.h"
#include "ops/shared/shared.h"

#include <string.h>

/* -- how the scale lies over the tensor -------------------------------------------------------- */

typedef enum { PER_TENSOR, PER_AXIS, PER_BLOCK } Granularity;
typedef struct {
    Granularity granularity;
    int axis;
    int64_t block;
} Layout;

static bool read_layout(Node *n, Layout *l)
{
    const Shape *x = &n->in[0]->type.shape, *scale = &n->in[1]->type.shape;
    *l = (Layout){PER_TENSOR, 0, attr_int(n, "block_size", 0)};
    if (l->block < 0) {
        node_invalid(n, "block_size is %lld, expected 0 or more", (long long)l->block);
        return false;
    }
    if (l->block > 0) {
        l->granularity = PER_BLOCK;
        l->axis = attr_axis(n, "axis", 1, x->rank);
        if (l->axis < 0) return false;
        if (scale->rank != x->rank) {
            node_error(n, "input 1 \"%s\" has rank %d, expected %d for blocked quantisation", shown(n->in[1]->name),
                       scale->rank, x->rank);
            return false;
        }
        if (!need_rank(n, 0, 1, MAX_RANK - 1)) return false; /* loops have one more */
        for (int d = 0; d < x->rank; d++)
            if (d != l->axis && !need_equal(n, scale->dim[d], x->dim[d], "scales and elements beside the axis"))
                return false;
        return need_equal(n, scale->dim[l->axis], dim_ceildiv(x->dim[l->axis], dim_const(l->block)),
                          "blocks along the axis");
    }
    if (dim_is(shape_elements(scale), 1)) return true;
    l->granularity = PER_AXIS;
    l->axis = attr_axis(n, "axis", 1, x->rank);
    if (l->axis < 0) return false;
    if (scale->rank != 1) {
        node_error(n, "input 1 \"%s\" has shape %s, expected one scale or one per slice of axis %d",
                   shown(n->in[1]->name), shown(shape_text(scale)), l->axis);
        return false;
    }
    return need_equal(n, scale->dim[0], x->dim[l->axis], "scales and slices of the axis");
}

/* A zero point per scale. */
static bool need_zeros(Node *n)
{
    if (!input_of(n, 2)) return true;
    const Shape *scale = &n->in[1]->type.shape, *zero = &n->in[2]->type.shape;
    if (dim_is(shape_elements(scale), 1) && dim_is(shape_elements(zero), 1)) return true;
    if (zero->rank != scale->rank) {
        node_invalid(n, "input 2 \"%s\" has shape %s, expected %s, one zero point per scale", shown(n->in[2]->name),
                     shown(shape_text(zero)), shown(shape_text(scale)));
        return false;
    }
    for (int d = 0; d < zero->rank; d++)
        if (!need_equal(n, zero->dim[d], scale->dim[d], "zero points and scales")) return false;
    return true;
}

static bool read_parameters(Node *n, Layout *l)
{
    static const DType scales[] = {DT_FLOAT, DT_FLOAT16, DT_BFLOAT16};
    return need_tensor_inputs(n) && need_type(n, 1, scales, 3) && read_layout(n, l) && need_zeros(n);
}

/* Blocks that divide the axis: one more loop dimension, so that every stride is plain. */
static Shape loop_shape(const Layout *l, const Shape *x)
{
    if (l->granularity != PER_BLOCK) return *x;
    Shape s = {.rank = x->rank + 1};
    for (int d = 0, to = 0; d < x->rank; d++) {
        if (d == l->axis) {
            s.dim[to++] = dim_floordiv(x->dim[d], dim_const(l->block));
            s.dim[to++] = dim_const(l->block);
        } else {
            s.dim[to++] = x->dim[d];
        }
    }
    return s;
}

static Ref read_dense(Step *s, Value *v)
{
    Dim strides[MAX_RANK], stride = dim_const(1);
    for (int d = s->loop->rank - 1; d >= 0; d--) {
        strides[d] = stride;
        stride = dim_mul(stride, s->loop->extent[d]);
    }
    return loop_read_strided(s, v, NULL, strides);
}

/* A scale or zero point, repeated over what it is for. */
static Ref read_parameter(Step *s, const Layout *l, Value *v)
{
    Dim strides[MAX_RANK], stride = dim_const(1);
    for (int d = 0; d < s->loop->rank; d++) strides[d] = dim_const(0);
    if (l->granularity == PER_AXIS) strides[l->axis] = dim_const(1);
    if (l->granularity == PER_BLOCK) {
        const Shape *shape = &v->type.shape;
        for (int d = shape->rank - 1; d >= 0; d--) {
            strides[d > l->axis ? d + 1 : d] = stride;
            stride = dim_mul(stride, shape->dim[d]);
        }
    }
    return loop_read_strided(s, v, NULL, strides);
}

static bool is_plain(DType t)
{
    return t == DT_INT8 || t == DT_UINT8 || t == DT_INT16 || t == DT_UINT16;
}

static bool is_float8(DType t)
{
    return t >= DT_FLOAT8E4M3FN && t <= DT_FLOAT8E5M2FNUZ;
}

/* What the kernels don't quantise to. */
static bool is_small(DType t)
{
    return is_float8(t) || dtype_bits(t) < 8;
}

/* The last block may be shorter than the others; then blocks are no loop dimension. */
static bool blocks_divide(const Layout *l, const Shape *x)
{
    return l->granularity != PER_BLOCK || dim_is(dim_mod(x->dim[l->axis], dim_const(l->block)), 0);
}

static bool need_blocks(Node *n, const Layout *l)
{
    const Shape *x = &n->in[0]->type.shape;
    if (blocks_divide(l, x) || dim_is_const(x->dim[l->axis])) return true;
    node_error(n, "block_size %lld does not divide axis %d of shape %s, whose size is known only at run time",
               (long long)l->block, l->axis, shown(shape_text(x)));
    return false;
}

/* -- QuantizeLinear ---------------------------------------------------------------------------- */

static DType quantized_type(Node *n)
{
    if (input_of(n, 2)) return n->in[2]->type.dtype;
    int64_t given = attr_int(n, "output_dtype", DT_UNDEFINED);
    return given > DT_UNDEFINED && given < DT_COUNT ? (DType)given : DT_UINT8;
}

static void infer_quantize(Node *n)
{
    static const DType real[] = {DT_FLOAT, DT_FLOAT16, DT_BFLOAT16, DT_INT32};
    Layout l;
    if (!need_counts(n, 2, 3, 1, 1) || !need_type(n, 0, real, 4) || !read_parameters(n, &l)) return;
    DType t = quantized_type(n);
    if (!is_plain(t) && !is_small(t)) {
        node_error(n, "quantises to %s, expected an 8- or 16-bit integer, a float8 or a 4- or 2-bit type",
                   dtype_name(t));
        return;
    }
    if (!need_blocks(n, &l)) return;
    set_out(n, 0, t, &n->in[0]->type.shape);
}

/* A loop makes the real numbers: quantising goes along with it. */
static bool follows_loop(const Node *n)
{
    const Graph *g = n->graph;
    for (int i = g->n_steps - 1; i >= 0; i--)
        if (g->steps[i]->node == n->in[0]->producer && n->in[0]->producer) return g->steps[i]->kind == STEP_LOOP;
    return false;
}

/* Real numbers that are there already become bytes, all with one scale. */
static bool is_kernel_call(const Node *n, const Layout *l)
{
    DType type = n->out[0]->type.dtype;
    if (l->granularity != PER_TENSOR || n->in[0]->type.dtype != DT_FLOAT || n->in[1]->type.dtype != DT_FLOAT ||
        (type != DT_INT8 && type != DT_UINT8))
        return false;
    return value_is_const(n->in[1]) && (!input_of(n, 2) || value_is_const(n->in[2])) && !follows_loop(n);
}

static void call_quantize(Node *n)
{
    bool is_signed = n->out[0]->type.dtype == DT_INT8;
    Step *s = step_call(n, "%s", bytes_kernel(n, "quantize_bytes", const_as_double(n->in[1], 0)));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_real(s, "scale", const_as_double(n->in[1], 0));
    arg_int(s, "zero", input_of(n, 2) ? const_as_int(n->in[2], 0) : 0);
    arg_int(s, "low", is_signed ? INT8_MIN : 0);
    arg_int(s, "high", is_signed ? INT8_MAX : UINT8_MAX);
    arg_dim(s, "n", elements(n->out[0]));
}

static void lower_quantize(Node *n)
{
    Layout l;
    read_layout(n, &l);
    if (is_kernel_call(n, &l)) {
        call_quantize(n);
        return;
    }
    Shape shape = loop_shape(&l, &n->in[0]->type.shape);
    Step *s = step_loop(n, &shape);
    Ref zero = input_of(n, 2) ? read_parameter(s, &l, n->in[2]) : loop_int(0);
    Ref x = read_dense(s, n->in[0]);
    if (n->in[0]->type.dtype == DT_INT32) x = loop_apply(s, DT_FLOAT, "cast_i32_f32", 1, &x);
    Ref args[] = {x, read_parameter(s, &l, n->in[1]), zero};
    loop_store(s, n->out[0],
               loop_apply(s, n->out[0]->type.dtype, mem_printf("quantize_%s", dtype_suffix(n->out[0]->type.dtype)), 3,
                          args));
}

/* Parameters [.., blocks, ..] as [.., elements, ..]: blocks of one element each. */
static Value *unblocked(Node *n, const Layout *l, Value *v)
{
    if (!v) return NULL;
    int64_t count = dim_value(n->in[0]->type.shape.dim[l->axis]), *block = mem_array((size_t)count + 1, sizeof *block);
    for (int64_t i = 0; i < count; i++) block[i] = i / l->block;
    Node *gather = make_node(n, "Gather", 2, (Value *[]){v, const_ints(n, (int)count, block)}, NULL);
    attr_set_int(gather, "axis", l->axis);
    return gather->out[0];
}

static void expand_unblocked(Node *n, const Layout *l, const char *op_type)
{
    Value *scale = unblocked(n, l, n->in[1]), *zero = unblocked(n, l, input_of(n, 2));
    Node *same = make_node(n, op_type, 3, (Value *[]){n->in[0], scale, zero}, n->out[0]);
    copy_attributes(same, n);
    attr_set_int(same, "block_size", 1);
}

/* Blocked or per-axis parameters, as `v` has them, spelt out so that they broadcast to the tensor's shape. */
static Value *spread(Node *n, const Layout *l, Value *v)
{
    int rank = n->in[0]->type.shape.rank;
    if (l->granularity == PER_TENSOR) return make2(n, "Reshape", v, const_ints(n, 0, NULL), NULL);
    if (l->granularity == PER_AXIS) {
        int64_t dims[MAX_RANK];
        for (int d = 0; d < rank; d++) dims[d] = d == l->axis ? -1 : 1;
        return make2(n, "Reshape", v, const_ints(n, rank, dims), NULL);
    }
    if (!blocks_divide(l, &n->in[0]->type.shape)) return unblocked(n, l, v);
    int64_t after_axis = l->axis + 1, repeat[MAX_RANK + 1];
    for (int d = 0; d <= rank; d++) repeat[d] = d == after_axis ? l->block : 1;
    Value *column = make2(n, "Unsqueeze", v, const_ints(n, 1, &after_axis), NULL);
    Value *tiled = make2(n, "Tile", column, const_ints(n, rank + 1, repeat), NULL);
    return make2(n, "Reshape", tiled, make1(n, "Shape", n->in[0], NULL), NULL);
}

static Value *in_float32(Node *n, Value *v)
{
    return v->type.dtype == DT_FLOAT ? v : cast_to(n, v, DT_FLOAT, NULL);
}

/* Sub-byte integers: x / scale rounded, plus the zero point, bounded, cast. Float8 and float4:
 * x / scale, cast with saturation. */
static void expand_quantize(Node *n)
{
    Layout l;
    DType t = n->out[0]->type.dtype;
    read_layout(n, &l);
    if (is_plain(t)) {
        if (!blocks_divide(&l, &n->in[0]->type.shape)) expand_unblocked(n, &l, "QuantizeLinear");
        return;
    }
    Value *scale = spread(n, &l, in_float32(n, n->in[1]));
    Value *x = make2(n, "Div", in_float32(n, n->in[0]), scale, NULL);
    if (is_float8(t) || t == DT_FLOAT4E2M1) {
        Node *cast = make_node(n, "Cast", 1, &x, n->out[0]);
        attr_set_int(cast, "to", t);
        if (is_float8(t)) attr_set_int(cast, "saturate", attr_int(n, "saturate", 1));
        return;
    }
    int bits = dtype_bits(t);
    bool is_signed = t == DT_INT4 || t == DT_INT2;
    double low = is_signed ? -(1 << (bits - 1)) : 0, high = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    Value *q = make1(n, "Round", x, NULL);
    if (input_of(n, 2)) q = make2(n, "Add", q, spread(n, &l, cast_to(n, n->in[2], DT_FLOAT, NULL)), NULL);
    Value *most = const_scalar(n, DT_FLOAT, high), *least = const_scalar(n, DT_FLOAT, low);
    cast_to(n, make3(n, "Clip", q, least, most, NULL), t, n->out[0]);
}

/* -- DequantizeLinear -------------------------------------------------------------------------- */

static bool dequantizes_directly(DType t)
{
    return is_plain(t) || t == DT_INT32;
}

static void infer_dequantize(Node *n)
{
    Layout l;
    if (!need_counts(n, 2, 3, 1, 1) || !read_parameters(n, &l)) return;
    if (input_of(n, 2) && !need_same_type(n, 0, 2)) return;
    DType t = n->in[0]->type.dtype;
    if (!dequantizes_directly(t) && !is_small(t)) {
        node_error(n,
                   "input 0 \"%s\" is %s, expected a quantised type: an integer of at most 32 bits, float8 or float4",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    if (!need_blocks(n, &l)) return;
    int64_t to = attr_int(n, "output_dtype", DT_UNDEFINED);
    if (!to) to = n->in[1]->type.dtype;
    if (to != DT_FLOAT && to != DT_FLOAT16 && to != DT_BFLOAT16) {
        node_invalid(n, "output_dtype is %lld, expected float32, float16 or bfloat16", (long long)to);
        return;
    }
    set_out(n, 0, (DType)to, &n->in[0]->type.shape);
}

static void lower_dequantize(Node *n)
{
    Layout l;
    read_layout(n, &l);
    Shape shape = loop_shape(&l, &n->in[0]->type.shape);
    Step *s = step_loop(n, &shape);
    Ref zero = input_of(n, 2) ? read_parameter(s, &l, n->in[2]) : loop_int(0);
    Ref x = read_dense(s, n->in[0]), scale = read_parameter(s, &l, n->in[1]);
    const char *function = mem_printf("dequantize_%s", dtype_suffix(n->in[0]->type.dtype));
    loop_store(s, n->out[0], loop_apply(s, DT_FLOAT, function, 3, (Ref[]){x, scale, zero}));
}

static void expand_dequantize(Node *n)
{
    Layout l;
    DType t = n->in[0]->type.dtype;
    read_layout(n, &l);
    if (dequantizes_directly(t)) {
        if (!blocks_divide(&l, &n->in[0]->type.shape)) expand_unblocked(n, &l, "DequantizeLinear");
        return;
    }
    Value *x = cast_to(n, n->in[0], DT_FLOAT, NULL);
    if (input_of(n, 2)) x = make2(n, "Sub", x, spread(n, &l, cast_to(n, n->in[2], DT_FLOAT, NULL)), NULL);
    Value *scale = spread(n, &l, cast_to(n, n->in[1], DT_FLOAT, NULL));
    if (n->out[0]->type.dtype == DT_FLOAT) make2(n, "Mul", x, scale, n->out[0]);
    else cast_to(n, make2(n, "Mul", x, scale, NULL), n->out[0]->type.dtype, n->out[0]);
}

/* -- DynamicQuantizeLinear --------------------------------------------------------------------- */

static void infer_dynamic(Node *n)
{
    if (!need_counts(n, 1, 1, 3, 3) || !need_type(n, 0, (DType[]){DT_FLOAT}, 1)) return;
    Shape scalar = shape_scalar();
    set_out(n, 0, DT_UINT8, &n->in[0]->type.shape);
    set_out(n, 1, DT_FLOAT, &scalar);
    set_out(n, 2, DT_UINT8, &scalar);
}

static void lower_dynamic(Node *n)
{
    Step *s = step_call(n, "dynamic_quantize_u8");
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_out(s, "scale", n->out[1]);
    arg_out(s, "zero", n->out[2]);
    arg_dim(s, "n", elements(n->in[0]));
}

#define QUANTIZE(d, v) \
    { \
        .name = "QuantizeLinear", .domain = d, .since = v, .infer = infer_quantize, .lower = lower_quantize, \
        .expand = expand_quantize, .flags = OP_HALF_NATIVE \
    }
#define DEQUANTIZE(d, v) \
    { \
        .name = "DequantizeLinear", .domain = d, .since = v, .infer = infer_dequantize, .lower = lower_dequantize, \
        .expand = expand_dequantize, .flags = OP_HALF_NATIVE | OP_FOLD_LATE \
    }

const Op ops_quantize[] = {
    QUANTIZE("", 10),
    QUANTIZE("com.microsoft", 1),
    DEQUANTIZE("", 10),
    DEQUANTIZE("com.microsoft", 1),
    {.name = "DynamicQuantizeLinear", .domain = "", .since = 11, .infer = infer_dynamic, .lower = lower_dynamic},
    {0},
};
