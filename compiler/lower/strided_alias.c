/* Results computed right where a Concat wants them, and parts of a tensor read where they lie.
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

#include <string.h>

/* -- copies of columns ------------------------------------------------------------------------- */

/* A copy between all of `dense`[rows][width] and the columns from `offset` on of `wide`[rows][stride]. */
typedef struct {
    Value *dense, *wide;
    Dim offset, width, stride;
    bool into;
} Columns;

static bool copies_columns(const Step *s)
{
    return step_calls(s, "copy_strided_b4") && dim_is(step_arg(s, "rank")->number, 2) &&
           dim_is(step_arg(s, "x_stride")->numbers[1], 1) && dim_is(step_arg(s, "y_stride")->numbers[1], 1) &&
           step_arg(s, "x")->value->type.dtype == DT_FLOAT;
}

static bool read_columns(const Step *s, Columns *c)
{
    if (!copies_columns(s)) return false;
    const Arg *x = step_arg(s, "x"), *y = step_arg(s, "y");
    Dim *extent = step_arg(s, "extent")->numbers;
    Dim from = step_arg(s, "x_stride")->numbers[0], to = step_arg(s, "y_stride")->numbers[0];
    bool into = from == extent[1] && offset_is_zero(x->offset);
    const Arg *dense = into ? x : y, *wide = into ? y : x;
    *c = (Columns){dense->value, wide->value,      wide->offset ? wide->offset : dim_const(0),
                   extent[1],    into ? to : from, into};
    return (into || to == extent[1]) && offset_is_zero(dense->offset) &&
           elements(c->dense) == dim_mul(extent[0], extent[1]);
}

/* -- between steps ----------------------------------------------------------------------------- */

/* Does a branch or a loop over a graph's body begin or end there? Tiles of rows go on with the same values. */
static bool bounds_body(const Step *s)
{
    if (s->kind == STEP_IF || s->kind == STEP_ELSE || s->kind == STEP_STORE) return true;
    if (s->kind == STEP_FOR) return !s->rounds.tiles;
    return s->kind == STEP_END && (s->ends->opener->kind != STEP_FOR || !s->ends->opener->rounds.tiles);
}

static bool same_body(const Graph *g, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (bounds_body(g->steps[i])) return false;
    return true;
}

/* -- other strides ----------------------------------------------------------------------------- */

/* The argument's rows, `width` apart, lie in columns of `wide`. */
static bool can_move(const Arg *a, const Columns *c)
{
    return offset_is_zero(a->offset) || dim_divides(c->width, a->offset);
}

static void move(Arg *a, Dim *stride, const Columns *c)
{
    Dim row = offset_is_zero(a->offset) ? dim_const(0) : dim_floordiv(a->offset, c->width);
    a->value = c->wide;
    a->offset = dim_add(dim_mul(row, c->stride), c->offset);
    *stride = c->stride;
}

/* The argument through which a step reads v, and the distance of its rows; NULL if it can't have them apart. */
static Arg *operand(Step *s, const Value *v, Dim **stride)
{
    const ImageKernel *k = image_kernel(s);
    bool turns = step_calls(s, "interleave_b4");
    const char *x = turns ? (step_arg(s, "a")->value == v ? "a" : "b") : k ? k->x : "x";
    if (turns) *stride = &step_arg(s, mem_printf("%s_row", x))->number;
    else if (copies_columns(s)) *stride = &step_arg(s, "x_stride")->numbers[0];
    else if (k && k->x_pixel) *stride = step_field(s, k->sizes, k->x_pixel);
    else return NULL;
    return step_arg(s, x)->value == v ? step_arg(s, x) : NULL;
}

static bool reads_columns(Step *s, const Columns *c)
{
    Dim *stride = NULL;
    Arg *x = operand(s, c->dense, &stride);
    return x && step_reads(s, c->dense) == 1 && *stride == c->width && can_move(x, c);
}

static bool writes_columns(const Step *s, const Columns *c)
{
    const ImageKernel *k = image_kernel(s);
    if (!k || !k->y_pixel || step_arg(s, "y")->value != c->dense) return false;
    if (k->add && step_arg(s, k->add)->kind != ARG_NULL) return false;
    return *step_field(s, k->sizes, k->y_pixel) == c->width && can_move(step_arg(s, "y"), c);
}

/* All that mention the dense tensor besides this copy can do without it. */
static bool can_do_without(const Graph *g, const Step *copy, const Columns *c)
{
    int first = copy->at, last = copy->at;
    bool written = !c->into;
    for (int i = 0; i < c->dense->uses.count; i++) {
        Use *u = &c->dense->uses.items[i];
        Step *s = u->step;
        if (s == copy) continue;
        bool alone = u->written && !step_reads(s, c->dense) && c->into && s->at < copy->at;
        if (u->written ? !alone || !writes_columns(s, c) : !reads_columns(s, c)) return false;
        written = written || u->written;
        if (s->at < first) first = s->at;
        if (s->at > last) last = s->at;
    }
    return written && same_body(g, first, last);
}

