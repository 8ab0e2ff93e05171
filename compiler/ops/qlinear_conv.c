/* QLinearConv, ConvInteger: https://onnx.ai/onnx/operators/onnx__QLinearConv.html, ..__ConvInteger.html; QLinearConv of
 * com.microsoft, too, whose images may be [N, ..., C].
 * Sums of products are exact. Scales or zero points of the result that are known only at run time are said in other
 * operators. */
#include "ops/shared/shared.h"
#include "kernels.h"

/* Fewer filters per group than this don't pay for the gathering of patches. */
enum { MIN_PATCH_FILTERS = 4 };

static bool need_per_filter(Node *n, int input, const Conv *c)
{
    if (!input_of(n, input) || one_element(n->in[input])) return true;
    return need_rank(n, input, 1, 1) && need_equal(n, dim_at(n->in[input], 0), c->out_channels,
                                                   "scales or zero points of the weights and output channels");
}

static bool need_single(Node *n, int input)
{
    if (!input_of(n, input) || one_element(n->in[input])) return true;
    node_error(n, "input %d \"%s\" has shape %s, expected one element; quantise per tensor", input,
               shown(n->in[input]->name), shown(shape_text(&n->in[input]->type.shape)));
    return false;
}

/* -- kernels ----------------------------------------------------------------------------------- */

typedef struct {
    Conv conv;
    Value *x, *w, *zero_x, *zero_w, *bias;
    const Requantize *requantize; /* NULL: the result is int32 */
} ByteConv;

static Dim filters_of(const Conv *c)
{
    return dim_floordiv(c->out_channels, dim_const(c->groups));
}

static Step *call(Node *n, const ByteConv *q, const char *kernel, Value *w, Value *bias, Value *zero_w)
{
    const char *types = mem_printf("%s_%s", dtype_suffix(q->x->type.dtype), dtype_suffix(w->type.dtype));
    Step *s = step_call(n, "%s_%s_%s", kernel, q->requantize ? "q8" : "i32", types);
    arg_in(s, "x", q->x);
    arg_in(s, "x_zero", q->zero_x ? q->zero_x : const_scalar(n, q->x->type.dtype, 0));
    arg_in(s, "w", w);
    arg_in(s, "w_zero", zero_w);
    arg_in(s, "bias", bias);
    if (q->requantize) {
        arg_in(s, "multiplier", q->requantize->multiplier);
        arg_int(s, "y_zero", q->requantize->zero);
    }
    arg_out(s, "y", n->out[0]);
    return s;
}

static void arg_conv(Step *s, const ByteConv *q, const Value *zero_w)
{
    const Conv *c = &q->conv;
    arg_window(s, &c->window);
    arg_struct(s, "q", "struct qconv");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", c->groups);
    arg_field(s, "channels", c->group_channels);
    arg_field(s, "filters", filters_of(c));
    if (zero_w) arg_field_int(s, "zero_step", per_channel(zero_w));
    if (!q->requantize) return;
    arg_field_int(s, "multiplier_step", per_channel(q->requantize->multiplier));
    arg_field_int(s, "low", q->requantize->low);
    arg_field_int(s, "high", q->requantize->high);
}

static Step *call_patches(Node *n, const ByteConv *q, Value *zero_w)
{
    const Conv *c = &q->conv;
    Dim taps = conv_taps(c);
    Value *w = turned(n, q->w, c->out_channels, c->group_channels, window_kernel_size(&c->window));
    Value *bias = product_bias(n, q->bias, q->zero_x, w, zero_w, c->out_channels, taps);
    Value *patches = scratch(n, "patches", DT_INT16, dim_mul(taps, dim_const(QGEMM_ROWS)));
    Step *s = call(n, q, "qconv", w, bias, zero_w);
    arg_out(s, "patches", patches);
    arg_conv(s, q, zero_w);
    return s;
}

static Step *call_rows(Node *n, const ByteConv *q, Value *zero_w)
{
    Step *s = call(n, q, "qconv_rows", q->w, q->bias, zero_w);
    if (q->requantize) arg_out(s, "acc", scratch(n, "row", DT_INT32, dim_at(n->out[0], -1)));
    arg_conv(s, q, zero_w);
    return s;
}

static void lower_bytes(Node *n, const ByteConv *q)
{
    Value *zero_w = all_zero(q->zero_w) ? NULL : q->zero_w;
    bool patches = dim_low(filters_of(&q->conv)) >= MIN_PATCH_FILTERS;
    Step *s = patches ? call_patches(n, q, zero_w) : call_rows(n, q, zero_w);
    s->macs = dim_high(dim_mul(elements(n->out[0]), conv_taps(&q->conv)));
}

/* -- ConvInteger ------------------------------------------------------------------------------- */

enum { NO_BIAS = 4 };

static void infer_integer(Node *n)
{
    Conv c;
    if (!need_counts(n, 2, 4, 1, 1) || !need_tensor_inputs(n) || !need_byte(n, 0) || !need_byte(n, 1)) return;
    if (!need_same_type(n, 0, 2) || !need_same_type(n, 1, 3) || !conv_read(n, 0, 1, NO_BIAS, &c)) return;
    if (!need_single(n, 2) || !need_per_filter(n, 3, &c)) return;
    Shape y = window_out_shape(&n->in[0]->type.shape, c.out_channels, &c.window);
    set_out(n, 0, DT_INT32, &y);
}

