/* AttnLSTM of com.microsoft, an LSTM that reads what it attended to in the step before, said in operators of ai.onnx:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.AttnLSTM
 * Each step is a layer of one step, and Bahdanau's attention to a memory. How many steps there are must be known; what
 * is beyond the end of a sequence is computed and left out. */
#include "ops/shared/shared.h"

enum { X, W, R, B, LENGTHS, FIRST_H, FIRST_C, PEEPHOLES, QUERY_W, MEMORY_W, VECTOR, MEMORY, MEMORY_LENGTHS, LAYER_W };

enum { MOST_STEPS = 256 };

typedef struct {
    int number; /* of the direction */
    bool reverse;
    Value *x, *w, *r, *b, *p;                      /* of one direction */
    Value *keys, *mask, *query_w, *vector, *layer; /* mask, layer: or NULL */
    Value *h, *c, *attended;                       /* h, c: [1][batch][hidden] */
    Value *steps[MOST_STEPS];                      /* of h, 0 beyond the end of a sequence */
} Direction;

static int64_t steps_of(const Node *n)
{
    Dim steps = dim_at(n->in[X], 0);
    return dim_is_const(steps) ? dim_value(steps) : -1;
}

static Value *axis_of(Node *n, int64_t axis)
{
    return const_ints(n, 1, &axis);
}

/* -- inference --------------------------------------------------------------------------------- */

static int directions_of(Node *n)
{
    static const AttrWord words[] = {{"forward", 1}, {"reverse", -1}, {"bidirectional", 2}, {0}};
    int directions;
    return attr_word(n, "direction", "forward", words, &directions) ? directions : 0;
}

/* What stays the same from step to step. */
static Dim width_of(const Node *n)
{
    return dim_at(input_of(n, LAYER_W) ? n->in[LAYER_W] : n->in[MEMORY], 2);
}

static bool need_sizes(Node *n)
{
    Dim positions = dim_at(n->in[MEMORY], 1), hidden = dim_at(n->in[R], 2), width = width_of(n);
    if (steps_of(n) >= 1 && steps_of(n) <= MOST_STEPS && dim_is_const(positions) && dim_is_const(hidden) &&
        dim_is_const(width))
        return true;
    node_error(n,
               "has %s time steps, a memory of %s, states of %s and %s numbers, expected constants, and at most %d "
               "steps; fix them with --dim",
               shown(dim_text(dim_at(n->in[X], 0))), shown(dim_text(positions)), shown(dim_text(hidden)),
               shown(dim_text(width)), MOST_STEPS);
    return false;
}

static void infer_attention_lstm(Node *n)
{
    static const DType floats[] = {DT_FLOAT}, lengths[] = {DT_INT32};
    static const signed char ranks[] = {3, 3, 3, 2, 1, 3, 3, 2, 3, 3, 2, 3, 1, 3};
    if (!need_counts(n, 3, 14, 0, 3) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < 14; i++) {
        bool is_length = i == LENGTHS || i == MEMORY_LENGTHS, may_lack = i > R && (i < QUERY_W || i > MEMORY);
        if (!may_lack && !need_given(n, i)) return;
        if (!need_rank(n, i, ranks[i], ranks[i]) || !need_type(n, i, is_length ? lengths : floats, 1)) return;
    }
    int directions = directions_of(n);
    if (directions == 2 && (attr_find(n, "activation_alpha") || attr_find(n, "activation_beta")))
        node_error(n, "has parameters of activations for two directions, which is not supported; make it two nodes");
    else if (directions) need_sizes(n);
}

/* -- one direction ----------------------------------------------------------------------------- */

static Value *part(Node *n, Value *v, int64_t axis, int64_t from, int64_t to)
{
    Value *start = axis_of(n, from), *end = axis_of(n, to), *along = axis_of(n, axis);
    return make_node(n, "Slice", 4, (Value *[]){v, start, end, along}, NULL)->out[0];
}

/* The weights of this direction, without their first axis where only one matrix is wanted. */
static Value *weights(Node *n, int input, const Direction *d, bool squeezed)
{
    Value *v = input_of(n, input);
    if (!v) return NULL;
    v = part(n, v, 0, d->number, d->number + 1);
    return squeezed ? make2(n, "Squeeze", v, axis_of(n, 0), NULL) : v;
}

