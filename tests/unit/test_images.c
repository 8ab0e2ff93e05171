/* test_images.c: random networks of images compute the same whatever the stages make of them, as in test_programs.c. */
#include "random_graph.h"
#include "run_steps.h"

#include "lower/lower.h"
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *images_suite(void);

static const Tensor *image(void)
{
    for (int tries = 0; tries < 20; tries++) {
        const Tensor *t = any();
        if (t->rank == 4) return t;
    }
    return &tensors[0];
}

static void convolved(void)
{
    const Tensor x = *image();
    Tensor y = x;
    int side = 1 + 2 * test_below(2), stride = 1 + test_below(2), depthwise = test_below(3) == 0;
    if (x.dim[2] < 3 || x.dim[3] < 3 || x.dim[1] > 40) return;
    y.dim[1] = depthwise ? x.dim[1] : 4 + 4 * test_below(4);
    for (int i = 2; i < 4; i++) y.dim[i] = (x.dim[i] - 1) / stride + 1;
    const char *w = constant(mem_printf("float[%d,%d,%d,%d]", y.dim[1], depthwise ? 1 : x.dim[1], side, side), "");
    node(add(&y),
         mem_printf("Conv<group = %d, pads = [%d,%d,%d,%d], strides = [%d,%d]>(%s, %s)", depthwise ? x.dim[1] : 1,
                    side / 2, side / 2, side / 2, side / 2, stride, stride, x.name, w));
    then(test_below(2) ? "Relu(%s)" : "Tanh(%s)");
}

/* Pads, strides and dilations differ from side to side; there is a bias, and something is done to the result that may
 * become part of the convolution. */
static void convolved_unevenly(void)
{
    const Tensor x = *image();
    Tensor y = x;
    const char *pads = "", *strides = "", *dilations = "";
    if (x.dim[2] < 3 || x.dim[3] < 3 || x.dim[1] > 40) return;
    int begin[2], side[2] = {1 + test_below(3), 1 + test_below(3)}, groups = x.dim[1] % 2 ? 1 : 1 + test_below(2);
    for (int i = 0; i < 2; i++) {
        int stride = 1 + test_below(2), dilation = 1 + test_below(2), end = test_below(2);
        begin[i] = test_below(3);
        int room = x.dim[2 + i] + begin[i] + end - dilation * (side[i] - 1) - 1;
        if (room < 0) return;
        y.dim[2 + i] = room / stride + 1;
        pads = mem_printf("%s%s%d", pads, i ? "," : "", end);
        strides = mem_printf("%s%s%d", strides, i ? "," : "", stride);
        dilations = mem_printf("%s%s%d", dilations, i ? "," : "", dilation);
    }
    y.dim[1] = groups * (1 + test_below(9));
    const char *w = constant(mem_printf("float[%d,%d,%d,%d]", y.dim[1], x.dim[1] / groups, side[0], side[1]), ""),
               *b = constant(mem_printf("float[%d]", y.dim[1]), "");
    node(add(&y), mem_printf("Conv<group = %d, pads = [%d,%d,%s], strides = [%s], dilations = [%s]>(%s, %s, %s)",
                             groups, begin[0], begin[1], pads, strides, dilations, x.name, w, b));
    static const char *const after[] = {"LeakyRelu<alpha = 0.25>(%s)", "HardSwish(%s)", "Clip(%s, low, high)",
                                        "Mul(%s, high)", "Sub(low, %s)"};
    then(after[test_below(5)]);
    const Tensor last = latest();
    if (test_below(2)) node(add(&last), mem_printf("Add(%s, %s)", last.name, like(&last)->name));
}

static void padded(void)
{
    const Tensor x = *image();
    Tensor y = x;
    int before = test_below(2), after = test_below(2);
    if (x.dim[3] > 20) return;
    y.dim[2] += before;
    y.dim[3] += after;
    const char *pads = constant("int64[8]", mem_printf("0,0,%d,0,0,0,0,%d", before, after));
    node(add(&y), mem_printf("Pad(%s, %s)", x.name, pads));
}

static void enlarged(void)
{
    const Tensor x = *image();
    Tensor y = x;
    if (x.dim[2] > 10 || x.dim[3] > 10) return;
    y.dim[2] *= 2;
    y.dim[3] *= 2;
    const char *scales = constant("float[4]", "1,1,2,2");
    node(add(&y), mem_printf("Resize(%s, , %s)", x.name, scales));
}

/* By one number for each channel, which is made of the channel. */
static void channels_weighed(void)
{
    const Tensor x = *image();
    Tensor y = x;
    y.dim[2] = y.dim[3] = 1;
    node(add(&y), mem_printf("GlobalAveragePool(%s)", x.name));
    const Tensor mean = latest();
    const char *w = constant(mem_printf("float[%d,%d,1,1]", x.dim[1], x.dim[1]), "");
    if (x.dim[1] > 16) return;
    node(add(&mean), mem_printf("Conv(%s, %s)", mean.name, w));
    then("Sigmoid(%s)");
    node(add(&x), mem_printf("Mul(%s, %s)", x.name, latest().name));
}

static void pooled_over_borders(void)
{
    const Tensor x = *image();
    Tensor y = x;
    if (x.dim[2] < 3 || x.dim[3] < 3) return;
    y.dim[2] = (x.dim[2] - 1) / 2 + 1;
    y.dim[3] = x.dim[3] - 1;
    static const char *const ops[] = {"MaxPool<", "AveragePool<", "AveragePool<count_include_pad = 1, "};
    node(add(&y),
         mem_printf("%skernel_shape = [3,2], strides = [2,1], pads = [1,0,1,0]>(%s)", ops[test_below(3)], x.name));
}

