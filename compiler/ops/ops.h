/* ops.h: the door of compiler/ops, one file per operator or close family. What an operator takes and makes, and which
 * kernels compute it, is here and nowhere else; what several of them share is in ops/shared. */
#ifndef OPS_H
#define OPS_H

#include "op/op.h"

extern const Op *const op_families[]; /* the tables of all files, NULL after the last (table.def) */

#endif
