/* A node against what its operator takes. */
#include "models/check.h"

#include "op/op.h"

#include <string.h>

const char *node_shown(const NodeProto *n)
{
    bool is_named = !foreign_empty(proto_text(n->name));
    Foreign output = n->n_output ? proto_text(n->output[0]) : foreign("");
    return mem_printf("node %s\"%s\" (%s)", is_named ? "" : "-> ", shown(is_named ? n->name : output),
                      shown(proto_text(n->op_type)));
}

/* -- attributes -------------------------------------------------------------------------------- */

/* A bit per type that the attribute holds a value of. */
static unsigned types_held(const AttributeProto *a)
{
    const struct {
        AttrType type;
        bool held;
    } fields[] = {
        {ATTR_FLOAT, a->has_f},         {ATTR_INT, a->has_i},
        {ATTR_STRING, a->has_s},        {ATTR_TENSOR, a->t != NULL},
        {ATTR_GRAPH, a->g != NULL},     {ATTR_SPARSE_TENSOR, a->sparse_tensor != NULL},
        {ATTR_TYPE, a->tp != NULL},     {ATTR_FLOATS, a->n_floats},
        {ATTR_INTS, a->n_ints},         {ATTR_STRINGS, a->n_strings},
        {ATTR_TENSORS, a->n_tensors},   {ATTR_GRAPHS, a->n_graphs},
        {ATTR_TYPES, a->n_type_protos}, {ATTR_SPARSE_TENSORS, a->n_sparse_tensors},
    };
    unsigned held = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].held) held |= 1U << fields[i].type;
    return held;
}

/* Some programs write neither empty lists nor what is 0. */
static bool may_be_left_out(int type)
{
    return type == ATTR_FLOAT || type == ATTR_INT || type == ATTR_STRING ||
           (type >= ATTR_FLOATS && type <= ATTR_GRAPHS) || type == ATTR_SPARSE_TENSORS || type == ATTR_TYPES;
}

static void check_value(Check *c, const NodeProto *n, const AttributeProto *a)
{
    unsigned held = types_held(a), wanted = 1U << (unsigned)a->type;
    const char *name = shown(proto_text(a->name));
    if (!foreign_empty(proto_text(a->ref_attr_name))) {
        if (!c->function)
            model_error(&c->m, "%s: attribute \"%s\" refers to a function's, but stands in none", node_shown(n), name);
        if (held)
            model_error(&c->m, "%s: attribute \"%s\" refers to a function's, and has a value", node_shown(n), name);
    } else if (held != wanted && (held || !may_be_left_out((int)a->type))) {
        model_error(&c->m, "%s: attribute \"%s\" has %s its type says", node_shown(n), name,
                    held ? "another value than" : "no value, which");
    }
}

static void check_content(Check *c, const NodeProto *n, const AttributeProto *a, const CheckNames *names)
{
    const char *what = mem_printf("%s: attribute \"%s\"", node_shown(n), shown(proto_text(a->name)));
    if (a->t) check_tensor(c, a->t, what);
    if (a->sparse_tensor) check_sparse(c, a->sparse_tensor, what);
    if (a->g) check_graph(c, a->g, names);
    for (size_t i = 0; i < a->n_tensors; i++) check_tensor(c, a->tensors[i], what);
    for (size_t i = 0; i < a->n_sparse_tensors; i++) check_sparse(c, a->sparse_tensors[i], what);
    for (size_t i = 0; i < a->n_graphs; i++) check_graph(c, a->graphs[i], names);
}

static void check_attributes(Check *c, const NodeProto *n, const CheckNames *names)
{
    for (size_t i = 0; i < n->n_attribute; i++) {
        const AttributeProto *a = n->attribute[i];
        if (foreign_empty(proto_text(a->name))) model_error(&c->m, "%s: an attribute has no name", node_shown(n));
        if (a->type <= 0 || (int)a->type > ATTR_TYPES)
            model_error(&c->m, "%s: attribute \"%s\" has no type", node_shown(n), shown(proto_text(a->name)));
        else check_value(c, n, a);
        check_content(c, n, a, names);
    }
}

/* -- the operator ------------------------------------------------------------------------------ */

