/* Row tiling: chains of steps over images run some rows at a time, depth first.
 *
 * Where one step over an image follows the other, and nothing else wants what lies between them, a loop takes them
 * through the image together: each computes the rows that the next one needs. Only those rows are kept: what lies
 * between needs no memory for all of it, and stays in the caches. Nothing is computed twice: rows that the next tile
 * sees again are moved to the front of their buffer. A batch is done image by image. Where only the run tells the size
 * of the images, so many rows at a time that the largest ones allowed would fit. Which chains: tiling_choice.c.
 *
 * Requires: steps, loops fused. Leaves: the same, such chains within STEP_FOR, whose values live through all of it
 * (plan.c). */
#include "lower/row_tiling.h"

#include "lower/lower.h"
#include "op/op.h"

/* -- the loop ---------------------------------------------------------------------------------- */

/* The end of the rows of x that rows of y before `end` see, whether there are such rows or not. */
static Dim rows_needed(const Link *l, Dim end)
{
    if (!l->window) return end;
    Dim one = dim_const(1), reach = dim_mul(dim_sub(*window_field(l, "kernel_h"), one), *window_field(l, "dilation_h"));
    return dim_add(dim_sub(dim_mul(dim_sub(end, one), *window_field(l, "stride_h")), *window_field(l, "pad_h")),
                   dim_add(reach, one));
}

/* How many rows late the last link is, so that none computes more than its share in the first round: rows before `end`
 * need a * end + b rows of what the links before make. */
static int64_t rows_late(const Link *links, int count)
{
    int64_t a = 1, b = 0, late = 0;
    for (int i = count - 1; i > 0; i--) {
        const Link *l = &links[i];
        if (!l->window) continue;
        int64_t stride = dim_value(*window_field(l, "stride_h")), pad = dim_low(*window_field(l, "pad_h")),
                reach = (dim_value(*window_field(l, "kernel_h")) - 1) * dim_value(*window_field(l, "dilation_h"));
        a *= stride;
        b = stride * (b - 1) - pad + reach + 1;
        if (b > late * a) late = (b + a - 1) / a;
    }
    return late;
}

/* The first row of x that row `start` of y sees. */
static Dim first_needed(const Link *l, Dim start)
{
    if (!l->window) return start;
    return dim_max(dim_const(0), dim_sub(dim_mul(start, *window_field(l, "stride_h")), *window_field(l, "pad_h")));
}

/* Where a row of the image worked on lies in a whole batch, in elements. */
static Dim place_in_batch(const Value *v, Dim image, Dim row)
{
    return dim_mul(dim_add(dim_mul(image, image_height(v)), row), image_row(v));
}

/* Where row `row` of what link l makes lies, in elements. */
static Dim place_of(const Link *l, Dim row)
{
    return l->base ? dim_mul(dim_sub(row, l->base), image_row(l->y)) : place_in_batch(l->y, l->image, row);
}

/* The loop does rows [start, end) of y; `from` makes one of its operands. */
static void take_loop_rows(const Link *l, const Link *from)
{
    Loop *loop = l->step->loop;
    loop->extent[0] = dim_const(1);
    loop->extent[1] = dim_sub(l->end, l->start);
    loop->results[0].offset = place_of(l, l->start);
    if (l->buffer) loop->results[0].value = l->buffer;
    for (int i = 0; i < loop->n_operands; i++) {
        LoopOperand *o = &loop->operands[i];
        if (from && o->value == from->y) {
            o->offset = place_of(from, l->start);
            o->value = from->buffer;
        } else {
            Dim first = o->offset ? o->offset : dim_const(0);
            o->offset = dim_add(first, dim_add(dim_mul(l->image, o->stride[0]), dim_mul(l->start, o->stride[1])));
        }
    }
}

/* Where row `start` of link l lies in the image with channels first that it reads, in elements. */
static Dim place_in_planes(const Link *l)
{
    return dim_add(dim_mul(l->image, shape_product(&l->x->type.shape, 1, 4)),
                   dim_mul(l->start, l->x->type.shape.dim[3]));
}