/* Along the first axis, each sequence of the batch by itself. */
static Value *reversed(Node *n, Value *v)
{
    Value *lengths = input_of(n, LENGTHS);
    if (!lengths) {
        Value *last = axis_of(n, -1), *first = axis_of(n, INT32_MIN), *along = axis_of(n, 0);
        return make_node(n, "Slice", 5, (Value *[]){v, last, first, along, last}, NULL)->out[0];
    }
    Value *wide = cast_to(n, lengths, DT_INT64, NULL);
    Node *made = make_node(n, "ReverseSequence", 2, (Value *[]){v, wide}, NULL);
    attr_set_int(made, "time_axis", 0);
    attr_set_int(made, "batch_axis", 1);
    return made->out[0];
}

/* [batch][positions]: 0, or -infinity where the memory has ended. */
static Value *memory_mask(Node *n)
{
    int64_t count = dim_value(dim_at(n->in[MEMORY], 1));
    if (!input_of(n, MEMORY_LENGTHS)) return NULL;
    int64_t *positions = mem_array((size_t)count + 1, sizeof *positions);
    for (int64_t i = 0; i < count; i++) positions[i] = i;
    Value *lengths = cast_to(n, n->in[MEMORY_LENGTHS], DT_INT64, NULL);
    Value *end = make2(n, "Unsqueeze", lengths, axis_of(n, 1), NULL);
    Value *there = make2(n, "Less", const_ints(n, (int)count, positions), end, NULL);
    Value *zero = const_scalar(n, DT_FLOAT, 0);
    return make3(n, "Where", there, zero, const_scalar(n, DT_FLOAT, -INFINITY), NULL);
}

/* Zeros [1][batch][columns]; x is [..][batch][..]. */
static Value *zeros(Node *n, Value *x, int64_t columns)
{
    Value *batch = make_node(n, "Shape", 1, &x, NULL)->out[0];
    Value *one = axis_of(n, 1), *rows = part(n, batch, 0, 1, 2), *last = axis_of(n, columns);
    Node *shape = make_node(n, "Concat", 3, (Value *[]){one, rows, last}, NULL);
    attr_set_int(shape, "axis", 0);
    return make1(n, "ConstantOfShape", shape->out[0], NULL);
}

static void start(Node *n, Direction *d)
{
    Dim hidden = dim_at(n->in[R], 2), width = width_of(n);
    d->x = d->reverse ? reversed(n, n->in[X]) : n->in[X];
    d->w = weights(n, W, d, false);
    d->r = weights(n, R, d, false);
    d->b = weights(n, B, d, false);
    d->p = weights(n, PEEPHOLES, d, false);
    d->query_w = weights(n, QUERY_W, d, true);
    d->vector = weights(n, VECTOR, d, true);
    d->layer = weights(n, LAYER_W, d, true);
    d->keys = make2(n, "MatMul", n->in[MEMORY], weights(n, MEMORY_W, d, true), NULL);
    d->mask = memory_mask(n);
    d->h = input_of(n, FIRST_H) ? weights(n, FIRST_H, d, false) : zeros(n, n->in[X], dim_value(hidden));
    d->c = input_of(n, FIRST_C) ? weights(n, FIRST_C, d, false) : zeros(n, n->in[X], dim_value(hidden));
    d->attended = zeros(n, n->in[X], dim_value(width));
}

/* The layer of one step; its activations are those of this direction. */
static Node *step_of(Node *n, const Direction *d, int64_t step)
{
    Value *now = part(n, d->x, 0, step, step + 1);
    Node *joined = make_node(n, "Concat", 2, (Value *[]){now, d->attended}, NULL);
    attr_set_int(joined, "axis", 2);
    Value *inputs[] = {joined->out[0], d->w, d->r, d->b, NULL, d->h, d->c, d->p};
    Node *lstm = make_node(n, "LSTM", 8, inputs, NULL);
    copy_attributes(lstm, n);
    attr_set_string(lstm, "direction", "forward");
    for (int i = 0; i < lstm->n_attrs; i++) {
        Attr *a = &lstm->attrs[i];
        if (!foreign_is(a->name, "activations") || a->count != 6) continue;
        a->strings += 3 * d->number;
        if (a->lengths) a->lengths += 3 * d->number;
        a->count = 3;
    }
    for (int i = 0; i < 2; i++) node_add_output(lstm, value_new(n->graph, foreign_suffixed(node_stem(n), "/state")));
    return lstm;
}

