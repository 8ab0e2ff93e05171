/* RandomNormal, RandomUniform, their *Like forms, Multinomial, Bernoulli: refused. ONNX leaves the numbers to the
 * implementation, and the generated code gives the same outputs for the same inputs. */
#include "op/op.h"

static void refuse_random(Node *n)
{
    node_error(n, "draws random numbers, which the generated code doesn't; draw them outside and make them an input of "
                  "the model");
}

#define DRAWS(op, v) \
    { \
        .name = op, .domain = "", .since = v, .infer = refuse_random, .flags = OP_HALF_NATIVE | OP_NEVER_FOLD \
    }

const Op ops_random[] = {
    DRAWS("RandomNormal", 1),
    DRAWS("RandomNormalLike", 1),
    DRAWS("RandomUniform", 1),
    DRAWS("RandomUniformLike", 1),
    DRAWS("Multinomial", 7),
    DRAWS("Bernoulli", 15),
    {0},
};
