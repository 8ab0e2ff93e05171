/* stages.h: which stages there are. */
#ifndef STAGES_H
#define STAGES_H

#include "ir/ir.h"

/* What each stage leaves true, beside what was true before, check.c verifies after it and after every later one.
 * docs/design.md has the same table for people; tests/docs.sh holds the two, --help and the man page together. */
typedef struct {
    const char *name;
    StageResult (*run)(Model *m); /* NULL: load, which makes the Model */
    unsigned leaves;              /* Invariants, of check.c */
} Stage;

extern const Stage stages[]; /* in the order in which they run */
extern const int n_stages;

const char *stage_named(Foreign name); /* NULL: there is none */
const char *stage_names(void);         /* "load, infer, ...", for messages */

#endif
