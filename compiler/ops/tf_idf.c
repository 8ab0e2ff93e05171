/* TfIdfVectorizer: https://onnx.ai/onnx/operators/onnx__TfIdfVectorizer.html
 * A weight goes with its n-gram, as the text and ONNX Runtime have it; the reference evaluator takes it for that of
 * the output's element. A pool that has an n-gram twice is refused. */
#include "op/op.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    DType dtype;
    const Foreign *strings; /* of these two, the pool */
    const int64_t *ints;
    int elements, grams, sizes; /* the pool's elements and n-grams, and up to how many elements these have */
    const int64_t *starts;      /* of the n-grams of each size, in elements */
    const int64_t *columns;     /* of each n-gram */
    int64_t outputs;
} Pool;

/* -- reading the node -------------------------------------------------------------------------- */

static int64_t size_ends(const Pool *p, int size)
{
    return size < p->sizes ? p->starts[size] : p->elements;
}

/* How many n-grams of `size` elements there are; -1 if no whole number of them. */
static int grams_of(const Pool *p, int size)
{
    int64_t from = size <= p->sizes ? p->starts[size - 1] : p->elements, to = size_ends(p, size);
    return from < 0 || to < from || to > p->elements || (to - from) % size ? -1 : (int)((to - from) / size);
}

static bool check_pool(Node *n, Pool *p)
{
    int64_t grams = 0;
    bool fits = p->sizes > 0 && p->starts[0] == 0;
    for (int size = 1; fits && size <= p->sizes; size++) {
        fits = grams_of(p, size) >= 0;
        grams += fits ? grams_of(p, size) : 0;
    }
    if (!fits || grams != p->grams || grams == 0) {
        node_invalid(
            n, "ngram_counts doesn't divide the pool of %d elements into %d n-grams, one for each of ngram_indexes",
            p->elements, p->grams);
        return false;
    }
    for (int i = 0; i < p->grams; i++) {
        if (p->columns[i] < 0 || p->columns[i] >= INT32_MAX) {
            node_invalid(n, "ngram_indexes has %lld, expected 0 or more", (long long)p->columns[i]);
            return false;
        }
        if (p->columns[i] >= p->outputs) p->outputs = p->columns[i] + 1;
    }
    return true;
}

static bool read_pool(Node *n, Pool *p)
{
    bool strings = n->in[0]->type.dtype == DT_STRING;
    *p = (Pool){.dtype = strings ? DT_STRING : DT_INT64};
    p->elements = strings ? attr_strings(n, "pool_strings", &p->strings) : attr_ints(n, "pool_int64s", &p->ints);
    p->sizes = attr_ints(n, "ngram_counts", &p->starts);
    p->grams = attr_ints(n, "ngram_indexes", &p->columns);
    if (p->elements) return check_pool(n, p);
    node_invalid(n, "has no %s, expected n-grams of its %s input", strings ? "pool_strings" : "pool_int64s",
                 dtype_name(n->in[0]->type.dtype));
    return false;
}

typedef enum { TF, IDF, TFIDF } Mode;

static bool read_mode(Node *n, int *mode)
{
    static const AttrWord words[] = {{"TF", TF}, {"IDF", IDF}, {"TFIDF", TFIDF}, {0}};
    return attr_word(n, "mode", "", words, mode);
}

static bool check_lengths(Node *n)
{
    int64_t least = attr_int(n, "min_gram_length", 0), most = attr_int(n, "max_gram_length", 0),
            skips = attr_int(n, "max_skip_count", 0);
    if (1 <= least && least <= most && most <= INT32_MAX && 0 <= skips && skips < INT32_MAX) return true;
    node_invalid(n, "has n-grams of %lld to %lld elements with up to %lld skipped", (long long)least, (long long)most,
                 (long long)skips);
    return false;
}

static void infer_tf_idf(Node *n)
{
    static const DType types[] = {DT_INT64, DT_INT32, DT_STRING};
    const float *weights;
    Pool p;
    int mode;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 3) || !need_rank(n, 0, 1, 2) ||
        !read_mode(n, &mode) || !check_lengths(n) || !read_pool(n, &p))
        return;
    int count = attr_floats(n, "weights", &weights);
    if (count && count != p.grams) {
        node_invalid(n, "has %d weights for %d n-grams", count, p.grams);
        return;
    }
    Shape y = n->in[0]->type.shape;
    y.dim[y.rank - 1] = dim_const(p.outputs);
    set_out(n, 0, DT_FLOAT, &y);
}

/* -- sorting ----------------------------------------------------------------------------------- */

typedef struct {
    const Pool *pool;
    int at, size, number; /* its first element, how many there are, and which n-gram it is */
} Gram;

static int by_elements(const void *a, const void *b)
{
    const Gram *x = a, *y = b;
    int order = 0;
    for (int i = 0; i < x->size && !order; i++) {
        if (x->pool->strings) order = foreign_order(x->pool->strings[x->at + i], x->pool->strings[y->at + i]);
        else
            order = (x->pool->ints[x->at + i] > x->pool->ints[y->at + i]) -
                    (x->pool->ints[x->at + i] < x->pool->ints[y->at + i]);
    }
    return order;
}

