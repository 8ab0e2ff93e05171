/* qdq.h: QuantizeLinear and DequantizeLinear, as the passes read them that make integer operators of
 * what stands between them. */
#ifndef QDQ_H
#define QDQ_H

#include "rewrite/rewrite.h"

/* The quantised side of such a node. Scale and zero point are constants, the scale float32, positive and finite. */
typedef struct {
    Node *node;
    Value *quantized, *real;
    Value *scale, *zero; /* zero may be NULL */
    int axis;            /* of the real tensor; -1: one scale for all of it */
} Qdq;

bool read_quantize(Node *n, Qdq *q); /* false: no QuantizeLinear, or not of this kind */
bool read_dequantize(Node *n, Qdq *q);
bool dequantized_input(const Node *n, int input, Qdq *q); /* made by a DequantizeLinear of this kind? */
bool same_quantization(const Qdq *a, const Qdq *b);
bool moves_integers(Node *n, DType t); /* it moves elements of its input 0, and could do so with integers t */
bool is_byte(const Qdq *q);            /* int8 or uint8 */
Value *zero_of(const Qdq *q);          /* the zero point, made if it was omitted */
bool has_uses(const Node *n); /* of output 0; a node that was replaced has none, and is not to be replaced again */

/* A new node before `place`, named after `like`, with its attributes if they are `shared` and as many outputs, all new
 * values; node_ready finds its operator and infers its outputs. */
Node *new_node(Node *place, const Node *like, const char *op_type, const char *domain, int opset, int n_in,
               Value **inputs, bool shared);
Node *node_ready(Node *n);
void hand_over(Node *n, int output, Node *by, int by_output); /* the value of n's output is made by `by` from now on */

#endif
