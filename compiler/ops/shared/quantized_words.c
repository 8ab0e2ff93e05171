/* quantized_words: constant 8-bit weights for targets that multiply words or pairs (qfour.c of the kernel library), and
 * what else its kernels take. */
#include "kernels.h"
#include "ops/shared/quantized.h"

enum { SIGN_BIT = 128, ROWS = 4, EIGHT = 8 };

bool multiplies_words(const Node *n)
{
    Multiplier m = n->graph->model->options.target->multiplier;
    return m == MULTIPLY_WORDS || m == MULTIPLY_PAIRS;
}

/* Not of scales that are zero, infinite or not numbers. */
static bool is_moderate(float multiplier)
{
    return multiplier > 0 && multiplier < FLT_MAX;
}

bool requantizes_words(const Requantize *r)
{
    for (int64_t i = 0; i < value_count(r->multiplier); i++)
        if (!is_moderate((float)const_as_double(r->multiplier, i))) return false;
    return true;
}

static bool in_pairs(const Node *n)
{
    return n->graph->model->options.target->multiplier == MULTIPLY_PAIRS;
}

const char *words_kernel(const Node *n, const char *stem)
{
    return mem_printf("%s_%s_%s", stem, in_pairs(n) ? "pairs" : "words", dtype_suffix(n->out[0]->type.dtype));
}

static Value *new_weights(Node *n, Value *w, int64_t filters, int64_t depth, const char *how, bool *is_new)
{
    Shape shape = shape_const(2, (int64_t[]){filters, (depth + EIGHT - 1) / EIGHT * EIGHT});
    return packed_constant(n, w, DT_INT8, how, &shape, is_new);
}

static int32_t flip_of(const Value *w)
{
    return w->type.dtype == DT_UINT8 ? SIGN_BIT : 0;
}

Value *words_weights(Node *n, Value *w, int64_t filters, int64_t runs, int64_t run)
{
    bool is_new;
    const char *how = mem_printf("whole fours of %lld runs first", (long long)runs);
    Value *v = new_weights(n, w, filters, runs * run, how, &is_new);
    if (is_new) pack_byte_runs(w->data, (int8_t *)v->data, (int32_t)filters, (int32_t)runs, (int32_t)run, flip_of(w));
    return v;
}

static Value *column_weights(Node *n, Value *w, int64_t columns, int64_t depth)
{
    bool is_new;
    Value *v = new_weights(n, w, (columns + ROWS - 1) / ROWS * ROWS, depth, "fours of four columns", &is_new);
    if (is_new) pack_byte_columns(w->data, (int8_t *)v->data, (int32_t)columns, (int32_t)depth, flip_of(w));
    return v;
}

Value *words_start(Node *n, Value *bias, int64_t filters)
{
    if (bias) return bias;
    Shape shape = shape_const(1, &filters);
    Value *v = value_const(n->graph, foreign_suffixed(node_stem(n), "/start"), DT_INT32, &shape,
                           mem_array((size_t)filters + 1, sizeof(int32_t)));
    v->origin = "no bias";
    return v;
}

int64_t words_block(const Node *n, int64_t depth)
{
    return (depth + EIGHT - 1) / EIGHT * EIGHT * ROWS / (in_pairs(n) ? 2 : 1);
}

int64_t words_of_quads(const Node *n, int64_t places)
{
    return 4 + places * (in_pairs(n) ? 2 : 4);
}

Step *words_product(Node *n, const Product *p, const Value *zero_a, const Value *zero_b, Value *bias,
                    const Requantize *r)
{
    int64_t depth = dim_value(p->k), columns = dim_value(p->n);
    bool one_row = dim_is(p->m, 1);
    Value *w = one_row ? column_weights(n, p->b, columns, depth) : words_weights(n, p->b, columns, 1, depth),
          *zeros = packed_zeros(n, p->b, zero_b, columns), *start = words_start(n, bias, columns),
          *block = scratch(n, "block", DT_INT32, dim_const(words_block(n, depth) / (one_row ? ROWS : 1)));
    Step *s = step_call(n, "%s", words_kernel(n, one_row ? "qgemm_row" : "qgemm"));
    arg_in(s, "a", p->a);
    arg_in(s, "w", w);
    arg_in(s, "w_zero", zeros);
    arg_in(s, "start", start);
    arg_in(s, "multiplier", r->multiplier);
    arg_out(s, "y", p->y);
    arg_out(s, "scratch", block);
    arg_struct(s, "p", "struct qgemm_words");
    arg_field(s, "rows", p->m);
    arg_field_int(s, "cols", columns);
    arg_field_int(s, "depth", depth);
    arg_field_int(s, "a_zero", zero_a ? const_as_int(zero_a, 0) : 0);
    arg_field_int(s, "a_signed", p->a->type.dtype == DT_INT8);
    fields_of_requantize(s, r);
    s->macs = dim_high(dim_mul(p->m, dim_mul(p->n, p->k)));
    return s;
}
