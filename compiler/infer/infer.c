/* infer: types, shapes and values in one forward walk.
 *
 * Requires: nodes in execution order, graph inputs and initializers typed.
 * Leaves: every value typed; no node whose result is known at compile time; no node with an expand(); half-precision
 * operands only at operators that take them. Nodes in error are marked failed and reported; the walk goes on, so that
 * all that is wrong with a model is said at once. */
#include "op/op.h"
#include "infer/infer.h"
#include "infer/in_double.h"
#include "infer/interface.h"
#include "infer/states.h"

#include <string.h>

/* A folded result may be larger than what it is computed from (a mask, a table of positions), but not absurdly so:
 * constants cost flash where the node would cost time. */
enum { FOLD_ALWAYS_BYTES = 1 << 20, FOLD_GROWTH = 4 };

/* All folded results together may take this much, and so many times what the model's own constants take: a model of a
 * few bytes can ask for any number of them. Small ones, which decide shapes, don't count. */
enum { BUDGET_BYTES = 64 << 20, BUDGET_TIMES = 8, SMALL_BYTES = 1 << 10 };

static bool value_known_type(const Value *v)
{
    return v->type.kind != KIND_TENSOR || (v->type.dtype != DT_UNDEFINED && v->type.shape.rank >= 0);
}

static bool inputs_typed(const Node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !value_known_type(n->in[i])) return false;
    return true;
}

static bool inputs_known(const Node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !value_is_const(n->in[i])) return false;
    return true;
}

static bool outputs_known(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && !value_is_const(n->out[i])) return false;
    return true;
}

/* Makes much of little without computing anything: that takes a call no longer than reading it would. */
static bool repeats(const Node *n)
{
    static const char *const generators[] = {"ConstantOfShape", "EyeLike", "Expand", "Range", "Tile"};
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        if (node_is(n, generators[i])) return true;
    return n->op->flags & OP_MOVES;
}

/* What is computed is, as far as there is a budget (can_afford): a product with weights that are known is much faster.
 */
static bool worth_folding(const Node *n)
{
    int64_t before = 0, after = 0;
    if (!repeats(n)) return true;
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i]) before += value_bytes(n->in[i]);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) after += value_bytes(n->out[i]);
    return after <= FOLD_ALWAYS_BYTES || after / FOLD_GROWTH <= before;
}

/* Takes the results from what is left of the budget; false, with a warning the first time, if that isn't enough. */
static bool can_afford(const Node *n)
{
    Model *m = n->graph->model;
    int64_t bytes = 0;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && value_bytes(n->out[i]) > SMALL_BYTES && bytes < BYTES_INFINITY)
            bytes += value_bytes(n->out[i]);
    if (bytes <= m->folding_bytes) {
        m->folding_bytes -= bytes;
        return true;
    }
    if (!m->folding_ended)
        model_warning(m,
                      "\"%s\" and other values that depend on constants alone are computed in the call: there are so "
                      "many or large ones that the file would hold more than %d times the model's own constants",
                      shown(node_stem(n)), BUDGET_TIMES);
    m->folding_ended = true;
    return false;
}

static int64_t bytes_of_constants(const Graph *g)
{
    int64_t bytes = 0;
    for (int i = 0; i < g->n_values; i++)
        if (g->values[i]->data) bytes += value_bytes(g->values[i]);
    return bytes;
}

static bool find_op(Node *n)
{
    n->op = op_of(n);
    if (!n->op) n->op = custom_find(n);
    if (n->op && n->op->refused) node_error(n, "this operator is not supported: %s", n->op->refused);
    if (n->op) return !n->op->refused;
    Foreign option = foreign_suffixed(foreign_join(foreign_suffixed(n->domain, "::"), n->op_type),
                                      "=INPUTS -> OUTPUTS");
    if (op_exists(n))
        node_error(n, "this operator is supported, but not at opset %d; export the model at a newer opset", n->opset);
    else if (!foreign_empty(n->domain) && !foreign_is(n->domain, "com.microsoft") &&
             !foreign_starts(n->domain, "ai.onnx"))
        node_error(n,
                   "this operator is none of ONNX's; describe it with --custom %s and provide it as a function (see "
                   "onnx2c(1))",
                   in_shell(option));
    else node_error(n, "this operator is not supported");
    return false;
}

