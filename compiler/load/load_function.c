/* Model-local functions: calls are replaced by the function's nodes, in a scope of their own. */
#include "load/load_private.h"
#include "op/op.h"

/* Nested calls; a bound for the stack, far above what exporters write. */
enum { MAX_DEPTH = 48 };

/* Lengths keep the three apart, whatever characters are in them. */
static Foreign function_key(Foreign domain, Foreign name, Foreign overload)
{
    domain = short_domain(domain);
    Foreign lengths = foreign_suffixed(foreign(""), "%zu %zu ", foreign_length(domain), foreign_length(name));
    return foreign_join(foreign_join(lengths, domain), foreign_join(name, overload));
}

void functions_index(Loader *l, const ModelProto *proto)
{
    l->functions = map_new();
    for (size_t i = 0; i < proto->n_functions; i++) {
        FunctionProto *f = proto->functions[i];
        Foreign key = function_key(f->domain, f->name, f->overload);
        if (map_get(l->functions, key))
            model_error(l->model, "function \"%s\" of domain \"%s\" is defined twice", shown(proto_text(f->name)),
                        shown(proto_text(f->domain)));
        map_put(l->functions, key, f);
    }
}

const FunctionProto *function_find(const Loader *l, const NodeProto *node)
{
    return map_get(l->functions, function_key(node->domain, node->op_type, node->overload));
}

static int imported(size_t count, Onnx__OperatorSetIdProto *const *imports, Foreign domain)
{
    for (size_t i = 0; i < count; i++)
        if (foreign_equal(short_domain(proto_text(imports[i]->domain)), domain)) return (int)imports[i]->version;
    return 0;
}

int opset_of(const Loader *l, const Scope *s, Foreign domain)
{
    int version = s->call ? imported(s->call->function->n_opset_import, s->call->function->opset_import, domain) : 0;
    for (int i = 0; !version && i < l->model->n_opsets; i++)
        if (foreign_equal(l->model->opsets[i].domain, domain)) version = l->model->opsets[i].version;
    if (!version && foreign_starts(domain, "com.microsoft")) return 1; /* the only one; some files don't import it */
    return version;
}

static bool may_inline(Node *n, const Scope *s, const FunctionProto *f)
{
    int depth = 0;
    for (const FunctionCall *c = s->call; c; c = c->scope->call, depth++)
        if (c->function == f) {
            node_error(n, "the function calls itself");
            return false;
        }
    if (depth >= MAX_DEPTH) node_error(n, "functions call each other %d deep, the limit is %d", depth, MAX_DEPTH);
    else if ((size_t)n->n_in > f->n_input) node_error(n, "%d inputs, the function takes %zu", n->n_in, f->n_input);
    else if ((size_t)n->n_out > f->n_output) node_error(n, "%d outputs, the function has %zu", n->n_out, f->n_output);
    else return true;
    return false;
}

static void bind_inputs(Scope *inner, const Node *n, const FunctionProto *f)
{
    for (size_t i = 0; i < f->n_input; i++) {
        Value *v = (int)i < n->n_in ? n->in[i] : NULL;
        map_put(inner->values, proto_text(f->input[i]), v ? v : &omitted_value);
    }
}

/* The call's outputs are to be made by the nodes of the body that make the function's. */
static void preset_outputs(Scope *inner, const Node *n, const FunctionProto *f)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) map_put(inner->presets, proto_text(f->output[i]), n->out[i]);
}

static void copy(Loader *l, const Scope *inner, Node *call, Value *from, Value *to)
{
    int opset = opset_of(l, inner, foreign(""));
    Node *n = node_new(inner->graph, call->name, "Identity", "", opset ? opset : 1);
    node_add_input(n, from);
    node_add_output(n, to);
    graph_append(inner->graph, n);
}

/* Outputs the body did not make in place: inputs handed through, and those listed twice. */
static void complete_outputs(Loader *l, const Scope *inner, Node *n, const FunctionProto *f)
{
    for (int i = 0; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        Value *made = map_get(inner->values, proto_text(f->output[i]));
        if (!made || made == &omitted_value)
            node_error(n, "output \"%s\" is not made by the function", shown(proto_text(f->output[i])));
        else if (made != n->out[i]) copy(l, inner, n, made, n->out[i]);
    }
}

void function_inline(Loader *l, Scope *s, const FunctionProto *f, const NodeProto *proto, Node *n)
{
    if (!may_inline(n, s, f)) return;
    FunctionCall call = {.function = f, .node = proto, .scope = s, .prefix = foreign_or(n->name, proto_text(f->name))};
    Scope inner = {.graph = s->graph, .values = map_new(), .presets = map_new(), .call = &call};
    bind_inputs(&inner, n, f);
    preset_outputs(&inner, n, f);
    if (load_nodes(l, &inner, f->n_node, f->node)) complete_outputs(l, &inner, n, f);
}
