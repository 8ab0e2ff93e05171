/* The kinds of projects: their files. What is the model's in them is its name, an identifier; all else of it stands in
 * the generated C and in the testbench. */
#include "project/project.h"

#include "emit/emit.h"

/* -- the program --------------------------------------------------------------------------------- */

static const char testbench_header[] = "/* A testbench for @. */\n"
                                       "#ifndef @_TESTBENCH_H\n"
                                       "#define @_TESTBENCH_H\n"
                                       "\n"
                                       "#ifdef __cplusplus\n"
                                       "extern \"C\" {\n"
                                       "#endif\n"
                                       "\n"
                                       "/* Is told the first elements of each output, of strings their lengths. */\n"
                                       "typedef void @_report(const char *output, long index, double value);\n"
                                       "\n"
                                       "/* Returns what @_run does: 0, or the code of an error. */\n"
                                       "int @_testbench(@_report *report);\n"
                                       "\n"
                                       "#ifdef __cplusplus\n"
                                       "}\n"
                                       "#endif\n"
                                       "\n"
                                       "#endif\n";

#define PRINTS \
    "#include <stdio.h>\n" \
    "\n" \
    "#include \"@_testbench.h\"\n" \
    "\n" \
    "static void print(const char *output, long index, double value)\n" \
    "{\n" \
    "    printf(\"%s[%ld] = %.9g\\n\", output, index, value);\n" \
    "}\n" \
    "\n"

#define CALLS \
    "    int status = @_testbench(print);\n" \
    "    printf(\"@_run returned %d\\n\", status);\n"

static const char main_text[] = PRINTS "int main(void)\n{\n" CALLS "    return status ? 1 : 0;\n}\n";
static const char app_main_text[] = PRINTS "void app_main(void);\n\nvoid app_main(void)\n{\n" CALLS "}\n";

/* -- CMake --------------------------------------------------------------------------------------- */

static const char cmake_text[] = "# cmake -B build && cmake --build build && build/@_main\n"
                                 "cmake_minimum_required(VERSION 3.10)\n"
                                 "project(@ LANGUAGES C)\n"
                                 "\n"
                                 "if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)\n"
                                 "    set(CMAKE_BUILD_TYPE Release)\n"
                                 "endif()\n"
                                 "\n"
                                 "add_library(@_model STATIC model/@.c model/@.h)\n"
                                 "target_include_directories(@_model PUBLIC model)\n"
                                 "if(NOT MSVC)\n"
                                 "    target_link_libraries(@_model PUBLIC m)\n"
                                 "endif()\n"
                                 "\n"
                                 "add_executable(@_main main.c @_testbench.c)\n"
                                 "target_link_libraries(@_main PRIVATE @_model)\n";

static const ProjectFile cmake_files[] = {
    {"CMakeLists.txt", cmake_text, NULL},
    {"main.c", main_text, NULL},
    {"model/@.c", NULL, emit},
    {"model/@.h", NULL, emit_header},
    {"@_testbench.c", NULL, write_testbench},
    {"@_testbench.h", testbench_header, NULL},
    {NULL, NULL, NULL},
};

/* -- Zephyr -------------------------------------------------------------------------------------- */

static const char zephyr_app_text[] = "# west build -b BOARD\n"
                                      "cmake_minimum_required(VERSION 3.20)\n"
                                      "list(APPEND ZEPHYR_EXTRA_MODULES \"${CMAKE_CURRENT_SOURCE_DIR}\")\n"
                                      "find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})\n"
                                      "project(@ LANGUAGES C)\n"
                                      "\n"
                                      "target_sources(app PRIVATE src/main.c src/@_testbench.c)\n";

static const char zephyr_module_text[] = "# The model as a module: other applications name this folder in\n"
                                         "# ZEPHYR_EXTRA_MODULES.\n"
                                         "name: @_model\n"
                                         "build:\n"
                                         "  cmake: module\n";

static const char zephyr_library_text[] = "zephyr_library_named(@_model)\n"
                                          "zephyr_library_sources(@.c)\n"
                                          "zephyr_include_directories(.)\n";

static const char zephyr_config_text[] = "# The testbench prints floating-point numbers.\n"
                                         "CONFIG_CBPRINTF_FP_SUPPORT=y\n"
                                         "CONFIG_MAIN_STACK_SIZE=8192\n";

static const ProjectFile zephyr_files[] = {
    {"CMakeLists.txt", zephyr_app_text, NULL},
    {"prj.conf", zephyr_config_text, NULL},
    {"zephyr/module.yml", zephyr_module_text, NULL},
    {"module/CMakeLists.txt", zephyr_library_text, NULL},
    {"module/@.c", NULL, emit},
    {"module/@.h", NULL, emit_header},
    {"src/main.c", main_text, NULL},
    {"src/@_testbench.c", NULL, write_testbench},
    {"src/@_testbench.h", testbench_header, NULL},
    {NULL, NULL, NULL},
};

/* -- Arduino ------------------------------------------------------------------------------------- */

