/* choices: where a result jumps, such as the place of the largest, the inputs that decide may be so near to one another
 * that rounding decides. */
#include "verify/choices.h"
#include "verify/verify.h"

#include "op/op.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const Node *n;
    Tolerance tolerance;
    double limit;
    NearTie found;
} Search;

/* Is it the nearest so far? Then the caller says what it is. */
static bool is_nearest(Search *s, double distance)
{
    if (!(distance <= s->limit)) return false;
    s->found.count++;
    if (s->found.text && distance >= s->found.distance) return false;
    s->found.distance = distance;
    return true;
}

static double at(const Value *v, int64_t i)
{
    return number_real(v->type.dtype, v->data, i);
}

double rounding_of(const Value *v, Tolerance tolerance)
{
    return tolerance_for(v->type.dtype, v->data, value_count(v), tolerance).absolute / 5;
}

static double limit_of(const Search *s, const Value *v)
{
    return rounding_of(v, s->tolerance);
}

static int64_t number_of(const Node *n, const char *name, int64_t otherwise)
{
    const Attr *a = attr_find(n, name);
    return a && a->type == ATTR_INT ? a->ints[0] : otherwise;
}

static void found_pair(Search *s, const Value *a, int64_t i, const Value *b, int64_t k)
{
    double distance = fabs(at(a, i) - at(b, k));
    if (is_nearest(s, distance))
        s->found.text = mem_printf("%.9g at %s and %.9g at %s are %.2g apart", at(a, i), place_text(&a->type.shape, i),
                                   at(b, k), place_text(&b->type.shape, k), distance);
}

/* -- order ------------------------------------------------------------------------------------- */

typedef struct {
    double number;
    int64_t place;
} Ranked;

static int by_number(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

/* The first k of a row, and the one after them: any two neighbours may change places. */
static void search_row(Search *s, const Value *v, int64_t first, int64_t count, int64_t step, int64_t k, double sign)
{
    Ranked *ranked = calloc((size_t)count + 1, sizeof *ranked);
    if (!ranked) return;
    for (int64_t i = 0; i < count; i++) ranked[i] = (Ranked){sign * at(v, first + i * step), first + i * step};
    qsort(ranked, (size_t)count, sizeof *ranked, by_number);
    for (int64_t i = 0; i < k && i + 1 < count; i++) found_pair(s, v, ranked[i].place, v, ranked[i + 1].place);
    free(ranked);
}

static void search_rows(Search *s, int axis, bool to_end, int64_t k, double sign)
{
    const Value *v = s->n->in[0];
    const Shape *shape = &v->type.shape;
    int after = to_end ? shape->rank : axis + 1;
    int64_t outer = dim_value(shape_product(shape, 0, axis)), count = dim_value(shape_product(shape, axis, after)),
            inner = dim_value(shape_product(shape, after, shape->rank));
    s->limit = limit_of(s, v);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++) search_row(s, v, o * count * inner + i, count, inner, k, sign);
}

static int axis_of(const Node *n, int64_t otherwise)
{
    int64_t axis = number_of(n, "axis", otherwise);
    return (int)(axis < 0 ? axis + n->in[0]->type.shape.rank : axis);
}

static void search_largest(Search *s)
{
    search_rows(s, axis_of(s->n, 0), false, 1, node_is(s->n, "ArgMin") ? -1 : 1);
}

static void search_hardmax(Search *s)
{
    bool flat = s->n->opset < 13;
    search_rows(s, axis_of(s->n, flat ? 1 : -1), flat, 1, 1);
}

static void search_top_k(Search *s)
{
    int axis = axis_of(s->n, -1);
    const Value *y = output_of(s->n, 0) ? s->n->out[0] : output_of(s->n, 1);
    search_rows(s, axis, false, dim_value(y->type.shape.dim[axis]), number_of(s->n, "largest", 1) ? 1 : -1);
}

static void search_unique(Search *s)
{
    const Value *v = s->n->in[0];
    s->limit = limit_of(s, v);
    if (!attr_find(s->n, "axis")) search_row(s, v, 0, value_count(v), 1, value_count(v), 1);
}

/* -- comparisons ------------------------------------------------------------------------------- */

