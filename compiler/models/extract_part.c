/* The part of a graph between some values and others: what the latter need, walking back to the former. */
#include "models/extract.h"

#include <string.h>

typedef struct {
    GraphProto *graph;
    Model m;            /* for messages */
    const Model *known; /* what is inferred, when it is asked for */
    uintptr_t *numbers; /* i + 1, which maps point to */
    Map *makers;        /* node i + 1 by a value that it makes, and by its name */
    Map *named;
    Map *constants, *inputs, *infos; /* initializers; ValueInfoProtos of inputs; those of everything */
    Map *stops;                      /* where the walk ends: the part's inputs */
    Map *needed;                     /* values */
    bool *kept;                      /* nodes */
    Names todo, from, to;
} Part;

static void push(Names *names, Foreign name)
{
    mem_grow(&names->items, &names->capacity, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

static void index_infos(Part *p, size_t count, ValueInfoProto *const *infos)
{
    for (size_t i = 0; i < count; i++)
        if (!map_get(p->infos, proto_text(infos[i]->name))) map_put(p->infos, proto_text(infos[i]->name), infos[i]);
}

static Part begin_part(GraphProto *g, Foreign path)
{
    Part p = {.graph = g,
              .m = {.path = path},
              .makers = map_new(),
              .named = map_new(),
              .constants = map_new(),
              .inputs = map_new(),
              .infos = map_new(),
              .stops = map_new(),
              .needed = map_new()};
    p.kept = mem_array(g->n_node + 1, sizeof *p.kept);
    p.numbers = mem_array(g->n_node + 1, sizeof *p.numbers);
    for (size_t i = 0; i < g->n_node; i++) {
        p.numbers[i] = i;
        if (!foreign_empty(proto_text(g->node[i]->name))) map_put(p.named, g->node[i]->name, &p.numbers[i]);
        for (size_t k = 0; k < g->node[i]->n_output; k++)
            map_put(p.makers, proto_text(g->node[i]->output[k]), &p.numbers[i]);
    }
    for (size_t i = 0; i < g->n_initializer; i++)
        map_put(p.constants, proto_text(g->initializer[i]->name), g->initializer[i]);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values)
            map_put(p.constants, proto_text(g->sparse_initializer[i]->values->name), g->sparse_initializer[i]);
    for (size_t i = 0; i < g->n_input; i++) map_put(p.inputs, proto_text(g->input[i]->name), g->input[i]);
    index_infos(&p, g->n_input, g->input);
    index_infos(&p, g->n_output, g->output);
    index_infos(&p, g->n_value_info, g->value_info);
    return p;
}

static bool is_value(const Part *p, Foreign name)
{
    return map_get(p->makers, name) || map_get(p->constants, name) || map_get(p->inputs, name);
}

/* What a node reads that some other one makes, or the caller gives: constants come along. */
static void add_input(Foreign name, void *context)
{
    Part *p = context;
    const uintptr_t *maker = map_get(p->makers, name);
    bool is_constant = maker && foreign_is(proto_text(p->graph->node[*maker]->op_type), "Constant");
    if (!is_constant && !map_get(p->constants, name)) push(&p->from, name);
}

static void add_ends(Part *p, const Names *asked, bool from)
{
    for (int i = 0; i < asked->count; i++) {
        Foreign name = asked->items[i];
        const uintptr_t *node = is_value(p, name) ? NULL : map_get(p->named, name);
        const NodeProto *n = node ? p->graph->node[*node] : NULL;
        if (is_value(p, name)) push(from ? &p->from : &p->to, name);
        else if (!n) model_error(&p->m, "\"%s\" is neither a value nor a node of the graph", shown(name));
        else if (from) each_name_read(n, add_input, p);
        for (size_t k = 0; n && !from && k < n->n_output; k++)
            if (!foreign_empty(proto_text(n->output[k]))) push(&p->to, n->output[k]);
    }
}

static void need(Foreign name, void *context)
{
    Part *p = context;
    if (map_get(p->needed, name)) return;
    map_put(p->needed, name, p);
    push(&p->todo, name);
}

static void visit(Part *p, Foreign name, bool all_inputs)
{
    const uintptr_t *maker = map_get(p->makers, name);
    if (map_get(p->stops, name)) return;
    if (maker) {
        if (!p->kept[*maker]) each_name_read(p->graph->node[*maker], need, p);
        p->kept[*maker] = true;
    } else if (!map_get(p->constants, name)) {
        if (!map_get(p->inputs, name)) model_error(&p->m, "\"%s\" is read, but nothing makes it", shown(name));
        else if (!all_inputs) model_error(&p->m, "the part needs the input \"%s\", too; add it to --from", shown(name));
    }
}

static void walk(Part *p, bool all_inputs)
{
    for (int i = 0; i < p->to.count; i++) need(p->to.items[i], p);
    while (p->todo.count) visit(p, p->todo.items[--p->todo.count], all_inputs);
}

/* -- the graph that is left -------------------------------------------------------------------- */

static ValueInfoProto *describe(Part *p, Foreign name)
{
    ValueInfoProto *own = map_get(p->infos, name);
    if ((!own || !own->type) && !p->known) {
        p->known = known_model(p->m.path);
    }
    ValueInfoProto *info = known_info(p->known, own, name);
    if (!info)
        model_error(&p->m, "nothing tells the type of \"%s\"; have the model's shapes inferred first", shown(name));
    return info;
}

/* The inputs in the order in which they are asked for, then those of the model that are kept. */
static void set_inputs(Part *p, bool all_inputs)
{
    GraphProto *g = p->graph;
    ValueInfoProto **inputs = mem_array(g->n_input + (size_t)p->from.count, sizeof *inputs);
    size_t count = 0;
    Map *listed = map_new();
    for (int i = 0; i < p->from.count; i++) {
        Foreign name = p->from.items[i];
        if (map_get(listed, name)) continue;
        map_put(listed, name, p);
        if (!map_get(p->needed, name)) model_warning(&p->m, "nothing of the part needs \"%s\"", shown(name));
        else if ((inputs[count] = describe(p, name))) count++;
    }
    for (size_t i = 0; i < g->n_input; i++) {
        Foreign name = proto_text(g->input[i]->name);
        bool is_default = map_get(p->constants, name) && !map_get(p->stops, name);
        if ((all_inputs || is_default) && map_get(p->needed, name)) inputs[count++] = g->input[i];
    }
    g->input = inputs;
    g->n_input = count;
}

static void set_outputs(Part *p)
{
    GraphProto *g = p->graph;
    Map *listed = map_new();
    g->output = mem_array((size_t)p->to.count, sizeof *g->output);
    g->n_output = 0;
    for (int i = 0; i < p->to.count; i++) {
        if (map_get(listed, p->to.items[i])) continue;
        map_put(listed, p->to.items[i], p);
        if ((g->output[g->n_output] = describe(p, p->to.items[i]))) g->n_output++;
    }
}

static bool is_kept_constant(const Part *p, Foreign name)
{
    return map_get(p->needed, name) && !map_get(p->stops, name);
}

static void keep_constants(const Part *p)
{
    GraphProto *g = p->graph;
    size_t kept = 0;
    for (size_t i = 0; i < g->n_initializer; i++)
        if (is_kept_constant(p, proto_text(g->initializer[i]->name))) g->initializer[kept++] = g->initializer[i];
    g->n_initializer = kept;
    kept = 0;
    for (size_t i = 0; i < g->n_sparse_initializer; i++) {
        const TensorProto *values = g->sparse_initializer[i]->values;
        if (values && is_kept_constant(p, proto_text(values->name)))
            g->sparse_initializer[kept++] = g->sparse_initializer[i];
    }
    g->n_sparse_initializer = kept;
}

/* Of a node that makes an input of the part, and something else besides, that result has no name any more. */
static void keep_node(const Part *p, const NodeProto *n, Map *made)
{
    for (size_t k = 0; k < n->n_output; k++) {
        if (map_get(p->stops, proto_text(n->output[k]))) n->output[k] = foreign_suffixed(n->output[k], "/unused");
        map_put(made, proto_text(n->output[k]), made);
    }
}

static void keep_nodes(const Part *p)
{
    GraphProto *g = p->graph;
    Map *made = map_new();
    size_t kept = 0;
    for (size_t i = 0; i < g->n_node; i++) {
        if (!p->kept[i]) continue;
        keep_node(p, g->node[i], made);
        g->node[kept++] = g->node[i];
    }
    g->n_node = kept;
    kept = 0;
    for (size_t i = 0; i < g->n_value_info; i++)
        if (map_get(made, proto_text(g->value_info[i]->name))) g->value_info[kept++] = g->value_info[i];
    g->n_value_info = kept;
    kept = 0;
    for (size_t i = 0; i < g->n_quantization_annotation; i++)
        if (map_get(p->needed, proto_text(g->quantization_annotation[i]->tensor_name)))
            g->quantization_annotation[kept++] = g->quantization_annotation[i];
    g->n_quantization_annotation = kept;
}

bool extract_part(ModelProto *proto, const ExtractOptions *o)
{
    GraphProto *g = proto->graph;
    Part p = begin_part(g, o->model);
    bool all_inputs = !o->from.count;
    add_ends(&p, &o->from, true);
    add_ends(&p, &o->to, false);
    for (size_t i = 0; !o->to.count && i < g->n_output; i++) push(&p.to, proto_text(g->output[i]->name));
    for (int i = 0; i < p.from.count; i++) map_put(p.stops, p.from.items[i], &p);
    for (int i = 0; i < p.to.count; i++)
        if (map_get(p.stops, p.to.items[i]))
            model_error(&p.m, "\"%s\" is an input and an output of the part", shown(p.to.items[i]));
    if (!p.m.errors) walk(&p, all_inputs);
    if (p.m.errors) return false;
    set_inputs(&p, all_inputs);
    set_outputs(&p);
    keep_constants(&p);
    keep_nodes(&p);
    return !p.m.errors;
}
