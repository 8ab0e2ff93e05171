/* traced.c: linked into a compiler that was built with -fsanitize-coverage=trace-pc, it notes which basic blocks have
 * run, and adds their addresses at exit to the file that TRACED names. choose_quick.py builds and reads it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 1 << 20 }; /* a power of two, far more than there are blocks */

static uintptr_t seen[SLOTS];

void __sanitizer_cov_trace_pc(void);

/* Open addressing with linear probing. */
void __sanitizer_cov_trace_pc(void)
{
    uintptr_t at = (uintptr_t)__builtin_return_address(0);
    size_t i = at * UINT64_C(0x9e3779b97f4a7c15) >> 44 & (SLOTS - 1);
    while (seen[i] && seen[i] != at) i = (i + 1) & (SLOTS - 1);
    seen[i] = at;
}

__attribute__((destructor)) static void write_seen(void)
{
    const char *path = getenv("TRACED");
    FILE *f = path ? fopen(path, "ab") : NULL;
    for (size_t i = 0; f && i < SLOTS; i++)
        if (seen[i]) fwrite(&seen[i], sizeof seen[i], 1, f);
    if (f) fclose(f);
}
