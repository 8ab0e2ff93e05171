/* Walking messages. Graphs are nested no deeper than wire_check allows. */
#include "proto/proto.h"

void each_graph(const GraphProto *g, GraphVisitor *visit, void *context)
{
    visit(g, context);
    each_graph_within(g->n_node, g->node, visit, context);
}

void each_graph_within(size_t count, NodeProto *const *nodes, GraphVisitor *visit, void *context)
{
    for (size_t i = 0; i < count; i++)
        for (size_t a = 0; a < nodes[i]->n_attribute; a++) {
            const AttributeProto *attribute = nodes[i]->attribute[a];
            if (attribute->g) each_graph(attribute->g, visit, context);
            for (size_t k = 0; k < attribute->n_graphs; k++) each_graph(attribute->graphs[k], visit, context);
        }
}

/* -- tensors ----------------------------------------------------------------------------------- */

typedef struct {
    TensorVisitor *visit;
    void *context;
} Visiting;

static void visit_one(TensorProto *t, const Visiting *v)
{
    if (t) v->visit(t, v->context);
}

static void visit_sparse(const SparseTensorProto *t, const Visiting *v)
{
    if (!t) return;
    visit_one(t->values, v);
    visit_one(t->indices, v);
}

static void visit_attributes(size_t count, NodeProto *const *nodes, const Visiting *v)
{
    for (size_t i = 0; i < count; i++)
        for (size_t a = 0; a < nodes[i]->n_attribute; a++) {
            const AttributeProto *attribute = nodes[i]->attribute[a];
            visit_one(attribute->t, v);
            visit_sparse(attribute->sparse_tensor, v);
            for (size_t k = 0; k < attribute->n_tensors; k++) visit_one(attribute->tensors[k], v);
            for (size_t k = 0; k < attribute->n_sparse_tensors; k++) visit_sparse(attribute->sparse_tensors[k], v);
        }
}

static void visit_graph(const GraphProto *g, void *context)
{
    for (size_t i = 0; i < g->n_initializer; i++) visit_one(g->initializer[i], context);
    for (size_t i = 0; i < g->n_sparse_initializer; i++) visit_sparse(g->sparse_initializer[i], context);
    visit_attributes(g->n_node, g->node, context);
}

void each_tensor(const ModelProto *m, TensorVisitor *visit, void *context)
{
    Visiting v = {visit, context};
    each_graph(m->graph, visit_graph, &v);
    for (size_t i = 0; i < m->n_functions; i++) {
        visit_attributes(m->functions[i]->n_node, m->functions[i]->node, &v);
        each_graph_within(m->functions[i]->n_node, m->functions[i]->node, visit_graph, &v);
    }
}

/* -- names ------------------------------------------------------------------------------------- */

/* Names that a graph inside a node defines, and those of the graphs around it up to the node. */
typedef struct Inner {
    const struct Inner *around;
    Map *defined;
} Inner;

typedef struct {
    NameVisitor *visit;
    void *context;
} Reading;

static void read_name(const Reading *r, Foreign name, const Inner *inner)
{
    for (; inner; inner = inner->around)
        if (map_get(inner->defined, name)) return;
    if (!foreign_empty(name)) r->visit(name, r->context);
}

static Map *names_defined(const GraphProto *g)
{
    Map *defined = map_new();
    for (size_t i = 0; i < g->n_input; i++) map_put(defined, proto_text(g->input[i]->name), defined);
    for (size_t i = 0; i < g->n_initializer; i++) map_put(defined, proto_text(g->initializer[i]->name), defined);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values)
            map_put(defined, proto_text(g->sparse_initializer[i]->values->name), defined);
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++) map_put(defined, proto_text(g->node[i]->output[k]), defined);
    return defined;
}

static void read_node(const Reading *r, const NodeProto *n, const Inner *inner);

static void read_graph(const Reading *r, const GraphProto *g, const Inner *around)
{
    if (!g) return;
    Inner inner = {around, names_defined(g)};
    for (size_t i = 0; i < g->n_node; i++) read_node(r, g->node[i], &inner);
    for (size_t i = 0; i < g->n_output; i++) read_name(r, proto_text(g->output[i]->name), &inner);
}

static void read_node(const Reading *r, const NodeProto *n, const Inner *inner)
{
    for (size_t i = 0; i < n->n_input; i++) read_name(r, proto_text(n->input[i]), inner);
    for (size_t i = 0; i < n->n_attribute; i++) {
        read_graph(r, n->attribute[i]->g, inner);
        for (size_t k = 0; k < n->attribute[i]->n_graphs; k++) read_graph(r, n->attribute[i]->graphs[k], inner);
    }
}

void each_name_read(const NodeProto *n, NameVisitor *visit, void *context)
{
    Reading r = {visit, context};
    read_node(&r, n, NULL);
}
