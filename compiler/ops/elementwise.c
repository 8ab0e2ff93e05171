/* Elementwise operators with a scalar function of their own: https://onnx.ai/onnx/operators/
 * Each is a row: its scalar function, what it takes, and the attributes that become further arguments. Computed in
 * float32 for float16 and bfloat16; integer types that a function isn't written for go through float64. Which opset
 * admitted which type is not checked: a type that is computed is welcome at any opset.
 *
 * Before opset 7, binary operators broadcast only if asked to (`broadcast`), and then fit their second input into the
 * first at dimension `axis`. */
#include "op/op.h"

#include <string.h>

#define BIT(t) (1u << (t))

enum {
    SIGNED = BIT(DT_INT8) | BIT(DT_INT16) | BIT(DT_INT32) | BIT(DT_INT64),
    UNSIGNED = BIT(DT_UINT8) | BIT(DT_UINT16) | BIT(DT_UINT32) | BIT(DT_UINT64),
    INTEGERS = SIGNED | UNSIGNED,
    FLOATS = BIT(DT_FLOAT) | BIT(DT_DOUBLE) | BIT(DT_FLOAT16) | BIT(DT_BFLOAT16),
    NUMBERS = INTEGERS | FLOATS,
    WIDE = FLOATS | BIT(DT_INT32) | BIT(DT_INT64) | BIT(DT_UINT32) | BIT(DT_UINT64),
    BOOLS = BIT(DT_BOOL),
    STRINGS = BIT(DT_STRING),
    FLOAT8S = BIT(DT_FLOAT8E4M3FN) | BIT(DT_FLOAT8E4M3FNUZ) | BIT(DT_FLOAT8E5M2) | BIT(DT_FLOAT8E5M2FNUZ),
};

extern const Op ops_elementwise[];

enum { VARIADIC = -1 }; /* any number of inputs, combined from the left */

typedef Dim OnDims(Node *n, Dim a, Dim b); /* the result as an expression, NULL if there is none */
typedef int DecideDims(Dim a, Dim b);      /* of a comparison: 0, 1, or -1 where it depends on the symbols */
typedef const char *Choose(Node *n);       /* the scalar function that the attributes call for; NULL after an error */

typedef struct {
    const char *function; /* without the type's suffix */
    int inputs;
    unsigned types;
    bool is_test; /* the result is bool */
    bool is_mean; /* divided by the number of inputs in the end */
    struct {
        const char *name;
        float otherwise;
    } attributes[2]; /* further arguments of the function */
    Choose *choose;
    OnDims *on_dims;
    DecideDims *decide;
} Elementwise;

/* -- attributes that select the function ------------------------------------------------------- */

static const char *choose_mod(Node *n)
{
    return attr_int(n, "fmod", 0) ? "fmod" : "mod";
}

static const char *choose_shift(Node *n)
{
    Foreign direction = attr_string(n, "direction", "");
    if (foreign_is(direction, "LEFT")) return "shift_left";
    if (foreign_is(direction, "RIGHT")) return "shift_right";
    node_invalid(n, "attribute direction is \"%s\", expected \"LEFT\" or \"RIGHT\"", shown(direction));
    return NULL;
}

static const char *choose_inf(Node *n)
{
    bool negative = attr_int(n, "detect_negative", 1), positive = attr_int(n, "detect_positive", 1);
    if (negative && positive) return "is_inf";
    return positive ? "is_positive_inf" : negative ? "is_negative_inf" : "is_never";
}

static const char *choose_gelu(Node *n)
{
    Foreign approximate = attr_string(n, "approximate", "none");
    if (foreign_is(approximate, "none")) return "gelu";
    if (foreign_is(approximate, "tanh")) return "gelu_tanh";
    node_invalid(n, "attribute approximate is \"%s\", expected \"none\" or \"tanh\"", shown(approximate));
    return NULL;
}

