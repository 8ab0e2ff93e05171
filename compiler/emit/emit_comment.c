/* emit_comment: the comments over the steps of the run function.
 *
 * Steps of one node that follow one another are a paragraph, with a comment that says what they really read and write,
 * under the names that the file has: all of it comes from the steps, since tiles, views and fused loops have long left
 * the node's own inputs and outputs after. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

/* -- paragraphs ----------------------------------------------------------------------------------- */

static bool is_in_tiles(const Step *s)
{
    return s->block->opener && s->block->opener->kind == STEP_FOR && s->block->opener->rounds.tiles;
}

/* `before` is the step printed last. What counts the rows of tiles belongs to all their steps. */
static bool begins_paragraph(const Step *s, const Step *before)
{
    if (s->comment || !before) return true;
    if (s->kind == STEP_ELSE || s->kind == STEP_END) return false;
    if (is_in_tiles(s) && s->kind == STEP_SET) return false;
    return s->node != before->node || (is_in_tiles(before) && before->kind == STEP_SET);
}

void number_paragraphs(Graph *g)
{
    const Step *before = NULL;
    int number = 0;
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (!step_is_elided(s)) {
            number += begins_paragraph(s, before);
            before = s;
        }
        s->paragraph = number;
    }
}

/* -- what is read and written ------------------------------------------------------------------ */

/* Names, each once. */
typedef struct {
    Map *seen;
    Text text;
} List;

typedef struct {
    const Model *m;
    List reads, writes, scratch;
    const char *facts;
} Paragraph;

static void add_text(List *l, const char *text)
{
    if (map_get(l->seen, foreign(text))) return;
    map_put(l->seen, foreign(text), l);
    if (l->text.length) mem_append(&l->text, ", ");
    mem_append(&l->text, text);
}

static const char *named(const Model *m, const Value *v)
{
    return mem_printf("%s%s", v->c_name, shape_in_c(m, &v->type.shape));
}

/* What a paragraph wrote itself it doesn't read from elsewhere. */
static void add_read(Paragraph *p, const Value *v)
{
    const char *text = named(p->m, v);
    if (!map_get(p->writes.seen, foreign(text))) add_text(&p->reads, text);
}

static void add_symbol(Foreign symbol, void *context)
{
    Paragraph *p = context;
    add_text(&p->reads, dim_in_c(p->m, dim_symbol(symbol, 0, 0)));
}

static void add_accesses(Paragraph *p, const Step *s)
{
    for (Access a = {0}; mention_next(s, &a);) {
        if (!a.written) add_read(p, a.value);
        else add_text(is_scratch(a.value) ? &p->scratch : &p->writes, named(p->m, a.value));
    }
    if (s->kind == STEP_STORE) dim_symbols(s->store.number, add_symbol, p);
    if (!*p->facts) p->facts = facts_of(s);
}

/* -- blocks ------------------------------------------------------------------------------------ */

static bool overlap(Value *a, Value *b)
{
    int64_t at_a, at_b;
    if (storage_root(a, &at_a) != storage_root(b, &at_b)) return false;
    return at_a < at_b + value_bytes(b) && at_b < at_a + value_bytes(a);
}

/* The last step of the statement: its end, or what the node does right after it. */
static int last_step(const Graph *g, const StepBlock *b)
{
    int last = b->end;
    for (int i = last + 1; i < g->n_steps && g->steps[i]->paragraph == g->steps[b->end]->paragraph; i++)
        if (g->steps[i]->node == g->steps[b->end]->node) last = i;
    return last;
}

/* What lies in the memory of `root` and is mentioned after a step. */
typedef struct {
    const Value *root;
    int count, capacity;
    Value **items;
} Later;

static void find_later(const Graph *g, int last, Value *root, Later *l)
{
    Value *v = root;
    l->root = root;
    l->count = 0;
    do {
        if (step_after(g, v, last) < g->n_steps) {
            mem_grow(&l->items, &l->capacity, l->count + 1, sizeof *l->items);
            l->items[l->count++] = v;
        }
        v = v->next_view;
    } while (v != root);
}

