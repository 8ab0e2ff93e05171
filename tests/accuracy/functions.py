"""The elementwise functions that round: of templates/elementwise*.c.in, and of the operators built on them.

A row: the name in the table, the operator's node, and the function of exact.c that says what its result should be.
What only chooses, cuts or changes a sign (Abs, Relu, Floor, Max, ...) has no error and isn't here.
"""

import collections

MICROSOFT = "com.microsoft"
Function = collections.namedtuple("Function", "name op domain inputs exact attributes types")
ALL = ("float", "double", "float16", "bfloat16")


def row(name, exact, attributes=None, op=None, domain="", inputs=1, types=ALL):
    return Function(name, op or name, domain, inputs, exact, attributes or {}, types)


functions = [
    row("Acos", "acos"),
    row("Acosh", "acosh"),
    row("Add", "add", inputs=2),
    row("Asin", "asin"),
    row("Asinh", "asinh"),
    row("Atan", "atan"),
    row("Atanh", "atanh"),
    row("BiasGelu", "bias_gelu", domain=MICROSOFT, inputs=2),
    row("Celu", "celu", {"alpha": 1.0}),
    row("Celu, alpha 0.3", "celu", {"alpha": 0.3}, "Celu"),
    row("Cos", "cos"),
    row("Cosh", "cosh"),
    row("Div", "div", inputs=2),
    row("Elu", "elu", {"alpha": 1.0}),
    row("Elu, alpha 0.7", "elu", {"alpha": 0.7}, "Elu"),
    row("Erf", "erf"),
    row("Exp", "exp"),
    row("FastGelu", "gelu_tanh", domain=MICROSOFT),
    row("Gelu", "gelu"),
    row("Gelu, tanh", "gelu_tanh", {"approximate": "tanh"}, "Gelu"),
    row("HardSigmoid", "hard_sigmoid", {"alpha": 0.2, "beta": 0.5}),
    row("HardSigmoid, alpha 1/6", "hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5}, "HardSigmoid"),
    row("HardSwish", "hard_swish"),
    row("LeakyRelu", "leaky_relu", {"alpha": 0.01}),
    row("Log", "log"),
    row("Mish", "mish"),
    row("Mod, fmod", "fmod", {"fmod": 1}, "Mod", inputs=2),
    row("Mul", "mul", inputs=2),
    row("PRelu", "prelu", inputs=2),
    row("Pow", "pow", inputs=2),
    row("QuickGelu", "swish", {"alpha": 1.702}, domain=MICROSOFT),
    row("Reciprocal", "reciprocal"),
    row("Selu", "selu", {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}),
    row("Shrink", "shrink", {"bias": 0.3, "lambd": 0.5}),
    row("Sigmoid", "sigmoid"),
    row("Sin", "sin"),
    row("Sinh", "sinh"),
    row("Softplus", "softplus"),
    row("Softsign", "softsign"),
    row("Sqrt", "sqrt"),
    row("Sub", "sub", inputs=2),
    row("Swish", "swish", {"alpha": 1.0}),
    row("Tan", "tan"),
    row("Tanh", "tanh"),
    row("ThresholdedRelu", "thresholded_relu", {"alpha": 1.0}),
]