/* What the model declares about a value is held against what was inferred. Exporters leave stale shapes,
 * so a wrong shape is a warning; a wrong element type would change the meaning of the file. */
static void check_declared(Node *n, const Value *v)
{
    const Type *said = &v->declared, *found = &v->type;
    if (said->kind != KIND_TENSOR || found->kind != KIND_TENSOR || found->dtype == DT_UNDEFINED) return;
    if (said->dtype != DT_UNDEFINED && said->dtype != found->dtype)
        node_error(n, "output \"%s\" is %s, but the model declares %s; declare what it is, or put a Cast before it",
                   shown(v->name), dtype_name(found->dtype), dtype_name(said->dtype));
    if (said->shape.rank < 0) return;
    bool same = said->shape.rank == found->shape.rank;
    for (int i = 0; same && i < found->shape.rank; i++) {
        Dim a = said->shape.dim[i], b = found->shape.dim[i];
        if (a && dim_is_const(a) && dim_is_const(b)) same = a == b;
    }
    if (!same)
        model_warning(n->graph->model, "\"%s\" has shape %s; the shape %s that the model declares is ignored",
                      shown(v->name), shown(shape_text(&found->shape)), shown(shape_text(&said->shape)));
}

/* -- half precision ---------------------------------------------------------------------------- */

static bool has_half(Value **values, int count)
{
    for (int i = 0; i < count; i++)
        if (values[i] && values[i]->type.kind == KIND_TENSOR && dtype_is_half(values[i]->type.dtype)) return true;
    return false;
}

static Value *cast_of(Node *n, Value *v, DType to, Value *result)
{
    Node *cast = make_node(n, "Cast", 1, &v, result);
    attr_set_int(cast, "to", to);
    return cast->out[0];
}

/* Puts Cast nodes around n, which itself moves to float32: CastIn... n CastOut... in front of the old place of n. */
static void widen(Node *n)
{
    Node *wide = node_like(n->graph, n);
    for (int i = 0; i < n->n_in; i++) {
        Value *v = n->in[i];
        bool half = v && v->type.kind == KIND_TENSOR && dtype_is_half(v->type.dtype);
        node_add_input(wide, half ? cast_of(n, v, DT_FLOAT, NULL) : v);
    }
    graph_insert_before(n, wide);
    for (int i = 0; i < n->n_out; i++) {
        Value *v = n->out[i];
        bool half = v && dtype_is_half(v->type.dtype);
        Value *result = half ? value_new(n->graph, foreign_suffixed(v->wanted, "/float32")) : v;
        if (half) {
            result->model_name = value_model_name(v);
            result->declared.shape = v->declared.shape;
        }
        node_add_output(wide, result);
        if (half) cast_of(n, wide->out[i], v->type.dtype, v);
    }
}

/* -- element expressions ----------------------------------------------------------------------- */

/* When all expressions turn out constant, the value is an ordinary constant. */
static void settle_elements(Value *v)
{
    if (!v || !v->elements || v->data) return;
    int64_t count = value_count(v);
    for (int64_t i = 0; i < count; i++)
        if (!v->elements[i] || !dim_is_const(v->elements[i])) return;
    bool wide = v->type.dtype == DT_INT64;
    if (!wide && v->type.dtype != DT_INT32) return;
    char *data = mem_array((size_t)count + 1, wide ? 8 : 4);
    for (int64_t i = 0; i < count; i++) {
        int64_t x = dim_value(v->elements[i]);
        int32_t narrow = (int32_t)x;
        if (wide) memcpy(data + 8 * i, &x, 8);
        else memcpy(data + 4 * i, &narrow, 4);
    }
    v->data = data;
}

