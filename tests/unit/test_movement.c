/* test_movement.c: operators that move elements. Inputs count 0, 1, 2 ..., so a result tells which element went where;
 * the expected places come from each operator's definition, index by index. */
#include "base/number.h"
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *movement_suite(void);

/* -- tensors ----------------------------------------------------------------------------------- */

typedef struct {
    int rank;
    int64_t dim[8];
} Dims;

static int64_t count_of(const Dims *d)
{
    int64_t count = 1;
    for (int i = 0; i < d->rank; i++) count *= d->dim[i];
    return count;
}

static Dims random_dims(int least_rank, int most_rank, int most)
{
    Dims d = {.rank = least_rank + test_below(most_rank - least_rank + 1)};
    for (int i = 0; i < d.rank; i++) d.dim[i] = 1 + test_below(most);
    return d;
}

/* The place of element i along each axis, and back. */
static void unravel(int64_t i, const Dims *d, int64_t *index)
{
    for (int k = d->rank - 1; k >= 0; k--) {
        index[k] = i % d->dim[k];
        i /= d->dim[k];
    }
}

static int64_t ravel(const int64_t *index, const Dims *d)
{
    int64_t i = 0;
    for (int k = 0; k < d->rank; k++) i = i * d->dim[k] + index[k];
    return i;
}

/* One type of each size. */
static DType random_type(void)
{
    static const DType types[] = {DT_UINT8, DT_INT16, DT_FLOAT, DT_INT64};
    return types[test_below(4)];
}

static int64_t stored(DType t, int64_t i)
{
    return t == DT_UINT8 ? i % 256 : i;
}

static Value *counting(Node *n, DType t, const Dims *d)
{
    int64_t count = count_of(d), bytes = dtype_bits(t) / 8;
    char *data = mem_array((size_t)count + 1, (size_t)bytes);
    for (int64_t i = 0; i < count; i++) number_set(t, data + i * bytes, (double)stored(t, i));
    return op_input(n, t, d->rank, d->dim, data);
}

static Dims result_dims(const Node *n)
{
    Dims d = {.rank = n->out[0]->type.shape.rank};
    for (int i = 0; i < d.rank; i++) d.dim[i] = dim_value(n->out[0]->type.shape.dim[i]);
    return d;
}

/* -1: padding, which is 0. */
static void expect_from(const Node *n, int64_t i, int64_t source)
{
    const Value *y = n->out[0];
    ck_assert_msg(const_as_int(y, i) == (source < 0 ? 0 : stored(y->type.dtype, source)),
                  "%s: element %lld of %s is %lld, expected the one from %lld", shown(n->op_type), (long long)i,
                  shown(shape_text(&y->type.shape)), (long long)const_as_int(y, i), (long long)source);
}

static void expect_ints(const Node *n, int output, int count, const int64_t *expected)
{
    ck_assert_int_eq(value_count(n->out[output]), count);
    for (int i = 0; i < count; i++) ck_assert_int_eq(const_as_int(n->out[output], i), expected[i]);
}

/* -- Transpose --------------------------------------------------------------------------------- */

static void transpose_once(DType t, const Dims *x, const int64_t *perm)
{
    Node *n = op_node("Transpose", "", 21);
    int64_t at[8], from[8];
    counting(n, t, x);
    attr_set_ints(n, "perm", x->rank, perm);
    op_run(n, 1);
    Dims y = result_dims(n);
    for (int64_t i = 0; i < count_of(x); i++) {
        unravel(i, &y, at);
        for (int k = 0; k < x->rank; k++) from[perm[k]] = at[k];
        expect_from(n, i, ravel(from, x));
    }
    op_free();
}

START_TEST(transposes)
{
    test_seed(1);
    for (int round = 0; round < 200; round++) {
        Dims x = random_dims(1, 5, 5);
        int64_t perm[8];
        for (int i = 0; i < x.rank; i++) {
            int k = test_below(i + 1);
            perm[i] = perm[k];
            perm[k] = i;
        }
        transpose_once(random_type(), &x, perm);
    }
}
END_TEST

