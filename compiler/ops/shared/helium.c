/* helium: constant 8-bit weights as the kernels for Helium read them, in fours of filters or sixteens of channels,
 * together with what sums start with and multipliers (helium.c, qconv_helium_channelwise.c of the kernel library). */
#include "kernels.h"
#include "ops/shared/helium.h"

#include <string.h>

enum { SIGN_BIT = 128, FOUR = 4, SIXTEEN = 16 };

static int64_t filled(int64_t count, int64_t to)
{
    return (count + to - 1) / to * to;
}

static bool has_helium(const Node *n)
{
    return n->graph->model->options.target->multiplier == MULTIPLY_HELIUM;
}

bool helium_takes(const Node *n, const Value *w)
{
    return has_helium(n) && value_is_const(w);
}

int64_t helium_depth(int64_t depth)
{
    return filled(depth, SIXTEEN);
}

/* Of unsigned weights the sign bits are inverted, which takes 128 away from their zero points, too. */
static int8_t weight_at(const HeliumWeights *h, int64_t f, int64_t k)
{
    return (int8_t)(const_as_int(h->w, f * h->depth + k) - (h->w->type.dtype == DT_UINT8 ? SIGN_BIT : 0));
}

static int64_t zero_at(const HeliumWeights *h, int64_t f)
{
    int64_t zero = h->w_zero ? const_as_int(h->w_zero, per_channel(h->w_zero) ? f : 0) : 0;
    return zero - (h->w->type.dtype == DT_UINT8 ? SIGN_BIT : 0);
}

/* Words of zero points in each four of filters. */
static int helium_zeros(const HeliumWeights *h)
{
    for (int64_t f = 0; f < h->groups * h->filters; f++)
        if (zero_at(h, f)) return helium_zeros_points;
    return helium_zeros_plain;
}

static float multiplier_at(const Requantize *r, int64_t i)
{
    return (float)const_as_double(r->multiplier, per_channel(r->multiplier) ? i : 0);
}

int64_t helium_zero(const Value *x, const Value *zero)
{
    int64_t point = zero ? const_as_int(zero, 0) : 0;
    return x->type.dtype == DT_INT8 ? point : point - SIGN_BIT;
}

/* The bias less the zero point of x times the sum of filter f's weights. */
static int32_t start_of(const HeliumWeights *h, int64_t f)
{
    uint32_t sum = h->bias ? (uint32_t)const_as_int(h->bias, f) : 0;
    for (int64_t k = 0; k < h->depth; k++) sum -= (uint32_t)h->x_zero * (uint32_t)(weight_at(h, f, k) - zero_at(h, f));
    return (int32_t)sum;
}

static Value *words(Node *n, const HeliumWeights *h, int rank, const int64_t *dims, const char *origin, int32_t **data)
{
    Shape shape = shape_const(rank, dims);
    *data = mem_array((size_t)dim_value(shape_elements(&shape)) + 1, sizeof **data);
    Value *v = value_const(n->graph, foreign_suffixed(h->w->wanted, "/packed"), DT_INT32, &shape, *data);
    v->origin = h->w->origin ? mem_printf("%s, %s", h->w->origin, origin) : origin;
    return v;
}

const char *helium_weights(const HeliumWeights *h)
{
    return helium_zeros(h) ? "points" : "plain";
}

/* Filter f, number i of a four. */
static void fill_filter(const HeliumWeights *h, int32_t *four, int64_t f, int64_t i)
{
    int64_t depth = helium_depth(h->depth), zeros = helium_zeros(h);
    int8_t *w = (int8_t *)(four + FOUR);
    float multiplier = multiplier_at(&h->requantize, f);
    four[i] = start_of(h, f);
    for (int64_t k = 0; k < h->depth; k++) w[(k / SIXTEEN * FOUR + i) * SIXTEEN + k % SIXTEEN] = weight_at(h, f, k);
    if (zeros) four[FOUR + depth + i] = (int32_t)-zero_at(h, f);
    memcpy(four + FOUR + depth + zeros + i, &multiplier, sizeof multiplier);
}

