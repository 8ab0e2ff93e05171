/* The rounds of passes over a graph, and what passes ask and do. */
#include "models/simplify.h"

#include "op/op.h"

enum { MOST_ROUNDS = 50 };

/* -- asking ------------------------------------------------------------------------------------ */

bool is_op(const NodeProto *n, const char *name)
{
    return foreign_empty(short_domain(proto_text(n->domain))) && foreign_is(proto_text(n->op_type), name);
}

Foreign read_by(const NodeProto *n, size_t i)
{
    return i < n->n_input ? proto_text(n->input[i]) : foreign("");
}

const Value *value_known(const Simple *s, Foreign name)
{
    const Value *v = s->known->values && !foreign_empty(name) ? map_get(s->known->values, name) : NULL;
    if (!v || v->graph != s->known->graph || v->type.kind != KIND_TENSOR || v->type.dtype == DT_UNDEFINED) return NULL;
    for (int i = 0; i < v->type.shape.rank; i++)
        if (!v->type.shape.dim[i]) return NULL;
    return v->type.shape.rank < 0 ? NULL : v;
}

const Value *constant_known(const Simple *s, Foreign name)
{
    const Value *v = value_known(s, name);
    return v && v->data && shape_is_const(&v->type.shape) ? v : NULL;
}

bool same_type(const Simple *s, Foreign a, Foreign b)
{
    const Value *x = value_known(s, a), *y = value_known(s, b);
    return x && y && x->type.dtype == y->type.dtype && shape_equal(&x->type.shape, &y->type.shape);
}

int use_count(const Simple *s, Foreign name)
{
    const int *count = map_get(s->uses, name);
    return count ? *count : 0;
}

NodeProto *only_maker(const Simple *s, Foreign name, const char *op)
{
    const size_t *maker = foreign_empty(name) ? NULL : map_get(s->makers, name);
    if (!maker || s->gone[*maker] || use_count(s, name) != 1 || map_get(s->outputs, name)) return NULL;
    NodeProto *n = s->graph->node[*maker];
    return is_op(n, op) ? n : NULL;
}

const AttributeProto *attribute_of(const NodeProto *n, const char *name)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (foreign_is(proto_text(n->attribute[i]->name), name)) return n->attribute[i];
    return NULL;
}

/* -- changing ---------------------------------------------------------------------------------- */

void drop_node(Simple *s, size_t i)
{
    s->gone[i] = true;
}

static void add_uses(Simple *s, Foreign name, int more)
{
    int *count = map_get(s->uses, name);
    if (count) *count += more;
}

static void rename_value(Simple *s, Foreign from, Foreign to)
{
    Foreign *name = mem_alloc(sizeof *name);
    *name = to;
    map_put(s->renamed, from, name);
}

/* An output of the graph keeps its name, which the value gets that it was made of. */
static bool replace_output(Simple *s, Foreign name, Foreign by)
{
    size_t *maker = map_get(s->makers, by);
    if (!maker || map_get(s->outputs, by)) return false;
    NodeProto *n = s->graph->node[*maker];
    for (size_t k = 0; k < n->n_output; k++)
        if (foreign_equal(proto_text(n->output[k]), by)) n->output[k] = name;
    rename_value(s, by, name);
    map_put(s->makers, name, maker);
    add_uses(s, name, use_count(s, by));
    return true;
}

bool replace_by(Simple *s, size_t i, Foreign by)
{
    Foreign name = proto_text(s->graph->node[i]->output[0]);
    if (map_get(s->outputs, name)) {
        if (!replace_output(s, name, by)) return false;
    } else {
        rename_value(s, name, by);
        add_uses(s, by, use_count(s, name));
    }
    drop_node(s, i);
    return true;
}

void put_input(NodeProto *n, size_t i, Foreign name)
{
    if (i >= n->n_input) {
        Foreign *longer = mem_array(i + 1, sizeof *longer);
        for (size_t k = 0; k <= i; k++) longer[k] = read_by(n, k);
        n->input = longer;
        n->n_input = i + 1;
    }
    n->input[i] = name;
}

Foreign new_constant(Simple *s, Foreign stem, DType t, const Shape *shape, const void *data)
{
    return value_const(s->known->graph, stem, t, shape, data)->name;
}

/* -- rounds ------------------------------------------------------------------------------------ */

static Foreign name_now(const Simple *s, Foreign name)
{
    for (const Foreign *now; !foreign_empty(name) && (now = map_get(s->renamed, name));) name = *now;
    return name;
}

static void rename_graph(const GraphProto *g, void *context);

static void rename_reads(const Simple *s, NodeProto *n)
{
    for (size_t i = 0; i < n->n_input; i++) n->input[i] = name_now(s, proto_text(n->input[i]));
    each_graph_within(1, &n, rename_graph, (void *)(uintptr_t)s);
}

/* Names within are those around, unless they are its own; those are never renamed. */
static void rename_graph(const GraphProto *g, void *context)
{
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_input; k++)
            g->node[i]->input[k] = name_now(context, proto_text(g->node[i]->input[k]));
    for (size_t i = 0; i < g->n_output; i++) g->output[i]->name = name_now(context, proto_text(g->output[i]->name));
}

static void count_use(Foreign name, void *context)
{
    Simple *s = context;
    int *count = map_get(s->uses, name);
    if (!count) map_put(s->uses, name, count = mem_alloc(sizeof *count));
    ++*count;
}

