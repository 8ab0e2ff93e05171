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

/* The i-th of the comma-separated names; *length 0 after the last. */
static const char *nth_name(const Kernel *k, int i, size_t *length)
{
    const char *s = k->names;
    for (; i > 0 && *s; i--) {
        s += strcspn(s, ",");
        if (*s) s++;
    }
    *length = strcspn(s, ",");
    return s;
}

int kernel_name_index(const Kernel *k, const char *name)
{
    size_t length, wanted = strlen(name);
    for (int i = 0;; i++) {
        const char *s = nth_name(k, i, &length);
        if (!length) return -1;
        if (length == wanted && !memcmp(s, name, length)) return i;
    }
}

int kernel_name_count(const Kernel *k)
{
    size_t length;
    int count = 0;
    while (nth_name(k, count, &length), length) count++;
    return count;
}

const char *kernel_nth_name(const Kernel *k, int index)
{
    size_t length;
    const char *s = nth_name(k, index, &length);
    return mem_strndup(s, length);
}
