/* Scan of opset 8, which is another operator than its successor: everything has a batch dimension first and the
 * sequence second, and sequence_lens may say how many rounds each batch element makes. Its `directions` reverse what
 * there is of a sequence, not what it is filled up with; outputs are filled up with 0.
 * https://onnx.ai/onnx/operators/onnx__Scan.html#scan-8 */
#include "op/op.h"
#include "ops/shared/shared.h"

typedef struct {
    Graph *body;
    int states, inputs, outputs; /* input 0 of the node is sequence_lens */
    Dim batch, length;
} BatchScan;

static Value *state_of(const Node *n, int i)
{
    return n->in[1 + i];
}

static Value *scanned(const Node *n, const BatchScan *s, int i)
{
    return n->in[1 + s->states + i];
}

static bool read_counts(Node *n, BatchScan *s)
{
    s->body = body_of(n, "body");
    s->inputs = (int)attr_int(n, "num_scan_inputs", 0);
    s->states = n->n_in - 1 - s->inputs;
    if (!s->body) return false;
    s->outputs = s->body->n_outputs - s->states;
    if (s->inputs > 0 && s->states >= 0 && s->outputs >= 0 && s->body->n_inputs == n->n_in - 1 &&
        n->n_out <= s->body->n_outputs)
        return true;
    node_error(n, "has %d inputs after sequence_lens, %d of them scanned, and its body has %d inputs and %d outputs",
               n->n_in - 1, s->inputs, s->body->n_inputs, s->body->n_outputs);
    return false;
}

static bool read_sizes(Node *n, BatchScan *s)
{
    s->batch = s->length = NULL;
    for (int i = 1; i < n->n_in; i++)
        if (!need_rank(n, i, i > s->states ? 2 : 1, -1)) return false;
    s->batch = dim_at(n->in[1], 0);
    s->length = dim_at(scanned(n, s, 0), 1);
    for (int i = 1; i < n->n_in; i++)
        if (!need_equal(n, s->batch, dim_at(n->in[i], 0), "batch sizes of the inputs")) return false;
    for (int i = 1; i < s->inputs; i++)
        if (!need_equal(n, s->length, dim_at(scanned(n, s, i), 1), "lengths of the scanned inputs")) return false;
    if (!input_of(n, 0)) return true;
    return need_type(n, 0, (DType[]){DT_INT64}, 1) && need_rank(n, 0, 1, 1) &&
           need_equal(n, s->batch, dim_at(n->in[0], 0), "batch size, and number of sequence_lens");
}

/* One element of v: without its first `count` dimensions. */
static Value *element_of(Node *n, const Value *v, int count)
{
    Shape s = shape_of(v->type.shape.rank - count, v->type.shape.dim + count);
    return value_typed(n->graph, foreign_suffixed(v->wanted, ".element"), v->type.dtype, &s);
}

static Shape batched(const BatchScan *s, const Shape *element, Dim length)
{
    Dim dims[MAX_RANK + 2];
    int rank = 0;
    dims[rank++] = s->batch;
    if (length) dims[rank++] = length;
    for (int d = 0; d < element->rank; d++) dims[rank++] = element->dim[d];
    return shape_of(rank, dims);
}

static bool can_collect(Node *n, const Value *row, bool filled, int mark)
{
    if (!is_tensor(n, row)) return false;
    Shape rows = rows_shape(n, row, row, dim_const(1), 0, mark);
    for (int d = 0; d < row->type.shape.rank; d++)
        if (rows.dim[d + 1] != row->type.shape.dim[d]) {
            node_error(n, "the shape %s of \"%s\" is found out in each round; expected one that is known before",
                       shown(shape_text(&row->type.shape)), shown(row->name));
            return false;
        }
    if (row->type.shape.rank + 2 <= MAX_RANK && dtype_bits(row->type.dtype) >= 8 &&
        !(filled && row->type.dtype == DT_STRING))
        return true;
    node_error(n, "collects %s%s, expected numbers of at least 8 bits, and at most %d dimensions",
               dtype_name(row->type.dtype), shown(shape_text(&row->type.shape)), MAX_RANK - 2);
    return false;
}

