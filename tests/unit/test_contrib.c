/* test_contrib.c: operators of com.microsoft that have kernels of their own. */
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *contrib_suite(void);

static Node *contrib(const char *op_type)
{
    return op_node(op_type, "com.microsoft", 1);
}

/* -- Inverse ----------------------------------------------------------------------------------- */

/* The second needs rows to be exchanged. */
START_TEST(inverse_of_batches)
{
    const float x[] = {4, 7, 2, 6, 0, 2, 1, 0};
    Node *n = contrib("Inverse");
    op_input(n, DT_FLOAT, 3, (int64_t[]){2, 2, 2}, x);
    op_run(n, 1);
    expect_close("Inverse", op_floats(n, 0), (double[]){0.6, -0.7, -0.2, 0.4, 0, 1, 0.5, 0}, 8, 1e-6);
    op_free();
}
END_TEST

START_TEST(a_singular_matrix_has_no_inverse)
{
    const float x[] = {1, 2, 2, 4};
    Node *n = contrib("Inverse");
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2}, x);
    op_run(n, 1);
    ck_assert(!isfinite(op_floats(n, 0)[0]));
    op_free();
}
END_TEST

/* -- CropAndResize ----------------------------------------------------------------------------- */

static Node *crop(const char *mode, int64_t image)
{
    const float x[] = {0, 1, 2, 10, 11, 12, 20, 21, 22}, rois[] = {0, 0.5f, 1, 1.5f};
    Node *n = contrib("CropAndResize");
    attr_set_string(n, "mode", mode);
    attr_set_float(n, "extrapolation_value", -1);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 3, 3}, mem_dup(x, sizeof x));
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 4}, mem_dup(rois, sizeof rois));
    op_input(n, DT_INT32, 1, (int64_t[]){1}, mem_dup(&(int32_t){(int32_t)image}, sizeof(int32_t)));
    op_input(n, DT_INT32, 1, (int64_t[]){2}, mem_dup((int32_t[]){2, 4}, 2 * sizeof(int32_t)));
    return n;
}

/* Columns 1, 1.67, 2.33, 3 of rows 0 and 2: the last two are outside. */
START_TEST(crop_and_resize_interpolates)
{
    Node *n = crop("bilinear", 0);
    op_run(n, 1);
    expect_close("CropAndResize", op_floats(n, 0), (double[]){1, 1 + 2 / 3.0, -1, -1, 21, 21 + 2 / 3.0, -1, -1}, 8,
                 1e-6);
    n = crop("nearest", 0);
    op_run(n, 1);
    expect_close("CropAndResize", op_floats(n, 0), (double[]){1, 2, -1, -1, 21, 22, -1, -1}, 8, 1e-6);
    op_free();
}
END_TEST

START_TEST(crop_and_resize_refuses_other_images)
{
    Node *n = crop("bilinear", 1);
    ck_assert(!op_refused(n, 1));
    ck_assert(!op_evaluates(n));
    op_free();
}
END_TEST

/* -- tokens ------------------------------------------------------------------------------------ */

/* 7 and 4 5 have been before 8, 7 and 6; steps end in 4 5 and 7. */
START_TEST(ngrams_are_not_repeated)
{
    const float scores[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    const int64_t ids[] = {4, 5, 6, 3, 4, 5, 1, 7, 8, 1, 7, 7};
    for (int size = 2; size <= 3; size++) {
        Node *n = contrib("NGramRepeatBlock");
        attr_set_int(n, "ngram_size", size);
        op_input(n, DT_INT64, 2, (int64_t[]){2, 6}, ids);
        op_input(n, DT_FLOAT, 2, (int64_t[]){2, 9}, scores);
        op_run(n, 1);
        for (int w = 0; w < 9; w++) {
            bool second = size == 2 && (w == 8 || w == 7);
            ck_assert_int_eq(isinf(op_floats(n, 0)[w]) != 0, w == 6);
            ck_assert_int_eq(isinf(op_floats(n, 0)[9 + w]) != 0, second);
            if (w != 6) ck_assert_int_eq((int)op_floats(n, 0)[w], w);
        }
        op_free();
    }
}
END_TEST

START_TEST(ngrams_have_a_word_at_least)
{
    const float scores[] = {0, 0};
    for (int size = 0; size < 2; size++) {
        Node *n = contrib("NGramRepeatBlock");
        attr_set_int(n, "ngram_size", size);
        op_input(n, DT_INT64, 2, (int64_t[]){1, 1}, (int64_t[]){1});
        op_input(n, DT_FLOAT, 2, (int64_t[]){1, 2}, scores);
        ck_assert_int_eq(op_refused(n, 1), size == 0);
        op_free();
    }
}
END_TEST

START_TEST(words_that_there_are_not_are_refused)
{
    const float scores[] = {0, 0};
    Node *n = contrib("NGramRepeatBlock");
    attr_set_int(n, "ngram_size", 1);
    op_input(n, DT_INT64, 2, (int64_t[]){1, 1}, (int64_t[]){2});
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 2}, scores);
    ck_assert(!op_refused(n, 1));
    ck_assert(!op_evaluates(n));
    op_free();
}
END_TEST

