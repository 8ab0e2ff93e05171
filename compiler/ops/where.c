/* Where: https://onnx.ai/onnx/operators/onnx__Where.html */
#include "op/op.h"

static bool is_scalar_in_c(DType t)
{
    return t != DT_STRING && t != DT_COMPLEX64 && t != DT_COMPLEX128;
}

static void infer_where(Node *n)
{
    Shape shape;
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, (DType[]){DT_BOOL}, 1) ||
        !need_same_type(n, 1, 2))
        return;
    DType t = n->in[1]->type.dtype;
    if (dtype_bits(t) < 8)
        node_error(n, "input 1 \"%s\" is %s, expected a type of whole bytes; put a Cast before it in the model",
                   shown(n->in[1]->name), dtype_name(t));
    else if (broadcast_inputs(n, 0, 3, &shape)) set_out(n, 0, t, &shape);
}

/* With a known condition, each element is one of two expressions. */
static void where_elements(Node *n)
{
    const Shape *shape = &n->out[0]->type.shape;
    const bool *condition = n->in[0]->data;
    Dim *a, *b;
    if (!condition || known_dims(n->in[1], &a) < 0 || known_dims(n->in[2], &b) < 0 || !shape_is_const(shape)) return;
    int64_t count = value_count(n->out[0]);
    Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
    for (int64_t i = 0; i < count; i++)
        dims[i] = condition[broadcast_index(shape, &n->in[0]->type.shape, i)]
                      ? a[broadcast_index(shape, &n->in[1]->type.shape, i)]
                      : b[broadcast_index(shape, &n->in[2]->type.shape, i)];
    n->out[0]->elements = dims;
}

static void lower_bytes(Node *n)
{
    const Shape *shape = &n->out[0]->type.shape;
    DType t = n->out[0]->type.dtype;
    Step *s = step_call(n, "where_bytes");
    arg_inputs(s, 0, 3, (const char *const[]){"condition", "a", "b"});
    arg_out(s, "y", n->out[0]);
    arg_int(s, "size", t == DT_STRING ? 0 : dtype_bits(t) / 8);
    arg_int(s, "rank", shape->rank);
    arg_dims(s, "shape", shape->rank, shape->dim);
    static const char *const names[] = {"condition_stride", "a_stride", "b_stride"};
    for (int i = 0; i < 3; i++) {
        Dim strides[MAX_RANK];
        broadcast_strides(shape, n->in[i], strides);
        arg_dims(s, names[i], shape->rank, strides);
    }
}

static void lower_where(Node *n)
{
    DType t = n->out[0]->type.dtype,
          working = dtype_bits(t) == 8 && t != DT_INT8 && t != DT_BOOL ? DT_UINT8 : compute_type(t);
    if (!is_scalar_in_c(t)) {
        lower_bytes(n);
        return;
    }
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref args[3];
    for (int i = 0; i < 3; i++) args[i] = loop_read(s, n->in[i]);
    loop_store(s, n->out[0], loop_apply(s, working, mem_printf("where_%s", dtype_suffix(working)), 3, args));
}

const Op ops_where[] = {
    {.name = "Where",
     .domain = "",
     .since = 9,
     .infer = infer_where,
     .lower = lower_where,
     .flags = OP_HALF_NATIVE | OP_BROADCAST,
     .elements = where_elements},
    {0},
};
