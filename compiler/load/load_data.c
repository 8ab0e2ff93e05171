/* Data files: one serialized tensor, sequence, optional or map. And what dimensions the data must settle. */
#include "load/load.h"

#include "load/load_private.h"

#include <stdlib.h>
#include <string.h>

typedef Onnx__SequenceProto SequenceProto;
typedef Onnx__OptionalProto OptionalProto;
typedef Onnx__MapProto MapProto;

/* -- items ------------------------------------------------------------------------------------- */

static const char *read_sequence(Foreign path, const SequenceProto *p, DataItem *item);
static const char *read_optional(Foreign path, const OptionalProto *p, DataItem *item);
static const char *read_map(Foreign path, const MapProto *p, DataItem *item);

static const char *read_tensor(Foreign path, const TensorProto *p, DataItem *item)
{
    Tensor t = {0};
    const char *why = tensor_read(path, p, &t);
    *item = (DataItem){.kind = KIND_TENSOR, .tensor = why ? NULL : tensor_value(&t, proto_text(p->name))};
    return why;
}

static const char *read_sparse(Foreign path, const SparseTensorProto *p, DataItem *item)
{
    Tensor t = {0};
    const char *why = sparse_read(path, p, &t);
    *item = (DataItem){.kind = KIND_TENSOR, .tensor = why ? NULL : tensor_value(&t, proto_text(p->values->name))};
    return why;
}

static const char *read_sequence(Foreign path, const SequenceProto *p, DataItem *item)
{
    const char *why = NULL;
    size_t count = p->n_tensor_values + p->n_sparse_tensor_values + p->n_sequence_values + p->n_map_values +
                   p->n_optional_values;
    *item = (DataItem){.kind = KIND_SEQUENCE, .count = (int)count, .items = mem_array(count, sizeof *item->items)};
    DataItem *next = item->items;
    for (size_t i = 0; !why && i < p->n_tensor_values; i++) why = read_tensor(path, p->tensor_values[i], next++);
    for (size_t i = 0; !why && i < p->n_sparse_tensor_values; i++)
        why = read_sparse(path, p->sparse_tensor_values[i], next++);
    for (size_t i = 0; !why && i < p->n_sequence_values; i++) why = read_sequence(path, p->sequence_values[i], next++);
    for (size_t i = 0; !why && i < p->n_map_values; i++) why = read_map(path, p->map_values[i], next++);
    for (size_t i = 0; !why && i < p->n_optional_values; i++) why = read_optional(path, p->optional_values[i], next++);
    return why;
}

static const char *read_optional(Foreign path, const OptionalProto *p, DataItem *item)
{
    *item = (DataItem){.kind = KIND_OPTIONAL, .count = 1, .items = mem_alloc(sizeof *item->items)};
    if (p->tensor_value) return read_tensor(path, p->tensor_value, item->items);
    if (p->sparse_tensor_value) return read_sparse(path, p->sparse_tensor_value, item->items);
    if (p->sequence_value) return read_sequence(path, p->sequence_value, item->items);
    if (p->map_value) return read_map(path, p->map_value, item->items);
    if (p->optional_value) return read_optional(path, p->optional_value, item->items);
    item->count = 0;
    return NULL;
}

/* Keys stand in fields of their own; as a TensorProto they are read like any tensor. */
static const char *read_keys(Foreign path, const MapProto *p, int64_t count, DataItem *item)
{
    TensorProto keys;
    onnx__tensor_proto__init(&keys);
    keys.n_dims = 1;
    keys.dims = &count;
    keys.data_type = p->key_type;
    keys.n_string_data = p->n_string_keys;
    keys.string_data = p->string_keys;
    keys.n_int64_data = p->n_keys;
    keys.int64_data = p->keys;
    if (p->key_type != DT_STRING) keys.data_type = DT_INT64; /* whatever integers they are, they stand as such */
    DataItem tensor;
    const char *why = read_tensor(path, &keys, &tensor);
    item->tensor = tensor.tensor;
    return why;
}

static const char *read_map(Foreign path, const MapProto *p, DataItem *item)
{
    DataItem values;
    if (!p->values) return "is a map without values";
    const char *why = read_sequence(path, p->values, &values);
    *item = (DataItem){.kind = KIND_MAP, .count = values.count, .items = values.items};
    return why ? why : read_keys(path, p, values.count, item);
}

static const char *read_item(Foreign path, const Type *expected, const uint8_t *bytes, size_t length, DataItem *item)
{
    void *proto;
    switch (expected ? expected->kind : KIND_TENSOR) {
    case KIND_SEQUENCE:
        proto = message_unpack(bytes, length, &onnx__sequence_proto__descriptor);
        return proto ? read_sequence(path, proto, item) : "not a SequenceProto";
    case KIND_OPTIONAL:
        proto = message_unpack(bytes, length, &onnx__optional_proto__descriptor);
        return proto ? read_optional(path, proto, item) : "not an OptionalProto";
    case KIND_MAP:
        proto = message_unpack(bytes, length, &onnx__map_proto__descriptor);
        return proto ? read_map(path, proto, item) : "not a MapProto";
    default:
        proto = message_unpack(bytes, length, &onnx__tensor_proto__descriptor);
        return proto ? read_tensor(path, proto, item) : "not a TensorProto";
    }
}

