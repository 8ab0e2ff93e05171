# onnx2c_add_model(TARGET MODEL file [NAME name] [OPTIONS option...])
#
# A static library TARGET of the C that onnx2c makes of a model; those who link with it find the header <NAME.h>.
#
#   MODEL    the .onnx file; relative to the current source folder
#   NAME     prefix of the public symbols, and the stem of the files; default: TARGET, made a C identifier
#   OPTIONS  of the compiler, as on its command line; files among them by their full paths
#
#     find_package(onnx2c REQUIRED)
#     onnx2c_add_model(digits MODEL digits.onnx OPTIONS --dim batch=1)
#     target_link_libraries(app PRIVATE digits)
#
# It is made again when the model, its external data, a file of options or the compiler changed.
cmake_minimum_required(VERSION 3.20)

# Beside what was installed, or in the source tree.
find_program(ONNX2C_EXECUTABLE onnx2c
    HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../build"
    NO_CMAKE_FIND_ROOT_PATH
    DOC "The compiler from ONNX to C")

function(onnx2c_add_model target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;NAME" "OPTIONS")
    if(NOT arg_MODEL OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "expected onnx2c_add_model(TARGET MODEL file [NAME name] [OPTIONS option...])")
    endif()
    if(NOT ONNX2C_EXECUTABLE)
        message(FATAL_ERROR "onnx2c_add_model: onnx2c is not on the PATH; say where it is: -DONNX2C_EXECUTABLE=...")
    endif()
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT "C" IN_LIST languages)
        message(FATAL_ERROR "onnx2c_add_model: the project needs C: project(... LANGUAGES C)")
    endif()
    if(NOT arg_NAME)
        string(MAKE_C_IDENTIFIER "${target}" arg_NAME)
    endif()
    get_filename_component(model "${arg_MODEL}" ABSOLUTE)
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/onnx2c/${target}")
    set(made "${folder}/${arg_NAME}.c" "${folder}/${arg_NAME}.h")
    if("${arg_OPTIONS}" MATCHES "--weights[;=](incbin|file)")
        list(APPEND made "${folder}/${arg_NAME}.weights")
        set_source_files_properties("${folder}/${arg_NAME}.c" PROPERTIES
            OBJECT_DEPENDS "${folder}/${arg_NAME}.weights")
    endif()
    # The compiler leaves alone what it would write once more. Ninja knows that; make would ask again and again.
    set(touch)
    if(NOT CMAKE_GENERATOR MATCHES "Ninja")
        set(touch COMMAND "${CMAKE_COMMAND}" -E touch ${made})
    endif()
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(
        OUTPUT ${made}
        COMMAND "${ONNX2C_EXECUTABLE}" "${model}" ${arg_OPTIONS} --name "${arg_NAME}" -o "${folder}/${arg_NAME}.c"
            --header "${folder}/${arg_NAME}.h" --depfile "${folder}/${arg_NAME}.d"
        ${touch}
        DEPENDS "${model}" "${ONNX2C_EXECUTABLE}"
        DEPFILE "${folder}/${arg_NAME}.d"
        COMMENT "Compiling ${arg_MODEL} to C"
        VERBATIM)
    add_library(${target} STATIC ${made})
    target_include_directories(${target} PUBLIC "${folder}")
    if(NOT MSVC)
        target_link_libraries(${target} PUBLIC m)
    endif()
endfunction()
