# Writes the linker's list of the names that libdnn exports: cmake -DOUT=FILE -DPUBLIC=HEADERS -DSHARED=HEADERS
# -P exports.cmake, the headers separated by commas. What public headers declare is the library's interface; what the
# shared ones declare is for the module of bindings/ alone, under a version that says so. All else stays inside.
function(names_of out headers)
  string(REPLACE "," ";" headers "${headers}")
  set(names "")
  foreach(header ${headers})
    file(READ ${header} text)
    string(REPLACE ";" " ; " text "${text}")
    string(REGEX MATCHALL "dnn_[a-z0-9_]+\\(" functions "${text}")
    string(REGEX MATCHALL "extern [^;]*(dnn_[a-z0-9_]+)[^;]*" variables "${text}")
    list(APPEND names ${functions} ${variables})
  endforeach()
  string(REGEX MATCHALL "dnn_[a-z0-9_]+" names "${names}")
  list(REMOVE_DUPLICATES names)
  list(SORT names)
  list(JOIN names ";\n    " lines)
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

names_of(public "${PUBLIC}")
names_of(shared "${SHARED}")
file(WRITE ${OUT} "DNN {\n  global:\n    ${public};\n  local: *;\n};\nDNN_PRIVATE {\n  global:\n    ${shared};\n} DNN;\n")