/* The element of v that stands at element i of a result it is broadcast to. */
static int64_t broadcast_place(const Shape *result, int64_t i, const Value *v)
{
    int64_t place = 0, stride = 1;
    for (int d = 1; d <= v->type.shape.rank; d++) {
        int64_t size = dim_value(v->type.shape.dim[v->type.shape.rank - d]),
                whole = dim_value(result->dim[result->rank - d]);
        if (size > 1) place += i % whole * stride;
        stride *= size;
        i /= whole;
    }
    return place;
}

static void search_pairs(Search *s)
{
    const Value *a = s->n->in[0], *b = s->n->in[1], *y = s->n->out[0];
    s->limit = fmax(limit_of(s, a), limit_of(s, b));
    for (int64_t i = 0, count = value_count(y); i < count; i++)
        found_pair(s, a, broadcast_place(&y->type.shape, i, a), b, broadcast_place(&y->type.shape, i, b));
}

/* -- rounding ---------------------------------------------------------------------------------- */

static void found_jump(Search *s, const Value *v, int64_t i, double jump)
{
    double distance = fabs(at(v, i) - jump);
    if (is_nearest(s, distance))
        s->found.text = mem_printf("%.9g at %s is %.2g from %.9g, where the result changes", at(v, i),
                                   place_text(&v->type.shape, i), distance, jump);
}

static void search_halves(Search *s)
{
    const Value *v = s->n->in[0];
    s->limit = limit_of(s, v);
    for (int64_t i = 0, count = value_count(v); i < count; i++) found_jump(s, v, i, floor(at(v, i)) + 0.5);
}

static void search_wholes(Search *s)
{
    const Value *v = s->n->in[0];
    s->limit = limit_of(s, v);
    for (int64_t i = 0, count = value_count(v); i < count; i++) found_jump(s, v, i, nearbyint(at(v, i)));
}

/* What is 0 itself mostly is so for another reason, such as a Relu. */
static void search_zero(Search *s)
{
    const Value *v = s->n->in[0];
    s->limit = limit_of(s, v);
    for (int64_t i = 0, count = value_count(v); i < count; i++)
        if (at(v, i) != 0) found_jump(s, v, i, 0);
}

static void search_cast(Search *s)
{
    DType to = s->n->out[0]->type.dtype;
    if (to == DT_BOOL) search_zero(s);
    else if (dtype_is_integer(to)) search_wholes(s);
}

/* -- quantisation ------------------------------------------------------------------------------ */

/* The scale of element i: one for all, or for its slice of the axis. */
static double scale_at(const Node *n, const Value *scale, int64_t i)
{
    const Shape *x = &n->in[0]->type.shape;
    int axis = axis_of(n, 1);
    if (value_count(scale) == 1) return at(scale, 0);
    return at(scale, i / dim_value(shape_product(x, axis + 1, x->rank)) % dim_value(x->dim[axis]));
}

/* Beyond the integers that there are, the last one stays. */
static bool is_in_range(DType t, double q)
{
    int bits = dtype_bits(t);
    double low = dtype_is_signed(t) ? -ldexp(1, bits - 1) : 0, high = low + ldexp(1, bits) - 1;
    return q > low && q < high;
}

static void search_steps(Search *s, const Value *scale, const Value *zero)
{
    const Value *v = s->n->in[0], *y = s->n->out[0];
    s->limit = limit_of(s, v);
    for (int64_t i = 0, count = value_count(v); i < count; i++) {
        double step = scale_at(s->n, scale, i), half = floor(at(v, i) / step) + 0.5;
        double offset = zero ? at(zero, 0) : 0;
        if (is_in_range(y->type.dtype, half + offset)) found_jump(s, v, i, half * step);
    }
}

static void search_quantized(Search *s)
{
    const Value *scale = s->n->in[1], *zero = input_of(s->n, 2);
    bool blocked = number_of(s->n, "block_size", 0) > 0, several = zero && value_count(zero) > 1;
    if (!blocked && !several && dtype_is_integer(s->n->out[0]->type.dtype)) search_steps(s, scale, zero);
}