/* Larger than a tile, and no multiple of one. */
START_TEST(transposes_matrices)
{
    transpose_once(DT_FLOAT, &(Dims){2, {37, 50}}, (int64_t[]){1, 0});
    transpose_once(DT_INT64, &(Dims){3, {3, 16, 33}}, (int64_t[]){0, 2, 1});
    transpose_once(DT_INT16, &(Dims){4, {2, 17, 4, 5}}, (int64_t[]){0, 2, 3, 1});
    transpose_once(DT_UINT8, &(Dims){3, {20, 1, 19}}, (int64_t[]){2, 1, 0});
}
END_TEST

/* 0x21 holds the elements 1 and 2. [[1,2,3],[4,5,6]] transposed is [[1,4],[2,5],[3,6]]. */
START_TEST(transposes_elements_of_four_bits)
{
    static const uint8_t x[] = {0x21, 0x43, 0x65}, expected[] = {0x41, 0x52, 0x63};
    Node *n = op_node("Transpose", "", 21);
    op_input(n, DT_UINT4, 2, (int64_t[]){2, 3}, x);
    op_run(n, 1);
    ck_assert_mem_eq(n->out[0]->data, expected, 3);
    op_free();
}
END_TEST

/* -- Slice ------------------------------------------------------------------------------------- */

/* The positions that a slice of an axis of d takes, by the text of the specification. */
static int slice_positions(int64_t d, int64_t start, int64_t end, int64_t step, int64_t *positions)
{
    int count = 0;
    if (start < 0) start += d;
    if (end < 0) end += d;
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? d : d - 1;
    start = start < 0 ? 0 : start > high ? high : start;
    end = end < low ? low : end > high ? high : end;
    for (int64_t k = start; step > 0 ? k < end : k > end; k += step) positions[count++] = k;
    return count;
}

START_TEST(slices)
{
    test_seed(2);
    for (int round = 0; round < 300; round++) {
        Dims x = random_dims(1, 4, 7), y = x;
        int64_t start[4], end[4], step[4], axes[4], positions[4][8], at[8];
        for (int i = 0; i < x.rank; i++) {
            static const int64_t far[] = {INT32_MAX, INT32_MIN + 1, INT64_MAX, INT64_MIN + 16};
            axes[i] = test_below(2) ? i : i - x.rank;
            start[i] = test_below(19) - 9;
            end[i] = test_below(3) ? test_below(19) - 9 : far[test_below(4)];
            step[i] = test_below(2) ? 1 : test_below(2) ? 1 + test_below(4) : -1 - test_below(4);
            y.dim[i] = slice_positions(x.dim[i], start[i], end[i], step[i], positions[i]);
        }
        Node *n = op_node("Slice", "", 13);
        counting(n, random_type(), &x);
        op_ints(n, x.rank, start);
        op_ints(n, x.rank, end);
        op_ints(n, x.rank, axes);
        op_ints(n, x.rank, step);
        op_run(n, 1);
        Dims found = result_dims(n);
        for (int i = 0; i < x.rank; i++) ck_assert_int_eq(found.dim[i], y.dim[i]);
        for (int64_t i = 0; i < count_of(&y); i++) {
            unravel(i, &y, at);
            for (int k = 0; k < x.rank; k++) at[k] = positions[k][at[k]];
            expect_from(n, i, ravel(at, &x));
        }
        op_free();
    }
}
END_TEST

START_TEST(an_empty_axis_has_no_last_element)
{
    Node *n = op_node("Slice", "", 13);
    op_input(n, DT_FLOAT, 1, (int64_t[]){0}, "");
    op_ints(n, 1, (int64_t[]){-1});
    op_ints(n, 1, (int64_t[]){INT64_MIN});
    op_ints(n, 1, (int64_t[]){0});
    op_ints(n, 1, (int64_t[]){-1});
    op_run(n, 1);
    ck_assert_int_eq(value_count(n->out[0]), 0);
    op_free();
}
END_TEST

/* -- Pad --------------------------------------------------------------------------------------- */

