/* Scan: https://onnx.ai/onnx/operators/onnx__Scan.html */
#include "op/op.h"
#include "ops/shared/shared.h"

typedef struct {
    int states, inputs, outputs;
    Graph *body;
} ScanShape;

static bool read_scan(Node *n, ScanShape *s)
{
    s->body = body_of(n, "body");
    s->inputs = (int)attr_int(n, "num_scan_inputs", 0);
    s->states = n->n_in - s->inputs;
    if (!s->body) return false;
    s->outputs = s->body->n_outputs - s->states;
    if (s->inputs > 0 && s->states >= 0 && s->outputs >= 0 && s->body->n_inputs == n->n_in &&
        n->n_out <= s->body->n_outputs)
        return true;
    node_error(n, "has %d inputs, %d of them scanned, and its body has %d inputs and %d outputs", n->n_in, s->inputs,
               s->body->n_inputs, s->body->n_outputs);
    return false;
}

static int64_t listed(Node *n, const char *name, int i, int64_t otherwise)
{
    const int64_t *values;
    return i < attr_ints(n, name, &values) ? values[i] : otherwise;
}

static Value *transposed(Node *n, Value *v, int rank, const int64_t *perm, Value *result)
{
    Node *t = make_node(n, "Transpose", 1, &v, result);
    attr_set_ints(t, "perm", rank, perm);
    return t->out[0];
}

/* Scans along other axes than the first are transposed before and after. */
static void expand_scan(Node *n)
{
    ScanShape s;
    bool any = false;
    if (!read_scan(n, &s)) return;
    for (int i = 0; i < s.inputs; i++) any = any || listed(n, "scan_input_axes", i, 0) != 0;
    for (int i = 0; i < s.outputs; i++) any = any || listed(n, "scan_output_axes", i, 0) != 0;
    if (!any) {
        if (loop_is_evaluated(n)) scan_take_rounds(n, s.body, s.states);
        return;
    }
    Value **inputs = mem_dup(n->in, (size_t)n->n_in * sizeof *inputs);
    int64_t perm[MAX_RANK];
    for (int i = 0; i < s.inputs; i++) {
        Value *v = n->in[s.states + i];
        int rank = v->type.shape.rank, axis = normalize_axis(n, listed(n, "scan_input_axes", i, 0), rank);
        if (axis < 0) return;
        perm[0] = axis;
        for (int d = 1; d < rank; d++) perm[d] = d <= axis ? d - 1 : d;
        if (axis) inputs[s.states + i] = transposed(n, v, rank, perm, NULL);
    }
    Node *scan = make_node(n, "Scan", n->n_in, inputs, s.states && output_of(n, 0) ? n->out[0] : NULL);
    scan->attrs = n->attrs;
    scan->n_attrs = n->n_attrs;
    attr_remove(scan, "scan_input_axes");
    attr_remove(scan, "scan_output_axes");
    for (int k = s.states ? 1 : 0; k < s.states + s.outputs; k++) {
        Value *y = output_of(n, k);
        if (k < s.states || !y || listed(n, "scan_output_axes", k - s.states, 0) == 0) {
            Value *made = y ? y : value_new(n->graph, foreign_suffixed(node_stem(n), ".unused"));
            if (k == 0) scan->out[0] = made, made->producer = scan;
            else node_add_output(scan, made);
            continue;
        }
        int rank = y->type.shape.rank, axis = normalize_axis(n, listed(n, "scan_output_axes", k - s.states, 0), rank);
        if (axis < 0) return;
        Value *row_first = k == 0 ? scan->out[0] : value_new(n->graph, foreign_suffixed(y->wanted, ".rows"));
        if (k) node_add_output(scan, row_first);
        for (int d = 0; d < rank; d++) perm[d] = d < axis ? d + 1 : d == axis ? 0 : d;
        transposed(n, row_first, rank, perm, y);
    }
}

