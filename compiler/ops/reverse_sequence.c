/* ReverseSequence: https://onnx.ai/onnx/operators/onnx__ReverseSequence.html */
#include "ops/shared/shared.h"

static bool read_axes(Node *n, int64_t *batch, int64_t *time)
{
    *batch = attr_int(n, "batch_axis", 1);
    *time = attr_int(n, "time_axis", 0);
    if ((*batch == 0 && *time == 1) || (*batch == 1 && *time == 0)) return true;
    node_invalid(n, "batch_axis is %lld and time_axis %lld, expected 0 and 1, or 1 and 0", (long long)*batch,
                 (long long)*time);
    return false;
}

static void infer_reverse_sequence(Node *n)
{
    static const DType i64[] = {DT_INT64};
    int64_t batch, time;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 2, -1) || !need_rank(n, 1, 1, 1) ||
        !need_type(n, 1, i64, 1))
        return;
    if (!need_bytes(n, 0, true) || !read_axes(n, &batch, &time)) return;
    if (need_equal(n, dim_at(n->in[1], 0), dim_at(n->in[0], (int)batch), "sequence lengths, and the batch"))
        set_out_like(n, 0, n->in[0]);
}

static void lower_reverse_sequence(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    int64_t batch, time;
    int parts;
    read_axes(n, &batch, &time);
    const char *suffix = moved_as(n->in[0]->type.dtype, &parts);
    Dim part = dim_const(parts);
    Step *s = step_call(n, "reverse_sequence_%s", suffix);
    arg_in(s, "x", n->in[0]);
    arg_in(s, "length", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct reverse_sequence");
    arg_field(s, "batch", x->dim[batch]);
    arg_field(s, "time", x->dim[time]);
    arg_field(s, "inner", dim_mul(axis_stride(x, 1), part));
    arg_field(s, "batch_step", dim_mul(axis_stride(x, (int)batch), part));
    arg_field(s, "time_step", dim_mul(axis_stride(x, (int)time), part));
}

const Op ops_reverse_sequence[] = {
    {.name = "ReverseSequence",
     .domain = "",
     .since = 10,
     .infer = infer_reverse_sequence,
     .lower = lower_reverse_sequence,
     .flags = OP_HALF_NATIVE},
    {0},
};
