/* onnx2c profile: the time of each step of the compiled code, as the hooks within it tell. */
#include "verify/verify.h"

#include "base/base.h"

/* The steps under one comment of the generated code are one line. */
typedef struct {
    const Step *first;
    double seconds;
    int64_t macs, bytes; /* of all that is read and written, each value once */
} Row;

static bool read_times(Foreign folder, Row *rows, int count)
{
    FILE *f = path_open(foreign_suffixed(folder, "/times.txt"), "r");
    int read = 0;
    while (f && read < count && fscanf(f, "%lf", &rows[read].seconds) == 1) read++;
    if (f) fclose(f);
    return read == count;
}

static void add_step(Row *r, Map *seen, const Step *s)
{
    if (!r->first) r->first = s;
    r->macs += s->macs;
    for (Access a = {0}; step_next(s, &a);) {
        if (map_get(seen, a.value->name) == r) continue;
        map_put(seen, a.value->name, r);
        r->bytes += value_bytes(a.value);
    }
}

static Row *rows_of(const Graph *g, int count)
{
    Row *rows = mem_array((size_t)count + 1, sizeof *rows);
    Map *seen = map_new();
    for (int i = 0; i < g->n_steps; i++)
        if (!step_is_elided(g->steps[i])) add_step(&rows[g->steps[i]->paragraph - 1], seen, g->steps[i]);
    return rows;
}

static void print_row(int number, const Row *r, double total)
{
    const Node *n = r->first->node;
    Foreign name = foreign_or(n->name, node_stem(n));
    double rate = r->seconds > 0 ? 2e-9 * (double)r->macs / r->seconds : 0;
    printf("%5d %10.4f %6.1f%% %9.2f %12lld  %s %s\n", number, 1e3 * r->seconds,
           total > 0 ? 100 * r->seconds / total : 0, rate, (long long)r->bytes, shown(n->op_type), shown(name));
}

static void print_table(const Row *rows, int count)
{
    double total = 0, macs = 0;
    for (int i = 0; i < count; i++) {
        total += rows[i].seconds;
        macs += (double)rows[i].macs;
    }
    printf("%5s %10s %7s %9s %12s  %s\n", "step", "ms", "share", "GFLOP/s", "bytes", "operator and name");
    for (int i = 0; i < count; i++) print_row(i + 1, &rows[i], total);
    printf("total %10.4f %7s %9.2f\n", 1e3 * total, "", total > 0 ? 2e-9 * macs / total : 0);
}

int profile_main(int argc, char **argv)
{
    VerifyOptions o;
    DataSets sets = {0};
    int status = parse_profile_options(&o, argc, argv);
    if (status != GO_ON) return status;
    Foreign folder = work_folder(o.keep);
    Model *m = foreign_none(folder) ? NULL : prepare(&o, folder, &sets);
    if (!m || !run_program(m, folder, &sets.items[0])) return 1;
    int count = m->graph->n_steps ? m->graph->steps[m->graph->n_steps - 1]->paragraph : 0;
    Row *rows = rows_of(m->graph, count);
    if (!read_times(folder, rows, count)) {
        model_error(m, "the program that runs the code wrote no times");
        return 1;
    }
    print_table(rows, count);
    return 0;
}
