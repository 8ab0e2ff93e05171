/* Shapes: lists of dimensions. */
#include "ir/ir.h"

Shape shape_of(int rank, const Dim *dims)
{
    Shape s = {.rank = rank};
    for (int i = 0; i < rank; i++) s.dim[i] = dims[i];
    return s;
}

Shape shape_const(int rank, const int64_t *dims)
{
    Shape s = {.rank = rank};
    for (int i = 0; i < rank; i++) s.dim[i] = dim_const(dims[i]);
    return s;
}

Shape shape_scalar(void)
{
    return (Shape){.rank = 0};
}

Dim shape_product(const Shape *s, int from, int to)
{
    Dim product = dim_const(1);
    for (int i = from; i < to; i++) product = dim_mul(product, s->dim[i]);
    return product;
}

Dim shape_elements(const Shape *s)
{
    return shape_product(s, 0, s->rank);
}

bool shape_is_const(const Shape *s)
{
    for (int i = 0; i < s->rank; i++)
        if (!s->dim[i] || !dim_is_const(s->dim[i])) return false;
    return s->rank >= 0;
}

bool shape_equal(const Shape *a, const Shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

Foreign shape_text(const Shape *s)
{
    if (s->rank < 0) return foreign("[...]");
    Foreign text = foreign("[");
    for (int i = 0; i < s->rank; i++) {
        if (i) text = foreign_suffixed(text, ",");
        text = foreign_join(text, s->dim[i] ? dim_text(s->dim[i]) : foreign("?"));
    }
    return foreign_suffixed(text, "]");
}
