/* emit_memories: the memories beside the arena that buffers lie in: regions, and inputs and outputs while they are
 * free.
 */
#include "emit/emit.h"

#include "plan/plan.h"

static int n_regions(const Model *m)
{
    return m->options.n_regions;
}

static const char *region_macro(const Model *m, const SideMemory *r)
{
    return mem_printf("%s_%s", upper_case(m->options.name), upper_case(r->name));
}

const char *memory_in_c(const SideMemory *m)
{
    if (!m) return "memory";
    return m->lent ? mem_printf("(unsigned char *)%s", m->lent->c_name) : mem_printf("%s_memory", m->c_name);
}

const char *memory_comment(const SideMemory *m)
{
    return m ? mem_printf(", in %s", m->lent ? m->lent->c_name : m->name) : "";
}

/* -- regions ----------------------------------------------------------------------------------- */

const char *region_parameters(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < n_regions(m); i++) text = mem_printf("%s, void *%s", text, m->regions[i].c_name);
    return text;
}

const char *region_arguments(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < n_regions(m); i++) {
        const SideMemory *r = &m->regions[i];
        text = mem_printf("%s, %s", text, r->used ? r->c_name : "NULL");
    }
    return text;
}

void emit_region_macros(const Model *m, FILE *f)
{
    for (int i = 0; i < n_regions(m); i++) {
        const SideMemory *r = &m->regions[i];
        fprintf(f, "#define %s_BYTES %lld /* of %lld that --region %s may have */\n", region_macro(m, r),
                (long long)r->used, (long long)r->bytes, r->name);
    }
}

void emit_region_placement(const Model *m, FILE *f)
{
    for (int i = 0; i < n_regions(m); i++) {
        const char *macro = region_macro(m, &m->regions[i]);
        fprintf(f, "#ifndef %s_ATTR\n#define %s_ATTR\n#endif\n", macro, macro);
    }
}

/* A memory of the run function that is static. Where the compiler can't be told to align it, it is a pointer into a
 * larger block, `start`. */
void emit_static_memory(const Model *m, const char *macro, const char *name, const char *start, FILE *f)
{
    const char *align = mem_printf("%s_ARENA_ALIGN", upper_case(m->options.name));
    fprintf(f, "#ifdef __GNUC__\n    static %s_ATTR unsigned char %s[%s_BYTES] __attribute__((aligned(%d)));\n", macro,
            name, macro, ARENA_BASE_ALIGN);
    fprintf(f, "#else\n    static %s_ATTR unsigned char %s[%s_BYTES + %s];\n", macro, start, macro, align);
    fprintf(f, "    unsigned char *const %s = %s + (%s - (uintptr_t)%s %% %s) %% %s;\n#endif\n", name, start, align,
            start, align, align);
}

void emit_static_regions(const Model *m, FILE *f)
{
    for (int i = 0; i < n_regions(m); i++) {
        const SideMemory *r = &m->regions[i];
        if (r->used) emit_static_memory(m, region_macro(m, r), r->c_name, mem_printf("%s_start", r->c_name), f);
    }
}

void emit_region_checks(const Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    for (int i = 0; i < n_regions(m); i++) {
        const SideMemory *r = &m->regions[i];
        if (!r->used) fprintf(f, "    (void)%s;\n", r->c_name);
        else fprintf(f, "    if ((uintptr_t)%s %% %s_ARENA_ALIGN != 0) return %s_EARENA;\n", r->c_name, prefix, prefix);
    }
}

void emit_region_pointers(const Model *m, FILE *f)
{
    for (int i = 0; i < n_regions(m); i++)
        if (m->regions[i].used)
            fprintf(f, "    unsigned char *const %s_memory = (unsigned char *)%s;\n", m->regions[i].c_name,
                    m->regions[i].c_name);
}

void report_regions(const Model *m, FILE *f)
{
    if (!n_regions(m)) return;
    fputs("  \"regions\": [", f);
    for (int i = 0; i < n_regions(m); i++)
        fprintf(f, "%s { \"name\": \"%s\", \"bytes\": %lld, \"used\": %lld }", i ? "," : "", m->regions[i].name,
                (long long)m->regions[i].bytes, (long long)m->regions[i].used);
    fputs(" ],\n", f);
}

/* -- inputs ------------------------------------------------------------------------------------ */

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
