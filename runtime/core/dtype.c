/* dtype.c: the table of element types. */
#include "core/dtype.h"

#include <assert.h>
#include <string.h>

const dnn_dtype_traits dnn_dtype_table[DNN_DTYPE_COUNT] = {
    [DNN_FLOAT32] = {"float32", 4, true },
    [DNN_FLOAT64] = {"float64", 8, true },
    [DNN_UINT8] = {"uint8",   1, false},
    [DNN_INT32] = {"int32",   4, false},
};
static_assert(DNN_INT32 + 1 == DNN_DTYPE_COUNT, "a row per dtype");

bool dnn_dtype_from_name(const char *name, dnn_dtype *out) {
    for (int d = 0; d < DNN_DTYPE_COUNT; d++) {
        if (strcmp(dnn_dtype_table[d].name, name) == 0) {
            *out = (dnn_dtype)d;
            return true;
        }
    }
    return false;
}
