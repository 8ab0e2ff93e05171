/* The operators the compiler knows, found by domain, name and opset. */
#include "op/doors.h"
#include "op/op.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* All rows, sorted by domain, name and opset; built on first use, for the life of the process. */
static const Op **sorted;
static int count;

static int compare(const Op *op, const char *domain, const char *name)
{
    int order = strcmp(op->domain, domain);
    return order ? order : strcmp(op->name, name);
}

static int in_order(const void *a, const void *b)
{
    const Op *x = *(const Op *const *)a, *y = *(const Op *const *)b;
    int order = compare(x, y->domain, y->name);
    return order ? order : (x->since > y->since) - (x->since < y->since);
}

static void free_table(void)
{
    free(sorted);
    sorted = NULL;
}

static void sort_table(void)
{
    for (int i = 0; doors.families[i]; i++)
        for (const Op *op = doors.families[i]; op->name; op++) count++;
    sorted = malloc(((size_t)count + 1) * sizeof *sorted);
    if (!sorted) internal_error("out of memory");
    int filled = 0;
    for (int i = 0; doors.families[i]; i++)
        for (const Op *op = doors.families[i]; op->name; op++) sorted[filled++] = op;
    qsort(sorted, (size_t)count, sizeof *sorted, in_order);
    atexit(free_table);
}

/* The place of the first row of this operator, or of the next operator if there is none. */
static int first_row(const char *domain, const char *name)
{
    if (!sorted) sort_table();
    int low = 0, high = count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (compare(sorted[middle], domain, name) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

const char *short_domain(const char *domain)
{
    return strcmp(domain, "ai.onnx") ? domain : "";
}

static const Op *last_row(const char *domain, const char *name, int opset)
{
    const Op *found = NULL;
    for (int i = first_row(domain, name); i < count && !compare(sorted[i], domain, name); i++)
        if (sorted[i]->since <= opset) found = sorted[i];
    return found;
}

const Op *op_find(const char *domain, const char *name, int opset)
{
    return strcmp(domain, OWN_DOMAIN) ? last_row(short_domain(domain), name, opset) : NULL;
}

const Op *op_own(const char *name)
{
    const Op *op = last_row(OWN_DOMAIN, name, INT_MAX);
    if (!op) internal_error("there is no own operator %s", name);
    return op;
}

bool op_exists(const char *domain, const char *name)
{
    return op_find(domain, name, INT_MAX);
}
