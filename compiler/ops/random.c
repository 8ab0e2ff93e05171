/* RandomNormal, RandomUniform, their *Like forms, Bernoulli and Multinomial:
 * https://onnx.ai/onnx/operators/onnx__RandomNormal.html and the like
 * ONNX leaves the numbers to the implementation: here they are a function of the seed and the element's place, the same
 * for every processor (templates/random.c.in). A node without a seed has the caller's (NAME_seed), XORed with a number
 * made of its name, so that no two nodes draw the same. */
#include "ops/shared/shared.h"

#include <string.h>

/* The bits of the attribute; without one, the stream that the node has of the caller's seed. */
typedef struct {
    bool is_given;
    int64_t number;
} Seed;

static Seed seed_of(Node *n)
{
    const Attr *a = attr_find(n, "seed");
    if (!a) return (Seed){false, own_int(n, "stream", (int64_t)((uint64_t)foreign_hash(node_stem(n)) << 32))};
    if (a->type == ATTR_INT) return (Seed){true, a->ints[0]};
    float given = (float)attr_float(n, "seed", 0);
    uint32_t bits;
    memcpy(&bits, &given, sizeof bits);
    return (Seed){true, bits};
}

/* A node that draws for n has n's. */
static void hand_on_seed(Node *n, Node *draw)
{
    Seed s = seed_of(n);
    if (s.is_given) attr_set_int(draw, "seed", s.number);
    else own_set_int(draw, "stream", s.number);
}

static void arg_seed_of(Step *s, Node *n)
{
    Seed seed = seed_of(n);
    if (seed.is_given) arg_int(s, "seed", seed.number);
    else arg_seed(s, "seed", seed.number);
}

/* The type of the result: as asked for, or the input's. */
static bool read_type(Node *n, DType otherwise, DType *t)
{
    *t = (DType)attr_int(n, "dtype", otherwise);
    seed_of(n); /* says what is wrong with it */
    if (*t == DT_FLOAT || *t == DT_DOUBLE || dtype_is_half(*t)) return true;
    node_invalid(n, "draws numbers of type %d, expected float16, bfloat16, float32 or float64; set its dtype", (int)*t);
    return false;
}

static bool read_shape(Node *n, Shape *shape)
{
    const int64_t *dims;
    int rank = attr_ints(n, "shape", &dims);
    bool good = attr_find(n, "shape") && rank <= MAX_RANK;
    for (int d = 0; good && d < rank; d++) good = dims[d] >= 0 && dims[d] <= INT32_MAX;
    if (!good) {
        node_invalid(n, "attribute \"shape\" is omitted, or no shape of up to %d axes", MAX_RANK);
        return false;
    }
    *shape = shape_const(rank, dims);
    return true;
}

static void infer_draw(Node *n)
{
    DType t;
    Shape shape;
    if (need_counts(n, 0, 0, 1, 1) && read_type(n, DT_FLOAT, &t) && read_shape(n, &shape)) set_out(n, 0, t, &shape);
}

static void infer_draw_like(Node *n)
{
    DType t;
    if (need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n) && read_type(n, n->in[0]->type.dtype, &t))
        set_out(n, 0, t, &n->in[0]->type.shape);
}

/* Halves are drawn as float32. */
static void expand_draw(Node *n)
{
    DType t = n->out[0]->type.dtype;
    if (!dtype_is_half(t)) return;
    Node *draw = make_node(n, n->op->name, n->n_in, n->in, NULL);
    copy_attributes(draw, n);
    attr_set_int(draw, "dtype", DT_FLOAT);
    hand_on_seed(n, draw);
    cast_to(n, draw->out[0], t, n->out[0]);
}

static Step *draw_step(Node *n, const char *kind)
{
    Step *s = step_call(n, "random_%s_%s", kind, dtype_suffix(n->out[0]->type.dtype));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->out[0]));
    arg_seed_of(s, n);
    return s;
}

static void lower_uniform(Node *n)
{
    Step *s = draw_step(n, "uniform");
    arg_real(s, "low", attr_float(n, "low", 0));
    arg_real(s, "high", attr_float(n, "high", 1));
}

static void lower_normal(Node *n)
{
    Step *s = draw_step(n, "normal");
    arg_real(s, "mean", attr_float(n, "mean", 0));
    arg_real(s, "scale", attr_float(n, "scale", 1));
}

/* -- Bernoulli ----------------------------------------------------------------------------------- */

static void infer_bernoulli(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    DType t = (DType)attr_int(n, "dtype", n->in[0]->type.dtype);
    if (dtype_bits(t) >= 8 && t != DT_STRING) set_out(n, 0, t, &n->in[0]->type.shape);
    else node_error(n, "its dtype is %d, expected a type of numbers, or bool", (int)t);
}

static void expand_bernoulli(Node *n)
{
    Node *draw = make_node(n, "RandomUniformLike", 1, n->in, NULL);
    attr_set_int(draw, "dtype", n->in[0]->type.dtype);
    hand_on_seed(n, draw);
    cast_to(n, make2(n, "Less", draw->out[0], n->in[0], NULL), n->out[0]->type.dtype, n->out[0]);
}

/* -- Multinomial --------------------------------------------------------------------------------- */

static void infer_multinomial(Node *n)
{
    DType t = (DType)attr_int(n, "dtype", DT_INT32);
    int64_t samples = attr_int(n, "sample_size", 1);
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 2, 2)) return;
    if ((t != DT_INT32 && t != DT_INT64) || samples < 0 || samples > INT32_MAX ||
        !need_at_most(n, dim_const(1), dim_at(n->in[0], 1), "one class, and those of input 0")) {
        node_invalid(n, "has dtype %d and sample_size %lld, expected int32 or int64, and a count", (int)t,
                     (long long)samples);
        return;
    }
    Shape y = shape_of(2, (Dim[]){dim_at(n->in[0], 0), dim_const(samples)});
    set_out(n, 0, t, &y);
}

static void lower_multinomial(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    Step *s = step_call(n, "multinomial_%s_%s", dtype_suffix(x->type.dtype), dtype_suffix(y->type.dtype));
    arg_in(s, "x", x);
    arg_out(s, "sums", scratch(n, "sums", x->type.dtype, dim_at(x, 1)));
    arg_out(s, "y", y);
    arg_dim(s, "batch", dim_at(x, 0));
    arg_dim(s, "classes", dim_at(x, 1));
    arg_dim(s, "samples", dim_at(y, 1));
    arg_seed_of(s, n);
}

#define DRAWS(op, like, kind) \
    { \
        .name = op, .domain = "", .since = 1, .infer = infer_draw##like, .lower = lower_##kind, .expand = expand_draw, \
        .flags = OP_HALF_NATIVE | OP_NEVER_FOLD \
    }

const Op ops_random[] = {
    DRAWS("RandomNormal", , normal),
    DRAWS("RandomNormalLike", _like, normal),
    DRAWS("RandomUniform", , uniform),
    DRAWS("RandomUniformLike", _like, uniform),
    {.name = "Bernoulli",
     .domain = "",
     .since = 15,
     .infer = infer_bernoulli,
     .expand = expand_bernoulli,
     .flags = OP_HALF_NATIVE | OP_NEVER_FOLD},
    {.name = "Multinomial",
     .domain = "",
     .since = 7,
     .infer = infer_multinomial,
     .lower = lower_multinomial,
     .flags = OP_NEVER_FOLD},
    {0},
};
