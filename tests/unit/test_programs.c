/* test_programs.c: random graphs compute the same whatever the stages make of them. */
#include "random_graph.h"
#include "run_steps.h"

#include "lower/lower.h"
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *programs_suite(void);

/* -- operators --------------------------------------------------------------------------------- */

static void along_an_axis(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank);
    const char *op = test_below(4) ? "Softmax" : "LpNormalization";
    node(add(&x), mem_printf("%s<axis = %d>(%s)", op, axis, x.name));
}

static void reduced(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank);
    Tensor y = x;
    y.dim[axis] = 1;
    const char *axes = constant("int64[1]", mem_printf("%d", axis));
    node(add(&y), mem_printf("ReduceMean(%s, %s)", x.name, axes));
    node(add(&x), mem_printf("Sub(%s, %s)", x.name, latest().name));
}

static void reshaped(void)
{
    const Tensor x = *any();
    int count = 1;
    for (int i = 0; i < x.rank; i++) count *= x.dim[i];
    Tensor y = {.rank = 1, .dim = {count}};
    for (int d = 2; d < 6 && y.rank < 3; d++)
        if (count % d == 0 && test_below(2)) {
            count /= d;
            y.dim[y.rank - 1] = d;
            y.dim[y.rank++] = count;
        }
    const char *target = constant(mem_printf("int64[%d]", y.rank), shape(&y));
    node(add(&y), mem_printf("Reshape(%s, %s)", x.name, target));
}

static void transposed(void)
{
    const Tensor x = *any();
    Tensor y = x;
    int perm[4] = {0, 1, 2, 3};
    for (int i = x.rank - 1; i > 0; i--) {
        int k = test_below(i + 1), kept = perm[i];
        perm[i] = perm[k];
        perm[k] = kept;
    }
    const char *text = "";
    for (int i = 0; i < x.rank; i++) {
        text = mem_printf("%s%s%d", text, i ? "," : "", perm[i]);
        y.dim[i] = x.dim[perm[i]];
    }
    node(add(&y), mem_printf("Transpose<perm = [%s]>(%s)", text, x.name));
}

static void concatenated(void)
{
    const Tensor x = *any(), other = *like(&x);
    int axis = test_below(x.rank);
    Tensor y = x;
    y.dim[axis] *= 2;
    if (y.dim[axis] > 64) return;
    node(add(&y), mem_printf("Concat<axis = %d>(%s, %s)", axis, x.name, other.name));
}

static void sliced(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank);
    if (x.dim[axis] < 3) return;
    Tensor y = x;
    int from = test_below(2), to = x.dim[axis] - test_below(2);
    y.dim[axis] = to - from;
    const char *starts = constant("int64[1]", mem_printf("%d", from)),
               *ends = constant("int64[1]", mem_printf("%d", to)), *axes = constant("int64[1]", mem_printf("%d", axis));
    node(add(&y), mem_printf("Slice(%s, %s, %s, %s)", x.name, starts, ends, axes));
}

static void split(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank);
    if (x.dim[axis] % 2) return;
    Tensor half = x;
    half.dim[axis] /= 2;
    const char *first = add(&half)->name, *second = add(&half)->name;
    two_nodes(first, second, mem_printf("Split<axis = %d, num_outputs = 2>(%s)", axis, x.name));
}

static void product(void)
{
    const Tensor x = *any();
    if (x.rank < 2) return;
    int columns = 1 + test_below(20);
    Tensor y = x;
    y.dim[y.rank - 1] = columns;
    const char *w = constant(mem_printf("float[%d,%d]", x.dim[x.rank - 1], columns), "");
    node(add(&y), mem_printf("MatMul(%s, %s)", x.name, w));
    then("Tanh(%s)");
}

static void every_second(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank), back = test_below(2);
    Tensor y = x;
    y.dim[axis] = (x.dim[axis] + 1) / 2;
    const char *starts = constant("int64[1]", back ? "-1" : "0"), *ends = constant("int64[1]", back ? "-1000" : "1000"),
               *axes = constant("int64[1]", mem_printf("%d", axis)), *steps = constant("int64[1]", back ? "-2" : "2");
    node(add(&y), mem_printf("Slice(%s, %s, %s, %s, %s)", x.name, starts, ends, axes, steps));
}

static void gathered(void)
{
    const Tensor x = *any();
    int axis = test_below(x.rank), last = x.dim[axis] - 1;
    Tensor y = x;
    y.dim[axis] = 3;
    const char *indices = constant("int64[3]", mem_printf("%d,0,-%d", last, test_below(last + 1) + 1));
    node(add(&y), mem_printf("Gather<axis = %d>(%s, %s)", axis, x.name, indices));
}

/* With a constant of which some axes are one long, or which has fewer of them. */
static void broadcast(void)
{
    const Tensor x = *any();
    Tensor k = {.rank = 1 + test_below(x.rank)};
    for (int i = 0; i < k.rank; i++) k.dim[i] = test_below(2) ? x.dim[x.rank - k.rank + i] : 1;
    const char *c = constant(mem_printf("float[%s]", shape(&k)), "");
    bool first = test_below(2);
    node(add(&x), mem_printf("%s(%s, %s)", binary(), first ? c : x.name, first ? x.name : c));
}

static void in_layers(void)
{
    const Tensor x = *any();
    const char *type = mem_printf("float[%d]", x.dim[x.rank - 1]), *scale = constant(type, ""),
               *bias = constant(type, "");
    node(add(&x), mem_printf("LayerNormalization(%s, %s, %s)", x.name, scale, bias));
}

