/* Names and their order. */
#include "models/check.h"

static bool can_read(const CheckNames *names, Foreign name)
{
    for (; names; names = names->around)
        if (map_get(names->map, name)) return true;
    return false;
}

static void add_name(Check *c, const CheckNames *names, Foreign name, const char *what)
{
    if (can_read(names, name)) model_error(&c->m, "%s \"%s\" has a name that is taken already", what, shown(name));
    map_put(names->map, name, c);
}

/* -- inputs, outputs and initializers ---------------------------------------------------------- */

static bool type_is_complete(const TypeProto *t);

static bool element_is_complete(const TypeProto *t)
{
    return t && type_is_complete(t);
}

static bool type_is_complete(const TypeProto *t)
{
    switch (t->value_case) {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE: return t->tensor_type->has_elem_type && t->tensor_type->shape;
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        return t->sparse_tensor_type->has_elem_type && t->sparse_tensor_type->shape;
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE: return t->sequence_type->elem_type;
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE: return t->optional_type->elem_type;
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE: return t->map_type->has_key_type && t->map_type->value_type;
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE: return true;
    default: return false;
    }
}

/* Subgraphs get their types from the node around. */
static void check_values(Check *c, size_t count, ValueInfoProto *const *values, const char *what, bool inner)
{
    for (size_t i = 0; i < count; i++) {
        Foreign name = proto_text(values[i]->name);
        if (foreign_empty(name)) model_error(&c->m, "%s %zu has no name", what, i);
        else if (!inner && !element_is_complete(values[i]->type))
            model_error(&c->m, "%s \"%s\": its type is %s, expected one with elements and a shape", what, shown(name),
                        shown(type_text(values[i]->type)));
    }
}

static void add_inputs(Check *c, const GraphProto *g, const CheckNames *names)
{
    for (size_t i = 0; i < g->n_input; i++)
        if (!foreign_empty(proto_text(g->input[i]->name))) add_name(c, names, g->input[i]->name, "input");
}

static void add_initializer(Check *c, const CheckNames *names, Map *seen, Foreign name)
{
    enum { LAST_LISTED = 3 }; /* the IR version up to which an initializer has to be an input, too */
    if (foreign_empty(name)) model_error(&c->m, "an initializer has no name");
    else if (map_get(seen, name)) model_error(&c->m, "initializer \"%s\" is given twice", shown(name));
    else if (!map_get(names->map, name) && c->model->ir_version <= LAST_LISTED)
        model_error(&c->m, "initializer \"%s\" is no input, as it has to be in IR version %lld", shown(name),
                    (long long)c->model->ir_version);
    map_put(seen, name, c);
    map_put(names->map, name, c);
}

static void add_initializers(Check *c, const GraphProto *g, const CheckNames *names)
{
    Map *seen = map_new();
    for (size_t i = 0; i < g->n_initializer; i++) {
        Foreign name = proto_text(g->initializer[i]->name);
        add_initializer(c, names, seen, name);
        check_tensor(c, g->initializer[i], mem_printf("initializer \"%s\"", shown(name)));
    }
    for (size_t i = 0; i < g->n_sparse_initializer; i++) {
        const TensorProto *values = g->sparse_initializer[i]->values;
        Foreign name = values ? proto_text(values->name) : foreign("");
        add_initializer(c, names, seen, name);
        check_sparse(c, g->sparse_initializer[i], mem_printf("initializer \"%s\"", shown(name)));
    }
}

/* -- nodes ------------------------------------------------------------------------------------- */

static void check_nodes(Check *c, size_t count, NodeProto *const *nodes, const CheckNames *names)
{
    for (size_t i = 0; i < count; i++) {
        const NodeProto *n = nodes[i];
        for (size_t k = 0; k < n->n_input; k++)
            if (!foreign_empty(proto_text(n->input[k])) && !can_read(names, n->input[k]))
                model_error(&c->m, "%s: its input %zu \"%s\" is made by no node before it, and is no input",
                            node_shown(n), k, shown(n->input[k]));
        check_node(c, n, names);
        for (size_t k = 0; k < n->n_output; k++)
            if (!foreign_empty(proto_text(n->output[k])))
                add_name(c, names, n->output[k], mem_printf("%s: output", node_shown(n)));
    }
}

static void check_outputs(Check *c, const GraphProto *g, const CheckNames *names)
{
    for (size_t i = 0; i < g->n_output; i++) {
        Foreign name = proto_text(g->output[i]->name);
        if (!foreign_empty(name) && !can_read(names, name))
            model_error(&c->m, "output \"%s\" of graph \"%s\" is made by no node", shown(name),
                        shown(proto_text(g->name)));
    }
}

void check_graph(Check *c, const GraphProto *g, const CheckNames *around)
{
    CheckNames names = {around, map_new()};
    bool inner = around != NULL;
    if (foreign_empty(proto_text(g->name))) model_error(&c->m, "a graph has no name");
    check_values(c, g->n_input, g->input, "input", inner);
    check_values(c, g->n_output, g->output, "output", inner);
    add_inputs(c, g, &names);
    add_initializers(c, g, &names);
    check_nodes(c, g->n_node, g->node, &names);
    check_outputs(c, g, &names);
}

static void check_unique(Check *c, const FunctionProto *f, size_t count, const Foreign *names, const char *what)
{
    Map *seen = map_new();
    for (size_t i = 0; i < count; i++) {
        if (map_get(seen, proto_text(names[i])))
            model_error(&c->m, "function \"%s\": %s \"%s\" is given twice", shown(proto_text(f->name)), what,
                        shown(proto_text(names[i])));
        map_put(seen, proto_text(names[i]), c);
    }
}

void check_function(Check *c, const FunctionProto *f)
{
    CheckNames names = {NULL, map_new()};
    if (foreign_empty(proto_text(f->name))) model_error(&c->m, "a function has no name");
    check_unique(c, f, f->n_input, f->input, "input");
    check_unique(c, f, f->n_output, f->output, "output");
    check_unique(c, f, f->n_attribute, f->attribute, "attribute");
    for (size_t i = 0; i < f->n_input; i++) map_put(names.map, proto_text(f->input[i]), c);
    c->function = f;
    check_nodes(c, f->n_node, f->node, &names);
    c->function = NULL;
    for (size_t i = 0; i < f->n_output; i++)
        if (!can_read(&names, proto_text(f->output[i])))
            model_error(&c->m, "function \"%s\": output \"%s\" is made by no node", shown(proto_text(f->name)),
                        shown(proto_text(f->output[i])));
}
