/* test_attention.c: Attention and RotaryEmbedding against their definitions. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *attention_suite(void);

typedef struct {
    int batch, q_heads, kv_heads, queries, steps, past, size, v_size, mask;
    bool merged, causal;
    int left, right;
    double softcap;
} Case;

enum { NO_MASK, BOOL_MASK, FLOAT_MASK };

static Value *reals(Node *n, int rank, const int64_t *dims)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    return op_input(n, DT_FLOAT, rank, dims, test_reals(count));
}

static Value *heads(Node *n, const Case *c, int count, int steps, int size)
{
    return c->merged ? reals(n, 3, (int64_t[]){c->batch, steps, count * size})
                     : reals(n, 4, (int64_t[]){c->batch, count, steps, size});
}

/* Element of a tensor with heads, either in an axis of their own or merged into the last. */
static double at(const float *x, bool merged, int count, int steps, int size, int b, int h, int s, int i)
{
    return (double)(merged ? x[((b * steps + s) * count + h) * size + i] : x[((b * count + h) * steps + s) * size + i]);
}

/* Key or value number j: of the past first. */
static double key(const Node *n, const Case *c, int input, int size, int b, int h, int j, int i)
{
    int kv = h / (c->q_heads / c->kv_heads);
    if (j < c->past) return at(n->in[input + 3]->data, false, c->kv_heads, c->past, size, b, kv, j, i);
    return at(n->in[input]->data, c->merged, c->kv_heads, c->steps, size, b, kv, j - c->past, i);
}

static bool visible(const Node *n, const Case *c, int query, int j)
{
    int own = query + c->past;
    if (c->causal && j > own) return false;
    if ((c->left >= 0 && j < own - c->left) || (c->right >= 0 && j > own + c->right)) return false;
    return c->mask != BOOL_MASK || ((const bool *)n->in[3]->data)[query * (c->past + c->steps) + j];
}

static void expected_row(const Node *n, const Case *c, int b, int h, int query, double *y)
{
    double weight[64], sum = 0;
    for (int j = 0; j < c->past + c->steps; j++) {
        double score = 0;
        for (int i = 0; i < c->size; i++)
            score += at(n->in[0]->data, c->merged, c->q_heads, c->queries, c->size, b, h, query, i) *
                     key(n, c, 1, c->size, b, h, j, i);
        score /= sqrt(c->size);
        if (c->softcap > 0) score = c->softcap * tanh(score / c->softcap);
        if (c->mask == FLOAT_MASK) score += (double)((const float *)n->in[3]->data)[query * (c->past + c->steps) + j];
        weight[j] = visible(n, c, query, j) ? exp(score) : 0;
        sum += weight[j];
    }
    for (int i = 0; i < c->v_size; i++) {
        y[i] = 0;
        for (int j = 0; j < c->past + c->steps && sum > 0; j++)
            y[i] += weight[j] / sum * key(n, c, 2, c->v_size, b, h, j, i);
    }
}

static Node *node_of(const Case *c)
{
    Node *n = op_node("Attention", "", 25);
    int64_t keys = c->past + c->steps;
    heads(n, c, c->q_heads, c->queries, c->size);
    heads(n, c, c->kv_heads, c->steps, c->size);
    heads(n, c, c->kv_heads, c->steps, c->v_size);
    bool *allowed = mem_array((size_t)(c->queries * keys), sizeof *allowed);
    for (int i = 0; i < c->queries * keys; i++) allowed[i] = test_below(3) > 0;
    if (c->mask == BOOL_MASK) op_input(n, DT_BOOL, 2, (int64_t[]){c->queries, keys}, allowed);
    else if (c->mask == FLOAT_MASK) reals(n, 2, (int64_t[]){c->queries, keys});
    else op_omit(n);
    if (c->past) reals(n, 4, (int64_t[]){c->batch, c->kv_heads, c->past, c->size});
    if (c->past) reals(n, 4, (int64_t[]){c->batch, c->kv_heads, c->past, c->v_size});
    attr_set_int(n, "is_causal", c->causal);
    attr_set_int(n, "left_window_size", c->left);
    attr_set_int(n, "right_window_size", c->right);
    attr_set_float(n, "softcap", c->softcap);
    if (c->merged) attr_set_int(n, "q_num_heads", c->q_heads);
    if (c->merged) attr_set_int(n, "kv_num_heads", c->kv_heads);
    return n;
}

