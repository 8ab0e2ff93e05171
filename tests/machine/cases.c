/* Official cases and models with data, computed in this process: the model goes through all stages but emit, then a
 * machine executes its steps by the kernels that the compiler is linked with. No C compiler is needed, so that
 * thousands of cases take seconds; what is written as C, and built, other tests see.
 *
 *     cases JOBS [TARGET [OPTIMIZE]] < LIST
 *
 * LIST has a line "RTOL ATOL FOLDER" for each case, a folder with model.onnx and test_data_set_*; an ATOL that begins
 * with ~ grows with the tensor's numbers, as that of verify does. Writes "pass FOLDER",
 * "refused FOLDER" or "wrong FOLDER: WHY" for each, in no order; "crash FOLDER: WHY" if the compiler, or the machine,
 * broke down. Every case has a process of its own. */
#include "machine.h"

#include "compile/options.h"
#include "op/op.h"
#include "verify/verify.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_LINE = 8192, MOST_SECONDS = 120, RIGHT = 10, WRONG, CAN_NOT };

void machine_broken(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    exit(1);
}

/* -- one data set ------------------------------------------------------------------------------ */

static void fill(const Value *input, unsigned char *memory, void *context)
{
    const DataSet *set = context;
    const Graph *g = input->graph;
    for (int i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == input)
            memcpy(memory, set->inputs[i].tensor->data, (size_t)value_bytes(set->inputs[i].tensor));
}

static void set_sizes(Machine *x, const DataSet *set)
{
    for (int i = 0; i < x->m->n_params; i++) {
        const Param *p = &x->m->params[i];
        machine_set(x, dim_symbol(p->symbol, 0, 0), (set->params[i] - p->base) / (p->step > 1 ? p->step : 1));
    }
}

static Shape shape_now(Machine *x, const Value *v)
{
    int64_t sizes[MAX_RANK];
    int rank = v->type.shape.rank;
    for (int i = 0; i < rank; i++) sizes[i] = machine_value(x, v->type.shape.dim[i]);
    return shape_const(rank, sizes);
}

static bool is_right(Machine *x, Value *found, const Value *expected, Tolerance tolerance)
{
    Shape shape = shape_now(x, found);
    if (!expected) return true;
    if (found->type.dtype != expected->type.dtype || !shape_equal(&shape, &expected->type.shape)) {
        printf("%s is %s%s, expected %s%s", shown(found->name), dtype_name(found->type.dtype),
               shown(shape_text(&shape)), dtype_name(expected->type.dtype), shown(shape_text(&expected->type.shape)));
        return false;
    }
    Comparison c = compare(found->type.dtype, machine_memory(x, found), expected->data, value_count(expected),
                           tolerance);
    if (c.differing) printf("%lld elements of %s differ", (long long)c.differing, shown(found->name));
    return !c.differing;
}

static bool data_set_is_right(Model *m, DataSet *set, Tolerance tolerance)
{
    Machine x;
    machine_start(&x, m, fill, set);
    set_sizes(&x, set);
    bool right = machine_run(&x);
    if (!right) printf("the values are refused");
    for (int i = 0; i < m->graph->n_outputs && right; i++)
        right = is_right(&x, m->graph->outputs[i], set->outputs[i].tensor, tolerance);
    machine_stop(&x);
    return right;
}

/* -- one case ---------------------------------------------------------------------------------- */

static Options options = {.name = "model"};

static int outcome(const char *folder, Tolerance tolerance)
{
    DataSets sets = {0};
    OpenDim *dims;
    Options o = options;
    o.model_path = foreign(mem_printf("%s/model.onnx", folder));
    Model data = {.path = o.model_path};
    int count = load_open_dims(o.model_path, &dims);
    if (count < 0 || !find_data_sets(&data, (Foreign){NULL}, &sets) || !bound_dims(&data, &sets, dims, count, &o))
        return CAN_NOT;
    o.describe_list = list_of_data;
    o.list_source = &sets;
    Model *m = compile_model(&o);
    if (m->errors) return CAN_NOT;
    for (int i = 0; i < sets.count; i++)
        if (!load_data_set(m, &sets.items[i])) return CAN_NOT;
    for (int i = 0; i < sets.count; i++)
        if (!data_set_is_right(m, &sets.items[i], tolerance)) return WRONG;
    return RIGHT;
}

