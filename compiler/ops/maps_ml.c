/* ZipMap, CastMap and DictVectorizer of ai.onnx.ml:
 * https://onnx.ai/onnx/operators/onnx_aionnxml_ZipMap.html
 * A ZipMap's maps, one for each row of scores, have the same keys: at the interface they are two arrays, NAME_keys and
 * NAME_values, a row for each map, or only one
 * where the scores are a vector (infer/interface.c). They may be handed on, no other operator reads them.
 * A map that is an input of the model is two arrays, too, of as many pairs as there are; of equal keys the last one
 * counts. The other two operators make a row of it, [1][...], as ONNX Runtime does, which leaves out keys that are too
 * large for a CastMap's SPARSE form, or in no vocabulary. Refused: CastMap of floats to strings, which it writes with
 * six digits after the point. */
#include "ops/shared/shared.h"

#include <stdlib.h>
#include <string.h>

/* -- ZipMap ------------------------------------------------------------------------------------ */

static void infer_zip_map(Node *n)
{
    Labels labels;
    if (!need_counts(n, 1, 1, 1, 1) || !output_of(n, 0) || !need_tensor_inputs(n) ||
        !need_type(n, 0, (DType[]){DT_FLOAT}, 1) || !need_rank(n, 0, 1, 2) ||
        !read_labels(n, "classlabels_strings", "classlabels_int64s", &labels) ||
        !need_equal(n, dim_at(n->in[0], -1), dim_const(labels.count), "scores in a row, and class labels"))
        return;
    Type *value = mem_alloc(sizeof *value), *map = mem_alloc(sizeof *map);
    *value = (Type){.kind = KIND_TENSOR, .dtype = DT_FLOAT, .shape = shape_scalar()};
    *map = (Type){.kind = KIND_MAP, .dtype = labels.strings ? DT_STRING : DT_INT64, .elem = value};
    Value *maps = n->out[0];
    Shape shape = shape_const(1, (int64_t[]){labels.count});
    maps->type = (Type){.kind = KIND_SEQUENCE, .elem = map};
    maps->map_values = n->in[0];
    maps->map_keys = value_const(n->graph, foreign_suffixed(node_stem(n), "/keys"), map->dtype, &shape, labels.data);
}

/* Its maps are in place already. */
static void lower_zip_map(Node *n)
{
    (void)n;
}

/* -- a row of values --------------------------------------------------------------------------- */

static bool need_map(Node *n, DType key)
{
    if (!need_counts(n, 1, 1, 1, 1)) return false;
    const Value *x = n->in[0];
    if (x->map_keys && x->type.kind == KIND_MAP && (key == DT_UNDEFINED || x->type.dtype == key)) return true;
    node_invalid(n, "input 0 \"%s\" is no map with keys of type %s, expected one that is an input of the model",
                 shown(x->name), key == DT_UNDEFINED ? "string or int64" : dtype_name(key));
    return false;
}

static void infer_row(Node *n, DType t, Dim count)
{
    Shape y = shape_of(2, (Dim[]){dim_const(1), count});
    set_out(n, 0, t, &y);
}

/* values[places] of type t, where the place behind the last stands for 0 or this text, as a row. */
static void gather_row(Node *n, Value *values, DType t, const char *text, Value *places)
{
    Shape one = shape_const(1, (int64_t[]){1});
    void *data = mem_alloc(sizeof(Foreign));
    if (t == DT_STRING) *(Foreign *)data = foreign(text);
    Value *nothing = value_const(n->graph, foreign_suffixed(node_stem(n), "/nothing"), t, &one, data);
    Node *all = make_node(n, "Concat", 2, (Value *[]){values, nothing}, NULL);
    attr_set_int(all, "axis", 0);
    Value *row = make2(n, "Gather", all->out[0], places, NULL);
    make2(n, "Unsqueeze", row, const_ints(n, 1, (int64_t[]){0}), n->out[0]);
}

/* -- CastMap ----------------------------------------------------------------------------------- */

enum { DENSE, SPARSE };

static bool read_cast(Node *n, int *form, DType *to, int64_t *most)
{
    static const AttrWord forms[] = {{"DENSE", DENSE}, {"SPARSE", SPARSE}, {0}};
    static const AttrWord types[] = {{"TO_FLOAT", DT_FLOAT}, {"TO_INT64", DT_INT64}, {"TO_STRING", DT_STRING}, {0}};
    int type;
    *most = attr_int(n, "max_map", 1);
    if (!attr_word(n, "map_form", "DENSE", forms, form) || !attr_word(n, "cast_to", "TO_FLOAT", types, &type))
        return false;
    *to = (DType)type;
    if (*form == DENSE || (*most > 0 && *most <= INT32_MAX)) return true;
    node_invalid(n, "max_map is %lld, expected the length of the row", (long long)*most);
    return false;
}

static void infer_cast_map(Node *n)
{
    int form;
    int64_t most;
    DType to;
    if (!need_map(n, DT_INT64) || !read_cast(n, &form, &to, &most)) return;
    const Value *values = n->in[0]->map_values;
    if (to == DT_STRING && values->type.dtype != DT_STRING) {
        node_error(n,
                   "casts %s to strings, which is not supported; cast to floats, and make them text outside of the "
                   "model",
                   dtype_name(values->type.dtype));
        return;
    }
    infer_row(n, to, form == SPARSE ? dim_const(most) : dim_at(values, 0));
}

