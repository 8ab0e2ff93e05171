/* report_map: the arena over time as a picture: steps from left to right, addresses from the bottom up, each buffer a
 * rectangle.
 *
 * Steps have equal widths, and those under one comment share theirs, so that buffers which never live at the same time
 * don't overlap in the picture either. Coordinates are whole numbers, hundredths of a pixel. */
#include "emit/report_page.h"

#include <string.h>

enum {
    PIXEL = 100,
    HEIGHT = 360 * PIXEL, /* of the arena */
    LEFT = 92 * PIXEL,    /* for the labels of addresses, */
    TOP = 24 * PIXEL,     /* of the peak, */
    BOTTOM = 40 * PIXEL,  /* of the steps */
    RIGHT = 12 * PIXEL,
    NARROWEST = 9 * PIXEL, /* a step, */
    WIDEST = 120 * PIXEL,
    WIDTH = 980 * PIXEL /* if they can be in that */
};

typedef struct {
    const Page *p;
    const SideMemory *region; /* NULL: the arena */
    int64_t bytes;            /* of either */
    int64_t step_width, width;
    int64_t *left; /* of each step of the graph, and of the end */
} Chart;

static const char *pixels(int64_t hundredths)
{
    return mem_printf("%lld.%02lld", (long long)(hundredths / PIXEL), (long long)(hundredths % PIXEL));
}

static int64_t height_of(const Chart *c, int64_t address)
{
    return TOP + HEIGHT - address * HEIGHT / c->bytes;
}

static int64_t left_of(const Chart *c, int paragraph)
{
    return LEFT + (paragraph - 1) * c->step_width;
}

/* Steps that are not printed take no room. */
static int steps_of(const Graph *g, int at)
{
    int count = 0;
    for (int i = at; i < g->n_steps && g->steps[i]->paragraph == g->steps[at]->paragraph; i++)
        count += !step_is_elided(g->steps[i]);
    return count;
}

static void find_places(Chart *c)
{
    const Graph *g = c->p->m->graph;
    int before = 0, among = 1, paragraph = 0;
    c->left = mem_array((size_t)g->n_steps + 1, sizeof *c->left);
    c->left[g->n_steps] = LEFT + c->width;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->paragraph != paragraph) {
            paragraph = s->paragraph;
            before = 0;
            among = steps_of(g, i);
        }
        c->left[i] = left_of(c, s->paragraph) + (among ? before * c->step_width / among : 0);
        before += !step_is_elided(s);
    }
}

/* -- rectangles ------------------------------------------------------------------------------------ */

/* The end of the name, which tells more than its front, if there is room for some of it. */
static void put_label(const Value *v, int64_t x, int64_t y, int64_t width, int64_t height, FILE *f)
{
    enum { LETTER = 6 * PIXEL, LINE = 12 * PIXEL, FEWEST = 6 };
    size_t room = (size_t)(width / LETTER), length = strlen(v->c_name);
    if (room < FEWEST || height < LINE) return;
    bool cut = length > room - 1;
    fprintf(f, "<text x=\"%s\" y=\"%s\">%s%s</text>", pixels(x + width / 2), pixels(y + height / 2 + 4 * PIXEL),
            cut ? "&hellip;" : "", cut ? v->c_name + length - (room - 2) : v->c_name);
}

static void put_buffer(const Chart *c, const Value *v, FILE *f)
{
    const Life life = life_of(c->p->m->graph, v);
    int64_t x = c->left[life.first->at], width = c->left[life.last->at + 1] - x;
    int64_t y = height_of(c, v->arena_offset + value_bytes(v)), height = height_of(c, v->arena_offset) - y;
    fprintf(f, "<g class=\"buffer%s\"><rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"><title>%s\n",
            is_scratch_buffer(v) ? " scratch" : "", pixels(x), pixels(y), pixels(width), pixels(height),
            in_html(value_model_name(v)));
    fprintf(f, "%s\n%s bytes at offset %s\nsteps %d to %d</title></rect>",
            mem_printf("%s%s", dtype_name(v->type.dtype), in_html(shape_text(&v->type.shape))),
            with_commas(value_bytes(v)), with_commas(v->arena_offset), life.first->paragraph, life.last->paragraph);
    put_label(v, x, y, width, height, f);
    fputs("</g>\n", f);
}

/* -- around them ------------------------------------------------------------------------------------ */

static void put_addresses(const Chart *c, FILE *f)
{
    enum { PARTS = 4 };
    for (int i = 0; i <= PARTS; i++) {
        int64_t address = c->bytes * i / PARTS, y = height_of(c, address);
        fprintf(f, "<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"></line>", pixels(LEFT),
                pixels(LEFT + c->width), pixels(y), pixels(y));
        fprintf(f, "<text class=\"end\" x=\"%s\" y=\"%s\">%s</text>\n", pixels(LEFT - 6 * PIXEL), pixels(y + 4 * PIXEL),
                with_commas(address));
    }
}

