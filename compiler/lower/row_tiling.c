/* Row tiling: chains of steps over images run some rows at a time, depth first.
 *
 * A convolution with many channels writes more than the caches hold, and the next one reads it all again from far
 * memory. Where one follows the other, and nothing else wants what lies between them, a loop takes them through the
 * image together: each computes the rows that the next one needs. Only those rows are kept: what lies between needs no
 * memory for all of it, and stays in the caches. Nothing is computed twice: rows that the next band sees again are
 * moved to the front of their buffer. A batch is done image by image. Where only the run tells the size of the images,
 * so many rows at a time that the largest ones allowed would fit.
 *
 * Requires: steps, loops fused. Leaves: the same, such chains within STEP_FOR, whose values live through all of it
 * (step->keep). */
#include "lower/lower.h"
#include "op/op.h"

#include "lower/image_kernels.h"

/* Results smaller than this stay in the second-level cache anyway; about as much of them all is computed in a round. */
enum { WORTH_BYTES = 512 << 10, ROUND_BYTES = 384 << 10, MAX_CHAIN = 8 };

/* A step of a chain: y[1, height, width, channels] from x, likewise. The rows it needs of x follow from its window. */
typedef struct {
    Step *step;
    Value *x, *y;
    const ImageKernel *kernel; /* of a call; NULL: a loop */
    const char *window;        /* its parameter; NULL: rows of y are made of the same rows of x */
    Dim start, end;            /* rows of y computed in this round */
    Dim base;                  /* the row of y that its buffer begins with; NULL: y is whole */
    Dim image;                 /* the image of the batch that is worked on */
    Value *buffer;             /* in the place of y */
    int64_t rows;              /* of the buffer */
} Link;

/* -- which steps ------------------------------------------------------------------------------- */

static bool is_image(const Value *v)
{
    const Shape *s = &v->type.shape;
    return v->type.kind == KIND_TENSOR && v->type.dtype == DT_FLOAT && s->rank == 4 && dim_is_const(s->dim[3]) &&
           dim_high(s->dim[0]) > 0;
}

static Dim height(const Value *v)
{
    return v->type.shape.dim[1];
}

static Dim row_of(const Value *v)
{
    return dim_mul(v->type.shape.dim[2], v->type.shape.dim[3]);
}

static int64_t image_bytes(const Value *v)
{
    return value_bytes(v) / dim_high(v->type.shape.dim[0]);
}

/* Another operand of all images, row by row like y. */
static bool lies_like(const Arg *a, const Value *y)
{
    return a->kind != ARG_VALUE || (!a->offset && shape_equal(&a->value->type.shape, &y->type.shape));
}

static bool read_call(Step *s, Link *l)
{
    const ImageKernel *k = image_kernel(s);
    if (!k || !k->by_rows) return false;
    const Arg *x = step_arg(s, k->x), *y = step_arg(s, "y"), *add = k->add ? step_arg(s, k->add) : NULL;
    *l = (Link){.step = s, .x = x->value, .y = y->value, .kernel = k, .window = k->window};
    if (!is_image(l->x) || !is_image(l->y) || l->x->type.shape.dim[0] != l->y->type.shape.dim[0]) return false;
    if (!k->window && height(l->x) != height(l->y)) return false;
    return !x->offset && lies_like(y, l->y) && (!add || lies_like(add, l->y));
}

/* Does the operand have the rows of y, or is it the same for all of them? */
static bool walks_rows(const LoopOperand *o, const Loop *l)
{
    Dim row = dim_mul(l->extent[2], l->extent[3]);
    return dim_is(o->stride[1], 0) ||
           (o->stride[1] == row && dim_is(o->stride[3], 1) && o->stride[2] == l->extent[3] && !o->offset);
}

/* An elementwise loop; its x is the operand that `before` made. */
static bool read_loop(Step *s, const Value *before, Link *l)
{
    const Loop *loop = s->loop;
    if (loop->n_results != 1 || loop->rank != 4 || !is_image(loop->results[0].value)) return false;
    *l = (Link){.step = s, .y = loop->results[0].value};
    for (int i = 0; i < 4; i++)
        if (loop->extent[i] != l->y->type.shape.dim[i]) return false;
    for (int i = 0; i < loop->n_operands; i++) {
        Value *v = loop->operands[i].value;
        if (!walks_rows(&loop->operands[i], loop)) return false;
        if (v == before || (!before && !dim_is(loop->operands[i].stride[1], 0) && !l->x)) l->x = v;
    }
    return l->x && is_image(l->x) && shape_equal(&l->x->type.shape, &l->y->type.shape);
}

