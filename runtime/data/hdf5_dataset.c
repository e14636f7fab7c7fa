/* hdf5_dataset.c: opening a dataset, and what keeps it from being read: another file, a filter that
 * is not installed, a claim that its bytes cannot make good. */
#include "data/hdf5_file.h"

#define PLENTY   ((uint64_t)1 << 26) /* bytes that a dataset may always have */
#define DEFLATES ((uint64_t)1032)    /* bytes that one packed byte becomes at most */
#define RATIO    ((uint64_t)100)     /* and seldom, in large files */
#define GIB      ((uint64_t)1 << 30)

/* Registered numbers of filters that are often met and seldom installed. */
static const char *filter_name(H5Z_filter_t id) {
    static const struct {
        H5Z_filter_t id;
        const char *name;
    } known[] = {
        {1,     "gzip"      },
        {2,     "shuffle"   },
        {4,     "szip"      },
        {307,   "bzip2"     },
        {32000, "lzf"       },
        {32001, "blosc"     },
        {32004, "lz4"       },
        {32008, "bitshuffle"},
        {32013, "zfp"       },
        {32015, "zstd"      },
        {32026, "blosc2"    },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].id == id)
            return known[i].name;
    return NULL;
}

static dnn_status check_filters(const dnn_hdf5 *file, const dnn_hdf5_info *info, hid_t layout,
                                dnn_error *err) {
    int count = H5Pget_nfilters(layout);
    for (int i = 0; i < count; i++) {
        char stored[64] = "?";
        unsigned flags, config;
        size_t values = 0;
        H5Z_filter_t id = H5Pget_filter2(layout, (unsigned)i, &flags, &values, NULL, sizeof stored,
                                         stored, &config);
        if (H5Zfilter_avail(id) > 0)
            continue;
        const char *name = filter_name(id) != NULL ? filter_name(id) : stored;
        return dnn_hdf5_fail(
            file, info->name, DNN_ERROR_FORMAT, err,
            "is compressed with the filter %s (number %d), which is not installed; in "
            "Python, write it again with compression='gzip'",
            name, (int)id);
    }
    return DNN_OK;
}

/* The bytes of a chunk as it is unpacked; 0 where there are no chunks. */
static uint64_t chunk_bytes(hid_t layout, hid_t dataset) {
    hsize_t chunk[H5S_MAX_RANK];
    int rank = H5Pget_layout(layout) == H5D_CHUNKED ? H5Pget_chunk(layout, H5S_MAX_RANK, chunk) : 0;
    hid_t type = H5Dget_type(dataset);
    uint64_t bytes = H5Tget_size(type);
    H5Tclose(type);
    for (int axis = 0; axis < rank; axis++)
        if (__builtin_mul_overflow(bytes, chunk[axis], &bytes))
            return UINT64_MAX;
    return rank > 0 ? bytes : 0;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Chunks that were never written are not in the file, so some bytes are always allowed; for more,
 * those in the file must be able to become them, at a usual ratio where they are many. */
static dnn_status check_size(const dnn_hdf5 *file, const dnn_hdf5_info *info, hid_t dataset,
                             hid_t layout, uint64_t bytes, dnn_error *err) {
    uint64_t stored = H5Dget_storage_size(dataset);
    uint64_t needed = larger(bytes, chunk_bytes(layout, dataset)), limit = file->options.max_bytes;
    if (!file->options.external)
        stored = smaller(stored, file->size);
    if (limit == 0 && H5Pget_nfilters(layout) > 0)
        limit = larger(larger(smaller(stored * DEFLATES, GIB), stored * RATIO), PLENTY);
    else if (limit == 0)
        limit = larger(stored, PLENTY);
    if (needed <= limit)
        return DNN_OK;
    if (file->options.max_bytes > 0)
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                             "would have %llu bytes, and max_bytes allows %llu",
                             (unsigned long long)needed, (unsigned long long)limit);
    return dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                         "would have %llu bytes, suspiciously many for the %llu that it has in the "
                         "file; if you trust it, allow that by max_bytes",
                         (unsigned long long)needed, (unsigned long long)stored);
}

dnn_status dnn_hdf5_open_dataset(dnn_hdf5 *file, const dnn_hdf5_info *info, uint64_t bytes,
                                 hid_t *out, dnn_error *err) {
    if (info->elsewhere != NULL)
        return dnn_hdf5_fail(
            file, info->name, DNN_ERROR_FORMAT, err,
            "is in another file ('%s'), which is read only with {external = true}, since a file "
            "from elsewhere could otherwise read any file of yours",
            info->elsewhere);
    hid_t dataset = H5Dopen2(file->id, info->name, file->access);
    hid_t layout = H5Dget_create_plist(dataset);
    dnn_status status = layout >= 0 ? check_filters(file, info, layout, err)
                                    : dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                                                    "cannot be opened; the HDF5 file is damaged");
    if (status == DNN_OK)
        status = check_size(file, info, dataset, layout, bytes, err);
    H5Pclose(layout);
    if (status != DNN_OK)
        H5Dclose(dataset);
    *out = status == DNN_OK ? dataset : -1;
    return status;
}
