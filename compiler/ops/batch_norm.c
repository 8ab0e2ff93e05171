/* BatchNormalization: https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 * Training, since opset 14 an attribute, was before that asked for by wanting more than one output; that form is
 * refused. At opset 6 and before, is_test says that they are not computed. Before opset 9, spatial = 0 gave every
 * element of an image a mean and variance of its own. */
#include "op/op.h"

static bool trains(Node *n)
{
    return n->opset >= 14 && attr_int(n, "training_mode", 0) != 0;
}

/* x as [batch][channels][inner]. */
typedef struct {
    Dim batch, channels, inner;
} Extents;

static Extents extents(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    bool spatial = n->opset >= 9 || attr_int(n, "spatial", 1);
    Extents e = {dim_at(n->in[0], 0), x->rank > 1 ? x->dim[1] : dim_const(1),
                 shape_product(x, x->rank > 1 ? 2 : 1, x->rank)};
    if (!spatial) {
        e.channels = shape_product(x, 1, x->rank);
        e.inner = dim_const(1);
    }
    return e;
}

static bool need_outputs(Node *n)
{
    int wanted = 0;
    bool is_test = n->opset < 7 && attr_int(n, "is_test", 0);
    for (int i = 1; i < n->n_out; i++) {
        if (is_test && n->out[i] && !value_use_count(n->out[i])) n->out[i] = NULL;
        wanted += n->out[i] != NULL;
    }
    if (trains(n) || wanted == 0) return true;
    node_error(
        n,
        "has %d outputs beside Y, which only training computes, expected none%s; export the model in evaluation mode",
        wanted, n->opset < 14 ? " before opset 14" : " if training_mode is 0");
    return false;
}

static bool need_parameters(Node *n, Dim channels)
{
    for (int i = 1; i < 5; i++) {
        if (!need_float(n, i)) return false;
        if (compute_type(n->in[i]->type.dtype) != compute_type(n->in[0]->type.dtype)) return need_same_type(n, 0, i);
        if (!need_equal(n, elements(n->in[i]), channels, mem_printf("elements of input %d and channels", i)))
            return false;
    }
    return need_same_type(n, 1, 2) && need_same_type(n, 3, 4);
}

static void infer_batch_norm(Node *n)
{
    if (!need_counts(n, 5, 5, 1, n->opset < 14 ? 5 : 3) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_rank(n, 0, 1, -1))
        return;
    if (!need_outputs(n) || !need_parameters(n, extents(n).channels)) return;
    set_out_like(n, 0, n->in[0]);
    set_out_like(n, 1, n->in[3]);
    set_out_like(n, 2, n->in[4]);
}

/* -- lowering ---------------------------------------------------------------------------------- */

static bool constant_parameters(const Node *n)
{
    for (int i = 1; i < 5; i++)
        if (!value_is_const(n->in[i])) return false;
    return true;
}

static Value *parameter(Node *n, int named_after, const double *values, int64_t count)
{
    DType t = n->in[0]->type.dtype;
    float *narrow = mem_array((size_t)count + 1, sizeof *narrow);
    for (int64_t i = 0; i < count; i++) narrow[i] = (float)values[i];
    Shape shape = shape_const(1, &count);
    Value *v = value_const(n->graph, n->in[named_after]->wanted, t, &shape,
                           t == DT_DOUBLE ? (const void *)values : narrow);
    v->origin = "mean and variance folded in";
    return v;
}

/* A channel is the same multiple and offset everywhere: a loop, which fuses with its neighbours. */
static void lower_constant(Node *n, const Extents *e)
{
    int64_t count = value_count(n->in[1]);
    double *scale = mem_array((size_t)count + 1, sizeof *scale), *shift = mem_array((size_t)count + 1, sizeof *shift);
    double epsilon = attr_float(n, "epsilon", 1e-5);
    for (int64_t c = 0; c < count; c++) {
        scale[c] = const_as_double(n->in[1], c) / sqrt(const_as_double(n->in[4], c) + epsilon);
        shift[c] = const_as_double(n->in[2], c) - const_as_double(n->in[3], c) * scale[c];
    }
    DType t = n->in[0]->type.dtype;
    Shape shape = shape_of(3, (Dim[]){e->batch, e->channels, e->inner});
    const Dim zero = dim_const(0), one = dim_const(1), by_channel[] = {zero, one, zero};
    const Dim dense[] = {dim_mul(e->channels, e->inner), e->inner, one};
    Step *s = step_loop(n, &shape);
    Ref x = loop_read_strided(s, n->in[0], NULL, dense);
    Ref factor = loop_read_strided(s, parameter(n, 1, scale, count), NULL, by_channel);
    Ref offset = loop_read_strided(s, parameter(n, 2, shift, count), NULL, by_channel);
    Ref product = loop_apply(s, t, mem_printf("mul_%s", dtype_suffix(t)), 2, (Ref[]){x, factor});
    loop_store(s, n->out[0], loop_apply(s, t, mem_printf("add_%s", dtype_suffix(t)), 2, (Ref[]){product, offset}));
}

static void lower_call(Node *n, const Extents *e)
{
    Step *s = step_call(n, "%s_%s", trains(n) ? "batch_norm_train" : "batch_norm", dtype_suffix(n->in[0]->type.dtype));
    arg_inputs(s, 0, 5, (const char *const[]){"x", "scale", "bias", "mean", "variance"});
    arg_out(s, "y", n->out[0]);
    if (trains(n)) {
        arg_out(s, "running_mean", output_of(n, 1));
        arg_out(s, "running_variance", output_of(n, 2));
    }
    arg_dim(s, "batch", e->batch);
    arg_dim(s, "channels", e->channels);
    arg_dim(s, "inner", e->inner);
    arg_real(s, "epsilon", attr_float(n, "epsilon", 1e-5));
    if (trains(n)) arg_real(s, "momentum", attr_float(n, "momentum", 0.9));
}

static void lower_batch_norm(Node *n)
{
    Extents e = extents(n);
    if (constant_parameters(n) && !trains(n)) lower_constant(n, &e);
    else lower_call(n, &e);
}

const Op ops_batch_norm[] = {
    {.name = "BatchNormalization", .domain = "", .since = 1, .infer = infer_batch_norm, .lower = lower_batch_norm},
    {0},
};
