/* hdf5_dataset.c: opening a dataset, and what keeps it from being read: another file, a filter that
 * is not installed, a claim that its bytes cannot make good. */
#include "data/hdf5_file.h"

#define PLENTY   ((uint64_t)1 << 26) /* bytes that a dataset may always have */
#define DEFLATES ((uint64_t)1032)    /* bytes that one packed byte becomes at most */

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
        char stored[64] = "";
        unsigned flags, config;
        size_t values = 0;
        H5Z_filter_t id = H5Pget_filter2(layout, (unsigned)i, &flags, &values, NULL, sizeof stored,
                                         stored, &config);
        if (id < 0 || H5Zfilter_avail(id) > 0)
            continue;
        const char *name = filter_name(id) != NULL ? filter_name(id) : stored[0] ? stored : "?";
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
    uint64_t bytes = type >= 0 ? H5Tget_size(type) : 1;
    if (type >= 0)
        H5Tclose(type);
    for (int axis = 0; axis < rank; axis++)
        if (__builtin_mul_overflow(bytes, chunk[axis], &bytes))
            return UINT64_MAX;
    return rank > 0 ? bytes : 0;
}

/* Chunks that were never written are not in the file, so some bytes are always allowed; for more,
 * those in the file must be able to become them. */
static dnn_status check_size(const dnn_hdf5 *file, const dnn_hdf5_info *info, hid_t dataset,
                             hid_t layout, uint64_t bytes, dnn_error *err) {
    uint64_t stored = H5Dget_storage_size(dataset), chunk = chunk_bytes(layout, dataset);
    uint64_t limit = file->options.max_bytes;
    stored = stored < file->size || file->options.external ? stored : file->size;
    if (limit == 0 && H5Pget_nfilters(layout) > 0)
        limit = stored > UINT64_MAX / DEFLATES ? UINT64_MAX : stored * DEFLATES;
    else if (limit == 0)
        limit = stored;
    if (file->options.max_bytes == 0 && limit > (uint64_t)1 << 30 && limit / 100 > stored)
        limit = stored * 100 > (uint64_t)1 << 30 ? stored * 100 : (uint64_t)1 << 30;
    limit = limit < PLENTY && file->options.max_bytes == 0 ? PLENTY : limit;
    if (bytes <= limit && chunk <= limit)
        return DNN_OK;
    unsigned long long needed = bytes > chunk ? bytes : chunk;
    if (file->options.max_bytes > 0)
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                             "would have %llu bytes, and max_bytes allows %llu", needed,
                             (unsigned long long)limit);
    return dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                         "would have %llu bytes, suspiciously many for the %llu that it has in the "
                         "file; if you trust it, allow that by max_bytes",
                         needed, (unsigned long long)stored);
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
    hid_t layout = dataset < 0 ? -1 : H5Dget_create_plist(dataset);
    dnn_status status = DNN_OK;
    if (layout < 0)
        status = dnn_hdf5_fail(file, info->name, DNN_ERROR_FORMAT, err,
                               "cannot be opened; the HDF5 file is damaged");
    if (status == DNN_OK)
        status = check_filters(file, info, layout, err);
    if (status == DNN_OK)
        status = check_size(file, info, dataset, layout, bytes, err);
    if (layout >= 0)
        H5Pclose(layout);
    if (status != DNN_OK && dataset >= 0)
        H5Dclose(dataset);
    *out = status == DNN_OK ? dataset : -1;
    return status;
}
