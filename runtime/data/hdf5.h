/* hdf5.h: numeric datasets of an HDF5 file. Stands in a module of its own, so that only who opens
 * an .h5 file loads the HDF5 library. For one thread at a time, as that library is. */
#ifndef DNN_DATA_HDF5_H
#define DNN_DATA_HDF5_H

#include <stdint.h>

#include "math/matrix.h"

typedef struct dnn_hdf5 dnn_hdf5;

#define DNN_HDF5_MAX_RANK 8

typedef struct dnn_hdf5_info {
    char *name; /* path inside the file, without the leading slash; owned by the file */
    int rank;   /* number of axes */
    uint64_t extent[DNN_HDF5_MAX_RANK];
    bool numeric;    /* integers or floating point, in a shape that can become a matrix */
    char type[32];   /* as stored: "uint8", "int64", "float32", "string", ... */
    dnn_dtype dtype; /* of the matrix it becomes: uint8 and float32 stay, all else is float64 (whole
                        numbers beyond 2^53 are rounded) */
    size_t rows,
        cols; /* of that matrix: the first axis counts examples and becomes columns, the others
                 are flattened into rows in file order; a vector becomes 1 x n, a scalar 1 x 1 */
} dnn_hdf5_info;

/* DNN_ERROR_FILE when there is no such file, DNN_ERROR_FORMAT when it is not HDF5. Prints nothing.
 */
dnn_status dnn_hdf5_open(dnn_hdf5 **out, const char *path, dnn_error *err);

/* NULL is allowed. */
void dnn_hdf5_close(dnn_hdf5 *file);

/* Datasets of the whole file, sorted by name. */
size_t dnn_hdf5_count(const dnn_hdf5 *file);
const dnn_hdf5_info *dnn_hdf5_dataset(const dnn_hdf5 *file, size_t index);

/* By name; DNN_ERROR_ARGUMENT lists the names there are. */
dnn_status dnn_hdf5_find(const dnn_hdf5 *file, const char *name, const dnn_hdf5_info **out,
                         dnn_error *err);

/* Reads a dataset into out, which has info's rows, cols and dtype and is contiguous. DNN_ERROR_TYPE
 * for a dataset that is not numeric; DNN_ERROR_FORMAT when the file is damaged. */
dnn_status dnn_hdf5_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                         dnn_error *err);

#endif
