/* hdf5_apart.h: what the process that asks, hdf5_apart.c, and the one that reads, hdf5_reader.c,
 * share.
 *
 * Internal to this folder. A question is a struct and the dataset's name. An answer begins with a
 * status; an error follows it, or what was asked for. Both processes are of one program, so structs
 * go as they are. */
#ifndef DNN_DATA_HDF5_APART_H
#define DNN_DATA_HDF5_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "data/hdf5_file.h"

enum { DNN_HDF5_LIST, DNN_HDF5_CHECK, DNN_HDF5_NUMBERS, DNN_HDF5_TEXTS };

typedef struct dnn_hdf5_question {
    int kind;
    size_t name_bytes; /* with its zero */
    size_t rows, cols; /* of the matrix that it is to be read into */
    dnn_dtype dtype;
} dnn_hdf5_question;

/* Whether the process may be killed at any time: not where it counts lines. */
#ifdef DNN_COVERAGE
enum { DNN_HDF5_KILLS = false };
#else
enum { DNN_HDF5_KILLS = true };
#endif

/* Sends all bytes; false where the other end is closed. */
bool dnn_hdf5_tell(int socket, const void *bytes, size_t size);

/* Makes a fork the process that reads the file for the other end of the socket. */
_Noreturn void dnn_hdf5_be_reader(const dnn_hdf5 *file, int socket);

#endif
