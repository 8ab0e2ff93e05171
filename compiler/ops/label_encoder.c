/* LabelEncoder: https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html
 * CategoryMapper: https://onnx.ai/onnx/operators/onnx_aionnxml_CategoryMapper.html
 * OneHotEncoder: https://onnx.ai/onnx/operators/onnx_aionnxml_OneHotEncoder.html
 * Keys are sorted at compile time and found by bisection. NaN equals NaN, and 0 equals -0. Of equal keys of a
 * LabelEncoder since opset 2 the first one counts, of all others the last one, as in ONNX Runtime: the texts are
 * silent. */
#include "base/base.h"
#include "op/op.h"

#include <stdlib.h>
#include <string.h>

/* Some values in an attribute: a list, or a tensor. */
typedef struct {
    DType dtype;
    int count;
    const void *data;
} List;

static bool list_of(Node *n, const char *name, AttrType type, List *list)
{
    const Attr *a = attr_find(n, name);
    if (!a || !a->count || a->type != type) return false;
    switch (type) {
    case ATTR_FLOATS: *list = (List){DT_FLOAT, a->count, a->floats}; break;
    case ATTR_INTS: *list = (List){DT_INT64, a->count, a->ints}; break;
    case ATTR_STRINGS: *list = (List){DT_STRING, a->count, a->strings}; break;
    default: *list = (List){a->tensors[0]->type.dtype, (int)value_count(a->tensors[0]), a->tensors[0]->data}; break;
    }
    return true;
}

/* The list under prefix_strings, prefix_int64s, prefix_floats or prefix_tensor. */
static bool find_list(Node *n, const char *prefix, List *list)
{
    return list_of(n, mem_printf("%s_strings", prefix), ATTR_STRINGS, list) ||
           list_of(n, mem_printf("%s_int64s", prefix), ATTR_INTS, list) ||
           list_of(n, mem_printf("%s_floats", prefix), ATTR_FLOATS, list) ||
           list_of(n, mem_printf("%s_tensor", prefix), ATTR_TENSOR, list);
}

typedef struct {
    List keys, values;
    bool indexed; /* the keys are the values' places */
} Mapping;

/* LabelEncoder 1 has one list, of strings, and maps them to their places or back. */
static bool read_old_encoder(Node *n, Mapping *m)
{
    List strings;
    if (!list_of(n, "classes_strings", ATTR_STRINGS, &strings)) return false;
    int64_t *places = mem_array((size_t)strings.count + 1, sizeof *places);
    for (int i = 0; i < strings.count; i++) places[i] = i;
    bool to_strings = n->in[0]->type.dtype == DT_INT64;
    *m = (Mapping){.keys = strings,
                   .values = to_strings ? strings : (List){DT_INT64, strings.count, places},
                   .indexed = to_strings};
    if (to_strings) m->keys = (List){DT_INT64, strings.count, places};
    return true;
}

static bool read_category_mapper(Node *n, Mapping *m)
{
    List strings, ints;
    if (!list_of(n, "cats_strings", ATTR_STRINGS, &strings) || !list_of(n, "cats_int64s", ATTR_INTS, &ints))
        return false;
    bool to_strings = n->in[0]->type.dtype == DT_INT64;
    *m = (Mapping){.keys = to_strings ? ints : strings, .values = to_strings ? strings : ints};
    return true;
}

static bool read_mapping(Node *n, Mapping *m)
{
    bool found;
    *m = (Mapping){.indexed = false};
    if (foreign_is(n->op_type, "CategoryMapper")) found = read_category_mapper(n, m);
    else if (n->opset < 2) found = read_old_encoder(n, m);
    else found = find_list(n, "keys", &m->keys) && find_list(n, "values", &m->values);
    if (!found || m->keys.count != m->values.count) {
        node_invalid(n, "expected a list of keys and one of as many values");
        return false;
    }
    if (m->keys.dtype == n->in[0]->type.dtype) return true;
    node_error(n, "the input is %s, but its keys are %s; put a Cast before it in the model",
               dtype_name(n->in[0]->type.dtype), dtype_name(m->keys.dtype));
    return false;
}

