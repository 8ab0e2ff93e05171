/* count.c: linked to a compiler that is built with -fsanitize-coverage=trace-pc, counts the basic blocks that run: the
 * work done, whatever the machine does beside. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void __sanitizer_cov_trace_pc(void);

static uint64_t blocks;

void __sanitizer_cov_trace_pc(void)
{
    blocks++;
}

__attribute__((destructor)) static void say(void)
{
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmHWM:", 6)) fputs(line, stderr); /* the most memory that it ever had */
    if (f) fclose(f);
    fprintf(stderr, "blocks %llu\n", (unsigned long long)blocks);
}
