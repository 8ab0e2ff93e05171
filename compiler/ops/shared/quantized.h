/* quantized.h: what operators on 8-bit integers share.
 *
 * A sum of products of quantised numbers stands for scale_a * scale_b times itself. Where scales and zero points are
 * constants, kernels go from the sums to the quantised result at once: multipliers, bounds and the part of the sums
 * that does not depend on the first operand are prepared here. Otherwise the sums are computed as integers and what
 * follows is said in other operators (rescale). */
#ifndef QUANTIZED_H
#define QUANTIZED_H

#include "ops/shared/conv_geometry.h"
#include "ops/shared/product.h"
#include "op/op.h"

bool need_byte(Node *n, int input);  /* int8 or uint8 */
bool need_given(Node *n, int input); /* is it not omitted? */
/* Bytes, float scale, zero point of x's type. */
bool need_quantized(Node *n, int x, int scale, int zero);
bool one_element(const Value *v);
bool all_zero(const Value *v);                                      /* omitted, or a constant without other values */
bool known_parameters(const Node *n, const int *inputs, int count); /* constants, or omitted */

/* Inputs of a QLinearConv. */
enum { CONV_X, CONV_X_SCALE, CONV_X_ZERO, CONV_W, CONV_W_SCALE, CONV_W_ZERO, CONV_Y_SCALE, CONV_Y_ZERO, CONV_BIAS };

/* How the result is requantised; scales and zero points are constants. */
typedef struct {
    Value *multiplier; /* float32[1] or [one per output channel] */
    int64_t zero, low, high;
} Requantize;

Requantize requantize_of(Node *n, const Value *scale_a, const Value *scale_b, const Value *scale_y, const Value *zero_y,
                         double alpha);
/* Those of the type, and n's clamp. */
void quantized_bounds(const Node *n, double scale_y, int64_t zero_y, int64_t *low, int64_t *high);
bool per_channel(const Value *v); /* more than one element: the step of a table is 1, otherwise 0 */

bool add_takes_bytes(Node *n); /* is a QLinearAdd one kernel call? */
bool mean_adds_bytes(Node *n); /* is a QLinearReduceMean or QLinearGlobalAveragePool one kernel call? */

/* bias - zero_a * sum(b - zero_b) per row of b[rows][depth], int32: what kernels on bytes take for a bias. Any of bias
 * (null or one per row), zero_a, zero_b may be omitted; null if nothing remains. */
Value *product_bias(Node *n, Value *bias, Value *zero_a, Value *b, Value *zero_b, Dim rows, Dim depth);

/* -- weights as kernels on register tiles want them (tile_bytes.c of the kernel library), packed at compile time --- */

bool packs_bytes(const Value *w, const Value *zero_w); /* constant, both */
/* int32, one for each of `count` columns or filters; NULL: they have none. */
Value *packed_zeros(Node *n, const Value *w, const Value *zero_w, int64_t count);
/* Of w[groups][filters][runs][run]. */
Value *packed_bytes(Node *n, Value *w, int64_t groups, int64_t filters, int64_t runs, int64_t run);
Value *packed_channelwise_bytes(Node *n, Value *w, int64_t channels, int64_t taps); /* of w[channels][taps] */
/* As product_bias, for such weights w[rows][depth]. zero_a is a constant, or of unsigned bytes. */
Value *packed_start(Node *n, Value *bias, Value *zero_a, const Value *a, Value *w, Value *zero_w, Dim rows, Dim depth);
bool packed_in_place(const Value *x, int64_t run); /* can runs of so many bytes be multiplied where they are? */
/* How many rows are multiplied together, beside operands of so many bytes. */
int64_t packed_block(Dim rows, int64_t filters, int64_t depth, int64_t operand_bytes);
/* Of a convolution's result: what is computed together, and the bytes of a copy of what that sees. */
typedef struct {
    int64_t lines, width, bytes;
} PackedBlock;
PackedBlock packed_conv_block(const Conv *c, int64_t operand_bytes);
PackedBlock packed_conv_block_in_place(const Conv *c);
void arg_requantize(Step *s, const Requantize *r);       /* multiplier, zero, low, high */
void fields_of_requantize(Step *s, const Requantize *r); /* multiplier_step, zero, low, high */

/* -- the same for targets that multiply words or pairs (qfour.c of the kernel library) ------------ */

bool multiplies_words(const Node *n); /* is n's target one of these? */
bool requantizes_words(const Requantize *r);
/* The kernel `stem` for n's target and the type of its result. */
const char *words_kernel(const Node *n, const char *stem);
Value *words_weights(Node *n, Value *w, int64_t filters, int64_t runs, int64_t run); /* of w[filters][runs][run] */
Value *words_start(Node *n, Value *bias, int64_t filters);                           /* the bias, or zeros */
int64_t words_block(const Node *n, int64_t depth);     /* int32 elements of four rows, widened */
int64_t words_of_quads(const Node *n, int64_t places); /* and of so many places of four channels (qquad.c) */
/* The call of a product with constant weights p->b[n][k], one matrix of them; zero_a is a constant or NULL. */
Step *words_product(Node *n, const Product *p, const Value *zero_a, const Value *zero_b, Value *bias,
                    const Requantize *r);

/* -- and where the size of the code counts most (qfour_compact.c of the kernel library) ------------- */

typedef struct {
    Value *x, *w, *y, *bias;      /* bias: or NULL */
    const Value *zero_x, *zero_w; /* constants, or NULL */
} ByteOperands;

bool takes_compact(const Node *n, const Requantize *r);
Step *compact_conv(Node *n, const Conv *c, const ByteOperands *q, const Requantize *r); /* constant w[filters][...] */
Step *compact_product(Node *n, Dim rows, Dim depth, const ByteOperands *q, const Requantize *r); /* w[filters][depth] */

/* Bytes v[count][rows][cols] with the last two axes exchanged: made at compile time or, into scratch, at run time. */
Value *turned(Node *n, Value *v, Dim count, Dim rows, Dim cols);

/* expand: `result` = acc, of int32, times scale_a * scale_b / scale_y, rounded, plus zero_y. The
 * scales broadcast to acc. */
void rescale(Node *n, Value *acc, Value *scale_a, Value *scale_b, Value *scale_y, Value *zero_y, Value *result);
Value *cast_to(Node *n, Value *v, DType t, Value *result);
Value *reshape_to(Node *n, Value *v, int rank, const int64_t *dims);
void copy_attributes(Node *to, const Node *from);
/* [N, ..., C] to [N, C, ...] if first, or back */
Value *channels_moved(Node *n, Value *v, int rank, bool first, Value *result);

#endif
