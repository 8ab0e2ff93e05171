/* Reading a node: its inputs, outputs and what the operator demands of them. */
#include "op/op.h"

Value *input_of(const Node *n, int i)
{
    return i < n->n_in ? n->in[i] : NULL;
}

Value *output_of(const Node *n, int i)
{
    return i < n->n_out ? n->out[i] : NULL;
}

/* -- counts ------------------------------------------------------------------------------------ */

/* Exporters write omitted optional values at the end of a list, too: those don't count. */
static int used(Value *const *values, int count)
{
    while (count > 0 && !values[count - 1]) count--;
    return count;
}

static const char *range_text(int low, int high)
{
    if (high < 0) return mem_printf("at least %d", low);
    return low == high ? mem_printf("%d", low) : mem_printf("%d to %d", low, high);
}

static bool need_count(Node *n, const char *what, Value *const *values, int count, int low, int high)
{
    int found = used(values, count);
    if (found < low || (high >= 0 && found > high)) {
        node_invalid(n, "has %d %s%s, expected %s", found, what, found == 1 ? "" : "s", range_text(low, high));
        return false;
    }
    for (int i = 0; i < low; i++) {
        if (values[i]) continue;
        node_invalid(n, "%s %d is omitted, expected a value: it is not optional", what, i);
        return false;
    }
    return true;
}

bool need_inputs_from(Node *n, int first)
{
    for (int i = first; i < n->n_in; i++) {
        if (n->in[i]) continue;
        node_invalid(n, "input %d is omitted, expected a value: it is not optional", i);
        return false;
    }
    return true;
}

bool need_counts(Node *n, int min_in, int max_in, int min_out, int max_out)
{
    bool inputs = need_count(n, "input", n->in, n->n_in, min_in, max_in);
    if (inputs && max_in < 0 && min_in > 0) inputs = need_inputs_from(n, min_in);
    return need_count(n, "output", n->out, n->n_out, min_out, max_out) && inputs;
}

/* -- types and ranks --------------------------------------------------------------------------- */

static const char *kind_text(Kind kind)
{
    static const char *const text[] = {"a tensor", "a sequence", "an optional", "a map", "a sparse tensor"};
    return text[kind];
}

static bool need_tensor(Node *n, int i)
{
    const Value *v = n->in[i];
    if (v->type.kind != KIND_TENSOR) {
        node_invalid(n, "input %d \"%s\" is %s, expected a tensor", i, shown(v->name), kind_text(v->type.kind));
        return false;
    }
    if (v->type.dtype == DT_UNDEFINED || v->type.shape.rank < 0) {
        node_error(n, "input %d \"%s\" has no known %s; declare its type and shape in the model", i, shown(v->name),
                   v->type.dtype == DT_UNDEFINED ? "element type" : "rank");
        return false;
    }
    return true;
}

bool need_tensor_inputs(Node *n)
{
    bool good = true;
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !need_tensor(n, i)) good = false;
    return good;
}

bool need_rank(Node *n, int input, int low, int high)
{
    const Value *v = input_of(n, input);
    if (!v || (v->type.shape.rank >= low && (high < 0 || v->type.shape.rank <= high))) return true;
    node_invalid(n, "input %d \"%s\" has rank %d (shape %s), expected rank %s", input, shown(v->name),
                 v->type.shape.rank, shown(shape_text(&v->type.shape)), range_text(low, high));
    return false;
}

/* "float32, float64 or int8" */
static const char *types_text(const DType *types, int count)
{
    const char *text = dtype_name(types[0]);
    for (int i = 1; i < count; i++)
        text = mem_printf("%s%s%s", text, i + 1 < count ? ", " : " or ", dtype_name(types[i]));
    return text;
}

bool need_type(Node *n, int input, const DType *allowed, int count)
{
    const Value *v = input_of(n, input);
    if (!v) return true;
    for (int i = 0; i < count; i++)
        if (v->type.dtype == allowed[i]) return true;
    node_error(n, "input %d \"%s\" is %s, expected %s; put a Cast before it in the model", input, shown(v->name),
               dtype_name(v->type.dtype), types_text(allowed, count));
    return false;
}

bool need_float(Node *n, int input)
{
    static const DType floats[] = {DT_FLOAT16, DT_BFLOAT16, DT_FLOAT, DT_DOUBLE};
    return need_type(n, input, floats, 4);
}

bool need_same_type(Node *n, int input_a, int input_b)
{
    const Value *a = input_of(n, input_a), *b = input_of(n, input_b);
    if (!a || !b || a->type.dtype == b->type.dtype) return true;
    node_error(n, "input %d \"%s\" is %s, expected %s as input %d \"%s\"; put a Cast before it in the model", input_b,
               shown(b->name), dtype_name(b->type.dtype), dtype_name(a->type.dtype), input_a, shown(a->name));
    return false;
}

/* -- dimensions -------------------------------------------------------------------------------- */

bool need_divides(Node *n, Dim d, int64_t divisor, const char *what)
{
    if (dim_divides(dim_const(divisor), d)) return true;
    if (!dim_is_const(d)) {
        assume_equal(n, dim_mod(d, dim_const(divisor)), dim_const(0));
        return true;
    }
    node_invalid(n, "%s is %s, expected a multiple of %lld", what, shown(dim_text(d)), (long long)divisor);
    return false;
}

bool need_equal(Node *n, Dim a, Dim b, const char *what)
{
    if (!dims_differ(a, b)) {
        assume_equal(n, a, b);
        return true;
    }
    node_invalid(n, "%s: %s and %s, expected to be equal", what, shown(dim_text(a)), shown(dim_text(b)));
    return false;
}
