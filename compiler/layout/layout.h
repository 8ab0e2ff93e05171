/* layout.h: the door of compiler/layout: images whose channels are neighbours in memory, and the transposes between one
 * order and the other. ONNX's [N, C, d...] is "channels first", [N, d..., C] is "channels last". */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "op/op.h"

StageResult layout(Model *m); /* the stage */

Shape channels_first(const Shape *last);
Shape channels_last(const Shape *first);

/* A Transpose: axis i of its output is axis perm[i] of its input. */
typedef struct {
    int rank, perm[MAX_RANK];
} Order;

bool order_of(const Value *v, Order *o); /* v is made by a Transpose: its order */
Order order_inverse(const Order *o);
Order order_to_first(int rank); /* from channels last to channels first */
bool order_equal(const Order *a, const Order *b);

/* -- convolutions and pools of such images: they replace the operator of a node ---------------- */

extern const Op op_conv_last, op_qconv_last, op_conv_transpose_last, op_max_pool_last, op_average_pool_last,
    op_global_average_pool_last;

bool conv_fits_last(Node *n); /* there is a kernel for this Conv */
void conv_make_last(Node *n); /* op_conv_last instead of Conv; its input and output are for the caller to change */
/* It reads the channels of its input first: of images as they come into the graph, with few of them. Runs along the
 * rows of the window do as well, and save a Transpose. */
bool conv_takes_first(Node *n);
bool conv_adds(Node *n);                /* an op_conv_last that can add input 3 to its result */
bool conv_activates(Node *n);           /* ... that can apply an activation to it */
bool qconv_fits_last(Node *n);          /* ... for this QLinearConv */
bool conv_transpose_fits_last(Node *n); /* there is a kernel for this ConvTranspose */
const Op *pool_last(const Node *n);     /* or NULL */

/* -- order.c: transposes ----------------------------------------------------------------------- */

Node *transpose_node(Graph *g, Value *x, Value *y, const Order *o); /* not yet in the list */
/* A value "[N, d..., C]" in the place of output i of n, with a Transpose after n that makes the old one. */
void transpose_output(Node *n, int i, const Order *o);
Value *transposed(Node *n, Value *v, const Order *o); /* made in front of n; v itself if the order changes nothing */

/* -- the stage's rules ------------------------------------------------------------------------- */

/* --io nhwc: inputs and outputs that are images have their channels last, with Transposes beside them. False if there
 * are none, with an error. (interface_order.c) */
bool turn_interface(Model *m);

bool layout_sink(Node *n);        /* operator(transpose(x)) becomes transpose(operator(x)) */
bool layout_turn_factor(Node *n); /* product(flatten(transpose(x)), b) becomes product(flatten(x), reordered b) */

#endif
