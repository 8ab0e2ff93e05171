/* test_rewrite_formulas.c: what is one operator written as a formula, and what only looks like it. (test_formulas.c has
 * the formulas as exporters write them.) */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *rewrite_formulas_suite(void);

static void becomes(const char *text, const char *nodes)
{
    expect_nodes(text, rewrite, nodes, 1e-5);
}

/* -- Gelu -------------------------------------------------------------------------------------- */

#define GELU \
    "(float[2,3] x) => (y) <float root = {1.41421356}, float inverse = {0.707106781}, float one = {1}, float two = " \
    "{2}," \
    " float half = {0.5}, float third = {0.3}, float cubic = {0.044715}, float c = {0.797884561}, float three = {3}> " \
    "{"

START_TEST(factors_of_gelu_come_in_any_order)
{
    becomes(GELU "a = Mul(inverse, x) e = Erf(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, x) }", "Gelu");
    becomes(GELU "a = Div(x, root) e = Erf(a) g = Add(e, one) h = Div(x, two) y = Mul(h, g) }", "Gelu");
    becomes(GELU "a = Div(x, root) e = Erf(a) g = Add(e, one) h = Mul(x, g) y = Div(h, two) }", "Div Erf Add Mul Div");
}
END_TEST

START_TEST(cubes_of_gelu_may_be_products)
{
    becomes(GELU "q = Mul(x, x) p = Mul(x, q) k = Mul(p, cubic) s = Add(k, x) t = Mul(c, s) h = Tanh(t) g = Add(h, one)"
                 " w = Mul(half, x) y = Mul(g, w) }",
            "Gelu");
}
END_TEST

START_TEST(what_is_nearly_gelu_stays)
{
    /* another inner factor, another sum, another function, another x */
    becomes(GELU "a = Mul(half, x) e = Erf(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, x) }", "Mul Erf Add Mul Mul");
    becomes(GELU "a = Mul(inverse, x) e = Erf(a) g = Add(two, e) h = Mul(g, half) y = Mul(h, x) }",
            "Mul Erf Add Mul Mul");
    becomes(GELU "a = Mul(inverse, x) e = Sin(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, x) }",
            "Mul Sin Add Mul Mul");
    becomes("(float[2,3] x, float[2,3] z) => (y) <float inverse = {0.707106781}, float one = {1}, float half = {0.5}> {"
            " a = Mul(inverse, x) e = Erf(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, z) }",
            "Mul Erf Add Mul Mul");
    /* x squared, and a coefficient */
    becomes(GELU "q = Mul(x, x) k = Mul(q, cubic) s = Add(k, x) t = Mul(c, s) h = Tanh(t) g = Add(h, one)"
                 " w = Mul(half, x) y = Mul(g, w) }",
            "Mul Mul Add Mul Tanh Add Mul Mul");
    becomes(GELU "q = Pow(x, three) k = Mul(q, third) s = Add(k, x) t = Mul(c, s) h = Tanh(t) g = Add(h, one)"
                 " w = Mul(half, x) y = Mul(g, w) }",
            "Pow Mul Add Mul Tanh Add Mul Mul");
    becomes(GELU "q = Pow(x, three) k = Mul(q, cubic) s = Add(k, x) t = Mul(one, s) h = Tanh(t) g = Add(h, one)"
                 " w = Mul(half, x) y = Mul(g, w) }",
            "Pow Mul Add Mul Tanh Add Mul Mul");
}
END_TEST

START_TEST(gelu_of_doubles_stays)
{
    becomes("(double[2,3] x) => (y) <double inverse = {0.707106781186547524}, double one = {1}, double half = {0.5}> {"
            " a = Mul(inverse, x) e = Erf(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, x) }",
            "Mul Erf Add Mul Mul");
}
END_TEST

START_TEST(parts_of_gelu_that_others_read_stay_for_them)
{
    becomes("(float[2,3] x) => (y, e) <float inverse = {0.707106781}, float one = {1}, float half = {0.5}> {"
            " a = Mul(inverse, x) e = Erf(a) g = Add(one, e) h = Mul(g, half) y = Mul(h, x) }",
            "Mul Erf Gelu");
}
END_TEST

/* -- normalisation ----------------------------------------------------------------------------- */

/* d, the centered x, over its deviation */
#define NORM(nodes) \
    "(float[2,3,4] x) => (y) <float e = {0.001}, float two = {2}, float three = {3}, float one = {1}, float[4] s," \
    " float[4] b, int64[1] last = {-1}, int64[1] third = {2}, int64[1] middle = {1}, int64[2] both = {1,2}," \
    " float[3,1] column> {" nodes "}"