static void expand_cast_map(Node *n)
{
    Value *keys = n->in[0]->map_keys, *values = n->in[0]->map_values, *order;
    int form;
    int64_t most;
    DType to;
    if (!read_cast(n, &form, &to, &most)) return;
    if (values->type.dtype != to) values = cast_to(n, values, to, NULL);
    if (form == SPARSE) {
        Node *places = make_own(n, "KeyPlaces", 1, &keys, NULL);
        attr_set_int(places, "count", most);
        gather_row(n, values, to, "0.f", places->out[0]);
        return;
    }
    Value *count = make1(n, "Shape", keys, NULL);
    Node *sorted = make_node(n, "TopK", 2, (Value *[]){keys, count}, NULL);
    attr_set_int(sorted, "largest", 0);
    order = value_new(n->graph, foreign_suffixed(node_stem(n), "/order"));
    node_add_output(sorted, order);
    Value *row = make2(n, "Gather", values, order, NULL);
    make2(n, "Unsqueeze", row, const_ints(n, 1, (int64_t[]){0}), n->out[0]);
}

/* -- DictVectorizer ---------------------------------------------------------------------------- */

typedef struct {
    int count;
    const int64_t *numbers; /* or NULL */
    const Foreign *texts;
} Vocabulary;

static bool read_vocabulary(Node *n, Vocabulary *v)
{
    int texts = attr_strings(n, "string_vocabulary", &v->texts),
        numbers = attr_ints(n, "int64_vocabulary", &v->numbers);
    v->count = texts ? texts : numbers;
    if (!texts != !numbers) return true;
    node_invalid(n, "has %d texts and %d numbers as vocabulary, expected one of the lists", texts, numbers);
    return false;
}

static void infer_vectorizer(Node *n)
{
    Vocabulary v;
    if (!read_vocabulary(n, &v) || !need_map(n, v.numbers ? DT_INT64 : DT_STRING)) return;
    infer_row(n, n->in[0]->map_values->type.dtype, dim_const(v.count));
}

typedef struct {
    const Vocabulary *of;
    int at;
} Word;

static int by_word(const void *a, const void *b)
{
    const Word *x = a, *y = b;
    if (x->of->texts) return foreign_order(x->of->texts[x->at], y->of->texts[y->at]);
    int64_t i = x->of->numbers[x->at], j = y->of->numbers[y->at];
    return (i > j) - (i < j);
}

/* The words in ascending order, each once; place[count]: which of them is each. */
static Value *sorted_words(Node *n, const Vocabulary *v, int64_t *place)
{
    DType t = v->texts ? DT_STRING : DT_INT64;
    size_t size = (size_t)dtype_host_bytes(t);
    Word *words = mem_array((size_t)v->count, sizeof *words);
    for (int i = 0; i < v->count; i++) words[i] = (Word){v, i};
    qsort(words, (size_t)v->count, sizeof *words, by_word);
    char *data = mem_array((size_t)v->count, size);
    int64_t last = -1;
    for (int i = 0; i < v->count; i++) {
        const void *word = v->texts ? (const void *)&v->texts[words[i].at] : &v->numbers[words[i].at];
        if (i == 0 || by_word(&words[i - 1], &words[i])) memcpy(data + (size_t)++last * size, word, size);
        place[words[i].at] = last;
    }
    Shape shape = shape_const(1, (int64_t[]){last + 1});
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/vocabulary"), t, &shape, data);
}

static void expand_vectorizer(Node *n)
{
    Vocabulary v;
    if (!read_vocabulary(n, &v)) return;
    int64_t *place = mem_array((size_t)v.count, sizeof *place);
    Value *words[] = {n->in[0]->map_keys, sorted_words(n, &v, place)};
    Value *found = make_own(n, "KeyPlaces", 2, words, NULL)->out[0];
    Value *places = make2(n, "Gather", found, const_ints(n, v.count, place), NULL), *values = n->in[0]->map_values;
    gather_row(n, values, values->type.dtype, "", places);
}

/* -- KeyPlaces: where each of some keys, or each number below `count`, stands among others ------ */

static void infer_places(Node *n)
{
    Dim count = n->n_in > 1 ? elements(n->in[1]) : dim_const(attr_int(n, "count", 0));
    Shape y = shape_of(1, &count);
    set_out(n, 0, DT_INT64, &y);
}

static void lower_places(Node *n)
{
    bool sought = n->n_in > 1;
    Step *s = sought ? step_call(n, "key_places_%s", dtype_suffix(n->in[0]->type.dtype))
                     : step_call(n, "key_places_below");
    arg_in(s, "x", n->in[0]);
    if (sought) arg_in(s, "keys", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->in[0]));
    arg_dim(s, "count", elements(n->out[0]));
}

const Op ops_maps_ml[] = {
    {.name = "CastMap", .domain = "ai.onnx.ml", .since = 1, .infer = infer_cast_map, .expand = expand_cast_map},
    {.name = "DictVectorizer",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_vectorizer,
     .expand = expand_vectorizer},
    {.name = "KeyPlaces", .domain = OWN_DOMAIN, .since = 1, .infer = infer_places, .lower = lower_places},
    {.name = "ZipMap",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_zip_map,
     .lower = lower_zip_map,
     .flags = OP_NEVER_FOLD},
    {0},
};
