/* made_inputs.h: data for a model's inputs where there are none. */
#ifndef MADE_INPUTS_H
#define MADE_INPUTS_H

#include "ir/ir.h"

/* The same seed, run and model give the same numbers on any machine. */
typedef struct {
    uint64_t state;
} Random;

Random random_start(uint64_t seed, int run, int input);
int64_t random_integer(Random *r, int64_t low, int64_t high); /* both included */
double random_unit(Random *r);                                /* from 0, to below 1 */
double random_normal(Random *r);                              /* mean 0, variance 1, nothing beyond 6 */

/* Fills v->data, or the items of a list, by what v is and who reads it: numbers of rows within the table they index,
 * lengths within what they are lengths of, axes one after the other, scales above 1, masks of 0 and 1, images in 0..1,
 * other floats like normal ones. False if its type has no numbers. */
bool make_input(Value *v, Random *r);

#endif