static void check_count(Check *c, const NodeProto *n, const char *what, const char *taken, size_t count,
                        const Foreign *names)
{
    size_t length = strlen(taken), least = 0;
    bool any = length && (taken[length - 1] == '*' || taken[length - 1] == '+');
    for (size_t i = 0; i < length; i++)
        if (taken[i] == '1' || taken[i] == '+') least = i + 1;
    if (count < least || (!any && count > length))
        model_error(&c->m, "%s: %zu %ss, expected %zu to %s", node_shown(n), count, what, least,
                    any ? "any number" : mem_printf("%zu", length));
    for (size_t i = 0; i < count && i < length; i++)
        if (taken[i] == '1' && foreign_empty(proto_text(names[i])))
            model_error(&c->m, "%s: %s %zu is omitted, but required", node_shown(n), what, i);
}

static void check_given(Check *c, const NodeProto *n, const Schema *s)
{
    Map *given = map_new();
    for (size_t i = 0; i < n->n_attribute; i++) {
        const AttributeProto *a = n->attribute[i];
        Foreign name = proto_text(a->name);
        AttrType type = schema_attribute(s, name);
        if (map_get(given, name)) model_error(&c->m, "%s: attribute \"%s\" is given twice", node_shown(n), shown(name));
        map_put(given, name, given);
        bool is_internal = foreign_starts(name, "__") || foreign_is(name, "consumed_inputs");
        if (type == ATTR_UNDEFINED && !is_internal)
            model_error(&c->m, "%s: attribute \"%s\" is none of this operator's at opset %d", node_shown(n),
                        shown(name), s->since);
        if (type != ATTR_UNDEFINED && (int)a->type != (int)type)
            model_error(&c->m, "%s: attribute \"%s\" is of type %d, expected %d", node_shown(n), shown(name),
                        (int)a->type, (int)type);
    }
    const char *at = s->attributes;
    for (const char *name; (name = schema_required(&at));)
        if (!map_get(given, foreign(name))) model_error(&c->m, "%s: attribute \"%s\" is required", node_shown(n), name);
}

/* The last one counts. 0: none. */
static int64_t imported(size_t count, OpsetProto *const *imports, Foreign domain)
{
    for (size_t i = count; i-- > 0;)
        if (foreign_equal(short_domain(proto_text(imports[i]->domain)), domain)) return imports[i]->version;
    return 0;
}

static int64_t opset_of(const Check *c, Foreign domain)
{
    if (c->function) return imported(c->function->n_opset_import, c->function->opset_import, domain);
    return imported(c->model->n_opset_import, c->model->opset_import, domain);
}

static void check_operator(Check *c, const NodeProto *n)
{
    Foreign domain = short_domain(proto_text(n->domain)), name = proto_text(n->op_type);
    int64_t opset = opset_of(c, domain);
    bool is_function = map_get(c->functions, foreign_join(foreign_suffixed(domain, "\n"), name)) != NULL;
    if (!opset) {
        model_error(&c->m, "%s: no opset of domain \"%s\" is imported", node_shown(n),
                    shown(foreign_or(domain, foreign("ai.onnx"))));
        return;
    }
    const Schema *s = schema_find(domain, name, opset);
    if (!s) {
        if (schema_has_domain(domain) && !is_function)
            model_error(&c->m, "%s: ONNX has no such operator at opset %lld", node_shown(n), (long long)opset);
        return;
    }
    if (s->deprecated) {
        model_error(&c->m, "%s: the operator is deprecated since opset %d", node_shown(n), s->since);
        return;
    }
    check_count(c, n, "input", s->inputs, n->n_input, n->input);
    check_count(c, n, "output", s->outputs, n->n_output, n->output);
    check_given(c, n, s);
}

void check_node(Check *c, const NodeProto *n, const CheckNames *names)
{
    if (foreign_empty(proto_text(n->op_type))) model_error(&c->m, "%s has no operator", node_shown(n));
    else check_operator(c, n);
    if (!n->n_input && !n->n_output) model_error(&c->m, "%s: neither inputs nor outputs", node_shown(n));
    check_attributes(c, n, names);
}
