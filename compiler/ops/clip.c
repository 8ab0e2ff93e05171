/* Clip: https://onnx.ai/onnx/operators/onnx__Clip.html
 * The bounds are attributes before opset 11, scalar inputs since. A missing bound is none: infinities stay, as they do
 * in the operator's function body. */
#include "op/op.h"

static void infer_clip(Node *n)
{
    if (!need_counts(n, 1, n->opset < 11 ? 1 : 3, 1, 1) || !need_tensor_inputs(n)) return;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_float(t) && !dtype_is_integer(t)) {
        node_error(n, "input 0 \"%s\" is %s, expected a number; put a Cast before it in the model",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    for (int i = 1; i < n->n_in; i++) {
        if (!need_same_type(n, 0, i)) return;
        if (!n->in[i] || dim_is(elements(n->in[i]), 1)) continue;
        node_invalid(n, "input %d \"%s\" has shape %s, expected a scalar", i, shown(n->in[i]->name),
                     shown(shape_text(&n->in[i]->type.shape)));
        return;
    }
    set_out_like(n, 0, n->in[0]);
}

static void clip_elements(Node *n)
{
    Dim *x, *low, *high;
    int count = known_dims(n->in[0], &x);
    if (count < 0 || n->opset < 11 || !n->in[0]->elements) return;
    if ((input_of(n, 1) && known_dims(n->in[1], &low) < 0) || (input_of(n, 2) && known_dims(n->in[2], &high) < 0))
        return;
    Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
    for (int i = 0; i < count; i++) {
        dims[i] = input_of(n, 1) ? dim_max(x[i], low[0]) : x[i];
        if (input_of(n, 2)) dims[i] = dim_min(dims[i], high[0]);
    }
    n->out[0]->elements = dims;
}

/* Bound `i` (1: min, 2: max): false if there is none. */
static bool read_bound(Step *s, Node *n, int i, Ref *bound)
{
    static const char *const names[] = {"min", "max"};
    if (n->opset < 11) {
        *bound = loop_real(attr_float(n, names[i - 1], 0));
        return attr_find(n, names[i - 1]) != NULL;
    }
    Value *v = input_of(n, i);
    double known;
    Dim strides[MAX_RANK];
    if (!v) return false;
    for (int d = 0; d < s->loop->rank; d++) strides[d] = dim_const(0);
    *bound = dtype_is_float(v->type.dtype) && known_scalar(v, &known) ? loop_real(known)
                                                                      : loop_read_strided(s, v, NULL, strides);
    return true;
}

static bool has_bound(const Node *n, int i)
{
    return n->opset < 11 ? attr_find(n, i == 1 ? "min" : "max") != NULL : input_of(n, i) != NULL;
}

static void lower_clip(Node *n)
{
    DType t = compute_type(n->out[0]->type.dtype);
    if (!has_bound(n, 1) && !has_bound(n, 2)) {
        lower_as_view(n);
        return;
    }
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref args[3] = {loop_read(s, n->in[0])};
    int count = 1;
    bool low = read_bound(s, n, 1, &args[count]);
    count += low;
    bool high = read_bound(s, n, 2, &args[count]);
    count += high;
    const char *function = low && high ? "clip" : low ? "max" : "min";
    loop_store(s, n->out[0], loop_apply(s, t, mem_printf("%s_%s", function, dtype_suffix(t)), count, args));
}

const Op ops_clip[] = {
    {.name = "Clip",
     .domain = "",
     .since = 1,
     .infer = infer_clip,
     .lower = lower_clip,
     .flags = OP_HALF_NATIVE | OP_BROADCAST,
     .elements = clip_elements},
    {0},
};
