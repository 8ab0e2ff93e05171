/* What a model says itself: its operators, inputs and parameters. */
#include "models/inspect.h"

#include "op/op.h"

#include <stdlib.h>

typedef struct {
    Facts *facts;
    Map *places;    /* one more than the index of an operator, by its key */
    Map *functions; /* the model's own */
} Counting;

static Foreign key_of(Foreign domain, Foreign name)
{
    return foreign_join(foreign_suffixed(domain, "\n"), name);
}

static void count_node(Counting *c, const NodeProto *n)
{
    Facts *f = c->facts;
    Foreign domain = short_domain(proto_text(n->domain)), op_type = proto_text(n->op_type),
            key = key_of(domain, op_type);
    uintptr_t place = (uintptr_t)map_get(c->places, key);
    if (!place) {
        mem_grow(&f->operators, &f->cap_operators, f->n_operators + 1, sizeof *f->operators);
        f->operators[f->n_operators] = (OperatorCount){domain, op_type, 0, map_get(c->functions, key) != NULL};
        place = (uintptr_t)++f->n_operators;
        map_put(c->places, key, (void *)place);
    }
    f->operators[place - 1].count++;
}

static void add_tensor(Facts *f, const TensorProto *t)
{
    int64_t elements = tensor_elements(t);
    f->tensors++;
    if (elements > 0 && f->parameters < BYTES_INFINITY) f->parameters += elements;
    if (f->bytes < BYTES_INFINITY) f->bytes += tensor_bytes(t);
}

static void count_graph(const GraphProto *g, void *context)
{
    Counting *c = context;
    for (size_t i = 0; i < g->n_node; i++) count_node(c, g->node[i]);
    for (size_t i = 0; i < g->n_initializer; i++) add_tensor(c->facts, g->initializer[i]);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values) add_tensor(c->facts, g->sparse_initializer[i]->values);
}

static int by_count(const void *a, const void *b)
{
    const OperatorCount *x = a, *y = b;
    if (x->count != y->count) return (x->count < y->count) - (x->count > y->count);
    int order = foreign_order(x->domain, y->domain);
    return order ? order : foreign_order(x->op_type, y->op_type);
}

static void list_inputs(Facts *f, const GraphProto *g)
{
    Map *initialized = map_new();
    for (size_t i = 0; i < g->n_initializer; i++) map_put(initialized, proto_text(g->initializer[i]->name), f);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values)
            map_put(initialized, proto_text(g->sparse_initializer[i]->values->name), f);
    for (size_t i = 0; i < g->n_input; i++) {
        if (map_get(initialized, proto_text(g->input[i]->name))) continue;
        mem_grow(&f->inputs, &f->cap_inputs, f->n_inputs + 1, sizeof *f->inputs);
        f->inputs[f->n_inputs++] = g->input[i];
    }
}

void collect_facts(Facts *f)
{
    const ModelProto *m = f->model;
    Counting c = {f, map_new(), map_new()};
    for (size_t i = 0; i < m->n_functions; i++) {
        const FunctionProto *function = m->functions[i];
        map_put(c.functions, key_of(short_domain(proto_text(function->domain)), proto_text(function->name)), f);
    }
    each_graph(m->graph, count_graph, &c);
    for (size_t i = 0; i < m->n_functions; i++) {
        const FunctionProto *function = m->functions[i];
        for (size_t k = 0; k < function->n_node; k++) count_node(&c, function->node[k]);
        each_graph_within(function->n_node, function->node, count_graph, &c);
    }
    if (f->n_operators > 1) qsort(f->operators, (size_t)f->n_operators, sizeof *f->operators, by_count);
    list_inputs(f, m->graph);
}
