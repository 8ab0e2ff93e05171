/* emit_hooks: macros that the program may define to look into the run function, and the lines that call them.
 *
 * STEP stands before each step, TRACE after it for each value that is whole from then on: not for rows of tiles, for
 * what a loop carries, for scratch, or for a view of a value that has been traced. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

/* Steps are counted by the preprocessor, so that no number of theirs stands in the file: one more changes no other. */
void emit_hooks(Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    fprintf(
        f,
        "/* Hooks: define %s_STEP(step) to have it before each step, and %s_TRACE(step, name, type, data, rank, dims) "
        "to have it after a step for each value that is complete then: `step` counts from 1, `name` is ONNX's, `type` "
        "as in \"float32\", `dims` an array of int32_t. */\n",
        prefix, prefix);
    fprintf(f, "#if defined(%s_STEP) || defined(%s_TRACE)\n", prefix, prefix);
    fprintf(f, "enum { STEP_BASE = __COUNTER__ };\n#define STEP() step_ = __COUNTER__ - STEP_BASE; %s_STEP(step_)\n",
            prefix);
    fprintf(f, "#else\n#define STEP()\n#endif\n#ifndef %s_STEP\n#define %s_STEP(step) (void)(step)\n#endif\n", prefix,
            prefix);
    fprintf(f,
            "#ifdef %s_TRACE\n#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; "
            "%s_TRACE(step_, name, #type, data, rank, dims_); } while (0)\n#else\n#define TRACE(...)\n#endif\n\n",
            prefix, prefix);
}

/* The number that hooks tell. */
void emit_hook_variable(FILE *f)
{
    fputs("    int32_t step_ = 0; (void)step_; /* for the hooks */\n", f);
}

/* -- when a value is whole ------------------------------------------------------------------------- */

static const StepBlock *common_block(const StepBlock *a, const StepBlock *b)
{
    while (!block_is_within(b, a)) a = a->parent;
    return a;
}

/* Rounds over tiles make parts of a value. */
static const StepBlock *beyond_tiles(const StepBlock *b)
{
    for (const StepBlock *at = b; at->opener; at = at->parent)
        if (at->opener->kind == STEP_FOR && at->opener->rounds.tiles) b = at->parent;
    return b;
}

/* Where the statement ends that step s is, or stands in, in block b. */
static int end_of_statement(const Step *s, const StepBlock *b)
{
    int end = s->at;
    for (const StepBlock *at = s->block; at != b; at = at->parent) end = at->end;
    return end;
}

static bool is_carried(const Step *s, const StepBlock *b)
{
    for (const StepBlock *at = s->block; at != b; at = at->parent)
        if (at->opener->kind == STEP_FOR && !at->opener->rounds.tiles) return true;
    return false;
}

/* The step after which all of v's elements are there; NOT_WHOLE if there is none. */
enum { NOT_WHOLE = -1 };

/* The block that v belongs to: all that mention it stand in it. */
static const StepBlock *home_of(const Value *v)
{
    const StepBlock *b = v->uses.items[0].step->block;
    for (int i = 1; i < v->uses.count; i++) b = common_block(b, v->uses.items[i].step->block);
    while (v->is_output && b->opener) b = b->parent;
    return beyond_tiles(b);
}

static int last_written(const Value *v, const StepBlock *home)
{
    bool in_rounds = false, outside = false;
    int end = NOT_WHOLE;
    for (int i = 0; i < v->uses.count; i++) {
        const Use *u = &v->uses.items[i];
        if (!u->written) continue;
        if (is_carried(u->step, home)) in_rounds = true;
        else outside = true;
        end = end_of_statement(u->step, home);
    }
    return in_rounds && outside ? NOT_WHOLE : end;
}

typedef struct {
    const Model *m;
    const Map *set;
    const StepBlock *block;
    int at;
} Sizes;

