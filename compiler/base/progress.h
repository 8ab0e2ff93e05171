/* progress.h: what is being done and how long it took, for people who wait. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

/* How much is told on standard error: where it is a terminal, of work that takes a second or more, what is being done;
 * or `verbose`: the time that everything took, once it is done. Nothing before this is called. */
void progress_start(bool verbose);

/* `what` begins, after what was done so far: a word, which stays where it is. NULL: nothing, for now. */
void progress(const char *what);

void progress_clear(void); /* before a message: the line of the terminal is empty again */

#endif
