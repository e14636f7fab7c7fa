/* hdf5_file.h: what the files about HDF5 share. Internal to them. */
#ifndef DNN_DATA_HDF5_FILE_H
#define DNN_DATA_HDF5_FILE_H

#define H5_USE_110_API
#include <hdf5.h>
#include <pthread.h>
#include <sys/types.h>

#include "data/hdf5.h"

/* What tells one state of a file from another; without gaps between its parts. */
typedef struct dnn_hdf5_identity {
    uint64_t device, number, size;
    int64_t seconds, nanoseconds; /* of the last change */
} dnn_hdf5_identity;

/* The library takes -1, which it returns where it fails, for any of its objects: functions on that
 * fail in turn, and closing it does nothing. So only what fails last is asked. */
struct dnn_hdf5 {
    hid_t id;
    hid_t access; /* how objects are opened: without following external links, unless asked for */
    char *path;
    uint64_t size;            /* of the file in bytes */
    dnn_hdf5_identity opened; /* what the path named then */
    dnn_hdf5_options options;
    size_t count, room;
    dnn_hdf5_info *datasets; /* sorted by name */
    pid_t process;           /* that reads it, apart from this one; 0: none */
    int socket;              /* to that process */
    pthread_t waiter;        /* reaps that process */
    bool ended;
    int how; /* it has ended, as waitpid has it */
};

/* Where the numbers of a dataset go, part by part. */
typedef struct dnn_hdf5_sink {
    /* Room for `count` elements, the first being number `first`; NULL where there is no memory. */
    void *(*place)(struct dnn_hdf5_sink *sink, size_t first, size_t count);
    /* They are there. May be NULL. */
    dnn_status (*placed)(struct dnn_hdf5_sink *sink, size_t count, dnn_error *err);
} dnn_hdf5_sink;

/* Reads a dataset of numbers as the dtype that its info names. */
dnn_status dnn_hdf5_read_parts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_sink *sink,
                               dnn_error *err);

/* A file without a dataset yet; NULL where there is no memory. */
dnn_hdf5 *dnn_hdf5_new(const char *path, const dnn_hdf5_options *options);

/* Fails where the path names another file than when it was opened, or the file has been written
 * to: what was listed then would no longer be what is read. */
dnn_status dnn_hdf5_check_unchanged(const dnn_hdf5 *file, dnn_error *err);

/* --- what went wrong --- */

/* Has the library print nothing, and note where it lacks memory. */
void dnn_hdf5_watch_memory(void);

/* To be asked after each operation: the status of an error about the file becomes one about memory
 * where the library lacked that since dnn_hdf5_watch_memory. */
dnn_status dnn_hdf5_blame_memory(const dnn_hdf5 *file, dnn_status status, dnn_error *err);

/* --- a process of its own --- */

dnn_status dnn_hdf5_apart_list(dnn_hdf5 *file, dnn_error *err);
dnn_status dnn_hdf5_apart_check(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_error *err);
dnn_status dnn_hdf5_apart_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                               dnn_error *err);
dnn_status dnn_hdf5_apart_texts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_texts *out,
                                dnn_error *err);
void dnn_hdf5_apart_close(dnn_hdf5 *file);

/* --- with the library --- */

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
