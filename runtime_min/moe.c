/* A mixture of experts: for each token those few networks whose scores are highest. */

struct moe {
    int32_t tokens, hidden, inner; /* inner: what the second product takes */
    int32_t rows;                  /* of the first: inner, or 2 inner where a gate is among them */
    int32_t experts, chosen;       /* of each token */
    int32_t all;                   /* probabilities are those among all experts, not among those that are chosen */
    int32_t activation;            /* 0 ReLU, 1 Gelu, 2 SiLU, 3 SwiGLU, 4 none */
    int32_t apart;                 /* the gates come first, then what they multiply; else in turn */
    int32_t by_column;             /* matrices have a row for each input */
    int32_t bits, block;           /* of quantised weights; 32: float. block: inputs that share a scale, 0: all */
};

/* A matrix of every expert; scales and zeros are of quantised ones, zeros and bias may be NULL. */
struct moe_matrix {
    const void *w;
    const float *scales, *bias;
    const uint8_t *zeros;
    size_t rows, inputs;
};

/* Value i of a row of narrow numbers, the first in the lowest bits. */
static inline float moe_narrow(const uint8_t *row, size_t i, uint32_t bits)
{
    return (float)((uint32_t)row[i * bits / 8] >> i * bits % 8 & ((1U << bits) - 1U));
}

static inline float moe_quantised(const struct moe_matrix *m, const float *x, size_t expert, size_t row,
                                  const struct moe *p)
{
    const uint32_t bits = (uint32_t)p->bits;
    const size_t block = p->block ? (size_t)p->block : m->inputs, blocks = (m->inputs + block - 1) / block;
    const size_t at = expert * m->rows + row, zeros = p->block ? blocks : m->rows;
    const uint8_t *w = (const uint8_t *)m->w + at * ((m->inputs * bits + 7) / 8);
    const size_t zero_row = (p->block ? at : expert) * ((zeros * bits + 7) / 8);
    float sum = 0;
    for (size_t b = 0; b < blocks; b++) {
        const size_t end = b * block + block < m->inputs ? b * block + block : m->inputs;
        const float zero = m->zeros ? moe_narrow(m->zeros + zero_row, p->block ? b : row, bits)
                                    : (float)(1U << (bits - 1));
        float part = 0;
        for (size_t i = b * block; i < end; i++) part += x[i] * (moe_narrow(w, i, bits) - zero);
        sum += m->scales[at * blocks + b] * part;
    }
    return sum;
}

/* One row of an expert's matrix, times x. */
static inline float moe_row(const struct moe_matrix *m, const float *x, size_t expert, size_t row, const struct moe *p)
{
    const size_t at = expert * m->rows + row;
    float sum = 0;
    if (p->bits < 32) {
        sum = moe_quantised(m, x, expert, row, p);
    } else {
        const float *w = (const float *)m->w + (p->by_column ? expert * m->rows * m->inputs + row : at * m->inputs);
        const size_t step = p->by_column ? m->rows : 1;
        for (size_t i = 0; i < m->inputs; i++) sum += x[i] * w[i * step];
    }
    return m->bias ? sum + m->bias[at] : sum;
}

static inline float moe_activate(float x, int32_t activation)
{
    if (activation == 0) return x > 0 ? x : 0;
    if (activation == 1) return 0.5F * x * (1 + erff(x * 0.70710678F));
    return activation == 2 ? x / (1 + expf(-x)) : x;
}

/* The gate with its value: gate sigmoid(alpha gate) (value + beta), both of them cut at the limit. */
static inline float moe_gate(float gate, float value, float alpha, float beta, float limit)
{
    const float g = gate > limit ? limit : gate, v = value > limit ? limit : value < -limit ? -limit : value;
    return g / (1 + expf(-alpha * g)) * (v + beta);
}

/* h[inner] of one expert; `third`, if it has weights, multiplies. raw[rows] is scratch. */
static inline void moe_inner(const struct moe_matrix *first, const struct moe_matrix *third, const float *x, float *raw,
                             float *h, size_t expert, float alpha, float beta, float limit, const struct moe *p)
{
    const size_t inner = (size_t)p->inner;
    for (size_t r = 0; r < first->rows; r++) raw[r] = moe_row(first, x, expert, r, p);
    for (size_t i = 0; i < inner; i++) {
        if (p->rows > p->inner)
            h[i] = moe_gate(raw[p->apart ? i : 2 * i], raw[p->apart ? inner + i : 2 * i + 1], alpha, beta, limit);
        else if (p->activation == 3) h[i] = moe_gate(raw[i], moe_row(third, x, expert, i, p), alpha, beta, limit);
        else {
            h[i] = moe_activate(raw[i], p->activation);
            if (third->w) h[i] *= moe_row(third, x, expert, i, p);
        }
    }
}

/* Which expert comes next after `before`, by score; of equal ones the first. */
static inline size_t moe_next(const float *scores, size_t experts, size_t turn, size_t before)
{
    size_t best = experts;
    for (size_t e = 0; e < experts; e++) {
        const bool is_past = turn && (scores[e] > scores[before] || (scores[e] == scores[before] && e <= before));
        if (!is_past && (best == experts || scores[e] > scores[best])) best = e;
    }
    return best < experts ? best : experts - 1;
}

/* y[tokens][hidden] = the sum over each token's experts of their probability times w2 activation(w1 x + b1) + b2. The
 * scores are of [tokens][experts]; work[rows + inner] is scratch. */
void moe_f32(const float *x, const float *scores, const void *w1, const float *s1, const float *b1, const void *w2,
             const float *s2, const float *b2, const void *w3, const float *s3, const float *b3, const uint8_t *z1,
             const uint8_t *z2, const uint8_t *z3, float *work, float *y, float alpha, float beta, float limit,
             const struct moe *p)
{
    const size_t hidden = (size_t)p->hidden, inner = (size_t)p->inner, experts = (size_t)p->experts;
    const struct moe_matrix first = {w1, s1, b1, z1, (size_t)p->rows, hidden}, second = {w2, s2, b2, z2, hidden, inner},
                            third = {w3, s3, b3, z3, inner, hidden};
    float *h = work + first.rows;
    for (size_t t = 0; t < (size_t)p->tokens; t++, x += hidden, y += hidden, scores += experts) {
        const size_t most = moe_next(scores, experts, 0, 0);
        float sum = 0;
        size_t e = most;
        for (size_t k = 0; k < (size_t)(p->all ? p->experts : p->chosen); k++) {
            e = moe_next(scores, experts, k, e);
            sum += expf(scores[e] - scores[most]);
        }
        for (size_t i = 0; i < hidden; i++) y[i] = 0;
        for (size_t k = 0; k < (size_t)p->chosen; k++) {
            e = moe_next(scores, experts, k, e);
            const float share = expf(scores[e] - scores[most]) / sum;
            moe_inner(&first, &third, x, work, h, e, alpha, beta, limit, p);
            for (size_t i = 0; i < hidden; i++) y[i] += share * moe_row(&second, h, e, i, p);
        }
    }
}
