/* The operators the compiler knows, found by domain, name and opset. */
#include "op/doors.h"
#include "op/op.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* All rows, sorted by domain, name and opset; built on first use, for the life of the process. */
static const Op **sorted;
static int count;

static int compare(const Op *op, Foreign domain, Foreign name)
{
    int order = foreign_order(foreign(op->domain), domain);
    return order ? order : foreign_order(foreign(op->name), name);
}

static int in_order(const void *a, const void *b)
{
    const Op *x = *(const Op *const *)a, *y = *(const Op *const *)b;
    int order = compare(x, foreign(y->domain), foreign(y->name));
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
static int first_row(Foreign domain, Foreign name)
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

Foreign short_domain(Foreign domain)
{
    return foreign_is(domain, "ai.onnx") ? foreign("") : domain;
}

static const Op *last_row(Foreign domain, Foreign name, int opset)
{
    const Op *found = NULL;
    for (int i = first_row(domain, name); i < count && !compare(sorted[i], domain, name); i++)
        if (sorted[i]->since <= opset) found = sorted[i];
    return found;
}

static const Op *find(Foreign domain, Foreign name, int opset)
{
    return foreign_is(domain, OWN_DOMAIN) ? NULL : last_row(short_domain(domain), name, opset);
}

const Op *op_find(const char *domain, const char *name, int opset)
{
    return find(foreign(domain), foreign(name), opset);
}

const Op *op_own(Foreign name)
{
    const Op *op = last_row(foreign(OWN_DOMAIN), name, INT_MAX);
    if (!op) internal_error("there is no own operator %s", shown(name));
    return op;
}

const Op *op_of(const Node *n)
{
    return n->own ? n->own : find(n->domain, n->op_type, n->opset);
}

bool op_exists(const Node *n)
{
    return find(n->domain, n->op_type, INT_MAX);
}
