/* conv_cases.h: convolutions that test_packed.c holds against plain loops. */
#ifndef CONV_CASES_H
#define CONV_CASES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int32_t batch, groups, in_c, out_c, chunk, in_d, in_h, in_w, kernel_d, kernel_h, kernel_w, stride, dilation, pad;
    bool apart;
} ConvCase;

static const ConvCase conv_cases[] = {
    /* batch, groups, in, out, chunk; image; kernel; stride, dilation, pad; planes apart */
    {1, 1, 16, 16, 16, 1, 7, 7, 1, 3, 3, 1, 1, 1, false},
    {2, 1, 20, 40, 20, 1, 9, 11, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 33, 70, 16, 1, 6, 5, 1, 3, 3, 2, 1, 1, false},
    {1, 1, 24, 100, 10, 1, 5, 8, 1, 1, 1, 1, 1, 0, false},
    {2, 1, 17, 3, 17, 1, 8, 9, 1, 1, 1, 2, 1, 0, false},
    {1, 3, 8, 20, 8, 1, 7, 6, 1, 3, 3, 1, 1, 1, false},
    {1, 2, 40, 16, 24, 1, 6, 7, 1, 5, 3, 2, 1, 2, false},
    {1, 1, 12, 18, 12, 1, 10, 9, 1, 3, 3, 1, 2, 2, false},
    {1, 1, 12, 18, 5, 1, 9, 10, 1, 3, 2, 2, 3, 3, false},
    {2, 1, 3, 20, 3, 1, 17, 15, 1, 7, 7, 2, 1, 3, true},
    {1, 1, 5, 33, 2, 1, 9, 8, 1, 3, 3, 1, 1, 1, true},
    {1, 1, 3, 8, 3, 1, 8, 9, 1, 3, 3, 1, 2, 2, true},
    {1, 2, 3, 8, 3, 1, 8, 9, 1, 5, 5, 1, 1, 2, true},
    {1, 1, 1, 10, 1, 1, 12, 12, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 16, 16, 16, 1, 1, 40, 1, 1, 9, 1, 1, 4, false}, /* 1-D; rows of padding only above and below */
    {1, 1, 8, 16, 8, 1, 3, 3, 1, 7, 7, 1, 1, 5, false}, /* windows without any tap inside, and larger than the image */
    {1, 1, 8, 16, 8, 1, 4, 4, 1, 2, 2, 3, 1, 4, true},
    {2, 1, 6, 20, 6, 5, 6, 7, 3, 3, 3, 1, 1, 1, false}, /* 3-D */
    {1, 1, 9, 20, 4, 5, 6, 7, 2, 3, 1, 2, 1, 1, false},
    {1, 1, 260, 20, 64, 1, 40, 70, 1, 3, 3, 1, 1, 1, false}, /* several bands */
    {1, 1, 512, 70, 512, 1, 7, 5, 1, 3, 3, 1, 1, 1, false},  /* tap by tap */
    {2, 1, 515, 20, 515, 1, 6, 7, 1, 3, 2, 2, 1, 1, false},
    {1, 2, 512, 16, 512, 1, 4, 5, 1, 3, 3, 1, 2, 2, false},
    {1, 1, 520, 33, 520, 3, 4, 3, 3, 3, 3, 2, 1, 2, false},
    {1, 1, 512, 16, 512, 1, 3, 3, 1, 7, 7, 1, 1, 5, false},
};

#endif