/* The elements of v as a constant of int64 handles to Dims; NULL if they are not known one by one. */
static Value *handles_of(Graph *g, Value *v)
{
    Dim *dims;
    int count = known_dims(v, &dims);
    if (count < 0) return NULL;
    int64_t *handles = mem_array((size_t)count + 1, sizeof *handles);
    for (int i = 0; i < count; i++) handles[i] = (int64_t)(intptr_t)dims[i];
    return value_const(g, v->wanted, DT_INT64, &v->type.shape, handles);
}

/* Moves the element expressions of the inputs through a node that only moves elements, by running
 * its kernels on handles. */
static void move_elements(Node *n)
{
    bool all = n->op->flags & OP_MOVES_ALL;
    if (!n->in[0] || !n->in[0]->elements) {
        bool any = false;
        for (int i = 0; all && i < n->n_in; i++) any = any || (n->in[i] && n->in[i]->elements);
        if (!any) return;
    }
    Node twin = *n;
    twin.is_placed = false;
    twin.in = mem_dup(n->in, (size_t)n->n_in * sizeof *n->in);
    twin.out = mem_dup(n->out, (size_t)n->n_out * sizeof *n->out);
    for (int i = 0; i < n->n_in; i++) {
        if (!n->in[i]) continue;
        if (i == 0 || all) {
            twin.in[i] = handles_of(n->graph, n->in[i]);
            if (!twin.in[i]) return;
        } else if (!value_is_const(n->in[i])) {
            return;
        }
    }
    for (int i = 0; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        if (!shape_is_const(&n->out[i]->type.shape)) return;
        twin.out[i] = value_typed(n->graph, n->out[i]->wanted, DT_INT64, &n->out[i]->type.shape);
    }
    if (!eval_node(&twin)) return;
    for (int i = 0; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        int64_t count = value_count(n->out[i]);
        Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
        for (int64_t k = 0; k < count; k++) {
            Dim d = (Dim)(intptr_t)((const int64_t *)twin.out[i]->data)[k];
            dims[k] = d ? d : dim_const(0); /* padding comes out as zero bits */
        }
        n->out[i]->elements = dims;
    }
}

static bool tracks_integers(const Node *n)
{
    const Value *v = n->n_out ? n->out[0] : NULL;
    return v && v->type.kind == KIND_TENSOR && (v->type.dtype == DT_INT64 || v->type.dtype == DT_INT32);
}

/* -- the walk ---------------------------------------------------------------------------------- */

typedef enum { KEEP, REMOVE } Verdict;

static bool evaluates(const Node *n)
{
    return n->graph->model->options.evaluates;
}

static Verdict fold(Node *n)
{
    if (!inputs_known(n) || (n->op->flags & OP_NEVER_FOLD)) return KEEP;
    if (!evaluates(n) && (!worth_folding(n) || !can_afford(n))) return KEEP;
    if (eval_node(n)) return REMOVE;
    n->failed = true;
    return KEEP;
}

static void fold_within(Node *n)
{
    for (int a = 0; a < n->n_attrs; a++)
        for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) fold_graph(n->attrs[a].graphs[k]);
}

void fold_graph(Graph *g)
{
    Node *after;
    for (Node *n = g->first; n; n = after) {
        after = n->after;
        fold_within(n);
        if (fold(n) == REMOVE) graph_remove(n);
    }
}

/* Where only some outputs are constants, the node stays and writes them all: those who read a
 * constant get one of its own. */
static void separate_constants(Node *n)
{
    for (int i = 0; i < n->n_out; i++) {
        Value *v = n->out[i];
        if (!v || !v->data) continue;
        value_replace(v, value_const(n->graph, v->wanted, v->type.dtype, &v->type.shape, v->data));
        v->data = NULL;
    }
}