/* -- on expressions ---------------------------------------------------------------------------- */

static Dim add_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    return dim_add(a, b);
}

static Dim sub_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    return dim_sub(a, b);
}

static Dim mul_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    return dim_mul(a, b);
}

static Dim max_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    return dim_max(a, b);
}

static Dim min_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    return dim_min(a, b);
}

static Dim neg_dims(Node *n, Dim a, Dim b)
{
    (void)n, (void)b;
    return dim_sub(dim_const(0), a);
}

static Dim abs_dims(Node *n, Dim a, Dim b)
{
    return dim_max(a, neg_dims(n, a, b));
}

/* Truncated division: that which is floored where nothing is negative. */
static Dim div_dims(Node *n, Dim a, Dim b)
{
    (void)n;
    Dim zero = dim_const(0);
    if (dim_low(b) <= 0) return NULL;
    if (dim_low(a) >= 0) return dim_floordiv(a, b);
    return dim_add(dim_max(zero, dim_floordiv(a, b)), dim_min(zero, dim_ceildiv(a, b)));
}

static Dim mod_dims(Node *n, Dim a, Dim b)
{
    bool truncated = attr_int(n, "fmod", 0);
    return dim_low(b) > 0 && (!truncated || dim_low(a) >= 0) ? dim_mod(a, b) : NULL;
}

static int dims_less(Dim a, Dim b)
{
    Dim d = dim_sub(a, b);
    return dim_high(d) < 0 ? 1 : dim_low(d) >= 0 ? 0 : -1;
}

static int dims_greater(Dim a, Dim b)
{
    return dims_less(b, a);
}

static int negated(int decision)
{
    return decision < 0 ? decision : !decision;
}

static int dims_less_or_equal(Dim a, Dim b)
{
    return negated(dims_less(b, a));
}

static int dims_greater_or_equal(Dim a, Dim b)
{
    return negated(dims_less(a, b));
}

static int dims_equal(Dim a, Dim b)
{
    return a == b ? 1 : dims_differ(a, b) ? 0 : -1;
}

/* -- the operators ----------------------------------------------------------------------------- */

#define UNARY(f, t) .function = #f, .inputs = 1, .types = t
#define BINARY(f, t) .function = #f, .inputs = 2, .types = t
#define TEST(f, t) BINARY(f, t), .is_test = true
#define MANY(f, t) .function = #f, .inputs = VARIADIC, .types = t
#define WITH(...) .attributes = {__VA_ARGS__}

