/* row_tiling.h: chains of steps over images that can be computed some rows at a time (row_tiling.c). */
#ifndef ROW_TILING_H
#define ROW_TILING_H

#include "lower/image_kernels.h"

/* A step of a chain: y[1, height, width, channels] from x, likewise. The rows it needs of x follow from its window. */
typedef struct {
    Step *step;
    Value *x, *y;
    const ImageKernel *kernel;     /* of a call; NULL: a loop */
    const char *x_name, *add_name; /* its parameters */
    const char *window;            /* NULL: rows of y are made of the same rows of x */
    Dim start, end;                /* rows of y computed in this round */
    Dim base;                      /* the row of y that its buffer begins with; NULL: y is whole */
    Dim image;                     /* the image of the batch that is worked on */
    Value *buffer;                 /* in the place of y */
    int64_t per_round, rows;       /* computed in a round at most; of the buffer */
} Link;

/* -- image_links.c ----------------------------------------------------------------------------- */

Dim image_height(const Value *v);
Dim image_row(const Value *v); /* elements of a row */
Dim *window_field(const Link *l, const char *name);
bool sees_same_rows(const Link *l); /* are rows of y made of the same rows of x? */

/* The chain that starts at step i, as long as it goes, up to `most` links; returns how many. Its first links are a
 * chain, too. */
int read_chain(const Graph *g, int i, Link *links, int most);

/* How many rows the links compute in a round and their buffers hold, where a round computes `per_round` rows of the
 * last result. */
void hold_rows(Link *links, int count, int64_t per_round);

/* -- tiling_choice.c --------------------------------------------------------------------------- */

enum { MAX_CHAIN = 24 };

typedef struct {
    int first, count;  /* steps */
    int64_t per_round; /* rows of the last result that a round computes */
} Tiling;

/* The chains of a graph that are tiled, in their order, as --optimize asks for. Returns how many. */
int choose_tilings(const Model *m, Tiling **tilings);

#endif
