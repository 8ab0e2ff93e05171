/* The order of a graph's nodes: depth first along what they depend on, starting from each node in the file's order. */
#include "load/load_private.h"

#include <string.h>

typedef struct {
    int *producers; /* index + 1 of the node that makes a name; the map points in here */
    Map *producer_of;
    int *edges; /* the nodes that node i depends on: edges[first[i]] .. edges[first[i + 1] - 1] */
    int *first;
    int n_edges, cap_edges;
} Dependencies;

static void add_name(Foreign name, void *context)
{
    Dependencies *d = context;
    const int *producer = map_get(d->producer_of, name);
    if (!producer) return;
    mem_grow(&d->edges, &d->cap_edges, d->n_edges + 1, sizeof *d->edges);
    d->edges[d->n_edges++] = *producer - 1;
}

static Dependencies find_dependencies(int count, NodeProto **nodes)
{
    Dependencies d = {.producer_of = map_new()};
    d.producers = mem_array((size_t)count, sizeof *d.producers);
    d.first = mem_array((size_t)count + 1, sizeof *d.first);
    for (int i = 0; i < count; i++) {
        d.producers[i] = i + 1;
        for (size_t k = 0; k < nodes[i]->n_output; k++)
            if (!map_get(d.producer_of, proto_text(nodes[i]->output[k])))
                map_put(d.producer_of, proto_text(nodes[i]->output[k]), &d.producers[i]);
    }
    for (int i = 0; i < count; i++) {
        each_name_read(nodes[i], add_name, &d);
        d.first[i + 1] = d.n_edges;
    }
    return d;
}

static const char *node_label(const NodeProto *n)
{
    if (!foreign_empty(n->name)) return mem_printf("\"%s\"", shown(n->name));
    return mem_printf("-> \"%s\"", shown(n->n_output ? proto_text(n->output[0]) : foreign("")));
}

/* The nodes on the walk from `again` to the end of the stack, which leads back to it. */
static void report_cycle(Model *m, NodeProto **nodes, const int *stack, int depth, int again)
{
    enum { SHOWN = 8 };
    int start = depth - 1;
    while (stack[start] != again) start--;
    const char *path = node_label(nodes[again]);
    for (int i = depth - 1, shown = 0; i > start; i--, shown++) {
        if (shown == SHOWN) {
            path = mem_printf("%s, ...", path);
            break;
        }
        path = mem_printf("%s, %s", path, node_label(nodes[stack[i]]));
    }
    model_error(m, "%d node(s) form a cycle: %s", depth - start, path);
}

int *topological_order(Model *m, size_t n_nodes, NodeProto **nodes)
{
    enum { NEW, OPEN, DONE };
    int count = (int)n_nodes, placed = 0, depth = 0;
    Dependencies d = find_dependencies(count, nodes);
    int *order = mem_array((size_t)count, sizeof *order), *stack = mem_array((size_t)count, sizeof *stack);
    int *next_edge = mem_array((size_t)count, sizeof *next_edge);
    bool cyclic = false;
    char *state = mem_array((size_t)count, 1);
    for (int i = 0; i < count; i++) next_edge[i] = d.first[i];
    for (int i = 0; i < count; i++) {
        if (state[i] == NEW) stack[depth++] = i;
        while (depth) {
            int node = stack[depth - 1];
            state[node] = OPEN;
            if (next_edge[node] == d.first[node + 1]) {
                state[node] = DONE;
                order[placed++] = node;
                depth--;
                continue;
            }
            int on = d.edges[next_edge[node]++];
            if (state[on] == NEW) stack[depth++] = on;
            else if (state[on] == OPEN && !cyclic) {
                report_cycle(m, nodes, stack, depth, on);
                cyclic = true;
            }
        }
    }
    return order;
}