static void infer_mapping(Node *n)
{
    static const DType types[] = {DT_STRING, DT_INT64, DT_INT32, DT_INT16, DT_FLOAT, DT_DOUBLE};
    Mapping m;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 6) || !read_mapping(n, &m))
        return;
    set_out(n, 0, m.values.dtype, &n->in[0]->type.shape);
}

/* -- sorting ----------------------------------------------------------------------------------- */

/* NaN is the largest number, and equal to itself. */
static int compare(const List *l, int a, int b)
{
    if (l->dtype == DT_STRING) return foreign_order(foreign_element(l->data, a), foreign_element(l->data, b));
    if (dtype_is_integer(l->dtype)) {
        int64_t x = number_int(l->dtype, l->data, a), y = number_int(l->dtype, l->data, b);
        return (x > y) - (x < y);
    }
    double x = number_real(l->dtype, l->data, a), y = number_real(l->dtype, l->data, b);
    if (isnan(x) || isnan(y)) return !!isnan(x) - !!isnan(y);
    return (x > y) - (x < y);
}

typedef struct {
    const List *list;
    int index;
} Key;

static int by_key(const void *a, const void *b)
{
    const Key *x = a, *y = b;
    int order = compare(x->list, x->index, y->index);
    return order ? order : x->index - y->index;
}

static bool first_counts(const Node *n)
{
    return foreign_is(n->op_type, "LabelEncoder") && n->opset >= 2;
}

/* The places of the keys in ascending order, of equal ones the first, or the last; returns how many. */
static int sorted_places(const List *keys, bool first, int **places)
{
    Key *sorted = mem_array((size_t)keys->count + 1, sizeof *sorted);
    for (int i = 0; i < keys->count; i++) sorted[i] = (Key){keys, i};
    qsort(sorted, (size_t)keys->count, sizeof *sorted, by_key);
    *places = mem_array((size_t)keys->count + 1, sizeof **places);
    int count = 0;
    for (int i = 0; i < keys->count; i++) {
        int other = first ? i - 1 : i + 1;
        if (other < 0 || other == keys->count || compare(keys, sorted[i].index, sorted[other].index))
            (*places)[count++] = sorted[i].index;
    }
    return count;
}

/* A constant of the list's elements at some places, and one more element if `last` is not NULL. */
static Value *picked(Node *n, const char *name, const List *list, const int *places, int count, const void *last)
{
    size_t bytes = (size_t)dtype_host_bytes(list->dtype);
    char *data = mem_array((size_t)count + 1, bytes);
    for (int i = 0; i < count; i++)
        memcpy(data + (size_t)i * bytes, (const char *)list->data + (size_t)places[i] * bytes, bytes);
    if (last) memcpy(data + (size_t)count * bytes, last, bytes);
    Shape shape = shape_const(1, (int64_t[]){count + (last ? 1 : 0)});
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), list->dtype, &shape, data);
}

/* -- mapping ----------------------------------------------------------------------------------- */

/* What is mapped to that is no key: one element of type t. */
static const void *default_value(Node *n, DType t)
{
    const Attr *tensor = attr_find(n, "default_tensor");
    if (tensor && tensor->type == ATTR_TENSOR && tensor->tensors[0]->type.dtype == t) return tensor->tensors[0]->data;
    void *data = mem_alloc(sizeof(double));
    if (t == DT_STRING) {
        Foreign text = attr_string(n, "default_string", "_Unused");
        memcpy(data, &text, sizeof text);
    } else if (t == DT_FLOAT) {
        number_set(t, data, attr_float(n, "default_float", -0.0));
    } else if (t == DT_INT64) {
        int64_t value = attr_int(n, "default_int64", -1);
        memcpy(data, &value, sizeof value);
    } else {
        number_set(t, data, t == DT_DOUBLE ? -0.0 : -1);
    }
    return data;
}

