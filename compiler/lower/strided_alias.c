/* parts: results computed right where a Concat wants them, and parts of a tensor read where they lie.
 *
 * Where channels are last, a part of a Concat, a Split or a Slice along them is a column of a matrix: its rows are
 * apart. The planner's views can't be that, but many kernels take the distance from row to row as an argument. Then the
 * copy need not happen.
 *
 * Requires: steps; each value written by one step, or by some that write other parts of it. Leaves: the same, with
 * fewer copies. */
#include "lower/lower.h"
#include "op/op.h"

#include "lower/image_kernels.h"
#include "plan/plan.h"

#include <string.h>

static bool calls(const Step *s, const char *kernel)
{
    return s->kind == STEP_CALL && !strcmp(s->kernel->name, kernel);
}

/* The number that a call passes in a field of one of its structs. */
static Dim *field_of(Step *s, const char *name)
{
    for (int i = 0; i < s->n_args; i++) {
        int field = s->args[i].kind == ARG_STRUCT ? kernel_name_index(s->args[i].structure, name) : -1;
        if (field >= 0) return &s->args[i].numbers[field];
    }
    internal_error("%s has no field %s", s->kernel->name, name);
}

/* -- copies of columns ------------------------------------------------------------------------- */

/* A copy between all of `dense`[rows][width] and the columns from `offset` on of `wide`[rows][stride]. */
typedef struct {
    Value *dense, *wide;
    Dim offset, width, stride;
    bool into;
} Columns;

static bool is_start(Dim offset)
{
    return !offset || dim_is(offset, 0);
}

static bool copies_columns(const Step *s)
{
    return calls(s, "copy_strided_b4") && dim_is(s->args[2].number, 2) && dim_is(s->args[4].numbers[1], 1) &&
           dim_is(s->args[5].numbers[1], 1) && s->args[0].value->type.dtype == DT_FLOAT;
}

static bool read_columns(const Step *s, Columns *c)
{
    if (!copies_columns(s)) return false;
    const Arg *x = &s->args[0], *y = &s->args[1];
    Dim *extent = s->args[3].numbers, from = s->args[4].numbers[0], to = s->args[5].numbers[0];
    bool into = from == extent[1] && is_start(x->offset);
    const Arg *dense = into ? x : y, *wide = into ? y : x;
    *c = (Columns){dense->value, wide->value,      wide->offset ? wide->offset : dim_const(0),
                   extent[1],    into ? to : from, into};
    return (into || to == extent[1]) && is_start(dense->offset) && elements(c->dense) == dim_mul(extent[0], extent[1]);
}

/* -- who else is there ------------------------------------------------------------------------- */

typedef struct {
    const Value *value;
    int reads, writes;
} Mentions;

static void count(Value *v, bool written, void *context)
{
    Mentions *m = context;
    if (v != m->value) return;
    m->reads += !written;
    m->writes += written;
}

static Mentions mentions_in(const Step *s, const Value *v)
{
    Mentions m = {v, 0, 0};
    step_values(s, count, &m);
    return m;
}

/* Do branches or loops, other than those over bands of rows, begin or end between the steps? */
static bool same_block(const Graph *g, int i, int k)
{
    for (; i <= k; i++) {
        StepKind kind = g->steps[i]->kind;
        bool ends_other = kind == STEP_IF || kind == STEP_ELSE || (kind == STEP_FOR && !g->steps[i]->keep);
        if (ends_other || kind == STEP_STORE) return false;
        if (kind != STEP_END) continue;
        int start = i, depth = 0;
        for (; start >= 0; start--) {
            StepKind k0 = g->steps[start]->kind;
            depth += (k0 == STEP_END) - (k0 == STEP_IF || k0 == STEP_FOR);
            if (!depth) break;
        }
        if (start < 0 || g->steps[start]->kind != STEP_FOR || !g->steps[start]->keep) return false;
    }
    return true;
}

/* -- other strides ----------------------------------------------------------------------------- */

/* The argument's rows, `width` apart, lie in columns of `wide`. */
static bool can_move(const Arg *a, const Columns *c)
{
    return is_start(a->offset) || dim_divides(c->width, a->offset);
}

static void move(Arg *a, Dim *stride, const Columns *c)
{
    Dim row = is_start(a->offset) ? dim_const(0) : dim_floordiv(a->offset, c->width);
    a->value = c->wide;
    a->offset = dim_add(dim_mul(row, c->stride), c->offset);
    *stride = c->stride;
}

/* The argument through which a step reads v, and the distance of its rows; NULL if it can't have them apart. */
static Arg *operand(Step *s, const Value *v, Dim **stride)
{
    const PixelKernel *k = pixel_kernel(s);
    bool turns = calls(s, "interleave_b4");
    int arg = turns && s->args[0].value != v;
    if (turns) *stride = &s->args[5 + arg].number;
    else if (copies_columns(s)) *stride = &s->args[4].numbers[0];
    else if (k && k->x_pixel) *stride = field_of(s, k->x_pixel);
    else return NULL;
    return s->args[arg].value == v ? &s->args[arg] : NULL;
}

