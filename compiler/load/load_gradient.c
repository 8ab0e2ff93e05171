/* Gradient of ai.onnx.preview.training names tensors of its graph in attributes: xs, zs and y. The first two are its
 * inputs, too; y becomes one more, so that it is there when the node is reached. */
#include "load/load_private.h"
#include "op/op.h"

/* What only its branch or loop has to do with, or the other way round, isn't differentiated. */
static bool of_own_graph(Node *n, const char *attribute, const Value *v)
{
    if (v->graph == n->graph) return true;
    node_error(n, "attribute \"%s\" names \"%s\", which isn't of the graph that the node stands in", attribute,
               shown(v->wanted));
    return false;
}

static bool same_tensors(Scope *s, Node *n, const char *attribute, int first)
{
    const Foreign *names;
    int count = attr_strings(n, attribute, &names);
    for (int i = 0; i < count; i++) {
        Value *v = first + i < n->n_in ? n->in[first + i] : NULL;
        if (!v || scope_find(s, names[i]) != v) {
            node_error(n,
                       "attribute \"%s\" names \"%s\", which isn't input %d; gradients are taken where the graph "
                       "itself is computed",
                       attribute, shown(names[i]), first + i);
            return false;
        }
        if (!of_own_graph(n, attribute, v)) return false;
    }
    return true;
}

/* Nodes are bound in the order in which they run. */
static bool is_there(const Node *n, const Value *v)
{
    return v->is_input || v->data || (v->producer && v->producer != n);
}

void gradient_bind(Scope *s, Node *n)
{
    const Foreign *names, name = attr_string(n, "y", "");
    Value *y = scope_find(s, name);
    int count = attr_strings(n, "xs", &names);
    if (!same_tensors(s, n, "xs", 0) || !same_tensors(s, n, "zs", count)) return;
    if (!y) node_error(n, "attribute \"y\" names \"%s\", which is not defined", shown(name));
    else if (!of_own_graph(n, "y", y)) return;
    else if (!is_there(n, y)) node_error(n, "attribute \"y\" names \"%s\", which is computed later", shown(name));
    else node_add_input(n, y);
}
