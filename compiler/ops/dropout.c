/* Dropout: https://onnx.ai/onnx/operators/onnx__Dropout.html
 * Outside of training it hands its input on, and its mask is all ones. Before opset 12 the text doesn't say what the
 * mask is then: zeros, as ONNX Runtime makes it (bool since opset 10, before of the input's type). In training with a
 * ratio of 0, too; otherwise it draws random numbers, which is refused. */
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
    if (!is_inference(n)) {
        node_error(n, "drops at random, as in training, expected inference; export the model for inference "
                      "(training_mode constant and false)");
        return;
    }
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

const Op ops_dropout[] = {
    {.name = "Dropout",
     .domain = "",
     .since = 1,
     .infer = infer_dropout,
     .lower = lower_dropout,
     .flags = OP_HALF_NATIVE},
    {0},
};
