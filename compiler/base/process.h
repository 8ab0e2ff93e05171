/* process.h: running other programs. */
#ifndef PROCESS_H
#define PROCESS_H

#include "base/foreign.h"

typedef struct {
    int status; /* of its exit */
    int signal; /* that ended it; 0 if it ended by itself */
} Ending;

enum { NOT_STARTED = 127 }; /* the exit status when there is no such program */

/* Runs the first word, looked up along the PATH, with the others as its arguments (no shell comes near them), and waits
 * for its end. What it prints goes to standard error. */
Ending run_process(const Foreign *words, int count);

#endif