static bool read_link(Step *s, const Value *before, Link *l)
{
    return s->kind == STEP_CALL ? read_call(s, l) : s->kind == STEP_LOOP && read_loop(s, before, l);
}

/* -- which chains ------------------------------------------------------------------------------ */

static bool continues(const Link *from, const Link *to)
{
    return to->x == from->y && !from->y->is_output && from->y->uses.reads == 1;
}

/* The chain that starts at step i, as long as it goes. */
static int read_chain(const Graph *g, int i, Link *links)
{
    int count = 0;
    while (count < MAX_CHAIN && i + count < g->n_steps &&
           read_link(g->steps[i + count], count ? links[count - 1].y : NULL, &links[count]) &&
           (!count || continues(&links[count - 1], &links[count])))
        count++;
    return count;
}

static bool is_worth_it(const Link *links, int count)
{
    for (int i = 0; i + 1 < count; i++)
        if (image_bytes(links[i].y) >= WORTH_BYTES) return true;
    return false;
}

/* -- the loop ---------------------------------------------------------------------------------- */

static Dim *window_field(const Link *l, const char *name)
{
    return step_field(l->step, l->window, name);
}

/* The end of the rows of x that rows of y before `end` see. */
static Dim rows_needed(const Link *l, Dim end)
{
    if (!l->window) return end;
    Dim one = dim_const(1), reach = dim_mul(dim_sub(*window_field(l, "kernel_h"), one), *window_field(l, "dilation_h"));
    Dim last = dim_add(dim_sub(dim_mul(dim_sub(end, one), *window_field(l, "stride_h")), *window_field(l, "pad_h")),
                       dim_add(reach, one));
    return dim_max(dim_const(0), dim_min(last, height(l->x)));
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
    return dim_mul(dim_add(dim_mul(image, height(v)), row), row_of(v));
}

