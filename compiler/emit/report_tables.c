/* report_tables: steps, buffers and weights as tables of the page, with bars. */
#include "emit/report_page.h"

const char *tensor_text(const Value *v)
{
    return mem_printf("<span class=\"t\">%s<bdi>%s</bdi></span>", dtype_name(v->type.dtype),
                      in_html(shape_text(&v->type.shape)));
}

/* -- cells ----------------------------------------------------------------------------------------- */

static void put_cell(const char *html, FILE *f)
{
    fprintf(f, "<td>%s</td>", html);
}

static void put_name(Foreign name, FILE *f)
{
    put_cell(mem_printf("<bdi>%s</bdi>", in_html(name)), f);
}

/* A number; by `value` the script orders rows. */
static void put_number(double value, const char *text, FILE *f)
{
    fprintf(f, "<td class=\"n\" data-v=\"%.17g\">%s</td>", value, text);
}

static void put_count(int64_t n, FILE *f)
{
    put_number((double)n, with_commas(n), f);
}

/* A number with its part of the largest one as a bar. */
static void put_bar(double value, double most, const char *text, FILE *f)
{
    enum { WIDTH = 72 };
    double length = most > 0 ? value * WIDTH / most : 0;
    fprintf(f,
            "<td class=\"n\" data-v=\"%.17g\"><svg class=\"bar\" width=\"%d\" height=\"10\" aria-hidden=\"true\">"
            "<rect width=\"%.1f\" height=\"10\"></rect></svg>%s</td>",
            value, WIDTH, length, text);
}

static void put_count_bar(int64_t n, int64_t most, FILE *f)
{
    put_bar((double)n, (double)most, with_commas(n), f);
}

/* -- tables ---------------------------------------------------------------------------------------- */

/* `id` is the table's; columns with a `#` in front are numbers. Clicking a title orders the rows. */
static void begin_table(const char *id, int count, const char *const *columns, FILE *f)
{
    fprintf(f, "<div class=\"wide\"><table id=\"%s\">\n<thead><tr>", id);
    for (int i = 0; i < count; i++)
        fprintf(f, "<th scope=\"col\"><button type=\"button\">%s</button></th>", columns[i]);
    fputs("</tr></thead>\n<tbody>\n", f);
}

static void end_table(FILE *f)
{
    fputs("</tbody>\n</table></div>\n</section>\n", f);
}

/* -- steps ----------------------------------------------------------------------------------------- */

typedef struct {
    int64_t macs, bytes, live;
    double seconds;
} Most;

static int64_t live_at(const Page *p, int paragraph)
{
    const Graph *g = p->m->graph;
    int64_t live = 0;
    for (int i = p->costs[paragraph].first->at; i < g->n_steps && g->steps[i]->paragraph == paragraph + 1; i++)
        if (p->live[i] > live) live = p->live[i];
    return live;
}

static Most most_of(const Page *p)
{
    Most most = {0};
    for (int i = 0; i < p->n_steps; i++) {
        const StepCost *c = &p->costs[i];
        if (c->macs > most.macs) most.macs = c->macs;
        if (c->bytes > most.bytes) most.bytes = c->bytes;
        if (live_at(p, i) > most.live) most.live = live_at(p, i);
        if (p->seconds && p->seconds[i] > most.seconds) most.seconds = p->seconds[i];
    }
    return most;
}

static const char *step_name(const StepCost *c)
{
    const Node *n = c->first->node;
    if (c->first->comment) return in_html(foreign(c->first->comment));
    const char *name = mem_printf("<bdi>%s</bdi>", in_html(foreign_or(n->name, node_stem(n))));
    return n->fused ? mem_printf("%s <small>%s</small>", name, in_html(foreign(n->fused))) : name;
}

