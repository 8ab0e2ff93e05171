/* DynamicTimeWarping of com.microsoft, by which Whisper finds when a word was said:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.DynamicTimeWarping */
#include "op/op.h"

static Dim rows_of(const Node *n)
{
    return dim_at(n->in[0], -2);
}

static Dim columns_of(const Node *n)
{
    return dim_at(n->in[0], -1);
}

static void infer_warping(Node *n)
{
    static const DType floats[] = {DT_FLOAT};
    const Dim one = dim_const(1);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, floats, 1) || !need_rank(n, 0, 2, 3))
        return;
    if (n->in[0]->type.shape.rank == 3 && !need_equal(n, dim_at(n->in[0], 0), one, "the first axis of three, and 1"))
        return;
    if (dim_low(rows_of(n)) < 1 || dim_low(columns_of(n)) < 1) {
        node_error(n, "the matrix %s may have no elements, expected some; say so with --dim NAME=1..HI",
                   shown(shape_text(&n->in[0]->type.shape)));
        return;
    }
    Dim most = dim_sub(dim_add(rows_of(n), columns_of(n)), one);
    Shape y = shape_of(2, (Dim[]){dim_const(2), count_of_data(n, 0, 1, most)});
    set_out(n, 0, DT_INT32, &y);
}

static void lower_warping(Node *n)
{
    Dim rows = rows_of(n), columns = columns_of(n), two = dim_const(2);
    Step *s = step_call(n, "time_warping");
    arg_in(s, "x", n->in[0]);
    arg_out(s, "cost", scratch(n, "cost", DT_FLOAT, dim_mul(two, dim_add(columns, dim_const(1)))));
    arg_out(s, "came", scratch(n, "came", DT_UINT8, dim_mul(rows, columns)));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "rows", rows);
    arg_dim(s, "cols", columns);
    arg_int(s, "most", dim_high(dim_at(n->out[0], 1)));
    arg_symbol(s, "count", dim_at(n->out[0], 1));
}

const Op ops_time_warping[] = {
    {.name = "DynamicTimeWarping",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_warping,
     .lower = lower_warping,
     .flags = OP_NEVER_FOLD},
    {0},
};
