/* narrow_weights.h: float weights that the file holds in fewer bytes: --weights-type, whose kernels widen them as they
 * read them, a vector or a row of a table at a time; and --precision, whose kernels round what they multiply them with
 * to the same type. */
#ifndef NARROW_WEIGHTS_H
#define NARROW_WEIGHTS_H

#include "op/op.h"

/* Is n to have narrow ones in place of v? Large arrays are, of nodes whose first input only the run tells: what is
 * computed at compile time is computed with the weights as they are. */
bool weights_narrow(const Node *n, const Value *v);

/* Weights packed in panels, [..., PANEL], as kernels are to read them. */
typedef struct {
    const char *type; /* as the kernel's name says it */
    Value *w;
    Value *scale; /* one of each column of the panels; NULL but for int8 */
} StoredPanels;

/* What becomes of `panels`, each of so many rows, packed from `v` for n; `run` of these are for elements that are
 * neighbours in the other factor. Weights that the type doesn't hold stay floats: such as are beyond its range. */
StoredPanels stored_panels(Node *n, const Value *v, Value *panels, int64_t rows, int64_t run);
void arg_panels(Step *s, const StoredPanels *p); /* w, and scale if there is one */

/* Those of a table, [rows][row], with a scale of each row, [rows, 1, ...], if the type is int8; false: it stays. */
bool narrow_table(Node *n, Value *table, Value **narrow, Value **scale);

#endif
