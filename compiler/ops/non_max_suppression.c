/* NonMaxSuppression: https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html
 * How many boxes it selects is known only at run time: a symbol, bounded by the
 * number of boxes, or by --dim. */
#include "op/op.h"

static Dim most_selected(const Node *n)
{
    const Value *boxes = n->in[0], *scores = n->in[1];
    double per_class;
    Dim each = dim_at(boxes, 1);
    if (input_of(n, 2) && known_scalar(n->in[2], &per_class) && per_class >= 0 && per_class < INT32_MAX)
        each = dim_min(each, dim_const((int64_t)per_class));
    return dim_mul(dim_mul(dim_at(scores, 0), dim_at(scores, 1)), each);
}

static void infer_nms(Node *n)
{
    static const DType f32[] = {DT_FLOAT}, i64[] = {DT_INT64};
    if (!need_counts(n, 2, 5, 1, 1) || !need_type(n, 0, f32, 1) || !need_type(n, 1, f32, 1) || !need_rank(n, 0, 3, 3) ||
        !need_rank(n, 1, 3, 3))
        return;
    if ((input_of(n, 2) && !need_type(n, 2, i64, 1)) || (input_of(n, 3) && !need_type(n, 3, f32, 1)) ||
        (input_of(n, 4) && !need_type(n, 4, f32, 1)))
        return;
    if (!need_equal(n, dim_at(n->in[0], 0), dim_at(n->in[1], 0), "batch of boxes and scores")) return;
    if (!need_equal(n, dim_at(n->in[0], 1), dim_at(n->in[1], 2), "boxes and scores per class")) return;
    Dim count = count_of_data(n, 0, 0, most_selected(n));
    Shape s = shape_of(2, (Dim[]){count, dim_const(3)});
    set_out(n, 0, DT_INT64, &s);
}

static void lower_nms(Node *n)
{
    Value *boxes = n->in[0], *scores = n->in[1];
    Step *s = step_call(n, "non_max_suppression");
    arg_in(s, "boxes", boxes);
    arg_in(s, "scores", scores);
    arg_inputs(s, 2, 3, (const char *const[]){"most", "overlap", "threshold"});
    arg_out(s, "selected", n->out[0]);
    arg_out(s, "candidate", scratch(n, "candidates", DT_UINT8, dim_at(boxes, 1)));
    arg_struct(s, "p", "struct non_max_suppression");
    arg_field(s, "batch", dim_at(boxes, 0));
    arg_field(s, "classes", dim_at(scores, 1));
    arg_field(s, "boxes", dim_at(boxes, 1));
    arg_field_int(s, "center", attr_int(n, "center_point_box", 0) != 0);
    arg_int(s, "room", dim_high(dim_at(n->out[0], 0)));
    arg_symbol(s, "count", dim_at(n->out[0], 0));
}

const Op ops_non_max_suppression[] = {
    {.name = "NonMaxSuppression", .domain = "", .since = 10, .infer = infer_nms, .lower = lower_nms},
    {0},
};
