/* If: https://onnx.ai/onnx/operators/onnx__If.html */
#include "op/op.h"

/* The smaller of two sizes if their difference has closer bounds than they have: rows so far, and one more. Else 0. */
static Dim common_part(Dim a, Dim b)
{
    Dim smaller = dim_low(dim_sub(a, b)) >= 0 ? b : a, larger = smaller == a ? b : a, more = dim_sub(larger, smaller);
    bool is_close = dim_low(more) >= 0 && dim_high(more) - dim_low(more) < dim_high(larger) - dim_low(smaller);
    return is_close ? smaller : dim_const(0);
}

/* One dimension of a branch's result; where the branches differ, the branch taken sets by how much it is
 * larger than what they share. */
static Dim either(Node *n, const Value *v, int axis, Dim a, Dim b)
{
    if (a == b) return a;
    Dim part = common_part(a, b), x = dim_sub(a, part), y = dim_sub(b, part);
    int64_t low = dim_low(x) < dim_low(y) ? dim_low(x) : dim_low(y),
            high = dim_high(x) > dim_high(y) ? dim_high(x) : dim_high(y);
    return dim_add(part, local_symbol(n, foreign_suffixed(v->wanted, ".size%d", axis), low < 0 ? 0 : low, high));
}

static bool has_lists_in_it(const Value *list)
{
    for (int i = 0; i < list->n_items; i++)
        if (is_sequence(list->items[i])) return true;
    return false;
}

/* Do the branches give tensors, or lists that are so many tensors? Otherwise it takes lists in memory. */
static bool are_as_long(const Value *a, const Value *b)
{
    if (!is_sequence(a) || !is_sequence(b)) return true;
    return !a->list && !b->list && a->n_items == b->n_items && !has_lists_in_it(a) && !has_lists_in_it(b);
}

static bool join_lists(Node *n, Value *y, const Value *a, const Value *b)
{
    if (a->type.kind != b->type.kind) {
        node_error(n, "one branch gives \"%s\" as a %s, the other doesn't; expected the same", shown(y->name),
                   a->type.kind == KIND_OPTIONAL ? "optional" : "list");
        return false;
    }
    y->type = a->type.elem->kind == KIND_TENSOR ? b->type : a->type; /* for spread_lists */
    return true;
}

static bool join_types(Node *n, Value *y, const Value *a, const Value *b)
{
    if (a->type.kind != KIND_TENSOR || b->type.kind != KIND_TENSOR) return join_lists(n, y, a, b);
    if (a->type.dtype != b->type.dtype || a->type.shape.rank != b->type.shape.rank) {
        node_error(n, "the branches give \"%s\" as %s%s and as %s%s; expected the same type and rank", shown(y->name),
                   dtype_name(a->type.dtype), shown(shape_text(&a->type.shape)), dtype_name(b->type.dtype),
                   shown(shape_text(&b->type.shape)));
        return false;
    }
    Shape s = a->type.shape;
    for (int d = 0; d < s.rank; d++) s.dim[d] = either(n, y, d, a->type.shape.dim[d], b->type.shape.dim[d]);
    y->type = (Type){.kind = KIND_TENSOR, .dtype = a->type.dtype, .shape = s};
    return true;
}

/* Infers a branch. If the sizes that there are make it impossible, as those of a model made for several kinds of input
 * do, nothing has been said of it, and *why is what was wrong. */
static bool infer_branch(Node *n, Graph *branch, const char **why)
{
    Model *m = n->graph->model;
    ModelMark mark = model_mark(m);
    doors.infer_graph(branch);
    *why = m->said;
    int errors = m->errors - mark.errors;
    if (!errors || errors != m->invalid - mark.invalid) return true;
    return !model_back_to(m, mark);
}

/* Stands for an impossible branch and claims to give what the other does. */
static Graph *stand_in(Node *n, const Graph *other)
{
    Graph *g = graph_new(n->graph->model, n->graph, other->name);
    Node *made = node_new(g, n->name, "Impossible", "", 1);
    become_own(made);
    made->op = made->own;
    for (int i = 0; i < other->n_outputs; i++) {
        const Value *like = other->outputs[i];
        node_add_output(made, value_typed(g, like->wanted, like->type.dtype, &like->type.shape));
        graph_add_output(g, made->out[i]);
    }
    graph_append(g, made);
    return g;
}

static bool gives_tensors(const Graph *g)
{
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i]->type.kind != KIND_TENSOR) return false;
    return true;
}

/* A branch that is impossible, where the other isn't, becomes a call's error. */
static void infer_branches(Node *n)
{
    static const char *const names[] = {"then_branch", "else_branch"};
    const char *why[2];
    bool good[2];
    for (int i = 0; i < 2; i++) good[i] = infer_branch(n, body_of(n, names[i]), &why[i]);
    for (int i = 0; i < 2; i++) {
        if (good[i]) continue;
        const Graph *other = body_of(n, names[1 - i]);
        if (!good[1 - i] || body_failed(other) || !gives_tensors(other)) {
            node_error(n, "a branch can't be computed: %s", why[i]);
            return;
        }
        node_warning(n, "the %s can't be computed for these sizes, a call that takes it returns EVALUE: %s", names[i],
                     why[i]);
        ((Attr *)attr_find(n, names[i]))->graphs[0] = stand_in(n, other);
    }
    n->failed = body_failed(body_of(n, names[0])) || body_failed(body_of(n, names[1]));
}