static void deconvolved(void)
{
    const Tensor x = *image();
    Tensor y = x;
    if (x.dim[2] > 10 || x.dim[3] > 10 || x.dim[1] > 16) return;
    y.dim[1] = 1 + test_below(5);
    y.dim[2] = (x.dim[2] - 1) * 2 + 2;
    y.dim[3] = x.dim[3] + 1;
    const char *w = constant(mem_printf("float[%d,%d,3,2]", x.dim[1], y.dim[1]), "");
    node(add(&y), mem_printf("ConvTranspose<strides = [2,1], pads = [1,0,0,0]>(%s, %s)", x.name, w));
    then("Tanh(%s)");
}

/* Channels last for a while, as some frameworks export it. */
static void turned(void)
{
    const Tensor x = *image();
    Tensor y = {.rank = 4, .dim = {x.dim[0], x.dim[2], x.dim[3], x.dim[1]}};
    node(add(&y), mem_printf("Transpose<perm = [0,2,3,1]>(%s)", x.name));
    const char *scale = constant(mem_printf("float[%d]", x.dim[1]), "");
    static const char *const between[] = {"Softmax<axis = 3>(%s)", "Softmax<axis = 1>(%s)", "Neg(%s)"};
    if (test_below(2)) then(between[test_below(3)]);
    else node(add(&y), mem_printf("Mul(%s, %s)", latest().name, scale));
    node(add(&x), mem_printf("Transpose<perm = [0,3,1,2]>(%s)", latest().name));
}

static void pooled(void)
{
    const Tensor x = *image();
    if (x.dim[2] < 2 || x.dim[3] < 2) return;
    Tensor y = x;
    for (int i = 2; i < 4; i++) y.dim[i] = x.dim[i] / 2;
    node(add(&y), mem_printf("%s<kernel_shape = [2,2], strides = [2,2]>(%s)", test_below(2) ? "MaxPool" : "AveragePool",
                             x.name));
}

static void normalized(void)
{
    const Tensor x = *image();
    const char *type = mem_printf("float[%d]", x.dim[1]), *scale = constant(type, ""), *bias = constant(type, ""),
               *mean = constant(type, ""), *variance = constant(type, "0.5");
    node(add(&x), mem_printf("BatchNormalization(%s, %s, %s, %s, %s)", x.name, scale, bias, mean, variance));
}

static void channels_scaled(void)
{
    const Tensor x = *image();
    const char *scale = constant(mem_printf("float[%d,1,1]", x.dim[1]), "");
    node(add(&x), mem_printf("%s(%s, %s)", test_below(2) ? "Mul" : "Add", x.name, scale));
}

static void channels_concatenated(void)
{
    const Tensor x = *image(), other = *like(&x);
    Tensor y = x;
    y.dim[1] *= 2;
    if (y.dim[1] > 40) return;
    node(add(&y), mem_printf("Concat<axis = 1>(%s, %s)", x.name, other.name));
}

static void channels_split(void)
{
    const Tensor x = *image();
    if (x.dim[1] % 2) return;
    Tensor half = x;
    half.dim[1] /= 2;
    const char *first = add(&half)->name, *second = add(&half)->name;
    two_nodes(first, second, mem_printf("Split<axis = 1, num_outputs = 2>(%s)", x.name));
}

/* -- whole graphs ------------------------------------------------------------------------------ */

static Operator *const of_images[] = {elementwise,    two_operands, convolved,       convolved,
                                      pooled,         normalized,   channels_scaled, channels_concatenated,
                                      channels_split, convolved};

static Operator *const of_uneven_images[] = {
    convolved_unevenly, convolved_unevenly,  padded,      enlarged,
    channels_weighed,   pooled_over_borders, deconvolved, turned,
    two_operands,       channels_split,      elementwise, channels_concatenated};

START_TEST(graphs_of_images_compute_the_same_wherever_they_lie)
{
    const Tensor input = {.rank = 4, .dim = {1, 4, 9, 8}};
    char *text = strdup(random_graph(_i, of_images, 10, &input, shape(&input)));
    expect_same_results(text, lower, plan, 1e-5); /* kernels add up in another order where rows are apart */
    expect_same_results(text, NULL, plan, 1e-3);
    free(text);
}
END_TEST

START_TEST(uneven_windows_compute_the_same_wherever_they_lie)
{
    const Tensor input = {.rank = 4, .dim = {2, 6, 7, 8}};
    char *text = strdup(random_graph(_i, of_uneven_images, 12, &input, shape(&input)));
    expect_same_results(text, lower, plan, 1e-5);
    expect_same_results(text, NULL, plan, 1e-3);
    free(text);
}
END_TEST

START_TEST(any_number_of_images_computes_the_same_wherever_they_lie)
{
    const Tensor input = {.rank = 4, .dim = {8, 5, 6, 7}};
    char *text = strdup(random_graph(_i, of_uneven_images, 12, &input, "n,5,6,7"));
    run_size("n", 1 + _i % 8);
    expect_same_results(text, lower, plan, 1e-5);
    expect_same_results(text, NULL, plan, 1e-3);
    free(text);
}
END_TEST

Suite *images_suite(void)
{
    Suite *suite = suite_create("images");
    TCase *tests = tcase_create("images");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_loop_test(tests, graphs_of_images_compute_the_same_wherever_they_lie, 0, 100);
    tcase_add_loop_test(tests, uneven_windows_compute_the_same_wherever_they_lie, 0, 100);
    tcase_add_loop_test(tests, any_number_of_images_computes_the_same_wherever_they_lie, 0, 40);
    suite_add_tcase(suite, tests);
    return suite;
}
