/* test_sample.c: operators that look at places that are data: GridSample, AffineGrid,
 * RoiAlign, MaxRoiPool, DeformConv. */
#include "run_op.h"

#include <check.h>

Suite *sample_suite(void);

static const float image[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}; /* 3 x 3 */

/* Samples a row of `image`, 3 pixels, at one place. */
static float sample(const char *mode, const char *padding, int align, float place)
{
    static float grid[2];
    grid[0] = place;
    Node *n = op_node("GridSample", "", 20);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 3}, image);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 2}, grid);
    attr_set_string(n, "mode", mode);
    attr_set_string(n, "padding_mode", padding);
    attr_set_int(n, "align_corners", align);
    op_run(n, 1);
    float y = op_floats(n, 0)[0];
    op_free();
    return y;
}

/* align_corners: place p is pixel p + 1; otherwise 1.5 p + 1. */
START_TEST(grid_sample_interpolates_and_pads)
{
    const struct {
        const char *mode, *padding;
        int align;
        float place;
        double expected;
    } cases[] = {
        {"linear", "zeros", 1, 0.5f, 2.5},
        {"linear", "zeros", 0, 0.5f, 2.75},
        {"nearest", "zeros", 1, 0.5f, 3},
        {"nearest", "zeros", 1, -0.5f, 1}, /* 1.5 and 0.5 go to the even 2 and 0 */
        {"cubic", "zeros", 1, 0.25f,
         2 * 0.87890625 + 3 * 0.26171875 + 1 * -0.10546875}, /* the pixel after the last is nothing */
        {"linear", "zeros", 1, 1.5f, 1.5},
        {"linear", "border", 1, 1.5f, 3},
        {"linear", "reflection", 1, 1.5f, 2.5},
        {"nearest", "zeros", 1, 2, 0},
        {"nearest", "border", 1, 2, 3},
        {"nearest", "reflection", 1, 2, 2},
        {"linear", "reflection", 0, 2, 2}, /* 4 is mirrored at 2.5 to 1 */
        {"linear", "reflection", 1, 4.5f, 2.5},
        {"linear", "zeros", 1, 1e30f, 0},
        {"linear", "border", 1, -1e30f, 1},
        {"cubic", "border", 1, 1.25f, /* pixels 1, 2 and twice, for 3 and 4, 2 once more */
         2 * -0.10546875 + 3 * (0.87890625 + 0.26171875 - 0.03515625)},
        {"cubic", "border", 1, 1e30f, 3},
        {"cubic", "border", 0, -1e30f, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float y = sample(cases[i].mode, cases[i].padding, cases[i].align, cases[i].place);
        expect_close(mem_printf("%s %s at %g", cases[i].mode, cases[i].padding, (double)cases[i].place), &y,
                     &cases[i].expected, 1, 1e-6);
    }
}
END_TEST

/* What is no place is the first pixel, or outside of an image padded with zeros; infinity is as far as anything. */
START_TEST(grid_sample_of_no_place)
{
    static const char *const modes[] = {"nearest", "linear", "cubic"};
    for (int m = 0; m < 3; m++)
        for (int align = 0; align < 2; align++) {
            const float odd[] = {NAN, INFINITY, -INFINITY};
            for (int i = 0; i < 3; i++) {
                ck_assert(sample(modes[m], "zeros", align, odd[i]) == 0);
                ck_assert(sample(modes[m], "border", align, odd[i]) == (i == 1 ? 3 : 1));
                float y = sample(modes[m], "reflection", align, odd[i]);
                const double first = m == 2 && !align ? 0.8125 : 1; /* halfway to its mirror image */
                expect_close(modes[m], &y, &first, 1, 1e-6);
            }
        }
}
END_TEST

/* The identity matrix samples every pixel where it is, in two and three dimensions. */
START_TEST(affine_grid_of_the_identity_samples_the_image)
{
    test_seed(1);
    for (int axes = 2; axes < 4; axes++)
        for (int align = 0; align < 2; align++) {
            static const int64_t sizes[2][5] = {{1, 2, 3, 4}, {1, 2, 2, 3, 4}};
            static const float identity[2][12] = {{1, 0, 0, 0, 1, 0}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
            int64_t count = axes == 2 ? 24 : 48;
            float *x = test_reals(count);
            Node *grid = op_node("AffineGrid", "", 20);
            op_input(grid, DT_FLOAT, 3, (int64_t[]){1, axes, axes + 1}, identity[axes - 2]);
            op_ints(grid, axes + 2, sizes[axes - 2]);
            attr_set_int(grid, "align_corners", align);
            op_run(grid, 1);
            Node *n = op_node("GridSample", "", 20);
            op_input(n, DT_FLOAT, axes + 2, sizes[axes - 2], x);
            node_add_input(n, grid->out[0]);
            attr_set_int(n, "align_corners", align);
            op_run(n, 1);
            for (int64_t i = 0; i < count; i++)
                expect_close("identity", op_floats(n, 0) + i, (double[]){(double)x[i]}, 1, 1e-5);
        }
    op_free();
}
END_TEST

static Node *regions(const char *op_type, int columns, const float *rois, const int64_t *index)
{
    Node *n = op_node(op_type, "", 16);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 3, 3}, image);
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, columns}, rois);
    if (index) op_input(n, DT_INT64, 1, (int64_t[]){1}, index);
    return n;
}

