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

/* By the numbers of their comments: "3..7". What a loop needs in its next round lives through all of it. */
static const char *life_of(const Graph *g, const Value *v)
{
    int first = v->first_step, last = v->last_step;
    while (first < last && step_is_elided(g->steps[first])) first++;
    while (last > first && step_is_elided(g->steps[last])) last--;
    int from = g->steps[first]->paragraph, to = g->steps[last]->paragraph;
    return from == to ? mem_printf("%d", from) : mem_printf("%d..%d", from, to);
}

/* The widths of the columns. Names longer than most lines can hold don't count. */
typedef struct {
    int name, offset, bytes, life;
} Columns;

static void widen(int *width, const char *text)
{
    if ((int)strlen(text) > *width) *width = (int)strlen(text);
}

static const char *number(int64_t n)
{
    return mem_printf("%lld", (long long)n);
}

static Columns columns_of(const Graph *g, const Rows *rows)
{
    enum { LONGEST_ALIGNED = 56 };
    Columns c = {0, sizeof "offset" - 1, sizeof "bytes" - 1, sizeof "live" - 1};
    for (int i = 0; i < rows->count; i++) {
        const Value *v = rows->items[i];
        if (strlen(v->c_name) <= LONGEST_ALIGNED) widen(&c.name, v->c_name);
        widen(&c.offset, number(v->arena_offset));
        widen(&c.bytes, number(value_bytes(v)));
        widen(&c.life, life_of(g, v));
    }
    return c;
}

void emit_memory_map(Model *m, FILE *f)
{
    const Graph *g = m->graph;
    Rows rows = collect_rows(g);
    if (!rows.count) return;
    Columns c = columns_of(g, &rows);
    fputs("/* Memory map ---------------------------------------------------------------------------------- */\n\n", f);
    fputs("/* A buffer lives in the steps of these numbers; what a loop needs in its next round, in all of the loop. "
          "*/\n",
          f);
    fprintf(f, "enum {%*s/* %*s      %*s  %*s  tensor */\n", c.name + 2, "", c.offset, "offset", c.bytes, "bytes",
            c.life, "live");
    for (int i = 0; i < rows.count; i++) {
        const Value *v = rows.items[i];
        fprintf(f, "    AT_%-*s = %*lld, /* %*lld  %*s  %s%s */\n", c.name, v->c_name, c.offset,
                (long long)v->arena_offset, c.bytes, (long long)value_bytes(v), c.life, life_of(g, v),
                dtype_name(v->type.dtype), shape_in_c(m, &v->type.shape));
    }
    fputs("};\n\n", f);
}
