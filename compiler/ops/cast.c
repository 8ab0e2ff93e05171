/* Cast, CastLike, BitCast: https://onnx.ai/onnx/operators/onnx__Cast.html
 * A cast is one loop: the element is brought to a working type (float32 for all narrower floats), converted, and
 * encoded. Types of less than a byte are unpacked to bytes before, or packed after. Out-of-range results that ONNX
 * leaves undefined saturate; see templates/elementwise_cast.c.in.
 * Numbers as text are as printf's %.8g has them, NaN, INF or -INF; text as numbers may have more after the number, and
 * is refused, when the code runs, if there is none (ONNX Runtime). */
#include "op/op.h"

#include <string.h>

static bool is_narrow_float(DType t)
{
    return dtype_is_half(t) || (t != working_type(t) && working_type(t) == DT_FLOAT);
}

static bool is_packed(DType t)
{
    return dtype_bits(t) < 8;
}

static bool has_elements_to_cast(DType t)
{
    return t > DT_UNDEFINED && t < DT_COUNT && t != DT_COMPLEX64 && t != DT_COMPLEX128;
}

/* -- infer ------------------------------------------------------------------------------------- */

/* Before opset 6, `to` was a name. */
static void number_target(Node *n)
{
    static const AttrWord names[] = {{"FLOAT", DT_FLOAT},   {"UINT8", DT_UINT8},
                                     {"INT8", DT_INT8},     {"UINT16", DT_UINT16},
                                     {"INT16", DT_INT16},   {"INT32", DT_INT32},
                                     {"INT64", DT_INT64},   {"STRING", DT_STRING},
                                     {"BOOL", DT_BOOL},     {"FLOAT16", DT_FLOAT16},
                                     {"DOUBLE", DT_DOUBLE}, {"UINT32", DT_UINT32},
                                     {"UINT64", DT_UINT64}, {0}};
    const Attr *to = attr_find(n, "to");
    int number;
    if (n->opset >= 6 || !to || to->type != ATTR_STRING || !attr_word(n, "to", "", names, &number)) return;
    attr_remove(n, "to");
    attr_set_int(n, "to", number);
}

static void infer_cast(Node *n)
{
    number_target(n);
    int64_t to = attr_int(n, "to", DT_UNDEFINED);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    DType from = n->in[0]->type.dtype;
    if (!has_elements_to_cast((DType)to)) {
        node_error(n, "attribute to is %lld, expected the number of a real element type up to %d (int2)", (long long)to,
                   DT_COUNT - 1);
        return;
    }
    if (!has_elements_to_cast(from)) {
        node_error(n, "input 0 \"%s\" is %s, expected a real element type", shown(n->in[0]->name), dtype_name(from));
        return;
    }
    set_out(n, 0, (DType)to, &n->in[0]->type.shape);
}

static void infer_cast_like(Node *n)
{
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    attr_set_int(n, "to", n->in[1]->type.dtype);
    set_out(n, 0, n->in[1]->type.dtype, &n->in[0]->type.shape);
}

/* Of the exponent of float8e8m0. */
static const char *round_mode(Node *n)
{
    Foreign mode = attr_string(n, "round_mode", "up");
    return foreign_is(mode, "down") ? "down" : foreign_is(mode, "nearest") ? "nearest" : "up";
}

/* As n has it, but of x, and to this type. */
static Value *make_cast(Node *n, Value *x, DType to, Value *result)
{
    Node *cast = make_node(n, "Cast", 1, &x, result);
    attr_set_int(cast, "to", to);
    attr_set_int(cast, "saturate", attr_int(n, "saturate", 1));
    attr_set_string(cast, "round_mode", round_mode(n));
    return cast->out[0];
}

static void expand_cast_like(Node *n)
{
    make_cast(n, n->in[0], n->in[1]->type.dtype, n->out[0]);
}

/* The type through which numbers become text: what it can't hold, no narrower one can. */
static DType text_type(DType t)
{
    if (dtype_is_float(t)) return DT_DOUBLE;
    return t == DT_UINT8 || t == DT_UINT16 || t == DT_UINT32 || t == DT_UINT64 || t == DT_BOOL ? DT_UINT64 : DT_INT64;
}

/* And through which text becomes numbers: those of less than a byte are cut from floating-point ones, as ONNX Runtime
 * does, and others keep their low bits. */
