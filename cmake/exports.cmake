# Writes the linker's list of the names that libdnn exports: cmake -DOUT=FILE -DROOT=FOLDER -P exports.cmake. What
# the headers that dnn.h names declare is the library's interface; what further headers that files of bindings/ include
# declare is for that module alone, under a version that says so. All else stays inside.

# The headers of runtime/ that the files include.
function(included out)
  set(headers "")
  foreach(file ${ARGN})
    file(STRINGS ${file} lines REGEX "^#include \"(core|math|nn|data|store|log)/")
    list(TRANSFORM lines REPLACE "^#include \"([^\"]*)\".*" "${ROOT}/runtime/\\1")
    list(APPEND headers ${lines})
  endforeach()
  list(REMOVE_DUPLICATES headers)
  set(${out} "${headers}" PARENT_SCOPE)
endfunction()

# What the headers declare, as lines of a version script.
function(names_of out)
  set(names "")
  foreach(header ${ARGN})
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
  set(${out} "    ${lines};\n" PARENT_SCOPE)
endfunction()

file(GLOB users ${ROOT}/bindings/*.[ch] ${ROOT}/bindings/*/*.[ch])
included(public ${ROOT}/runtime/dnn.h)
included(shared ${users})
list(REMOVE_ITEM shared ${public})
names_of(public_names ${public})
names_of(shared_names ${shared})
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT
     "DNN {\n  global:\n${public_names}  local: *;\n};\nDNN_PRIVATE {\n  global:\n${shared_names}} DNN;\n")
