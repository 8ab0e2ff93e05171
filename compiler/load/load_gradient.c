/* Gradient of ai.onnx.preview.training names tensors of its graph in attributes: xs, zs and y. The first two are its
 * inputs, too; y becomes one more, so that it is there when the node is reached. */
#include "load/load_private.h"
#include "op/op.h"

static bool same_tensors(Scope *s, Node *n, const char *attribute, int first)
{
    const Foreign *names;
    int count = attr_strings(n, attribute, &names);
    for (int i = 0; i < count; i++) {
        if (first + i < n->n_in && scope_find(s, names[i]) == n->in[first + i]) continue;
        node_error(n,
                   "attribute \"%s\" names \"%s\", which isn't input %d; gradients are taken where the graph itself is "
                   "computed",
                   attribute, shown(names[i]), first + i);
        return false;
    }
    return true;
}

void gradient_bind(Scope *s, Node *n)
{
    const Foreign *names;
    Value *y = scope_find(s, attr_string(n, "y", ""));
    int count = attr_strings(n, "xs", &names);
    if (!same_tensors(s, n, "xs", 0) || !same_tensors(s, n, "zs", count)) return;
    if (y) node_add_input(n, y);
    else node_error(n, "attribute \"y\" names \"%s\", which is not defined", shown(attr_string(n, "y", "")));
}