#define OPERATORS(ROW) \
    ROW("Abs", "", 1, UNARY(abs, NUMBERS), .on_dims = abs_dims) \
    ROW("Acos", "", 7, UNARY(acos, FLOATS)) \
    ROW("Acosh", "", 9, UNARY(acosh, FLOATS)) \
    ROW("Add", "", 1, BINARY(add, NUMBERS), .on_dims = add_dims) \
    ROW("And", "", 1, BINARY(and, BOOLS)) \
    ROW("Asin", "", 7, UNARY(asin, FLOATS)) \
    ROW("Asinh", "", 9, UNARY(asinh, FLOATS)) \
    ROW("Atan", "", 7, UNARY(atan, FLOATS)) \
    ROW("Atanh", "", 9, UNARY(atanh, FLOATS)) \
    ROW("BitShift", "", 11, BINARY(shift_left, INTEGERS), .choose = choose_shift) \
    ROW("BitwiseAnd", "", 18, BINARY(bitwise_and, INTEGERS)) \
    ROW("BitwiseNot", "", 18, UNARY(bitwise_not, INTEGERS)) \
    ROW("BitwiseOr", "", 18, BINARY(bitwise_or, INTEGERS)) \
    ROW("BitwiseXor", "", 18, BINARY(bitwise_xor, INTEGERS)) \
    ROW("Ceil", "", 1, UNARY(ceil, FLOATS)) \
    ROW("Celu", "", 12, UNARY(celu, FLOATS), WITH({"alpha", 1})) \
    ROW("Cos", "", 7, UNARY(cos, FLOATS)) \
    ROW("Cosh", "", 9, UNARY(cosh, FLOATS)) \
    ROW("Div", "", 1, BINARY(div, NUMBERS), .on_dims = div_dims) \
    ROW("Elu", "", 1, UNARY(elu, FLOATS), WITH({"alpha", 1})) \
    ROW("Equal", "", 1, TEST(equal, NUMBERS | BOOLS | STRINGS), .decide = dims_equal) \
    ROW("Erf", "", 9, UNARY(erf, NUMBERS)) \
    ROW("Exp", "", 1, UNARY(exp, FLOATS)) \
    ROW("Floor", "", 1, UNARY(floor, FLOATS)) \
    ROW("Gelu", "", 20, UNARY(gelu, FLOATS), .choose = choose_gelu) \
    ROW("Gelu", "com.microsoft", 1, UNARY(gelu, FLOATS)) \
    ROW("Greater", "", 1, TEST(greater, NUMBERS), .decide = dims_greater) \
    ROW("GreaterOrEqual", "", 12, TEST(greater_or_equal, NUMBERS), .decide = dims_greater_or_equal) \
    ROW("HardSigmoid", "", 1, UNARY(hard_sigmoid, FLOATS), WITH({"alpha", 0.2f}, {"beta", 0.5f})) \
    ROW("HardSwish", "", 14, UNARY(hard_swish, FLOATS)) \
    ROW("IsInf", "", 10, UNARY(is_inf, FLOATS | FLOAT8S), .is_test = true, .choose = choose_inf) \
    ROW("IsNaN", "", 9, UNARY(is_nan, FLOATS | FLOAT8S), .is_test = true) \
    ROW("LeakyRelu", "", 1, UNARY(leaky_relu, FLOATS), WITH({"alpha", 0.01f})) \
    ROW("Less", "", 1, TEST(less, NUMBERS), .decide = dims_less) \
    ROW("LessOrEqual", "", 12, TEST(less_or_equal, NUMBERS), .decide = dims_less_or_equal) \
    ROW("Log", "", 1, UNARY(log, FLOATS)) \
    ROW("Max", "", 1, MANY(max, NUMBERS), .on_dims = max_dims) \
    ROW("Mean", "", 1, MANY(add, FLOATS), .is_mean = true) \
    ROW("Min", "", 1, MANY(min, NUMBERS), .on_dims = min_dims) \
    ROW("Mish", "", 18, UNARY(mish, FLOATS)) \
    ROW("Mod", "", 10, BINARY(mod, NUMBERS), .choose = choose_mod, .on_dims = mod_dims) \
    ROW("Mul", "", 1, BINARY(mul, NUMBERS), .on_dims = mul_dims) \
    ROW("Neg", "", 1, UNARY(neg, FLOATS | SIGNED), .on_dims = neg_dims) \
    ROW("Not", "", 1, UNARY(not, BOOLS)) \
    ROW("Or", "", 1, BINARY(or, BOOLS)) \
    ROW("PRelu", "", 1, BINARY(leaky_relu, WIDE)) \
    ROW("QuickGelu", "com.microsoft", 1, UNARY(swish, FLOATS), WITH({"alpha", 1.702f})) \
    ROW("Reciprocal", "", 1, UNARY(reciprocal, FLOATS)) \
    ROW("Relu", "", 1, UNARY(relu, FLOATS | SIGNED)) \
    ROW("Round", "", 11, UNARY(round, FLOATS)) \
    ROW("Selu", "", 1, UNARY(selu, FLOATS), WITH({"alpha", 1.6732f}, {"gamma", 1.0507f})) \
    ROW("Selu", "", 6, UNARY(selu, FLOATS), \
        WITH({"alpha", 1.67326319217681884765625f}, {"gamma", 1.05070102214813232421875f})) \
    ROW("Shrink", "", 9, UNARY(shrink, NUMBERS), WITH({"bias", 0}, {"lambd", 0.5f})) \
    ROW("Sigmoid", "", 1, UNARY(sigmoid, FLOATS)) \
    ROW("Sign", "", 9, UNARY(sign, NUMBERS)) \
    ROW("Sin", "", 7, UNARY(sin, FLOATS)) \
    ROW("Sinh", "", 9, UNARY(sinh, FLOATS)) \
    ROW("Softplus", "", 1, UNARY(softplus, FLOATS)) \
    ROW("Softsign", "", 1, UNARY(softsign, FLOATS)) \
    ROW("Sqrt", "", 1, UNARY(sqrt, FLOATS)) \
    ROW("Sub", "", 1, BINARY(sub, NUMBERS), .on_dims = sub_dims) \
    ROW("Sum", "", 1, MANY(add, FLOATS)) \
    ROW("Swish", "", 24, UNARY(swish, FLOATS), WITH({"alpha", 1})) \
    ROW("Tan", "", 7, UNARY(tan, FLOATS)) \
    ROW("Tanh", "", 1, UNARY(tanh, FLOATS)) \
    ROW("ThresholdedRelu", "", 1, UNARY(thresholded_relu, FLOATS), WITH({"alpha", 1})) \
    ROW("Xor", "", 1, BINARY(xor, BOOLS))

