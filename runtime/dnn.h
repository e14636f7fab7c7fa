/* dnn.h: all of libdnn, for a program that links it. What is named here is public and gets
 * installed; a header that is not is the library's own affair. */
#ifndef DNN_H
#define DNN_H

/* The system's headers first: in C++ they must not be inside extern "C". */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "core/atomic_file.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/field.h"
#include "core/file_kind.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"

#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/linalg.h"
#include "math/matrix.h"
#include "math/peak.h"
#include "math/precision.h"
#include "math/print.h"
#include "math/reduce.h"
#include "math/stored.h"

#include "nn/call.h"
#include "nn/layer.h"
#include "nn/loss.h"
#include "nn/network/clip.h"
#include "nn/network/gradcheck.h"
#include "nn/network/cache.h"
#include "nn/network/network.h"
#include "nn/network/profile.h"
#include "nn/optimiser.h"
#include "nn/network/parameters.h"
#include "nn/network/record.h"
#include "nn/operators/loss.h"
#include "nn/operators/operators.h"
#include "nn/registry.h"
#include "nn/shape.h"
#include "nn/tape/arena.h"
#include "nn/tape/tape.h"
#include "nn/value.h"

#include "data/array.h"
#include "data/augment.h"
#include "data/cifar.h"
#include "data/csv.h"
#include "data/folder.h"
#include "data/idx.h"
#include "data/image.h"
#include "data/loader.h"
#include "data/npy.h"
#include "data/npz.h"
#include "data/source.h"

#include "log/event.h"
#include "log/run_log.h"
#include "log/run_reader.h"

#include "store/safetensors.h"
#include "store/saver.h"
#include "store/weights.h"

#ifdef __cplusplus
}
#endif

#endif