/* The region from (0.5, 0.5) to (2.5, 2.5) less half a pixel, one sample: its centre, pixel (1, 1).
 * Without the half: (1.5, 1.5). */
START_TEST(roi_align_samples_bins)
{
    const float roi[] = {0.5f, 0.5f, 2.5f, 2.5f};
    const int64_t first = 0;
    const double expected[] = {5, 7};
    for (int i = 0; i < 2; i++) {
        Node *n = regions("RoiAlign", 4, roi, &first);
        attr_set_int(n, "sampling_ratio", 1);
        if (i) attr_set_string(n, "coordinate_transformation_mode", "output_half_pixel");
        op_run(n, 1);
        expect_close("RoiAlign", op_floats(n, 0), expected + i, 1, 1e-6);
    }
    /* 2 x 2 samples of their own accord: the mean of the corners of the middle */
    Node *n = regions("RoiAlign", 4, roi, &first);
    op_run(n, 1);
    expect_close("RoiAlign", op_floats(n, 0), (double[]){5}, 1, 1e-6);
    op_free();
}
END_TEST

START_TEST(roi_operators_refuse_impossible_regions)
{
    const float endless[] = {0, 0, INFINITY, 1}, good[] = {0, 0, 1, 1}, other_image[] = {1, 0, 0, 1, 1},
                nowhere[] = {0, NAN, 0, 1, 1};
    const int64_t first = 0, second = 1;
    Node *cases[] = {regions("RoiAlign", 4, endless, &first), regions("RoiAlign", 4, good, &second),
                     regions("MaxRoiPool", 5, other_image, NULL), regions("MaxRoiPool", 5, nowhere, NULL)};
    for (int i = 0; i < 4; i++) {
        attr_set_ints(cases[i], "pooled_shape", 2, (int64_t[]){1, 1});
        ck_assert(!op_refused(cases[i], 1) && !op_evaluates(cases[i]));
    }
    op_free();
}
END_TEST

/* Rows and columns 1 to 2 in two bins each; then a region that reaches outside, where a bin is empty. */
START_TEST(max_roi_pool_takes_the_largest)
{
    const float inside[] = {0, 1, 1, 2, 2}, outside[] = {0, 2, 2, 5, 5};
    const double expected[][4] = {{5, 6, 8, 9}, {9, 0, 0, 0}};
    for (int i = 0; i < 2; i++) {
        Node *n = regions("MaxRoiPool", 5, i ? outside : inside, NULL);
        attr_set_ints(n, "pooled_shape", 2, (int64_t[]){2, 2});
        op_run(n, 1);
        expect_close("MaxRoiPool", op_floats(n, 0), expected[i], 4, 0);
    }
    op_free();
}
END_TEST

