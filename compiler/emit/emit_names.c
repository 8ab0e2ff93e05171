/* names: every value and every dimension gets an identifier of its own.
 *
 * A name keeps its letters, so that a reviewer finds every layer: "/f/f.0/Conv_output_0" is f_f_0_Conv. Only a
 * collision gets a suffix. Constants begin with w_, so that they stand apart from what is computed. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

/* What the generated file's other text means something else by: C's words, the headers' functions and macros,
 * and its own local names. Kernel names are asked for in the kernel table. */
static const char *const reserved[] = {
    "auto",   "break",    "case",     "char",        "const",     "continue", "default",   "do",     "double",
    "else",   "enum",     "extern",   "float",       "for",       "goto",     "if",        "inline", "int",
    "long",   "register", "restrict", "return",      "short",     "signed",   "sizeof",    "static", "struct",
    "switch", "typedef",  "union",    "unsigned",    "void",      "volatile", "while",     "asm",    "typeof",
    "bool",   "true",     "false",    "and",         "or",        "not",      "xor",       "new",    "delete",
    "this",   "class",    "template", "operator",    "private",   "public",   "virtual",   "linux",  "unix",
    "acos",   "asin",     "atan",     "atan2",       "ceil",      "cos",      "cosh",      "exp",    "exp2",
    "expm1",  "erf",      "erfc",     "fabs",        "fdim",      "floor",    "fma",       "fmax",   "fmin",
    "fmod",   "frexp",    "gamma",    "hypot",       "ilogb",     "j0",       "j1",        "jn",     "y0",
    "y1",     "yn",       "ldexp",    "lgamma",      "log",       "log10",    "log1p",     "log2",   "logb",
    "lrint",  "lround",   "modf",     "nan",         "nearbyint", "pow",      "remainder", "remquo", "rint",
    "round",  "scalb",    "signbit",  "significand", "sin",       "sinh",     "sqrt",      "tan",    "tanh",
    "tgamma", "trunc",    "drem",     "isinf",       "isnan",     "index",    "rindex",    "abs",    "labs",
    "div",    "time",     "signal",   "free",        "malloc",    "exit",     "abort",     "printf", "puts",
    "main",   "environ",  "NAN",      "INFINITY",    "NULL",      "EOF",      "I",         "arena",  "memory",
    "rc",     "start",    "stdin",    "stdout",      "stderr",    "errno",    "near",      "far",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(reserved[i], name)) return true;
    return kernel_find(name) != NULL;
}

/* What begins so is the C library's, with any suffix. */
static bool has_library_prefix(const char *name)
{
    return !strncmp(name, "str", 3) || !strncmp(name, "mem", 3);
}

static const char *unique(Map *taken, const char *wanted)
{
    if (has_library_prefix(wanted)) wanted = mem_printf("v_%s", wanted);
    const char *name = wanted;
    for (int i = 2; is_reserved(name) || map_get(taken, foreign(name)); i++) name = mem_printf("%s_%d", wanted, i);
    map_put(taken, foreign(name), (void *)name);
    return name;
}

typedef struct {
    Map *taken;
} Naming;

static void name_value(Value *v, Naming *naming)
{
    if (v->c_name) return;
    const char *wanted = as_identifier(v->name);
    v->c_name = unique(naming->taken, v->data ? mem_printf("w_%s", wanted) : wanted);
}

void name_everything(Model *m)
{
    Graph *g = m->graph;
    Naming naming = {map_new()};
    for (int i = 0; i < g->n_steps; i++) /* custom operators' names, too */
        if (g->steps[i]->kind == STEP_CALL) map_put(naming.taken, foreign(g->steps[i]->call.kernel->name), g);
    m->param_names = mem_array((size_t)m->n_params + 1, sizeof *m->param_names);
    for (int i = 0; i < m->n_params; i++) m->param_names[i] = unique(naming.taken, as_identifier(m->params[i]));
    for (int i = 0; i < g->n_inputs; i++) name_value(g->inputs[i], &naming);
    for (int i = 0; i < g->n_outputs; i++) name_value(g->outputs[i], &naming);
    for (int i = 0; i < g->n_outputs; i++) unique(naming.taken, mem_printf("%s_dims", g->outputs[i]->c_name));
    m->local_names = mem_array((size_t)m->n_locals + 1, sizeof *m->local_names);
    for (int i = 0; i < m->n_locals; i++) m->local_names[i] = unique(naming.taken, as_identifier(m->locals[i]));
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) name_value(a.value, &naming);
}
