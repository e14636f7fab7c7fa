/* npz.h: NumPy's archives of arrays (.npz): a zip archive whose members are .npy files, stored or
 * deflated.
 *
 * Nothing is believed: members must lie inside the file without overlapping each other (which is
 * how small archives unpack to petabytes), their names must differ, and what they unpack to is
 * limited, all of them together (data/source.h), and held against its checksum. */
#ifndef DNN_DATA_NPZ_H
#define DNN_DATA_NPZ_H

#include "data/npy.h"

typedef struct dnn_npz dnn_npz;

/* Opens an archive and reads its directory. DNN_ERROR_FILE where it cannot be read,
 * DNN_ERROR_FORMAT where it is something else or damaged. */
dnn_status dnn_npz_open(dnn_npz **out, const char *path, dnn_error *err);
void dnn_npz_close(dnn_npz *npz); /* NULL is allowed */

/* Its arrays in the order of the archive, and their names without ".npy". */
size_t dnn_npz_count(const dnn_npz *npz);
const char *dnn_npz_name(const dnn_npz *npz, size_t i);

/* The deflated arrays may become this many bytes, all together. 0 leaves the limit as it is: 1 GiB,
 * or 100 times the file's size where that is more. */
void dnn_npz_allow(dnn_npz *npz, uint64_t bytes);

/* Counts array i among those that are to be read: DNN_ERROR_FORMAT where they would unpack to more
 * than is allowed, by what the archive says. */
dnn_status dnn_npz_require(dnn_npz *npz, size_t i, dnn_error *err);

/* Opens array i for dnn_npy_header and dnn_array_read_last. DNN_ERROR_TYPE where it is encrypted or
 * compressed otherwise.
 */
dnn_status dnn_npz_member(dnn_npz *npz, size_t i, dnn_source **out, dnn_error *err);

#endif
