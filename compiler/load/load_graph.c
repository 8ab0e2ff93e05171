/* GraphProto: names to Values, NodeProtos to Nodes. */
#include "load/load_private.h"
#include "op/op.h"

#include <string.h>

/* Nested functions can unfold to any number; real models have some ten thousand. */
enum { MAX_NODES = 1000000 };

Value omitted_value;

/* -- names ------------------------------------------------------------------------------------- */

Value *scope_find(const Scope *s, Foreign name)
{
    for (; s; s = s->outer) {
        Value *v = map_get(s->values, name);
        if (v) return v;
    }
    return NULL;
}

static Foreign inner_name(const Scope *s, Foreign name)
{
    if (!s->call || foreign_empty(name)) return name;
    return foreign_join(foreign_suffixed(s->call->prefix, "/"), name);
}

/* Defines a name in this scope; NULL if it is defined already. */
static Value *define(Scope *s, Foreign name)
{
    if (map_get(s->values, name)) return NULL;
    Value *v = s->presets ? map_get(s->presets, name) : NULL;
    if (!v) v = value_new(s->graph, inner_name(s, name));
    map_put(s->values, name, v);
    return v;
}

static void set_constant(Value *v, const Tensor *t)
{
    v->type = (Type){.kind = KIND_TENSOR, .dtype = t->dtype, .shape = t->shape};
    v->data = t->data;
}

/* -- initializers, inputs and outputs ---------------------------------------------------------- */

/* One that can't be read is defined all the same, so that its uses are not reported as well. */
static void add_initializer(Loader *l, Scope *s, Foreign name, const Tensor *t, const char *why)
{
    Value *v = foreign_empty(name) ? NULL : define(s, name);
    if (!why && !v) why = foreign_empty(name) ? "has no name" : "is defined twice";
    if (why) model_error(l->model, "initializer \"%s\": %s", shown(name), why);
    else set_constant(v, t);
}

static void load_initializers(Loader *l, Scope *s, const GraphProto *g)
{
    for (size_t i = 0; i < g->n_initializer; i++) {
        Tensor t = {0};
        const char *why = tensor_read(l->model->path, g->initializer[i], &t);
        external_note(l->model, &t);
        add_initializer(l, s, proto_text(g->initializer[i]->name), &t, why);
    }
    for (size_t i = 0; i < g->n_sparse_initializer; i++) {
        Tensor t = {0};
        const SparseTensorProto *p = g->sparse_initializer[i];
        const char *why = sparse_read(l->model->path, p, &t);
        external_note(l->model, &t);
        add_initializer(l, s, p->values ? proto_text(p->values->name) : foreign(""), &t, why);
    }
}

/* The inputs of a subgraph get their types from the node it belongs to. */
static void set_input_type(Loader *l, Value *v, Foreign name, const TypeProto *proto, bool of_model)
{
    const char *why = type_read(l, name, proto, of_model ? dim_of_input : dim_declared, &v->declared);
    if (!of_model) return;
    v->type = v->declared;
    if (!why && v->type.kind == KIND_SPARSE) why = "is a sparse tensor, which is not supported as an input";
    if (!why && v->type.kind == KIND_TENSOR && v->type.shape.rank < 0)
        why = "has no shape, not even how many dimensions there are; give it one where the model is exported";
    if (!why && v->type.kind == KIND_TENSOR && value_bytes(v) > INT32_MAX && !l->model->options.any_size)
        why = mem_printf("of shape %s can become larger than 2 GB", shown(shape_text(&v->type.shape)));
    if (why) model_error(l->model, "input \"%s\" %s", shown(name), why);
    /* Of sizes that are expressions: what may be less than nothing is refused at run time if it is. */
    for (int d = 0; !why && d < v->type.shape.rank; d++)
        if (v->type.shape.dim[d] && dim_low(v->type.shape.dim[d]) < 0)
            graph_assume_equal(v->graph, dim_max(v->type.shape.dim[d], dim_const(0)), v->type.shape.dim[d]);
}

