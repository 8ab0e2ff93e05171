/* Reading Resize and Upsample: attributes, and where the sizes come from (scales, sizes, a crop), known or not.
 *
 * Where the text leaves something open: scales multiply in float32, as onnx's own shape inference has it; they divide
 * in float32 where that decides which pixel is nearest, as PyTorch and ONNX Runtime do, while places that are fractions
 * of sizes are exact; align_corners reaches to the last pixel there is (onnx.reference goes to the length before it was
 * rounded down); before opset 11, and for Upsample, positions are mapped asymmetrically and the pixel before is the
 * nearest (what PyTorch exported them for). */
#include "ops/resize.h"

#include "kernels.h"
#include "base/base.h"
#include "ops/shared/shared.h"

/* -- attributes -------------------------------------------------------------------------------- */

static const AttrWord modes[] = {
    {"nearest", RESIZE_NEAREST}, {"linear", RESIZE_LINEAR}, {"bilinear", RESIZE_LINEAR}, {"cubic", RESIZE_CUBIC}, {0},
};

static const AttrWord coordinates[] = {
    {"half_pixel", RESIZE_HALF_PIXEL},
    {"half_pixel_symmetric", RESIZE_HALF_PIXEL_SYMMETRIC},
    {"pytorch_half_pixel", RESIZE_PYTORCH_HALF_PIXEL},
    {"align_corners", RESIZE_ALIGN_CORNERS},
    {"asymmetric", RESIZE_ASYMMETRIC},
    {"tf_half_pixel_for_nn", RESIZE_TF_HALF_PIXEL},
    {"tf_crop_and_resize", RESIZE_TF_CROP},
    {0},
};

static const AttrWord roundings[] = {
    {"round_prefer_floor", RESIZE_ROUND_DOWN},
    {"round_prefer_ceil", RESIZE_ROUND_UP},
    {"floor", RESIZE_FLOOR},
    {"ceil", RESIZE_CEIL},
    {0},
};

static bool is_upsample(const Node *n)
{
    return foreign_is(n->op_type, "Upsample");
}

static bool read_attributes(Node *n, Resize *r)
{
    r->cubic_a = -0.75;
    r->coordinates = RESIZE_ASYMMETRIC;
    r->rounding = RESIZE_FLOOR;
    if (!attr_word(n, "mode", "nearest", modes, &r->mode)) return false;
    if (n->opset < 11 || is_upsample(n)) return true; /* these have no other attribute */
    r->antialias = attr_int(n, "antialias", 0) != 0;
    r->exclude_outside = attr_int(n, "exclude_outside", 0) != 0;
    r->cubic_a = attr_float(n, "cubic_coeff_a", -0.75);
    r->outside = attr_float(n, "extrapolation_value", 0);
    return attr_word(n, "coordinate_transformation_mode", "half_pixel", coordinates, &r->coordinates) &&
           attr_word(n, "nearest_mode", "round_prefer_floor", roundings, &r->rounding);
}

/* An attribute of Resize since opset 18; of any, layout notes them when it moves the axes of the image. */
int resized_axes(Node *n, const int64_t **axes)
{
    enum { AXES_SINCE = 18 };
    int count = own_ints(n, "axes", axes);
    if (count >= 0 || n->opset < AXES_SINCE || is_upsample(n) || !attr_find(n, "axes")) return count;
    return attr_ints(n, "axes", axes);
}

static bool read_axes(Node *n, Resize *r, const Shape *x)
{
    const int64_t *axes;
    int count = resized_axes(n, &axes);
    r->rank = x->rank;
    r->listed = count < 0 ? x->rank : count;
    for (int i = 0; i < x->rank; i++)
        r->axis[i] = (ResizeAxis){.in = x->dim[i], .out = x->dim[i], .scale = 1, .end = 1};
    for (int i = 0; i < r->listed; i++) {
        int axis = count < 0 ? i : normalize_axis(n, axes[i], x->rank);
        if (axis < 0) return false;
        if (r->axis[axis].listed) {
            node_invalid(n, "axis %d is listed twice in axes", axis);
            return false;
        }
        r->axis[axis].listed = true;
        r->axis[axis].at = i;
    }
    return true;
}

/* -- sizes ------------------------------------------------------------------------------------- */

/* An omitted input may also be an empty tensor. */
static Value *present(const Node *n, int input)
{
    Value *v = input_of(n, input);
    return v && dim_high(elements(v)) > 0 ? v : NULL;
}

static bool need_count(Node *n, const char *what, int64_t count, int64_t expected)
{
    if (count == expected) return true;
    node_invalid(n, "%s has %lld numbers, expected %lld", what, (long long)count, (long long)expected);
    return false;
}

