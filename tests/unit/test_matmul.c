/* test_matmul.c: Gemm, MatMul, Einsum and Det against their definitions. */
#include "build.h"
#include "run_op.h"

#include "lower/lower.h"

#include <check.h>
#include <string.h>

Suite *matmul_suite(void);

static Value *matrix(Node *n, int rank, const int64_t *dims)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    return op_input(n, DT_FLOAT, rank, dims, test_reals(count));
}

/* -- Gemm -------------------------------------------------------------------------------------- */

static double element(const float *data, int64_t row, int64_t col, int64_t rows, int64_t cols, bool transposed)
{
    return (double)(transposed ? data[col * rows + row] : data[row * cols + col]);
}

/* Sizes on both sides of what the kernels do at a time, and of where b is transposed at compile time. */
START_TEST(gemm_is_the_sum_of_products)
{
    static const int sizes[] = {1, 2, 3, 4, 5, 15, 17, 33};
    test_seed((uint32_t)_i);
    int64_t m = sizes[test_below(8)], n = sizes[test_below(8)], k = sizes[test_below(8)];
    bool trans_a = test_below(2), trans_b = test_below(2);
    double alpha = 0.5 * (1 + test_below(4)), beta = test_below(3);
    Node *node = op_node("Gemm", "", 13);
    attr_set_int(node, "transA", trans_a);
    attr_set_int(node, "transB", trans_b);
    attr_set_float(node, "alpha", alpha);
    attr_set_float(node, "beta", beta);
    const float *a = matrix(node, 2, trans_a ? (int64_t[]){k, m} : (int64_t[]){m, k})->data;
    const float *b = matrix(node, 2, trans_b ? (int64_t[]){n, k} : (int64_t[]){k, n})->data;
    int64_t c_rows = test_below(2) ? m : 1, c_cols = test_below(2) ? n : 1;
    int c_rank = c_rows > 1 ? 2 : test_below(3);
    if (c_rank == 0) c_cols = 1;
    const float *c = matrix(node, c_rank, c_rank == 2 ? (int64_t[]){c_rows, c_cols} : &c_cols)->data;
    op_run(node, 1);
    double *expected = mem_array((size_t)(m * n), sizeof *expected);
    for (int64_t i = 0; i < m * n; i++) {
        int64_t row = i / n, col = i % n;
        double sum = 0;
        for (int64_t j = 0; j < k; j++) sum += element(a, row, j, m, k, trans_a) * element(b, j, col, k, n, trans_b);
        expected[i] = alpha * sum + beta * (double)c[(c_rows > 1 ? row : 0) * c_cols + (c_cols > 1 ? col : 0)];
    }
    expect_close("Gemm", op_floats(node, 0), expected, m * n, 1e-5);
    op_free();
}
END_TEST

START_TEST(gemm_clamps_and_passes_nan)
{
    const float a[] = {-3, 1, 9, NAN}, b[] = {2};
    Node *n = op_node("Gemm", "", 13);
    op_input(n, DT_FLOAT, 2, (int64_t[]){4, 1}, a);
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 1}, b);
    n->clamp_low = 0;
    n->clamp_high = 6;
    op_run(n, 1);
    const float *y = op_floats(n, 0);
    ck_assert(y[0] == 0 && y[1] == 2 && y[2] == 6 && isnan(y[3]));
    op_free();
}
END_TEST

START_TEST(integer_products_wrap_around)
{
    const int32_t a[] = {INT32_MAX, 3}, b[] = {2, 5}; /* 2 * (2^31 - 1) + 15 = 2^32 + 13 */
    Node *n = op_node("MatMul", "", 13);
    op_input(n, DT_INT32, 1, (int64_t[]){2}, a);
    op_input(n, DT_INT32, 1, (int64_t[]){2}, b);
    op_run(n, 1);
    ck_assert_int_eq(*(const int32_t *)n->out[0]->data, 13);
    op_free();
}
END_TEST

