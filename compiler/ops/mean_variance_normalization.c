/* MeanVarianceNormalization: https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html
 * (x - mean) / (standard deviation + 1e-9), the latter as in the operator's function body. Before opset 9 attributes
 * said whether over all channels together, and whether to divide. */
#include "op/op.h"

static const int64_t default_axes[] = {0, 2, 3}, all_axes[] = {0, 1, 2, 3};

static int axes_of(Node *n, const int64_t **axes)
{
    bool across = n->opset < 9 && attr_int(n, "across_channels", 0);
    int count = attr_ints(n, "axes", axes);
    if (attr_find(n, "axes")) return count;
    *axes = across ? all_axes : default_axes;
    return across ? 4 : 3;
}

static void infer_mvn(Node *n)
{
    const int64_t *axes;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    int count = axes_of(n, &axes);
    for (int i = 0; i < count; i++)
        if (normalize_axis(n, axes[i], n->in[0]->type.shape.rank) < 0) return;
    set_out_like(n, 0, n->in[0]);
}

static void expand_mvn(Node *n)
{
    const int64_t *given;
    int count = axes_of(n, &given);
    Value *axes = const_ints(n, count, given);
    bool divides = n->opset >= 9 || attr_int(n, "normalize_variance", 1);
    Value *mean = make2(n, "ReduceMean", n->in[0], axes, NULL);
    Value *centred = make2(n, "Sub", n->in[0], mean, divides ? NULL : n->out[0]);
    if (!divides) return;
    Value *variance = make2(n, "ReduceMean", make2(n, "Mul", centred, centred, NULL), axes, NULL);
    Value *epsilon = const_scalar(n, n->in[0]->type.dtype, 1e-9);
    Value *deviation = make2(n, "Add", make1(n, "Sqrt", variance, NULL), epsilon, NULL);
    make2(n, "Div", centred, deviation, n->out[0]);
}

const Op ops_mean_variance_normalization[] = {
    {.name = "MeanVarianceNormalization", .domain = "", .since = 1, .infer = infer_mvn, .expand = expand_mvn},
    {0},
};
