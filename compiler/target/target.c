/* The table of targets. */
#include "target/target.h"

static const Target targets[] = {
    {"portable", MULTIPLY_PORTABLE, true}, {"c99", MULTIPLY_WORDS, true},
    {"cortex-m0", MULTIPLY_WORDS, false},  {"cortex-m0plus", MULTIPLY_WORDS, false},
    {"cortex-m3", MULTIPLY_WORDS, false},  {"cortex-m4", MULTIPLY_PAIRS, true},
    {"cortex-m7", MULTIPLY_PAIRS, true},   {"cortex-m33", MULTIPLY_PAIRS, true},
    {"cortex-m55", MULTIPLY_HELIUM, true}, {"cortex-m85", MULTIPLY_HELIUM, true},
};

enum { N_TARGETS = sizeof targets / sizeof *targets };

const Target *const target_portable = &targets[0];

const Target *target_find(Foreign name)
{
    for (int i = 0; i < N_TARGETS; i++)
        if (foreign_is(name, targets[i].name)) return &targets[i];
    return NULL;
}

const char *target_names(void)
{
    const char *names = targets[0].name;
    for (int i = 1; i < N_TARGETS; i++) names = mem_printf("%s %s", names, targets[i].name);
    return names;
}
