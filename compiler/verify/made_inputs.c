/* Data for a model's inputs where there are none, such as the model could be asked in earnest. */
#include "verify/made_inputs.h"
#include "verify/verify.h"

#include "op/op.h"

#include <math.h>

/* -- random numbers: splitmix64 ------------------------------------------------------------------ */

static uint64_t next(Random *r)
{
    uint64_t x = r->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

Random random_start(uint64_t seed, int run, int input)
{
    Random r = {seed};
    r.state = next(&r) + (uint64_t)run;
    r.state = next(&r) + (uint64_t)input;
    return r;
}

int64_t random_integer(Random *r, int64_t low, int64_t high)
{
    return high <= low ? low : low + (int64_t)(next(r) % ((uint64_t)(high - low) + 1));
}

double random_unit(Random *r)
{
    return (double)(next(r) >> 11) * 0x1p-53;
}

/* The sum of twelve has the variance 1. */
double random_normal(Random *r)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += random_unit(r);
    return sum;
}

/* -- what integers may be ------------------------------------------------------------------------ */

typedef struct {
    int64_t low, high;
    bool known;
} Range;

static void narrow(Range *r, int64_t low, int64_t high)
{
    if (!r->known || low > r->low) r->low = low;
    if (!r->known || high < r->high) r->high = high;
    r->known = true;
}

/* Of a size that is known, or 1. */
static int64_t size_at(const Value *v, int64_t axis)
{
    const Shape *s = &v->type.shape;
    if (v->type.kind != KIND_TENSOR || axis < -s->rank || axis >= s->rank) return 1;
    Dim d = s->dim[axis < 0 ? axis + s->rank : axis];
    return d && dim_is_const(d) && dim_value(d) > 0 ? dim_value(d) : 1;
}

static int64_t rows_of(const Node *n, int table, int64_t axis)
{
    return table < n->n_in && n->in[table] ? size_at(n->in[table], axis) : 1;
}

/* Its elements pass through unchanged. */
static bool hands_on(const Node *n, int index)
{
    static const char *const movers[] = {"Cast",    "Expand", "Flatten",   "Identity", "Reshape",
                                         "Squeeze", "Slice",  "Transpose", "Unsqueeze"};
    for (size_t i = 0; index == 0 && i < sizeof movers / sizeof *movers; i++)
        if (node_is(n, movers[i])) return true;
    return false;
}

static int64_t axis_of(const Node *n, const char *name)
{
    const Attr *a = attr_find(n, name);
    return a && a->type == ATTR_INT && a->count ? a->ints[0] : 0;
}

/* What a node says about the input that it reads there. */
static void narrow_by(const Node *n, int index, Range *range)
{
    bool is_recurrent = node_is(n, "LSTM") || node_is(n, "GRU") || node_is(n, "RNN");
    bool embeds = foreign_is(n->op_type, "EmbedLayerNormalization");
    if ((node_is(n, "Gather") || node_is(n, "GatherElements")) && index == 1)
        narrow(range, 0, rows_of(n, 0, axis_of(n, "axis")) - 1);
    if (embeds && index < 2) narrow(range, 0, rows_of(n, index ? 4 : 2, 0) - 1);
    if (is_recurrent && index == 4) narrow(range, 1, rows_of(n, 0, axis_of(n, "layout")));
    if (node_is(n, "ReverseSequence") && index == 1) narrow(range, 1, rows_of(n, 0, axis_of(n, "time_axis")));
    if (node_is(n, "TopK") && index == 1)
        narrow(range, 1, rows_of(n, 0, attr_find(n, "axis") ? axis_of(n, "axis") : -1));
    if (node_is(n, "RoiAlign") && index == 2) narrow(range, 0, rows_of(n, 0, 0) - 1);
    if ((node_is(n, "CumSum") || node_is(n, "CumProd")) && index == 1)
        narrow(range, 0, n->in[0]->type.shape.rank > 0 ? n->in[0]->type.shape.rank - 1 : 0);
    if (node_is(n, "Loop") && index == 0) narrow(range, 1, 4);
}

/* Which axes: each once. */
static bool takes_axes(const Node *n, int index)
{
    bool changes_rank = node_is(n, "Squeeze") || node_is(n, "Unsqueeze");
    if (index == 1) return changes_rank || (n && foreign_starts(n->op_type, "Reduce"));
    return index == 3 && (node_is(n, "Slice") || node_is(n, "Pad"));
}

static bool takes_scales(const Node *n, int index)
{
    return (node_is(n, "Resize") && index == 2) || (node_is(n, "Upsample") && index == 1);
}

static bool is_read_by(const Value *v, bool (*takes)(const Node *n, int index))
{
    for (int i = 0; i < v->n_readers; i++)
        if (takes(v->readers[i].node, v->readers[i].index)) return true;
    return false;
}

/* Through nodes with one input that moves on: none is met twice. */
static void narrow_by_readers(const Value *v, Range *range, int steps)
{
    for (int i = 0; i < v->n_readers; i++) {
        const Reader *r = &v->readers[i];
        if (!r->node) continue;
        narrow_by(r->node, r->index, range);
        if (steps > 0 && hands_on(r->node, r->index) && r->node->n_out && r->node->out[0])
            narrow_by_readers(r->node->out[0], range, steps - 1);
    }
}

