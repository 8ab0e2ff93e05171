/* AttributeProto: of the node itself, or handed on from the call of the function it stands in. */
#include "load/load_private.h"

#include <string.h>

/* An attribute as given, and the scope in which its graphs' names have a meaning. */
typedef struct {
    const AttributeProto *proto;
    Scope *scope;
} Given;

static const AttributeProto *find_attribute(size_t count, AttributeProto *const *attributes, Foreign name)
{
    for (size_t i = 0; i < count; i++)
        if (foreign_equal(proto_text(attributes[i]->name), name)) return attributes[i];
    return NULL;
}

static bool is_reference(const AttributeProto *a)
{
    return !foreign_empty(a->ref_attr_name);
}

/* Follows references to what the call gives, or else to the function's default. No proto: the attribute is absent. */
static Given resolve(Given g)
{
    while (g.proto && is_reference(g.proto) && g.scope->call) {
        const FunctionCall *call = g.scope->call;
        Foreign name = g.proto->ref_attr_name;
        g.proto = find_attribute(call->node->n_attribute, call->node->attribute, name);
        if (!g.proto)
            return (Given){find_attribute(call->function->n_attribute_proto, call->function->attribute_proto, name),
                           g.scope};
        g.scope = call->scope;
    }
    return g;
}

static bool bad(Node *n, Foreign name, const char *why)
{
    node_error(n, "attribute \"%s\" %s", shown(name), why);
    return false;
}

static bool read_strings(Attr *a, size_t count, const ProtobufCBinaryData *data)
{
    Foreign *strings = mem_array(count, sizeof *strings);
    size_t *lengths = mem_array(count, sizeof *lengths);
    for (size_t i = 0; i < count; i++) {
        strings[i] = foreign_of(data[i].data, data[i].len);
        lengths[i] = data[i].len;
    }
    a->strings = strings;
    a->lengths = lengths;
    return true;
}

static bool read_tensors(Node *n, Attr *a, size_t count, TensorProto *const *protos)
{
    a->tensors = mem_array(count, sizeof *a->tensors);
    for (size_t i = 0; i < count; i++) {
        Tensor t = {0};
        const char *why = protos[i] ? tensor_read(n->graph->model->path, protos[i], &t) : "has no tensor";
        if (why) return bad(n, a->name, why);
        external_note(n->graph->model, &t);
        a->tensors[i] = tensor_value(&t, proto_text(protos[i]->name));
    }
    return true;
}

static bool read_sparse_tensors(Node *n, Attr *a, size_t count, SparseTensorProto *const *protos)
{
    a->tensors = mem_array(count, sizeof *a->tensors);
    for (size_t i = 0; i < count; i++) {
        Tensor t = {0};
        const char *why = protos[i] ? sparse_read(n->graph->model->path, protos[i], &t) : "has no tensor";
        if (why) return bad(n, a->name, why);
        external_note(n->graph->model, &t);
        a->tensors[i] = tensor_value(&t, proto_text(protos[i]->values->name));
    }
    return true;
}

static bool read_graphs(Loader *l, Scope *s, Node *n, Attr *a, size_t count, GraphProto *const *protos)
{
    a->graphs = mem_array(count, sizeof *a->graphs);
    for (size_t i = 0; i < count; i++) {
        if (!protos[i]) return bad(n, a->name, "has no graph");
        a->graphs[i] = load_graph(l, s, protos[i]);
    }
    return true;
}

static bool read_types(Loader *l, Node *n, Attr *a, size_t count, TypeProto *const *protos)
{
    a->types = mem_array(count, sizeof *a->types);
    for (size_t i = 0; i < count; i++) {
        a->types[i] = mem_alloc(sizeof **a->types);
        const char *why = type_read(l, foreign(""), protos[i], dim_declared, a->types[i]);
        if (why) return bad(n, a->name, why);
    }
    return true;
}

static int count_of(const AttributeProto *p)
{
    switch ((AttrType)p->type) {
    case ATTR_FLOATS: return (int)p->n_floats;
    case ATTR_INTS: return (int)p->n_ints;
    case ATTR_STRINGS: return (int)p->n_strings;
    case ATTR_TENSORS: return (int)p->n_tensors;
    case ATTR_GRAPHS: return (int)p->n_graphs;
    case ATTR_SPARSE_TENSORS: return (int)p->n_sparse_tensors;
    case ATTR_TYPES: return (int)p->n_type_protos;
    default: return 1;
    }
}

static bool read_content(Loader *l, Scope *s, Node *n, Attr *a, const AttributeProto *p)
{
    switch (a->type) {
    case ATTR_FLOAT: a->floats = &p->f; return true;
    case ATTR_INT: a->ints = &p->i; return true;
    case ATTR_STRING: return read_strings(a, 1, &p->s);
    case ATTR_TENSOR: return read_tensors(n, a, 1, &p->t);
    case ATTR_GRAPH: return read_graphs(l, s, n, a, 1, &p->g);
    case ATTR_FLOATS: a->floats = p->floats; return true;
    case ATTR_INTS: a->ints = p->ints; return true;
    case ATTR_STRINGS: return read_strings(a, p->n_strings, p->strings);
    case ATTR_TENSORS: return read_tensors(n, a, p->n_tensors, p->tensors);
    case ATTR_GRAPHS: return read_graphs(l, s, n, a, p->n_graphs, p->graphs);
    case ATTR_SPARSE_TENSOR: return read_sparse_tensors(n, a, 1, &p->sparse_tensor);
    case ATTR_SPARSE_TENSORS: return read_sparse_tensors(n, a, p->n_sparse_tensors, p->sparse_tensors);
    case ATTR_TYPE: return read_types(l, n, a, 1, &p->tp);
    case ATTR_TYPES: return read_types(l, n, a, p->n_type_protos, p->type_protos);
    default: return bad(n, a->name, mem_printf("has the unknown type %d", (int)p->type));
    }
}

static bool load_attr(Loader *l, Scope *s, Node *n, const AttributeProto *own)
{
    Foreign name = proto_text(own->name);
    Given given = resolve((Given){own, s});
    if (foreign_empty(name)) return bad(n, name, "has no name");
    if (!given.proto) return true;
    if (is_reference(given.proto)) return bad(n, name, "refers to an attribute of a function, but stands in none");
    if (own->type && own->type != given.proto->type) return bad(n, name, "has another type in the function's call");
    for (int i = 0; i < n->n_attrs; i++)
        if (foreign_equal(n->attrs[i].name, name)) return bad(n, name, "is given twice");
    Attr *a = &n->attrs[n->n_attrs++];
    *a = (Attr){.name = name, .type = (AttrType)given.proto->type, .count = count_of(given.proto)};
    return read_content(l, given.scope, n, a, given.proto);
}

bool load_attrs(Loader *l, Scope *s, Node *n, const NodeProto *proto)
{
    enum { MAX_ATTRS = 1000 }; /* far above what any operator has */
    bool good = true;
    if (proto->n_attribute > MAX_ATTRS) {
        node_error(n, "%zu attributes", proto->n_attribute);
        return false;
    }
    n->attrs = mem_array(proto->n_attribute, sizeof *n->attrs);
    for (size_t i = 0; i < proto->n_attribute; i++) good &= load_attr(l, s, n, proto->attribute[i]);
    return good;
}
