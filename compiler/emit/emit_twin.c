/* emit_twin: kernels in less code, for the same numbers and packed weights, where there are no vectors or the size of
 * the code counts most.
 *
 * Most have the same parameters. Convolutions, pooling and products of matrices become windows (windows_f32), which
 * know flat images without dilation or groups, no activation but clamping, and channels by eights if each is for
 * itself. Only where all calls of a kind are such does the file get shorter by it. */
#include "emit/emit.h"

#include "op/op.h"

#include <math.h>

static const char *const twins[][2] = {
    {"conv_packed_f32", "conv_scalar_f32"},   {"conv_packed_f16", "conv_scalar_f16"},
    {"conv_packed_bf16", "conv_scalar_bf16"}, {"conv_packed_i8", "conv_scalar_i8"},
    {"conv_planes_1_f32", "conv_scalar_f32"}, {"conv_planes_2_f32", "conv_scalar_f32"},
    {"gemm_packed_f32", "gemm_scalar_f32"},   {"gemm_packed_f16", "gemm_scalar_f16"},
    {"gemm_packed_bf16", "gemm_scalar_bf16"}, {"gemm_packed_i8", "gemm_scalar_i8"},
    {"softmax_f32", "softmax_scalar_f32"},    {"transpose_b1", "transpose_scalar_b1"},
    {"transpose_b2", "transpose_scalar_b2"},  {"transpose_b4", "transpose_scalar_b4"},
    {"transpose_b8", "transpose_scalar_b8"},
};

/* -- windows ------------------------------------------------------------------------------------- */

typedef enum { NO_WINDOWS, CONV, PRODUCT, BY_CHANNEL, N_KINDS } Family;

/* What all calls of a kind have in common. */
typedef struct {
    int count[N_KINDS];
    bool fit[N_KINDS];
} Calls;

static const struct {
    const char *kernel;
    Family kind;
    const char *sums; /* NULL: it doesn't become windows */
} kinds[] = {
    {"conv_packed_f32", CONV, "window_products"},
    {"conv_planes_1_f32", CONV, "window_products"},
    {"conv_planes_2_f32", CONV, "window_products"},
    {"gemm_packed_f32", PRODUCT, "window_products"},
    {"conv_channelwise_f32", BY_CHANNEL, "window_channels"},
    {"conv_channelwise_5_f32", BY_CHANNEL, "window_channels"},
    {"max_pool_channelwise_f32", BY_CHANNEL, "window_largest"},
    {"average_pool_channelwise_f32", BY_CHANNEL, NULL},
};

/* The row of the table that step s calls the kernel of; or -1. */
static int row_of(const Step *s)
{
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
        if (step_calls(s, kinds[i].kernel)) return i;
    return -1;
}

static bool is_one(const Step *s, const char *field)
{
    const Dim *d = step_field(s, "p", field);
    return *d && dim_is(*d, 1);
}

static bool is_flat(const Step *s)
{
    return is_one(s, "in_d") && is_one(s, "kernel_d") && is_one(s, "out_d") && is_one(s, "dilation_h") &&
           is_one(s, "dilation_w");
}

static bool is_activated(const Step *s)
{
    const Arg *a = step_arg(s, "activation");
    return a && a->kind == ARG_FUNCTION;
}

static bool fits(const Step *s, int row)
{
    enum { COLUMNS = 8 };
    if (!kinds[row].sums || is_activated(s)) return false;
    if (kinds[row].kind == PRODUCT) return true;
    if (!is_flat(s)) return false;
    if (kinds[row].kind == CONV) return dim_is(*step_field(s, "c", "groups"), 1);
    return dim_is_const(step_arg(s, "channels")->number) && dim_value(step_arg(s, "channels")->number) % COLUMNS == 0;
}