enum { C = 4, F = 6, SIZE = 5, TAPS = 9 };

static Node *conv(const char *op_type, const float *x, const float *w, const float *b)
{
    Node *n = op_node(op_type, "", 19);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, C, SIZE, SIZE}, x);
    op_input(n, DT_FLOAT, 4, (int64_t[]){F, C / 2, 3, 3}, w);
    if (b) op_input(n, DT_FLOAT, 1, (int64_t[]){F}, b);
    attr_set_int(n, "group", 2);
    attr_set_ints(n, "pads", 4, (int64_t[]){1, 1, 1, 1});
    return n;
}

/* Every tap one row down and half a column to the right sees the mean of two pixels of the next row;
 * a mask of 0.5 halves it. */
START_TEST(deform_conv_is_a_conv_of_the_moved_image)
{
    test_seed(2);
    float *x = test_reals(C * SIZE * SIZE), *w = test_reals(F * C / 2 * TAPS), *b = test_reals(F),
          *moved = test_reals(C * SIZE * SIZE);
    float *offset = test_reals(2 * 2 * TAPS * SIZE * SIZE), *mask = test_reals(2 * TAPS * SIZE * SIZE);
    for (int i = 0; i < 2 * 2 * TAPS * SIZE * SIZE; i++) offset[i] = i / (SIZE * SIZE) % 2 ? 0.5f : 1;
    for (int i = 0; i < 2 * TAPS * SIZE * SIZE; i++) mask[i] = 0.5f;
    for (int i = 0; i < C * SIZE * SIZE; i++) {
        int r = i / SIZE % SIZE + 1, c = i % SIZE;
        const float *below = x + i + SIZE;
        moved[i] = r < SIZE ? (below[0] + (c + 1 < SIZE ? below[1] : 0)) / 4 : 0;
    }
    Node *deform = conv("DeformConv", x, w, NULL), *plain = conv("Conv", moved, w, b);
    attr_set_int(deform, "offset_group", 2);
    op_input(deform, DT_FLOAT, 4, (int64_t[]){1, 2 * 2 * TAPS, SIZE, SIZE}, offset);
    op_input(deform, DT_FLOAT, 1, (int64_t[]){F}, b);
    op_input(deform, DT_FLOAT, 4, (int64_t[]){1, 2 * TAPS, SIZE, SIZE}, mask);
    op_run(deform, 1);
    op_run(plain, 1);
    for (int i = 0; i < F * SIZE * SIZE; i++) {
        /* Taps in the padding above or left of the image see its first row or column moved in; the plain
         * convolution sees zeros. */
        if (i / SIZE % SIZE == 0 || i % SIZE == 0) continue;
        expect_close("DeformConv", op_floats(deform, 0) + i, (double[]){(double)op_floats(plain, 0)[i]}, 1, 1e-5);
    }
    op_free();
}
END_TEST

Suite *sample_suite(void)
{
    Suite *s = suite_create("sample");
    TCase *t = tcase_create("sample");
    tcase_add_test(t, grid_sample_interpolates_and_pads);
    tcase_add_test(t, grid_sample_of_no_place);
    tcase_add_test(t, affine_grid_of_the_identity_samples_the_image);
    tcase_add_test(t, roi_align_samples_bins);
    tcase_add_test(t, roi_operators_refuse_impossible_regions);
    tcase_add_test(t, max_roi_pool_takes_the_largest);
    tcase_add_test(t, deform_conv_is_a_conv_of_the_moved_image);
    suite_add_tcase(s, t);
    return s;
}