static const char arduino_library_text[] =
    "name=@\n"
    "version=1.0.0\n"
    "author=onnx2c\n"
    "maintainer=onnx2c\n"
    "sentence=A neural network as plain C.\n"
    "paragraph=Compiled from an ONNX model by onnx2c; see the example testbench.\n"
    "category=Data Processing\n"
    "url=https://onnx.ai\n"
    "architectures=*\n"
    "includes=@.h\n";

static const char arduino_sketch_text[] = "#include <@_testbench.h>\n"
                                          "\n"
                                          "static void print_value(const char *output, long index, double value)\n"
                                          "{\n"
                                          "    Serial.print(output);\n"
                                          "    Serial.print('[');\n"
                                          "    Serial.print(index);\n"
                                          "    Serial.print(\"] = \");\n"
                                          "    Serial.println(value, 6);\n"
                                          "}\n"
                                          "\n"
                                          "void setup()\n"
                                          "{\n"
                                          "    Serial.begin(115200);\n"
                                          "    int status = @_testbench(print_value);\n"
                                          "    Serial.print(\"@_run returned \");\n"
                                          "    Serial.println(status);\n"
                                          "}\n"
                                          "\n"
                                          "void loop()\n"
                                          "{\n"
                                          "}\n";

static const ProjectFile arduino_files[] = {
    {"library.properties", arduino_library_text, NULL},
    {"src/@.c", NULL, emit},
    {"src/@.h", NULL, emit_header},
    {"src/@_testbench.c", NULL, write_testbench},
    {"src/@_testbench.h", testbench_header, NULL},
    {"examples/testbench/testbench.ino", arduino_sketch_text, NULL},
    {NULL, NULL, NULL},
};

/* -- PlatformIO ---------------------------------------------------------------------------------- */

static const char platformio_text[] = "; pio run -t exec\n"
                                      "; On a board: an environment with its platform, board and framework, and a\n"
                                      "; src/main.c of that framework.\n"
                                      "[platformio]\n"
                                      "default_envs = native\n"
                                      "\n"
                                      "[env:native]\n"
                                      "platform = native\n"
                                      "build_flags = -O2 -lm\n";

static const char platformio_library_text[] = "{\n"
                                              "    \"name\": \"@\",\n"
                                              "    \"version\": \"1.0.0\",\n"
                                              "    \"description\": \"A neural network as plain C, by onnx2c\",\n"
                                              "    \"frameworks\": \"*\",\n"
                                              "    \"platforms\": \"*\"\n"
                                              "}\n";

static const ProjectFile platformio_files[] = {
    {"platformio.ini", platformio_text, NULL},
    {"src/main.c", main_text, NULL},
    {"lib/@/library.json", platformio_library_text, NULL},
    {"lib/@/src/@.c", NULL, emit},
    {"lib/@/src/@.h", NULL, emit_header},
    {"lib/@/src/@_testbench.c", NULL, write_testbench},
    {"lib/@/src/@_testbench.h", testbench_header, NULL},
    {NULL, NULL, NULL},
};

/* -- ESP-IDF ------------------------------------------------------------------------------------- */

static const char idf_project_text[] = "# idf.py set-target esp32s3 && idf.py build flash monitor\n"
                                       "cmake_minimum_required(VERSION 3.16)\n"
                                       "include($ENV{IDF_PATH}/tools/cmake/project.cmake)\n"
                                       "project(@)\n";

static const char idf_main_text[] = "idf_component_register(SRCS main.c @_testbench.c REQUIRES @_model)\n";

static const char idf_component_text[] = "idf_component_register(SRCS @.c INCLUDE_DIRS .)\n"
                                         "target_compile_options(${COMPONENT_LIB} PRIVATE -O2)\n";

static const char idf_manifest_text[] = "version: \"1.0.0\"\n"
                                        "description: A neural network as plain C, by onnx2c\n"
                                        "dependencies:\n"
                                        "  idf: \">=4.4\"\n";

static const ProjectFile idf_files[] = {
    {"CMakeLists.txt", idf_project_text, NULL},
    {"sdkconfig.defaults", "CONFIG_ESP_MAIN_TASK_STACK_SIZE=8192\n", NULL},
    {"main/CMakeLists.txt", idf_main_text, NULL},
    {"main/main.c", app_main_text, NULL},
    {"components/@_model/CMakeLists.txt", idf_component_text, NULL},
    {"components/@_model/idf_component.yml", idf_manifest_text, NULL},
    {"components/@_model/@.c", NULL, emit},
    {"components/@_model/@.h", NULL, emit_header},
    {"main/@_testbench.c", NULL, write_testbench},
    {"main/@_testbench.h", testbench_header, NULL},
    {NULL, NULL, NULL},
};

/* -- all of them --------------------------------------------------------------------------------- */

static const ProjectKind kinds[] = {
    {"cmake", cmake_files},           {"zephyr", zephyr_files}, {"arduino", arduino_files},
    {"platformio", platformio_files}, {"esp-idf", idf_files},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const ProjectKind *kind_named(Foreign name)
{
    for (int i = 0; i < N_KINDS; i++)
        if (foreign_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

const char *kind_names(void)
{
    const char *names = kinds[0].name;
    for (int i = 1; i < N_KINDS; i++)
        names = mem_printf("%s%s%s", names, i + 1 < N_KINDS ? ", " : " or ", kinds[i].name);
    return names;
}
