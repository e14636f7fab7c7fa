/* hdf5.h: datasets of an HDF5 file: numbers as matrices, texts as texts. Stands in a module of its
 * own, so that only who opens an .h5 file loads the HDF5 library. For one thread at a time, as that
 * library is.
 *
 * A file may say that a link leads to another file, or that a dataset's bytes are in one: it
 * could so read any file of this machine, and is followed there only when that is asked for. */
#ifndef DNN_DATA_HDF5_H
#define DNN_DATA_HDF5_H

#include <stdint.h>

#include "math/matrix.h"
#include "math/stored.h"

typedef struct dnn_hdf5 dnn_hdf5;

#define DNN_HDF5_MAX_RANK 32 /* as many axes as the format allows */

typedef struct dnn_hdf5_info {
    char *name;      /* path inside the file, without the leading slash; owned by the file */
    char *elsewhere; /* the other file that it leads to and that is not followed; else NULL */
    int rank;        /* number of axes */
    uint64_t extent[DNN_HDF5_MAX_RANK];
    bool numeric;  /* integers, booleans and other enumerations, or floating point, in a shape that
                      can  become a matrix */
    bool is_text;  /* strings */
    char type[96]; /* as stored: "uint8", "int64", "float32", "bool", "string", ...; where it is for
                      its shape or its range that it cannot become a matrix, that after it */
    dnn_stored stored; /* of the numbers as they are read */
    dnn_dtype dtype;   /* of the matrix they become (math/stored.h) */
    size_t rows,
        cols; /* of that matrix: the first axis counts examples and becomes columns, the others
                 are flattened into rows in file order; a vector becomes 1 x n, a scalar 1 x 1 */
} dnn_hdf5_info;

typedef struct dnn_hdf5_options {
    bool external;      /* follow links and storage to other files */
    uint64_t max_bytes; /* that a dataset may have; 0: what its bytes in the file make plausible */
    bool apart; /* read by a process of its own: the library writes where it should not when memory
                   is short, and a damaged file may make it crash. That is an error then */
} dnn_hdf5_options;

/* DNN_ERROR_FILE when there is no such file, DNN_ERROR_FORMAT when it is not HDF5. Prints nothing.
 * Options may be NULL. */
dnn_status dnn_hdf5_open(dnn_hdf5 **out, const char *path, const dnn_hdf5_options *options,
                         dnn_error *err);

/* NULL is allowed. */
void dnn_hdf5_close(dnn_hdf5 *file);

/* Datasets of the whole file, sorted by name; one that has several names, by soft or hard links,
 * comes under each. */
size_t dnn_hdf5_count(const dnn_hdf5 *file);
const dnn_hdf5_info *dnn_hdf5_dataset(const dnn_hdf5 *file, size_t index);

/* By name; DNN_ERROR_ARGUMENT lists the names there are. */
dnn_status dnn_hdf5_find(const dnn_hdf5 *file, const char *name, const dnn_hdf5_info **out,
                         dnn_error *err);

/* Fails as dnn_hdf5_read would before it reads anything: ask before memory is taken for what the
 * file claims. */
dnn_status dnn_hdf5_check(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_error *err);

/* Reads a dataset into out, which has info's rows, cols and dtype and is contiguous. DNN_ERROR_TYPE
 * for a dataset that is not numeric, or has a whole number that a float64 does not hold;
 * DNN_ERROR_FORMAT when the file is damaged, needs a filter that is not installed, or the dataset
 * is in another file. */
dnn_status dnn_hdf5_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                         dnn_error *err);

/* Strings in the file's order. */
typedef struct dnn_hdf5_texts {
    char *bytes; /* one after the other, each with a zero byte after it */
    size_t size, room;
    size_t count;
} dnn_hdf5_texts;

/* Reads a dataset of strings; give back with dnn_hdf5_texts_free. Errors as dnn_hdf5_read. */
dnn_status dnn_hdf5_read_texts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_texts *out,
                               dnn_error *err);
void dnn_hdf5_texts_free(dnn_hdf5_texts *texts);

#endif