static const Elementwise rows[] = {
#define ROW(n, d, s, ...) {__VA_ARGS__},
    OPERATORS(ROW)
#undef ROW
};

static const Elementwise *row_of(const Node *n)
{
    return &rows[n->op - ops_elementwise];
}

/* -- infer ------------------------------------------------------------------------------------- */

static bool need_types(Node *n, int input, unsigned types)
{
    DType allowed[DT_COUNT];
    int count = 0;
    for (int t = 0; t < DT_COUNT; t++)
        if (types & BIT(t)) allowed[count++] = (DType)t;
    return need_type(n, input, allowed, count);
}

/* The second input is fitted into the first, as before opset 7. */
static bool is_legacy(const Node *n)
{
    return n->opset < 7 && foreign_empty(n->domain) && row_of(n)->inputs == 2;
}

/* Where a second input of the old form starts among the first's dimensions. PRelu's slopes belong to channels. */
static int legacy_axis(Node *n)
{
    const Shape *a = &n->in[0]->type.shape, *b = &n->in[1]->type.shape;
    bool is_prelu = foreign_is(n->op_type, "PRelu") && b->rank == 1 && a->rank > 1;
    int64_t suffix = a->rank - b->rank, axis = attr_int(n, "axis", is_prelu ? 1 : suffix);
    return (int)(axis < 0 ? axis + a->rank : axis);
}

static bool need_legacy_fit(Node *n)
{
    const Shape *a = &n->in[0]->type.shape, *b = &n->in[1]->type.shape;
    if (dim_is(shape_elements(b), 1)) return true;
    int axis = legacy_axis(n);
    bool fits = axis >= 0 && axis + b->rank <= a->rank;
    for (int d = 0; fits && d < b->rank; d++) fits = dim_is(b->dim[d], 1) || !dims_differ(a->dim[axis + d], b->dim[d]);
    if (!fits)
        node_invalid(n, "input 1 \"%s\" has shape %s, expected one that fits into shape %s at axis %d",
                     shown(n->in[1]->name), shown(shape_text(b)), shown(shape_text(a)), axis);
    return fits;
}

static bool infer_shape(Node *n, Shape *shape)
{
    *shape = n->in[0]->type.shape;
    if (is_legacy(n)) return need_legacy_fit(n);
    return broadcast_inputs(n, 0, n->n_in, shape);
}