static void know_elements(Node *n)
{
    if (n->op->elements) n->op->elements(n);
    if ((n->op->flags & OP_MOVES) && tracks_integers(n)) move_elements(n);
    for (int i = 0; i < n->n_out; i++) settle_elements(n->out[i]);
    if (!outputs_known(n)) separate_constants(n);
}

static Verdict known_values(Node *n)
{
    know_elements(n);
    if (outputs_known(n) && !(n->op->flags & OP_NEVER_FOLD)) return REMOVE;
    return n->op->flags & OP_FOLD_LATE && !evaluates(n) ? KEEP : fold(n);
}

void propagate_values(Node *n)
{
    know_elements(n);
    if (!outputs_known(n)) fold(n);
}

/* Takes what the model declares for granted, so that what is wrong after the node is seen, too. */
static Verdict give_up(Node *n)
{
    n->failed = true;
    for (int i = 0; i < n->n_out; i++) {
        Value *v = n->out[i];
        if (!v || value_known_type(v) || v->declared.kind != KIND_TENSOR || v->declared.dtype == DT_UNDEFINED) continue;
        int known = 0;
        while (known < v->declared.shape.rank && v->declared.shape.dim[known]) known++;
        if (known == v->declared.shape.rank) v->type = v->declared;
    }
    return KEEP;
}

/* One node; new nodes that stand in for it are put before it, and it is removed. */
static Verdict infer_node(Node *n)
{
    int errors = n->graph->model->errors;
    if (n->failed) return KEEP; /* and the nodes it was to become are before it */
    if (!find_op(n) || !inputs_typed(n)) return give_up(n);
    n->op->infer(n);
    if (n->graph->model->errors > errors) return give_up(n);
    if (!(n->op->flags & OP_HALF_NATIVE) && has_half(n->in, n->n_in)) {
        widen(n);
        return REMOVE;
    }
    if (evaluates(n) && becomes_double(n)) return REMOVE;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) check_declared(n, n->out[i]);
    if (n->failed) return KEEP;
    int nodes = n->graph->n_nodes;
    if (n->op->expand) n->op->expand(n);
    n->failed = n->graph->model->errors > errors;
    if (n->failed) return KEEP;
    return n->graph->n_nodes > nodes ? REMOVE : known_values(n);
}

/* Nodes whose results became known when later ones asked for them. */
static void remove_known(Graph *g)
{
    Node *after;
    for (Node *n = g->first; n; n = after) {
        after = n->after;
        if (!n->failed && n->n_out && outputs_known(n) && !(n->op->flags & OP_NEVER_FOLD)) graph_remove(n);
    }
}

static void tell_watcher(const Node *n)
{
    const Options *o = &n->graph->model->options;
    if (o->watch) o->watch(o->watcher, n);
}

void infer_graph(Graph *g)
{
    Node *next;
    for (Node *n = g->first; n; n = next) {
        Node *before = n->before;
        if (infer_node(n) == REMOVE) {
            tell_watcher(n);
            graph_remove(n);
            next = before ? before->after : g->first;
        } else {
            next = n->after;
        }
    }
    remove_known(g);
    graph_remove_dead(g);
}

StageResult infer(Model *m)
{
    m->holds_messages = true;
    graph_remove_dead(m->graph); /* whatever is wrong with it */
    m->folding_bytes = BUDGET_BYTES + BUDGET_TIMES * bytes_of_constants(m->graph);
    spread_inputs(m);
    if (!m->errors) infer_graph(m->graph);
    if (!m->errors) report_untyped(m->graph);
    if (!m->errors) spread_outputs(m);
    if (!m->errors) find_states(m);
    if (refine_bounds(m)) return STAGE_RESTART; /* what was said may not hold then */
    report_raised_bounds(m);
    dims_report_unused(m);
    messages_release(m);
    graph_remove_dead(m->graph);
    return STAGE_DONE;
}
