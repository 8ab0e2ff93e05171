/* StringConcat, StringSplit and StringNormalizer: https://onnx.ai/onnx/operators/onnx__StringConcat.html
 * Tokenizer: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.Tokenizer
 * The strings that they make have room for as many bytes as --text says; a call with longer ones gives NAME_EVALUE.
 * White space is what it is in C; letters of all scripts have their upper and lower case, whatever the locale. */
#include "ops/shared/shared.h"

#include <string.h>

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

/* How many pieces the text has that has most of them; NULL after an error. Without bounds, as many as fit into it. */
static Dim pieces(Node *n)
{
    const Value *x = n->in[0];
    int64_t splits = attr_int(n, "maxsplit", -1);
    if (dim_is(elements(x), 0)) return dim_const(0);
    if (size_is_stated(n, 0, x->type.shape.rank)) return size_of_data(n, 0, x->type.shape.rank);
    int64_t delimiter = (int64_t)foreign_length(attr_string(n, "delimiter", ""));
    int64_t bytes = room(n) - 1, most = delimiter ? bytes / delimiter + 1 : (bytes + 1) / 2;
    return count_of_data(n, 0, x->type.shape.rank, dim_const(splits >= 0 && splits < most ? splits + 1 : most));
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

/* -- Tokenizer --------------------------------------------------------------------------------- */

enum { MOST_MATCHERS = 16 }; /* as the kernel has room for */

/* Tokens are characters, or what an expression matches, or what is between matches of one or more. */
typedef struct {
    int separators, matchers;
    Matcher matcher[MOST_MATCHERS];
} Tokens;

static bool add_matcher(Node *n, Tokens *t, Foreign pattern)
{
    Matcher *m = &t->matcher[t->matchers++];
    const char *wrong = regex_compile(pattern, m);
    if (!wrong && m->has_places) wrong = "asks where a text or a word begins or ends, which is not supported";
    if (wrong) node_error(n, "its expression \"%s\" %s", shown(pattern), wrong);
    return !wrong;
}

static bool read_tokens(Node *n, Tokens *t)
{
    const Foreign *separators;
    int count = attr_strings(n, "separators", &separators);
    *t = (Tokens){0};
    if (count > MOST_MATCHERS) {
        node_error(n, "has %d separators, expected at most %d; merge them to expressions like \"a|b\"", count,
                   MOST_MATCHERS);
        return false;
    }
    Foreign expression = count ? separators[0] : attr_string(n, "tokenexp", "");
    if (!count && foreign_empty(expression)) {
        node_invalid(n, "has neither separators nor a tokenexp");
        return false;
    }
    bool letters = foreign_is(expression, count ? "" : ".") && count < 2;
    if (letters || !count) return add_matcher(n, t, letters ? foreign("(?s:.)") : expression);
    for (t->separators = count; t->matchers < count;)
        if (!add_matcher(n, t, separators[t->matchers])) return false;
    return true;
}

static void infer_tokenizer(Node *n)
{
    Tokens t;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, strings, 1) ||
        !need_rank(n, 0, 1, 2) || !read_tokens(n, &t))
        return;
    Shape y = n->in[0]->type.shape;
    int64_t marks = attr_int(n, "mark", 0) ? 2 : 0, most = t.separators ? room(n) / 2 : room(n) - 1;
    Dim count = dim_is(elements(n->in[0]), 0)  ? dim_const(0)
                : size_is_stated(n, 0, y.rank) ? size_of_data(n, 0, y.rank)
                                               : count_of_data(n, 0, y.rank, dim_const(most + marks));
    if (!count) return;
    y.dim[y.rank++] = count;
    set_out(n, 0, DT_STRING, &y);
}

static Value *numbers(Node *n, const char *name, DType t, int64_t count, const void *data)
{
    Shape shape = shape_const(1, &count);
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), t, &shape, data);
}

/* The matchers' tables one after another. */
static void arg_matchers(Node *n, Step *s, const Tokens *t)
{
    int64_t places[3 * MOST_MATCHERS], next = 0, states = 0;
    for (int i = 0; i < t->matchers; i++) {
        const Matcher *m = &t->matcher[i];
        places[3 * i] = m->classes;
        places[3 * i + 1] = next;
        places[3 * i + 2] = states;
        next += m->states * m->classes;
        states += m->states;
    }
    uint8_t *classes = mem_array((size_t)t->matchers, sizeof t->matcher->class_of);
    uint16_t *follows = mem_array((size_t)next, sizeof *follows);
    bool *accepts = mem_array((size_t)states, sizeof *accepts);
    for (int i = 0; i < t->matchers; i++) {
        const Matcher *m = &t->matcher[i];
        memcpy(classes + (size_t)i * sizeof m->class_of, m->class_of, sizeof m->class_of);
        memcpy(follows + places[3 * i + 1], m->next, (size_t)(m->states * m->classes) * sizeof *follows);
        memcpy(accepts + places[3 * i + 2], m->accepts, (size_t)m->states * sizeof *accepts);
    }
    arg_in(s, "class_of", numbers(n, "classes", DT_UINT8, t->matchers * 256, classes));
    arg_in(s, "next", numbers(n, "next", DT_UINT16, next, follows));
    arg_in(s, "accepts", numbers(n, "accepts", DT_BOOL, states, accepts));
    arg_ints(s, "tables", 3 * t->matchers, places);
}

static void lower_tokenizer(Node *n)
{
    Tokens t;
    if (!read_tokens(n, &t)) return;
    Dim count = dim_at(n->out[0], -1), rows = elements(n->in[0]);
    Foreign *pad = mem_alloc(sizeof *pad);
    *pad = attr_string(n, "pad_value", "");
    int64_t letters = attr_int(n, "mincharnum", 1);
    Step *s = step_call(n, "tokenize");
    arg_in(s, "x", n->in[0]);
    arg_in(s, "pad", texts(n, "pad", 1, pad));
    arg_matchers(n, s, &t);
    arg_out(s, "text", text_room(n, dim_mul(rows, dim_const(2 * room(n)))));
    arg_out(s, "counts", scratch(n, "counts", DT_INT32, rows));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct tokenizer");
    arg_field(s, "n", rows);
    arg_field_int(s, "room", 2 * room(n));
    arg_field_int(s, "separators", t.separators);
    arg_field_int(s, "letters", letters < 1 ? 1 : letters > INT32_MAX ? INT32_MAX : letters);
    arg_field_int(s, "mark", attr_int(n, "mark", 0) != 0);
    arg_field_int(s, "least", dim_low(count));
    arg_field_int(s, "most", dim_high(count));
    arg_count(n, s, count);
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
    {.name = "Tokenizer",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_tokenizer,
     .lower = lower_tokenizer,
     .flags = OP_NEVER_FOLD},
    {0},
};
