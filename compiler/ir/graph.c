/* Building and changing graphs. */
#include "ir/ir.h"

#include <math.h>
#include <string.h>

Dim param_size(const Param *p)
{
    Dim steps = dim_mul(dim_const(p->step), dim_symbol(p->symbol, 0, 0));
    return dim_add(dim_const(p->base), steps);
}

Graph *graph_new(Model *model, Graph *parent, Foreign name)
{
    Graph *g = mem_alloc(sizeof *g);
    g->name = name;
    g->model = model;
    g->parent = parent;
    if (!model->values) model->values = map_new();
    return g;
}

/* -- values ------------------------------------------------------------------------------------ */

static Foreign unique_name(Map *values, Foreign name)
{
    Value *first = map_get(values, name);
    if (!first) return name;
    for (;;) {
        Foreign candidate = foreign_suffixed(name, "_%d", ++first->namesakes);
        if (!map_get(values, candidate)) return candidate;
    }
}

Value *value_new(Graph *g, Foreign name)
{
    Map *names = g->model->values;
    Value *v = mem_alloc(sizeof *v);
    v->name = unique_name(names, name);
    v->wanted = name;
    v->graph = g;
    v->type.shape.rank = v->declared.shape.rank = -1;
    v->arena_offset = -1;
    map_put(names, v->name, v);
    mem_grow(&g->values, &g->cap_values, g->n_values + 1, sizeof(Value *));
    g->values[g->n_values++] = v;
    return v;
}

void values_swap_names(Value *a, Value *b)
{
    const Foreign name = a->name, wanted = a->wanted;
    a->name = b->name;
    a->wanted = b->wanted;
    b->name = name;
    b->wanted = wanted;
    map_put(a->graph->model->values, a->name, a);
    map_put(b->graph->model->values, b->name, b);
}

Value *value_typed(Graph *g, Foreign name, DType dtype, const Shape *shape)
{
    Value *v = value_new(g, name);
    v->type = (Type){.kind = KIND_TENSOR, .dtype = dtype, .shape = *shape};
    return v;
}

Value *value_const(Graph *g, Foreign name, DType dtype, const Shape *shape, const void *data)
{
    Value *v = value_typed(g, name, dtype, shape);
    v->data = data;
    return v;
}

bool value_becomes_state(const Value *v)
{
    const Model *m = v->graph->model;
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].in == v || m->graph->outputs[m->states[i].output] == v) return true;
    return false;
}

bool value_is_callers(const Value *v)
{
    return v->is_input || v->is_output || v->is_state;
}

bool value_is_const(const Value *v)
{
    return v->data != NULL;
}

Foreign value_string(const Value *v, int64_t i)
{
    return foreign_element(v->data, i);
}

int64_t value_count(const Value *v)
{
    return dim_high(shape_elements(&v->type.shape));
}

int64_t value_bytes(const Value *v)
{
    return dtype_bytes(v->type.dtype, value_count(v));
}

/* -- nodes ------------------------------------------------------------------------------------- */

Node *node_of_model(Graph *g, Foreign name, Foreign op_type, Foreign domain, int opset)
{
    Node *n = mem_alloc(sizeof *n);
    n->name = name;
    n->op_type = op_type;
    n->domain = domain;
    n->opset = opset;
    n->graph = g;
    n->clamp_low = -INFINITY;
    n->clamp_high = INFINITY;
    return n;
}

Node *node_new(Graph *g, Foreign name, const char *op_type, const char *domain, int opset)
{
    return node_of_model(g, name, foreign(op_type), foreign(domain), opset);
}

Node *node_like(Graph *g, const Node *n)
{
    Node *like = node_of_model(g, n->name, n->op_type, n->domain, n->opset);
    like->own = n->own;
    like->attrs = n->attrs;
    like->n_attrs = n->n_attrs;
    return like;
}

Foreign node_stem(const Node *n)
{
    if (!foreign_empty(n->name)) return n->name;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) return n->out[i]->wanted;
    return n->op_type;
}

bool node_is(const Node *n, const char *op_type)
{
    return n && foreign_empty(n->domain) && foreign_is(n->op_type, op_type);
}

void node_add_output(Node *n, Value *v)
{
    if (n->cap_out < n->n_out) n->cap_out = n->n_out; /* made to measure */
    mem_grow(&n->out, &n->cap_out, n->n_out + 1, sizeof *n->out);
    n->out[n->n_out++] = v;
    if (v) v->producer = n;
}

Attr *node_add_attr(Node *n, const char *name, AttrType type, int count)
{
    Attr *longer = mem_array((size_t)n->n_attrs + 1, sizeof *longer);
    if (n->n_attrs) memcpy(longer, n->attrs, (size_t)n->n_attrs * sizeof *longer);
    n->attrs = longer;
    Attr *a = &n->attrs[n->n_attrs++];
    a->name = foreign(name);
    a->type = type;
    a->count = count;
    return a;
}

/* -- graphs ------------------------------------------------------------------------------------ */

Graph *graph_root(Graph *g)
{
    while (g->parent) g = g->parent;
    return g;
}

bool graph_is_within(const Graph *g, const Graph *outer)
{
    while (g && g != outer) g = g->parent;
    return g != NULL;
}

Foreign value_model_name(const Value *v)
{
    return foreign_none(v->model_name) ? v->name : v->model_name;
}

Local *local_find(const Model *m, Foreign symbol)
{
    uintptr_t number = m->n_locals ? (uintptr_t)map_get(m->local_numbers, symbol) : 0;
    return number ? &m->locals[number - 1] : NULL;
}

void local_add(Model *m, Local l)
{
    if (!m->local_numbers) m->local_numbers = map_new();
    mem_grow(&m->locals, &m->cap_locals, m->n_locals + 1, sizeof *m->locals);
    m->locals[m->n_locals++] = l;
    map_put(m->local_numbers, l.symbol, (void *)(uintptr_t)m->n_locals);
}

Optimize optimize_for(const Options *o)
{
    return o->optimize == OPTIMIZE_DEFAULT ? o->target->optimize : o->optimize;
}

bool takes_scalars(const Options *o)
{
    return target_is_scalar(o->target) || optimize_for(o) == OPTIMIZE_SIZE;
}

bool rounds_products(const Options *o)
{
    return o->precision != DT_UNDEFINED && !takes_scalars(o) && target_multiplies(o->target, o->precision);
}
