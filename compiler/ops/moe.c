/* MoE and QMoE of com.microsoft: mixtures of experts, whose weights are float or of 2, 4 or 8 bits:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MoE
 * Refused: the sparse mixer, weights that are packed for one processor, router weights of their own. */
#include "op/op.h"

enum { X, SCORES };
enum { SWIGLU = 3 };

static const DType narrow_floats[] = {DT_FLOAT, DT_FLOAT16, DT_BFLOAT16}, bytes[] = {DT_UINT8};

/* Where the inputs are: weights, scales, bias and zero points of three products. */
typedef struct {
    int w[3], scales[3], bias[3], zeros[3];
} Places;

static const Places plain = {.w = {2, 4, 6}, .scales = {-1, -1, -1}, .bias = {3, 5, 7}, .zeros = {-1, -1, -1}};
static const Places packed = {.w = {2, 5, 8}, .scales = {3, 6, 9}, .bias = {4, 7, 10}, .zeros = {11, 12, 13}};

typedef struct {
    const Places *at;
    int64_t bits, block, chosen;
    int activation;
    bool by_column, doubled; /* doubled: gates are among the rows of the first product */
    int64_t hidden, inner, experts;
} Mixture;

static Value *place(const Node *n, int input)
{
    return input < 0 ? NULL : input_of(n, input);
}

static bool read_activation(Node *n, Mixture *m)
{
    static const AttrWord words[] = {{"relu", 0}, {"gelu", 1}, {"silu", 2}, {"swiglu", SWIGLU}, {"identity", 4}, {0}};
    if (!attr_word(n, "activation_type", "relu", words, &m->activation)) return false;
    m->chosen = attr_int(n, "k", 1);
    bool is_quantised = m->at == &packed;
    m->bits = is_quantised ? attr_int(n, "expert_weight_bits", 4) : 32;
    m->block = is_quantised ? attr_int(n, "block_size", 0) : 0;
    if (attr_int(n, "use_sparse_mixer", 0) || (is_quantised && m->bits != 2 && m->bits != 4 && m->bits != 8) ||
        m->block < 0 || m->block > INT32_MAX) {
        node_error(n, "use_sparse_mixer, or weights of other than 2, 4 or 8 bits are not supported");
        return false;
    }
    return true;
}

/* Matrices are of [experts][outputs][inputs], or in older models the other way round. */
static bool read_sizes(Node *n, Mixture *m)
{
    const Value *w1 = n->in[m->at->w[0]], *w2 = n->in[m->at->w[1]];
    const Shape *first = &w1->type.shape, *second = &w2->type.shape;
    Dim hidden = dim_at(n->in[X], -1);
    for (int d = 0; d < 3; d++)
        if (!dim_is_const(first->dim[d]) || !dim_is_const(second->dim[d]) || !dim_is_const(hidden)) {
            node_error(n, "the sizes of its experts are known only at run time; fix them with --dim");
            return false;
        }
    m->experts = dim_value(first->dim[0]);
    m->hidden = dim_value(hidden);
    int64_t in_byte = m->bits < 32 ? 8 / m->bits : 1;
    m->by_column = m->bits == 32 && dim_value(first->dim[2]) != m->hidden;
    int64_t rows = dim_value(first->dim[m->by_column ? 2 : 1]);
    m->doubled = m->activation == SWIGLU && !place(n, m->at->w[2]);
    m->inner = m->doubled ? rows / 2 : rows;
    int64_t inputs = dim_value(first->dim[m->by_column ? 1 : 2]),
            outputs = dim_value(second->dim[m->by_column ? 2 : 1]);
    int64_t taken = dim_value(second->dim[m->by_column ? 1 : 2]);
    if (inputs == (m->hidden + in_byte - 1) / in_byte && outputs == m->hidden && m->hidden > 0 && m->inner > 0 &&
        taken == (m->inner + in_byte - 1) / in_byte && rows == m->inner * (m->doubled ? 2 : 1) && m->chosen >= 1 &&
        m->chosen <= m->experts)
        return true;
    node_invalid(n, "weights of %s and %s don't fit to each other, to %lld inputs, or to k = %lld",
                 shown(shape_text(first)), shown(shape_text(second)), (long long)m->hidden, (long long)m->chosen);
    return false;
}

/* Of all experts' rows of product i: scales, zero points and bias. */
static bool need_beside(Node *n, const Mixture *m, int i, Dim rows, int64_t inputs)
{
    const Places *at = m->at;
    int64_t blocks = m->block ? (inputs + m->block - 1) / m->block : 1;
    const Value *scales = place(n, at->scales[i]), *bias = place(n, at->bias[i]), *zeros = place(n, at->zeros[i]);
    Dim all = dim_mul(dim_const(m->experts), rows);
    if (at->scales[i] >= 0 && !need_type(n, at->scales[i], narrow_floats, 3)) return false;
    if (!need_type(n, at->bias[i], narrow_floats, 3)) return false;
    if (m->bits < 32 && !scales) {
        node_invalid(n, "its weights have no scales");
        return false;
    }
    if (scales && !need_equal(n, elements(scales), dim_mul(all, dim_const(blocks)), "scales, and what they are of"))
        return false;
    if (bias && !need_equal(n, elements(bias), all, "elements of a bias, and rows of weights")) return false;
    if (!zeros) return true;
    Dim in_byte = dim_const(8 / m->bits);
    Dim room = m->block ? dim_mul(all, dim_ceildiv(dim_const(blocks), in_byte))
                        : dim_mul(dim_const(m->experts), dim_ceildiv(rows, in_byte));
    return need_type(n, at->zeros[i], bytes, 1) &&
           need_equal(n, elements(zeros), room, "bytes of zero points, and what they are of");
}

