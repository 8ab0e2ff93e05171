/* Shape, Size: https://onnx.ai/onnx/operators/onnx__Shape.html
 * Known at compile time, at least as expressions. At run time they are stored only for operators
 * that want them as data. */
#include "op/op.h"

static int clamp_axis(int64_t axis, int rank)
{
    if (axis < 0) axis += rank;
    return (int)(axis < 0 ? 0 : axis > rank ? rank : axis);
}

/* The dimensions [first, end) that Shape gives. */
static int selected(Node *n, int *first)
{
    int rank = n->in[0]->type.shape.rank;
    *first = n->opset < 15 ? 0 : clamp_axis(attr_int(n, "start", 0), rank);
    int end = n->opset < 15 ? rank : clamp_axis(attr_int(n, "end", rank), rank);
    return end > *first ? end - *first : 0;
}

static void infer_shape(Node *n)
{
    int first;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    Shape y = shape_const(1, (int64_t[]){selected(n, &first)});
    set_out(n, 0, DT_INT64, &y);
}

static void shape_elements_known(Node *n)
{
    int first, count = selected(n, &first);
    n->out[0]->elements = mem_array((size_t)count + 1, sizeof(Dim));
    for (int i = 0; i < count; i++) n->out[0]->elements[i] = n->in[0]->type.shape.dim[first + i];
}

static void lower_shape(Node *n)
{
    int first, count = selected(n, &first);
    Step *s = step_call(n, "store_dims");
    arg_dims(s, "dims", count, &n->in[0]->type.shape.dim[first]);
    arg_int(s, "rank", count);
    arg_out(s, "y", n->out[0]);
}

static void infer_size(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    Shape y = shape_scalar();
    set_out(n, 0, DT_INT64, &y);
}

static void size_element_known(Node *n)
{
    Dim size = elements(n->in[0]);
    n->out[0]->elements = mem_dup(&size, sizeof size);
}

static void lower_size(Node *n)
{
    step_store(n, n->out[0], elements(n->in[0]));
}

const Op ops_shape_size[] = {
    {.name = "Shape",
     .domain = "",
     .since = 1,
     .infer = infer_shape,
     .lower = lower_shape,
     .flags = OP_HALF_NATIVE,
     .elements = shape_elements_known},
    {.name = "Size",
     .domain = "",
     .since = 1,
     .infer = infer_size,
     .lower = lower_size,
     .flags = OP_HALF_NATIVE,
     .elements = size_element_known},
    {0},
};