static void where(void)
{
    const Tensor x = *any(), other = *like(&x);
    const char *c = new_name();
    Tensor condition = x;
    condition.name = c;
    node(&condition, mem_printf("Less(%s, low)", x.name));
    node(add(&x), mem_printf("Where(%s, %s, %s)", c, other.name, test_below(2) ? x.name : "high"));
}

static void one_more_axis(void)
{
    const Tensor x = *any();
    if (x.rank > 3) return;
    int at = test_below(x.rank + 1);
    Tensor y = {.rank = x.rank + 1};
    for (int i = 0; i < y.rank; i++) y.dim[i] = i == at ? 1 : x.dim[i - (i > at)];
    const char *axes = constant("int64[1]", mem_printf("%d", at));
    node(add(&y), mem_printf("Unsqueeze(%s, %s)", x.name, axes));
}

static void repeated(void)
{
    const Tensor x = *any();
    Tensor y = x;
    int axis = test_below(x.rank);
    if (x.dim[axis] > 1) return;
    y.dim[axis] = 3;
    const char *target = constant(mem_printf("int64[%d]", y.rank), shape(&y));
    node(add(&y), mem_printf("Expand(%s, %s)", x.name, target));
}

/* -- control flow ------------------------------------------------------------------------------ */

/* A few nodes on a value, in a graph of their own; the last one is `result`. */
static const char *body_nodes(const Tensor *t, const char *start, const char *result)
{
    const char *text = "", *last = start;
    for (int i = test_below(3); i >= 0; i--) {
        const char *name = i ? new_name() : result;
        switch (test_below(4)) {
        case 0: text = mem_printf("%s %s = %s(%s)", text, name, unary(), last); break;
        case 1: text = mem_printf("%s %s = Softmax(%s)", text, name, last); break;
        case 2: text = mem_printf("%s %s = Sub(%s, %s)", text, name, last, like(t)->name); break;
        default: text = mem_printf("%s %s = Max(%s, %s)", text, name, last, start); break;
        }
        last = name;
    }
    return text;
}

static void branches(void)
{
    const Tensor x = *any();
    const char *u = new_name(), *v = new_name(), *first = body_nodes(&x, x.name, u),
               *second = test_below(3) ? body_nodes(&x, like(&x)->name, v)
                                       : mem_printf("%s = Identity(%s)", v, like(&x)->name);
    node(add(&x), mem_printf("If<then_branch = (() => (%s) { %s }), else_branch = (() => (%s) { %s })>(c%d)", u, first,
                             v, second, test_below(2)));
}

/* Two states, of which one may take the place of the other. */
static void rounds(void)
{
    const Tensor x = *any(), y = *like(&x);
    const char *s = new_name(), *t = new_name(), *u = new_name(), *v = new_name(), *on = new_name(),
               *first = body_nodes(&x, s, u), *second = body_nodes(&x, t, v),
               *results = test_below(2) ? mem_printf("%s, %s", u, v) : mem_printf("%s, %s", v, test_below(2) ? u : s);
    const char *head = mem_printf("(int64 %s, bool %s, float[%s] %s, float[%s] %s)", new_name(), new_name(), shape(&x),
                                  s, shape(&x), t);
    const char *trips = constant("int64", mem_printf("%d", 6 + test_below(3)));
    const Tensor *one = add(&x), *two = add(&x);
    two_nodes(one->name, two->name,
              mem_printf("Loop<body = (%s => (%s, %s) { %s = Identity(yes) %s %s })>(%s, yes, %s, %s)", head, on,
                         results, on, first, second, trips, x.name, y.name));
}

/* -- whole graphs ------------------------------------------------------------------------------ */

static Operator *const of_tensors[] = {elementwise,  two_operands, along_an_axis, reduced, reshaped, transposed,
                                       concatenated, sliced,       split,         product, branches, rounds};
static Operator *const of_more_tensors[] = {every_second,  gathered, broadcast,    broadcast,  in_layers, where,
                                            one_more_axis, repeated, two_operands, transposed, reduced,   sliced};

START_TEST(graphs_of_tensors_compute_the_same_wherever_they_lie)
{
    const Tensor input = {.rank = 3, .dim = {2, 3, 4}};
    char *text = strdup(random_graph(_i, of_tensors, 12, &input, shape(&input)));
    expect_same_results(text, lower, plan, 0);
    expect_same_results(text, NULL, plan, 1e-4);
    build_reusing_inputs();
    expect_same_results(text, lower, plan, 0);
    free(text);
}
END_TEST

START_TEST(more_graphs_of_tensors_compute_the_same_wherever_they_lie)
{
    const Tensor input = {.rank = 3, .dim = {3, 1, 5}};
    char *text = strdup(random_graph(_i, of_more_tensors, 12, &input, shape(&input)));
    expect_same_results(text, lower, plan, 0);
    expect_same_results(text, NULL, plan, 1e-4);
    build_reusing_inputs();
    expect_same_results(text, lower, plan, 0);
    free(text);
}
END_TEST

Suite *programs_suite(void)
{
    Suite *suite = suite_create("programs");
    TCase *tests = tcase_create("programs");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_loop_test(tests, graphs_of_tensors_compute_the_same_wherever_they_lie, 0, 100);
    tcase_add_loop_test(tests, more_graphs_of_tensors_compute_the_same_wherever_they_lie, 0, 100);
    suite_add_tcase(suite, tests);
    return suite;
}
