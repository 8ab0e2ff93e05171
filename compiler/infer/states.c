/* states: outputs that are the inputs of the next call (--state IN=OUT).
 *
 * Leaves: model->states, each of one type and, call after call, of sizes that fit. A dimension that grows from call to
 * call (a cache's) is no argument: the state tells it, unless another input has it, too. Other dimensions of states
 * stay arguments, which may not change before the state is reset. */
#include "infer/states.h"

#include "op/op.h"

/* -- which -------------------------------------------------------------------------------------- */

static int find(Value *const *values, int count, Foreign name)
{
    for (int i = 0; i < count; i++)
        if (foreign_equal(values[i]->name, name)) return i;
    return -1;
}

static const char *names_of(Value *const *values, int count)
{
    const char *text = "";
    for (int i = 0; i < count; i++) text = mem_printf("%s%s%s", text, i ? ", " : "", shown(values[i]->name));
    return count ? text : "none";
}

static bool is_taken(const Model *m, const Value *in, int output)
{
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].in == in || m->states[i].output == output) return true;
    return false;
}

static bool is_text(const Value *v)
{
    return v->type.dtype == DT_STRING;
}

/* Sizes that are known and differ, or that another rank rules out. */
static bool fits(const Value *in, const Value *out)
{
    const Shape *i = &in->type.shape, *o = &out->type.shape;
    if (in->type.dtype != out->type.dtype || i->rank != o->rank) return false;
    for (int d = 0; d < i->rank; d++) {
        bool never = dim_low(o->dim[d]) > dim_high(i->dim[d]) || dim_high(o->dim[d]) < dim_low(i->dim[d]);
        if (never || (dim_is_const(i->dim[d]) && dims_differ(i->dim[d], o->dim[d]))) return false;
    }
    return true;
}

static void add_state(Model *m, const StateOption *option, int input, int output)
{
    Value *in = m->graph->inputs[input], *out = m->graph->outputs[output];
    if (is_taken(m, in, output)) {
        model_error(m, "--state %s: \"%s\" or \"%s\" is in another pair already", shown(option->text), shown(in->name),
                    shown(out->name));
        return;
    }
    if (is_text(in) || !fits(in, out)) {
        model_error(m,
                    "--state %s: input \"%s\" is %s%s, output \"%s\" %s%s; expected numbers of the same type and shape",
                    shown(option->text), shown(in->name), dtype_name(in->type.dtype),
                    shown(shape_text(&in->type.shape)), shown(out->name), dtype_name(out->type.dtype),
                    shown(shape_text(&out->type.shape)));
        return;
    }
    mem_grow(&m->states, &m->cap_states, m->n_states + 1, sizeof *m->states);
    m->states[m->n_states++] = (RunState){.in = in, .output = output};
}

/* -- patterns ----------------------------------------------------------------------------------- */

/* What the * of the pattern stands for in `name`; none, if it doesn't match. */
static Foreign matched(Foreign pattern, Foreign name)
{
    const size_t star = (size_t)foreign_last(pattern, '*'), length = foreign_length(name),
                 rest = foreign_length(pattern) - star - 1;
    if (length < star + rest || !foreign_equal(foreign_part(name, 0, star), foreign_part(pattern, 0, star)) ||
        !foreign_equal(foreign_from(name, length - rest), foreign_from(pattern, star + 1)))
        return (Foreign){NULL};
    return foreign_part(name, star, length - star - rest);
}

static Foreign filled(Foreign pattern, Foreign text)
{
    const size_t star = (size_t)foreign_last(pattern, '*');
    return foreign_join(foreign_join(foreign_part(pattern, 0, star), text), foreign_from(pattern, star + 1));
}

/* All inputs that match for which there is an output, of which there is one at least. */
static void add_matching(Model *m, const StateOption *option)
{
    const Graph *g = m->graph;
    int before = m->n_states, errors = m->errors;
    for (int i = 0; i < g->n_inputs; i++) {
        Foreign text = matched(option->input, g->inputs[i]->name);
        int output = foreign_none(text) ? -1 : find(g->outputs, g->n_outputs, filled(option->output, text));
        if (output >= 0) add_state(m, option, i, output);
    }
    if (m->n_states == before && m->errors == errors)
        model_error(m, "--state %s: no input and output match; the model has inputs %s and outputs %s",
                    shown(option->text), names_of(g->inputs, g->n_inputs), names_of(g->outputs, g->n_outputs));
}

/* Names may have a '=' themselves: the option is split at the first one on whose sides the model has an input and an
 * output, or else as it is. */
static StateOption split_at_names(const Model *m, const StateOption *option)
{
    const Graph *g = m->graph;
    size_t length = foreign_length(option->text);
    for (size_t i = foreign_length(option->input); i < length; i++) {
        Foreign input = foreign_part(option->text, 0, i), output = foreign_from(option->text, i + 1);
        if (foreign_at(option->text, i) == '=' && find(g->inputs, g->n_inputs, input) >= 0 &&
            find(g->outputs, g->n_outputs, output) >= 0)
            return (StateOption){option->text, input, output};
    }
    return *option;
}

