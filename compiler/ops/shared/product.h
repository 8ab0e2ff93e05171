/* product.h: matrix products, as operators ask for them.
 *
 *   y[batch][m][n] = clamp(alpha * (sum over k of a[batch][m][k] * b[batch][k][n]) + beta * c[m][n] + add[m][n])
 *
 * An operator's file says which product it needs; product.c alone knows the kernels and what they
 * want of their operands. */
#ifndef PRODUCT_H
#define PRODUCT_H

#include "op/op.h"

typedef struct {
    DType type;
    Value *a, *b, *c, *y; /* c may be NULL */
    Value *add;           /* like y, or NULL: only where product_is_packed says that it can be added */
    Dim a_at, b_at, y_at; /* where they start, in elements; NULL for 0 */
    Dim m, n, k;
    Dim a_row, a_col; /* strides in elements: of a along m and k, */
    Dim b_row, b_col; /* of b along k and n: one of them is 1, */
    Dim c_row, c_col; /* of c along m and n: 0 where it repeats, */
    Dim y_row;        /* of y along m; it is contiguous along n */
    int batch_rank;   /* a batch has no c, no alpha and no clamp */
    Dim batch[MAX_RANK], a_batch[MAX_RANK], b_batch[MAX_RANK], y_batch[MAX_RANK]; /* how many, and strides */
    double alpha, beta;
    double low, high; /* -INFINITY and INFINITY: none */
} Product;

/* Dense, row-major y = a b with a[m][k] and b[k][n]; change what is different. */
Product product_of(Value *a, Value *b, Value *y, Dim m, Dim n, Dim k);
void product_transpose_a(Product *p);    /* a is [k][m] */
void product_transpose_b(Product *p);    /* b is [n][k] */
bool product_is_plain(const Product *p); /* a b and no more: no c, no factor, no clamp */
void lower_product(Node *n, const Product *wanted);

/* A single product on register tiles, with constant b: it adds a row c and a matrix `add`, and clamps. */
bool product_is_packed(const Product *p);
extern const Op op_matmul_added; /* MatMul whose inputs 2 and 3 are such c and add, where present */

/* On register tiles, if the product is one for them: true, with the step made and the number of products in it. */
bool lower_packed_product(Node *n, const Product *p, Dim *count, Step **made);

/* numpy.matmul of a and b: the result's shape (false after an error), and the product. */
bool matmul_shape(Node *n, const Value *a, const Value *b, Shape *y);
Product matmul_product(Value *a, Value *b, Value *y);
Dim arg_batch(Step *s, const Product *p); /* the batch as batch_locate wants it: count, rank, rows; returns the count */

/* Constant v[batch][rows][cols] with the last two axes exchanged, made at compile time. */
Value *transposed_constant(Node *n, const Value *v, int64_t batch, int64_t rows, int64_t cols);

#endif
