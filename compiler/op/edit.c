/* Editing a graph: what the rewrites and layout do to nodes. */
#include "op/edit.h"

Node *only_producer(const Node *n, int input)
{
    const Value *v = input_of(n, input);
    if (!v || !v->producer || v->is_output || v->producer->graph != n->graph) return NULL;
    return value_use_count(v) == 1 ? v->producer : NULL;
}

void take_outputs(Node *by, Node *n)
{
    Value *freed = by->out[0];
    by->out[0] = n->out[0];
    by->out[0]->producer = by;
    n->out[0] = freed;
    freed->producer = n;
}

void note_fused(Node *into, const Node *n)
{
    const char *name = foreign_empty(n->name) ? "" : mem_printf(" \"%s\"", in_comment(n->name));
    const char *text = mem_printf("%s%s", in_comment(n->op_type), name);
    into->fused = into->fused ? mem_printf("%s, %s", into->fused, text) : text;
}

void move_before(Node *moved, Node *n)
{
    graph_remove(moved);
    graph_insert_before(n, moved);
}

void set_input(Node *n, int i, Value *v)
{
    while (n->n_in <= i) node_add_input(n, NULL);
    node_set_input(n, i, v);
}

Node *replace_node(Node *n, const char *op_type, int n_in, Value **inputs)
{
    const Value *y = n->out[0];
    Node *made = node_new(n->graph, n->name, op_type, "", 24);
    for (int i = 0; i < n_in; i++) node_add_input(made, inputs[i]);
    node_add_output(made, value_typed(n->graph, y->wanted, y->type.dtype, &y->type.shape));
    made->op = op_find("", op_type, made->opset);
    graph_insert_before(n, made);
    note_fused(made, n);
    take_outputs(made, n);
    return made;
}

Value *new_weight(Node *n, Foreign name, const Shape *shape, float **data, const char *origin)
{
    *data = mem_array((size_t)dim_value(shape_elements(shape)) + 1, sizeof **data);
    Value *v = value_const(n->graph, name, DT_FLOAT, shape, *data);
    v->origin = origin;
    return v;
}