static void search_quantized_by_range(Search *s)
{
    search_steps(s, s->n->out[1], s->n->out[2]);
}

/* -- boxes ------------------------------------------------------------------------------------- */

static void corners_of(const Value *boxes, int64_t box, bool center, double corners[4])
{
    for (int axis = 0; axis < 2; axis++) {
        double a = at(boxes, 4 * box + axis), b = at(boxes, 4 * box + axis + 2);
        if (center) {
            double middle = at(boxes, 4 * box + 1 - axis), size = at(boxes, 4 * box + 3 - axis);
            a = middle - size / 2;
            b = middle + size / 2;
        }
        corners[axis] = fmin(a, b);
        corners[axis + 2] = fmax(a, b);
    }
}

static double overlap_of(const Value *boxes, int64_t a, int64_t b, bool center)
{
    double p[4], q[4];
    corners_of(boxes, a, center, p);
    corners_of(boxes, b, center, q);
    double height = fmin(p[2], q[2]) - fmax(p[0], q[0]), width = fmin(p[3], q[3]) - fmax(p[1], q[1]);
    double common = height > 0 && width > 0 ? height * width : 0;
    return common == 0 ? 0 : common / ((p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1]) - common);
}

/* Boxes that nearly overlap so much as one that is kept allows. */
static void search_overlaps(Search *s)
{
    const Value *boxes = s->n->in[0], *y = s->n->out[0], *limit = input_of(s->n, 3);
    const float one = 1;
    int64_t count = dim_value(dim_at(boxes, 1)), kept = dim_value(dim_at(y, 0));
    double allowed = limit ? at(limit, 0) : 0;
    bool center = number_of(s->n, "center_point_box", 0) != 0;
    s->limit = tolerance_for(DT_FLOAT, &one, 1, s->tolerance).absolute / 5;
    for (int64_t k = 0; k < kept; k++) {
        int64_t first = const_as_int(y, 3 * k) * count, a = first + const_as_int(y, 3 * k + 2);
        for (int64_t b = first; b < first + count; b++) {
            double overlap = overlap_of(boxes, a, b, center), distance = fabs(overlap - allowed);
            if (a == b || overlap == 0 || !is_nearest(s, distance)) continue;
            s->found.text = mem_printf("boxes %lld and %lld overlap by %.9g, %.2g from the threshold %.9g",
                                       (long long)(a - first), (long long)(b - first), overlap, distance, allowed);
        }
    }
}

static void search_boxes(Search *s)
{
    const Value *scores = s->n->in[1], *threshold = input_of(s->n, 4);
    int64_t count = dim_value(dim_at(scores, 2)), rows = count ? value_count(scores) / count : 0;
    s->limit = limit_of(s, scores);
    for (int64_t r = 0; r < rows; r++) search_row(s, scores, r * count, count, 1, count, 1);
    for (int64_t i = 0; threshold && i < rows * count; i++) found_jump(s, scores, i, at(threshold, 0));
    search_overlaps(s);
}

/* -- all --------------------------------------------------------------------------------------- */

static const struct {
    const char *op_type;
    void (*search)(Search *s);
} choices[] = {
    {"ArgMax", search_largest},
    {"ArgMin", search_largest},
    {"Cast", search_cast},
    {"Ceil", search_wholes},
    {"DynamicQuantizeLinear", search_quantized_by_range},
    {"Equal", search_pairs},
    {"Floor", search_wholes},
    {"Greater", search_pairs},
    {"GreaterOrEqual", search_pairs},
    {"Hardmax", search_hardmax},
    {"Less", search_pairs},
    {"LessOrEqual", search_pairs},
    {"NonMaxSuppression", search_boxes},
    {"NonZero", search_zero},
    {"QuantizeLinear", search_quantized},
    {"Round", search_halves},
    {"Sign", search_zero},
    {"TopK", search_top_k},
    {"Unique", search_unique},
};

NearTie near_tie_of(const Node *n, Tolerance tolerance)
{
    Search s = {.n = n, .tolerance = tolerance};
    if (!dtype_is_float(n->in[0]->type.dtype)) return s.found;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (node_is(n, choices[i].op_type)) choices[i].search(&s);
    return s.found;
}
