/* onnx2c profile: the time of each step of the compiled code, as the hooks within it tell. */
#include "verify/verify.h"

#include "base/base.h"
#include "emit/emit.h"

static bool read_times(Foreign folder, double *seconds, int count)
{
    FILE *f = path_open(foreign_suffixed(folder, "/times.txt"), "r");
    int read = 0;
    while (f && read < count && fscanf(f, "%lf", &seconds[read]) == 1) read++;
    if (f) fclose(f);
    return read == count;
}

static void print_row(int number, const StepCost *c, double seconds, double total)
{
    const Node *n = c->first->node;
    Foreign name = foreign_or(n->name, node_stem(n));
    double rate = seconds > 0 ? 2e-9 * (double)c->macs / seconds : 0;
    printf("%5d %10.4f %6.1f%% %9.2f %12lld  %s %s\n", number, 1e3 * seconds, total > 0 ? 100 * seconds / total : 0,
           rate, (long long)c->bytes, shown(n->op_type), shown(name));
}

static void print_table(const StepCost *costs, const double *seconds, int count)
{
    double total = 0, macs = 0;
    for (int i = 0; i < count; i++) {
        total += seconds[i];
        macs += (double)costs[i].macs;
    }
    printf("%5s %10s %7s %9s %12s  %s\n", "step", "ms", "share", "GFLOP/s", "bytes", "operator and name");
    for (int i = 0; i < count; i++) print_row(i + 1, &costs[i], seconds[i], total);
    printf("total %10.4f %7s %9.2f\n", 1e3 * total, "", total > 0 ? 2e-9 * macs / total : 0);
}

static bool write_reports(Model *m, const double *seconds)
{
    const Options *o = &m->options;
    FILE *json = NULL, *page = NULL;
    if (!foreign_none(o->report_path) && !(json = output_open(o->report_path))) return false;
    if (!foreign_none(o->page_path) && !(page = output_open(o->page_path))) return false;
    if (json) report(m, seconds, json);
    if (page) report_page(m, seconds, page);
    return outputs_commit();
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
    int count = count_paragraphs(m->graph);
    double *seconds = mem_array((size_t)count + 1, sizeof *seconds);
    if (!read_times(folder, seconds, count)) {
        model_error(m, "the program that runs the code wrote no times");
        return 1;
    }
    print_table(step_costs(m->graph), seconds, count);
    return write_reports(m, seconds) ? 0 : 1;
}
