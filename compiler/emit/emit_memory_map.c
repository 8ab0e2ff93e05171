/* emit_memory_map: the buffers of the arena as an enum, each with its place, its size and the steps it lives in. */
#include "emit/emit.h"

#include <string.h>

/* How many paragraphs: what a loop needs in its next round lives through all of it. */
static int length_of(Life l)
{
    return l.last->paragraph - l.first->paragraph + 1;
}

/* Columns don't move with the widest entry: a buffer more changes no other's line. */
static void emit_row(const Model *m, const Value *v, FILE *f)
{
    enum { NARROWEST = 40, STEP = 8 };
    int length = (int)strlen(v->c_name), width = length < NARROWEST ? NARROWEST : (length + STEP - 1) / STEP * STEP;
    fprintf(f, "    AT_%-*s = %9lld, /* %9lld  %4d  %s%s%s */\n", width, v->c_name, (long long)v->arena_offset,
            (long long)value_bytes(v), length_of(life_of(m->graph, v)), dtype_name(v->type.dtype),
            shape_in_c(m, &v->type.shape), memory_comment(v->memory));
}

void emit_memory_map(Model *m, FILE *f)
{
    Buffers buffers = arena_buffers(m->graph);
    if (!buffers.count) return;
    emit_heading("Memory map", f);
    fputs("/* Buffers in the order in which they are first needed, each for that many steps of the run function. */\n",
          f);
    fprintf(f, "enum {%42s/* offset         bytes  steps  tensor */\n", "");
    for (int i = 0; i < buffers.count; i++) emit_row(m, buffers.items[i], f);
    fputs("};\n\n", f);
}
