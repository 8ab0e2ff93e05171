/* process.h: running other programs. */
#ifndef PROCESS_H
#define PROCESS_H

typedef struct {
    int status; /* of its exit */
    int signal; /* that ended it; 0 if it ended by itself */
} Ending;

enum { NOT_STARTED = 127 }; /* the exit status when there is no such program */

/* Runs argv[0], looked up along the PATH, and waits for its end. What it prints goes to standard error. */
Ending run_process(char *const *argv);

#endif