/* So does a call whose rows are made of the same rows of x. */
static void take_same_rows(const Link *l, const Link *from, Arg *x, Dim rows)
{
    const ImageKernel *k = l->kernel;
    x->offset = from             ? place_of(from, l->start)
                : k->from_planes ? place_in_planes(l)
                                 : place_in_batch(l->x, l->image, l->start);
    *image_count(l->step) = dim_mul(rows, k->of_elements ? image_row(l->y) : l->y->type.shape.dim[2]);
    if (k->from_planes) *image_batch(l->step) = dim_const(1);
}

/* A window sees the rows in the buffer as an image of their own, whose padding is what is missing in front. */
static void take_window_rows(const Link *l, const Link *from, Arg *x, Dim rows)
{
    Step *s = l->step;
    *image_batch(s) = dim_const(1);
    if (!from) x->offset = dim_mul(l->image, shape_product(&l->x->type.shape, 1, 4));
    Dim *pad = window_field(l, "pad_h");
    *pad = dim_sub(*pad, dim_mul(l->start, *window_field(l, "stride_h")));
    *window_field(l, "out_h") = rows;
    if (l->kernel->lines) {
        Dim *lines = step_field(s, l->kernel->sizes, l->kernel->lines);
        *lines = dim_min(*lines, dim_const(l->per_round));
    }
    if (!from) return;
    *pad = dim_add(*pad, from->base);
    *window_field(l, "in_h") = dim_sub(from->end, from->base);
}

/* So does the call. */
static void take_call_rows(const Link *l, const Link *from)
{
    Arg *x = step_arg(l->step, l->x_name), *y = step_arg(l->step, "y"),
        *add = l->add_name ? step_arg(l->step, l->add_name) : NULL;
    Dim rows = dim_sub(l->end, l->start);
    y->offset = place_of(l, l->start);
    if (l->buffer) y->value = l->buffer;
    if (from) x->value = from->buffer;
    if (add && add->kind == ARG_VALUE) add->offset = place_in_batch(l->y, l->image, l->start);
    if (l->window) take_window_rows(l, from, x, rows);
    else take_same_rows(l, from, x, rows);
}

typedef struct {
    Step **steps;
    int count, capacity;
} Steps;

static void append(Steps *to, Step *s)
{
    mem_grow(&to->steps, &to->capacity, to->count + 1, sizeof *to->steps);
    to->steps[to->count++] = s;
}

static void append_set(Steps *to, Node *n, Dim symbol, Dim value)
{
    Step *s = step_new(n, STEP_SET);
    s->set = (Assignment){symbol, value};
    append(to, s);
}

/* Chains have their variables in common: each sets them anew. */
static Dim reused_symbol(Node *n, Foreign name, int64_t high)
{
    Dim symbol = local_symbol(n, name, 0, high);
    local_find(n->graph->model, dim_text(symbol))->is_reused = true;
    return symbol;
}

/* A row of what link number i makes, y: "start1". */
static Dim row_symbol(Node *n, const char *what, int i, const Value *y)
{
    return reused_symbol(n, foreign(mem_printf("%s%d", what, i + 1)), dim_high(image_height(y)));
}

/* Symbols and buffers, from the last link back. Both sides of a loop lie alike, so that it can work in place; the rows
 * that the next tile sees are those of its result. */
static void set_up(Link *links, int count, int64_t per_round)
{
    Node *n = links[0].step->node;
    hold_rows(links, count, per_round);
    for (int i = count - 1; i >= 0; i--) {
        Link *l = &links[i], *next = l + 1;
        l->start = row_symbol(n, "start", i, l->y);
        l->end = row_symbol(n, "end", i, l->y);
        if (i == count - 1) continue;
        bool alike = next->step->kind == STEP_LOOP && next->buffer;
        Shape shape = l->y->type.shape;
        shape.dim[0] = dim_const(1);
        shape.dim[1] = dim_const(l->rows);
        l->buffer = value_typed(n->graph, foreign_suffixed(l->y->wanted, ".rows"), l->y->type.dtype, &shape);
        l->buffer->each_round = alike || sees_same_rows(next);
        l->base = alike ? next->base : row_symbol(n, "base", i, l->y);
    }
}

