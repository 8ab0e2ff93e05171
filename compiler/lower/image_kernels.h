/* pixels: kernels that make images with channels last, and where things are in their calls. */
#ifndef PIXELS_H
#define PIXELS_H

#include "ir/ir.h"

typedef struct {
    const char *kernel;
    int y, add;   /* arguments: the result; what is added to it and lies like it (-1: nothing can be). The image read is
                     argument 0 */
    int window;   /* the argument that is a struct window, the batch after it; -1: the kernel only counts pixels */
    bool by_rows; /* rows of the result can be made some at a time */
    const char *x_pixel, *y_pixel; /* fields with the distance from pixel to pixel, of what is read and made; NULL: it
                                      is all of the channels */
} PixelKernel;

const PixelKernel *pixel_kernel(const Step *s); /* NULL: the step calls none of them */

#endif