/* Does the fraction give the same as the factor, for every size that there can be? */
static bool is_fraction(Dim in, float factor, int64_t above, int64_t below)
{
    enum { MOST_SIZES = 1 << 20 };
    int64_t low = dim_low(in), high = dim_high(in);
    if (low < 0 || high - low > MOST_SIZES || high > INT32_MAX) return false;
    for (int64_t size = low; size <= high; size++)
        if ((int64_t)floorf((float)size * factor) != size * above / below) return false;
    return true;
}

/* 1.7 is no float, but 17/10 may be what is meant: floor(in * above / below), with the smallest `below` there is. */
static Dim scaled_by_fraction(Dim in, float factor)
{
    enum { MOST_BELOW = 1000 };
    for (int64_t below = 1; below <= MOST_BELOW; below++) {
        int64_t above = (int64_t)llround((double)factor * (double)below);
        bool close = fabs((double)above / (double)below - (double)factor) <= 1e-7 * (double)factor;
        if (close && is_fraction(in, factor, above, below))
            return dim_floordiv(dim_mul(in, dim_const(above)), dim_const(below));
    }
    return NULL;
}

/* floor(in * factor), computed in float32 as onnx does it; a symbolic size needs a factor with few binary digits, or
 * one that is a fraction within its bounds. */
static Dim scaled(Node *n, Dim in, float factor)
{
    int exponent;
    float whole = floorf(frexpf(factor, &exponent) * 65536.0f);
    if (!(factor > 0 && factor < 65536)) {
        node_invalid(n, "the scale %g is out of range, expected more than 0 and less than 65536", (double)factor);
        return NULL;
    }
    if (dim_is_const(in)) return dim_const(number_cut((double)floorf((float)dim_value(in) * factor)));
    if (ldexpf(whole, exponent - 16) == factor) {
        Dim product = dim_mul(in, dim_const((int64_t)ldexpf(whole, exponent > 0 ? exponent : 0)));
        return dim_floordiv(product, dim_const(INT64_C(65536) << (exponent < 0 ? -exponent : 0)));
    }
    Dim product = scaled_by_fraction(in, factor);
    if (!product)
        node_error(n, "the size %s times %g can't be computed exactly; fix its dimensions with --dim NAME=N",
                   shown(dim_text(in)), (double)factor);
    return product;
}

static bool scale_known(Node *n, const Resize *r, ResizeAxis *a, double scale)
{
    double crop = r->coordinates == RESIZE_TF_CROP ? a->end - a->start : 1;
    a->scale = scale;
    a->out = scaled(n, a->in, (float)scale * (float)crop);
    return a->out != NULL;
}

static bool scales_known(Node *n, Resize *r, const double *scales)
{
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed && !scale_known(n, r, &r->axis[i], scales[r->axis[i].at])) return false;
    return true;
}

/* Element i of a list of floats, which may be a Concat of which only a part is constant. */
static bool known_element(const Value *v, int64_t i, double *number)
{
    const Node *p = v->producer;
    if (v->data) {
        *number = const_as_double(v, i);
        return true;
    }
    if (!node_is(p, "Concat")) return false;
    for (int k = 0; k < p->n_in; i -= value_count(p->in[k++])) {
        if (!dim_is_const(elements(p->in[k]))) return false;
        if (i < value_count(p->in[k])) return known_element(p->in[k], i, number);
    }
    return false;
}

/* A scale or a crop that only the data tell: the size they lead to is worked out by a kernel, and checked
 * by the tables' function. */
static bool size_by_data(Node *n, ResizeAxis *a, int axis)
{
    const Shape *found = &n->out[0]->type.shape; /* by the first who asked */
    a->out = found->rank > axis ? found->dim[axis] : size_of_data(n, 0, axis);
    a->scale = 0;
    a->by_data = true;
    return a->out != NULL;
}

static bool read_scales(Node *n, Resize *r, Value *v)
{
    static const DType floats[] = {DT_FLOAT};
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] == v && !need_type(n, i, floats, 1)) return false;
    if (!need_count(n, "scales", value_count(v), r->listed)) return false;
    bool good = true;
    if (!v->data || r->roi) r->scales = v;
    for (int i = 0; i < r->rank; i++) {
        ResizeAxis *a = &r->axis[i];
        double scale = 0;
        if (!a->listed) continue;
        if (!r->roi && known_element(v, a->at, &scale) ? !scale_known(n, r, a, scale) : !size_by_data(n, a, i))
            good = false;
    }
    return good;
}

/* One scale for all listed axes, so that the result just fits into `sizes` or just covers them. */
static void fit_constants(Resize *r, const Dim *sizes)
{
    double scale = 0;
    for (int i = 0; i < r->rank; i++) {
        const ResizeAxis *a = &r->axis[i];
        if (!a->listed) continue;
        double each = (double)dim_value(sizes[a->at]) / (double)dim_value(a->in);
        if (scale == 0 || (r->covers ? each > scale : each < scale)) scale = each;
    }
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) {
            r->axis[i].scale = (double)(float)scale; /* as resize_fit hands it on */
            r->axis[i].out = dim_const(number_cut(floor(scale * (double)dim_value(r->axis[i].in) + 0.5)));
        }
}

