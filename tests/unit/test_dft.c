/* test_dft.c: DFT and STFT against the sums that define them, windows and mel weights by their formulas. */
#include "run_op.h"

#include <check.h>

Suite *dft_suite(void);

static const double PI = 3.14159265358979323846;

/* sum over t of x[t] e^(-+2 pi i k t / n), for complex x[length][2] filled up with 0. */
static void transform(const double *x, int length, int n, int k, bool inverse, double *re, double *im)
{
    *re = *im = 0;
    for (int t = 0; t < length && t < n; t++) {
        double angle = (inverse ? 2 : -2) * PI * ((double)((int64_t)k * t % n) / n), c = cos(angle), s = sin(angle),
               scale = inverse ? 1.0 / n : 1;
        *re += scale * (x[2 * t] * c - x[2 * t + 1] * s);
        *im += scale * (x[2 * t] * s + x[2 * t + 1] * c);
    }
}

static const int lengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 31, 32, 60, 64, 77, 128};

/* Along the middle axis of [2][n][3][parts], with the signal cut or filled up. */
START_TEST(dft_is_the_sum)
{
    test_seed((uint32_t)_i);
    int n = lengths[test_below(20)], in = test_below(2) ? n : 1 + test_below(2 * n), parts = 1 + test_below(2);
    bool inverse = test_below(2), onesided = !inverse && parts == 1 && test_below(2);
    Node *node = op_node("DFT", "", 20);
    const float *x = test_reals((int64_t)2 * in * 3 * parts);
    op_input(node, DT_FLOAT, 4, (int64_t[]){2, in, 3, parts}, x);
    op_input(node, DT_INT64, 0, NULL, mem_dup(&(int64_t){n}, sizeof(int64_t)));
    op_input(node, DT_INT64, 0, NULL, mem_dup(&(int64_t){-3}, sizeof(int64_t)));
    attr_set_int(node, "inverse", inverse);
    attr_set_int(node, "onesided", onesided);
    op_run(node, 1);
    int out = onesided ? n / 2 + 1 : n;
    ck_assert_int_eq(value_count(node->out[0]), 2 * out * 3 * 2);
    double signal[512];
    for (int o = 0; o < 2; o++)
        for (int i = 0; i < 3; i++) {
            for (int t = 0; t < in; t++) {
                const float *from = x + ((o * in + t) * 3 + i) * parts;
                signal[2 * t] = (double)from[0];
                signal[2 * t + 1] = parts == 2 ? (double)from[1] : 0;
            }
            for (int k = 0; k < out; k++) {
                double expected[2];
                transform(signal, in, n, k, inverse, &expected[0], &expected[1]);
                expect_close("DFT", op_floats(node, 0) + ((o * out + k) * 3 + i) * 2, expected, 2, 1e-5);
            }
        }
    op_free();
}
END_TEST

/* The one-sided inverse takes back the one-sided transform. */
START_TEST(real_transforms_go_there_and_back)
{
    for (int n = 2; n < 20; n++) {
        test_seed((uint32_t)n);
        const float *x = test_reals(n);
        double expected[20];
        for (int i = 0; i < n; i++) expected[i] = (double)x[i];
        Node *there = op_node("DFT", "", 20);
        op_input(there, DT_FLOAT, 2, (int64_t[]){n, 1}, x);
        attr_set_int(there, "onesided", 1);
        op_run(there, 1);
        Node *back = op_node("DFT", "", 20);
        op_input(back, DT_FLOAT, 2, (int64_t[]){n / 2 + 1, 2}, op_floats(there, 0));
        op_input(back, DT_INT64, 0, NULL, mem_dup(&(int64_t){n}, sizeof(int64_t)));
        attr_set_int(back, "onesided", 1);
        attr_set_int(back, "inverse", 1);
        op_run(back, 1);
        ck_assert_int_eq(value_count(back->out[0]), n);
        expect_close("there and back", op_floats(back, 0), expected, n, 1e-6);
        op_free();
    }
}
END_TEST

