/* emit_facts: what the comment of a step says of its call beside names and shapes, found in the arguments. */
#include "emit/emit.h"

#include <string.h>

/* -- windows ----------------------------------------------------------------------------------- */

/* A window along one dimension of the image. */
typedef struct {
    Dim in, kernel, stride, dilation, pad, out;
} Axis;

/* A struct windows is of flat images, without dilation. */
static Axis axis_of(const Step *s, const char *window, char name)
{
    static const char *const fields[] = {"in", "kernel", "stride", "dilation", "pad", "out"};
    const Kernel *structure = step_arg(s, window)->structure;
    Dim d[6];
    for (int i = 0; i < 6; i++) {
        const char *field = mem_printf("%s_%c", fields[i], name);
        bool is_there = kernel_name_index(structure, field) >= 0;
        d[i] = is_there ? *step_field(s, window, field) : dim_const(strcmp(fields[i], "pad") != 0);
        if (!d[i]) d[i] = dim_const(0);
    }
    return (Axis){d[0], d[1], d[2], d[3], d[4], d[5]};
}

/* Along a dimension that the image doesn't have, nothing happens. */
static bool is_absent(const Axis *a)
{
    return dim_is(a->in, 1) && dim_is(a->kernel, 1) && dim_is(a->out, 1) && dim_is(a->pad, 0);
}

static bool has_const_pad(const Axis *a)
{
    return dim_is_const(a->in) && dim_is_const(a->out) && dim_is_const(a->pad);
}

static int64_t end_pad(const Axis *a)
{
    int64_t reach = (dim_value(a->out) - 1) * dim_value(a->stride) +
                    (dim_value(a->kernel) - 1) * dim_value(a->dilation) + 1;
    return reach - dim_value(a->in) - dim_value(a->pad);
}

/* "3x3"; where all are equal and `once`, "3". */
static const char *by_axis(int count, const int64_t *numbers, bool once)
{
    bool equal = true;
    const char *text = "";
    for (int i = 0; i < count; i++) {
        equal = equal && numbers[i] == numbers[0];
        text = mem_printf("%s%s%lld", text, i ? "x" : "", (long long)numbers[i]);
    }
    return equal && once ? mem_printf("%lld", (long long)numbers[0]) : text;
}

static bool all_are(int count, const int64_t *numbers, int64_t number)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] != number) return false;
    return true;
}

/* Padding is said as the model has it where only constants decide it: in tiles, and with sizes chosen by the call, it
 * changes. */
static const char *pad_text(int count, const Axis *axes, bool is_transposed)
{
    int64_t begin[3], end[3];
    bool more_after = false;
    for (int i = 0; i < count; i++) {
        if (!has_const_pad(&axes[i])) return "";
        begin[i] = dim_value(axes[i].pad);
        end[i] = is_transposed ? 0 : end_pad(&axes[i]);
        more_after = more_after || end[i] > begin[i];
        if (end[i] < 0) end[i] = 0;
    }
    if (more_after)
        return mem_printf(", pad %s before and %s after", by_axis(count, begin, true), by_axis(count, end, true));
    return all_are(count, begin, 0) ? "" : mem_printf(", pad %s", by_axis(count, begin, true));
}

static const char *window_text(const Step *s, const char *window)
{
    static const char names[] = "dhw";
    Axis axes[3];
    int64_t kernel[3], stride[3], dilation[3];
    int count = 0;
    for (int i = 0; i < 3; i++) {
        Axis a = axis_of(s, window, names[i]);
        if (!dim_is_const(a.kernel) || !dim_is_const(a.stride) || !dim_is_const(a.dilation)) return "";
        if (i < 2 && !count && is_absent(&a)) continue;
        kernel[count] = dim_value(a.kernel);
        stride[count] = dim_value(a.stride);
        dilation[count] = dim_value(a.dilation);
        axes[count++] = a;
    }
    const char *text = mem_printf(count > 1 ? ", %s" : ", kernel %s", by_axis(count, kernel, false));
    if (!all_are(count, stride, 1)) text = mem_printf("%s, stride %s", text, by_axis(count, stride, true));
    if (!all_are(count, dilation, 1)) text = mem_printf("%s, dilation %s", text, by_axis(count, dilation, true));
    return mem_printf("%s%s", text, pad_text(count, axes, strstr(s->call.kernel->name, "transpose") != NULL));
}

