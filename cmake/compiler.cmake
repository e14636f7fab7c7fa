# One set of compiler options for every target of the project.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET default)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wvla
                    -Wstrict-prototypes -Wmissing-prototypes)
# A fused multiply-add rounds once where two operations round twice; leaving the choice to the compiler
# would make results depend on how a loop was vectorised.
add_compile_options(-ffp-contract=off)

if(DNN_WERROR)
  add_compile_options(-Werror)
endif()

if(DNN_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

if(DNN_SANITIZE_THREADS)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()

# Threads count without losing each other's counts; a process that reads HDF5 files writes its counts when it ends.
if(DNN_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_compile_definitions(DNN_COVERAGE)
  add_link_options(--coverage)
endif()

# Everything is instrumented, so that a fuzzer sees which ways its inputs take; with the sanitisers.
if(DNN_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "DNN_FUZZ needs clang: cmake -DCMAKE_C_COMPILER=clang -DDNN_FUZZ=ON")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow
                      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
