/* window.h: how the window of a convolution or pooling moves, read from a node's attributes. */
#ifndef WINDOW_H
#define WINDOW_H

#include "op/op.h"

enum { MAX_SPATIAL = 3 };

/* Per dimension, aligned at the last: an image with fewer than three has size 1 in the leading ones. */
typedef struct {
    int rank; /* of the image: 1 to 3 */
    Dim in[MAX_SPATIAL], out[MAX_SPATIAL], kernel[MAX_SPATIAL];
    Dim pad_begin[MAX_SPATIAL], pad_end[MAX_SPATIAL];
    int64_t stride[MAX_SPATIAL], dilation[MAX_SPATIAL];
} Window;

typedef enum { PAD_EXPLICIT, PAD_SAME_UPPER, PAD_SAME_LOWER, PAD_VALID, PAD_INVALID } AutoPad;

AutoPad window_auto_pad(Node *n); /* the attribute; PAD_INVALID after an error */

/* Reads strides, dilations and pads for an image of shape x ([N, C, ...]). `kernel` holds the window's size per
 * dimension of the image. `ceil_mode`: a last window may reach over the edge. false after an error. */
bool window_read(Node *n, const Shape *x, const Dim *kernel, AutoPad mode, bool ceil_mode, Window *w);
/* Of a pool, whose attributes say those, too. */
bool window_read_pool(Node *n, const Shape *x, const Dim *kernel, Window *w);

/* The parts of it: strides and dilations with the image's size (pads 0, out not set), and for pools kernel_shape. */
bool window_begin(Node *n, const Shape *x, const Dim *kernel, Window *w);
bool window_kernel_shape(Node *n, int rank, Dim *kernel);
/* For convolutions: the window's size by the weights' shape, held against kernel_shape; and the attribute group. */
bool window_weights(Node *n, const Shape *weights, Dim *kernel);
bool window_groups(Node *n, int64_t *groups);

/* A window that sees the whole of x, as rows of pixels. */
Window window_whole(const Shape *x);

Shape window_out_shape(const Shape *x, Dim channels, const Window *w); /* [N, channels, out...] */
Dim window_kernel_size(const Window *w);
/* Pixels of the image that so many places of the window see. */
int64_t window_reach(const Window *w, int dimension, int64_t places);
void arg_window(Step *s, const Window *w); /* as a struct window */

/* Of a Resize or Upsample: the axes that its scales and sizes are about; -1 where that is all of them, in order. */
int resized_axes(Node *n, const int64_t **axes);
/* As many as the rank, or 0 if absent; -1 after an error. */
int window_ints(Node *n, const char *name, int rank, int64_t low, const int64_t **values);

#endif