static void infer_if(Node *n)
{
    double condition;
    if (!need_counts(n, 1, 1, 1, -1) || !need_type(n, 0, (DType[]){DT_BOOL}, 1)) return;
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    if (!yes || !no) return;
    if (yes->n_inputs || no->n_inputs) {
        node_invalid(n, "its branches have %d and %d inputs, expected none", yes->n_inputs, no->n_inputs);
        return;
    }
    if (yes->n_outputs < n->n_out || no->n_outputs < n->n_out) {
        node_error(n, "has %d outputs, but its branches have %d and %d", n->n_out, yes->n_outputs, no->n_outputs);
        return;
    }
    can_propagate(n, 0);                      /* of sizes and what --dim says */
    if (known_scalar(n->in[0], &condition)) { /* expand_if takes one branch; the other is never looked at */
        Type unknown = {.kind = KIND_TENSOR, .shape = {.rank = -1}};
        for (int i = 0; i < n->n_out; i++)
            if (n->out[i]) n->out[i]->type = unknown;
        return;
    }
    infer_branches(n);
    if (n->failed) return;
    yes = body_of(n, "then_branch");
    no = body_of(n, "else_branch");
    for (int i = 0; i < n->n_out && !n->failed; i++)
        if (n->out[i] && !join_types(n, n->out[i], yes->outputs[i], no->outputs[i])) return;
}

/* The outputs of a branch with every list replaced by its elements, or, where there is a form, by the three
 * tensors it is in memory. */
static void spread_branch(Graph *g, int count, const SequenceForm *forms, const bool *in_memory)
{
    Value **outputs = g->outputs;
    graph_drop_outputs(g);
    for (int i = 0; i < count; i++) {
        Value *y = outputs[i], **parts = &y;
        int n_parts = 1;
        if (in_memory[i]) {
            parts = sequence_parts_last(g, y, &forms[i])->out;
            n_parts = 3;
        } else if (y->items) {
            parts = y->items;
            n_parts = y->n_items;
        }
        for (int k = 0; k < n_parts; k++) graph_add_output(g, parts[k]);
    }
}

/* Output i of the If whose branches give tensors only, and the list made of it. */
static void spread_output(Node *n, Node *flat, int i, const Value *list, const SequenceForm *form, bool in_memory)
{
    Value *y = n->out[i];
    if (!is_sequence(list)) {
        node_add_output(flat, y);
        return;
    }
    int count = in_memory ? 3 : list->n_items;
    Value **parts = mem_array((size_t)count + 1, sizeof *parts);
    for (int k = 0; k < count; k++) {
        parts[k] = value_new(n->graph, foreign_suffixed(y ? y->wanted : node_stem(n), ".part%d", k));
        node_add_output(flat, parts[k]);
    }
    if (!y) return;
    if (in_memory) {
        sequence_make(n, &y->type, form, parts, y);
    } else if (list->type.kind == KIND_OPTIONAL) {
        Node *optional = make_node(n, "Optional", count, parts, y);
        Attr *type = node_add_attr(optional, "type", ATTR_TYPE, 1);
        type->types = mem_alloc(sizeof *type->types);
        type->types[0] = list->type.elem;
    } else {
        make_node(n, list->n_items ? "SequenceConstruct" : "SequenceEmpty", count, parts, y);
    }
}

/* An If that gives lists becomes one that gives tensors, and the lists are made of those. */
static void spread_lists(Node *n)
{
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    Node *flat = make_node(n, "If", 1, n->in, NULL);
    SequenceForm *forms = mem_array((size_t)n->n_out + 1, sizeof *forms);
    bool *in_memory = mem_array((size_t)n->n_out + 1, sizeof *in_memory);
    flat->n_out = 0;
    flat->attrs = n->attrs;
    flat->n_attrs = n->n_attrs;
    for (int i = 0; i < n->n_out; i++) {
        const Value *a = yes->outputs[i], *b = no->outputs[i];
        in_memory[i] = !are_as_long(a, b);
        if (in_memory[i]) {
            SequenceForm x = sequence_form_of(a), z = sequence_form_of(b);
            forms[i] = sequence_form_join(&x, &z);
        }
        spread_output(n, flat, i, a, &forms[i], in_memory[i]);
    }
    spread_branch(yes, n->n_out, forms, in_memory);
    spread_branch(no, n->n_out, forms, in_memory);
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
static void lower_result(Node *n, Value *y, Value *from, const Value *other)
{
    for (int d = 0; d < y->type.shape.rank; d++) {
        if (dim_at(from, d) == dim_at(other, d)) continue;
        Dim part = common_part(dim_at(from, d), dim_at(other, d));
        step_set(n, dim_sub(dim_at(y, d), part), dim_sub(dim_at(from, d), part));
    }
    copy_whole(n, y, from);
}

/* Its types are those it was made with. */
static void infer_impossible(Node *n)
{
    (void)n;
}

/* A number that is read, and is not what it has to be: the call ends here. */
static void lower_impossible(Node *n)
{
    Value *taken = scratch(n, "taken", DT_INT64, dim_const(1));
    step_store(n, taken, dim_const(1));
    step_read(n, taken, dim_const(0), 0, 0);
}

static void lower_branch(Node *n, Graph *g, const Graph *other)
{
    lower_body(g);
    if (g->first && g->first->op->lower == lower_impossible) return; /* there is no result */
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) lower_result(n, n->out[i], g->outputs[i], other->outputs[i]);
}

static void lower_if(Node *n)
{
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    step_if(n, n->in[0]);
    lower_branch(n, yes, no);
    step_else(n);
    lower_branch(n, no, yes);
    step_end(n);
}

const Op ops_if[] = {
    {.name = "If",
     .domain = "",
     .since = 1,
     .infer = infer_if,
     .lower = lower_if,
     .expand = expand_if,
     .flags = OP_CONTROL},
    {.name = "Impossible",
     .domain = OWN_DOMAIN,
     .since = 1,
     .infer = infer_impossible,
     .lower = lower_impossible,
     .flags = OP_CONTROL},
    {0},
};