static void forget_use(Uses *u, const Step *s)
{
    int kept = 0;
    for (int i = 0; i < u->count; i++) {
        if (u->items[i].step != s) {
            u->items[kept++] = u->items[i];
            continue;
        }
        u->reads -= !u->items[i].written;
        u->writes -= u->items[i].written;
    }
    u->count = kept;
}

static void note_use(Uses *u, Use use)
{
    mem_grow(&u->items, &u->capacity, u->count + 1, sizeof *u->items);
    u->items[u->count++] = use;
    u->reads += !use.written;
    u->writes += use.written;
}

static void drop(Step *s)
{
    s->at = -1;
}

static bool is_dropped(const Step *s, void *context)
{
    (void)context;
    return s->at < 0;
}

static void do_without(Step *copy, const Columns *c)
{
    forget_use(&c->wide->uses, copy);
    for (int i = 0; i < c->dense->uses.count; i++) {
        const Use u = c->dense->uses.items[i];
        if (u.step == copy) continue;
        Dim *stride = u.written ? step_field(u.step, image_kernel(u.step)->sizes, image_kernel(u.step)->y_pixel) : NULL;
        Arg *moved = u.written ? step_arg(u.step, "y") : operand(u.step, c->dense, &stride);
        move(moved, stride, c);
        note_use(&c->wide->uses, u);
    }
    c->dense->uses = (Uses){0};
    drop(copy);
}

/* -- channel shuffles -------------------------------------------------------------------------- */

/* The copy that makes all of v, the only one to read what it copies (a Reshape); NULL if that isn't how v is made. */
static Step *whole_copy(const Value *v)
{
    for (int i = 0; i < v->uses.count; i++) {
        Step *s = v->uses.items[i].step;
        const Copy *c = &s->copy;
        if (s->at < 0 || s->kind != STEP_COPY || c->target != v || c->into_state || c->from_state || v->is_output ||
            !dim_is(c->source_offset, 0) || !dim_is(c->target_offset, 0))
            continue;
        bool same = elements(c->source) == elements(c->target) &&
                    c->bytes == dim_mul(elements(v), dim_const(dtype_bits(v->type.dtype) / 8));
        return same && v->uses.writes == 1 && c->source->uses.reads == 1 ? s : NULL;
    }
    return NULL;
}

/* The last copy before step s that puts a dense tensor into the columns of v from `offset` on; or NULL. */
static Step *part_of(const Step *s, const Value *v, Dim offset, Dim width)
{
    Columns c;
    for (int i = v->uses.count - 1; i >= 0; i--) {
        Step *part = v->uses.items[i].step;
        if (part->at < 0 || part->at > s->at || !read_columns(part, &c) || !c.into) continue;
        if (c.wide == v && c.offset == offset && c.width == width) return part;
    }
    return NULL;
}

/* Two halves that Concat puts side by side only to be interleaved: interleaved where they lie. */
static void interleave_halves(const Graph *g, Step *s)
{
    Arg *a = step_arg(s, "a"), *b = step_arg(s, "b");
    Value *both = a->value;
    Dim width = step_arg(s, "n")->number;
    Step *reshape = whole_copy(both);
    if (b->value != both || both->uses.reads != 2 || both->is_output) return;
    if (reshape) both = reshape->copy.source;
    Step *left = part_of(s, both, dim_const(0), width), *right = part_of(s, both, width, width);
    if (!left || !right || both->uses.writes != 2 || both->is_output) return;
    if (!same_body(g, left->at < right->at ? left->at : right->at, s->at)) return;
    a->value = step_arg(left, "x")->value;
    b->value = step_arg(right, "x")->value;
    a->offset = b->offset = NULL;
    step_arg(s, "a_row")->number = step_arg(s, "b_row")->number = width;
    forget_use(&a->value->uses, left);
    note_use(&a->value->uses, (Use){s, false});
    forget_use(&b->value->uses, right);
    note_use(&b->value->uses, (Use){s, false});
    drop(left);
    drop(right);
    if (reshape) drop(reshape);
}

StageResult alias_strided(Model *m)
{
    Graph *g = m->graph;
    Columns c;
    steps_index(g);
    for (int i = 0; i < g->n_steps; i++)
        if (step_calls(g->steps[i], "interleave_b4")) interleave_halves(g, g->steps[i]);
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->at < 0 || !read_columns(s, &c) || value_is_callers(c.dense) || c.dense->data) continue;
        if (can_do_without(g, s, &c)) do_without(s, &c);
    }
    steps_drop(g, is_dropped, NULL);
    return STAGE_DONE;
}