bool load_data_item(Model *m, Foreign path, const Type *expected, DataItem *item)
{
    size_t length = 0;
    const char *why;
    const uint8_t *bytes = file_read(path, &length, &why);
    *item = (DataItem){0};
    if (!bytes && expected && expected->kind == KIND_OPTIONAL &&
        path_is_empty(path)) { /* an optional without a value may take no bytes */
        item->kind = KIND_OPTIONAL;
        return true;
    }
    if (bytes) why = read_item(path, expected, bytes, length, item);
    if (why) model_error(m, "%s: %s", shown(path), why);
    return !why;
}

/* -- open dimensions --------------------------------------------------------------------------- */

typedef struct {
    OpenDim *dims;
    int count, capacity, inputs, outputs;
    Map *initialized;
} OpenDims;

enum { /* field numbers of ONNX */
       MODEL_GRAPH = 7,
       GRAPH_INITIALIZER = 5,
       GRAPH_INPUT = 11,
       GRAPH_OUTPUT = 12,
       GRAPH_SPARSE_INITIALIZER = 15,
       TENSOR_NAME = 8,
       SPARSE_VALUES = 1,
};

static bool find_field(Wire w, uint32_t number, WireField *f)
{
    while (w.at < w.end && wire_next(&w, f))
        if (f->number == number && f->type == 2) return true;
    return false;
}

static Wire inside(const WireField *f)
{
    return (Wire){f->data, f->data + f->length};
}

static void note_initializer(OpenDims *o, const WireField *tensor)
{
    WireField name;
    if (find_field(inside(tensor), TENSOR_NAME, &name)) map_put(o->initialized, foreign_of(name.data, name.length), o);
}

static void add_open(OpenDims *o, OpenDim d)
{
    mem_grow(&o->dims, &o->capacity, o->count + 1, sizeof *o->dims);
    o->dims[o->count++] = d;
}

/* A scalar or a short list of integers may be a shape, a length, a bound: the compiler asks for
 * its values' bounds if so. */
static bool may_decide_sizes(const Onnx__TypeProto__Tensor *t)
{
    if ((t->elem_type != DT_INT32 && t->elem_type != DT_INT64) || !t->shape || t->shape->n_dim > 1) return false;
    return t->shape->n_dim == 0 || (dim_has_size(t->shape->dim[0]) && t->shape->dim[0]->dim_value <= MAX_RANK);
}

static void list_input(OpenDims *o, const WireField *input)
{
    const ValueInfoProto *info = message_unpack(input->data, input->length, &onnx__value_info_proto__descriptor);
    if (!info || map_get(o->initialized, proto_text(info->name))) return;
    int number = o->inputs++;
    if (info->type && info->type->value_case == ONNX__TYPE_PROTO__VALUE_MAP_TYPE)
        add_open(o, (OpenDim){false, number, 0, foreign_suffixed(proto_text(info->name), ":0"), true});
    if (!info->type || info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) return;
    const ShapeProto *shape = info->type->tensor_type->shape;
    if (may_decide_sizes(info->type->tensor_type))
        add_open(o, (OpenDim){false, number, VALUES, proto_text(info->name), false});
    for (int axis = 0; shape && axis < MAX_RANK && axis < (int)shape->n_dim; axis++) {
        const DimProto *d = shape->dim[axis];
        if (dim_has_size(d)) continue;
        add_open(o, (OpenDim){false, number, axis, dim_option_name(proto_text(info->name), axis, d), false});
    }
}

static void list_output(OpenDims *o, const WireField *output)
{
    const ValueInfoProto *info = message_unpack(output->data, output->length, &onnx__value_info_proto__descriptor);
    int number = o->outputs++;
    if (!info || !info->type || info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) return;
    const ShapeProto *shape = info->type->tensor_type->shape;
    for (int axis = 0; shape && axis < MAX_RANK && axis < (int)shape->n_dim; axis++)
        if (!dim_has_size(shape->dim[axis]))
            add_open(o, (OpenDim){true, number, axis, foreign_suffixed(proto_text(info->name), ":%d", axis), false});
}

static void list_dims(OpenDims *o, Wire graph)
{
    WireField f, values;
    for (Wire w = graph; w.at < w.end && wire_next(&w, &f);) {
        if (f.number == GRAPH_INITIALIZER) note_initializer(o, &f);
        if (f.number == GRAPH_SPARSE_INITIALIZER && find_field(inside(&f), SPARSE_VALUES, &values))
            note_initializer(o, &values);
    }
    for (Wire w = graph; w.at < w.end && wire_next(&w, &f);)
        if (f.number == GRAPH_INPUT) list_input(o, &f);
        else if (f.number == GRAPH_OUTPUT) list_output(o, &f);
}

int load_open_dims(Foreign path, OpenDim **dims)
{
    OpenDims o = {.initialized = map_new()};
    size_t length;
    const char *why;
    const uint8_t *bytes = file_read(path, &length, &why);
    WireField graph;
    bool good = bytes && wire_check(bytes, length, &onnx__model_proto__descriptor) &&
                find_field((Wire){bytes, bytes + length}, MODEL_GRAPH, &graph);
    if (good) list_dims(&o, inside(&graph));
    *dims = o.dims;
    return good ? o.count : -1;
}