#define CENTERED "m = ReduceMean(x, last) d = Sub(x, m)"
#define DEVIATION " q = Pow(d, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w)"

START_TEST(rows_over_their_deviation_are_normalised)
{
    becomes(NORM(CENTERED DEVIATION " y = Div(d, r)"), "LayerNormalization");
    becomes(NORM(CENTERED " q = Mul(d, d) v = ReduceMean(q, third) w = Add(e, v) r = Sqrt(w) y = Div(d, r)"),
            "LayerNormalization");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "RMSNormalization");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) i = Div(one, r) y = Mul(i, x)"),
            "RMSNormalization");
}
END_TEST

START_TEST(epsilon_is_the_formulas)
{
    const Model *m = model_after(rewrite, NORM(CENTERED DEVIATION " y = Div(d, r)"));
    ck_assert(fabs(attr_float(node_of_type(m, "LayerNormalization", 0), "epsilon", 0) - 0.001) < 1e-9);
}
END_TEST

START_TEST(a_row_of_factors_and_one_of_summands_go_in)
{
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) k = Mul(s, n) y = Add(k, b)"), "LayerNormalization");
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) y = Add(n, b)"), "LayerNormalization");
    /* a factor after the summand is none of the normalisation; RMS has no summand; a column is no row */
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) k = Add(s, n) y = Mul(k, b)"), "LayerNormalization Mul");
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) k = Mul(s, n) y = Mul(k, b)"), "LayerNormalization Mul");
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) k = Add(s, n) y = Add(k, b)"), "LayerNormalization Add");
    becomes(NORM(CENTERED DEVIATION " n = Div(d, r) y = Mul(n, column)"), "LayerNormalization Mul");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) n = Div(x, r) y = Add(n, b)"),
            "RMSNormalization Add");
}
END_TEST

START_TEST(a_normalised_row_that_others_read_takes_no_factor)
{
    becomes("(float[2,4] x) => (y, z) <float[4] ones = {1}, float[4] s> {"
            " n = RMSNormalization(x, ones) y = Mul(n, s) z = Neg(n) }",
            "RMSNormalization Mul Neg");
}
END_TEST

START_TEST(what_is_nearly_a_normalisation_stays)
{
    /* means over other axes */
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, middle) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "Pow ReduceMean Add Sqrt Div");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, both) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "Pow ReduceMean Add Sqrt Div");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "Pow ReduceMean Add Sqrt Div");
    /* another power, another numerator, a sum */
    becomes(NORM("q = Pow(x, three) z = Abs(q) v = ReduceMean(z, last) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "Pow Abs ReduceMean Add Sqrt Div");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) y = Div(q, r)"),
            "Pow ReduceMean Add Sqrt Div");
    becomes(NORM("q = Pow(x, two) v = ReduceSum(q, last) w = Add(v, e) r = Sqrt(w) y = Div(x, r)"),
            "Pow ReduceSum Add Sqrt Div");
    becomes(NORM("q = Pow(x, two) v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) i = Div(two, r) y = Mul(i, x)"),
            "Pow ReduceMean Add Sqrt Div Mul");
    /* centered by the mean of another axis: normalised all the same, but not centered */
    becomes(NORM("m = ReduceMean(x, middle) d = Sub(x, m)" DEVIATION " y = Div(d, r)"),
            "ReduceMean Sub RMSNormalization");
    becomes("(float[4,4] x) => (y) <float e = {0.001}, float two = {2}, int64[1] last = {-1}> { q = Pow(x, two)"
            " v = ReduceMean<keepdims = 0>(q, last) w = Add(v, e) r = Sqrt(w) y = Div(x, r) }",
            "Pow ReduceMean Add Sqrt Div");
}
END_TEST

START_TEST(rows_of_unknown_length_stay)
{
    becomes("(float[2,n] x) => (y) <float e = {0.001}, float two = {2}, int64[1] last = {-1}> { q = Pow(x, two)"
            " v = ReduceMean(q, last) w = Add(v, e) r = Sqrt(w) y = Div(x, r) }",
            "Pow ReduceMean Add Sqrt Div");
}
END_TEST

/* -- attention --------------------------------------------------------------------------------- */

/* Q and V are [batch, heads, positions, size], T is K with its last two axes exchanged. */
#define ATTENTION(nodes) \
    "(float[2,3,5,4] q, float[2,3,7,4] k, float[2,3,7,4] v, float[5,7] mask, float[2,1,5,7] each) => (y) <" \
    "float s = {2}, float third = {0.3}, float zero = {0}, float one = {1}> {" \
    " t = Transpose<perm = [0,1,3,2]>(k) " nodes "}"

