# find_package(onnx2c): the function onnx2c_add_model, and ONNX2C_EXECUTABLE.
include("${CMAKE_CURRENT_LIST_DIR}/onnx2c.cmake")
if(NOT ONNX2C_EXECUTABLE)
    set(onnx2c_FOUND FALSE)
    set(onnx2c_NOT_FOUND_MESSAGE "the program onnx2c was not found; say where it is: -DONNX2C_EXECUTABLE=...")
endif()