/* Up to few queries and up to several strips of keys and vectors of a head, too: there keys are not packed. */
START_TEST(attention_is_softmax_of_products)
{
    const bool large = _i % 2;
    test_seed((uint32_t)_i);
    Case c = {.batch = 1 + test_below(2),
              .kv_heads = 1 + test_below(3),
              .queries = 1 + test_below(6),
              .steps = 1 + test_below(large ? 59 : 9),
              .past = test_below(2) * test_below(5),
              .size = 1 + test_below(large ? 39 : 7),
              .v_size = 1 + test_below(large ? 39 : 7),
              .mask = test_below(3),
              .merged = test_below(2),
              .causal = test_below(2),
              .left = test_below(5) - 1,
              .right = test_below(5) - 1,
              .softcap = test_below(2)};
    c.q_heads = c.kv_heads * (1 + test_below(3));
    Node *n = node_of(&c);
    op_run(n, 3);
    const float *y = op_floats(n, 0), *present = op_floats(n, 1);
    for (int b = 0; b < c.batch; b++)
        for (int h = 0; h < c.q_heads; h++)
            for (int q = 0; q < c.queries; q++) {
                double expected[40];
                expected_row(n, &c, b, h, q, expected);
                for (int i = 0; i < c.v_size; i++)
                    ck_assert_double_eq_tol(at(y, c.merged, c.q_heads, c.queries, c.v_size, b, h, q, i), expected[i],
                                            1e-5);
            }
    for (int j = 0; j < c.past + c.steps; j++)
        ck_assert(at(present, false, c.kv_heads, c.past + c.steps, c.size, 0, 0, j, 0) ==
                  key(n, &c, 1, c.size, 0, 0, j, 0));
    op_free();
}
END_TEST

/* The fourth output step by step, for q = k = 1 and two keys of which one is masked: products {1, 2},
 * soft cap 1, mask {0, -inf}. */
START_TEST(attention_shows_its_scores)
{
    const float q[] = {1}, k[] = {1, 2}, v[] = {5, 7}, mask[] = {0, -INFINITY};
    const double expected[4][2] = {{1, 2}, {tanh(1), tanh(2)}, {tanh(1), -INFINITY}, {1, 0}};
    for (int mode = 0; mode < 4; mode++) {
        Node *n = op_node("Attention", "", 24);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 1}, q);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 2, 1}, k);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 2, 1}, v);
        op_input(n, DT_FLOAT, 2, (int64_t[]){1, 2}, mask);
        attr_set_float(n, "softcap", 1);
        attr_set_int(n, "qk_matmul_output_mode", mode);
        op_run(n, 4);
        for (int j = 0; j < 2; j++) {
            double found = (double)op_floats(n, 3)[j];
            ck_assert(found == expected[mode][j] || fabs(found - expected[mode][j]) < 1e-6);
        }
        ck_assert(op_floats(n, 0)[0] == 5);
        op_free();
    }
}
END_TEST

/* Numbers of valid keys come from data: after them nothing is seen, and values out of range mean none or all. */
START_TEST(attention_stops_at_the_padding)
{
    const float q[] = {0, 0, 0, 0}, k[12] = {0}, v[] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};
    const int64_t valid[] = {2, 99, -5, 1};
    Node *n = op_node("Attention", "", 24);
    op_input(n, DT_FLOAT, 4, (int64_t[]){4, 1, 1, 1}, q);
    op_input(n, DT_FLOAT, 4, (int64_t[]){4, 1, 3, 1}, k);
    op_input(n, DT_FLOAT, 4, (int64_t[]){4, 1, 3, 1}, v);
    for (int i = 0; i < 3; i++) op_omit(n);
    op_ints(n, 4, valid);
    op_run(n, 1);
    expect_close("means of the valid values", op_floats(n, 0), (const double[]){1.5, 2, 0, 1}, 4, 1e-6);
    op_free();
}
END_TEST

/* Three rows of blocks of two positions: the second block looks at itself only, the third also at the first. Keys are
 * 0, so that results are means of the values that are looked at. */
