/* LayerNormalization, RMSNormalization and ONNX Runtime's forms of them:
 * https://onnx.ai/onnx/operators/onnx__LayerNormalization.html, ..__RMSNormalization.html,
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md (SkipLayerNormalization and its
 * neighbours). They differ in what is subtracted (the mean or nothing), in the outputs, and in a second summand that
 * the Skip forms add first. */
#include "op/op.h"

#include <string.h>

typedef struct {
    Value *x, *scale, *bias;
    Value *y, *mean, *inverse; /* NULL where not wanted */
    int axis;                  /* the first one that is normalised over */
    bool rms;
    double epsilon;
} Norm;

static bool is_rms(const Node *n)
{
    return foreign_has(n->op_type, "RMS") || foreign_has(n->op_type, "Simplified");
}

static bool is_skip(const Node *n)
{
    return foreign_starts(n->op_type, "Skip");
}

static Norm norm_of(Node *n)
{
    Norm m = {.x = n->in[0],
              .y = n->out[0],
              .rms = is_rms(n),
              .epsilon = attr_float(n, "epsilon", is_skip(n) ? 1e-12 : 1e-5)};
    int rank = m.x->type.shape.rank;
    m.axis = is_skip(n) ? rank - 1 : attr_axis(n, "axis", -1, rank);
    m.scale = input_of(n, is_skip(n) ? 2 : 1);
    if (!m.rms) m.bias = input_of(n, is_skip(n) ? 3 : 2);
    if (is_skip(n) || !m.rms) m.mean = output_of(n, 1), m.inverse = output_of(n, 2);
    else m.inverse = output_of(n, 1);
    return m;
}

/* -- inference --------------------------------------------------------------------------------- */

static Shape statistics_shape(const Value *x, int axis)
{
    Shape s = x->type.shape;
    for (int i = axis; i < s.rank; i++) s.dim[i] = dim_const(1);
    return s;
}

/* Scale and bias broadcast to x, never the other way round. */
static bool need_fits(Node *n, const Value *v, const char *what)
{
    Shape both;
    const Shape *x = &n->in[0]->type.shape;
    if (!v) return true;
    if (!broadcast_shapes(n, &v->type.shape, x, &both)) return false;
    bool good = both.rank == x->rank;
    for (int i = 0; good && i < x->rank; i++) good = !dims_differ(both.dim[i], x->dim[i]);
    if (!good)
        node_invalid(n, "the %s has shape %s, expected one that broadcasts to %s", what,
                     shown(shape_text(&v->type.shape)), shown(shape_text(x)));
    return good;
}

/* Halves are computed in float32, and may stand beside float32. */
static bool need_one_precision(Node *n)
{
    for (int i = 0; i < n->n_in; i++) {
        if (!input_of(n, i)) continue;
        if (!need_float(n, i)) return false;
        if (compute_type(n->in[i]->type.dtype) != compute_type(n->in[0]->type.dtype)) return need_same_type(n, 0, i);
    }
    return true;
}

static bool need_float_statistics(Node *n)
{
    int64_t type = attr_int(n, "stash_type", DT_FLOAT);
    if (type == DT_FLOAT) return true;
    node_error(n, "stash_type is %lld (%s), expected 1 (float32)", (long long)type,
               type > 0 && type < DT_COUNT ? dtype_name((DType)type) : "unknown");
    return false;
}

static void set_statistics(Node *n, Value *v, const Shape *s)
{
    for (int i = 1; i < n->n_out; i++)
        if (v && n->out[i] == v) set_out(n, i, DT_FLOAT, s);
}

static void infer_norm(Node *n)
{
    bool rms = is_rms(n);
    int outputs = !rms ? 3 : !foreign_is(n->op_type, "RMSNormalization") ? 2 : 1;
    if (!need_counts(n, 2, rms ? 2 : 3, 1, outputs) || !need_tensor_inputs(n) || !need_one_precision(n) ||
        !need_float_statistics(n))
        return;
    Norm m = norm_of(n);
    if (m.axis < 0 || !need_fits(n, m.scale, "scale") || !need_fits(n, m.bias, "bias")) return;
    Shape statistics = statistics_shape(m.x, m.axis);
    bool of_scale = rms || n->opset < 17; /* ONNX Runtime's, before it became ONNX's */
    set_out(n, 0, of_scale ? m.scale->type.dtype : m.x->type.dtype, &m.x->type.shape);
    set_statistics(n, m.mean, &statistics);
    set_statistics(n, m.inverse, &statistics);
}

static void infer_skip(Node *n)
{
    bool rms = is_rms(n);
    if (!need_counts(n, 3, rms ? 4 : 5, 1, 4) || !need_tensor_inputs(n) || !need_one_precision(n) ||
        !need_rank(n, 0, 1, -1))
        return;
    for (int i = 1; i < n->n_in; i++)
        if (!need_fits(n, input_of(n, i), i == 1 ? "skip" : "scale or bias")) return;
    Norm m = norm_of(n);
    Shape statistics = statistics_shape(m.x, m.axis);
    set_out_like(n, 0, m.x);
    set_statistics(n, m.mean, &statistics);
    set_statistics(n, m.inverse, &statistics);
    set_out_like(n, 3, m.x);
}

