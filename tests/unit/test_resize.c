/* test_resize.c: Resize, Upsample: numbers derived by hand from the specification's formulas, and
 * properties that every filter has. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *resize_suite(void);

static const float ramp[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* A row of `in` pixels to `out`. */
static Node *row(int in, int out, const char *mode, const char *coordinates)
{
    Node *n = op_node("Resize", "", 19);
    op_input(n, DT_FLOAT, 1, (int64_t[]){in}, ramp);
    op_omit(n);
    op_omit(n);
    op_ints(n, 1, (int64_t[]){out});
    attr_set_string(n, "mode", mode);
    attr_set_string(n, "coordinate_transformation_mode", coordinates);
    return n;
}

/* 4 pixels to 8: half_pixel gives -0.25, 0.25, 0.75, ...; asymmetric 0, 0.5, 1, ...; align_corners k * 3 / 7. */
START_TEST(linear_places)
{
    const struct {
        const char *coordinates;
        double expected[8];
    } cases[] = {
        {"half_pixel", {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3}},
        {"half_pixel_symmetric", {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3}},
        {"pytorch_half_pixel", {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3}},
        {"asymmetric", {0, 0.5, 1, 1.5, 2, 2.5, 3, 3}},
        {"align_corners", {0, 3 / 7.0, 6 / 7.0, 9 / 7.0, 12 / 7.0, 15 / 7.0, 18 / 7.0, 3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Node *n = row(4, 8, "linear", cases[i].coordinates);
        op_run(n, 1);
        expect_close(cases[i].coordinates, op_floats(n, 0), cases[i].expected, 8, 1e-6);
    }
    op_free();
}
END_TEST

/* 3 pixels to 6, asymmetric: 0, 0.5, 1, 1.5, 2, 2.5. */
START_TEST(nearest_rounds_as_told)
{
    const struct {
        const char *rounding;
        double expected[6];
    } cases[] = {
        {"round_prefer_floor", {0, 0, 1, 1, 2, 2}},
        {"round_prefer_ceil", {0, 1, 1, 2, 2, 2}},
        {"floor", {0, 0, 1, 1, 2, 2}},
        {"ceil", {0, 1, 1, 2, 2, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Node *n = row(3, 6, "nearest", "asymmetric");
        attr_set_string(n, "nearest_mode", cases[i].rounding);
        op_run(n, 1);
        expect_close(cases[i].rounding, op_floats(n, 0), cases[i].expected, 6, 0);
    }
    op_free();
}
END_TEST

/* A row of `in` pixels by a scale. */
static Node *scaled_row(int in, float scale, const char *mode, const char *coordinates)
{
    Node *n = op_node("Resize", "", 13);
    op_input(n, DT_FLOAT, 1, (int64_t[]){in}, ramp);
    op_omit(n);
    op_input(n, DT_FLOAT, 1, (int64_t[]){1}, mem_dup(&scale, sizeof scale));
    attr_set_string(n, "mode", mode);
    attr_set_string(n, "coordinate_transformation_mode", coordinates);
    return n;
}

/* 5 pixels by 1.5 are 7 and not 7.5: the last one is the last one, those between are k * 4 / 6. */
START_TEST(corners_are_aligned_by_whole_pixels)
{
    const double expected[] = {0, 2 / 3.0, 4 / 3.0, 2, 8 / 3.0, 10 / 3.0, 4}, one[] = {0};
    Node *n = scaled_row(5, 1.5f, "linear", "align_corners");
    op_run(n, 1);
    expect_close("5 by 1.5", op_floats(n, 0), expected, 7, 1e-6);
    n = scaled_row(5, 0.3f, "linear", "align_corners");
    op_run(n, 1);
    expect_close("5 by 0.3", op_floats(n, 0), one, 1, 0);
    op_free();
}
END_TEST

/* In float32, k / 0.6f is k * 5 / 3 where that is whole, though 0.6f is more than 0.6; likewise (k + 0.5) / 0.6f. */
START_TEST(nearest_by_scale_is_decided_in_float32)
{
    const struct {
        const char *coordinates, *rounding;
        int in, out;
        float scale;
        double expected[12];
    } cases[] = {
        {"asymmetric", "floor", 16, 9, 0.6f, {0, 1, 3, 5, 6, 8, 10, 11, 13}},
        {"asymmetric", "ceil", 16, 9, 0.6f, {0, 2, 4, 5, 7, 9, 10, 12, 14}},
        {"asymmetric", "floor", 15, 3, 0.2f, {0, 5, 10}},
        {"asymmetric", "floor", 10, 12, 1.2f, {0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9}},
        {"tf_half_pixel_for_nn", "floor", 16, 3, 0.2f, {2, 7, 12}},
        {"half_pixel", "round_prefer_floor", 16, 6, 0.4f, {1, 3, 6, 8, 11, 13}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Node *n = scaled_row(cases[i].in, cases[i].scale, "nearest", cases[i].coordinates);
        attr_set_string(n, "nearest_mode", cases[i].rounding);
        op_run(n, 1);
        ck_assert_int_eq(value_count(n->out[0]), cases[i].out);
        expect_close(cases[i].coordinates, op_floats(n, 0), cases[i].expected, cases[i].out, 0);
    }
    op_free();
}
END_TEST

/* A place that is a fraction of sizes is worked out in whole numbers here; those that are whole must come out so. */
START_TEST(nearest_by_sizes_is_exact)
{
    struct resize_axis p = {.taps = 1, .mode = RESIZE_NEAREST, .rounding = RESIZE_CEIL};
    int32_t index[80];
    for (p.in = 1; p.in < 80; p.in++)
        for (p.out = 1; p.out < 80; p.out++) {
            p.coordinates = RESIZE_ASYMMETRIC;
            ck_assert_int_eq(resize_taps_f32(NULL, 0, NULL, NULL, 0, index, NULL, &p), 0);
            for (int i = 0; i < p.out; i++) {
                int ceiling = (i * p.in + p.out - 1) / p.out;
                ck_assert_int_eq(index[i], ceiling < p.in ? ceiling : p.in - 1);
            }
            p.coordinates = RESIZE_HALF_PIXEL; /* ((2 i + 1) in - out) / (2 out) */
            ck_assert_int_eq(resize_taps_f32(NULL, 0, NULL, NULL, 0, index, NULL, &p), 0);
            for (int i = 0; i < p.out; i++) {
                int above = (2 * i + 1) * p.in - p.out,
                    ceiling = above <= 0 ? 0 : (above + 2 * p.out - 1) / (2 * p.out);
                ck_assert_int_eq(index[i], ceiling < p.in ? ceiling : p.in - 1);
            }
        }
}
END_TEST

/* Whatever the filter, away from the edges a ramp stays a ramp; and a constant a constant everywhere. */
START_TEST(filters_reproduce_a_ramp)
{
    const char *modes[] = {"linear", "cubic"};
    for (int m = 0; m < 2; m++)
        for (int antialias = 0; antialias < 2; antialias++)
            for (int out = 2; out < 40; out += 3) {
                Node *n = row(16, out, modes[m], "half_pixel");
                attr_set_int(n, "antialias", antialias);
                op_run(n, 1);
                double reach = (m + 1) * (antialias && out < 16 ? 16.0 / out : 1);
                for (int i = 0; i < out; i++) {
                    double x = (i + 0.5) * 16 / out - 0.5;
                    /* others keep straight lines only about */
                    bool linear_phase = m == 0 ? antialias == 0 || out >= 16 : false;
                    if (x >= reach && x <= 15 - reach)
                        expect_close(modes[m], op_floats(n, 0) + i, &x, 1, linear_phase ? 1e-6 : 0.05);
                }
                const float *y = op_floats(n, 0);
                for (int i = 1; i < out; i++) ck_assert(y[i] > y[i - 1]);
            }
    op_free();
}
END_TEST

/* exclude_outside: at -0.25, 1 weighs 0.75 and 0 lies outside, with nothing to share its weight. */
START_TEST(outside_is_edge_or_nothing)
{
    for (int exclude = 0; exclude < 2; exclude++) {
        Node *n = row(4, 8, "cubic", "half_pixel");
        attr_set_int(n, "exclude_outside", exclude);
        op_run(n, 1);
        /* Taps at distances 1.75, 0.75, 0.25, 1.25 with a = -0.75: -0.03515625, 0.26171875, 0.87890625, -0.10546875 for
         * pixels -2, -1, 0, 1. */
        double expected = exclude ? -0.10546875 / (0.87890625 - 0.10546875) : -0.10546875;
        expect_close("cubic", op_floats(n, 0), &expected, 1, 1e-6);
    }
    op_free();
}
END_TEST

/* The middle half of 5 pixels, then a crop that starts one pixel before the image: from -1 to 1 in steps of 1. */
START_TEST(crop_extrapolates)
{
    const float roi[] = {0.25f, 0.75f}, before[] = {-0.25f, 0.25f};
    const double inside[] = {1, 2, 3}, outside[] = {-7, 0, 1};
    for (int i = 0; i < 2; i++)
        for (int nearest = 0; nearest < 2; nearest++) {
            Node *n = row(5, 3, nearest ? "nearest" : "linear", "tf_crop_and_resize");
            n->in[1] = value_const(n->graph, foreign("roi"), DT_FLOAT, &(Shape){.rank = 1, .dim = {dim_const(2)}},
                                   i ? before : roi);
            attr_set_float(n, "extrapolation_value", -7);
            op_run(n, 1);
            expect_close("crop", op_floats(n, 0), i ? outside : inside, 3, 1e-6);
        }
    op_free();
}
END_TEST

/* Resizing axes together or one after the other is the same; five axes take two passes, pixels
 * may have several elements. */
START_TEST(axes_are_independent)
{
    const int64_t in[] = {2, 3, 2, 3, 2}, out[] = {3, 2, 4, 5, 3};
    for (int nearest = 0; nearest < 2; nearest++) {
        test_seed(9);
        float *x = test_reals(72);
        const float *one_by_one = x;
        int64_t dims[5];
        for (int i = 0; i < 5; i++) dims[i] = in[i];
        const char *mode = nearest ? "nearest" : "linear";
        Node *all = op_node("Resize", "", 19);
        op_input(all, DT_FLOAT, 5, in, x);
        op_omit(all);
        op_omit(all);
        op_ints(all, 5, out);
        attr_set_string(all, "mode", mode);
        op_run(all, 1);
        for (int i = 4; i >= 0; i--) {
            Node *n = op_node("Resize", "", 19);
            op_input(n, DT_FLOAT, 5, dims, one_by_one);
            op_omit(n);
            op_omit(n);
            op_ints(n, 1, out + i);
            attr_set_ints(n, "axes", 1, (int64_t[]){i - 5});
            attr_set_string(n, "mode", mode);
            op_run(n, 1);
            one_by_one = op_floats(n, 0);
            dims[i] = out[i];
        }
        double expected[360];
        for (int i = 0; i < 360; i++) expected[i] = (double)one_by_one[i];
        expect_close(mode, op_floats(all, 0), expected, 360, 1e-6);
    }
    op_free();
}
END_TEST

/* floor(in * scale) in float32: 10 * 0.7f is 7. Of a symbol, only with few binary digits, or as a fraction that gives
 * the same for all of its values. */
START_TEST(scales_give_sizes)
{
    const float scales[] = {1, 0.7f}, open_scales[][2] = {{1, 2.5f}, {1, 0.7f}, {1, 1.7f}, {1, 0.7071f}};
    Node *n = op_node("Resize", "", 13);
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 10}, ramp);
    op_omit(n);
    op_input(n, DT_FLOAT, 1, (int64_t[]){2}, scales);
    op_run(n, 1);
    ck_assert(dim_is(dim_at(n->out[0], 1), 7));
    for (int i = 0; i < 4; i++) {
        Dim w = dim_symbol(foreign("w"), 1, 100);
        n = op_node("Resize", "", 13);
        Shape shape = shape_of(2, (Dim[]){dim_const(1), w});
        node_add_input(n, value_typed(n->graph, foreign("x"), DT_FLOAT, &shape));
        op_omit(n);
        op_input(n, DT_FLOAT, 1, (int64_t[]){2}, open_scales[i]);
        ck_assert(op_refused(n, 1) == (i == 3));
        for (int64_t size = 1; i < 3 && size <= 100; size++) {
            int64_t y = dim_value(dim_substitute(dim_at(n->out[0], 1), foreign("w"), dim_const(size)));
            ck_assert_int_eq(y, (int64_t)floorf((float)size * open_scales[i][1]));
        }
    }
    op_free();
}
END_TEST

/* 4 x 8 into 3 x 3: scale 3/8 fits (2 x 3, as 1.5 rounds up), 3/4 covers (3 x 6). */
START_TEST(aspect_ratio_is_kept)
{
    const char *policies[] = {"not_larger", "not_smaller"};
    const int64_t expected[][2] = {{2, 3}, {3, 6}};
    for (int i = 0; i < 2; i++) {
        Node *n = op_node("Resize", "", 18);
        op_input(n, DT_FLOAT, 2, (int64_t[]){4, 4}, ramp);
        n->in[0]->type.shape.dim[1] = dim_const(8);
        float *x = test_reals(32);
        n->in[0]->data = x;
        op_omit(n);
        op_omit(n);
        op_ints(n, 2, (int64_t[]){3, 3});
        attr_set_string(n, "keep_aspect_ratio_policy", policies[i]);
        op_run(n, 1);
        ck_assert(dim_is(dim_at(n->out[0], 0), expected[i][0]) && dim_is(dim_at(n->out[0], 1), expected[i][1]));
    }
    op_free();
}
END_TEST

START_TEST(upsample_repeats_pixels)
{
    const float scales[] = {2, 3}, x[] = {1, 2};
    const double expected[] = {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2};
    for (int opset = 7; opset < 11; opset += 2) {
        Node *n = op_node("Upsample", "", opset);
        op_input(n, DT_FLOAT, 2, (int64_t[]){1, 2}, x);
        if (opset < 9) node_add_attr(n, "scales", ATTR_FLOATS, 2)->floats = scales;
        else op_input(n, DT_FLOAT, 1, (int64_t[]){2}, scales);
        op_run(n, 1);
        expect_close("Upsample", op_floats(n, 0), expected, 12, 0);
    }
    op_free();
}
END_TEST

/* At run time, a scale must lead to the size that was planned for. */
START_TEST(tables_refuse_other_scales)
{
    const struct resize_axis p = {.in = 4, .out = 8, .taps = 2, .mode = RESIZE_LINEAR};
    const float good = 2.1f, other = 2.3f, nothing = 0, unknown = NAN;
    int32_t index[16];
    float weight[16];
    ck_assert_int_eq(resize_taps_f32(&good, 0, NULL, NULL, 0, index, weight, &p), 0);
    ck_assert_int_ne(resize_taps_f32(&other, 0, NULL, NULL, 0, index, weight, &p), 0);
    ck_assert_int_ne(resize_taps_f32(&nothing, 0, NULL, NULL, 0, index, weight, &p), 0);
    ck_assert_int_ne(resize_taps_f32(&unknown, 0, NULL, NULL, 0, index, weight, &p), 0);
    const struct resize_axis crop = {
        .in = 4, .out = 2, .taps = 2, .mode = RESIZE_LINEAR, .coordinates = RESIZE_TF_CROP};
    ck_assert_int_eq(resize_taps_f32(NULL, 0, &unknown, &unknown, 0, index, weight, &crop), 0);
    ck_assert_int_eq(index[0], -1);
}
END_TEST

START_TEST(the_first_upsample_has_a_scale_for_height_and_one_for_width)
{
    const float x[] = {1, 2};
    const double expected[] = {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2};
    Node *n = op_node("Upsample", "", 1);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 1, 2}, x);
    attr_set_float(n, "height_scale", 2);
    attr_set_float(n, "width_scale", 3);
    op_run(n, 1);
    expect_close("Upsample", op_floats(n, 0), expected, 12, 0);
    op_free();
}
END_TEST

Suite *resize_suite(void)
{
    Suite *s = suite_create("resize");
    TCase *t = tcase_create("resize");
    tcase_add_test(t, linear_places);
    tcase_add_test(t, nearest_rounds_as_told);
    tcase_add_test(t, corners_are_aligned_by_whole_pixels);
    tcase_add_test(t, nearest_by_scale_is_decided_in_float32);
    tcase_add_test(t, nearest_by_sizes_is_exact);
    tcase_add_test(t, filters_reproduce_a_ramp);
    tcase_add_test(t, outside_is_edge_or_nothing);
    tcase_add_test(t, crop_extrapolates);
    tcase_add_test(t, axes_are_independent);
    tcase_add_test(t, scales_give_sizes);
    tcase_add_test(t, aspect_ratio_is_kept);
    tcase_add_test(t, upsample_repeats_pixels);
    tcase_add_test(t, tables_refuse_other_scales);
    tcase_add_test(t, the_first_upsample_has_a_scale_for_height_and_one_for_width);
    suite_add_tcase(s, t);
    return s;
}
