/* shared.h: the door of compiler/ops/shared: what several operators compute alike, such as how a window moves over an
 * image or how weights are packed. */
#ifndef SHARED_H
#define SHARED_H

#include "ops/shared/conv_geometry.h"
#include "ops/shared/forest.h"
#include "ops/shared/helium.h"
#include "ops/shared/loop_invariants.h"
#include "ops/shared/loop_rounds.h"
#include "ops/shared/ml_labels.h"
#include "ops/shared/moves.h"
#include "ops/shared/narrow_weights.h"
#include "ops/shared/product.h"
#include "ops/shared/quantized.h"
#include "ops/shared/regex.h"
#include "ops/shared/restate.h"
#include "ops/shared/window.h"

#endif
