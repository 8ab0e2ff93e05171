/* New nodes that take the place of one. */
#include "op.h"

#include "number.h"

/* The version of ai.onnx that parts are written for, whatever n's own: axes are inputs, Softmax has one axis, ... */
enum { PARTS_OPSET = 23 };

/* What the parts of n are named after. */
static const char *base_name(const Node *n)
{
    if (n->name && *n->name) return n->name;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) return n->out[i]->name;
    return n->op_type;
}

Node *make_node(Node *n, const char *op_type, int n_in, Value **inputs, Value *result)
{
    const char *name = mem_printf("%s/%s", base_name(n), op_type);
    Node *made = node_new(n->graph, name, op_type, "", PARTS_OPSET);
    for (int i = 0; i < n_in; i++) node_add_input(made, inputs[i]);
    node_add_output(made, result ? result : value_new(n->graph, name));
    graph_insert(n->graph, graph_index(n->graph, n), made);
    return made;
}

Value *make1(Node *n, const char *op_type, Value *a, Value *result)
{
    return make_node(n, op_type, 1, &a, result)->out[0];
}

Value *make2(Node *n, const char *op_type, Value *a, Value *b, Value *result)
{
    return make_node(n, op_type, 2, (Value *[]){a, b}, result)->out[0];
}

Value *make3(Node *n, const char *op_type, Value *a, Value *b, Value *c, Value *result)
{
    return make_node(n, op_type, 3, (Value *[]){a, b, c}, result)->out[0];
}

static Value *constant(Node *n, DType dtype, const Shape *shape, const void *data)
{
    return value_const(n->graph, mem_printf("%s/constant", base_name(n)), dtype, shape, data);
}

Value *const_ints(Node *n, int count, const int64_t *values)
{
    Shape shape = shape_const(1, (int64_t[]){count});
    return constant(n, DT_INT64, &shape, mem_dup(values, (size_t)count * sizeof *values));
}

Value *const_scalar(Node *n, DType dtype, double value)
{
    Shape shape = shape_scalar();
    void *data = mem_alloc(sizeof value);
    number_set(dtype, data, value);
    return constant(n, dtype, &shape, data);
}
