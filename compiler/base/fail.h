/* fail.h: when the compiler itself is wrong. */
#ifndef FAIL_H
#define FAIL_H

/* Our fault, never the model's: says so and ends the process with status 1. */
_Noreturn void internal_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