static void infer_elementwise(Node *n)
{
    const Elementwise *row = row_of(n);
    int least = row->inputs == VARIADIC ? 1 : row->inputs;
    Shape shape;
    if (!need_counts(n, least, row->inputs, 1, 1) || !need_tensor_inputs(n) || !need_types(n, 0, row->types)) return;
    for (int i = 1; i < n->n_in; i++)
        if (!need_same_type(n, 0, i)) return;
    if (row->choose && !row->choose(n)) return;
    if (infer_shape(n, &shape)) set_out(n, 0, row->is_test ? DT_BOOL : n->in[0]->type.dtype, &shape);
}

/* -- elements as expressions ------------------------------------------------------------------- */

/* The result at element i of the output, computed on expressions; comparisons give constants. */
static Dim element_at(Node *n, Dim *const *known, int64_t i)
{
    const Elementwise *row = row_of(n);
    const Shape *shape = &n->out[0]->type.shape;
    Dim x = known[0][broadcast_index(shape, &n->in[0]->type.shape, i)];
    if (row->inputs == 1) return row->on_dims(n, x, NULL);
    for (int k = 1; x && k < n->n_in; k++) {
        Dim y = known[k][broadcast_index(shape, &n->in[k]->type.shape, i)];
        if (row->decide) {
            int truth = row->decide(x, y);
            return truth < 0 ? NULL : dim_const(truth);
        }
        x = row->on_dims(n, x, y);
    }
    return x;
}

/* Bounds at infinity may hide an overflow; so may those that an int32 doesn't hold. */
static bool stays_within(Dim d, DType t)
{
    int64_t low = dim_low(d), high = dim_high(d);
    if (t == DT_INT32) return low >= INT32_MIN && high <= INT32_MAX;
    return low > -DIM_INFINITY && high < DIM_INFINITY;
}

static void set_truths(Value *v, const Dim *dims, int64_t count)
{
    bool *data = mem_array((size_t)count + 1, sizeof *data);
    for (int64_t i = 0; i < count; i++) data[i] = dim_value(dims[i]) != 0;
    v->data = data;
}

static void elementwise_elements(Node *n)
{
    const Elementwise *row = row_of(n);
    Value *y = n->out[0];
    bool all_constant = true;
    if ((!row->on_dims && !row->decide) || is_legacy(n) || !shape_is_const(&y->type.shape)) return;
    Dim **known = mem_array((size_t)n->n_in, sizeof *known);
    for (int i = 0; i < n->n_in; i++) {
        if (known_dims(n->in[i], &known[i]) < 0) return;
        all_constant = all_constant && value_is_const(n->in[i]);
    }
    if (all_constant) return; /* computed by the kernels */
    int64_t count = value_count(y);
    Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
    for (int64_t i = 0; i < count; i++) {
        dims[i] = element_at(n, known, i);
        if (!dims[i] || !stays_within(dims[i], n->in[0]->type.dtype)) return;
    }
    if (row->is_test) set_truths(y, dims, count);
    else y->elements = dims;
}

/* -- lower ------------------------------------------------------------------------------------- */

static Ref read_legacy(Step *s, Node *n, DType working)
{
    const Shape *a = &n->in[0]->type.shape, *b = &n->in[1]->type.shape;
    Dim strides[MAX_RANK], stride = dim_const(1);
    int axis = legacy_axis(n);
    for (int d = 0; d < a->rank; d++) strides[d] = dim_const(0);
    for (int d = b->rank - 1; d >= 0; d--) {
        if (dim_is(b->dim[d], 1)) continue;
        strides[axis + d] = stride;
        stride = dim_mul(stride, b->dim[d]);
    }
    return loop_convert(s, loop_read_strided(s, n->in[1], NULL, strides), compute_type(n->in[1]->type.dtype), working);
}

static Ref read_input(Step *s, Node *n, int i, DType working)
{
    if (i == 1 && is_legacy(n)) return read_legacy(s, n, working);
    return loop_read_as(s, n->in[i], working);
}