static void lower_mapping(Node *n)
{
    Mapping m;
    int *places, count;
    if (!read_mapping(n, &m)) return;
    DType t = m.values.dtype;
    if (m.indexed) {
        places = mem_array((size_t)m.keys.count + 1, sizeof *places);
        for (count = 0; count < m.keys.count; count++) places[count] = count;
    } else {
        count = sorted_places(&m.keys, first_counts(n), &places);
    }
    Step *s = m.indexed ? step_call(n, "key_index_str")
                        : step_call(n, "key_map_%s_%s", dtype_suffix(m.keys.dtype), dtype_suffix(t));
    arg_in(s, "x", n->in[0]);
    if (!m.indexed) arg_in(s, "keys", picked(n, "keys", &m.keys, places, count, NULL));
    arg_in(s, "values", picked(n, "values", &m.values, places, count, default_value(n, t)));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->in[0]));
    arg_int(s, "count", count);
}

/* -- one-hot ----------------------------------------------------------------------------------- */

static bool read_categories(Node *n, List *categories)
{
    bool strings = n->in[0]->type.dtype == DT_STRING;
    if (list_of(n, strings ? "cats_strings" : "cats_int64s", strings ? ATTR_STRINGS : ATTR_INTS, categories))
        return true;
    node_invalid(n, "has no %s, expected the categories of its %s input", strings ? "cats_strings" : "cats_int64s",
                 dtype_name(n->in[0]->type.dtype));
    return false;
}

static void infer_one_hot(Node *n)
{
    static const DType types[] = {DT_STRING, DT_INT64, DT_INT32, DT_FLOAT, DT_DOUBLE};
    List categories;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 5) ||
        !need_rank(n, 0, 0, MAX_RANK - 1) || !read_categories(n, &categories))
        return;
    Shape y = n->in[0]->type.shape;
    y.dim[y.rank++] = dim_const(categories.count);
    set_out(n, 0, DT_FLOAT, &y);
}

/* Numbers are categories as int64. */
static Value *as_categories(Node *n)
{
    Value *x = n->in[0];
    if (x->type.dtype == DT_STRING || x->type.dtype == DT_INT64) return x;
    Value *wide = scratch(n, "categories", DT_INT64, elements(x));
    wide->type.shape = x->type.shape;
    Step *s = step_loop(n, &x->type.shape);
    Ref v = loop_read(s, x);
    loop_store(s, wide, loop_apply(s, DT_INT64, mem_printf("cast_%s_i64", dtype_suffix(x->type.dtype)), 1, &v));
    return wide;
}

static void lower_one_hot(Node *n)
{
    List categories;
    int *places;
    if (!read_categories(n, &categories)) return;
    Value *x = as_categories(n);
    int count = sorted_places(&categories, false, &places);
    int32_t *columns = mem_array((size_t)count + 1, sizeof *columns);
    for (int i = 0; i < count; i++) columns[i] = places[i];
    Shape shape = shape_const(1, (int64_t[]){count});
    Step *s = step_call(n, "key_one_hot_%s", dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_in(s, "keys", picked(n, "categories", &categories, places, count, NULL));
    arg_in(s, "column",
           value_const(n->graph, foreign_suffixed(n->out[0]->wanted, "/columns"), DT_INT32, &shape, columns));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(x));
    arg_int(s, "count", count);
    arg_int(s, "columns", categories.count);
    arg_int(s, "zeros", attr_int(n, "zeros", 1) != 0);
}

const Op ops_label_encoder[] = {
    {.name = "LabelEncoder", .domain = "ai.onnx.ml", .since = 1, .infer = infer_mapping, .lower = lower_mapping},
    {.name = "CategoryMapper", .domain = "ai.onnx.ml", .since = 1, .infer = infer_mapping, .lower = lower_mapping},
    {.name = "OneHotEncoder", .domain = "ai.onnx.ml", .since = 1, .infer = infer_one_hot, .lower = lower_one_hot},
    {0},
};
