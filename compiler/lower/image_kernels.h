/* image_kernels.h: kernels that make images with channels last, and what their parameters are called. */
#ifndef IMAGE_KERNELS_H
#define IMAGE_KERNELS_H

#include "ir/ir.h"

/* The result is always y. */
typedef struct {
    const char *kernel;
    const char *x;                 /* the image that is read */
    const char *add;               /* what is added to the result and lies like it; NULL: nothing can be */
    const char *window;            /* a struct window; NULL: y's pixels are made of x's at the same places */
    const char *sizes;             /* the struct that has what follows; or NULL */
    const char *x_pixel, *y_pixel; /* fields: the distance from pixel to pixel; NULL: it is all of the channels */
    const char *lines;             /* the field: lines computed together, for which there is room; or NULL */
    const char *count; /* without a window: the parameter that counts pixels, or, if of_elements, elements */
    bool of_elements;
    bool from_planes; /* x is an image with channels first, [batch, channels, height, width] */
    bool by_rows;     /* rows of the result can be made some at a time */
} ImageKernel;

const ImageKernel *image_kernel(const Step *s); /* NULL: the step calls none of them */
Dim *image_batch(const Step *s);                /* how many images a call with a window takes */
Dim *image_count(const Step *s);                /* how many pixels or elements one without takes */

#endif
