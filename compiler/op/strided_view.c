/* strided_view: follows Transpose, Split, Gather of one index, and what only changes shapes. */
#include "op/strided_view.h"
#include "op/op.h"

enum { MAX_MOVES = 16 };

static StridedView itself(Value *v)
{
    const Shape *shape = &v->type.shape;
    StridedView p = {.base = v, .at = dim_const(0), .rank = shape->rank};
    for (int i = 0; i < p.rank; i++) {
        p.size[i] = shape->dim[i];
        p.stride[i] = shape_product(shape, i + 1, p.rank);
    }
    return p;
}

static bool transpose(Node *n, const Value *y, StridedView *p)
{
    (void)y;
    const int64_t *perm;
    const StridedView x = *p;
    if (attr_ints(n, "perm", &perm) != p->rank) return false;
    for (int i = 0; i < p->rank; i++) {
        p->size[i] = x.size[perm[i]];
        p->stride[i] = x.stride[perm[i]];
    }
    return true;
}

/* Axes without those of size 1, and with neighbours that one stride passes through as one. */
static StridedView merged(const StridedView *p)
{
    StridedView m = {.base = p->base, .at = p->at};
    for (int i = 0; i < p->rank; i++) {
        const int last = m.rank - 1;
        if (dim_is(p->size[i], 1)) continue;
        if (m.rank && m.stride[last] == dim_mul(p->size[i], p->stride[i])) {
            m.size[last] = dim_mul(m.size[last], p->size[i]);
            m.stride[last] = p->stride[i];
        } else {
            m.size[m.rank] = p->size[i];
            m.stride[m.rank++] = p->stride[i];
        }
    }
    return m;
}

/* From the last axis on, axes of the new shape are taken until they make up one of the old ones. */
static bool reshape(Node *n, const Value *v, StridedView *p)
{
    (void)n;
    const Shape *y = &v->type.shape;
    const StridedView m = merged(p);
    int old = m.rank;
    Dim taken = NULL;
    p->rank = y->rank;
    for (int i = y->rank - 1; i >= 0; i--) {
        p->size[i] = y->dim[i];
        p->stride[i] = dim_const(1);
        if (dim_is(y->dim[i], 1)) continue;
        if (!taken && old-- == 0) return false;
        if (!taken) taken = dim_const(1);
        p->stride[i] = dim_mul(m.stride[old], taken);
        taken = dim_mul(taken, y->dim[i]);
        if (taken == m.size[old]) taken = NULL;
    }
    return !taken && old == 0;
}

static void drop_axis(StridedView *p, int axis)
{
    for (int i = axis; i + 1 < p->rank; i++) {
        p->size[i] = p->size[i + 1];
        p->stride[i] = p->stride[i + 1];
    }
    p->rank--;
}

static bool gather(Node *n, const Value *y, StridedView *p)
{
    (void)y;
    double index;
    const int axis = attr_axis(n, "axis", 0, p->rank);
    if (n->in[1]->type.shape.rank || !known_scalar(n->in[1], &index) || index < 0) return false;
    p->at = dim_add(p->at, dim_mul(dim_const((int64_t)index), p->stride[axis]));
    drop_axis(p, axis);
    return true;
}

static bool split(Node *n, const Value *y, StridedView *p)
{
    const int axis = attr_axis(n, "axis", 0, p->rank);
    for (int i = 0; i < n->n_out && n->out[i] != y; i++) {
        if (!output_of(n, i)) return false;
        p->at = dim_add(p->at, dim_mul(dim_at(n->out[i], axis), p->stride[axis]));
    }
    p->size[axis] = dim_at(y, axis);
    return true;
}

typedef bool Move(Node *n, const Value *y, StridedView *p);

static Move *move_of(const Node *n)
{
    static const struct {
        const char *op_type;
        Move *move;
    } moves[] = {
        {"Transpose", transpose}, {"Gather", gather},   {"Split", split},
        {"Reshape", reshape},     {"Squeeze", reshape}, {"Unsqueeze", reshape},
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (node_is(n, moves[i].op_type)) return moves[i].move;
    return NULL;
}

/* Where v lies in what so many moves at most made it of. */
static StridedView follow(Value *v, int moves)
{
    Move *move = value_is_const(v) || !moves ? NULL : move_of(v->producer);
    if (!move) return itself(v);
    StridedView p = follow(v->producer->in[0], moves - 1);
    return move(v->producer, v, &p) && p.rank > 0 && dim_is(p.stride[p.rank - 1], 1) ? p : itself(v);
}

StridedView strided_view(Value *v)
{
    return follow(v, MAX_MOVES);
}