static void lower_equal_strings(Node *n)
{
    const Shape *shape = &n->out[0]->type.shape;
    Dim a[MAX_RANK], b[MAX_RANK];
    broadcast_strides(shape, n->in[0], a);
    broadcast_strides(shape, n->in[1], b);
    Step *s = step_call(n, "equal_str");
    arg_in(s, "a", n->in[0]);
    arg_in(s, "b", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_int(s, "rank", shape->rank);
    arg_dims(s, "shape", shape->rank, shape->dim);
    arg_dims(s, "a_stride", shape->rank, a);
    arg_dims(s, "b_stride", shape->rank, b);
}

/* The input's own working type if there is a function for it, else float64. */
static DType type_to_compute_in(const char *function, DType t)
{
    DType working = working_type(t);
    return kernel_find(mem_printf("%s_%s", function, dtype_suffix(working))) ? working : DT_DOUBLE;
}

/* Swish with alpha 1 has a function of its own in float. */
static bool is_silu(Node *n)
{
    const Elementwise *row = row_of(n);
    if (!row->function || strcmp(row->function, "swish") || n->in[0]->type.dtype == DT_DOUBLE) return false;
    return (float)attr_float(n, "alpha", (double)row->attributes[0].otherwise) == 1;
}

static void lower_elementwise(Node *n)
{
    const Elementwise *row = row_of(n);
    if (n->in[0]->type.dtype == DT_STRING) {
        lower_equal_strings(n);
        return;
    }
    const bool silu = is_silu(n);
    const char *stem = silu ? "silu" : row->choose ? row->choose(n) : row->function;
    DType working = type_to_compute_in(stem, n->in[0]->type.dtype), result = row->is_test ? DT_BOOL : working;
    const char *function = mem_printf("%s_%s", stem, dtype_suffix(working));
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref args[4] = {read_input(s, n, 0, working)};
    int count = 1;
    if (row->inputs == 2) args[count++] = read_input(s, n, 1, working);
    for (int i = 0; i < 2 && row->attributes[i].name && !silu; i++)
        args[count++] = loop_real(attr_float(n, row->attributes[i].name, (double)row->attributes[i].otherwise));
    Ref y = args[0];
    if (row->inputs != VARIADIC) y = loop_apply(s, result, function, count, args);
    for (int i = 1; row->inputs == VARIADIC && i < n->n_in; i++)
        y = loop_apply(s, result, function, 2, (Ref[]){y, read_input(s, n, i, working)});
    if (row->is_mean)
        y = loop_apply(s, result, mem_printf("div_%s", dtype_suffix(working)), 2, (Ref[]){y, loop_real(n->n_in)});
    loop_store_as(s, n->out[0], y, result);
}

Activation elementwise_activation(Node *n)
{
    Activation a = {0};
    if (n->op < ops_elementwise || n->op >= ops_elementwise + sizeof rows / sizeof *rows) return a;
    const Elementwise *row = row_of(n);
    if (row->inputs != 1 || n->in[0]->type.dtype != DT_FLOAT) return a;
    for (int i = 0; i < 2; i++) {
        const char *name = row->attributes[i].name;
        a.parameters[i] = name ? (float)attr_float(n, name, (double)row->attributes[i].otherwise) : 0;
    }
    const char *function = is_silu(n) ? "silu" : row->choose ? row->choose(n) : row->function;
    a.function = kernel_find(mem_printf("activate_%s_f32", function));
    return a;
}

const Op ops_elementwise[] = {
#define ROW(n, d, s, ...) \
    {.name = n, \
     .domain = d, \
     .since = s, \
     .infer = infer_elementwise, \
     .lower = lower_elementwise, \
     .flags = OP_HALF_NATIVE | OP_BROADCAST, \
     .elements = elementwise_elements},
    OPERATORS(ROW)
#undef ROW
        {0},
};