/* The variable of a size that is found out later is not set yet. */
static void wait_for_symbol(Foreign symbol, void *context)
{
    Sizes *s = context;
    const Step *first = local_find(s->m, symbol) ? map_get(s->set, symbol) : NULL;
    if (!first || first->at <= s->at || s->at == NOT_WHOLE) return;
    s->at = block_is_within(first->block, s->block) ? end_of_statement(first, s->block) : NOT_WHOLE;
}

static bool is_used_after(const Value *v, int step)
{
    return v->is_output || v->uses.items[v->uses.count - 1].step->at > step;
}

/* A view of another value, a loop's counter, or nothing that anyone reads. */
static bool says_nothing(const Value *v)
{
    if (v->data || (!v->uses.reads && !storage_root((Value *)v, NULL)->is_output)) return true;
    const Step *s = v->uses.items[0].step, *opener = s->block->opener;
    if (s->kind == STEP_STORE && opener && opener->node == s->node) return true;
    return step_is_elided(s) && v->storage == s->copy.source && s->copy.target == v;
}

static int whole_after(const Model *m, const Map *set, const Value *v)
{
    Sizes s = {.m = m, .set = set};
    if (says_nothing(v)) return NOT_WHOLE;
    s.block = home_of(v);
    s.at = last_written(v, s.block);
    if (s.at == NOT_WHOLE || !is_used_after(v, s.at)) return NOT_WHOLE;
    for (int d = 0; d < v->type.shape.rank; d++) dim_symbols(v->type.shape.dim[d], wait_for_symbol, &s);
    return s.at;
}

/* -- the lines ------------------------------------------------------------------------------------- */

typedef struct Trace {
    Value *value;
    struct Trace *next;
} Trace;

struct Traces {
    Trace **after; /* for each step: the values that are whole then, the last first */
};

static Map *first_setters(const Graph *g)
{
    Map *set = map_new();
    for (int i = g->n_steps - 1; i >= 0; i--)
        for (int k = 0; step_symbol(g->steps[i], k); k++)
            map_put(set, dim_text(step_symbol(g->steps[i], k)), g->steps[i]);
    return set;
}

Traces *find_traces(const Model *m)
{
    const Graph *g = m->graph;
    const Map *set = first_setters(g);
    Map *seen = map_new();
    Traces *t = mem_alloc(sizeof *t);
    t->after = mem_array((size_t)g->n_steps + 1, sizeof *t->after);
    for (int i = g->n_steps - 1; i >= 0; i--)
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            if (!a.written || map_get(seen, a.value->name)) continue;
            map_put(seen, a.value->name, a.value);
            int at = whole_after(m, set, a.value);
            if (at != NOT_WHOLE) t->after[at] = mem_dup(&(Trace){a.value, t->after[at]}, sizeof(Trace));
        }
    return t;
}

/* A literal, or several side by side where one would fill the line. */
static const char *name_literal(Foreign name)
{
    enum { LONGEST = 96, PART = LONGEST / 4 - 1 };
    const char *all = in_string(name), *parts = "";
    if (strlen(all) <= LONGEST) return all;
    for (size_t at = 0, length = foreign_length(name), n; at < length; at += n) {
        n = length - at < PART ? length - at : PART;
        parts = mem_printf("%s%s%s", parts, at ? " " : "", in_string(foreign_part(name, at, n)));
    }
    return parts;
}

static void emit_trace(const Model *m, Value *v, FILE *f)
{
    const Shape *s = &v->type.shape;
    Foreign name = foreign_none(v->model_name) ? v->wanted : v->model_name;
    fprintf(f, "    TRACE(%s, %s, %s, %d", name_literal(name), dtype_name(v->type.dtype), visible_pointer(m, v),
            s->rank);
    for (int d = 0; d < s->rank; d++) fprintf(f, ", %s", dim_in_c(m, s->dim[d]));
    fputs(s->rank ? ");\n" : ", 0);\n", f);
}

void emit_traces(const Model *m, const Traces *t, const Step *s, FILE *f)
{
    for (const Trace *at = t->after[s->at]; at; at = at->next) emit_trace(m, at->value, f);
}