Value *helium_fours(Node *n, const HeliumWeights *h)
{
    int64_t filters = h->filters, fours = filled(filters, FOUR) / FOUR;
    int32_t *data;
    int64_t size = (int64_t)helium_four((int32_t)helium_depth(h->depth), helium_zeros(h));
    Value *v = words(n, h, 3, (int64_t[]){h->groups, fours, size}, "filters in fours, with starts and multipliers",
                     &data);
    for (int64_t g = 0; g < h->groups; g++)
        for (int64_t f = 0; f < filters; f++)
            fill_filter(h, data + (g * fours + f / FOUR) * size, g * filters + f, f % FOUR);
    return v;
}

/* -- channel by channel ------------------------------------------------------------------------ */

bool helium_halves(const HeliumWeights *h)
{
    for (int64_t f = 0; f < h->filters; f++)
        for (int64_t k = 0; k < h->depth; k++)
            if (weight_at(h, f, k) - zero_at(h, f) > 2 * INT8_MAX) return false;
    return true;
}

/* Once, if sums of two neighbouring taps' products, from the end on, always fit into 16 bits. */
int helium_times(const HeliumWeights *h)
{
    if (helium_zeros(h)) return 2;
    for (int64_t f = 0; f < h->filters; f++)
        for (int64_t k = h->depth % 2; k < h->depth; k += 2)
            if (weight_at(h, f, k) == INT8_MIN && weight_at(h, f, k + 1) == INT8_MIN) return 2;
    return 1;
}

/* Channel c's weights, 16 bytes apart. */
static void fill_channel(const HeliumWeights *h, int8_t *w, int64_t c, int times)
{
    for (int64_t k = 0; k < h->depth; k++) {
        int64_t weight = weight_at(h, c, k) - zero_at(h, c), first = times > 1 ? weight / 2 : weight;
        w[k * times * SIXTEEN] = (int8_t)first;
        if (times > 1) w[(k * times + 1) * SIXTEEN] = (int8_t)(weight - first);
    }
}

Value *helium_sixteens(Node *n, const HeliumWeights *h)
{
    int times = helium_times(h);
    int64_t taps = h->depth * times, sixteens = filled(h->filters, SIXTEEN) / SIXTEEN;
    int64_t size = (int64_t)helium_sixteen((int32_t)taps);
    int32_t *data;
    Value *v = words(n, h, 2, (int64_t[]){sixteens, size}, "channels in sixteens, with starts and multipliers", &data);
    for (int64_t c = 0; c < h->filters; c++) {
        int32_t *sixteen = data + c / SIXTEEN * size, i = (int32_t)(c % SIXTEEN), lane = helium_lane(i);
        float multiplier = multiplier_at(&h->requantize, c);
        sixteen[lane] = start_of(h, c);
        fill_channel(h, (int8_t *)(sixteen + SIXTEEN) + i, c, times);
        memcpy(sixteen + SIXTEEN + taps * SIXTEEN / 4 + lane, &multiplier, sizeof multiplier);
    }
    return v;
}

/* -- calls ------------------------------------------------------------------------------------- */

Value *helium_scratch(Node *n, int64_t depth)
{
    return scratch(n, "rows", DT_INT8, dim_const(2 * helium_depth(depth)));
}

Step *step_gemm_helium(Node *n, Value *a, Value *y, Dim rows, const HeliumWeights *h)
{
    bool is_signed = a->type.dtype == DT_INT8, in_place = is_signed && h->depth % SIXTEEN == 0;
    Step *s = step_call(n, "qgemm_%s_helium", helium_weights(h));
    arg_in(s, "a", a);
    arg_in(s, "fours", helium_fours(n, h));
    arg_int(s, "zero", h->requantize.zero);
    arg_int(s, "low", h->requantize.low);
    arg_int(s, "high", h->requantize.high);
    arg_out(s, "y", y);
    arg_out(s, "scratch", in_place ? NULL : helium_scratch(n, h->depth));
    arg_struct(s, "p", "struct qgemm_helium");
    arg_field(s, "rows", rows);
    arg_field_int(s, "cols", h->filters);
    arg_field_int(s, "depth", h->depth);
    arg_field_int(s, "a_signed", is_signed);
    return s;
}

const char *bytes_kernel(const Node *n, const char *name, double scale)
{
    bool fits = scale > 1e-18 && scale < 1e18;
    return has_helium(n) && fits ? mem_printf("%s_helium", name) : name;
}