START_TEST(stft_transforms_windowed_frames)
{
    test_seed(1);
    const float *x = test_reals(2 * 23), *w = test_reals(6);
    Node *n = op_node("STFT", "", 17);
    op_input(n, DT_FLOAT, 3, (int64_t[]){2, 23, 1}, x);
    op_input(n, DT_INT64, 0, NULL, mem_dup(&(int64_t){4}, sizeof(int64_t)));
    op_input(n, DT_FLOAT, 1, (int64_t[]){6}, w);
    op_run(n, 1);
    ck_assert_str_eq(shown(shape_text(&n->out[0]->type.shape)), "[2,5,4,2]"); /* 1 + (23 - 6) / 4 frames */
    const float *y = op_floats(n, 0);
    for (int f = 0; f < 10; f++)
        for (int k = 0; k < 4; k++, y += 2) {
            double frame[12] = {0}, expected[2];
            for (int i = 0; i < 6; i++) frame[2 * i] = (double)(x[f / 5 * 23 + f % 5 * 4 + i] * w[i]);
            transform(frame, 6, 6, k, false, &expected[0], &expected[1]);
            expect_close("STFT", y, expected, 2, 1e-6);
        }
    op_free();
}
END_TEST

START_TEST(windows_are_sums_of_cosines)
{
    const double hann[] = {0, 0.5, 1, 0.5}, hann_symmetric[] = {0, 0.75, 0.75, 0},
                 blackman_symmetric[] = {0, 0.63, 0.63, 0};
    const double hamming[] = {4.0 / 46, 25.0 / 46, 1, 25.0 / 46};
    const struct {
        const char *op_type;
        int periodic;
        const double *expected;
    } cases[] = {
        {"HannWindow", 1, hann},
        {"HannWindow", 0, hann_symmetric},
        {"BlackmanWindow", 0, blackman_symmetric},
        {"HammingWindow", 1, hamming},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Node *n = op_node(cases[i].op_type, "", 17);
        op_input(n, DT_INT64, 0, NULL, mem_dup(&(int64_t){4}, sizeof(int64_t)));
        attr_set_int(n, "periodic", cases[i].periodic);
        op_run(n, 1);
        expect_close(cases[i].op_type, op_floats(n, 0), cases[i].expected, 4, 1e-6);
        op_free();
    }
}
END_TEST

/* Two bands over 0 to 8000 Hz (2840 mel), transforms of 16 samples at 16 kHz: corners at 0, 614, 1768, 3934 Hz (mel 0,
 * 710, 1420, 2130), in bins of 16000 / 17 Hz: 0, 0, 1, 4. */
START_TEST(mel_weights_are_triangles)
{
    const double expected[9][2] = {{1, 0}, {0, 1}, {0, 2.0 / 3}, {0, 1.0 / 3}};
    const float edges[] = {0, 8000};
    Node *n = op_node("MelWeightMatrix", "", 17);
    for (int i = 0; i < 3; i++)
        op_input(n, DT_INT64, 0, NULL, mem_dup(&(int64_t){i == 0 ? 2 : i == 1 ? 16 : 16000}, sizeof(int64_t)));
    for (int i = 0; i < 2; i++) op_input(n, DT_FLOAT, 0, NULL, &edges[i]);
    op_run(n, 1);
    ck_assert_int_eq(value_count(n->out[0]), 18);
    expect_close("MelWeightMatrix", op_floats(n, 0), expected[0], 18, 1e-6);
    op_free();
}
END_TEST

Suite *dft_suite(void)
{
    Suite *s = suite_create("dft");
    TCase *t = tcase_create("transforms");
    tcase_add_loop_test(t, dft_is_the_sum, 0, 60);
    tcase_add_test(t, real_transforms_go_there_and_back);
    tcase_add_test(t, stft_transforms_windowed_frames);
    tcase_add_test(t, windows_are_sums_of_cosines);
    tcase_add_test(t, mel_weights_are_triangles);
    suite_add_tcase(s, t);
    return s;
}
