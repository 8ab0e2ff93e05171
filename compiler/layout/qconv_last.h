/* qconv_last.h: what lower_qconv_last chooses from, by the target. */
#ifndef QCONV_LAST_H
#define QCONV_LAST_H

#include "ops/shared/shared.h"

/* The call that computes a QLinearConv of images with their channels last, for targets that multiply words or pairs. */
Step *qconv_words(Node *n, const Conv *c, const Requantize *r);
/* On vectors of Helium, for a target that has them, and weights that their kernels know; their zero points are
 * constants.
 */
bool qconv_fits_helium(const Node *n, const Conv *c);
Step *qconv_helium(Node *n, const Conv *c, const Requantize *r);

/* By Winograd's algorithm: does that fit the target and save work? */
bool qconv_fits_winograd(const Node *n, const Conv *c);
Step *qconv_by_winograd(Node *n, const Conv *c, const Requantize *r);

#endif
