/* The table of stages. */
#include "compile/stages.h"

#include "debug/debug.h"
#include "infer/infer.h"
#include "layout/layout.h"
#include "lower/lower.h"
#include "plan/plan.h"
#include "rewrite/rewrite.h"

const Stage stages[] = {
    {"load", NULL, HOLDS_GRAPH},   /* a graph in the order of execution, every name defined once */
    {"infer", infer, HOLDS_TYPES}, /* every value has a type and a shape, every node an operator */
    {"rewrite", rewrite, 0},       /* fewer and cheaper nodes */
    {"layout", layout, 0},         /* channels last where images are computed */
    {"lower", lower,
     HOLDS_STEPS},          /* steps in the order of execution; what is read was written, symbols are set before use */
    {"fuse", fuse, 0},      /* fewer loops */
    {"tile", tile_rows, 0}, /* chains over images in loops over rows */
    {"alias", alias_strided, 0},  /* fewer copies */
    {"plan", plan, HOLDS_MEMORY}, /* every value lies somewhere; what lives at the same time shares no bytes */
};

const int n_stages = sizeof stages / sizeof *stages;

const char *stage_named(Foreign name)
{
    for (int i = 0; i < n_stages; i++)
        if (foreign_is(name, stages[i].name)) return stages[i].name;
    return NULL;
}

const char *stage_names(void)
{
    const char *names = stages[0].name;
    for (int i = 1; i < n_stages; i++) names = mem_printf("%s, %s", names, stages[i].name);
    return names;
}