START_TEST(softmax_of_products_of_heads_is_attention)
{
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v)"), "Attention");
    becomes(ATTENTION("a = MatMul(q, t) b = Div(a, s) w = Softmax(b) y = MatMul(w, v)"), "Attention");
    becomes(ATTENTION("a = MatMul(q, t) b = Mul(third, a) w = Softmax<axis = 3>(b) y = MatMul(w, v)"), "Attention");
    becomes(ATTENTION("a = MatMul(q, t) b = Mul(a, third) c = Add(b, mask) w = Softmax(c) y = MatMul(w, v)"),
            "Attention");
    becomes(ATTENTION("a = MatMul(q, t) c = Add(each, a) w = Softmax(c) y = MatMul(w, v)"), "Attention");
    becomes(ATTENTION("l = Mul(q, third) r = Mul(s, t) a = MatMul(l, r) w = Softmax(a) y = MatMul(w, v)"), "Attention");
}
END_TEST

START_TEST(the_scale_is_that_of_all_factors)
{
    const Model *m = model_after(rewrite, ATTENTION("l = Mul(q, third) r = Mul(s, t) a = MatMul(l, r) b = Div(a, s)"
                                                    " w = Softmax(b) y = MatMul(w, v)"));
    ck_assert(fabs(attr_float(graph_node(m->graph, 0), "scale", 0) - 0.3) < 1e-6); /* 0.3 * 2 / 2 */
}
END_TEST

START_TEST(what_is_nearly_attention_stays)
{
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax<axis = 2>(a) y = MatMul(w, v)"), "Transpose MatMul Softmax MatMul");
    becomes(ATTENTION("a = MatMul(q, t) b = Sub(a, mask) w = Softmax(b) y = MatMul(w, v)"),
            "Transpose MatMul Sub Softmax MatMul");
    becomes(ATTENTION("a = MatMul(q, t) b = Div(a, mask) w = Softmax(b) y = MatMul(w, v)"),
            "Transpose MatMul Div Softmax MatMul");
    becomes(ATTENTION("a = MatMul(q, t) w = LogSoftmax(a) y = MatMul(w, v)"), "Transpose MatMul LogSoftmax MatMul");
}
END_TEST

START_TEST(a_mask_that_makes_the_scores_grow_stays)
{
    becomes("(float[1,3,5,4] q, float[1,3,7,4] k, float[1,3,7,4] v, float[1,3,5,1] mask) => (y) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) b = Add(a, mask) w = Softmax(b) y = MatMul(w, v) }",
            "Attention");
    becomes("(float[1,3,1,4] q, float[1,3,7,4] k, float[1,3,7,4] v, float[5,7] mask) => (y) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) b = Add(a, mask) w = Softmax(b) y = MatMul(w, v) }",
            "Transpose MatMul Add Softmax MatMul");
    becomes("(float[1,3,5,4] q, float[1,3,7,4] k, float[1,3,7,4] v, float mask) => (y) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) b = Add(a, mask) w = Softmax(b) y = MatMul(w, v) }",
            "Transpose MatMul Add Softmax MatMul");
}
END_TEST

START_TEST(scores_that_others_read_stay)
{
    becomes("(float[1,3,5,4] q, float[1,3,7,4] k, float[1,3,7,4] v) => (y, a) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose MatMul Softmax MatMul");
    becomes("(float[1,3,5,4] q, float[1,3,7,4] k, float[1,3,7,4] v) => (y, w) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose MatMul Softmax MatMul");
}
END_TEST

START_TEST(heads_that_broadcast_stay)
{
    becomes("(float[2,3,5,4] q, float[1,3,7,4] k, float[2,3,7,4] v) => (y) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose MatMul Softmax MatMul");
    becomes("(float[2,3,5,4] q, float[2,3,7,4] k, float[2,1,7,4] v) => (y) {"
            " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose MatMul Softmax MatMul");
    becomes("(float[3,5,4] q, float[3,7,4] k, float[3,7,4] v) => (y) {"
            " t = Transpose<perm = [0,2,1]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose MatMul Softmax MatMul");
}
END_TEST

