/* The steps that lower makes, and where plan puts what they read and write. */
#include "debug/debug.h"
#include "plan/plan.h"

/* -- calls ------------------------------------------------------------------------------------- */

static const char *offset_text(Dim offset)
{
    return offset && !dim_is(offset, 0) ? mem_printf(" + %s", shown(dim_text(offset))) : "";
}

static void dump_numbers(const Arg *a, FILE *f)
{
    fputc('{', f);
    for (int i = 0; i < a->count; i++) {
        if (a->kind == ARG_REALS) fprintf(f, "%s%.9g", i ? ", " : "", a->reals[i]);
        else fprintf(f, "%s%s", i ? ", " : "", a->numbers[i] ? shown(dim_text(a->numbers[i])) : "0");
    }
    fputc('}', f);
}

static void dump_struct(const Arg *a, FILE *f)
{
    fprintf(f, "%s{", a->structure->name);
    for (int i = 0, fields = 0; i < a->count; i++) {
        if (!a->numbers[i]) continue;
        fprintf(f, "%s%s=%s", fields++ ? ", " : "", kernel_nth_name(a->structure, i), shown(dim_text(a->numbers[i])));
    }
    fputc('}', f);
}

static void dump_arg(const Arg *a, FILE *f)
{
    switch (a->kind) {
    case ARG_VALUE: fprintf(f, "%s%s%s", a->written ? "=> " : "", shown(a->value->name), offset_text(a->offset)); break;
    case ARG_INT: fputs(shown(dim_text(a->number)), f); break;
    case ARG_SEED: fprintf(f, "seed ^ %s", shown(dim_text(a->number))); break;
    case ARG_REAL: fprintf(f, "%.9g", a->real); break;
    case ARG_INTS:
    case ARG_REALS: dump_numbers(a, f); break;
    case ARG_STRUCT: dump_struct(a, f); break;
    case ARG_NONE:
    case ARG_NULL: fputs("NULL", f); break;
    case ARG_SYMBOL: fprintf(f, "=> %s", shown(dim_text(a->number))); break;
    case ARG_FUNCTION: fputs(a->function->name, f); break;
    case ARG_TEXT: fprintf(f, "\"%s\"", shown(a->text)); break;
    }
}

static void dump_call(const Call *s, FILE *f)
{
    fprintf(f, "%s(", s->kernel->name);
    for (int i = 0; i < s->n_args; i++) {
        if (i) fputs(", ", f);
        dump_arg(&s->args[i], f);
    }
    fputc(')', f);
    for (int i = 0; i < 2 && s->in_place[i].in; i++) {
        fprintf(f, " in place %s", shown(s->in_place[i].in->name));
        fprintf(f, " -> %s", shown(s->in_place[i].out->name));
    }
}

/* -- loops ------------------------------------------------------------------------------------- */

static void dump_ref(const Loop *l, const Ref *r, FILE *f)
{
    switch (r->kind) {
    case REF_OPERAND: fprintf(f, "%s", shown(l->operands[r->index].value->name)); break;
    case REF_RESULT_OF: fprintf(f, "t%d", r->index); break;
    case REF_INT: fputs(shown(dim_text(r->number)), f); break;
    case REF_REAL: fprintf(f, "%.9g", r->real); break;
    }
}

static void dump_operand(const Loop *l, const LoopOperand *o, FILE *f)
{
    fprintf(f, "\n        reads %s%s by [", shown(o->value->name), offset_text(o->offset));
    for (int i = 0; i < l->rank; i++)
        fprintf(f, "%s%s", i ? "," : "", o->stride[i] ? shown(dim_text(o->stride[i])) : "0");
    fputc(']', f);
}