static bool starts(const char *s, const char *with)
{
    return !strncmp(s, with, strlen(with));
}

static bool takes_window(const Step *s, const Arg *a)
{
    if (a->kind != ARG_STRUCT) return false;
    bool product = foreign_is(s->node->op_type, "Gemm") || foreign_is(s->node->op_type, "MatMul");
    return !strcmp(a->structure->name, "struct window") || (!strcmp(a->structure->name, "struct windows") && !product);
}

/* The parameter that takes one; NULL: there is none. */
static const char *window_of(const Step *s)
{
    for (int i = 0; i < s->call.n_args; i++)
        if (takes_window(s, &s->call.args[i])) return kernel_nth_name(s->call.kernel, i);
    return NULL;
}

/* -- convolutions ------------------------------------------------------------------------------ */

/* What the call is given for `groups`, itself or in a struct; NULL: nothing. */
static Dim groups_of(const Step *s)
{
    const Arg *positional = step_arg(s, "groups");
    if (positional) return positional->number;
    for (int i = 0; i < s->call.n_args; i++) {
        const Arg *a = &s->call.args[i];
        if (a->kind == ARG_STRUCT && kernel_name_index(a->structure, "groups") >= 0)
            return *step_field(s, kernel_nth_name(s->call.kernel, i), "groups");
    }
    return NULL;
}

static bool has_own_channels(const Step *s)
{
    const Arg *sums = step_arg(s, "sums");
    return sums && sums->kind == ARG_FUNCTION && !strcmp(sums->function->name, "window_channels");
}

/* A convolution that is computed as a product of matrices sees one pixel at a time. */
static const char *conv_text(const Step *s, bool has_window)
{
    const char *kernel = s->call.kernel->name;
    Dim groups = groups_of(s);
    if (starts(kernel, "conv_channelwise") || starts(kernel, "qconv_channelwise") || has_own_channels(s))
        return ", depthwise";
    if (groups && !dim_is(groups, 1) && dim_is_const(groups))
        return mem_printf(", groups %lld", (long long)dim_value(groups));
    return starts(kernel, "gemm_packed") && !has_window && foreign_is(s->node->op_type, "Conv") ? ", 1x1" : "";
}

/* -- types ------------------------------------------------------------------------------------- */

static bool is_byte(const Value *v)
{
    DType t = v->type.dtype;
    return t != DT_BOOL && t != DT_STRING && dtype_bits(t) <= 8;
}

/* Steps on small integers name their types: of the first tensor they read, and of the first result. */
static const char *type_text(const Step *s)
{
    const Value *x = NULL, *y = NULL;
    for (Access a = {0}; mention_next(s, &a);) {
        if (!a.written && !x && !a.value->data) x = a.value;
        if (a.written && !y) y = a.value;
    }
    if (!y || !(is_byte(y) || (x && is_byte(x)))) return "";
    const char *from = dtype_name((x ? x : y)->type.dtype), *to = dtype_name(y->type.dtype);
    return strcmp(from, to) ? mem_printf(", %s to %s", from, to) : mem_printf(", %s", to);
}

const char *facts_of(const Step *s)
{
    if (s->kind == STEP_LOOP) return type_text(s);
    if (s->kind != STEP_CALL) return "";
    const char *window = window_of(s), *seen = window ? window_text(s, window) : "";
    return mem_printf("%s%s%s", seen, conv_text(s, window != NULL), type_text(s));
}
