/* Dropout: https://onnx.ai/onnx/operators/onnx__Dropout.html
 * Outside of training it hands its input on, and its mask is all ones. Before opset 12 the text doesn't say what the
 * mask is then: zeros, as ONNX Runtime makes it (bool since opset 10, before of the input's type). In training with a
 * ratio of 0, too; otherwise what stays is drawn at random (random.c), be it only the data that tell. */
#include "ops/shared/shared.h"

static bool is_inference(Node *n)
{
    double training = 0, ratio = 0.5;
    if (n->opset < 7) training = !attr_int(n, "is_test", 0);
    else if (input_of(n, 2) && !known_scalar(n->in[2], &training)) training = 1;
    if (n->opset < 12) ratio = attr_float(n, "ratio", 0.5);
    else if (input_of(n, 1) && !known_scalar(n->in[1], &ratio)) ratio = 0.5;
    return training == 0 || ratio == 0;
}

static void infer_dropout(Node *n)
{
    if (!need_counts(n, 1, n->opset < 12 ? 1 : 3, 1, 2) || !need_tensor_inputs(n)) return;
    set_out_like(n, 0, n->in[0]);
    set_out(n, 1, n->opset < 10 ? n->in[0]->type.dtype : DT_BOOL, &n->in[0]->type.shape);
}

static void lower_dropout(Node *n)
{
    Value *mask = output_of(n, 1);
    lower_as_view(n);
    if (!mask) return;
    Step *s = step_call(n, "fill_%s", moved_as(mask->type.dtype, NULL));
    arg_in(s, "value", const_scalar(n, mask->type.dtype, n->opset < 12 ? 0 : 1));
    arg_out(s, "y", mask);
    arg_dim(s, "n", elements(mask));
}

/* A value of the type of x: the ratio, an attribute or an input. */
static Value *ratio_of(Node *n, DType t)
{
    Value *given = n->opset < 12 ? NULL : input_of(n, 1);
    if (!given) return const_scalar(n, t, n->opset < 12 ? attr_float(n, "ratio", 0.5) : 0.5);
    if (given->type.shape.rank > 0) given = reshape_to(n, given, 0, NULL);
    return given->type.dtype == t ? given : cast_to(n, given, t, NULL);
}

/* y = x / (1 - ratio) where a number drawn is not below the ratio, else 0: with a ratio of 0, x. */
static void expand_dropout(Node *n)
{
    if (is_inference(n)) return;
    DType t = n->in[0]->type.dtype;
    Value *ratio = ratio_of(n, t), *training = n->opset < 12 ? NULL : input_of(n, 2), *mask = output_of(n, 1);
    if (training && training->type.shape.rank > 0) training = reshape_to(n, training, 0, NULL);
    if (training) ratio = make3(n, "Where", training, ratio, const_scalar(n, t, 0), NULL);
    Node *draw = make_node(n, "RandomUniformLike", 1, n->in, NULL);
    attr_set_int(draw, "dtype", t);
    if (attr_find(n, "seed")) attr_set_int(draw, "seed", attr_int(n, "seed", 0));
    bool is_bool = n->opset >= 10;
    Value *stays = make2(n, "GreaterOrEqual", draw->out[0], ratio, is_bool && mask ? mask : NULL);
    Value *left = make2(n, "Sub", const_scalar(n, t, 1), ratio, NULL);
    Value *larger = make2(n, "Div", n->in[0], left, NULL);
    make3(n, "Where", stays, larger, const_scalar(n, t, 0), n->out[0]);
    if (mask && !is_bool) cast_to(n, stays, t, mask);
}

const Op ops_dropout[] = {
    {.name = "Dropout",
     .domain = "",
     .since = 1,
     .infer = infer_dropout,
     .lower = lower_dropout,
     .expand = expand_dropout,
     .flags = OP_HALF_NATIVE},
    {0},
};