/* An input with an initializer is a constant: the default it stands for is all the generated code can know. */
static void load_inputs(Loader *l, Scope *s, const GraphProto *proto, const Map *initialized)
{
    Graph *g = s->graph;
    for (size_t i = 0; i < proto->n_input; i++) {
        Foreign name = proto_text(proto->input[i]->name);
        if (map_get(initialized, name)) continue;
        Value *v = foreign_empty(name) ? NULL : define(s, name);
        if (!v) {
            model_error(l->model, "input %zu \"%s\" %s", i, shown(name),
                        foreign_empty(name) ? "has no name" : "is defined twice");
            continue;
        }
        set_input_type(l, v, name, proto->input[i]->type, !g->parent);
        v->is_input = true;
        mem_grow(&g->inputs, &g->cap_inputs, g->n_inputs + 1, sizeof *g->inputs);
        g->inputs[g->n_inputs++] = v;
    }
}

static Map *initialized_names(const GraphProto *g)
{
    Map *names = map_new();
    for (size_t i = 0; i < g->n_initializer; i++) map_put(names, proto_text(g->initializer[i]->name), names);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values) map_put(names, proto_text(g->sparse_initializer[i]->values->name), names);
    return names;
}

/* A declaration only helps to check what is inferred; one that can't be read, or of a name that
 * isn't there, says nothing. */
static void load_declarations(Loader *l, Scope *s, size_t count, ValueInfoProto *const *infos)
{
    for (size_t i = 0; i < count; i++) {
        Foreign name = proto_text(infos[i]->name);
        Value *v = map_get(s->values, name);
        Type type;
        if (v && v->declared.dtype == DT_UNDEFINED && !type_read(l, name, infos[i]->type, dim_declared, &type))
            v->declared = type;
    }
}

static void load_outputs(Loader *l, Scope *s, const GraphProto *proto)
{
    Graph *g = s->graph;
    Map *seen = map_new();
    for (size_t i = 0; i < proto->n_output; i++) {
        Foreign name = proto_text(proto->output[i]->name);
        Value *v = scope_find(s, name);
        if (!v || v == &omitted_value) {
            model_error(l->model, "output %zu \"%s\" of graph \"%s\" is not defined", i, shown(name), shown(g->name));
            continue;
        }
        if (!g->parent && map_get(seen, name))
            model_error(l->model, "output %zu \"%s\" is listed twice", i, shown(name));
        map_put(seen, name, v);
        if (v->graph == g) v->is_output = true;
        graph_add_output(g, v);
    }
}

/* -- nodes ------------------------------------------------------------------------------------- */

static void load_node_inputs(Scope *s, Node *n, const NodeProto *proto)
{
    n->in = mem_array(proto->n_input, sizeof(Value *));
    for (size_t i = 0; i < proto->n_input; i++) {
        Foreign name = proto_text(proto->input[i]);
        Value *v = foreign_empty(name) ? NULL : scope_find(s, name);
        if (!foreign_empty(name) && !v) node_error(n, "input %zu \"%s\" is not defined", i, shown(name));
        n->in[n->n_in++] = v == &omitted_value ? NULL : v;
    }
}

static void define_outputs(Scope *s, Node *n, const NodeProto *proto)
{
    n->out = mem_array(proto->n_output, sizeof(Value *));
    n->n_out = (int)proto->n_output;
    for (int i = 0; i < n->n_out; i++) {
        Foreign name = proto_text(proto->output[i]);
        if (foreign_empty(name)) continue;
        n->out[i] = define(s, name);
        if (!n->out[i]) node_error(n, "output %d \"%s\" is defined twice", i, shown(name));
    }
}

/* The node without its inputs and attributes. All names that a scope's nodes make are defined before any of them is
 * read further, so that subgraphs and functions, whose names come later, leave them as they are. */
