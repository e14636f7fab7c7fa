/* hdf5_failures.h: a file is opened while each allocation fails in turn. */
#ifndef DNN_TESTS_HDF5_FAILURES_H
#define DNN_TESTS_HDF5_FAILURES_H

#include "check.h"
#include "core/memory.h"
#include "data/hdf5.h"

/* Nothing is lost on the way; with all the memory that it wants the file opens. */
static inline void check_open_survives_failures(const char *path) {
    dnn_error err;
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t n = 1; status != DNN_OK; n++) {
        dnn_hdf5 *file;
        dnn_fail_allocation(n);
        status = dnn_hdf5_open(&file, path, NULL, &err);
        dnn_fail_allocation(0);
        dnn_hdf5_close(file);
        assert_int_equal(dnn_allocations_live(), live);
        assert_in_range(n, 1, 30);
    }
}

#endif
