/* GroupNormalization and InstanceNormalization: https://onnx.ai/onnx/operators/onnx__GroupNormalization.html,
 * ..__InstanceNormalization.html
 * GroupNormalization's scale and bias are per group before opset 21, per channel since. Instances
 * are groups of one channel. */
#include "op/op.h"

static int64_t groups_attribute(Node *n)
{
    return attr_int(n, "num_groups", 0);
}

static bool need_groups(Node *n)
{
    int64_t groups = groups_attribute(n);
    if (groups >= 1 && groups <= INT32_MAX)
        return need_divides(n, dim_at(n->in[0], 1), groups, "the number of channels, which the groups share,");
    node_invalid(n, "num_groups is %lld, expected at least 1", (long long)groups);
    return false;
}

static bool by_group(const Node *n)
{
    return n->opset < 21;
}

static void infer_scaled(Node *n, Dim (*scales)(Node *n))
{
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n)) return;
    if (!need_float(n, 0) || !need_same_type(n, 0, 1) || !need_same_type(n, 0, 2) || !need_rank(n, 0, 2, -1)) return;
    Dim count = scales(n);
    if (!count) return;
    for (int i = 1; i < 3; i++)
        if (!need_rank(n, i, 1, 1) ||
            !need_equal(n, dim_at(n->in[i], 0), count, mem_printf("elements of input %d and what they are for", i)))
            return;
    set_out_like(n, 0, n->in[0]);
}

static Dim per_channel(Node *n)
{
    return dim_at(n->in[0], 1);
}

static Dim per_group_or_channel(Node *n)
{
    if (!need_groups(n)) return NULL;
    return by_group(n) ? dim_const(groups_attribute(n)) : per_channel(n);
}

static void infer_group(Node *n)
{
    if (attr_int(n, "stash_type", DT_FLOAT) != DT_FLOAT)
        node_error(n, "stash_type is %lld, expected 1 (float32)", (long long)attr_int(n, "stash_type", DT_FLOAT));
    else infer_scaled(n, per_group_or_channel);
}

static void infer_instance(Node *n)
{
    infer_scaled(n, per_channel);
}

static void lower_with(Node *n, Dim groups, Dim channels, bool scales_by_group)
{
    const Shape *x = &n->in[0]->type.shape;
    Step *s = step_call(n, "group_norm_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "scale", "bias"});
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", x->dim[0]);
    arg_dim(s, "groups", groups);
    arg_dim(s, "channels", channels);
    arg_dim(s, "inner", shape_product(x, 2, x->rank));
    arg_int(s, "by_group", scales_by_group);
    arg_real(s, "epsilon", attr_float(n, "epsilon", 1e-5));
    step_inplace(s, n->in[0], n->out[0]);
}

static void lower_group(Node *n)
{
    Dim groups = dim_const(groups_attribute(n));
    lower_with(n, groups, dim_floordiv(dim_at(n->in[0], 1), groups), by_group(n));
}

static void lower_instance(Node *n)
{
    lower_with(n, dim_at(n->in[0], 1), dim_const(1), false);
}

const Op ops_group_norm[] = {
    {.name = "GroupNormalization", .domain = "", .since = 18, .infer = infer_group, .lower = lower_group},
    {.name = "InstanceNormalization", .domain = "", .since = 1, .infer = infer_instance, .lower = lower_instance},
    {0},
};