static void index_graph(Simple *s)
{
    GraphProto *g = s->graph;
    s->makers = map_new();
    s->uses = map_new();
    s->outputs = map_new();
    s->renamed = map_new();
    s->seen = map_new();
    for (size_t i = 0; i < g->n_node; i++) {
        each_name_read(g->node[i], count_use, s);
        for (size_t k = 0; k < g->node[i]->n_output; k++)
            if (!foreign_empty(proto_text(g->node[i]->output[k])))
                map_put(s->makers, g->node[i]->output[k], &s->numbers[i]);
    }
    for (size_t i = 0; i < g->n_output; i++) {
        map_put(s->outputs, proto_text(g->output[i]->name), s);
        count_use(proto_text(g->output[i]->name), s);
    }
}

/* Nodes that nobody reads go, too, so that what they read has one reader less. */
static void sweep(Simple *s)
{
    GraphProto *g = s->graph;
    size_t kept = 0;
    for (size_t i = 0; i < g->n_node; i++) {
        bool used = false;
        for (size_t k = 0; k < g->node[i]->n_output; k++)
            used = used || (!foreign_empty(proto_text(g->node[i]->output[k])) && use_count(s, g->node[i]->output[k]));
        if (!used) s->changed = true;
        else if (!s->gone[i]) g->node[kept++] = g->node[i];
    }
    g->n_node = kept;
    for (size_t i = 0; i < kept; i++) s->gone[i] = false;
    for (size_t i = 0; i < kept; i++) rename_reads(s, g->node[i]);
}

static void one_round(Simple *s, SimplePass *const *passes)
{
    s->changed = false;
    index_graph(s);
    for (size_t i = 0; i < s->graph->n_node; i++) {
        rename_reads(s, s->graph->node[i]);
        for (int p = 0; passes[p] && !s->gone[i]; p++) s->changed = passes[p](s, i) || s->changed;
    }
    sweep(s);
}

/* -- what is left ------------------------------------------------------------------------------ */

typedef struct {
    Simple *s;
    Map *there; /* names with an initializer, or a maker */
    TensorProto **list;
    int count, capacity;
} Adding;

static void add_constant(Foreign name, void *context)
{
    Adding *a = context;
    const Value *v = map_get(a->there, name) ? NULL : constant_known(a->s, name);
    if (!v || v->is_input) return;
    mem_grow(&a->list, &a->capacity, a->count + 1, sizeof *a->list);
    a->list[a->count++] = known_tensor(v, name);
    map_put(a->there, name, a);
}

/* Constants that nodes read become initializers. */
static void add_constants(Simple *s)
{
    GraphProto *g = s->graph;
    Adding a = {.s = s, .there = map_new(), .count = (int)g->n_initializer};
    mem_grow(&a.list, &a.capacity, a.count + 1, sizeof *a.list);
    for (size_t i = 0; i < g->n_initializer; i++) {
        a.list[i] = g->initializer[i];
        map_put(a.there, proto_text(g->initializer[i]->name), s);
    }
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values) map_put(a.there, proto_text(g->sparse_initializer[i]->values->name), s);
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++) map_put(a.there, proto_text(g->node[i]->output[k]), s);
    for (size_t i = 0; i < g->n_node; i++) each_name_read(g->node[i], add_constant, &a);
    for (size_t i = 0; i < g->n_output; i++) add_constant(proto_text(g->output[i]->name), &a);
    g->initializer = a.list;
    g->n_initializer = (size_t)a.count;
}

/* Inputs without a value in the model. */
static void keep_true_inputs(GraphProto *g)
{
    Map *constants = map_new();
    size_t kept = 0;
    for (size_t i = 0; i < g->n_initializer; i++) map_put(constants, proto_text(g->initializer[i]->name), g);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values) map_put(constants, proto_text(g->sparse_initializer[i]->values->name), g);
    for (size_t i = 0; i < g->n_input; i++)
        if (!map_get(constants, proto_text(g->input[i]->name))) g->input[kept++] = g->input[i];
    g->n_input = kept;
}

/* Every value has its type, where that is known. */
static void describe_values(Simple *s)
{
    GraphProto *g = s->graph;
    Map *own = map_new();
    size_t most = 0, count = 0;
    for (size_t i = 0; i < g->n_value_info; i++) map_put(own, proto_text(g->value_info[i]->name), g->value_info[i]);
    for (size_t i = 0; i < g->n_node; i++) most += g->node[i]->n_output;
    ValueInfoProto **infos = mem_array(most, sizeof *infos);
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++) {
            Foreign name = proto_text(g->node[i]->output[k]);
            if (foreign_empty(name) || map_get(s->outputs, name)) continue;
            ValueInfoProto *info = known_info(s->known, NULL, name);
            if (!info) info = map_get(own, name);
            if (info) infos[count++] = info;
        }
    g->value_info = infos;
    g->n_value_info = count;
}

void simplify_graph(ModelProto *proto, Model *known, SimplePass *const *passes)
{
    enum { INITIALIZERS_ALONE = 4 }; /* the IR version from which an initializer need be no input */
    GraphProto *g = proto->graph;
    Simple s = {.proto = proto, .graph = g, .known = known};
    for (int i = 0; i < known->n_opsets; i++)
        if (foreign_empty(known->opsets[i].domain)) s.opset = known->opsets[i].version;
    s.gone = mem_array(g->n_node + 1, sizeof *s.gone);
    s.numbers = mem_array(g->n_node + 1, sizeof *s.numbers);
    for (size_t i = 0; i < g->n_node; i++) s.numbers[i] = i;
    keep_true_inputs(g);
    if (proto->ir_version < INITIALIZERS_ALONE) proto->ir_version = INITIALIZERS_ALONE;
    for (int round = 0; round < MOST_ROUNDS && (!round || s.changed); round++) one_round(&s, passes);
    add_constants(&s);
    describe_values(&s);
}
