/* If: https://onnx.ai/onnx/operators/onnx__If.html */
#include "control_flow.h"

/* One dimension of a branch's result; where the branches differ, the branch taken sets it. */
static Dim either(Node *n, const Value *v, int axis, Dim a, Dim b)
{
    if (a == b) return a;
    int64_t low = dim_low(a) < dim_low(b) ? dim_low(a) : dim_low(b), high = dim_high(a) > dim_high(b) ? dim_high(a) : dim_high(b);
    return local_symbol(n, mem_printf("%s.size%d", v->name, axis), low < 0 ? 0 : low, high);
}

static bool join_types(Node *n, Value *y, const Value *a, const Value *b)
{
    if (a->type.kind != KIND_TENSOR || b->type.kind != KIND_TENSOR) {
        y->type = a->type; /* for spread_lists */
        if (a->items && b->items && a->n_items == b->n_items && a->type.kind == b->type.kind) return true;
        node_error(n, "the branches give \"%s\" as lists of different or unknown length; expected the same length", y->name);
        return false;
    }
    if (a->type.dtype != b->type.dtype || a->type.shape.rank != b->type.shape.rank) {
        node_error(n, "the branches give \"%s\" as %s%s and as %s%s; expected the same type and rank", y->name, dtype_name(a->type.dtype),
                   shape_text(&a->type.shape), dtype_name(b->type.dtype), shape_text(&b->type.shape));
        return false;
    }
    Shape s = a->type.shape;
    for (int d = 0; d < s.rank; d++) s.dim[d] = either(n, y, d, a->type.shape.dim[d], b->type.shape.dim[d]);
    y->type = (Type){.kind = KIND_TENSOR, .dtype = a->type.dtype, .shape = s};
    return true;
}

static void infer_if(Node *n)
{
    double condition;
    if (!need(n, 1, 1, 1, -1) || !need_type(n, 0, (DType[]){DT_BOOL}, 1)) return;
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    if (!yes || !no) return;
    if (yes->n_outputs < n->n_out || no->n_outputs < n->n_out) {
        node_error(n, "has %d outputs, but its branches have %d and %d", n->n_out, yes->n_outputs, no->n_outputs);
        return;
    }
    if (known_scalar(n->in[0], &condition)) { /* expand_if takes one branch; the other is never looked at */
        Type unknown = {.kind = KIND_TENSOR, .shape = {.rank = -1}};
        for (int i = 0; i < n->n_out; i++)
            if (n->out[i]) n->out[i]->type = unknown;
        return;
    }
    infer_graph(yes);
    infer_graph(no);
    n->failed = body_failed(yes) || body_failed(no);
    for (int i = 0; i < n->n_out && !n->failed; i++)
        if (n->out[i] && !join_types(n, n->out[i], yes->outputs[i], no->outputs[i])) return;
}

/* The outputs of a branch with every list replaced by its elements. */
static void spread_branch(Graph *g)
{
    Value **outputs = g->outputs;
    int count = g->n_outputs;
    g->outputs = NULL;
    g->n_outputs = g->cap_outputs = 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < (outputs[i]->items ? outputs[i]->n_items : 1); k++) {
            mem_grow(&g->outputs, &g->cap_outputs, g->n_outputs + 1, sizeof *g->outputs);
            g->outputs[g->n_outputs++] = outputs[i]->items ? outputs[i]->items[k] : outputs[i];
        }
}

/* An If that gives lists becomes one that gives their elements, and the lists are made of those. */
static void spread_lists(Node *n)
{
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    Node *flat = make_node(n, "If", 1, n->in, NULL);
    flat->n_out = 0;
    flat->attrs = n->attrs;
    flat->n_attrs = n->n_attrs;
    for (int i = 0; i < n->n_out; i++) {
        Value *y = n->out[i];
        const Value *list = yes->outputs[i];
        if (!list->items) {
            node_add_output(flat, y);
            continue;
        }
        Value **parts = mem_array((size_t)list->n_items + 1, sizeof *parts);
        for (int k = 0; k < list->n_items; k++) {
            parts[k] = value_new(n->graph, mem_printf("%s_%d", y ? y->name : "unused", k));
            node_add_output(flat, parts[k]);
        }
        const char *maker = list->type.kind == KIND_OPTIONAL ? "Optional" : list->n_items ? "SequenceConstruct" : "SequenceEmpty";
        if (y) make_node(n, maker, list->n_items, parts, y);
    }
    spread_branch(yes);
    spread_branch(no);
}

static void expand_if(Node *n)
{
    double condition;
    if (!known_scalar(n->in[0], &condition)) {
        for (int i = 0; i < n->n_out; i++)
            if (n->out[i] && n->out[i]->type.kind != KIND_TENSOR) {
                spread_lists(n);
                return;
            }
        return;
    }
    Graph *g = body_of(n, condition != 0 ? "then_branch" : "else_branch");
    if (!g) return;
    Value **results = mem_array((size_t)g->n_outputs + 1, sizeof *results);
    inline_clone(n, g, NULL, results);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) make1(n, "Identity", results[i], n->out[i]);
}

/* The branch's result becomes the node's. */
static void lower_result(Node *n, Value *y, Value *from)
{
    for (int d = 0; d < y->type.shape.rank; d++)
        if (y->type.shape.dim[d] != from->type.shape.dim[d]) set_symbol(n, y->type.shape.dim[d], from->type.shape.dim[d]);
    copy_whole(n, y, from);
}

static void lower_branch(Node *n, Graph *g)
{
    lower_body(g);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) lower_result(n, n->out[i], g->outputs[i]);
}

static void lower_if(Node *n)
{
    step_control(n, STEP_IF)->condition = n->in[0];
    lower_branch(n, body_of(n, "then_branch"));
    step_control(n, STEP_ELSE);
    lower_branch(n, body_of(n, "else_branch"));
    step_control(n, STEP_END);
}

const Op ops_if[] = {
    {.name = "If", .domain = "", .since = 1, .infer = infer_if, .lower = lower_if, .expand = expand_if, .flags = OP_CONTROL},
    {0},
};
