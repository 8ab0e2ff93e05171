/* The kernel library as the compiler sees it: the table kernelgen wrote, found by name. */
#include "ir/ir.h"

#include <stdlib.h>
#include <string.h>

extern const Kernel kernel_table[];
extern const int kernel_table_count;

/* Indices into the table, sorted by name; built on first use, for the life of the process. */
static int *sorted;

static int by_name(const void *a, const void *b)
{
    return strcmp(kernel_table[*(const int *)a].name, kernel_table[*(const int *)b].name);
}

static void sort_table(void)
{
    sorted = malloc((size_t)kernel_table_count * sizeof *sorted);
    if (!sorted) internal_error("out of memory");
    for (int i = 0; i < kernel_table_count; i++) sorted[i] = i;
    qsort(sorted, (size_t)kernel_table_count, sizeof *sorted, by_name);
    atexit(kernels_free);
}

void kernels_free(void)
{
    free(sorted);
    sorted = NULL;
}

const Kernel *kernel_find(const char *name)
{
    if (!sorted) sort_table();
    int low = 0, high = kernel_table_count;
    while (low < high) {
        int middle = low + (high - low) / 2, order = strcmp(kernel_table[sorted[middle]].name, name);
        if (!order) return &kernel_table[sorted[middle]];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* The i-th of a struct's comma-separated fields; *length 0 after the last. */
static const char *nth_field(const Kernel *structure, int i, size_t *length)
{
    const char *s = structure->signature;
    for (; i > 0 && *s; i--) {
        s += strcspn(s, ",");
        if (*s) s++;
    }
    *length = strcspn(s, ",");
    return s;
}

int kernel_field(const Kernel *structure, const char *field)
{
    size_t length, wanted = strlen(field);
    for (int i = 0;; i++) {
        const char *s = nth_field(structure, i, &length);
        if (!length) return -1;
        if (length == wanted && !memcmp(s, field, length)) return i;
    }
}

int kernel_field_count(const Kernel *structure)
{
    size_t length;
    int count = 0;
    while (nth_field(structure, count, &length), length) count++;
    return count;
}

const char *kernel_field_name(const Kernel *structure, int index)
{
    size_t length;
    const char *s = nth_field(structure, index, &length);
    return mem_strndup(s, length);
}