/* -- lowering ---------------------------------------------------------------------------------- */

/* Is v, which broadcasts to x, one whole row of what is normalised? */
static bool is_row(const Value *v, const Value *x, int axis)
{
    const Shape *s = &v->type.shape, *of = &x->type.shape;
    for (int i = 1; i <= of->rank || i <= s->rank; i++) {
        Dim d = i <= s->rank ? s->dim[s->rank - i] : dim_const(1);
        Dim wanted = i <= of->rank - axis ? of->dim[of->rank - i] : dim_const(1);
        if (d != wanted) return false;
    }
    return true;
}

/* y = x * scale + bias by numpy's rules. */
static void scale_and_shift(Node *n, Value *x, Value *scale, Value *bias, Value *y)
{
    DType t = x->type.dtype;
    Step *s = step_loop(n, &x->type.shape);
    Ref given = loop_read(s, x), factor = loop_read(s, scale);
    Ref r = loop_apply(s, t, mem_printf("mul_%s", dtype_suffix(t)), 2, (Ref[]){given, factor});
    if (bias) r = loop_apply(s, t, mem_printf("add_%s", dtype_suffix(t)), 2, (Ref[]){r, loop_read(s, bias)});
    loop_store(s, y, r);
}

static void call_norm(Node *n, const Norm *m)
{
    const Shape *x = &m->x->type.shape;
    Step *s = step_call(n, "%s_%s", m->rms ? "rms_norm" : "layer_norm", dtype_suffix(m->x->type.dtype));
    arg_in(s, "x", m->x);
    arg_in(s, "scale", m->scale);
    if (!m->rms) arg_in(s, "bias", m->bias);
    arg_out(s, "y", m->y);
    if (!m->rms) arg_out(s, "mean", m->mean);
    arg_out(s, m->rms ? "inv_rms" : "inv_std", m->inverse);
    arg_dim(s, "rows", shape_product(x, 0, m->axis));
    arg_dim(s, "n", shape_product(x, m->axis, x->rank));
    arg_real(s, "epsilon", m->epsilon);
    step_inplace(s, m->x, m->y);
}

static void lower_with(Node *n, Norm m)
{
    bool rows = (!m.scale || is_row(m.scale, m.x, m.axis)) && (!m.bias || is_row(m.bias, m.x, m.axis));
    if (rows) {
        call_norm(n, &m);
        return;
    }
    Norm bare = m;
    bare.scale = bare.bias = NULL;
    bare.y = value_typed(n->graph, foreign_suffixed(m.y->wanted, "/normalized"), m.x->type.dtype, &m.x->type.shape);
    call_norm(n, &bare);
    scale_and_shift(n, bare.y, m.scale, m.bias, m.y);
}

static void lower_norm(Node *n)
{
    Norm m = norm_of(n);
    if (m.axis >= 0) lower_with(n, m);
}

/* x + skip, + bias if there is one, is the fourth output. */
static void lower_skip(Node *n)
{
    Norm m = norm_of(n);
    DType t = m.x->type.dtype;
    const char *add = mem_printf("add_%s", dtype_suffix(t));
    Value *bias = input_of(n, m.rms ? 3 : 4);
    Value *sum = output_of(n, 3) ? n->out[3]
                                 : value_typed(n->graph, foreign_suffixed(m.y->wanted, "/sum"), t, &m.x->type.shape);
    Step *s = step_loop(n, &m.x->type.shape);
    Ref x = loop_read(s, m.x), skip = loop_read(s, n->in[1]);
    Ref r = loop_apply(s, t, add, 2, (Ref[]){x, skip});
    if (bias) r = loop_apply(s, t, add, 2, (Ref[]){r, loop_read(s, bias)});
    loop_store(s, sum, r);
    m.x = sum;
    lower_with(n, m);
}

const Op ops_layer_norm[] = {
    {.name = "LayerNormalization", .domain = "", .since = 1, .infer = infer_norm, .lower = lower_norm},
    {.name = "RMSNormalization", .domain = "", .since = 23, .infer = infer_norm, .lower = lower_norm},
    {.name = "SimplifiedLayerNormalization", .domain = "", .since = 1, .infer = infer_norm, .lower = lower_norm},
    {.name = "SimplifiedLayerNormalization",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_norm,
     .lower = lower_norm},
    {.name = "SkipLayerNormalization", .domain = "com.microsoft", .since = 1, .infer = infer_skip, .lower = lower_skip},
    {.name = "SkipSimplifiedLayerNormalization",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_skip,
     .lower = lower_skip},
    {0},
};
