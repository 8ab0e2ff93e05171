/* What a model is, for a terminal. */
#include "models/inspect.h"

#include <string.h>

static const char *domain_shown(Foreign domain)
{
    return shown(foreign_or(domain, foreign("ai.onnx")));
}

static void print_about(const ModelProto *m, Foreign path)
{
    Foreign producer = proto_text(m->producer_name), version = proto_text(m->producer_version);
    printf("%s: graph \"%s\"\n", shown(path), shown(proto_text(m->graph->name)));
    printf("IR version %lld", (long long)m->ir_version);
    if (!foreign_empty(producer))
        printf(", made by %s%s%s", shown(producer), foreign_empty(version) ? "" : " ", shown(version));
    if (!foreign_empty(proto_text(m->domain))) printf(", domain %s", shown(m->domain));
    if (m->model_version) printf(", model version %lld", (long long)m->model_version);
    printf("\nopsets:");
    for (size_t i = 0; i < m->n_opset_import; i++)
        printf("%s %s %lld", i ? "," : "", domain_shown(proto_text(m->opset_import[i]->domain)),
               (long long)m->opset_import[i]->version);
    puts("");
    for (size_t i = 0; i < m->n_metadata_props; i++)
        printf("metadata: %s = %s\n", shown(proto_text(m->metadata_props[i]->key)),
               shown(proto_text(m->metadata_props[i]->value)));
}

static void print_values(const char *title, size_t count, const ValueInfoProto *const *values)
{
    printf("%s\n", title);
    for (size_t i = 0; i < count; i++)
        printf("  %-24s %s\n", shown(proto_text(values[i]->name)), shown(type_text(values[i]->type)));
}

static void print_cost(const Facts *f)
{
    printf("parameters: %lld in %lld tensors, %lld bytes\n", (long long)f->parameters, (long long)f->tensors,
           (long long)f->bytes);
    if (f->macs < 0) return;
    printf("multiply-accumulates: %lld", (long long)f->macs);
    for (int i = 0; i < f->n_open; i++)
        printf("%s%s=%lld", i ? ", " : " with ", shown(f->open[i].name), (long long)f->open[i].tried);
    puts("");
}

static void print_operators(const Facts *f)
{
    puts("operators");
    for (int i = 0; i < f->n_operators; i++) {
        const OperatorCount *o = &f->operators[i];
        printf("  %6lld ", (long long)o->count);
        if (!foreign_empty(o->domain)) printf("%s::", shown(o->domain));
        printf("%s%s\n", shown(o->op_type), o->is_function ? " (a function of the model's own)" : "");
    }
}

static void print_open(const Facts *f)
{
    if (!f->n_open) return;
    puts("open dimensions: fix each, or bound it (NAME=1..8) to choose it at run time");
    for (int i = 0; i < f->n_open; i++)
        printf("  --dim %s=%lld\n", in_shell(f->open[i].name), (long long)f->open[i].tried);
}

static void print_verdict(const Facts *f)
{
    for (int i = 0; i < f->n_remarks; i++) printf("warning: %s\n", f->remarks[i]);
    if (!f->n_reasons) {
        printf("it can be compiled%s\n", f->n_open ? ", with the open dimensions settled" : "");
        return;
    }
    printf("it can't be compiled, for %d reason%s\n", f->n_reasons, f->n_reasons == 1 ? "" : "s");
    for (int i = 0; i < f->n_reasons; i++) printf("  %s\n", f->reasons[i]);
}

void print_facts(const Facts *f, Foreign path)
{
    const GraphProto *g = f->model->graph;
    print_about(f->model, path);
    print_values("inputs", (size_t)f->n_inputs, f->inputs);
    print_values("outputs", g->n_output, (const ValueInfoProto *const *)g->output);
    print_cost(f);
    print_operators(f);
    print_open(f);
    print_verdict(f);
}
