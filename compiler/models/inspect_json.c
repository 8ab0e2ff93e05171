/* What a model is, for programs. */
#include "models/inspect.h"

#include <string.h>

static void put_text(const char *key, Foreign text)
{
    printf("  \"%s\": ", key);
    fputs(in_json(text), stdout);
    puts(",");
}

/* A number, a name, or null for an unknown size. */
static void put_dim(const DimProto *d)
{
    if (dim_has_size(d)) printf("%lld", (long long)d->dim_value);
    else fputs(foreign_empty(dim_param(d)) ? "null" : in_json(dim_param(d)), stdout);
}

static void put_value(const ValueInfoProto *v)
{
    const Onnx__TypeProto__Tensor *t = NULL;
    if (v->type && v->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) t = v->type->tensor_type;
    fputs("{ \"name\": ", stdout);
    fputs(in_json(proto_text(v->name)), stdout);
    fputs(", \"type\": ", stdout);
    fputs(in_json(t ? foreign(element_name(t->elem_type)) : type_text(v->type)), stdout);
    fputs(", \"shape\": ", stdout);
    if (!t || !t->shape) fputs("null", stdout);
    else fputs("[", stdout);
    for (size_t i = 0; t && t->shape && i < t->shape->n_dim; i++) {
        fputs(i ? ", " : "", stdout);
        put_dim(t->shape->dim[i]);
    }
    fputs(t && t->shape ? "] }" : " }", stdout);
}

/* "[" before the first entry of a list, "," before the others, each in a line of its own. */
static void begin_entry(size_t i)
{
    fputs(i ? ",\n    " : "\n    ", stdout);
}

static void put_values(const char *key, size_t count, const ValueInfoProto *const *values)
{
    printf("  \"%s\": [", key);
    for (size_t i = 0; i < count; i++) {
        begin_entry(i);
        put_value(values[i]);
    }
    puts(" ],");
}

static void put_about(const ModelProto *m)
{
    printf("  \"ir_version\": %lld,\n", (long long)m->ir_version);
    put_text("producer", proto_text(m->producer_name));
    put_text("producer_version", proto_text(m->producer_version));
    put_text("domain", proto_text(m->domain));
    printf("  \"model_version\": %lld,\n", (long long)m->model_version);
    put_text("graph", proto_text(m->graph->name));
    fputs("  \"opsets\": [", stdout);
    for (size_t i = 0; i < m->n_opset_import; i++) {
        begin_entry(i);
        fputs("{ \"domain\": ", stdout);
        fputs(in_json(proto_text(m->opset_import[i]->domain)), stdout);
        printf(", \"version\": %lld }", (long long)m->opset_import[i]->version);
    }
    fputs(" ],\n  \"metadata\": [", stdout);
    for (size_t i = 0; i < m->n_metadata_props; i++) {
        begin_entry(i);
        fputs("{ \"key\": ", stdout);
        fputs(in_json(proto_text(m->metadata_props[i]->key)), stdout);
        fputs(", \"value\": ", stdout);
        fputs(in_json(proto_text(m->metadata_props[i]->value)), stdout);
        fputs(" }", stdout);
    }
    puts(" ],");
}

static void put_operators(const Facts *f)
{
    fputs("  \"operators\": [", stdout);
    for (int i = 0; i < f->n_operators; i++) {
        const OperatorCount *o = &f->operators[i];
        begin_entry((size_t)i);
        fputs("{ \"domain\": ", stdout);
        fputs(in_json(o->domain), stdout);
        fputs(", \"op\": ", stdout);
        fputs(in_json(o->op_type), stdout);
        printf(", \"count\": %lld, \"function\": %s }", (long long)o->count, o->is_function ? "true" : "false");
    }
    puts(" ],");
}

static void put_open(const Facts *f)
{
    fputs("  \"open_dims\": [", stdout);
    for (int i = 0; i < f->n_open; i++) {
        const char *option = in_shell(f->open[i].name);
        begin_entry((size_t)i);
        fputs("{ \"name\": ", stdout);
        fputs(in_json(f->open[i].name), stdout);
        fputs(", \"option\": ", stdout);
        fputs(in_json(foreign(mem_printf("--dim %s=%lld", option, (long long)f->open[i].tried))), stdout);
        printf(", \"tried\": %lld }", (long long)f->open[i].tried);
    }
    puts(" ],");
}

static void put_lines(const char *key, int count, char *const *lines, const char *end)
{
    printf("  \"%s\": [", key);
    for (int i = 0; i < count; i++) {
        begin_entry((size_t)i);
        fputs(in_json(foreign(lines[i])), stdout);
    }
    printf(" ]%s\n", end);
}

void print_facts_json(const Facts *f)
{
    const GraphProto *g = f->model->graph;
    puts("{");
    put_about(f->model);
    put_values("inputs", (size_t)f->n_inputs, f->inputs);
    put_values("outputs", g->n_output, (const ValueInfoProto *const *)g->output);
    printf("  \"parameters\": %lld,\n  \"parameter_tensors\": %lld,\n  \"parameter_bytes\": %lld,\n",
           (long long)f->parameters, (long long)f->tensors, (long long)f->bytes);
    if (f->macs < 0) puts("  \"macs\": null,");
    else printf("  \"macs\": %lld,\n", (long long)f->macs);
    put_operators(f);
    put_open(f);
    put_lines("warnings", f->n_remarks, f->remarks, ",");
    printf("  \"compiles\": %s,\n", f->n_reasons ? "false" : "true");
    put_lines("reasons", f->n_reasons, f->reasons, "");
    puts("}");
}