/* The same of sizes only known at run time, or of an input of any size. */
static bool keep_aspect_ratio(Node *n, Resize *r, const Dim *sizes)
{
    bool known = true, good = need_type(n, 3, (DType[]){DT_INT64}, 1);
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) known = known && dim_is_const(r->axis[i].in) && dim_is_const(sizes[r->axis[i].at]);
    r->fits = !known;
    if (known) fit_constants(r, sizes);
    for (int i = 0; i < r->rank && !known; i++)
        if (r->axis[i].listed && !size_by_data(n, &r->axis[i], i)) good = false;
    return good;
}

static bool read_sizes(Node *n, Resize *r, int input)
{
    static const AttrWord policies[] = {{"stretch", 0}, {"not_larger", 1}, {"not_smaller", 2}, {0}};
    Dim *sizes;
    int policy, count = need_dims(n, input, &sizes);
    if (count < 0 || !need_count(n, "sizes", count, r->listed)) return false;
    if (!attr_word(n, "keep_aspect_ratio_policy", "stretch", policies, &policy)) return false;
    for (int i = 0; i < count; i++)
        if (dim_high(sizes[i]) < 1) {
            node_invalid(n, "sizes[%d] is %s, expected at least 1", i, shown(dim_text(sizes[i])));
            return false;
        }
    for (int i = 0; i < count; i++)
        if (dim_low(sizes[i]) < 1) assume_equal(n, dim_min(sizes[i], dim_const(1)), dim_const(1));
    r->covers = policy == 2;
    if (policy) return keep_aspect_ratio(n, r, sizes);
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) {
            r->axis[i].out = sizes[r->axis[i].at];
            r->axis[i].scale = r->axis[i].out == r->axis[i].in ? 1 : 0;
        }
    return true;
}

/* -- the whole node ---------------------------------------------------------------------------- */

static bool read_roi(Node *n, Resize *r)
{
    static const DType floats[] = {DT_FLOAT};
    Value *roi = n->opset >= 11 && !is_upsample(n) ? present(n, 1) : NULL;
    if (r->coordinates != RESIZE_TF_CROP || !roi) return true; /* ONNX Runtime takes all of the image without one */
    if (!need_type(n, 1, floats, 1) || !need_count(n, "roi", value_count(roi), 2 * r->listed)) return false;
    if (!roi->data) r->roi = roi;
    for (int i = 0; i < r->rank; i++) {
        ResizeAxis *a = &r->axis[i];
        if (!a->listed || !roi->data) continue;
        a->start = const_as_double(roi, a->at);
        a->end = const_as_double(roi, a->at + r->listed);
    }
    return true;
}

/* Upsample's scales are attributes before opset 9, and before 7 only of the last two axes. */
static bool scales_of_attributes(Node *n, Resize *r)
{
    const float *given;
    double scales[MAX_RANK];
    for (int i = 0; i < r->rank; i++) scales[i] = 1;
    if (n->opset < 7) {
        if (!need_rank(n, 0, 4, 4)) return false;
        scales[2] = attr_float(n, "height_scale", 1);
        scales[3] = attr_float(n, "width_scale", 1);
    } else {
        if (!need_count(n, "scales", attr_floats(n, "scales", &given), r->rank)) return false;
        for (int i = 0; i < r->rank; i++) scales[i] = (double)given[i];
    }
    return scales_known(n, r, scales);
}

static bool read_target(Node *n, Resize *r)
{
    if (is_upsample(n) && n->opset < 9) return scales_of_attributes(n, r);
    int input = n->opset < 11 || is_upsample(n) ? 1 : 2;
    Value *scales = present(n, input), *sizes = input == 2 ? present(n, 3) : NULL;
    if (!scales == !sizes) {
        node_invalid(n, "has %s, expected one of them",
                     scales       ? "both scales and sizes"
                     : input == 2 ? "neither scales nor sizes"
                                  : "no scales");
        return false;
    }
    return scales ? read_scales(n, r, scales) : read_sizes(n, r, 3);
}

static bool need_pixels(Node *n, const Resize *r)
{
    for (int i = 0; i < r->rank; i++) {
        const ResizeAxis *a = &r->axis[i];
        if (a->out != a->in && dim_low(a->in) < 1 && dim_high(a->in) > 0)
            assume_equal(n, dim_min(dim_min(a->in, a->out), dim_const(1)), dim_min(a->out, dim_const(1)));
        if (dim_high(a->in) > 0 || dim_high(a->out) == 0) continue;
        node_invalid(n, "axis %d has no pixels to make %s of", i, shown(dim_text(a->out)));
        return false;
    }
    return true;
}

bool resize_read(Node *n, Resize *r)
{
    *r = (Resize){0};
    return read_attributes(n, r) && read_axes(n, r, &n->in[0]->type.shape) && read_roi(n, r) && read_target(n, r) &&
           need_pixels(n, r);
}
