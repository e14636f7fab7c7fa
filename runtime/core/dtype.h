/* dtype.h: element types and their traits. */
#ifndef DNN_CORE_DTYPE_H
#define DNN_CORE_DTYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum dnn_dtype {
    DNN_FLOAT32 = 0,
    DNN_FLOAT64,
    DNN_UINT8, /* stored data and ids only: no arithmetic */
    DNN_INT32, /* likewise */
    DNN_DTYPE_COUNT
} dnn_dtype;

typedef struct dnn_dtype_traits {
    const char *name; /* "float32", ... */
    size_t size;      /* bytes per element */
    bool is_real;     /* can be computed with */
} dnn_dtype_traits;

extern const dnn_dtype_traits dnn_dtype_table[DNN_DTYPE_COUNT];

/* The traits of a type; `dtype` must be one of the enumerators. */
static inline const dnn_dtype_traits *dnn_dtype_info(dnn_dtype dtype) {
    return &dnn_dtype_table[dtype];
}

/* Finds a type by name; false when there is none. */
bool dnn_dtype_from_name(const char *name, dnn_dtype *out);

#endif