/* What is read first of v's memory after step `last`; NULL: nothing, before it is written over. */
static const Value *read_after(const Graph *g, int last, Value *v, Later *later)
{
    int first = g->n_steps;
    Value *root = storage_root(v, NULL);
    if (root != later->root) find_later(g, last, root, later);
    for (int i = 0; i < later->count; i++) {
        Value *w = later->items[i];
        int at = overlap(w, v) ? step_after(g, w, last) : g->n_steps;
        while (at < g->n_steps && step_is_elided(g->steps[at])) at = step_after(g, w, at);
        if (at < first) first = at;
    }
    for (Access a = {0}; first < g->n_steps && mention_next(g->steps[first], &a);)
        if (overlap(a.value, v)) return a.written ? NULL : a.value;
    return NULL;
}

/* A loop, or both branches, write what is wanted after them, wherever that is done in them. */
static void add_results(Paragraph *p, const StepBlock *b)
{
    const Graph *g = p->m->graph;
    int last = last_step(g, b);
    Later later = {0};
    for (int i = b->first; i <= last; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            Value *root = storage_root(a.value, NULL);
            const Value *wanted = !a.written ? NULL : root->is_output ? root : read_after(g, last, a.value, &later);
            if (wanted) add_text(&p->writes, named(p->m, wanted));
        }
}

static bool is_written_in(const StepBlock *b, const Value *v)
{
    for (int i = 0; i < v->uses.count; i++) {
        const Use *u = &v->uses.items[i];
        if (u->written && u->step->at > b->first && u->step->at < b->end) return true;
    }
    return false;
}

/* Tiles have no step that reads for them all. */
static void add_sources(Paragraph *p, const StepBlock *b)
{
    for (int i = b->first; i <= b->end; i++)
        for (Access a = {0}; mention_next(p->m->graph->steps[i], &a);)
            if (!a.written && !a.value->data && !is_written_in(b, a.value)) add_read(p, a.value);
}

static void add_block(Paragraph *p, const Step *opener)
{
    const StepBlock *b = opener->opens;
    p->writes = (List){.seen = map_new()};
    if (opener->kind == STEP_FOR && opener->rounds.tiles) add_sources(p, b);
    add_results(p, b);
}

/* -- the comment ------------------------------------------------------------------------------- */

/* Up to the end of the block that it stands in, or the start of one of its own. */
static Paragraph read_paragraph(const Model *m, const Step *first)
{
    const Graph *g = m->graph;
    Paragraph p = {m, {.seen = map_new()}, {.seen = map_new()}, {.seen = map_new()}, ""};
    for (int i = first->at; i < g->n_steps && g->steps[i]->paragraph == first->paragraph; i++) {
        const Step *s = g->steps[i];
        if (s->ends && s != first) break;
        add_accesses(&p, s);
        if (!s->opens) continue;
        add_block(&p, s);
        break;
    }
    return p;
}

/* Of a loop or a branch, what is done before it ends. */
static const char *part_of_block(const Step *s)
{
    const Step *opener = s->block->opener;
    if (!opener || opener->node != s->node || is_in_tiles(s)) return "";
    return opener->kind == STEP_FOR ? ", next round" : ", result";
}

static const char *title_of(const Step *s)
{
    const Node *n = s->node;
    if (s->comment) return s->comment;
    const char *name = foreign_empty(n->name) ? "" : mem_printf(" \"%s\"", in_comment(n->name));
    const char *fused = n->fused ? mem_printf(", %s", n->fused) : "";
    return mem_printf("%s%s%s%s", in_comment(n->op_type), name, fused, part_of_block(s));
}

void emit_comment(const Model *m, const Step *s, FILE *f)
{
    Paragraph p = read_paragraph(m, s);
    fprintf(f, "    STEP(); /* %s", title_of(s));
    if (p.reads.text.length || p.writes.text.length) fputs(":", f);
    if (p.reads.text.length) fprintf(f, " %s", p.reads.text.start);
    if (p.writes.text.length) fprintf(f, " -> %s", p.writes.text.start);
    if (p.scratch.text.length) fprintf(f, ", scratch %s", p.scratch.text.start);
    fprintf(f, "%s */\n", p.facts);
}
