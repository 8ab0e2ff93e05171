/* emit_memories: the memories beside the arena that buffers lie in. */
#include "emit/emit.h"

#include "plan/plan.h"

const char *memory_in_c(const SideMemory *m)
{
    return m ? mem_printf("(unsigned char *)%s", m->lent->c_name) : "memory";
}

const char *memory_comment(const SideMemory *m)
{
    return m ? mem_printf(", in %s", m->lent->c_name) : "";
}

/* Strings are pointers to memory of the caller, and stay. */
bool is_input_const(const Model *m, const Value *v)
{
    return v->is_input && (!m->options.reuse_inputs || v->type.dtype == DT_STRING);
}

bool is_overwritten(const Model *m, const Value *v)
{
    const Graph *g = m->graph;
    for (int i = 0; v->is_input && !is_input_const(m, v) && i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            const Value *root = storage_root(a.value, NULL);
            if (a.written && (root == v || (root->memory && root->memory->lent == v))) return true;
        }
    return false;
}