/* The reference implementation's own values for "" and "hello". */
START_TEST(murmur_hashes_bytes)
{
    const Foreign texts[] = {foreign(""), foreign("hello"), foreign("Hello, world!")};
    const uint32_t expected[] = {0, 0x248bfa47, 0xc0363e43};
    Node *n = contrib("MurmurHash3");
    op_input(n, DT_STRING, 1, (int64_t[]){3}, texts);
    op_run(n, 1);
    ck_assert_int_eq(n->out[0]->type.dtype, DT_UINT32);
    ck_assert_mem_eq(n->out[0]->data, expected, sizeof expected);
    n = contrib("MurmurHash3");
    attr_set_int(n, "positive", 0);
    attr_set_int(n, "seed", 42);
    op_input(n, DT_INT32, 1, (int64_t[]){1}, (int32_t[]){3});
    op_run(n, 1);
    ck_assert_int_eq(n->out[0]->type.dtype, DT_INT32);
    ck_assert_uint_eq(*(const uint32_t *)n->out[0]->data, 2471885347u);
    op_free();
}
END_TEST

/* -- packed weights ---------------------------------------------------------------------------- */

static Node *nbits(int64_t bits, int64_t k)
{
    Node *n = contrib("MatMulNBits");
    attr_set_int(n, "K", k);
    attr_set_int(n, "N", 1);
    attr_set_int(n, "bits", bits);
    attr_set_int(n, "block_size", 16);
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 2}, mem_dup((float[]){1, 10}, 2 * sizeof(float)));
    op_input(n, DT_UINT8, 3, (int64_t[]){1, 1, 8}, mem_dup((uint8_t[]){0xf9, 0, 0, 0, 0, 0, 0, 0}, 8));
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 1}, mem_dup(&(float){0.5f}, sizeof(float)));
    return n;
}

/* 0xf9 is 9 and 15, less 8. */
START_TEST(low_bits_are_first)
{
    Node *n = nbits(4, 2);
    op_run(n, 1);
    ck_assert_float_eq(op_floats(n, 0)[0], 0.5f * (1 + 10 * 7));
    op_free();
}
END_TEST

START_TEST(weights_of_other_sizes_are_refused)
{
    ck_assert(op_refused(nbits(3, 2), 1));
    ck_assert(op_refused(nbits(8, 2), 1));
    ck_assert(op_refused(nbits(4, 3), 1));
    op_free();
}
END_TEST

START_TEST(packed_rows_are_gathered_or_refused)
{
    for (int row = 0; row < 3; row++) {
        Node *n = contrib("GatherBlockQuantized");
        attr_set_int(n, "block_size", 16);
        op_input(n, DT_UINT8, 2, (int64_t[]){2, 1}, (uint8_t[]){0x08, 0xf7});
        op_input(n, DT_INT64, 0, NULL, &(int64_t){row});
        op_input(n, DT_FLOAT, 2, (int64_t[]){2, 1}, (float[]){1, 2});
        ck_assert(!op_refused(n, 1));
        ck_assert_int_eq(op_evaluates(n), row < 2);
        if (row == 1) expect_close("gathered", op_floats(n, 0), (double[]){-2, 14}, 2, 0);
        op_free();
    }
}
END_TEST

START_TEST(no_more_positions_than_there_are)
{
    for (int64_t past = 1; past <= 2; past++) {
        Node *n = op_node("AppendPositions", OWN_DOMAIN, 1);
        become_own(n);
        op_input(n, DT_FLOAT, 3, (int64_t[]){1, 1, 1}, &(float){7});
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 1}, &(float){5});
        op_input(n, DT_INT64, 1, (int64_t[]){1}, &past);
        ck_assert(!op_refused(n, 1));
        ck_assert_int_eq(op_evaluates(n), past == 1);
        if (past == 1) expect_close("cache", op_floats(n, 0), (double[]){5, 7}, 2, 0);
        op_free();
    }
}
END_TEST

/* -- blocks of channels ------------------------------------------------------------------------ */

/* Three channels are less than a block, and 16 filters are one of 16 or two of 8; 24 are three of 8. */
START_TEST(blocks_that_sizes_do_not_tell_are_refused)
{
    static const int64_t filters[] = {16, 24};
    for (int i = 0; i < 2; i++) {
        Node *n = op_node("Conv", "com.microsoft.nchwc", 1);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 3, 1, 1}, test_reals(3));
        op_input(n, DT_FLOAT, 4, (int64_t[]){filters[i], 3, 1, 1}, test_reals(3 * filters[i]));
        ck_assert_int_eq(op_refused(n, 1), i == 0);
        op_free();
    }
}
END_TEST

Suite *contrib_suite(void)
{
    Suite *s = suite_create("contrib");
    TCase *t = tcase_create("contrib");
    tcase_add_test(t, inverse_of_batches);
    tcase_add_test(t, a_singular_matrix_has_no_inverse);
    tcase_add_test(t, crop_and_resize_interpolates);
    tcase_add_test(t, crop_and_resize_refuses_other_images);
    tcase_add_test(t, ngrams_are_not_repeated);
    tcase_add_test(t, ngrams_have_a_word_at_least);
    tcase_add_test(t, words_that_there_are_not_are_refused);
    tcase_add_test(t, murmur_hashes_bytes);
    tcase_add_test(t, low_bits_are_first);
    tcase_add_test(t, weights_of_other_sizes_are_refused);
    tcase_add_test(t, packed_rows_are_gathered_or_refused);
    tcase_add_test(t, no_more_positions_than_there_are);
    tcase_add_test(t, blocks_that_sizes_do_not_tell_are_refused);
    suite_add_tcase(s, t);
    return s;
}
