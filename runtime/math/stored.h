/* stored.h: the element types that files have and matrices may not, and how they become elements
 * of a matrix. */
#ifndef DNN_MATH_STORED_H
#define DNN_MATH_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dtype.h"

/* The other axes of a stored array without elements have at most this product. */
#define DNN_STORED_MOST_EMPTY ((uint64_t)1 << 24)

typedef enum dnn_stored {
    DNN_STORED_BOOL, /* a byte; anything but 0 is true */
    DNN_STORED_I8,
    DNN_STORED_I16,
    DNN_STORED_I32,
    DNN_STORED_I64,
    DNN_STORED_U8,
    DNN_STORED_U16,
    DNN_STORED_U32,
    DNN_STORED_U64,
    DNN_STORED_F8_E4M3, /* 1 sign, 4 exponent, 3 fraction bits, no infinities (OCP FP8) */
    DNN_STORED_F8_E5M2, /* 1, 5, 2 bits, with infinities */
    DNN_STORED_F16,     /* IEEE 754 binary16 */
    DNN_STORED_BF16,    /* the upper half of a float32 */
    DNN_STORED_F32,
    DNN_STORED_F64,
    DNN_STORED_COUNT
} dnn_stored;

typedef struct dnn_stored_traits {
    const char *name; /* "int64", "bfloat16" */
    size_t size;      /* bytes of an element */
    dnn_dtype dtype; /* of the matrix that it becomes: uint8, float32 and float64 stay; booleans and
                        whole numbers of up to 31 bits and a sign become int32, larger ones
                        float64; what is narrower than a float32 becomes one */
    bool stays;      /* its bytes are those of the matrix, and any of them mean a number */
} dnn_stored_traits;

const dnn_stored_traits *dnn_stored_info(dnn_stored type);

/* Turns n elements at `bytes` (of any alignment; in the other byte order than this machine's where
 * `swapped`) into elements of dnn_stored_info(type)->dtype in `out`, which must not overlap them.
 * Returns how many were turned: n, or the place, counted from 0, of the first int64 or uint64 that
 * a float64 does not hold exactly. */
size_t dnn_stored_decode(dnn_stored type, bool swapped, const void *bytes, size_t n, void *out);

#endif