START_TEST(keys_may_be_permuted_in_other_ways_or_not_at_all)
{
    /* positions in front of heads: what is left to permute is a transpose of its own */
    becomes("(float[2,3,5,4] q, float[2,7,3,4] k, float[2,3,7,4] v) => (y) {"
            " t = Transpose<perm = [0,2,3,1]>(k) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose Attention");
    becomes("(float[2,3,5,4] q, float[2,3,4,7] t, float[2,3,7,4] v) => (y) {"
            " a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "MatMul Softmax MatMul");
    becomes("(float[2,3,5,4] q, float[6,7,4] k, float[2,3,7,4] v) => (y) <int64[4] s = {2,3,4,7}> {"
            " r = Transpose<perm = [0,2,1]>(k) t = Reshape(r, s) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Reshape Attention");
    becomes("(float[2,3,5,4] q, float[6,28,1] k, float[2,3,7,4] v) => (y) <int64[4] s = {2,3,4,7}> {"
            " r = Transpose<perm = [0,2,1]>(k) t = Reshape(r, s) a = MatMul(q, t) w = Softmax(a) y = MatMul(w, v) }",
            "Transpose Reshape MatMul Softmax MatMul");
}
END_TEST

START_TEST(results_are_written_with_positions_first)
{
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) o = MatMul(w, v) y = Transpose<perm = [0,2,1,3]>(o)"),
            "Attention");
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) o = MatMul(w, v) y = Transpose<perm = [0,1,3,2]>(o)"),
            "Attention Transpose");
    /* the batch may stand after the positions if it is of one */
    becomes("(float[1,3,5,4] q, float[1,3,7,4] k, float[1,3,7,4] v) => (y) { t = Transpose<perm = [0,1,3,2]>(k)"
            " a = MatMul(q, t) w = Softmax(a) o = MatMul(w, v) y = Transpose<perm = [2,0,1,3]>(o) }",
            "Attention");
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) o = MatMul(w, v) y = Transpose<perm = [2,0,1,3]>(o)"),
            "Attention Transpose");
}
END_TEST

START_TEST(zeros_in_place_of_nan_are_the_operators)
{
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) n = IsNaN(w) g = Where(n, zero, w) y = MatMul(g, v)"),
            "Attention");
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) n = IsNaN(w) g = Where(n, one, w) y = MatMul(g, v)"),
            "Transpose MatMul Softmax IsNaN Where MatMul");
    becomes(ATTENTION("a = MatMul(q, t) w = Softmax(a) n = IsInf(w) g = Where(n, zero, w) y = MatMul(g, v)"),
            "Transpose MatMul Softmax IsInf Where MatMul");
}
END_TEST

/* -- causal masks ------------------------------------------------------------------------------ */

/* Does the mask, [4,4], count as causal? Either way the results are those of the formula. */
static bool is_causal(const char *constants, const char *nodes)
{
    char *text = strdup(mem_printf("(float[1,2,4,3] q, float[1,2,4,3] k, float[1,2,4,3] v) => (y) <%s> {"
                                   " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) %s c = Add(a, mask)"
                                   " w = Softmax(c) y = MatMul(w, v) }",
                                   constants, nodes));
    const Model *m = model_after(rewrite, text);
    const Node *n = graph_node(m->graph, m->graph->n_nodes - 1);
    ck_assert(node_is(n, "Attention"));
    bool causal = attr_int((Node *)n, "is_causal", 0);
    ck_assert(causal == (n->n_in < 4 || !n->in[3]));
    expect_same_results(text, NULL, lower, 1e-5);
    free(text);
    return causal;
}

START_TEST(masks_of_zeros_up_to_the_diagonal_are_causal)
{
    const char *const triangle = "float[4,4] mask = {0,-1e39,-1e39,-1e39, 0,0,-1e39,-1e39, 0,0,0,-1e39, 0,0,0,0}";
    ck_assert(is_causal(triangle, ""));
    ck_assert(!is_causal("float[4,4] mask = {0,-1e39,-1e39,-1e39, 0,0,-1e39,-1e39, 0,0,0,-1e39, 0,0,1,0}", ""));
    ck_assert(!is_causal("float[4,4] mask = {0,-1e39,-1e39,-1e39, 0,0,0,-1e39, 0,0,0,-1e39, 0,0,0,0}", ""));
    ck_assert(!is_causal("float[4,4] mask = {0,-9,-9,-9, 0,0,-9,-9, 0,0,0,-9, 0,0,0,0}", "")); /* no exclusion */
    ck_assert(!is_causal("float[4,4] mask = {1,-1e39,-1e39,-1e39, 1,1,-1e39,-1e39, 1,1,1,-1e39, 1}", ""));
    ck_assert(!is_causal("float[1,4] mask = {0,-1e39}", "")); /* the same for all queries */
    ck_assert(!is_causal("float[4,4] mask = {0}", ""));
}
END_TEST

/* The same of a mask that is made for n positions in every call, from `low` and 0 spread over [n,n], and `tri`, which
 * are `low` above the diagonal and 0 elsewhere. */