static Node *begin_node(const Loader *l, Scope *s, const NodeProto *proto)
{
    Foreign domain = short_domain(proto_text(proto->domain));
    int opset = opset_of(l, s, domain);
    Node *n = node_of_model(s->graph, inner_name(s, proto_text(proto->name)), proto_text(proto->op_type), domain,
                            opset ? opset : 1);
    define_outputs(s, n, proto);
    if (foreign_empty(n->op_type)) node_error(n, "has no operator");
    if (!opset && !function_find(l, proto))
        node_error(n,
                   "the model imports no operators of domain \"%s\"; add it to opset_import, or export the model with "
                   "ONNX's own operators",
                   shown(foreign_or(domain, foreign("ai.onnx"))));
    if (foreign_is(domain, OWN_DOMAIN))
        node_error(n, "the operators of domain \"%s\" are the compiler's own; expected another domain", shown(domain));
    return n;
}

/* What PyTorch leaves as it found it is one operator for ONNX; which one of PyTorch's it is, an attribute says. */
static void name_aten(Node *n)
{
    const Attr *name = attr_find(n, "operator"), *overload = attr_find(n, "overload_name");
    if (!foreign_is(n->op_type, "ATen") || !foreign_ends(n->domain, "aten")) return;
    if (!name || name->type != ATTR_STRING || foreign_empty(name->strings[0])) return;
    n->op_type = name->strings[0];
    if (overload && overload->type == ATTR_STRING && !foreign_empty(overload->strings[0]))
        n->op_type = foreign_join(foreign_suffixed(n->op_type, "."), overload->strings[0]);
}

static void finish_node(Loader *l, Scope *s, Node *n, const NodeProto *proto)
{
    Tensor constant = {0};
    const FunctionProto *function = function_find(l, proto);
    load_node_inputs(s, n, proto);
    if (function) {
        if (!n->failed) function_inline(l, s, function, proto, n);
        return;
    }
    bool good = load_attrs(l, s, n, proto);
    name_aten(n);
    if (foreign_is(n->op_type, "Constant") && foreign_empty(n->domain)) {
        if (good && constant_read(n, &constant)) set_constant(n->out[0], &constant);
        return;
    }
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) n->out[i]->producer = n;
    if (foreign_is(n->op_type, "Gradient") && foreign_is(n->domain, "ai.onnx.preview.training")) gradient_bind(s, n);
    graph_append(s->graph, n);
}

bool load_nodes(Loader *l, Scope *s, size_t count, NodeProto **protos)
{
    if (l->nodes > MAX_NODES) return false;
    if (count > MAX_NODES || (l->nodes += (int)count) > MAX_NODES) {
        model_error(l->model, "more than %d nodes, those of functions included", MAX_NODES);
        l->nodes = MAX_NODES + 1;
        return false;
    }
    Node **nodes = mem_array(count, sizeof *nodes);
    for (size_t i = 0; i < count; i++) nodes[i] = begin_node(l, s, protos[i]);
    const int *order = topological_order(l->model, count, protos);
    for (size_t i = 0; i < count; i++) finish_node(l, s, nodes[order[i]], protos[order[i]]);
    return l->nodes <= MAX_NODES;
}

Graph *load_graph(Loader *l, Scope *outer, const GraphProto *proto)
{
    Graph *g = graph_new(l->model, outer ? outer->graph : NULL, proto_text(proto->name));
    Scope s = {.outer = outer, .graph = g, .values = map_new(), .call = outer ? outer->call : NULL};
    load_inputs(l, &s, proto, initialized_names(proto));
    load_initializers(l, &s, proto);
    if (!load_nodes(l, &s, proto->n_node, proto->node)) return g;
    load_declarations(l, &s, proto->n_output, proto->output);
    load_declarations(l, &s, proto->n_value_info, proto->value_info);
    load_outputs(l, &s, proto);
    return g;
}
