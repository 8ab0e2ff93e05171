/* New nodes that take the place of one. */
#include "op/op.h"

#include "base/base.h"

#include <string.h>

Node *make_node(Node *n, const char *op_type, int n_in, Value **inputs, Value *result)
{
    Foreign name = foreign_suffixed(node_stem(n), "/%s", op_type);
    Node *made = node_new(n->graph, name, op_type, "", PARTS_OPSET);
    for (int i = 0; i < n_in; i++) node_add_input(made, inputs[i]);
    node_add_output(made, result ? result : value_new(n->graph, name));
    graph_insert_before(n, made);
    return made;
}

void become_own(Node *made)
{
    made->domain = foreign(OWN_DOMAIN);
    made->own = op_own(made->op_type);
}

Node *make_own(Node *n, const char *op_type, int n_in, Value **inputs, Value *result)
{
    Node *made = make_node(n, op_type, n_in, inputs, result);
    become_own(made);
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
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/constant"), dtype, shape, data);
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

/* -- packed weights ---------------------------------------------------------------------------- */

Value *packed_find(const Node *n, const Value *w, const char *recipe, const Shape *shape)
{
    Value *v = w->first_packed;
    while (v &&
           (strcmp(v->recipe, recipe) || !shape_equal(&v->type.shape, shape) || !graph_is_within(n->graph, v->graph)))
        v = v->next_packed;
    return v;
}

void packed_note(Value *w, Value *packed, const char *recipe)
{
    packed->recipe = recipe;
    packed->next_packed = w->first_packed;
    w->first_packed = packed;
}

Value *packed_constant(Node *n, Value *w, DType type, const char *how, const Shape *shape, bool *is_new)
{
    Value *found = packed_find(n, w, how, shape);
    *is_new = !found;
    if (found) return found;
    void *data = mem_array((size_t)dim_value(shape_elements(shape)) + 1, (size_t)dtype_bytes(type, 1));
    Graph *g = w->graph ? w->graph : n->graph; /* for other branches, too */
    Value *v = value_const(g, foreign_suffixed(w->wanted, "/packed"), type, shape, data);
    v->origin = w->origin ? mem_printf("%s, %s", w->origin, how) : how;
    packed_note(w, v, how);
    return v;
}

/* -- a subgraph in place of a node ------------------------------------------------------------- */

static void bind_input(Value *input, Value *v)
{
    value_replace(input, v);
    for (int i = input->n_readers - 1; i >= 0; i--) /* outputs that are no node's */
        graph_set_output(input->readers[i].graph, input->readers[i].index, v);
}

static void adopt_values(Graph *to, Graph *from)
{
    for (int i = 0; i < from->n_values; i++) {
        Value *v = from->values[i];
        v->graph = to;
        v->is_input = v->is_output = false;
        mem_grow(&to->values, &to->cap_values, to->n_values + 1, sizeof(Value *));
        to->values[to->n_values++] = v;
    }
}

static void adopt_node(Node *n, Node *by)
{
    graph_remove(by);
    by->graph = n->graph;
    for (int a = 0; a < by->n_attrs; a++)
        for (int k = 0; by->attrs[a].graphs && k < by->attrs[a].count; k++) by->attrs[a].graphs[k]->parent = n->graph;
    graph_insert_before(n, by);
}

void inline_clone(Node *n, const Graph *body, Value **arguments, Value **results)
{
    Graph *copy = graph_clone(body, n->graph);
    for (int i = 0; i < copy->n_inputs && arguments; i++) bind_input(copy->inputs[i], arguments[i]);
    adopt_values(n->graph, copy);
    while (copy->first) adopt_node(n, copy->first);
    for (int i = 0; i < copy->n_outputs; i++) results[i] = copy->outputs[i];
    graph_drop_outputs(copy);
}
