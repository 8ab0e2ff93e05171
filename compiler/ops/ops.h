/* ops.h: the door of compiler/ops: an operator, or a close family, in a file: what it takes and makes, and which
 * kernels compute it. That is nowhere else; what several of them share is in ops/shared. */
#ifndef OPS_H
#define OPS_H

#include "op/op.h"

extern const Op *const op_families[]; /* the tables of all files, NULL after the last (table.def) */

#endif