/* The position in an axis of n that position i beyond it repeats, walked back step by step; -1: none. */
static int64_t repeated(const char *mode, int64_t i, int64_t n)
{
    if (!strcmp(mode, "constant")) return i >= 0 && i < n ? i : -1;
    if (!strcmp(mode, "edge")) return i < 0 ? 0 : i >= n ? n - 1 : i;
    while (i < 0 || i >= n) {
        if (!strcmp(mode, "wrap")) i += i < 0 ? n : -n;
        else if (n == 1) i = 0;
        else i = i < 0 ? -i : 2 * (n - 1) - i;
    }
    return i;
}

static void pad_once(const char *mode, DType t, const Dims *x, const int64_t *begin, const int64_t *end)
{
    Node *n = op_node("Pad", "", 21);
    int64_t pads[16], at[8];
    Dims window = *x;
    counting(n, t, x);
    for (int k = 0; k < x->rank; k++) {
        pads[k] = begin[k];
        pads[x->rank + k] = end[k];
        window.dim[k] += (begin[k] < 0 ? begin[k] : 0) + (end[k] < 0 ? end[k] : 0);
    }
    op_ints(n, 2 * x->rank, pads);
    attr_set_string(n, "mode", mode);
    op_run(n, 1);
    Dims y = result_dims(n);
    for (int64_t i = 0; i < count_of(&y); i++) {
        bool inside = true;
        unravel(i, &y, at);
        for (int k = 0; k < x->rank; k++) {
            int64_t cropped = begin[k] < 0 ? -begin[k] : 0, added = begin[k] > 0 ? begin[k] : 0;
            int64_t from = repeated(mode, at[k] - added, window.dim[k]);
            inside = inside && from >= 0;
            at[k] = from + cropped;
        }
        expect_from(n, i, inside ? ravel(at, x) : -1);
    }
    op_free();
}

START_TEST(pads)
{
    static const char *const modes[] = {"constant", "reflect", "edge", "wrap"};
    test_seed(3);
    for (int round = 0; round < 400; round++) {
        Dims x = random_dims(1, 4, 5);
        int64_t begin[8], end[8];
        for (int k = 0; k < x.rank; k++) {
            bool plain = test_below(3) == 0;
            begin[k] = plain ? 0 : test_below(9) - 2;
            end[k] = plain ? 0 : test_below(9) - 2;
            if ((begin[k] < 0 ? -begin[k] : 0) + (end[k] < 0 ? -end[k] : 0) >= x.dim[k]) begin[k] = end[k] = 1;
        }
        pad_once(modes[round % 4], random_type(), &x, begin, end);
    }
}
END_TEST

START_TEST(pads_by_a_value_of_the_elements_type)
{
    static const float x[] = {1, 2}, value[] = {7};
    Node *n = op_node("Pad", "", 21);
    op_input(n, DT_FLOAT, 1, (int64_t[]){2}, x);
    op_ints(n, 2, (int64_t[]){1, 2});
    op_input(n, DT_FLOAT, 0, NULL, value);
    op_run(n, 1);
    expect_ints(n, 0, 5, (int64_t[]){7, 1, 2, 7, 7});
    op_free();
    n = op_node("Pad", "", 2); /* pads and value are attributes */
    op_input(n, DT_FLOAT, 1, (int64_t[]){2}, x);
    attr_set_ints(n, "pads", 2, (int64_t[]){-1, 1});
    attr_set_float(n, "value", -3);
    op_run(n, 1);
    expect_ints(n, 0, 2, (int64_t[]){2, -3});
    op_free();
}
END_TEST

START_TEST(strings_are_padded_with_empty_ones)
{
    static const char *const x[] = {"a", "b"};
    Node *n = op_node("CenterCropPad", "", 18);
    op_input(n, DT_STRING, 1, (int64_t[]){2}, x);
    op_ints(n, 1, (int64_t[]){5});
    op_run(n, 1); /* 3 more: 1 before, 2 after */
    const char *const *y = n->out[0]->data;
    ck_assert_str_eq(y[0], "");
    ck_assert_str_eq(y[1], "a");
    ck_assert_str_eq(y[2], "b");
    ck_assert_str_eq(y[4], "");
    op_free();
}
END_TEST

