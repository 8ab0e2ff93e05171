/* Prints docs/operators.md: the operators of compiler/ops/table.def by domain. `make docs` writes the file, a test
 * compares. */
#include "op/op.h"

#include <stdlib.h>
#include <string.h>

#define OPS(family) extern const Op ops_##family[];
#include "ops/table.def"
#undef OPS

static const struct {
    const char *file;
    const Op *ops;
} families[] = {
#define OPS(family) {#family, ops_##family},
#include "ops/table.def"
#undef OPS
};

typedef struct {
    const Op *op;
    const char *file;
} Row;

/* What is said about the domains known so far; another one gets its name only. */
static const struct {
    const char *domain, *title, *about;
} domains[] = {
    {"", "ai.onnx", "The operators of ONNX itself."},
    {"ai.onnx.ml", "ai.onnx.ml",
     "Classic machine learning, as scikit-learn and the libraries around it export it. The maps that a ZipMap makes "
     "stand "
     "at the interface as\n"
     "two arrays, NAME_keys and NAME_values, a row for each map; verify compares them with stored maps, where there "
     "are "
     "any."},
    {"ai.onnx.preview.training", "ai.onnx.preview.training", "Optimisers."},
    {"com.ms.internal.nhwc", "com.ms.internal.nhwc",
     "Images with their channels last, which ONNX Runtime makes for some of its providers."},
    {"com.microsoft", "com.microsoft",
     "What ONNX Runtime's optimiser and quantiser write. Known differences from it:\n\n"
     "- MultiHeadAttention: the past counts whether or not the present is asked for, which ONNX Runtime ignores "
     "without a bias\n"
     "  (its case \"one head and head size 4 with pastKey and pastValue\")."},
};

static Row *rows;
static int n_rows;

static int in_order(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    int order = strcmp(x->op->domain, y->op->domain);
    if (!order) order = strcmp(x->op->name, y->op->name);
    return order ? order : x->op->since - y->op->since;
}

static void collect(void)
{
    for (int pass = 0; pass < 2; pass++) {
        n_rows = 0;
        for (size_t f = 0; f < sizeof families / sizeof *families; f++)
            for (const Op *op = families[f].ops; op->name; op++)
                if (strcmp(op->domain, OWN_DOMAIN)) { /* the compiler's own, made by rewrites */
                    if (rows) rows[n_rows] = (Row){op, families[f].file};
                    n_rows++;
                }
        if (!rows) rows = calloc((size_t)n_rows + 1, sizeof *rows);
        if (!rows) exit(1);
    }
    qsort(rows, (size_t)n_rows, sizeof *rows, in_order);
}

static bool same_operator(const Row *a, const Row *b)
{
    return !strcmp(a->op->domain, b->op->domain) && !strcmp(a->op->name, b->op->name);
}

static void print_domain(const char *domain)
{
    const char *title = domain, *about = NULL;
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (!strcmp(domains[i].domain, domain)) title = domains[i].title, about = domains[i].about;
    printf("\n## %s\n\n", title);
    if (about) printf("%s\n\n", about);
    puts("| operator | since opset | compiled | source |\n|---|---|---|---|");
}

/* One line for all rows of an operator. Returns the next operator's row. */
static int print_operator(int i)
{
    int first = i;
    bool steps = false, others = false;
    printf("| %s | ", rows[i].op->name);
    for (; i < n_rows && same_operator(&rows[first], &rows[i]); i++) {
        printf("%s%d", i > first ? ", " : "", rows[i].op->since);
        steps |= rows[i].op->lower != NULL;
        others |= rows[i].op->expand != NULL;
    }
    printf(" | %s | [%s.c](../compiler/ops/%s.c) |\n",
           !others ? "to kernels and loops"
           : steps ? "to kernels, or of other operators"
                   : "of other operators",
           rows[first].file, rows[first].file);
    return i;
}

int main(void)
{
    collect();
    puts("# Operators\n\n"
         "Written by `make docs` from the compiler's own table; a test keeps it true.\n\n"
         "*Since* names the opsets at which the reading of a node changes so much that it has a row of its own; "
         "smaller changes are handled\n"
         "inside, and every opset from the first one named to the newest is taken. Where an operator has limits, the "
         "comment at the head of its\n"
         "source says so, and the compiler refuses the node with the reason. *Of other operators* means that the node "
         "is replaced by nodes of\n"
         "simpler operators before anything else is done with it.\n\n"
         "All take float32; float16 and bfloat16 are computed in float32; float64, integers and bool where ONNX allows "
         "them.");
    for (int i = 0; i < n_rows;) {
        if (i == 0 || strcmp(rows[i].op->domain, rows[i - 1].op->domain)) print_domain(rows[i].op->domain);
        i = print_operator(i);
    }
    free(rows);
    return 0;
}