static void put_step(const Page *p, int i, const Most *most, FILE *f)
{
    const StepCost *c = &p->costs[i];
    fputs(i + 1 == p->peak ? "<tr class=\"peak\">" : "<tr>", f);
    put_count(i + 1, f);
    put_cell(c->first->comment ? "" : in_html(c->first->node->op_type), f);
    put_cell(step_name(c), f);
    put_cell(c->result ? tensor_text(c->result) : "", f);
    if (p->seconds) put_bar(p->seconds[i], most->seconds, mem_printf("%.4f", 1e3 * p->seconds[i]), f);
    put_count_bar(c->macs, most->macs, f);
    put_count_bar(c->bytes, most->bytes, f);
    put_count_bar(live_at(p, i), most->live, f);
    fputs("</tr>\n", f);
}

void put_steps(const Page *p, FILE *f)
{
    static const char *const columns[] = {"Step", "Operator", "Name", "Result", "MACs", "Bytes", "Arena in use"};
    static const char *const timed[] = {"Step",         "Operator", "Name",  "Result",
                                        "Milliseconds", "MACs",     "Bytes", "Arena in use"};
    const Most most = most_of(p);
    fputs("<section>\n<h2>Steps</h2>\n<p>What the run function does, in order; each step has its comment there. Bytes "
          "are those of all that a step reads and writes. A click on a title orders the rows.</p>\n<p id=\"search\" "
          "hidden><label>Only with <input id=\"filter\" type=\"search\" autocomplete=\"off\"></label> <output "
          "id=\"count\" for=\"filter\"></output></p>\n",
          f);
    if (p->seconds) begin_table("steps", 8, timed, f);
    else begin_table("steps", 7, columns, f);
    for (int i = 0; i < p->n_steps; i++) put_step(p, i, &most, f);
    end_table(f);
}

/* -- buffers and weights ----------------------------------------------------------------------------- */

void put_buffers(const Page *p, FILE *f)
{
    static const char *const columns[] = {"Buffer", "In C", "Type and shape", "Offset", "Bytes", "First", "Last"};
    int64_t most = 0;
    for (int i = 0; i < p->buffers.count; i++)
        if (value_bytes(p->buffers.items[i]) > most) most = value_bytes(p->buffers.items[i]);
    fputs("<section>\n<h2>Buffers</h2>\n<p>The rectangles of the memory map.</p>\n", f);
    begin_table("buffers", 7, columns, f);
    for (int i = 0; i < p->buffers.count; i++) {
        const Value *v = p->buffers.items[i];
        const Life life = life_of(p->m->graph, v);
        fputs("<tr>", f);
        put_name(value_model_name(v), f);
        put_cell(mem_printf("<code>%s</code>", v->c_name), f);
        put_cell(tensor_text(v), f);
        put_number((double)v->arena_offset, mem_printf("%s%s", with_commas(v->arena_offset), memory_comment(v->memory)),
                   f);
        put_count_bar(value_bytes(v), most, f);
        put_count(life.first->paragraph, f);
        put_count(life.last->paragraph, f);
        fputs("</tr>\n", f);
    }
    end_table(f);
}

void put_weights(const Page *p, FILE *f)
{
    static const char *const columns[] = {"Weight", "In C", "Type and shape", "Bytes", "Of all", "Step"};
    int64_t most = 0, all = p->m->weights_bytes;
    for (int i = 0; i < p->weights.count; i++)
        if (value_bytes(p->weights.items[i]) > most) most = value_bytes(p->weights.items[i]);
    fprintf(f,
            "<section>\n<h2>Weights</h2>\n<p>Constants, in flash where there is any: %s bytes in %s arrays, as the "
            "steps first read them.</p>\n",
            with_commas(all), with_commas(p->weights.count));
    begin_table("weights", 6, columns, f);
    for (int i = 0; i < p->weights.count; i++) {
        const Value *v = p->weights.items[i];
        double share = all ? 100 * (double)value_bytes(v) / (double)all : 0;
        fputs("<tr>", f);
        put_name(value_model_name(v), f);
        put_cell(mem_printf("<code>%s</code>", v->c_name), f);
        put_cell(tensor_text(v), f);
        put_count_bar(value_bytes(v), most, f);
        put_number(share, mem_printf("%.1f %%", share), f);
        put_count(v->uses.items[0].step->paragraph, f);
        fputs("</tr>\n", f);
    }
    end_table(f);
}
