/* Links of chains: which steps can be one, and what they need of each other. */
#include "lower/row_tiling.h"

#include "op/op.h"

static bool is_image(const Value *v)
{
    const Shape *s = &v->type.shape;
    DType t = v->type.dtype;
    return v->type.kind == KIND_TENSOR && (t == DT_FLOAT || t == DT_INT8 || t == DT_UINT8) && s->rank == 4 &&
           dim_is_const(s->dim[3]) && dim_high(s->dim[0]) > 0;
}

Dim image_height(const Value *v)
{
    return v->type.shape.dim[1];
}

Dim image_row(const Value *v)
{
    return dim_mul(v->type.shape.dim[2], v->type.shape.dim[3]);
}

/* Another operand of all images, row by row like y. */
static bool lies_like(const Arg *a, const Value *y)
{
    return a->kind != ARG_VALUE || (offset_is_zero(a->offset) && shape_equal(&a->value->type.shape, &y->type.shape));
}

/* Of two operands that may change places, x is the one that `before` is. */
static void find_operands(Link *l, const Value *before)
{
    const ImageKernel *k = l->kernel;
    bool turned = k->of_elements && before && step_arg(l->step, k->add)->value == before;
    l->x_name = turned ? k->add : k->x;
    l->add_name = turned ? k->x : k->add;
    l->x = step_arg(l->step, l->x_name)->value;
}

/* x[batch, channels, height, width] for y[batch, height, width, channels]: a row of y is made of one of every plane, so
 * that what makes x by its rows, which are planes, can't come before it. */
static bool is_turned_image(const Shape *x, const Shape *y)
{
    static const int from[] = {0, 2, 3, 1};
    if (x->rank != 4) return false;
    for (int i = 0; i < 4; i++)
        if (x->dim[from[i]] != y->dim[i]) return false;
    return true;
}

static bool read_call(Step *s, const Value *before, Link *l)
{
    const ImageKernel *k = image_kernel(s);
    if (!k || !k->by_rows) return false;
    *l = (Link){.step = s, .y = step_arg(s, "y")->value, .kernel = k, .window = k->window};
    find_operands(l, before);
    const Arg *x = step_arg(s, l->x_name), *y = step_arg(s, "y"), *add = k->add ? step_arg(s, l->add_name) : NULL;
    if (!is_image(l->y) || !offset_is_zero(x->offset) || !lies_like(y, l->y) || (add && !lies_like(add, l->y)))
        return false;
    if (k->from_planes) return !before && is_turned_image(&l->x->type.shape, &l->y->type.shape);
    if (!is_image(l->x) || l->x->type.shape.dim[0] != l->y->type.shape.dim[0]) return false;
    return k->window || image_height(l->x) == image_height(l->y);
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
    return s->kind == STEP_CALL ? read_call(s, before, l) : s->kind == STEP_LOOP && read_loop(s, before, l);
}

static bool continues(const Link *from, const Link *to)
{
    return to->x == from->y && !from->y->is_output && from->y->uses.reads == 1;
}

/* Numbers of rows are products of strides and sums of pads, which have to stay within int32_t, here and in the code. */
enum { MOST_STRIDES = 1 << 10, MOST_REACH = 1 << 12 };

/* Multiplies *strides by that of the window; false if it, or what the window sees, gets too large for a chain. */
static bool stays_near(const Link *l, int64_t *strides)
{
    if (!l->window) return true;
    int64_t stride = dim_value(*window_field(l, "stride_h"));
    Dim pad = *window_field(l, "pad_h");
    if (stride > MOST_STRIDES / *strides || dim_low(pad) < -MOST_REACH || dim_high(pad) > MOST_REACH) return false;
    *strides *= stride;
    return (dim_value(*window_field(l, "kernel_h")) - 1) * dim_value(*window_field(l, "dilation_h")) <= MOST_REACH;
}

int read_chain(const Graph *g, int i, Link *links, int most)
{
    int64_t strides = 1;
    int count = 0;
    while (count < most && i + count < g->n_steps &&
           read_link(g->steps[i + count], count ? links[count - 1].y : NULL, &links[count]) &&
           stays_near(&links[count], &strides) && (!count || continues(&links[count - 1], &links[count])))
        count++;
    return count;
}

Dim *window_field(const Link *l, const char *name)
{
    return step_field(l->step, l->window, name);
}

bool sees_same_rows(const Link *l)
{
    return !l->window || (dim_is(*window_field(l, "kernel_h"), 1) && dim_is(*window_field(l, "stride_h"), 1) &&
                          dim_is(*window_field(l, "pad_h"), 0));
}

/* Rows that must be held of what a window sees for `rows` of its result: those that it sees, and, where windows leave
 * out some in between, also those before the first one. */
static int64_t rows_seen(const Link *l, int64_t rows)
{
    int64_t reach = (dim_value(*window_field(l, "kernel_h")) - 1) * dim_value(*window_field(l, "dilation_h"));
    int64_t stride = dim_value(*window_field(l, "stride_h")), seen = reach + 1 > stride ? reach + 1 : stride;
    int64_t held = (rows - 1) * stride + seen, all = dim_high(image_height(l->x));
    return held < all ? held : all;
}

/* A loop works in place, on as many rows as what it makes has. */
void hold_rows(Link *links, int count, int64_t per_round)
{
    links[count - 1].per_round = links[count - 1].rows = per_round;
    for (int i = count - 2; i >= 0; i--) {
        const Link *next = &links[i + 1];
        bool alike = next->step->kind == STEP_LOOP && i + 2 < count;
        links[i].per_round = next->per_round * (next->window ? dim_value(*window_field(next, "stride_h")) : 1);
        links[i].rows = next->window ? rows_seen(next, next->per_round) : alike ? next->rows : next->per_round;
    }
}
