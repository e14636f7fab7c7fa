/* hdf5_errors.c: messages about HDF5 files, and telling a damaged one from a lack of memory: the
 * library reports both alike, but keeps a list of what went wrong. */
#include <stdarg.h>
#include <stdio.h>

#include "data/hdf5_file.h"

static bool lacks_memory; /* noted since dnn_hdf5_watch_memory; the library is for one thread */

static herr_t look_at(unsigned n, const H5E_error2_t *error, void *context) {
    (void)n, (void)context;
    lacks_memory = lacks_memory || error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC;
    return 0;
}

/* The library calls it whenever one of its functions fails. */
static herr_t note_error(hid_t stack, void *context) {
    return H5Ewalk2(stack, H5E_WALK_UPWARD, look_at, context);
}

void dnn_hdf5_watch_memory(void) {
    H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
    lacks_memory = false;
}

dnn_status dnn_hdf5_blame_memory(const dnn_hdf5 *file, dnn_status status, dnn_error *err) {
    if (!lacks_memory || (status != DNN_OK && status != DNN_ERROR_FORMAT))
        return status;
    return dnn_fail(err, DNN_ERROR_MEMORY, "%s: the HDF5 library has not enough memory to read it",
                    file->path);
}

dnn_status dnn_hdf5_fail(const dnn_hdf5 *file, const char *name, dnn_status status, dnn_error *err,
                         const char *format, ...) {
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return dnn_fail(err, status, "%s: dataset '%.120s' %s", file->path, name, text);
}