static DType type_of_text(DType t)
{
    return t == DT_FLOAT ? DT_FLOAT : is_packed(t) ? DT_DOUBLE : text_type(t);
}

static void expand_cast(Node *n)
{
    DType from = n->in[0]->type.dtype, to = n->out[0]->type.dtype;
    if ((from == DT_STRING) == (to == DT_STRING)) return;
    DType between = to == DT_STRING ? text_type(from) : type_of_text(to);
    if (between == from || between == to) return;
    make_cast(n, make_cast(n, n->in[0], between, NULL), to, n->out[0]);
}

/* A scalar or short list of sizes that were computed with as floats. */
static int known_integers(const Value *x, Dim **dims)
{
    enum { MOST = 8 };
    if (!dtype_is_float(x->type.dtype) || value_is_const(x) || !shape_is_const(&x->type.shape) || value_count(x) > MOST)
        return -1;
    int count = (int)value_count(x);
    *dims = mem_array((size_t)count + 1, sizeof **dims);
    for (int i = 0; i < count; i++) {
        (*dims)[i] = known_integer(x, i);
        if (!(*dims)[i]) return -1;
    }
    return count;
}

/* Sizes stay expressions in integers of the other width, as long as they fit. */
static void cast_elements(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    if (y->type.dtype != DT_INT64 && y->type.dtype != DT_INT32) return;
    Dim *dims;
    int count = x->elements ? known_dims(x, &dims) : known_integers(x, &dims);
    for (int i = 0; i < count; i++)
        if (y->type.dtype == DT_INT32 && (dim_low(dims[i]) < INT32_MIN || dim_high(dims[i]) > INT32_MAX)) return;
    if (count >= 0) y->elements = dims;
}

/* -- one element ------------------------------------------------------------------------------- */

/* An element as it is stored (less than a byte: in a byte of its own), as a working type. */
static Ref decode(Step *s, Ref x, DType t)
{
    if (t == working_type(t) || dtype_is_half(t) || t == DT_UINT4 || t == DT_UINT2) return x;
    return loop_apply(s, working_type(t), mem_printf("%s_to_%s", dtype_suffix(t), dtype_suffix(working_type(t))), 1,
                      &x);
}

static Ref encode_scale(Step *s, Ref x, Node *n)
{
    const char *function = mem_printf("f32_to_f8e8m0_%s", round_mode(n));
    return loop_apply(s, DT_FLOAT8E8M0, function, 2, (Ref[]){x, loop_int(attr_int(n, "saturate", 1) != 0)});
}

static Ref encode_float(Step *s, Ref x, Node *n, DType t)
{
    if (dtype_is_half(t) || t == DT_FLOAT) return x;
    if (t == DT_FLOAT8E8M0) return encode_scale(s, x, n);
    bool saturates = t == DT_FLOAT4E2M1 || attr_int(n, "saturate", 1);
    return loop_apply(s, t, mem_printf("f32_to_%s%s", dtype_suffix(t), saturates ? "" : "_unsaturated"), 1, &x);
}

/* x of working type `from`, as it is to be stored in type `to`. */
static Ref convert(Step *s, Ref x, DType from, Node *n, DType to)
{
    if (is_narrow_float(to)) {
        x = from == DT_DOUBLE ? loop_apply(s, DT_FLOAT, "cast_f64_odd_f32", 1, &x) : loop_convert(s, x, from, DT_FLOAT);
        return encode_float(s, x, n, to);
    }
    if (!is_packed(to)) return loop_convert(s, x, from, to);
    DType whole = dtype_is_float(from) ? DT_INT32 : from; /* its high bits get lost when it is packed */
    return loop_convert(s, loop_convert(s, x, from, whole), whole, DT_UINT8);
}

/* -- lower ------------------------------------------------------------------------------------- */

static void call_pack(Node *n, const char *what, DType t, Value *from, Value *to)
{
    Step *s = step_call(n, "%s_%d", what, dtype_bits(t));
    arg_in(s, "x", from);
    arg_out(s, "y", to);
    arg_dim(s, "n", elements(n->in[0]));
}