static void lower_integer(Node *n)
{
    ByteConv q = {.x = n->in[0], .w = n->in[1], .zero_x = input_of(n, 2), .zero_w = input_of(n, 3)};
    if (conv_read(n, 0, 1, NO_BIAS, &q.conv)) lower_bytes(n, &q);
}

/* -- QLinearConv ------------------------------------------------------------------------------- */

static bool need_parameters(Node *n)
{
    if (!need_counts(n, 8, 9, 1, 1) || !need_tensor_inputs(n)) return false;
    if (!need_quantized(n, CONV_X, CONV_X_SCALE, CONV_X_ZERO) || !need_quantized(n, CONV_W, CONV_W_SCALE, CONV_W_ZERO))
        return false;
    if (!need_float(n, CONV_Y_SCALE) || !need_byte(n, CONV_Y_ZERO) || !need_type(n, CONV_BIAS, (DType[]){DT_INT32}, 1))
        return false;
    return need_single(n, CONV_X_SCALE) && need_single(n, CONV_X_ZERO) && need_single(n, CONV_Y_SCALE) &&
           need_single(n, CONV_Y_ZERO);
}

static void infer_qlinear(Node *n)
{
    Conv c;
    if (!need_parameters(n) || !conv_read(n, CONV_X, CONV_W, CONV_BIAS, &c) || !need_per_filter(n, CONV_W_SCALE, &c) ||
        !need_per_filter(n, CONV_W_ZERO, &c))
        return;
    Shape y = window_out_shape(&n->in[CONV_X]->type.shape, c.out_channels, &c.window);
    set_out(n, 0, n->in[CONV_Y_ZERO]->type.dtype, &y);
}

/* One number per channel of [N, C, ...]. */
static Value *along_channels(Node *n, Value *v)
{
    int64_t dims[MAX_RANK];
    int rank = n->in[CONV_X]->type.shape.rank - 1;
    for (int i = 0; i < rank; i++) dims[i] = i ? 1 : -1;
    return v && (per_channel(v) || v == input_of(n, CONV_BIAS)) ? reshape_to(n, v, rank, dims) : v;
}

static void expand_qlinear(Node *n)
{
    static const int parameters[] = {CONV_X_SCALE, CONV_X_ZERO, CONV_W_SCALE, CONV_W_ZERO, CONV_Y_SCALE, CONV_Y_ZERO};
    if (known_parameters(n, parameters, 6)) return;
    Node *conv = make_node(n, "ConvInteger", 4,
                           (Value *[]){n->in[CONV_X], n->in[CONV_W], n->in[CONV_X_ZERO], n->in[CONV_W_ZERO]}, NULL);
    copy_attributes(conv, n);
    Value *acc = input_of(n, CONV_BIAS) ? make2(n, "Add", conv->out[0], along_channels(n, n->in[CONV_BIAS]), NULL)
                                        : conv->out[0];
    rescale(n, acc, n->in[CONV_X_SCALE], along_channels(n, n->in[CONV_W_SCALE]), n->in[CONV_Y_SCALE],
            n->in[CONV_Y_ZERO], n->out[0]);
}

static void lower_qlinear(Node *n)
{
    Requantize r = requantize_of(n, n->in[CONV_X_SCALE], n->in[CONV_W_SCALE], n->in[CONV_Y_SCALE], n->in[CONV_Y_ZERO],
                                 1);
    ByteConv q = {.x = n->in[CONV_X],
                  .w = n->in[CONV_W],
                  .zero_x = n->in[CONV_X_ZERO],
                  .zero_w = n->in[CONV_W_ZERO],
                  .bias = input_of(n, CONV_BIAS),
                  .requantize = &r};
    if (conv_read(n, CONV_X, CONV_W, CONV_BIAS, &q.conv)) lower_bytes(n, &q);
}

/* -- com.microsoft ----------------------------------------------------------------------------- */

static void infer_microsoft(Node *n)
{
    if (need_parameters(n)) need_rank(n, CONV_X, 3, 2 + MAX_SPATIAL);
}

static void expand_microsoft(Node *n)
{
    bool last = attr_int(n, "channels_last", 0) != 0;
    int rank = n->in[CONV_X]->type.shape.rank;
    Value *inputs[9];
    for (int i = 0; i < 9; i++) inputs[i] = input_of(n, i);
    if (last) inputs[CONV_X] = channels_moved(n, inputs[CONV_X], rank, true, NULL);
    Node *conv = make_node(n, "QLinearConv", input_of(n, CONV_BIAS) ? 9 : 8, inputs, last ? NULL : n->out[0]);
    copy_attributes(conv, n);
    if (last) channels_moved(n, conv->out[0], rank, false, n->out[0]);
}

const Op ops_qlinear_conv[] = {
    {.name = "ConvInteger", .domain = "", .since = 10, .infer = infer_integer, .lower = lower_integer},
    {.name = "QLinearConv",
     .domain = "",
     .since = 10,
     .infer = infer_qlinear,
     .lower = lower_qlinear,
     .expand = expand_qlinear,
     .flags = OP_CLAMPS},
    {.name = "QLinearConv",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_microsoft,
     .expand = expand_microsoft},
    {0},
};