/* Where row `row` of what link l makes lies, in elements. */
static Dim place_of(const Link *l, Dim row)
{
    return l->base ? dim_mul(dim_sub(row, l->base), row_of(l->y)) : place_in_batch(l->y, l->image, row);
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

/* So does the call. A window sees the rows in the buffer as an image of their own, whose padding is what is missing in
 * front. */
static void take_call_rows(const Link *l, const Link *from)
{
    Step *s = l->step;
    const ImageKernel *k = l->kernel;
    Arg *x = step_arg(s, k->x), *y = step_arg(s, "y"), *add = k->add ? step_arg(s, k->add) : NULL;
    Dim rows = dim_sub(l->end, l->start);
    y->offset = place_of(l, l->start);
    if (l->buffer) y->value = l->buffer;
    if (from) x->value = from->buffer;
    if (add && add->kind == ARG_VALUE) add->offset = place_in_batch(l->y, l->image, l->start);
    if (!l->window) {
        x->offset = from ? place_of(from, l->start) : place_in_batch(l->x, l->image, l->start);
        *step_field(s, k->sizes, "m") = dim_mul(rows, l->y->type.shape.dim[2]);
        return;
    }
    *image_batch(s) = dim_const(1);
    if (!from) x->offset = dim_mul(l->image, shape_product(&l->x->type.shape, 1, 4));
    Dim *pad = window_field(l, "pad_h");
    *pad = dim_sub(*pad, dim_mul(l->start, *window_field(l, "stride_h")));
    *window_field(l, "out_h") = rows;
    if (!from) return;
    *pad = dim_add(*pad, from->base);
    *window_field(l, "in_h") = dim_sub(from->end, from->base);
}

/* Rows of the last result that a round computes: so many that what the chain writes for them fits. */
static int64_t rows_per_round(const Link *links, int count)
{
    int64_t bytes = 0, last = dim_high(height(links[count - 1].y));
    for (int i = 0; i < count; i++) bytes += image_bytes(links[i].y);
    int64_t rows = last * ROUND_BYTES / (bytes + 1);
    return rows < 1 ? 1 : rows < last ? rows : last;
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

/* Rows that a buffer must hold for `rows` of what is made of it: those that the windows see, and, where the windows
 * leave out some in between, also those before the first one. */
static int64_t rows_held(const Link *next, int64_t rows)
{
    if (!next->window) return next->step->kind == STEP_LOOP && next->buffer ? next->rows : rows;
    int64_t reach = (dim_value(*window_field(next, "kernel_h")) - 1) * dim_value(*window_field(next, "dilation_h"));
    int64_t stride = dim_value(*window_field(next, "stride_h")), seen = reach + 1 > stride ? reach + 1 : stride;
    int64_t held = (rows - 1) * stride + seen, all = dim_high(height(next->x));
    return held < all ? held : all;
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
    return reused_symbol(n, foreign(mem_printf("%s%d", what, i + 1)), dim_high(height(y)));
}

/* Symbols and buffers, from the last link back. Both sides of a loop lie alike, so that it can work in place. */
static void set_up(Link *links, int count, int64_t per_round)
{
    Node *n = links[0].step->node;
    int64_t rows = per_round;
    for (int i = count - 1; i >= 0; i--) {
        Link *l = &links[i], *next = l + 1;
        l->start = row_symbol(n, "start", i, l->y);
        l->end = row_symbol(n, "end", i, l->y);
        if (i == count - 1) continue;
        bool alike = next->step->kind == STEP_LOOP && next->buffer;
        Shape shape = l->y->type.shape;
        rows = l->rows = rows_held(next, rows);
        shape.dim[0] = dim_const(1);
        shape.dim[1] = dim_const(l->rows);
        l->buffer = value_typed(n->graph, foreign_suffixed(l->y->wanted, ".rows"), DT_FLOAT, &shape);
        l->base = alike ? next->base : row_symbol(n, "base", i, l->y);
    }
}

/* Rows that the next round sees again go to the front. */
static void keep_rows(const Link *l, const Link *next, Node *n, Steps *to)
{
    Dim first = dim_min(l->end, first_needed(next, next->end));
    if (next->base == l->base) return; /* next, a loop, keeps them */
    if (next->window) {
        Step *s = step_new_call(n, kernel_find("keep_rows_f32"));
        s->comment = "Rows that the next tile sees again";
        arg_out(s, "x", l->buffer);
        arg_dim(s, "from", dim_mul(dim_sub(first, l->base), row_of(l->y)));
        arg_dim(s, "count", dim_mul(dim_sub(l->end, first), row_of(l->y)));
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
    Dim rows = height(links[count - 1].y), tiles = dim_ceildiv(rows, dim_const(per_round)),
        tile = reused_symbol(n, foreign("tile"), dim_high(tiles));
    Dim end = dim_min(rows, dim_mul(dim_add(tile, dim_const(1)), dim_const(per_round)));
    set_up(links, count, per_round);
    for (int i = 0; i < count; i++) {
        append_set(to, n, links[i].start, dim_const(0));
        if (!i) to->steps[to->count - 1]->comment = mem_printf("%lld rows at a time", (long long)per_round);
        if (links[i].base && links[i].base != links[i + 1].base) append_set(to, n, links[i].base, dim_const(0));
    }
    append_rounds(to, n, tile, tiles);
    for (int i = count - 1; i >= 0; i--) {
        append_set(to, n, links[i].end, end);
        end = rows_needed(&links[i], links[i].end);
    }
    Steps after = {0}; /* made before the windows change */
    for (int i = 0; i + 1 < count; i++) keep_rows(&links[i], &links[i + 1], last, &after);
    for (int i = 0; i < count; i++) {
        (links[i].step->kind == STEP_LOOP ? take_loop_rows : take_call_rows)(&links[i], i ? &links[i - 1] : NULL);
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
    for (int i = 0; i < g->n_steps;) {
        Link links[MAX_CHAIN];
        int count = read_chain(g, i, links);
        int64_t rows = count > 1 && is_worth_it(links, count) ? rows_per_round(links, count) : 0;
        if (rows && rows < dim_high(height(links[count - 1].y))) {
            append_chain(links, count, rows, &to);
            i += count;
        } else {
            append(&to, g->steps[i++]);
        }
    }
    g->steps = to.steps;
    g->n_steps = to.count;
    g->cap_steps = to.capacity;
    return STAGE_DONE;
}