static bool reads_columns(Step *s, const Columns *c)
{
    Dim *stride = NULL;
    Arg *x = operand(s, c->dense, &stride);
    return x && mentions_in(s, c->dense).reads == 1 && *stride == c->width && can_move(x, c);
}

static bool writes_columns(Step *s, const Columns *c)
{
    const PixelKernel *k = pixel_kernel(s);
    if (!k || !k->y_pixel || s->args[k->y].value != c->dense || (k->add >= 0 && s->args[k->add].kind != ARG_NULL))
        return false;
    return *field_of(s, k->y_pixel) == c->width && can_move(&s->args[k->y], c);
}

/* All that mention the dense tensor besides the copy at step i can do without it. */
static bool can_do_without(const Graph *g, int i, const Columns *c)
{
    int first = i, last = i;
    bool written = !c->into;
    for (int k = 0; k < g->n_steps; k++) {
        Step *s = g->steps[k];
        Mentions m = mentions_in(s, c->dense);
        if (k == i || (!m.reads && !m.writes)) continue;
        if (m.writes ? m.reads || !c->into || k > i || !writes_columns(s, c) : !reads_columns(s, c)) return false;
        written = written || m.writes;
        if (k < first) first = k;
        if (k > last) last = k;
    }
    return written && same_block(g, first, last);
}

static void do_without(Graph *g, int i, const Columns *c)
{
    for (int k = 0; k < g->n_steps; k++) {
        Step *s = g->steps[k];
        Mentions m = mentions_in(s, c->dense);
        if (k == i || (!m.reads && !m.writes)) continue;
        Dim *stride = m.writes ? field_of(s, pixel_kernel(s)->y_pixel) : NULL;
        Arg *moved = m.writes ? &s->args[pixel_kernel(s)->y] : operand(s, c->dense, &stride);
        move(moved, stride, c);
    }
}

static void drop(Graph *g, int i)
{
    g->n_steps--;
    memmove(&g->steps[i], &g->steps[i + 1], (size_t)(g->n_steps - i) * sizeof *g->steps);
}

/* -- channel shuffles -------------------------------------------------------------------------- */

static Mentions mentions(const Graph *g, const Value *v)
{
    Mentions m = {v, 0, 0};
    for (int i = 0; i < g->n_steps; i++) step_values(g->steps[i], count, &m);
    return m;
}

/* The copy that makes all of v, the only one to read what it copies (a Reshape); -1 if that isn't how v is made. */
static int whole_copy(const Graph *g, const Value *v)
{
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->kind != STEP_COPY || s->target != v || s->keep || s->apart || v->is_output ||
            !dim_is(s->source_offset, 0) || !dim_is(s->target_offset, 0))
            continue;
        bool same = elements(s->source) == elements(s->target) &&
                    s->bytes == dim_mul(elements(v), dim_const(dtype_bits(v->type.dtype) / 8));
        return same && mentions(g, v).writes == 1 && mentions(g, s->source).reads == 1 ? i : -1;
    }
    return -1;
}

/* The copy, before step i, that puts a dense tensor into the columns of v from `offset` on; -1 if there is none. */
static int part_of(const Graph *g, int i, const Value *v, Dim offset, Dim width)
{
    Columns c;
    while (--i >= 0)
        if (read_columns(g->steps[i], &c) && c.into && c.wide == v && c.offset == offset && c.width == width) return i;
    return -1;
}

/* Two halves that Concat puts side by side only to be interleaved: interleaved where they lie. */
static bool interleave_halves(Graph *g, int i)
{
    Step *s = g->steps[i];
    Value *both = s->args[0].value;
    Dim width = s->args[4].number;
    int reshape = whole_copy(g, both);
    if (s->args[1].value != both || mentions(g, both).reads != 2 || both->is_output) return false;
    if (reshape >= 0) both = g->steps[reshape]->source;
    int parts[2] = {part_of(g, i, both, dim_const(0), width), part_of(g, i, both, width, width)};
    if (parts[0] < 0 || parts[1] < 0 || mentions(g, both).writes != 2 || both->is_output) return false;
    if (!same_block(g, parts[0] < parts[1] ? parts[0] : parts[1], i)) return false;
    for (int k = 0; k < 2; k++) {
        s->args[k].value = g->steps[parts[k]]->args[0].value;
        s->args[k].offset = NULL;
        s->args[5 + k].number = width;
    }
    int gone[3] = {parts[0], parts[1], reshape};
    for (int k = g->n_steps - 1; k >= 0; k--)
        if (k == gone[0] || k == gone[1] || k == gone[2]) drop(g, k);
    return true;
}

StageResult alias_strided(Model *m)
{
    Graph *g = m->graph;
    Columns c;
    for (int i = 0; i < g->n_steps; i++)
        if (calls(g->steps[i], "interleave_b4") && interleave_halves(g, i)) i = -1;
    for (int i = 0; i < g->n_steps; i++) {
        if (!read_columns(g->steps[i], &c) || c.dense->is_output || c.dense->is_input || c.dense->data ||
            !can_do_without(g, i, &c))
            continue;
        do_without(g, i, &c);
        drop(g, i--);
    }
    return STAGE_DONE;
}