START_TEST(gemm_refuses_what_does_not_fit)
{
    Node *n = op_node("Gemm", "", 13);
    matrix(n, 2, (int64_t[]){2, 3});
    matrix(n, 2, (int64_t[]){2, 3});
    ck_assert(op_refused(n, 1));
    op_free();
    n = op_node("Gemm", "", 13);
    matrix(n, 2, (int64_t[]){1, 3});
    matrix(n, 2, (int64_t[]){3, 2});
    matrix(n, 2, (int64_t[]){4, 2}); /* C may not enlarge Y */
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

/* -- Einsum, of which MatMul's batches are a case ---------------------------------------------- */

typedef struct {
    int64_t extent[26];
} Extents;

static int64_t offset_of(const char *term, size_t length, const Extents *e, const int64_t *index)
{
    int64_t at = 0;
    for (size_t i = 0; i < length; i++) at = at * e->extent[term[i] - 'a'] + index[term[i] - 'a'];
    return at;
}

/* The definition: a sum over all values of all letters. */
static double *einsum(const char *equation, const Extents *e, const float *const *x, int64_t *count)
{
    const char *output = strstr(equation, "->") + 2;
    int64_t index[26] = {0};
    *count = 1;
    for (const char *c = output; *c; c++) *count *= e->extent[*c - 'a'];
    double *y = mem_array((size_t)*count, sizeof *y);
    for (;;) {
        double product = 1;
        const char *term = equation;
        for (int i = 0; term < output - 2; i++) {
            size_t length = strcspn(term, ",-");
            product *= (double)x[i][offset_of(term, length, e, index)];
            term += length + 1;
        }
        y[offset_of(output, strlen(output), e, index)] += product;
        int l = 25;
        while (l >= 0 && ++index[l] >= e->extent[l]) index[l--] = 0;
        if (l < 0) return y;
    }
}

static const char *const equations[] = {
    "ij,jk->ik", "ij,kj->ki",    "bij,bjk->bik",  "bhqd,bhkd->bhqk", "bhqk,bhkd->bqhd", "ii->i",      "ii->",
    "i,j->ij",   "ij,jk,kl->il", "ij,ij->ij",     "aab,b->ab",       "abc,cd->",        "a,b,c->cab", "bij,bj->bi",
    "ij,k->k",   "iij,jk->ik",   "nchw,oc->nohw", "ijk->kij",        "ab,abcd->dc",     "i,i->",      "ab,cb,db->acd",
};

START_TEST(einsum_is_the_sum_over_all_letters)
{
    static const int64_t sizes[] = {1, 2, 3, 4, 5, 17};
    const char *equation = equations[_i];
    Extents e;
    const float *x[4];
    int64_t count;
    test_seed((uint32_t)_i);
    for (int i = 0; i < 26; i++) e.extent[i] = strchr(equation, 'a' + i) ? sizes[test_below(5)] : 1;
    Node *n = op_node("Einsum", "", 12);
    attr_set_string(n, "equation", equation);
    for (const char *term = equation; *term != '>';) {
        size_t length = strcspn(term, ",-");
        int64_t dims[8];
        for (size_t i = 0; i < length; i++) dims[i] = e.extent[term[i] - 'a'];
        int operand = n->n_in;
        x[operand] = matrix(n, (int)length, dims)->data;
        term += length + 1;
    }
    op_run(n, 1);
    double *expected = einsum(equation, &e, x, &count);
    ck_assert_int_eq(value_count(n->out[0]), count);
    expect_close(equation, op_floats(n, 0), expected, count, 1e-5);
    op_free();
}
END_TEST

START_TEST(an_intermediate_product_of_einsum_has_16_axes_at_most)
{
    const char *form = "(float[1,1,1,1,1,1,1,1,1] x) => (y) { y = Einsum<equation = \"%s\">(x, x, x) }";
    ck_assert(is_refused_by(lower, mem_printf(form, "abcdefghi,jklmnopqr,abcdefghi->jklmnopqr")));
    ck_assert_ptr_nonnull(strstr(test_said(), "an intermediate product has more than 16 axes"));
    ck_assert(!is_refused_by(lower, mem_printf(form, "abcdefghi,abcdefghi,abcdefghi->a")));
}
END_TEST

/* The ellipsis stands for a batch that broadcasts; without an output, letters that occur once are sorted. */
START_TEST(einsum_reads_ellipses_and_implicit_outputs)
{
    const float a[] = {1, 2, 3, 4}, b[] = {1, 10};
    Node *n = op_node("Einsum", "", 12);
    attr_set_string(n, "equation", " ...j , j ... ");
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2}, a);
    op_input(n, DT_FLOAT, 1, (int64_t[]){2}, b);
    op_run(n, 1);
    expect_close("...j,j...", op_floats(n, 0), (const double[]){21, 43}, 2, 0);
    op_free();
}
END_TEST