static bool is_causal_for_any(const char *nodes)
{
    char *text = strdup(mem_printf(
        "(float[1,2,n,3] q, float[1,2,n,3] k, float[1,2,n,3] v) => (y) <float low = {-3.4028235e38}, float zero = {0},"
        " float one = {1}, int64 above = {1}, int64 on = {0}, bool yes = {1}> {"
        " l = Shape<start = 2, end = 3>(q) s = Concat<axis = 0>(l, l) lows = Expand(low, s) zeros = Expand(zero, s)"
        " ones = Expand(one, s) tri = Trilu<upper = 1>(lows, above) %s"
        " t = Transpose<perm = [0,1,3,2]>(k) a = MatMul(q, t) c = Add(a, mask) w = Softmax(c) y = MatMul(w, v) }",
        nodes));
    const Model *m = model_after(rewrite, text);
    Node *n = graph_node(m->graph, m->graph->n_nodes - 1);
    ck_assert(node_is(n, "Attention"));
    bool causal = attr_int(n, "is_causal", 0);
    run_size("n", 5);
    expect_same_results(text, NULL, lower, 1e-5);
    free(text);
    return causal;
}

START_TEST(masks_made_in_the_call_are_causal_by_their_formula)
{
    static const char *const causal[] = {
        "mask = Identity(tri)",
        "mask = Trilu<upper = 1>(lows, above)",
        "b = Trilu<upper = 0>(ones) n1 = Sub(ones, b) mask = Mul(n1, lows)",
        "b = Trilu<upper = 0>(ones) e = Cast<to = 9>(b) mask = Where(e, zeros, lows)",
        "b = Trilu<upper = 0>(ones) e = Equal(b, zeros) mask = Where(e, low, zero)",
        "b = Trilu<upper = 1>(ones, above) e = Cast<to = 9>(b) f = Not(e) mask = Where(f, zero, low)",
    };
    for (size_t i = 0; i < sizeof causal / sizeof *causal; i++)
        ck_assert_msg(is_causal_for_any(causal[i]), "%s", causal[i]);
}
END_TEST

START_TEST(other_formulas_of_masks_are_not_causal)
{
    static const char *const others[] = {
        "mask = Trilu<upper = 1>(ones, above)", /* added to the scores, which excludes nothing */
        "mask = Identity(zeros)",
        "b = Trilu<upper = 0>(ones) e = Cast<to = 9>(b) mask = Where(e, ones, lows)",
        "mask = Trilu<upper = 1>(ones)",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!is_causal_for_any(others[i]), "%s", others[i]);
}
END_TEST

Suite *rewrite_formulas_suite(void)
{
    Suite *suite = suite_create("rewrite_formulas");
    TCase *tests = tcase_create("rewrite_formulas");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, factors_of_gelu_come_in_any_order);
    tcase_add_test(tests, cubes_of_gelu_may_be_products);
    tcase_add_test(tests, what_is_nearly_gelu_stays);
    tcase_add_test(tests, gelu_of_doubles_stays);
    tcase_add_test(tests, parts_of_gelu_that_others_read_stay_for_them);
    tcase_add_test(tests, rows_over_their_deviation_are_normalised);
    tcase_add_test(tests, epsilon_is_the_formulas);
    tcase_add_test(tests, a_row_of_factors_and_one_of_summands_go_in);
    tcase_add_test(tests, a_normalised_row_that_others_read_takes_no_factor);
    tcase_add_test(tests, what_is_nearly_a_normalisation_stays);
    tcase_add_test(tests, rows_of_unknown_length_stay);
    tcase_add_test(tests, softmax_of_products_of_heads_is_attention);
    tcase_add_test(tests, the_scale_is_that_of_all_factors);
    tcase_add_test(tests, what_is_nearly_attention_stays);
    tcase_add_test(tests, a_mask_that_makes_the_scores_grow_stays);
    tcase_add_test(tests, scores_that_others_read_stay);
    tcase_add_test(tests, heads_that_broadcast_stay);
    tcase_add_test(tests, keys_may_be_permuted_in_other_ways_or_not_at_all);
    tcase_add_test(tests, results_are_written_with_positions_first);
    tcase_add_test(tests, zeros_in_place_of_nan_are_the_operators);
    tcase_add_test(tests, masks_of_zeros_up_to_the_diagonal_are_causal);
    tcase_add_test(tests, masks_made_in_the_call_are_causal_by_their_formula);
    tcase_add_test(tests, other_formulas_of_masks_are_not_causal);
    suite_add_tcase(suite, tests);
    return suite;
}
