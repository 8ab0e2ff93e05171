/* qconv_last.h: what lower_qconv_last chooses from, by the target. */
#ifndef QCONV_LAST_H
#define QCONV_LAST_H

#include "ops/shared/shared.h"

/* The call that computes a QLinearConv of images with their channels last, for targets that multiply words or pairs. */
Step *qconv_words(Node *n, const Conv *c, const Requantize *r);
/* On vectors of Helium; NULL if those don't know such weights. */
Step *qconv_helium(Node *n, const Conv *c, const Requantize *r);

#endif