/* -- Concat, Split, Tile, Expand --------------------------------------------------------------- */

START_TEST(what_is_split_can_be_joined)
{
    test_seed(4);
    for (int round = 0; round < 100; round++) {
        Dims x = random_dims(1, 4, 6);
        int axis = test_below(x.rank);
        DType t = random_type();
        int64_t first = test_below((int)x.dim[axis] + 1), sizes[] = {first, x.dim[axis] - first};
        Node *split = op_node("Split", "", 13);
        counting(split, t, &x);
        op_ints(split, 2, sizes);
        attr_set_int(split, "axis", axis);
        op_run(split, 2);
        Node *join = node_new(split->graph, foreign("join"), "Concat", "", 13);
        graph_append(split->graph, join);
        node_add_input(join, split->out[0]);
        node_add_input(join, split->out[1]);
        attr_set_int(join, "axis", axis - x.rank);
        op_run(join, 1);
        for (int64_t i = 0; i < count_of(&x); i++) expect_from(join, i, i);
        op_free();
    }
}
END_TEST

/* 7 in 3 parts: 3, 3, 1. 5 in 4 parts: 2, 2, 1 and nothing. */
START_TEST(the_last_part_of_an_uneven_split_is_smaller)
{
    static const int64_t sizes[2][4] = {{3, 3, 1, -1}, {2, 2, 1, 0}};
    for (int c = 0; c < 2; c++) {
        Node *n = op_node("Split", "", 18);
        counting(n, DT_FLOAT, &(Dims){1, {c ? 5 : 7}});
        attr_set_int(n, "num_outputs", 3 + c);
        op_run(n, 3 + c);
        for (int i = 0; i < 3 + c; i++) ck_assert_int_eq(value_count(n->out[i]), sizes[c][i]);
        op_free();
    }
}
END_TEST

static void repeats_once(bool tile)
{
    Dims x = random_dims(1, 4, 4);
    int64_t wanted[8], at[8];
    for (int k = 0; k < x.rank; k++) {
        if (tile) wanted[k] = test_below(4);
        else if (test_below(2)) x.dim[k] = 1, wanted[k] = 1 + test_below(4);
        else wanted[k] = test_below(2) ? 1 : x.dim[k];
    }
    Node *n = op_node(tile ? "Tile" : "Expand", "", 13);
    counting(n, random_type(), &x);
    op_ints(n, x.rank, wanted);
    op_run(n, 1);
    Dims y = result_dims(n);
    for (int k = 0; k < x.rank; k++)
        ck_assert_int_eq(y.dim[k], tile ? x.dim[k] * wanted[k] : x.dim[k] == 1 ? wanted[k] : x.dim[k]);
    for (int64_t i = 0; i < count_of(&y); i++) {
        unravel(i, &y, at);
        for (int k = 0; k < x.rank; k++) at[k] %= x.dim[k];
        expect_from(n, i, ravel(at, &x));
    }
    op_free();
}

START_TEST(repeats)
{
    test_seed(5);
    for (int round = 0; round < 100; round++) repeats_once(round % 2);
}
END_TEST

/* -- Reshape ----------------------------------------------------------------------------------- */

static Node *reshape(int count, const int64_t *shape, bool allow_zero, Dims x)
{
    Node *n = op_node("Reshape", "", 14);
    counting(n, DT_FLOAT, &x);
    op_ints(n, count, shape);
    attr_set_int(n, "allowzero", allow_zero);
    return n;
}

static void expect_shape(const Node *n, int rank, const int64_t *dims)
{
    ck_assert_int_eq(n->out[0]->type.shape.rank, rank);
    for (int i = 0; i < rank; i++) ck_assert(dim_is(n->out[0]->type.shape.dim[i], dims[i]));
}

