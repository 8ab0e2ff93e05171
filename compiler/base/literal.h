/* literal.h: elements as C writes them. */
#ifndef LITERAL_H
#define LITERAL_H

#include "base/dtype.h"

const char *literal(DType t, const void *element); /* numbers read back to the same bits */

#endif