static void infer_scan(Node *n)
{
    ScanShape s;
    if (!need_counts(n, 1, -1, 1, -1) || !read_scan(n, &s)) return;
    const int mark = n->graph->model->n_locals;
    Dim length = NULL;
    for (int i = 0; i < s.inputs; i++) {
        const Value *v = n->in[s.states + i];
        if (!need_rank(n, s.states + i, 1, -1)) return;
        int axis = normalize_axis(n, listed(n, "scan_input_axes", i, 0), v->type.shape.rank);
        if (axis < 0) return;
        if (!length) length = dim_at(v, axis);
        if (!need_equal(n, length, dim_at(v, axis), "lengths of the scanned inputs")) return;
        Shape row = v->type.shape;
        row.rank--;
        for (int d = axis; d < row.rank; d++) row.dim[d] = row.dim[d + 1];
        s.body->inputs[s.states + i]->type = (Type){.kind = KIND_TENSOR, .dtype = v->type.dtype, .shape = row};
    }
    if (!infer_body(s.body, 0, s.states, n->in, 0)) {
        node_error(n, "carries values whose shape or type changes from round to round; expected the same");
        return;
    }
    n->failed = body_failed(s.body);
    if (n->failed) return;
    for (int i = 0; i < s.states && i < n->n_out; i++) set_out_like(n, i, n->in[i]);
    for (int i = s.states; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        const Value *row = s.body->outputs[i];
        if (!is_tensor(n, row)) return;
        int axis = normalize_axis(n, listed(n, "scan_output_axes", i - s.states, 0), row->type.shape.rank + 1);
        if (axis < 0) return;
        Shape y = rows_shape(n, n->out[i], row, length, axis, mark);
        set_out(n, i, row->type.dtype, &y);
    }
}

/* The place of row `counter`, from the front or from the back. */
static Dim row_place(Node *n, const char *directions, int i, Dim counter, Dim length)
{
    bool backward = listed(n, directions, i, 0) == 1;
    return backward ? dim_sub(dim_sub(length, dim_const(1)), counter) : counter;
}

static void lower_scan(Node *n)
{
    ScanShape s;
    read_scan(n, &s);
    Graph *g = s.body;
    Dim length = dim_at(n->in[s.states], 0);
    int64_t last = dim_high(length) > 0 ? dim_high(length) - 1 : 0;
    Dim counter = local_symbol(n, foreign_suffixed(node_stem(n), ".round"), 0, last);
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false;
    for (int i = 0; i < s.states; i++) copy_into_state(n, g->inputs[i], n->in[i]);
    Value ***seen = mem_array((size_t)s.outputs + 1, sizeof *seen);
    for (int i = 0; i < s.outputs; i++)
        if (output_of(n, s.states + i)) seen[i] = lower_rows_start(n, n->out[s.states + i], g->outputs[s.states + i]);
    step_for(n, counter, length);
    for (int i = 0; i < s.inputs; i++) {
        Value *row = g->inputs[s.states + i];
        step_copy(n, row, dim_const(0), n->in[s.states + i],
                  dim_mul(row_place(n, "scan_input_directions", i, counter, length), bytes_of(row)), bytes_of(row));
    }
    lower_body(g);
    for (int i = 0; i < s.outputs; i++) {
        Value *y = output_of(n, s.states + i), *row = g->outputs[s.states + i];
        if (y) lower_row(n, y, seen[i], row_place(n, "scan_output_directions", i, counter, length), row, counter);
    }
    lower_updates(n, s.states, g->inputs, g->outputs);
    step_end(n);
    for (int i = 0; i < s.outputs; i++)
        if (seen[i]) lower_rows_end(n, n->out[s.states + i], seen[i]);
    for (int i = 0; i < s.states; i++)
        if (output_of(n, i)) copy_whole(n, n->out[i], g->inputs[i]);
}

const Op ops_scan[] = {
    {.name = "Scan",
     .domain = "",
     .since = 9,
     .infer = infer_scan,
     .lower = lower_scan,
     .expand = expand_scan,
     .flags = OP_CONTROL},
    {0},
};