static void put_step_numbers(const Chart *c, FILE *f)
{
    enum { APART = 48 * PIXEL };
    int every = 1;
    for (int factor = 5; every * c->step_width < APART; factor = 7 - factor) every *= factor; /* 5, 10, 50, 100 */
    for (int i = every; i <= c->p->n_steps; i += every)
        fprintf(f, "<text x=\"%s\" y=\"%s\">%d</text>\n", pixels(left_of(c, i) + c->step_width / 2),
                pixels(TOP + HEIGHT + 16 * PIXEL), i);
    fprintf(f, "<text x=\"%s\" y=\"%s\">step</text>\n", pixels(LEFT + c->width / 2), pixels(TOP + HEIGHT + 32 * PIXEL));
}

static void put_peak(const Chart *c, FILE *f)
{
    int64_t x = left_of(c, c->p->peak), middle = x + c->step_width / 2;
    const char *side = middle < LEFT + c->width / 4 ? "start" : middle > LEFT + c->width * 3 / 4 ? "end" : "middle";
    fprintf(f, "<rect class=\"peak\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"></rect>", pixels(x), pixels(TOP),
            pixels(c->step_width), pixels(HEIGHT));
    fprintf(f, "<text class=\"%s\" x=\"%s\" y=\"%s\">peak: step %d</text>\n", side, pixels(middle),
            pixels(TOP - 8 * PIXEL), c->p->peak);
}

static void put_bound(const Chart *c, FILE *f)
{
    int64_t y = height_of(c, c->p->m->arena_lower_bound);
    fprintf(f,
            "<line class=\"bound\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"><title>no plan needs less: %s bytes"
            "</title></line>\n",
            pixels(LEFT), pixels(LEFT + c->width), pixels(y), pixels(y), with_commas(c->p->m->arena_lower_bound));
}

static void put_picture(const Chart *c, FILE *f)
{
    const char *width = pixels(LEFT + c->width + RIGHT), *height = pixels(TOP + HEIGHT + BOTTOM);
    fprintf(f,
            "<div class=\"wide\"><svg id=\"map%s\" class=\"map\" role=\"img\" aria-label=\"Buffers over the steps; the "
            "table of buffers has the same\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\">\n",
            c->region ? mem_printf("-%s", c->region->name) : "", width, height, width, height);
    put_addresses(c, f);
    for (int i = 0; i < c->p->buffers.count; i++)
        if (c->p->buffers.items[i]->memory == c->region) put_buffer(c, c->p->buffers.items[i], f);
    if (!c->region) put_peak(c, f);
    if (!c->region) put_bound(c, f);
    put_step_numbers(c, f);
    fputs("</svg></div>\n", f);
}

static void put_legend(FILE *f)
{
    fputs("<p class=\"legend\"><span><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><g class=\"buffer\"><rect "
          "width=\"14\" height=\"14\"></rect></g></svg> a tensor</span> <span><svg width=\"14\" height=\"14\" "
          "aria-hidden=\"true\"><g class=\"buffer scratch\"><rect width=\"14\" height=\"14\"></rect></g></svg> "
          "scratch of one step</span> <span><svg width=\"28\" height=\"14\" aria-hidden=\"true\"><line class=\"bound\" "
          "x1=\"0\" x2=\"28\" y1=\"7\" y2=\"7\"></line></svg> the lower bound</span></p>\n"
          "<p>Inputs and outputs lie with the caller, weights among the constants: neither is in the arena, nor are "
          "buffers for which they have room.</p>\n",
          f);
}

static Chart chart_of(const Page *p)
{
    Chart chart = {.p = p};
    chart.step_width = p->n_steps ? WIDTH / p->n_steps : WIDEST;
    if (chart.step_width < NARROWEST) chart.step_width = NARROWEST;
    if (chart.step_width > WIDEST) chart.step_width = WIDEST;
    chart.width = chart.step_width * p->n_steps;
    find_places(&chart);
    return chart;
}

void put_memory_map(const Page *p, FILE *f)
{
    Chart chart = chart_of(p);
    fputs("<section>\n<h2>Memory over time</h2>\n", f);
    chart.bytes = p->m->arena_bytes;
    if (!chart.bytes) fputs("<p>The model needs no arena.</p>\n", f);
    else put_picture(&chart, f);
    for (int i = 0; i < p->m->options.n_regions; i++) {
        chart.region = &p->m->regions[i];
        chart.bytes = chart.region->used;
        fprintf(f, "<h3>Region %s: %s of %s bytes</h3>\n", chart.region->name, with_commas(chart.bytes),
                with_commas(chart.region->bytes));
        if (chart.bytes) put_picture(&chart, f);
    }
    put_legend(f);
    fputs("</section>\n", f);
}