static void dump_loop(const Loop *l, FILE *f)
{
    Shape extent = shape_of(l->rank, l->extent);
    fprintf(f, "loop %s", shown(shape_text(&extent)));
    for (int i = 0; i < l->n_operands; i++) dump_operand(l, &l->operands[i], f);
    for (int i = 0; i < l->n_ops; i++) {
        const LoopOp *op = &l->ops[i];
        fprintf(f, "\n        t%d: %s = %s(", i, dtype_name(op->type), op->function);
        for (int k = 0; k < op->n_args; k++) {
            if (k) fputs(", ", f);
            dump_ref(l, &op->args[k], f);
        }
        fputc(')', f);
    }
    for (int i = 0; i < l->n_results; i++)
        fprintf(f, "\n        => %s = t%d", shown(l->results[i].value->name), l->results[i].op);
}

/* -- memory ------------------------------------------------------------------------------------ */

static const char *memory_text(const SideMemory *m)
{
    return m ? mem_printf(" of %s", m->lent ? shown(m->lent->name) : m->name) : "";
}

static void dump_place(const Value *v, FILE *f)
{
    if (v->storage && v->storage != v)
        fprintf(f, " in %s + %lld", shown(v->storage->name), (long long)v->storage_offset);
    else if (v->arena_offset >= 0 && !v->data)
        fprintf(f, " at %lld%s, steps %d..%d", (long long)v->arena_offset, memory_text(v->memory), v->first_step,
                v->last_step);
}

static void dump_buffer(Value *v, FILE *f)
{
    if (v->marked) return;
    v->marked = true;
    fprintf(f, "  buffer %s: %s, %lld bytes", shown(v->name), dump_type(&v->type), (long long)value_bytes(v));
    dump_place(v, f);
    fputc('\n', f);
}

static void dump_copy(const Copy *c, FILE *f)
{
    fprintf(f, "copy %s%s => %s%s, %s bytes", shown(c->source->name), offset_text(c->source_offset),
            shown(c->target->name), offset_text(c->target_offset), shown(dim_text(c->bytes)));
    if (c->elided) fputs(", elided", f);
}

static void dump_rounds(const Rounds *r, FILE *f)
{
    fprintf(f, "for %s", shown(dim_text(r->symbol)));
    if (r->limit) fprintf(f, " below %s", shown(dim_text(r->limit)));
    if (r->limit_in) fprintf(f, " below value of %s", shown(r->limit_in->name));
    if (r->condition) fprintf(f, " while %s", shown(r->condition->name));
}

static void dump_read(const Reading *r, FILE *f)
{
    if (r->symbol)
        fprintf(f, "read %s = %s[%s]", shown(dim_text(r->symbol)), shown(r->source->name), shown(dim_text(r->index)));
    else fprintf(f, "check %s[%s]", shown(r->source->name), shown(dim_text(r->index)));
    fprintf(f, " in %lld..%lld", (long long)r->low, (long long)r->high);
}

static void dump_step(const Step *s, FILE *f)
{
    switch (s->kind) {
    case STEP_CALL: dump_call(&s->call, f); break;
    case STEP_LOOP: dump_loop(s->loop, f); break;
    case STEP_COPY: dump_copy(&s->copy, f); break;
    case STEP_IF: fprintf(f, "if %s", shown(s->condition->name)); break;
    case STEP_ELSE: fputs("else", f); break;
    case STEP_FOR: dump_rounds(&s->rounds, f); break;
    case STEP_END: fputs("end", f); break;
    case STEP_SET: fprintf(f, "set %s = %s", shown(dim_text(s->set.symbol)), shown(dim_text(s->set.number))); break;
    case STEP_READ: dump_read(&s->read, f); break;
    case STEP_STORE:
        fprintf(f, "store %s => %s", shown(dim_text(s->store.number)), shown(s->store.target->name));
        break;
    }
    if (s->macs) fprintf(f, ", %lld macs", (long long)s->macs);
    fputc('\n', f);
}

void dump_steps(const Graph *g, FILE *f)
{
    for (int i = 0; i < g->n_steps; i++) {
        fprintf(f, "  step %d ", i);
        dump_step(g->steps[i], f);
    }
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) a.value->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);)
            if (a.written) dump_buffer(a.value, f);
}