static bool read_mixture(Node *n, Mixture *m)
{
    *m = (Mixture){.at = foreign_is(n->op_type, "QMoE") ? &packed : &plain};
    if (!read_activation(n, m)) return false;
    for (int i = 0; i < 3; i++) {
        const Value *w = place(n, m->at->w[i]);
        if (!w && i == 2) break;
        if (!w || !need_rank(n, m->at->w[i], 3, 3) ||
            (m->bits < 32 ? !need_type(n, m->at->w[i], bytes, 1) : !need_type(n, m->at->w[i], narrow_floats, 3))) {
            if (!w) node_invalid(n, "input %d is omitted: it has no weights", m->at->w[i]);
            return false;
        }
    }
    if (!read_sizes(n, m)) return false;
    Dim inner = dim_const(m->inner), hidden = dim_const(m->hidden);
    if (!need_beside(n, m, 0, dim_mul(inner, dim_const(m->doubled ? 2 : 1)), m->hidden) ||
        !need_beside(n, m, 1, hidden, m->inner))
        return false;
    const Value *third = place(n, m->at->w[2]);
    return !third || (need_beside(n, m, 2, inner, m->hidden) &&
                      need_equal(n, elements(third), elements(n->in[m->at->w[0]]), "first and third weights"));
}

static void infer_moe(Node *n)
{
    Mixture m;
    if (!need_counts(n, 3, foreign_is(n->op_type, "QMoE") ? 14 : 8, 1, 1) || !need_tensor_inputs(n) ||
        !need_type(n, X, narrow_floats, 3) || !need_rank(n, X, 2, 3) || !need_rank(n, SCORES, 2, 2) ||
        !need_same_type(n, X, SCORES) || !read_mixture(n, &m))
        return;
    Dim tokens = shape_product(&n->in[X]->type.shape, 0, n->in[X]->type.shape.rank - 1);
    if (need_equal(n, dim_at(n->in[SCORES], 0), tokens, "rows of scores, and tokens") &&
        need_equal(n, dim_at(n->in[SCORES], 1), dim_const(m.experts), "scores of a token, and experts"))
        set_out_like(n, 0, n->in[X]);
}

static void arg_mixture(Step *s, Node *n, const Mixture *m)
{
    arg_struct(s, "p", "struct moe");
    arg_field(s, "tokens", dim_at(n->in[SCORES], 0));
    arg_field_int(s, "hidden", m->hidden);
    arg_field_int(s, "inner", m->inner);
    arg_field_int(s, "rows", m->inner * (m->doubled ? 2 : 1));
    arg_field_int(s, "experts", m->experts);
    arg_field_int(s, "chosen", m->chosen);
    arg_field_int(s, "all", m->bits == 32 && !attr_int(n, "normalize_routing_weights", 0));
    arg_field_int(s, "activation", m->activation);
    arg_field_int(s, "apart", attr_int(n, "swiglu_fusion", 0) == 2);
    arg_field_int(s, "by_column", m->by_column);
    arg_field_int(s, "bits", m->bits);
    arg_field_int(s, "block", m->block);
}

static void lower_moe(Node *n)
{
    static const char *const names[4][3] = {{"w1", "w2", "w3"},
                                            {"s1", "s2", "s3"},
                                            {"b1", "b2", "b3"},
                                            {"z1", "z2", "z3"}};
    Mixture m;
    if (!read_mixture(n, &m)) return;
    Step *s = step_call(n, "moe_f32");
    arg_in(s, "x", n->in[X]);
    arg_in(s, "scores", n->in[SCORES]);
    for (int i = 0; i < 3; i++) {
        arg_in(s, names[0][i], place(n, m.at->w[i]));
        arg_in(s, names[1][i], place(n, m.at->scales[i]));
        arg_in(s, names[2][i], place(n, m.at->bias[i]));
        arg_in(s, names[3][i], place(n, m.at->zeros[i]));
    }
    arg_out(s, "work", scratch(n, "inner", DT_FLOAT, dim_const(m.inner * (m.doubled ? 3 : 2))));
    arg_out(s, "y", n->out[0]);
    arg_real(s, "alpha", attr_float(n, "activation_alpha", 1));
    arg_real(s, "beta", attr_float(n, "activation_beta", 0));
    arg_real(s, "limit", attr_float(n, "swiglu_limit", INFINITY));
    arg_mixture(s, n, &m);
}

#define MIXTURE(op) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_moe, .lower = lower_moe \
    }

const Op ops_moe[] = {
    MIXTURE("MoE"),
    MIXTURE("QMoE"),
    {0},
};
