/* MeanVarianceNormalization: https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html
 * (x - mean) / (standard deviation + 1e-9), the latter as in the operator's function body. */
#include "op/op.h"

static const int64_t default_axes[] = {0, 2, 3};

static int axes_of(Node *n, const int64_t **axes)
{
    int count = attr_ints(n, "axes", axes);
    if (attr_find(n, "axes")) return count;
    *axes = default_axes;
    return 3;
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
    Value *centred = make2(n, "Sub", n->in[0], make2(n, "ReduceMean", n->in[0], axes, NULL), NULL);
    Value *variance = make2(n, "ReduceMean", make2(n, "Mul", centred, centred, NULL), axes, NULL);
    Value *epsilon = const_scalar(n, n->in[0]->type.dtype, 1e-9);
    Value *deviation = make2(n, "Add", make1(n, "Sqrt", variance, NULL), epsilon, NULL);
    make2(n, "Div", centred, deviation, n->out[0]);
}

const Op ops_mean_variance_normalization[] = {
    {.name = "MeanVarianceNormalization", .domain = "", .since = 9, .infer = infer_mvn, .expand = expand_mvn},
    {0},
};
