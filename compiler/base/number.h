/* number.h: elements of any numeric type, read and written one by one on the host. */
#ifndef NUMBER_H
#define NUMBER_H

#include "base/dtype.h"

bool number_has(DType t);                                       /* every type but strings and complex numbers */
uint64_t number_bits(DType t, const void *data, int64_t index); /* as they are stored */
double number_real(DType t, const void *data, int64_t index);
/* Reals truncated; NaN is 0; what is too large is clamped. */
int64_t number_int(DType t, const void *data, int64_t index);
int64_t number_cut(double x); /* toward zero; NaN is 0; what is too large is clamped */
/* The first element; types of 32 and 64 bits, integers, bool and halves. */
void number_set(DType t, void *data, double value);

#endif