/* -- all of them ------------------------------------------------------------------------------- */

typedef struct {
    pid_t process;
    FILE *out;
    char line[MOST_LINE];
    const char *folder; /* in the line */
    Tolerance tolerance;
} Job;

/* There in a build that notes which lines run: _exit leaves out what it would write in the end. */
extern void __gcov_dump(void) __attribute__((weak));

/* In a process of its own, what it writes goes to `out`. */
static pid_t start(const Job *j)
{
    pid_t child = fork();
    if (child) return child;
    setrlimit(RLIMIT_CPU, &(struct rlimit){MOST_SECONDS, MOST_SECONDS});
    if (dup2(fileno(j->out), STDOUT_FILENO) < 0 || dup2(fileno(j->out), STDERR_FILENO) < 0) _exit(1);
    int how = outcome(j->folder, j->tolerance);
    fflush(NULL);
    if (__gcov_dump) __gcov_dump();
    _exit(how);
}

static void copy_text(FILE *from)
{
    rewind(from);
    for (int c; (c = fgetc(from)) != EOF;) putchar(c == '\n' ? ' ' : c);
}

static void tell(const Job *j, int status)
{
    static const char *const words[] = {[RIGHT] = "pass", [WRONG] = "wrong", [CAN_NOT] = "refused"};
    int how = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    printf("%s %s", how >= RIGHT && how <= CAN_NOT ? words[how] : "crash", j->folder);
    if (how != RIGHT) {
        printf(": ");
        if (WIFSIGNALED(status)) printf("signal %d ", WTERMSIG(status));
        copy_text(j->out);
    }
    putchar('\n');
}

/* Waits for one of them. */
static void finish_one(Job *jobs, int count)
{
    int status;
    pid_t process = wait(&status);
    for (int i = 0; i < count; i++) {
        if (jobs[i].process != process) continue;
        tell(&jobs[i], status);
        fclose(jobs[i].out);
        jobs[i].process = 0;
    }
}

static bool read_line(Job *j)
{
    char absolute[64];
    int at = 0;
    if (sscanf(j->line, "%lf %63s %n", &j->tolerance.relative, absolute, &at) != 2) return false;
    j->tolerance.scaled = *absolute == '~';
    j->tolerance.absolute = strtod(absolute + j->tolerance.scaled, NULL);
    j->folder = j->line + at;
    return true;
}

int main(int argc, char **argv)
{
    int most = argc > 1 ? atoi(argv[1]) : 0, running = 0;
    options.target = argc > 2 ? target_find(foreign(argv[2])) : target_portable;
    if (argc > 4 || most < 1 || !options.target || (argc > 3 && !parse_optimize_option(&options, foreign(argv[3])))) {
        fputs("usage: cases JOBS [TARGET [OPTIMIZE]] < LIST\n", stderr);
        return 2;
    }
    Job *jobs = mem_array((size_t)most, sizeof *jobs);
    char line[MOST_LINE];
    while (fgets(line, sizeof line, stdin)) {
        if (running == most) {
            finish_one(jobs, most);
            running--;
        }
        Job *j = jobs;
        while (j->process) j++;
        line[strcspn(line, "\n")] = 0;
        strcpy(j->line, line);
        if (!read_line(j)) return 2;
        fflush(stdout);
        j->out = tmpfile();
        j->process = start(j);
        running++;
    }
    for (; running; running--) finish_one(jobs, most);
    return 0;
}