/* Numbers that nothing is known of are the first two of anything; one or a few of them are rather sizes. */
static Range range_of_integers(const Value *v)
{
    enum { MOST_STEPS = 16 };
    Range range = {0};
    DType t = v->type.dtype;
    narrow_by_readers(v, &range, MOST_STEPS);
    if (range.known) return range;
    if (t == DT_UINT8) return (Range){0, 255, true};
    if (t == DT_INT8) return (Range){-128, 127, true};
    bool is_few = v->type.shape.rank < 2 && value_count(v) <= MAX_RANK;
    return is_few ? (Range){1, 2, true} : (Range){0, 1, true};
}

/* -- filling ------------------------------------------------------------------------------------- */

static void *element(const Value *v, void *data, int64_t i)
{
    return (char *)data + i * (dtype_bits(v->type.dtype) / 8);
}

/* Rows of ones with zeros after them, as for texts of several lengths. */
static void fill_mask(const Value *v, void *data, Random *r)
{
    int64_t count = value_count(v), row = size_at(v, -1), ones = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i % row == 0) ones = random_integer(r, (row + 1) / 2, row);
        number_set(v->type.dtype, element(v, data, i), i % row < ones);
    }
}

static void fill_integers(const Value *v, void *data, Random *r)
{
    Range range = range_of_integers(v);
    bool counts = is_read_by(v, takes_axes);
    for (int64_t i = 0, count = value_count(v); i < count; i++) {
        int64_t x = random_integer(r, range.low, range.high);
        number_set(v->type.dtype, element(v, data, i), (double)(counts ? i : x));
    }
}

static bool is_image(const Value *v)
{
    int64_t first = size_at(v, 1), last = size_at(v, -1);
    return v->type.shape.rank == 4 && (first == 1 || first == 3 || first == 4 || last == 1 || last == 3 || last == 4);
}

static void fill_reals(const Value *v, void *data, Random *r)
{
    bool image = is_image(v), scales = is_read_by(v, takes_scales);
    for (int64_t i = 0, count = value_count(v); i < count; i++) {
        double x = image || scales ? random_unit(r) : random_normal(r);
        number_set(v->type.dtype, element(v, data, i), scales ? 1 + x : x);
    }
}

static void fill_complex(const Value *v, void *data, Random *r)
{
    DType part = v->type.dtype == DT_COMPLEX64 ? DT_FLOAT : DT_DOUBLE;
    for (int64_t i = 0, count = 2 * value_count(v); i < count; i++)
        number_set(part, (char *)data + i * (dtype_bits(part) / 8), random_normal(r));
}

/* Types of so few numbers that any will do, but for those that are none and the hugest. */
static void fill_codes(const Value *v, unsigned char *data, Random *r)
{
    enum { MOST = 256 };
    DType t = v->type.dtype;
    int bits = dtype_bits(t), in_byte = 8 / bits, all = (1 << bits) - 1;
    for (int64_t i = 0, count = value_count(v); i < count; i++) {
        unsigned before = data[i / in_byte];
        do data[i / in_byte] = (unsigned char)(before | (unsigned)random_integer(r, 0, all) << (i % in_byte * bits));
        while (!(fabs(number_real(t, data, i)) <= MOST));
    }
}

static bool is_few_codes(DType t)
{
    return dtype_bits(t) < 8 || (dtype_bits(t) == 8 && t != DT_BOOL && !dtype_is_integer(t));
}

static const void *made_strings(int64_t count, Random *r)
{
    Foreign *strings = mem_array((size_t)count + 1, sizeof *strings);
    for (int64_t i = 0; i < count; i++)
        strings[i] = foreign(mem_printf("text %lld", (long long)random_integer(r, 0, 99)));
    return strings;
}

void integers_of_input(const Value *v, int64_t *low, int64_t *high)
{
    Range range = range_of_integers(v);
    *low = range.low;
    *high = range.high;
}

/* The same lengths and sizes each time: compiled code has room for those of the first data set. */
static bool make_list(Value *list, Random *r)
{
    enum { LENGTH = 2, OPEN_SIZE = 3 };
    const Type *element = list->type.elem;
    int count = list->type.kind == KIND_OPTIONAL ? 1 : LENGTH;
    if (list->type.kind == KIND_MAP || !element) return false;
    list->items = mem_array(LENGTH, sizeof *list->items);
    for (; list->n_items < count; list->n_items++) {
        Value *v = value_new(list->graph, foreign_suffixed(list->wanted, "_%d", list->n_items));
        list->items[list->n_items] = v;
        v->type = *element;
        if (v->type.kind == KIND_TENSOR && v->type.shape.rank < 0) v->type.shape.rank = 1;
        for (int d = 0; v->type.kind == KIND_TENSOR && d < v->type.shape.rank; d++)
            if (!v->type.shape.dim[d] || !dim_is_const(v->type.shape.dim[d]))
                v->type.shape.dim[d] = dim_const(OPEN_SIZE);
        if (!make_input(v, r)) return false;
    }
    return true;
}

bool make_input(Value *v, Random *r)
{
    DType t = v->type.dtype;
    if (v->type.kind != KIND_TENSOR) return make_list(v, r);
    if (!shape_is_const(&v->type.shape)) return false;
    if (t == DT_STRING) v->data = made_strings(value_count(v), r);
    if (t == DT_STRING) return true;
    if (!number_has(t) && !dtype_is_complex(t)) return false;
    void *data = mem_array((size_t)value_bytes(v) + 1, 1);
    if (dtype_is_complex(t)) fill_complex(v, data, r);
    else if (is_few_codes(t)) fill_codes(v, data, r);
    else if (foreign_has(v->name, "mask") && t != DT_BOOL) fill_mask(v, data, r);
    else if (t == DT_BOOL || dtype_is_integer(t)) fill_integers(v, data, r);
    else fill_reals(v, data, r);
    v->data = data;
    return true;
}
