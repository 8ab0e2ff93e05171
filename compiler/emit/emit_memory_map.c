/* emit_memory_map: the buffers of the arena as an enum, each with its place, its size and the steps it lives in. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

typedef struct {
    int count, capacity;
    Value **items;
} Rows;

static Rows collect_rows(const Graph *g)
{
    Rows rows = {0};
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            Value *root = storage_root(a.value, NULL);
            if (!in_arena(root) || root->marked) continue;
            root->marked = true;
            mem_grow(&rows.items, &rows.capacity, rows.count + 1, sizeof *rows.items);
            rows.items[rows.count++] = root;
        }
    return rows;
}

/* How many paragraphs: what a loop needs in its next round lives through all of it. */
static int life_of(const Graph *g, const Value *v)
{
    int first = v->first_step, last = v->last_step;
    while (first < last && step_is_elided(g->steps[first])) first++;
    while (last > first && step_is_elided(g->steps[last])) last--;
    return g->steps[last]->paragraph - g->steps[first]->paragraph + 1;
}

/* Columns don't move with the widest entry: a buffer more changes no other's line. */
static void emit_row(const Model *m, const Value *v, FILE *f)
{
    enum { NARROWEST = 40, STEP = 8 };
    int length = (int)strlen(v->c_name), width = length < NARROWEST ? NARROWEST : (length + STEP - 1) / STEP * STEP;
    fprintf(f, "    AT_%-*s = %9lld, /* %9lld  %4d  %s%s%s */\n", width, v->c_name, (long long)v->arena_offset,
            (long long)value_bytes(v), life_of(m->graph, v), dtype_name(v->type.dtype), shape_in_c(m, &v->type.shape),
            memory_comment(v->memory));
}

void emit_memory_map(Model *m, FILE *f)
{
    Rows rows = collect_rows(m->graph);
    if (!rows.count) return;
    fputs("/* Memory map ---------------------------------------------------------------------------------- */\n\n", f);
    fputs("/* Buffers in the order in which they are first needed, each for that many steps of the run function. */\n",
          f);
    fprintf(f, "enum {%42s/* offset         bytes  steps  tensor */\n", "");
    for (int i = 0; i < rows.count; i++) emit_row(m, rows.items[i], f);
    fputs("};\n\n", f);
}
