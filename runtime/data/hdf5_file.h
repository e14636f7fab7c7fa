/* hdf5_file.h: what the files about HDF5 share. Internal to them. */
#ifndef DNN_DATA_HDF5_FILE_H
#define DNN_DATA_HDF5_FILE_H

#define H5_USE_110_API
#include <hdf5.h>

#include "data/hdf5.h"

struct dnn_hdf5 {
    hid_t id;
    hid_t access; /* how objects are opened: without following external links, unless asked for */
    char *path;
    uint64_t size; /* of the file in bytes */
    dnn_hdf5_options options;
    size_t count, room;
    dnn_hdf5_info *datasets; /* sorted by name */
};

/* Lists the datasets under all their names, and describes them. */
dnn_status dnn_hdf5_list(dnn_hdf5 *file, dnn_error *err);

/* Fails with the file's and the dataset's name before the text. */
dnn_status dnn_hdf5_fail(const dnn_hdf5 *file, const char *name, dnn_status status, dnn_error *err,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Opens a dataset for reading; fails where it is in another file, where a filter is missing,
 * and where `bytes` of elements are more than its bytes in the file make plausible. */
dnn_status dnn_hdf5_open_dataset(dnn_hdf5 *file, const dnn_hdf5_info *info, uint64_t bytes,
                                 hid_t *out, dnn_error *err);

#endif
