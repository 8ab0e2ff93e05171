/* emit_seed: the seed of random numbers whose nodes have none, which the caller may set.
 *
 * It is a variable of the file, the only one that calls read and something else writes; they don't write it. So a call
 * is a function of its arguments and of the seed, and calls by several threads don't disturb one another. */
#include "emit/emit.h"

bool takes_seed(const Model *m)
{
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        for (int k = 0; s->kind == STEP_CALL && k < s->call.n_args; k++)
            if (s->call.args[k].kind == ARG_SEED) return true;
    }
    return false;
}

const char *seed_in_c(int64_t stream)
{
    return mem_printf("seed_of_run ^ %s", literal(DT_UINT64, &stream));
}

void emit_seed_declaration(const Model *m, FILE *f)
{
    const char *name = m->options.name;
    if (!takes_seed(m)) return;
    fprintf(f,
            "/* Random numbers are those of this seed, in all calls from now on: 0 until it is called, and the same "
            "numbers for the same seed. The seed is a static variable that all threads share (or each has its own: "
            "%s_SEED_ATTR is _Thread_local); calls of %s_run_in read it, so set it when there are none. */\n",
            upper_case(name), name);
    fprintf(f, "void %s_seed(uint64_t seed);\n", name);
}

void emit_seed_definition(const Model *m, FILE *f)
{
    const char *name = m->options.name, *prefix = upper_case(name);
    if (!takes_seed(m)) return;
    fprintf(f, "static %s_SEED_ATTR uint64_t seed_of_run;\n\n", prefix);
    fprintf(f, "%s_CODE_ATTR\nvoid %s_seed(uint64_t seed)\n{\n    seed_of_run = seed;\n}\n\n", prefix, name);
}

void report_seed(const Model *m, FILE *f)
{
    if (takes_seed(m)) fprintf(f, "  \"seed\": \"%s_seed\",\n", m->options.name);
}