static void infer_batch_scan(Node *n)
{
    BatchScan s;
    const int mark = n->graph->model->n_locals;
    if (!need_counts(n, 0, -1, 1, -1) || !need_inputs_from(n, 1) || !read_counts(n, &s) || !read_sizes(n, &s)) return;
    Value **initial = mem_array((size_t)s.states + 1, sizeof *initial);
    for (int i = 0; i < s.states; i++) initial[i] = element_of(n, state_of(n, i), 1);
    for (int i = 0; i < s.inputs; i++) s.body->inputs[s.states + i]->type = element_of(n, scanned(n, &s, i), 2)->type;
    if (!infer_body(s.body, 0, s.states, initial, 0)) {
        node_error(n, "carries values whose shape or type changes from round to round; expected the same");
        return;
    }
    n->failed = body_failed(s.body);
    if (n->failed) return;
    for (int i = 0; i < n->n_out; i++) {
        const Value *v = s.body->outputs[i];
        if (!n->out[i] || (i >= s.states && !can_collect(n, v, input_of(n, 0), mark))) continue;
        Shape y = batched(&s, &v->type.shape, i < s.states ? NULL : s.length);
        set_out(n, i, v->type.dtype, &y);
    }
}

/* -- steps ------------------------------------------------------------------------------------- */

/* The rounds of batch element b: a symbol that is read there, or all. */
static Dim lower_rounds(Node *n, const BatchScan *s, Dim b)
{
    if (!input_of(n, 0)) return s->length;
    Dim rounds = local_symbol(n, foreign_suffixed(n->in[0]->wanted, ".length"), 0, dim_high(s->length));
    assume_equal(n, dim_max(rounds, s->length), s->length);
    step_read(n, n->in[0], b, 0, dim_high(s->length))->symbol = rounds;
    return rounds;
}

static void lower_fill(Node *n, Value *y)
{
    int per_element;
    Step *s = step_call(n, "fill_%s", moved_as(y->type.dtype, &per_element));
    arg_in(s, "value", NULL);
    arg_out(s, "y", y);
    arg_dim(s, "n", dim_mul(elements(y), dim_const(per_element)));
}

static void lower_sequence(Node *n, const BatchScan *s, Dim b)
{
    Graph *g = s->body;
    const int64_t *backward;
    const int n_backward = attr_ints(n, "directions", &backward);
    Dim rounds = lower_rounds(n, s, b), first = dim_mul(b, s->length);
    Dim round = local_symbol(n, foreign_suffixed(node_stem(n), ".round"), 0,
                             dim_high(s->length) > 0 ? dim_high(s->length) - 1 : 0);
    step_for(n, round, rounds);
    for (int i = 0; i < s->inputs; i++) {
        Value *row = g->inputs[s->states + i];
        Dim place = i < n_backward && backward[i] ? dim_sub(dim_sub(rounds, dim_const(1)), round) : round;
        step_copy(n, row, dim_const(0), scanned(n, s, i), dim_mul(dim_add(first, place), bytes_of(row)), bytes_of(row));
    }
    lower_body(g);
    for (int i = s->states; i < n->n_out; i++) {
        Value *row = g->outputs[i];
        if (n->out[i])
            step_copy(n, n->out[i], dim_mul(dim_add(first, round), bytes_of(row)), row, dim_const(0), bytes_of(row));
    }
    lower_updates(n, s->states, g->inputs, g->outputs);
    step_end(n);
}

static void lower_batch_scan(Node *n)
{
    BatchScan s;
    read_counts(n, &s);
    read_sizes(n, &s);
    Graph *g = s.body;
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false;
    for (int i = s.states; i < n->n_out; i++)
        if (input_of(n, 0) && n->out[i]) lower_fill(n, n->out[i]);
    Dim b = local_symbol(n, foreign_suffixed(node_stem(n), ".batch"), 0,
                         dim_high(s.batch) > 0 ? dim_high(s.batch) - 1 : 0);
    step_for(n, b, s.batch);
    for (int i = 0; i < s.states; i++) {
        Value *state = g->inputs[i];
        step_copy(n, state, dim_const(0), state_of(n, i), dim_mul(b, bytes_of(state)), bytes_of(state));
    }
    lower_sequence(n, &s, b);
    for (int i = 0; i < s.states; i++)
        if (output_of(n, i))
            step_copy(n, n->out[i], dim_mul(b, bytes_of(g->inputs[i])), g->inputs[i], dim_const(0),
                      bytes_of(g->inputs[i]));
    step_end(n);
}

const Op ops_scan_8[] = {
    {.name = "Scan",
     .domain = "",
     .since = 8,
     .infer = infer_batch_scan,
     .lower = lower_batch_scan,
     .flags = OP_CONTROL},
    {0},
};