/* Of each size in ascending order; NULL and an error if one is there twice. */
static Gram *sorted(Node *n, const Pool *p)
{
    Gram *grams = mem_array((size_t)p->grams, sizeof *grams);
    int number = 0;
    for (int size = 1; size <= p->sizes; size++) {
        int count = grams_of(p, size), first = number;
        for (int i = 0; i < count; i++, number++)
            grams[number] = (Gram){p, (int)p->starts[size - 1] + i * size, size, number};
        qsort(grams + first, (size_t)count, sizeof *grams, by_elements);
        for (int i = first + 1; i < number; i++)
            if (!by_elements(&grams[i - 1], &grams[i])) {
                node_invalid(n, "its pool has an n-gram of %d elements twice", size);
                return NULL;
            }
    }
    return grams;
}

/* -- lower ------------------------------------------------------------------------------------- */

static Value *constant(Node *n, const char *name, DType t, int64_t count, const void *data)
{
    Shape shape = shape_const(1, &count);
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), t, &shape, data);
}

static Value *sorted_pool(Node *n, const Pool *p, const Gram *grams)
{
    size_t bytes = (size_t)dtype_host_bytes(p->dtype), at = 0;
    const char *from = p->strings ? (const char *)p->strings : (const char *)p->ints;
    char *data = mem_array((size_t)p->elements, bytes);
    for (int i = 0; i < p->grams; at += (size_t)grams[i++].size * bytes)
        memcpy(data + at, from + (size_t)grams[i].at * bytes, (size_t)grams[i].size * bytes);
    return constant(n, "pool", p->dtype, p->elements, data);
}

/* NULL: they are all 1. */
static Value *column_weights(Node *n, const Pool *p, Mode mode)
{
    const float *weights;
    if (mode == TF || !attr_floats(n, "weights", &weights)) return NULL;
    float *data = mem_array((size_t)p->outputs, sizeof *data);
    for (int i = 0; i < p->grams; i++) data[p->columns[i]] = weights[i];
    return constant(n, "weights", DT_FLOAT, p->outputs, data);
}

static Value *gram_counts(Node *n, const Pool *p, int64_t most)
{
    int32_t *counts = mem_array((size_t)most, sizeof *counts);
    for (int size = 1; size <= most && size <= p->sizes; size++) counts[size - 1] = grams_of(p, size);
    return constant(n, "counts", DT_INT32, most, counts);
}

static Value *gram_columns(Node *n, const Pool *p, const Gram *grams)
{
    int32_t *columns = mem_array((size_t)p->grams, sizeof *columns);
    for (int i = 0; i < p->grams; i++) columns[i] = (int32_t)p->columns[grams[i].number];
    return constant(n, "columns", DT_INT32, p->grams, columns);
}

/* The input, int32 as int64. */
static Value *tokens_of(Node *n)
{
    Value *x = n->in[0];
    if (x->type.dtype != DT_INT32) return x;
    Value *wide = scratch(n, "wide", DT_INT64, elements(x));
    wide->type.shape = x->type.shape;
    Step *s = step_loop(n, &x->type.shape);
    Ref v = loop_read(s, x);
    loop_store(s, wide, loop_apply(s, DT_INT64, "cast_i32_i64", 1, &v));
    return wide;
}

static void lower_tf_idf(Node *n)
{
    Pool p;
    int mode;
    if (!read_pool(n, &p) || !read_mode(n, &mode)) return;
    const Gram *grams = sorted(n, &p);
    if (!grams) return;
    Value *x = tokens_of(n);
    int64_t most = attr_int(n, "max_gram_length", 0);
    if (most > p.sizes) most = p.sizes;
    Step *s = step_call(n, "tf_idf_%s", dtype_suffix(p.dtype));
    arg_in(s, "x", x);
    arg_in(s, "pool", sorted_pool(n, &p, grams));
    arg_in(s, "counts", gram_counts(n, &p, most));
    arg_in(s, "column", gram_columns(n, &p, grams));
    arg_in(s, "weight", column_weights(n, &p, (Mode)mode));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct tf_idf");
    arg_field(s, "rows", x->type.shape.rank == 2 ? x->type.shape.dim[0] : dim_const(1));
    arg_field(s, "columns", dim_at(x, -1));
    arg_field_int(s, "outputs", p.outputs);
    arg_field_int(s, "least", attr_int(n, "min_gram_length", 0));
    arg_field_int(s, "most", most);
    arg_field_int(s, "skips", attr_int(n, "max_skip_count", 0));
    arg_field_int(s, "binary", mode == IDF);
}

const Op ops_tf_idf[] = {
    {.name = "TfIdfVectorizer", .domain = "", .since = 9, .infer = infer_tf_idf, .lower = lower_tf_idf},
    {0},
};
