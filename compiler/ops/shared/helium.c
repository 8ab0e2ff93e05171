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

int64_t helium_depth(int64_t depth)
{
    return filled(depth, SIXTEEN);
}

/* Unsigned weights have the zero point 128: see packs_symmetric_bytes. */
static int8_t weight_at(const Value *w, int64_t i)
{
    return (int8_t)(const_as_int(w, i) - (w->type.dtype == DT_UINT8 ? SIGN_BIT : 0));
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
    for (int64_t k = 0; k < h->depth; k++) sum -= (uint32_t)h->x_zero * (uint32_t)weight_at(h->w, f * h->depth + k);
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

/* Filter f, number i of a four. */
static void fill_filter(const HeliumWeights *h, int32_t *four, int64_t f, int64_t i)
{
    int64_t depth = helium_depth(h->depth);
    int8_t *w = (int8_t *)(four + FOUR);
    float multiplier = multiplier_at(&h->requantize, f);
    four[i] = start_of(h, f);
    memcpy(four + FOUR + depth + i, &multiplier, sizeof multiplier);
    for (int64_t k = 0; k < h->depth; k++)
        w[(k / SIXTEEN * FOUR + i) * SIXTEEN + k % SIXTEEN] = weight_at(h->w, f * h->depth + k);
}

Value *helium_fours(Node *n, const HeliumWeights *h)
{
    int64_t filters = h->filters, fours = filled(filters, FOUR) / FOUR;
    int32_t *data;
    int64_t size = (int64_t)helium_four((int32_t)helium_depth(h->depth));
    Value *v = words(n, h, 3, (int64_t[]){h->groups, fours, size}, "filters in fours, with starts and multipliers",
                     &data);
    for (int64_t g = 0; g < h->groups; g++)
        for (int64_t f = 0; f < filters; f++)
            fill_filter(h, data + (g * fours + f / FOUR) * size, g * filters + f, f % FOUR);
    return v;
}

Value *helium_sixteens(Node *n, const HeliumWeights *h)
{
    int64_t taps = h->depth, sixteens = filled(h->filters, SIXTEEN) / SIXTEEN;
    int64_t size = (int64_t)helium_sixteen((int32_t)taps);
    int32_t *data;
    Value *v = words(n, h, 2, (int64_t[]){sixteens, size}, "channels in sixteens, with starts and multipliers", &data);
    for (int64_t c = 0; c < h->filters; c++) {
        int32_t *sixteen = data + c / SIXTEEN * size, i = (int32_t)(c % SIXTEEN), lane = helium_lane(i);
        int8_t *w = (int8_t *)(sixteen + SIXTEEN);
        float multiplier = multiplier_at(&h->requantize, c);
        sixteen[lane] = start_of(h, c);
        memcpy(sixteen + SIXTEEN + taps * SIXTEEN / 4 + lane, &multiplier, sizeof multiplier);
        for (int64_t k = 0; k < taps; k++) w[k * SIXTEEN + i] = weight_at(h->w, c * taps + k);
    }
    return v;
}

bool helium_pairs_fit(const Value *w, int64_t channels, int64_t taps)
{
    for (int64_t c = 0; c < channels; c++)
        for (int64_t k = c * taps + taps % 2; k < (c + 1) * taps; k += 2)
            if (weight_at(w, k) == INT8_MIN && weight_at(w, k + 1) == INT8_MIN) return false;
    return true;
}

Value *helium_scratch(Node *n, int64_t depth)
{
    return scratch(n, "rows", DT_INT8, dim_const(2 * helium_depth(depth)));
}

Step *step_gemm_helium(Node *n, Value *a, Value *y, Dim rows, const HeliumWeights *h)
{
    bool is_signed = a->type.dtype == DT_INT8, in_place = is_signed && h->depth % SIXTEEN == 0;
    Step *s = step_call(n, "qgemm_helium");
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
    return n->graph->model->options.target->multiplier == MULTIPLY_HELIUM && fits ? mem_printf("%s_helium", name)
                                                                                  : name;
}
