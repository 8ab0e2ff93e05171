/* QLinearReduceMean and QLinearGlobalAveragePool of com.microsoft:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearReduceMean
 * Sums are integers where the axes follow one another and scales and zero points are constants; other cases are
 * said in other operators. */
#include "ops/shared/shared.h"

#include <string.h>

enum { X, X_SCALE, X_ZERO, Y_SCALE, Y_ZERO };

/* What is added up: axes [first, end) if they follow one another. */
typedef struct {
    bool reduced[MAX_RANK], keep, adjacent;
    int first, end;
} Reduction;

static void read_adjacent(Reduction *r, int rank)
{
    r->first = 0;
    while (r->first < rank && !r->reduced[r->first]) r->first++;
    r->end = r->first;
    while (r->end < rank && r->reduced[r->end]) r->end++;
    r->adjacent = true;
    for (int i = r->end; i < rank; i++) r->adjacent = r->adjacent && !r->reduced[i];
}

/* Without axes it is all of them. */
static bool read_reduction(Node *n, Reduction *r)
{
    const int64_t *axes;
    int rank = n->in[X]->type.shape.rank, count = attr_ints(n, "axes", &axes);
    *r = (Reduction){.keep = attr_int(n, "keepdims", 1) != 0};
    for (int i = 0; i < rank; i++) r->reduced[i] = count == 0;
    for (int i = 0; i < count; i++) {
        int axis = normalize_axis(n, axes[i], rank);
        if (axis < 0) return false;
        r->reduced[axis] = true;
    }
    read_adjacent(r, rank);
    return true;
}

static bool read_pool(Node *n, Reduction *r)
{
    int rank = n->in[X]->type.shape.rank, channels = attr_int(n, "channels_last", 0) ? rank - 1 : 1;
    *r = (Reduction){.keep = true};
    for (int i = 1; i < rank; i++) r->reduced[i] = i != channels;
    read_adjacent(r, rank);
    return need_rank(n, X, 3, -1);
}

static bool read_mean(Node *n, Reduction *r)
{
    return !foreign_is(n->op_type, "QLinearReduceMean") ? read_pool(n, r) : read_reduction(n, r);
}

static void infer_mean(Node *n)
{
    Reduction r;
    if (!need_counts(n, 4, 5, 1, 1) || !need_tensor_inputs(n) || !need_quantized(n, X, X_SCALE, X_ZERO)) return;
    if (!need_float(n, Y_SCALE) || !need_same_type(n, X, Y_ZERO) || !read_mean(n, &r)) return;
    const Shape *x = &n->in[X]->type.shape;
    Shape y = {.rank = 0};
    for (int i = 0; i < x->rank; i++)
        if (!r.reduced[i] || r.keep) y.dim[y.rank++] = r.reduced[i] ? dim_const(1) : x->dim[i];
    set_out(n, 0, n->in[X]->type.dtype, &y);
}

/* A sum of more bytes than this may overflow. */
enum { MAX_SUMMANDS = 1 << 23 };

static Dim summands(const Node *n, const Reduction *r)
{
    return shape_product(&n->in[X]->type.shape, r->first, r->end);
}

static bool adds_bytes(const Node *n, const Reduction *r)
{
    static const int parameters[] = {X_SCALE, X_ZERO, Y_SCALE, Y_ZERO};
    return known_parameters(n, parameters, 4) && r->adjacent && dim_low(summands(n, r)) > 0 &&
           dim_high(summands(n, r)) <= MAX_SUMMANDS;
}

bool mean_adds_bytes(Node *n)
{
    Reduction r;
    return read_mean(n, &r) && adds_bytes(n, &r);
}

static void expand_mean(Node *n)
{
    Reduction r;
    if (!read_mean(n, &r) || adds_bytes(n, &r)) return;
    int64_t axes[MAX_RANK];
    int count = 0;
    for (int i = 0; i < n->in[X]->type.shape.rank; i++)
        if (r.reduced[i]) axes[count++] = i;
    Value *x = make_node(n, "DequantizeLinear", input_of(n, X_ZERO) ? 3 : 2,
                         (Value *[]){n->in[X], n->in[X_SCALE], input_of(n, X_ZERO)}, NULL)
                   ->out[0];
    Node *mean = make_node(n, "ReduceMean", 2, (Value *[]){x, const_ints(n, count, axes)}, NULL);
    attr_set_int(mean, "keepdims", r.keep);
    Value *zero = input_of(n, Y_ZERO) ? n->in[Y_ZERO] : const_scalar(n, n->in[X]->type.dtype, 0);
    make3(n, "QuantizeLinear", mean->out[0], n->in[Y_SCALE], zero, n->out[0]);
}

static void lower_mean(Node *n)
{
    Reduction r;
    if (!read_mean(n, &r)) return;
    const Shape *x = &n->in[X]->type.shape;
    double scale_y = const_as_double(n->in[Y_SCALE], 0);
    int64_t zero_y = input_of(n, Y_ZERO) ? const_as_int(n->in[Y_ZERO], 0) : 0, low, high;
    quantized_bounds(n, scale_y, zero_y, &low, &high);
    Step *s = step_call(n, "qmean_%s", dtype_suffix(n->in[X]->type.dtype));
    arg_in(s, "x", n->in[X]);
    arg_int(s, "x_zero", input_of(n, X_ZERO) ? const_as_int(n->in[X_ZERO], 0) : 0);
    arg_real(s, "x_scale", const_as_double(n->in[X_SCALE], 0));
    arg_real(s, "y_scale", scale_y);
    arg_int(s, "y_zero", zero_y);
    arg_int(s, "low", low);
    arg_int(s, "high", high);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "outer", shape_product(x, 0, r.first));
    arg_dim(s, "n", summands(n, &r));
    arg_dim(s, "inner", shape_product(x, r.end, x->rank));
}

#define MEAN(op) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_mean, .lower = lower_mean, \
        .expand = expand_mean, .flags = OP_CLAMPS \
    }

const Op ops_qlinear_mean[] = {
    MEAN("QLinearReduceMean"),
    MEAN("QLinearGlobalAveragePool"),
    {0},
};