START_TEST(reshape_fills_in_what_the_shape_leaves_open)
{
    Node *n = reshape(3, (int64_t[]){0, -1, 2}, false, (Dims){3, {2, 3, 4}});
    op_run(n, 1);
    expect_shape(n, 3, (int64_t[]){2, 6, 2});
    op_free();
    n = reshape(2, (int64_t[]){0, -1}, false, (Dims){2, {0, 3}}); /* the copied 0 plays no part in the -1 */
    op_run(n, 1);
    expect_shape(n, 2, (int64_t[]){0, 3});
    op_free();
    n = reshape(2, (int64_t[]){3, 0}, true, (Dims){2, {0, 5}});
    op_run(n, 1);
    expect_shape(n, 2, (int64_t[]){3, 0});
    op_free();
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_refused)
{
    static const struct {
        int count;
        int64_t shape[3];
        bool allow_zero;
    } wrong[] = {
        {1, {23}, false},       {2, {-1, -1}, false}, {2, {-1, 5}, false}, {2, {-2, 12}, false},
        {3, {24, 1, 0}, false}, {2, {0, -1}, true},   {2, {0, 24}, true},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Node *n = reshape(wrong[i].count, wrong[i].shape, wrong[i].allow_zero, (Dims){2, {4, 6}});
        ck_assert_msg(op_refused(n, 1), "case %zu was taken", i);
        op_free();
    }
}
END_TEST

/* -- sizes known as expressions ---------------------------------------------------------------- */

static Node *with_symbols(const char *op_type, int rank, const Dim *dims)
{
    Node *n = op_node(op_type, "", 13);
    Shape shape = shape_of(rank, dims);
    node_add_input(n, value_typed(n->graph, foreign("x"), DT_FLOAT, &shape));
    return n;
}

static void infer_only(Node *n, int outputs)
{
    for (int i = 0; i < outputs; i++) node_add_output(n, value_new(n->graph, foreign("y")));
    n->op = op_of(n);
    n->op->infer(n);
    ck_assert_int_eq(n->graph->model->errors, 0);
}

START_TEST(sizes_stay_expressions)
{
    Dim b = dim_symbol(foreign("b"), 1, 8), w = dim_symbol(foreign("w"), 4, 100);
    Node *n = with_symbols("Reshape", 3, (Dim[]){b, w, dim_const(6)});
    op_ints(n, 3, (int64_t[]){0, -1, 3});
    infer_only(n, 1);
    ck_assert(dim_at(n->out[0], 0) == b && dim_at(n->out[0], 1) == dim_mul(w, dim_const(2)));
    op_free();
    b = dim_symbol(foreign("b"), 1, 8), w = dim_symbol(foreign("w"), 4, 100);
    n = with_symbols("Slice", 2, (Dim[]){b, w});
    op_ints(n, 1, (int64_t[]){1});
    op_ints(n, 1, (int64_t[]){INT64_MAX});
    op_ints(n, 1, (int64_t[]){-1});
    op_ints(n, 1, (int64_t[]){2});
    infer_only(n, 1);
    ck_assert(dim_at(n->out[0], 1) == dim_ceildiv(dim_sub(w, dim_const(1)), dim_const(2)));
    op_free();
}
END_TEST

Suite *movement_suite(void)
{
    Suite *suite = suite_create("movement");
    TCase *c = tcase_create("movement");
    tcase_add_test(c, transposes);
    tcase_add_test(c, transposes_matrices);
    tcase_add_test(c, transposes_elements_of_four_bits);
    tcase_add_test(c, slices);
    tcase_add_test(c, an_empty_axis_has_no_last_element);
    tcase_add_test(c, pads);
    tcase_add_test(c, pads_by_a_value_of_the_elements_type);
    tcase_add_test(c, strings_are_padded_with_empty_ones);
    tcase_add_test(c, what_is_split_can_be_joined);
    tcase_add_test(c, the_last_part_of_an_uneven_split_is_smaller);
    tcase_add_test(c, repeats);
    tcase_add_test(c, reshape_fills_in_what_the_shape_leaves_open);
    tcase_add_test(c, shapes_that_do_not_fit_are_refused);
    tcase_add_test(c, sizes_stay_expressions);
    suite_add_tcase(suite, c);
    return suite;
}