START_TEST(blocks_are_looked_at_by_their_rows)
{
    const float q[6] = {0}, k[6] = {0}, v[] = {1, 2, 4, 8, 16, 32};
    const int32_t rows[] = {0, 1, 2, 4}, columns[] = {0, 1, 0, 2, -1};
    const double expected[] = {1, 1.5, 4, 6, 19.0 / 3, 51.0 / 4};
    const struct attention_of_blocks p = {1, 1, 1, 6, 6, 1, 1, 3, 5, 2};
    float y[6], scores[6 + 15];
    ck_assert_int_eq(attention_of_blocks_f32(q, k, v, rows, columns, (int64_t[]){0}, y, scores, &p, 1), 0);
    expect_close("means", y, expected, 6, 1e-6);
}
END_TEST

/* Columns that don't ascend, behind the rows' end or before the first, and more positions than there are. */
START_TEST(blocks_that_there_are_not)
{
    static const int32_t rows[][4] = {{0, 1, 2, 4}, {0, 1, 2, 6}, {-1, 1, 2, 4}, {0, 1, 2, 4}, {0, 1, 2, 4}};
    static const int32_t columns[][5] = {{0, 1, 2, 0}, {0, 1, 0, 2}, {0, 1, 0, 2}, {0, -1, 0, 2}, {0, 1, 0, 2}};
    const float q[2] = {0}, k[6] = {0};
    const struct attention_of_blocks p = {1, 1, 1, 2, 6, 1, 1, 3, 5, 2};
    float y[2], scores[6 + 15];
    const int64_t past = _i == 4 ? 5 : _i == 5 ? -1 : 4;
    const int i = _i == 5 ? 4 : _i;
    ck_assert_int_ne(attention_of_blocks_f32(q, k, k, rows[i], columns[i], &past, y, scores, &p, 1), 0);
}
END_TEST

START_TEST(positions_are_put_where_there_is_room)
{
    const int16_t old[] = {1, 2, 3, 4, 5, 6, 7, 8}, x[] = {10, 20, 30, 40}, put[] = {1, 10, 30, 4, 5, 20, 40, 8};
    const struct put_positions p = {.batch = 1, .heads = 2, .steps = 2, .room = 4, .row = 2};
    int16_t y[8];
    ck_assert_int_eq(put_positions(x, old, (int64_t[]){1}, y, &p), 0);
    ck_assert_mem_eq(y, put, sizeof put);
    ck_assert_int_ne(put_positions(x, old, (int64_t[]){3}, y, &p), 0);
    ck_assert_int_ne(put_positions(x, old, (int64_t[]){-1}, y, &p), 0);
    ck_assert_mem_eq(y, put, sizeof put);
}
END_TEST

/* A pair turned by its angle; the position's row of the cache holds 60 degrees. */
START_TEST(rotary_turns_pairs)
{
    const double c = 0.5, s = sqrt(0.75);
    const float x[] = {1, 2, 3, 4, 5}, cosines[] = {1, 1, 0.5f, 0.5f}, sines[] = {0, 0, (float)s, (float)s};
    const double halves[] = {c * 1 - s * 3, c * 2 - s * 4, s * 1 + c * 3, s * 2 + c * 4, 5},
                 neighbours[] = {c * 1 - s * 2, s * 1 + c * 2, c * 3 - s * 4, s * 3 + c * 4, 5};
    for (int interleaved = 0; interleaved < 2; interleaved++) {
        Node *n = op_node("RotaryEmbedding", "", 23);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 5}, x);
        op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2}, cosines);
        op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2}, sines);
        op_input(n, DT_INT64, 2, (int64_t[]){1, 1}, mem_dup(&(int64_t){1}, sizeof(int64_t)));
        attr_set_int(n, "rotary_embedding_dim", 4);
        attr_set_int(n, "interleaved", interleaved);
        op_run(n, 1);
        expect_close("RotaryEmbedding", op_floats(n, 0), interleaved ? neighbours : halves, 5, 1e-6);
        op_free();
    }
}
END_TEST

Suite *attention_suite(void)
{
    Suite *s = suite_create("attention");
    TCase *t = tcase_create("attention");
    tcase_add_loop_test(t, attention_is_softmax_of_products, 0, 80);
    tcase_add_test(t, attention_shows_its_scores);
    tcase_add_test(t, attention_stops_at_the_padding);
    tcase_add_test(t, blocks_are_looked_at_by_their_rows);
    tcase_add_loop_test(t, blocks_that_there_are_not, 0, 6);
    tcase_add_test(t, positions_are_put_where_there_is_room);
    tcase_add_test(t, rotary_turns_pairs);
    suite_add_tcase(s, t);
    return s;
}
