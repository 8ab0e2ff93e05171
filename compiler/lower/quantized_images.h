#ifndef QUANTIZED_IMAGES_H
#define QUANTIZED_IMAGES_H

#include "ir/ir.h"

/* A step that turns an image so that its channels are last, if one before it quantises the image: does both, and the
 * other has -1 for its place. After steps_index. */
void quantize_as_turned(const Model *m, Step *turn);

#endif
