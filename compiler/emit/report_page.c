/* report_page: what was made, as one page for people: the memory over time, what each step costs, the weights.
 *
 * The page asks the network for nothing, and its policy allows nothing but the style and the script that it holds. */
#include "emit/report_page.h"

static void put_head(const Model *m, FILE *f)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", f);
    const char *style = hash_for_policy(report_style), *script = hash_for_policy(report_script);
    fprintf(f,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s'; "
            "script-src '%s'\">\n",
            style, script);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n",
          f);
    fprintf(f, "<title>%s: memory, work and weights</title>\n<style>%s</style>\n</head>\n", m->options.name,
            report_style);
}

static void put_origin(const Model *m, FILE *f)
{
    fprintf(f, "<header>\n<h1>%s</h1>\n<p>Written by onnx2c %s for the target %s, options: <code>%s</code></p>\n",
            m->options.name, VERSION, m->options.target->name, in_html(m->options.title));
    fprintf(f, "<p>Model: sha256 <code>%s</code></p>\n", m->sha256);
    if (*m->external_sha256) fprintf(f, "<p>External data: sha256 <code>%s</code></p>\n", m->external_sha256);
    fputs("</header>\n", f);
}

static void put_fact(const char *what, int64_t number, const char *unit, FILE *f)
{
    fprintf(f, "<div><dt>%s</dt><dd>%s%s</dd></div>\n", what, with_commas(number), unit);
}

static void put_facts(const Page *p, FILE *f)
{
    const Model *m = p->m;
    int64_t macs = 0;
    double seconds = 0;
    for (int i = 0; i < p->n_steps; i++) {
        macs += p->costs[i].macs;
        if (p->seconds) seconds += p->seconds[i];
    }
    fputs("<dl>\n", f);
    put_fact("Working memory (arena)", m->arena_bytes, " B", f);
    put_fact("No plan needs less than", m->arena_lower_bound, " B", f);
    put_fact("Weights", m->weights_bytes, " B", f);
    put_fact("Stack, about", m->stack_bytes, " B", f);
    if (m->options.weights_type != DT_UNDEFINED)
        fprintf(f, "<div><dt>Saved by %s</dt><dd>%s B, largest error %.2g</dd></div>\n",
                dtype_name(m->options.weights_type), with_commas(m->narrowed.saved), m->narrowed.error);
    if (m->options.precision != DT_UNDEFINED)
        fprintf(f, "<div><dt>Products of %s</dt><dd>%d</dd></div>\n", dtype_name(m->options.precision),
                m->rounded_products);
    put_fact("Multiply-accumulates", macs, "", f);
    put_fact("Steps", p->n_steps, "", f);
    if (p->seconds) fprintf(f, "<div><dt>Time</dt><dd>%.3f ms</dd></div>\n", 1e3 * seconds);
    fputs("</dl>\n", f);
}

static void put_tensor(const char *role, const Value *v, FILE *f)
{
    fprintf(f, "<tr><td>%s</td><td><bdi>%s</bdi></td><td><code>%s</code></td><td>%s</td><td class=\"n\">%s</td></tr>\n",
            role, in_html(v->name), v->c_name, tensor_text(v), with_commas(value_bytes(v)));
}

static void put_interface(const Model *m, FILE *f)
{
    const Graph *g = m->graph;
    fputs("<section>\n<h2>Inputs and outputs</h2>\n<table>\n<thead><tr><th></th><th>Name</th><th>In C</th>"
          "<th>Type and shape</th><th class=\"n\">Bytes</th></tr></thead>\n<tbody>\n",
          f);
    for (int i = 0; i < g->n_inputs; i++) put_tensor("input", g->inputs[i], f);
    for (int i = 0; i < g->n_outputs; i++) put_tensor("output", g->outputs[i], f);
    fputs("</tbody>\n</table>\n", f);
    for (int i = 0; i < m->n_params; i++) {
        const Dim d = param_size(&m->params[i]);
        fprintf(f,
                "<p>The caller chooses <bdi>%s</bdi>, %lld to %lld; sizes and costs here are those of the most.</p>\n",
                in_html(m->params[i].name), (long long)dim_low(d), (long long)dim_high(d));
    }
    fputs("</section>\n", f);
}

void report_page(Model *m, const double *seconds, FILE *f)
{
    Page p = {.m = m, .seconds = seconds};
    p.n_steps = count_paragraphs(m->graph);
    p.costs = step_costs(m->graph);
    p.buffers = arena_buffers(m->graph);
    p.live = live_bytes(m->graph, &p.buffers);
    p.peak = peak_step(m->graph);
    collect_weights(m, &p.weights);
    put_head(m, f);
    fputs("<body>\n", f);
    put_origin(m, f);
    put_facts(&p, f);
    put_interface(m, f);
    put_memory_map(&p, f);
    put_steps(&p, f);
    put_buffers(&p, f);
    put_weights(&p, f);
    fprintf(f, "<script>%s</script>\n</body>\n</html>\n", report_script);
}
