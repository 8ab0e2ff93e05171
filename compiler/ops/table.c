/* Every operator family, as table.def lists them; op_table.c finds operators among them. */
#include "ops/ops.h"

#define OPS(family) extern const Op ops_##family[];
#include "ops/table.def"
#undef OPS

const Op *const op_families[] = {
#define OPS(family) ops_##family,
#include "ops/table.def"
#undef OPS
    NULL};