static void add_named(Model *m, const StateOption *option)
{
    const Graph *g = m->graph;
    int input = find(g->inputs, g->n_inputs, option->input), output = find(g->outputs, g->n_outputs, option->output);
    if (input < 0)
        model_error(m, "--state %s: the model has no input \"%s\", but %s", shown(option->text), shown(option->input),
                    names_of(g->inputs, g->n_inputs));
    if (output < 0)
        model_error(m, "--state %s: the model has no output \"%s\", but %s", shown(option->text), shown(option->output),
                    names_of(g->outputs, g->n_outputs));
    if (input >= 0 && output >= 0) add_state(m, option, input, output);
}

/* -- sizes from call to call -------------------------------------------------------------------- */

static bool has(const Shape *s, Dim d)
{
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] == d) return true;
    return false;
}

typedef struct {
    Foreign symbol;
    bool found;
} Mention;

static void find_mention(Foreign symbol, void *context)
{
    Mention *n = context;
    n->found = n->found || foreign_equal(n->symbol, symbol);
}

static bool mentions(const Shape *s, Foreign symbol)
{
    Mention n = {symbol, false};
    for (int i = 0; i < s->rank; i++) dim_symbols(s->dim[i], find_mention, &n);
    return n.found;
}

static const RunState *state_of(const Model *m, const Value *in)
{
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].in == in) return &m->states[i];
    return NULL;
}

static const Shape *next_shape(const Model *m, const RunState *s)
{
    return &m->graph->outputs[s->output]->type.shape;
}

typedef struct {
    const Model *m;
    bool found;
} Finding;

static void find_local(Foreign symbol, void *context)
{
    Finding *f = context;
    f->found = f->found || local_find(f->m, symbol);
}

/* Only the data tell it. */
static bool is_found_out(const Model *m, Dim d)
{
    Finding f = {m, false};
    dim_symbols(d, find_local, &f);
    return f.found;
}

/* The next call finds `after` where it wants `before`: equal, or what the data tell is, which is checked. */
static void need_size(Model *m, const RunState *s, int axis, Dim wanted, Dim after)
{
    if (wanted == after) return;
    if (!dims_differ(wanted, after) && (is_found_out(m, wanted) || is_found_out(m, after))) {
        graph_assume_equal(m->graph, wanted, after);
        return;
    }
    const Value *out = m->graph->outputs[s->output];
    model_error(m,
                "the state of input \"%s\" and output \"%s\": axis %d of the output is %s, but the next call wants %s "
                "there; fix the dimensions with --dim, or give equal ones the same name in the model",
                shown(s->in->name), shown(out->name), axis, shown(dim_text(after)), shown(dim_text(wanted)));
}

/* What a dimension of states is in the next call, by the first state that has it as an axis. */
static void find_next(Model *m, Param *p)
{
    Dim d = param_size(p);
    bool is_argument = false;
    for (int i = 0; i < m->n_states; i++) {
        const RunState *s = &m->states[i];
        for (int k = 0; k < s->in->type.shape.rank; k++)
            if (s->in->type.shape.dim[k] == d && !p->next) p->next = next_shape(m, s)->dim[k];
    }
    for (int i = 0; i < m->n_states && !p->next; i++)
        if (mentions(&m->states[i].in->type.shape, p->symbol)) p->next = d;
    for (int i = 0; i < m->graph->n_inputs; i++)
        if (!state_of(m, m->graph->inputs[i]) && has(&m->graph->inputs[i]->type.shape, d)) is_argument = true;
    p->in_state = p->next && p->next != d && !is_argument;
}

typedef struct {
    const Model *m;
    Dim size;
} After;

static void replace_by_next(Foreign symbol, void *context)
{
    After *a = context;
    for (int i = 0; i < a->m->n_params; i++) {
        const Param *p = &a->m->params[i];
        if (p->next && p->next != param_size(p) && foreign_equal(p->symbol, symbol))
            a->size = param_size(p) == a->size ? p->next : NULL;
    }
}

/* The size that the next call wants where this one wants d. */
static Dim wanted_next(const Model *m, Dim d)
{
    After a = {m, d};
    dim_symbols(d, replace_by_next, &a);
    return a.size;
}

static void need_sizes(Model *m, const RunState *s)
{
    const Shape *now = &s->in->type.shape;
    for (int k = 0; k < now->rank; k++) {
        Dim wanted = wanted_next(m, now->dim[k]);
        if (wanted) need_size(m, s, k, wanted, next_shape(m, s)->dim[k]);
        else
            model_error(m, "the state of input \"%s\": axis %d is %s, which grows, expected a dimension of its own",
                        shown(s->in->name), k, shown(dim_text(now->dim[k])));
    }
}

void find_states(Model *m)
{
    for (int i = 0; i < m->options.n_states; i++) {
        const StateOption *option = &m->options.states[i], named = split_at_names(m, option);
        bool pattern = foreign_last(option->input, '*') != NOWHERE && foreign_last(option->output, '*') != NOWHERE;
        if (pattern && find(m->graph->inputs, m->graph->n_inputs, named.input) < 0) add_matching(m, option);
        else add_named(m, &named);
    }
    for (int i = 0; i < m->n_params; i++) find_next(m, &m->params[i]);
    for (int i = 0; i < m->n_states; i++) need_sizes(m, &m->states[i]);
}
