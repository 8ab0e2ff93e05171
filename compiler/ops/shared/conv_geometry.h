/* conv_geometry.h: a convolution as a node describes it. */
#ifndef CONV_GEOMETRY_H
#define CONV_GEOMETRY_H

#include "ops/shared/window.h"

typedef struct {
    Window window;
    int64_t groups;
    Dim batch, in_channels, out_channels, group_channels; /* group_channels: of the input, per group */
} Conv;

/* Of an image of shape x, [N, C, ...], and inputs number w and, if there is one, bias. false after an error. */
bool conv_read_image(Node *n, const Shape *x, int w, int bias, Conv *c);
/* Of inputs number x, w and, if there is one, bias. false after an error. */
bool conv_read(Node *n, int x, int w, int bias, Conv *c);
Dim conv_taps(const Conv *c);            /* products that make one element of the result */
bool conv_is_channelwise(const Conv *c); /* a filter for each channel */
bool conv_is_product(const Conv *c);     /* of pixels and filters: each pixel of the result is made of the one there */

typedef struct {
    Window window; /* as of a convolution from the output to the input: in[] is the size of x, out[] that of y */
    int64_t groups;
    Dim batch, in_channels, out_channels;
} ConvTranspose;

/* Of an image of shape x, [N, C, ...], and inputs 1 and 2. */
bool conv_transpose_read(Node *n, const Shape *x, ConvTranspose *c);

#endif