/* The memory by how much each position of it has to do with h: [1][batch][width]. */
static Value *attend(Node *n, const Direction *d, Value *h)
{
    Value *query = make2(n, "Squeeze", h, axis_of(n, 0), NULL), *second = axis_of(n, 1);
    Value *wanted = make2(n, "Unsqueeze", make2(n, "MatMul", query, d->query_w, NULL), second, NULL);
    Value *match = make1(n, "Tanh", make2(n, "Add", d->keys, wanted, NULL), NULL);
    Value *scores = make2(n, "MatMul", match, d->vector, NULL);
    if (d->mask) scores = make2(n, "Add", scores, d->mask, NULL);
    Value *parts = make2(n, "Unsqueeze", make1(n, "Softmax", scores, NULL), second, NULL);
    Value *context = make2(n, "Squeeze", make2(n, "MatMul", parts, n->in[MEMORY], NULL), second, NULL);
    if (d->layer) {
        Node *joined = make_node(n, "Concat", 2, (Value *[]){query, context}, NULL);
        attr_set_int(joined, "axis", 1);
        context = make2(n, "MatMul", joined->out[0], d->layer, NULL);
    }
    return make2(n, "Unsqueeze", context, axis_of(n, 0), NULL);
}

static void run_direction(Node *n, Direction *d)
{
    Value *lengths = input_of(n, LENGTHS), *ends = NULL;
    start(n, d);
    if (lengths) ends = make2(n, "Unsqueeze", lengths, const_ints(n, 2, (int64_t[]){0, 2}), NULL);
    for (int64_t step = 0; step < steps_of(n); step++) {
        Node *lstm = step_of(n, d, step);
        Value *h = lstm->out[1], *c = lstm->out[2];
        d->attended = attend(n, d, h);
        d->steps[step] = h;
        if (lengths) {
            Value *there = make2(n, "Less", const_scalar(n, DT_INT32, (double)step), ends, NULL);
            d->steps[step] = make3(n, "Where", there, h, const_scalar(n, DT_FLOAT, 0), NULL);
            h = make3(n, "Where", there, h, d->h, NULL);
            c = make3(n, "Where", there, c, d->c, NULL);
        }
        d->h = h;
        d->c = c;
    }
}

/* -- both -------------------------------------------------------------------------------------- */

static void join(Node *n, Value **parts, int count, int axis, Value *result)
{
    if (!result) return;
    Node *joined = make_node(n, "Concat", count, parts, result);
    attr_set_int(joined, "axis", axis);
}

static void expand_attention_lstm(Node *n)
{
    int directions = directions_of(n), count = directions == 2 ? 2 : 1;
    Direction *d = mem_array((size_t)count, sizeof *d);
    Value *y[2], *h[2], *c[2];
    for (int i = 0; i < count; i++) {
        d[i].number = i;
        d[i].reverse = directions < 0 || i > 0;
        run_direction(n, &d[i]);
        Node *steps = make_node(n, "Concat", (int)steps_of(n), d[i].steps, NULL);
        attr_set_int(steps, "axis", 0);
        Value *in_order = d[i].reverse ? reversed(n, steps->out[0]) : steps->out[0];
        y[i] = make2(n, "Unsqueeze", in_order, axis_of(n, 1), NULL);
        h[i] = d[i].h;
        c[i] = d[i].c;
    }
    join(n, y, count, 1, output_of(n, 0));
    join(n, h, count, 0, output_of(n, 1));
    join(n, c, count, 0, output_of(n, 2));
}

const Op ops_attention_lstm[] = {
    {.name = "AttnLSTM",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_attention_lstm,
     .expand = expand_attention_lstm,
     .flags = OP_HALF_NATIVE},
    {0},
};