START_TEST(einsum_refuses_wrong_equations)
{
    static const char *const wrong[] = {"ij,jk",   "i->",   "ijk->i",   "ij->ik",      "ij->ii",
                                        "i.j->ij", "i1->i", "ij->i->j", "...ij...->ij"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Node *n = op_node("Einsum", "", 12);
        attr_set_string(n, "equation", wrong[i]);
        matrix(n, 2, (int64_t[]){2, 3});
        ck_assert_msg(op_refused(n, 1), "%s is accepted", wrong[i]);
        op_free();
    }
}
END_TEST

START_TEST(matmul_broadcasts_like_numpy)
{
    const float a[] = {1, 2, 3, 4, 5, 6}; /* [3][1][2] and [2][2][1]: every vector of a with every one of b */
    const float b[] = {1, 10, 100, 1000};
    Node *n = op_node("MatMul", "", 13);
    op_input(n, DT_FLOAT, 4, (int64_t[]){3, 1, 1, 2}, a);
    op_input(n, DT_FLOAT, 3, (int64_t[]){2, 2, 1}, b);
    op_run(n, 1);
    ck_assert_str_eq(shown(shape_text(&n->out[0]->type.shape)), "[3,2,1,1]");
    expect_close("MatMul", op_floats(n, 0), (const double[]){21, 2100, 43, 4300, 65, 6500}, 6, 0);
    op_free();
}
END_TEST

START_TEST(det_of_batches)
{
    /* By the rule of Sarrus 49; a pivot of 0 that needs an exchange; singular. */
    const float x[] = {2, -3, 1, 2, 0, -1, 1, 4, 5, 0, 1, 0, 2, 0, 0, 0, 0, 3, 1, 2, 3, 2, 4, 6, 1, 1, 1};
    Node *n = op_node("Det", "", 22);
    op_input(n, DT_FLOAT, 3, (int64_t[]){3, 3, 3}, x);
    op_run(n, 1);
    expect_close("Det", op_floats(n, 0), (const double[]){49, -6, 0}, 3, 1e-6);
    op_free();
}
END_TEST

Suite *matmul_suite(void)
{
    Suite *s = suite_create("matmul");
    TCase *t = tcase_create("products");
    tcase_add_loop_test(t, gemm_is_the_sum_of_products, 0, 60);
    tcase_add_test(t, gemm_clamps_and_passes_nan);
    tcase_add_test(t, integer_products_wrap_around);
    tcase_add_test(t, gemm_refuses_what_does_not_fit);
    tcase_add_loop_test(t, einsum_is_the_sum_over_all_letters, 0, (int)(sizeof equations / sizeof *equations));
    tcase_add_test(t, einsum_reads_ellipses_and_implicit_outputs);
    tcase_add_test(t, einsum_refuses_wrong_equations);
    tcase_add_test(t, matmul_broadcasts_like_numpy);
    tcase_add_test(t, det_of_batches);
    tcase_add_test(t, an_intermediate_product_of_einsum_has_16_axes_at_most);
    suite_add_tcase(s, t);
    return s;
}
