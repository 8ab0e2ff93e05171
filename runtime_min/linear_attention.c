/* Attention without a Softmax, as a recurrence over a state: Yang et al., Gated Delta Networks,
 * https://arxiv.org/abs/2412.06464. */

struct linear_attention {
    int32_t batch, steps;
    int32_t heads, kv_heads; /* heads / kv_heads of the queries share a state */
    int32_t key_size, value_size;
    int32_t decays; /* of a head at a step: none, 1, or key_size */
    int32_t rates;  /* of a step: none, 1, or kv_heads */
};

/* u[size] = x of all keys' rows: the sum over i of k[i] s[i][size], times `scale`. */
static inline void linear_attention_read(const float *k, const float *s, float *u, size_t keys, size_t size,
                                         float scale)
{
    for (size_t j = 0; j < size; j++) u[j] = 0;
    for (size_t i = 0; i < keys; i++) {
        const float *row = s + i * size, factor = scale * k[i];
        for (size_t j = 0; j < size; j++) u[j] += factor * row[j];
    }
}

/* For every head and step: s[key_size][value_size] decays by exp(decay), takes u = v, or with rates
 * u = rate (v - s k), and becomes s + k u; then each of its queries reads y = scale q s.
 * q[batch][steps][heads][key_size], k and v likewise of kv_heads. The state s[batch][kv_heads] begins as `past`, which
 * may be s itself, or as 0 where that is NULL. u[value_size] is scratch. */
void linear_attention_f32(const float *q, const float *k, const float *v, const float *past, const float *decay,
                          const float *rate, float *u, float *y, float *s, float scale,
                          const struct linear_attention *p)
{
    const size_t keys = (size_t)p->key_size, size = (size_t)p->value_size, group = (size_t)(p->heads / p->kv_heads);
    const size_t decays = (size_t)p->decays, state = keys * size;
    for (size_t b = 0; b < (size_t)p->batch; b++)
        for (size_t h = 0; h < (size_t)p->kv_heads; h++, s += state) {
            if (!past)
                for (size_t i = 0; i < state; i++) s[i] = 0;
            else memmove(s, past + (b * (size_t)p->kv_heads + h) * state, state * sizeof *s);
            for (size_t t = 0; t < (size_t)p->steps; t++) {
                const size_t step = b * (size_t)p->steps + t, at = step * (size_t)p->kv_heads + h;
                const float *key = k + at * keys, *value = v + at * size;
                for (size_t i = 0; decays && i < keys; i++) {
                    const float left = expf(decay[at * decays + (decays > 1 ? i : 0)]);
                    for (size_t j = 0; j < size; j++) s[i * size + j] *= left;
                }
                if (p->rates) {
                    const float beta = rate[p->rates > 1 ? at : step];
                    linear_attention_read(key, s, u, keys, size, 1);
                    for (size_t j = 0; j < size; j++) u[j] = beta * (value[j] - u[j]);
                    value = u;
                }
                for (size_t i = 0; i < keys; i++)
                    for (size_t j = 0; j < size; j++) s[i * size + j] += key[i] * value[j];
                for (size_t g = 0; g < group; g++) {
                    const size_t head = step * (size_t)p->heads + h * group + g;
                    linear_attention_read(q + head * keys, s, y + head * size, keys, size, scale);
                }
            }
        }
}