static Calls find_calls(const Graph *g)
{
    Calls c = {.fit = {false, true, true, true}};
    for (int i = 0; i < g->n_steps; i++) {
        int row = row_of(g->steps[i]);
        if (row < 0) continue;
        c.count[kinds[row].kind]++;
        if (!fits(g->steps[i], row)) c.fit[kinds[row].kind] = false;
    }
    /* products share their code with convolutions; alone, they have less of their own */
    bool shared = c.fit[CONV] && c.fit[PRODUCT];
    c.fit[CONV] = shared;
    c.fit[PRODUCT] = shared && c.count[CONV] + (c.fit[BY_CHANNEL] ? c.count[BY_CHANNEL] : 0) > 0;
    return c;
}

/* The argument of s is that of the new call t, too. */
static void hand_on(const Step *s, const char *from, Step *t, const char *to)
{
    const Arg *a = step_arg(s, from);
    if (a) *step_arg(t, to) = *a;
}

static void copy_window(const Step *s, Step *t)
{
    static const char *const fields[] = {"in_h",     "in_w",     "out_h",    "out_w", "kernel_h",
                                         "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) arg_field(t, fields[i], *step_field(s, "p", fields[i]));
}

static void make_conv(const Step *s, Step *t)
{
    static const char *const fields[] = {"batch", "in_channels", "out_channels", "x_pixel", "y_pixel"};
    copy_window(s, t);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) arg_field(t, fields[i], *step_field(s, "c", fields[i]));
}

/* A row of the matrix is a pixel. */
static void make_product(const Step *s, Step *t)
{
    static const char *const ones[] = {"batch", "in_h", "out_h", "kernel_h", "kernel_w", "stride_h", "stride_w"};
    Dim rows = *step_field(s, "p", "m");
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) arg_field_int(t, ones[i], 1);
    arg_field(t, "in_w", rows);
    arg_field(t, "out_w", rows);
    arg_field(t, "in_channels", *step_field(s, "p", "k"));
    arg_field(t, "out_channels", *step_field(s, "p", "n"));
    arg_field(t, "x_pixel", *step_field(s, "p", "a_row"));
    arg_field(t, "y_pixel", *step_field(s, "p", "y_row"));
}

static void make_by_channel(const Step *s, Step *t)
{
    Dim channels = step_arg(s, "channels")->number;
    copy_window(s, t);
    arg_field(t, "batch", step_arg(s, "batch")->number);
    arg_field(t, "out_channels", channels);
    arg_field(t, "x_pixel", channels);
    arg_field(t, "y_pixel", channels);
}

static void make_windows(Step *s, int row)
{
    Step *t = step_new_call(s->node, kernel_find("windows_f32"));
    bool product = kinds[row].kind == PRODUCT;
    hand_on(s, product ? "a" : "x", t, "x");
    hand_on(s, "w", t, "w");
    hand_on(s, product ? "bias" : "b", t, "b");
    hand_on(s, "add", t, "add");
    hand_on(s, "y", t, "y");
    arg_struct(t, "p", "struct windows");
    if (product) make_product(s, t);
    else if (kinds[row].kind == CONV) make_conv(s, t);
    else make_by_channel(s, t);
    arg_function(t, "sums", kernel_find(kinds[row].sums));
    arg_real(t, "low", -HUGE_VAL);
    arg_real(t, "high", HUGE_VAL);
    hand_on(s, "low", t, "low");
    hand_on(s, "high", t, "high");
    s->call = t->call;
}

/* -- all of them --------------------------------------------------------------------------------- */

void choose_twins(Model *m)
{
    Graph *g = m->graph;
    if (!takes_scalars(&m->options)) return;
    Calls calls = find_calls(g);
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        int row = row_of(s);
        if (row >= 0 && calls.fit[kinds[row].kind]) make_windows(s, row);
        for (size_t k = 0; k < sizeof twins / sizeof *twins; k++)
            if (step_calls(s, twins[k][0])) s->call.kernel = kernel_find(twins[k][1]);
    }
}
