/* StringConcat, StringSplit and StringNormalizer: https://onnx.ai/onnx/operators/onnx__StringConcat.html
 * The strings that they make have room for as many bytes as --text says; a call with longer ones gives NAME_EVALUE.
 * White space is what it is in C; letters of all scripts have their upper and lower case, whatever the locale. */
#include "op/op.h"

static const DType strings[] = {DT_STRING};

/* Bytes for each string, its NUL included; and for so many. */
static int room(const Node *n)
{
    int bytes = n->graph->model->options.text_bytes;
    return 1 + (bytes ? bytes : TEXT_BYTES);
}

static Dim text_bytes(const Node *n, Dim count)
{
    return dim_mul(count, dim_const(room(n)));
}

static Value *texts(Node *n, const char *name, int64_t count, const Foreign *data)
{
    Shape shape = shape_const(1, &count);
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), DT_STRING, &shape, data);
}

/* The call's count of what it made: a symbol, or what is known already. */
static void arg_count(Node *n, Step *s, Dim count)
{
    if (dim_is_const(count)) arg_out(s, "count", scratch(n, "count", DT_INT32, dim_const(1)));
    else arg_symbol(s, "count", count);
}

/* -- StringConcat ------------------------------------------------------------------------------ */

static void infer_concat(Node *n)
{
    Shape shape;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, strings, 1) ||
        !need_type(n, 1, strings, 1))
        return;
    if (broadcast_inputs(n, 0, 2, &shape)) set_out(n, 0, DT_STRING, &shape);
}

static void lower_concat(Node *n)
{
    static const char *const names[] = {"x_stride", "y_stride"};
    const Shape *shape = &n->out[0]->type.shape;
    Step *s = step_call(n, "string_concat");
    arg_inputs(s, 0, 2, (const char *const[]){"x", "y"});
    arg_out(s, "text", text_room(n, text_bytes(n, elements(n->out[0]))));
    arg_out(s, "z", n->out[0]);
    arg_int(s, "room", room(n));
    arg_int(s, "rank", shape->rank);
    arg_dims(s, "shape", shape->rank, shape->dim);
    for (int i = 0; i < 2; i++) {
        Dim strides[MAX_RANK];
        broadcast_strides(shape, n->in[i], strides);
        arg_dims(s, names[i], shape->rank, strides);
    }
}

/* -- StringSplit ------------------------------------------------------------------------------- */

/* How many pieces the text has that has most of them; NULL after an error. */
static Dim pieces(Node *n)
{
    const Value *x = n->in[0];
    int64_t splits = attr_int(n, "maxsplit", -1);
    if (dim_is(elements(x), 0)) return dim_const(0);
    if (splits >= 0 && splits < INT32_MAX && !size_is_stated(n, 0, x->type.shape.rank))
        return count_of_data(n, 0, x->type.shape.rank, dim_const(splits + 1));
    return size_of_data(n, 0, x->type.shape.rank);
}

static void infer_split(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 2) || !need_tensor_inputs(n) || !need_type(n, 0, strings, 1) ||
        !need_rank(n, 0, 0, MAX_RANK - 1))
        return;
    Shape y = n->in[0]->type.shape;
    Dim count = output_of(n, 0) ? pieces(n) : dim_const(0);
    if (!count) return;
    y.dim[y.rank++] = count;
    set_out(n, 0, DT_STRING, &y);
    set_out(n, 1, DT_INT64, &n->in[0]->type.shape);
}

static void lower_split(Node *n)
{
    Dim count = dim_at(n->out[0], -1), rows = elements(n->in[0]);
    Foreign *delimiter = mem_alloc(sizeof *delimiter);
    *delimiter = attr_string(n, "delimiter", "");
    int64_t splits = attr_int(n, "maxsplit", -1);
    Value *z = output_of(n, 1);
    Step *s = step_call(n, "string_split");
    arg_in(s, "x", n->in[0]);
    arg_in(s, "delimiter", texts(n, "delimiter", 1, delimiter));
    arg_out(s, "text", text_room(n, text_bytes(n, rows)));
    arg_out(s, "y", n->out[0]);
    arg_out(s, "z", z ? z : scratch(n, "pieces", DT_INT64, rows));
    arg_struct(s, "p", "struct string_split");
    arg_field(s, "n", rows);
    arg_field_int(s, "room", room(n));
    arg_field_int(s, "splits", splits < 0 || splits > INT32_MAX ? -1 : splits);
    arg_field_int(s, "least", dim_low(count));
    arg_field_int(s, "most", dim_high(count));
    arg_count(n, s, count);
}

/* -- StringNormalizer -------------------------------------------------------------------------- */

static bool read_change(Node *n, int *change)
{
    static const AttrWord words[] = {{"NONE", 0}, {"LOWER", 1}, {"UPPER", 2}, {0}};
    return attr_word(n, "case_change_action", "NONE", words, change);
}

static void infer_normalizer(Node *n)
{
    const Foreign *stops;
    int change;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, strings, 1) ||
        !need_rank(n, 0, 1, 2) || !read_change(n, &change))
        return;
    Shape y = n->in[0]->type.shape;
    if (y.rank == 2 && !need_equal(n, y.dim[0], dim_const(1), "the rows of its input, and 1")) return;
    Dim *count = &y.dim[y.rank - 1];
    if (attr_strings(n, "stopwords", &stops) || dim_low(*count) < 1) {
        Dim most = dim_low(*count) < 1 ? dim_const(dim_high(*count) < 1 ? 1 : dim_high(*count)) : *count;
        *count = count_of_data(n, 0, y.rank - 1, most);
    }
    set_out(n, 0, DT_STRING, &y);
}

static void lower_normalizer(Node *n)
{
    const Foreign *stops;
    int change, count = attr_strings(n, "stopwords", &stops);
    if (!read_change(n, &change)) return;
    Dim rows = dim_at(n->in[0], -1);
    Step *s = step_call(n, "string_normalize");
    arg_in(s, "x", n->in[0]);
    arg_in(s, "stop", count ? texts(n, "stopwords", count, stops) : NULL);
    arg_out(s, "text", text_room(n, text_bytes(n, change ? rows : dim_const(0))));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct string_normalize");
    arg_field(s, "n", rows);
    arg_field_int(s, "stops", count);
    arg_field_int(s, "room", room(n));
    arg_field_int(s, "change", change);
    arg_field_int(s, "ignores_case", !attr_int(n, "is_case_sensitive", 0));
    arg_count(n, s, dim_at(n->out[0], -1));
}

const Op ops_strings[] = {
    {.name = "StringConcat", .domain = "", .since = 20, .infer = infer_concat, .lower = lower_concat},
    {.name = "StringNormalizer",
     .domain = "",
     .since = 10,
     .infer = infer_normalizer,
     .lower = lower_normalizer,
     .flags = OP_NEVER_FOLD},
    {.name = "StringSplit",
     .domain = "",
     .since = 20,
     .infer = infer_split,
     .lower = lower_split,
     .flags = OP_NEVER_FOLD},
    {0},
};
