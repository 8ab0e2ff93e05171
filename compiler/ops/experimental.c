/* Operators of the first opsets that no longer are, as Caffe2 and WinML wrote them, and ONNX Runtime still takes them:
 *   Affine               alpha x + beta
 *   Crop                 of images, border [left, top, right, bottom]; or from left and top on, scale [height, width]
 *   DynamicSlice         Slice
 *   ImageScaler          scale x + bias of the channel
 *   ParametricSoftplus   alpha softplus(beta x)
 *   Scale                scale x
 *   ScaledTanh           alpha tanh(beta x)
 * Attributes left out are 1, added ones 0. */
#include "ops/shared/shared.h"

static void infer_like_x(Node *n)
{
    if (need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n) && need_float(n, 0)) set_out_like(n, 0, n->in[0]);
}

/* x times an attribute. */
static Value *times(Node *n, Value *x, const char *attribute, Value *result)
{
    return make2(n, "Mul", x, const_scalar(n, n->in[0]->type.dtype, attr_float(n, attribute, 1)), result);
}

static void expand_affine(Node *n)
{
    Value *product = times(n, n->in[0], "alpha", NULL);
    make2(n, "Add", product, const_scalar(n, n->in[0]->type.dtype, attr_float(n, "beta", 0)), n->out[0]);
}

static void expand_scale(Node *n)
{
    times(n, n->in[0], "scale", n->out[0]);
}

static void expand_scaled_tanh(Node *n)
{
    Value *inner = times(n, n->in[0], "beta", NULL), *tanh = make1(n, "Tanh", inner, NULL);
    times(n, tanh, "alpha", n->out[0]);
}

static void expand_parametric_softplus(Node *n)
{
    Value *inner = times(n, n->in[0], "beta", NULL), *softplus = make1(n, "Softplus", inner, NULL);
    times(n, softplus, "alpha", n->out[0]);
}

/* -- images ------------------------------------------------------------------------------------ */

static void infer_image_scaler(Node *n)
{
    const float *bias;
    int count = attr_floats(n, "bias", &bias);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 4, 4)) return;
    Dim channels = dim_at(n->in[0], 1);
    if (dim_is_const(channels) && dim_value(channels) <= count) set_out_like(n, 0, n->in[0]);
    else node_error(n, "has %d biases for %s channels", count, shown(dim_text(channels)));
}

static void expand_image_scaler(Node *n)
{
    const float *bias;
    if (attr_floats(n, "bias", &bias) < 1) return;
    Value *scaled = times(n, n->in[0], "scale", NULL);
    Value *biases = const_floats(n, (int)dim_value(dim_at(n->in[0], 1)), bias);
    if (n->in[0]->type.dtype != DT_FLOAT) biases = cast_to(n, biases, n->in[0]->type.dtype, NULL);
    Value *fitted = reshape_to(n, biases, 3, (int64_t[]){-1, 1, 1});
    make2(n, "Add", scaled, fitted, n->out[0]);
}

static void infer_crop(Node *n)
{
    const int64_t *border, *scale;
    int borders = attr_ints(n, "border", &border), scales = attr_ints(n, "scale", &scale);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 4, 4)) return;
    if (borders != 4 || (scales != 0 && scales != 2)) {
        node_invalid(n, "has %d borders and a scale of %d, expected 4 and (if any) 2", borders, scales);
        return;
    }
    for (int i = 0; i < 4; i++) {
        int64_t size = i < 2 && scales ? scale[i] : 0;
        if (border[i] >= 0 && border[i] <= INT32_MAX && size >= 0 && size <= INT32_MAX) continue;
        node_invalid(n, "border %d is %lld, expected 0 or more, as are sizes", i, (long long)border[i]);
        return;
    }
}

/* Slice counts a negative end from the last; no border is no end. */
static int64_t end_before(int64_t border)
{
    return border ? -border : INT64_MAX;
}

static void expand_crop(Node *n)
{
    const int64_t *border, *scale;
    if (attr_ints(n, "border", &border) != 4) return;
    bool sized = attr_ints(n, "scale", &scale) == 2;
    int64_t left = border[0], top = border[1];
    int64_t bottom = sized ? top + scale[0] : end_before(border[3]);
    int64_t right = sized ? left + scale[1] : end_before(border[2]);
    Value *starts = const_ints(n, 2, (int64_t[]){top, left}), *ends = const_ints(n, 2, (int64_t[]){bottom, right});
    Value *axes = const_ints(n, 2, (int64_t[]){2, 3});
    make_node(n, "Slice", 4, (Value *[]){n->in[0], starts, ends, axes}, n->out[0]);
}

/* -- DynamicSlice ------------------------------------------------------------------------------ */

static void infer_dynamic_slice(Node *n)
{
    if (need_counts(n, 3, 4, 1, 1)) need_tensor_inputs(n);
}

static void expand_dynamic_slice(Node *n)
{
    make_node(n, "Slice", n->n_in, n->in, n->out[0]);
}

#define EXPERIMENTAL(op, i, e) \
    { \
        .name = op, .domain = "", .since = 1, .infer = infer_##i, .expand = expand_##e, .flags = OP_HALF_NATIVE \
    }

const Op ops_experimental[] = {
    EXPERIMENTAL("Affine", like_x, affine),
    EXPERIMENTAL("Crop", crop, crop),
    EXPERIMENTAL("DynamicSlice", dynamic_slice, dynamic_slice),
    EXPERIMENTAL("ImageScaler", image_scaler, image_scaler),
    EXPERIMENTAL("ParametricSoftplus", like_x, parametric_softplus),
    EXPERIMENTAL("Scale", like_x, scale),
    EXPERIMENTAL("ScaledTanh", like_x, scaled_tanh),
    {0},
};