/* Rows that the next round sees again go to the front. */
static void keep_rows(const Link *l, const Link *next, Node *n, Steps *to)
{
    Dim first = sees_same_rows(next) ? l->end : dim_min(l->end, first_needed(next, next->end));
    if (next->base == l->base) return; /* next, a loop, keeps them */
    if (!sees_same_rows(next)) {
        Step *s = step_new_call(n, kernel_find("keep_rows"));
        Dim row = dim_mul(image_row(l->y), dim_const(dtype_bits(l->y->type.dtype) / 8));
        s->comment = "Rows that the next tile sees again";
        arg_out(s, "x", l->buffer);
        arg_dim(s, "from", dim_mul(dim_sub(first, l->base), row));
        arg_dim(s, "count", dim_mul(dim_sub(l->end, first), row));
        append(to, s);
    }
    append_set(to, n, l->base, first);
}

static void append_rounds(Steps *to, Node *n, Dim symbol, Dim count)
{
    Step *s = step_new(n, STEP_FOR);
    s->rounds = (Rounds){.symbol = symbol, .limit = count, .tiles = true};
    append(to, s);
}

/* All tiles of one image. */
static void append_tiles(Link *links, int count, int64_t per_round, Steps *to)
{
    Node *n = links[0].step->node, *last = links[count - 1].step->node;
    Dim rows = image_height(links[count - 1].y), late = dim_const(rows_late(links, count)),
        tiles = dim_ceildiv(dim_add(rows, late), dim_const(per_round)),
        tile = reused_symbol(n, foreign("tile"), dim_high(tiles));
    Dim end = dim_sub(dim_mul(dim_add(tile, dim_const(1)), dim_const(per_round)), late);
    set_up(links, count, per_round);
    for (int i = 0; i < count; i++) {
        append_set(to, n, links[i].start, dim_const(0));
        if (!i) to->steps[to->count - 1]->comment = mem_printf("%lld rows at a time", (long long)per_round);
        if (links[i].base && links[i].base != links[i + 1].base) append_set(to, n, links[i].base, dim_const(0));
    }
    append_rounds(to, n, tile, tiles);
    for (int i = count - 1; i >= 0; i--) {
        append_set(to, n, links[i].end, dim_max(dim_const(0), dim_min(image_height(links[i].y), end)));
        end = rows_needed(&links[i], end);
    }
    Steps after = {0}; /* made before the windows change */
    for (int i = 0; i + 1 < count; i++) keep_rows(&links[i], &links[i + 1], last, &after);
    for (int i = 0; i < count; i++) {
        const Link *from = i ? &links[i - 1] : NULL;
        if (links[i].step->kind == STEP_LOOP) take_loop_rows(&links[i], from);
        else take_call_rows(&links[i], from);
        append(to, links[i].step);
    }
    for (int i = 0; i < after.count; i++) append(to, after.steps[i]);
    for (int i = 0; i < count; i++) append_set(to, last, links[i].start, links[i].end);
    append(to, step_new(last, STEP_END));
}

static void append_chain(Link *links, int count, int64_t per_round, Steps *to)
{
    Node *n = links[0].step->node;
    Dim batch = links[0].y->type.shape.dim[0], image = dim_const(0);
    if (!dim_is(batch, 1)) {
        image = reused_symbol(n, foreign("image"), dim_high(batch));
        append_rounds(to, n, image, batch);
        to->steps[to->count - 1]->comment = "Image by image";
    }
    for (int i = 0; i < count; i++) links[i].image = image;
    append_tiles(links, count, per_round, to);
    if (!dim_is(batch, 1)) append(to, step_new(links[count - 1].step->node, STEP_END));
}

StageResult tile_rows(Model *m)
{
    Graph *g = m->graph;
    Steps to = {0};
    steps_index(g);
    Tiling *tilings;
    int count = choose_tilings(m, &tilings), next = 0;
    for (int i = 0; i < g->n_steps;) {
        const Tiling *t = next < count && tilings[next].first == i ? &tilings[next++] : NULL;
        Link links[MAX_CHAIN];
        int links_read = t ? read_chain(g, i, links, t->count) : 0;
        if (t) append_chain(links, links_read, t->per_round, &to);
        else append(&to, g->steps[i]);
        i += t ? t->count : 1;
    }
    g->steps = to.steps;
    g->n_steps = to.count;
    g->cap_steps = to.capacity;
    return STAGE_DONE;
}
