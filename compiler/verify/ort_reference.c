/* What is right says ONNX Runtime: a script of ours runs it, without its optimisations, on a data set's inputs. */
#include "verify/verify.h"

#include <errno.h>
#include <string.h>

enum { NOT_INSTALLED = 3 }; /* the script's exit status */

static const char script[] =
    "# Runs ONNX Runtime on input_N.pb of a folder and writes output_N.pb. Written by onnx2c verify.\n"
    "import ctypes, math, os, sys\n"
    "try:\n"
    "    import numpy, onnx, onnxruntime\n"
    "    from onnx import numpy_helper\n"
    "except ImportError as missing:\n"
    "    print(missing)\n"
    "    sys.exit(3)\n"
    "path, folder = sys.argv[1:]\n"
    "print('ONNX Runtime', onnxruntime.__version__)\n"
    "options = onnxruntime.SessionOptions()\n"
    "options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL\n"
    "options.log_severity_level = 3\n"
    "session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])\n"
    "initialized = {i.name for i in onnx.load(path, load_external_data=False).graph.initializer}\n"
    "names = [i.name for i in session.get_inputs() if i.name not in initialized]\n"
    "feed = {}\n"
    "for number, name in enumerate(names):\n"
    "    with open(os.path.join(folder, f'input_{number}.pb'), 'rb') as f:\n"
    "        feed[name] = onnx.TensorProto.FromString(f.read())\n"
    "outputs = [o.name for o in session.get_outputs()]\n"
    "# Types that numpy lacks go in and out as ONNX Runtime's own values.\n"
    "types = [t.type for t in session.get_inputs() + session.get_outputs()]\n"
    "if any('bfloat16' in t or 'float8' in t for t in types):\n"
    "    own = onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type\n"
    "    feed = {name: own(numpy_helper.to_array(t), t.data_type) for name, t in feed.items()}\n"
    "    tensors = []\n"
    "    for name, value in zip(outputs, session.run_with_ort_values(outputs, feed)):\n"
    "        kind, shape = value.element_type(), value.shape()\n"
    "        size = math.prod(shape) * onnx.helper.tensor_dtype_to_np_dtype(kind).itemsize\n"
    "        data = ctypes.string_at(value.data_ptr(), size)\n"
    "        tensors.append(onnx.helper.make_tensor(name, kind, shape, data, raw=True))\n"
    "else:\n"
    "    results = session.run(outputs, {name: numpy_helper.to_array(t) for name, t in feed.items()})\n"
    "    tensors = [numpy_helper.from_array(numpy.asarray(v), name) for name, v in zip(outputs, results)]\n"
    "for number, tensor in enumerate(tensors):\n"
    "    with open(os.path.join(folder, f'output_{number}.pb'), 'wb') as f:\n"
    "        f.write(tensor.SerializeToString())\n";

static bool write_script(Model *m, Foreign path)
{
    FILE *f = path_open(path, "w");
    bool good = f && fputs(script, f) >= 0;
    if (f && fclose(f)) good = false;
    if (!good) model_error(m, "%s: can't be written: %s", shown(path), strerror(errno));
    return good;
}

bool ask_ort(Model *m, Foreign python, Foreign folder, Foreign work)
{
    Foreign path = foreign_suffixed(work, "/reference.py");
    if (!write_script(m, path)) return false;
    Ending e = run_process((Foreign[]){python, path, path_real(m->path), folder}, 4);
    if (!e.signal && !e.status) return true;
    if (!e.signal && e.status == NOT_STARTED)
        model_error(m, "\"%s\" can't be run; --python FILE names a Python that has onnxruntime", shown(python));
    else if (!e.signal && e.status == NOT_INSTALLED)
        model_error(m, "\"%s\" lacks a module; install onnxruntime and onnx there, or --python FILE names another",
                    shown(python));
    else model_error(m, "ONNX Runtime can't run the model: see above");
    return false;
}