/* Over the tensor as one row, since bytes of their own have no other shape. */
static void lower_packed(Node *n)
{
    Value *x = n->in[0], *y = n->out[0], *from = x, *to = y;
    DType source = x->type.dtype, target = y->type.dtype;
    Dim count = elements(x), one = dim_const(1);
    Shape row = shape_of(1, &count);
    if (is_packed(source)) call_pack(n, "unpack", source, x, from = scratch(n, "unpacked", DT_UINT8, count));
    if (is_packed(target)) to = scratch(n, "bytes", DT_UINT8, count);
    Step *s = step_loop(n, &row);
    Ref element = decode(s, loop_read_strided(s, from, NULL, &one), source);
    Ref result = convert(s, element, working_type(source), n, target);
    if (result.kind != REF_RESULT_OF) result = loop_apply(s, DT_UINT8, "cast_u8_u8", 1, &result);
    loop_store(s, to, result);
    if (is_packed(target)) call_pack(n, "pack", target, to, y);
}

/* float16 to bfloat16, and the like: a loop must compute something. */
static Ref computed(Step *s, Ref x, DType working)
{
    if (x.kind == REF_RESULT_OF) return x;
    return loop_apply(s, working, mem_printf("cast_%s_%s", dtype_suffix(working), dtype_suffix(working)), 1, &x);
}

enum { TEXT_OF_NUMBER = 24 }; /* runtime_min/decimal.c */

static void lower_text(Node *n, DType from, DType to)
{
    Dim count = elements(n->in[0]);
    Step *s = step_call(n, "cast_%s_%s", dtype_suffix(from), dtype_suffix(to));
    arg_in(s, "x", n->in[0]);
    if (to == DT_STRING) arg_out(s, "text", text_room(n, dim_mul(count, dim_const(TEXT_OF_NUMBER))));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", count);
}

static void lower_cast(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    DType from = x->type.dtype, to = y->type.dtype;
    if (from == to) {
        lower_as_view(n);
    } else if (from == DT_STRING || to == DT_STRING) {
        lower_text(n, from, to);
    } else if (is_packed(from) || is_packed(to)) {
        lower_packed(n);
    } else {
        Step *s = step_loop(n, &x->type.shape);
        Ref element = decode(s, loop_read(s, x), from);
        loop_store(s, y, computed(s, convert(s, element, working_type(from), n, to), working_type(to)));
    }
}

/* -- BitCast ----------------------------------------------------------------------------------- */

static void infer_bitcast(Node *n)
{
    int64_t to = attr_int(n, "to", DT_UNDEFINED);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    DType from = n->in[0]->type.dtype;
    bool known = to > DT_UNDEFINED && to < DT_COUNT && to != DT_STRING && from != DT_STRING;
    if (known && dtype_bits(from) == dtype_bits((DType)to)) {
        set_out(n, 0, (DType)to, &n->in[0]->type.shape);
        return;
    }
    node_invalid(n, "casts the bits of %s to %s, expected types of the same width, and no strings", dtype_name(from),
                 known ? dtype_name((DType)to) : mem_printf("type %lld", (long long)to));
}

/* A copy, not a view: C forbids to read memory as another type than it was written with. Any byte but 0 is true. */
static void lower_bitcast(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    if (y->type.dtype == DT_BOOL && x->type.dtype != DT_BOOL) {
        Step *s = step_loop(n, &x->type.shape);
        Ref element = loop_read(s, x);
        loop_store(s, y,
                   loop_apply(s, DT_BOOL, x->type.dtype == DT_INT8 ? "cast_i8_bool" : "cast_u8_bool", 1, &element));
        return;
    }
    Step *s = step_call(n, "bitcast");
    arg_in(s, "x", x);
    arg_out(s, "y", y);
    arg_dim(s, "bytes", dim_ceildiv(dim_mul(elements(x), dim_const(dtype_bits(x->type.dtype))), dim_const(8)));
}

const Op ops_cast[] = {
    {.name = "Cast",
     .domain = "",
     .since = 1,
     .infer = infer_cast,
     .expand = expand_cast,
     .lower = lower_cast,
     .flags = OP_HALF_NATIVE | OP_BROADCAST,
     .elements = cast_elements},
    {.name = "CastLike",
     .domain = "",
     .since = 15,
     .infer = infer_cast_like,
     .expand = expand_cast_like,
     .flags = OP_HALF_NATIVE},
    {.name = "BitCast",
     .domain = "",
     .since = 26,
     .infer = infer_bitcast,
     .lower = lower_bitcast,
     .flags = OP_HALF_NATIVE},
    {0},
};
