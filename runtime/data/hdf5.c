/* hdf5.c: opening HDF5 files, and numbers from them: read as they are stored, in this machine's
 * byte order, and decoded (math/stored.h). */
#include "data/hdf5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/file_kind.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "data/hdf5_file.h"

#define SLAB_BYTES ((hsize_t)1 << 23) /* read between two looks for an interruption */

/* --- opening --- */

/* The library's own complaint about a missing file and a wrong one are alike: look first. A pipe
 * must not block. */
static dnn_status check_readable(const char *path, uint64_t *size, dnn_error *err) {
    unsigned char bytes[DNN_FILE_KIND_BYTES];
    struct stat info = {0};
    size_t got;
    int fd = dnn_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    (void)fstat(fd, &info);
    int problem = dnn_read_at(fd, bytes, sizeof bytes, 0, &got);
    close(fd);
    if (problem == ESPIPE)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: is not a regular file", path);
    if (problem != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(problem));
    *size = (uint64_t)info.st_size;
    if (got > 0 && H5Fis_hdf5(path) > 0)
        return DNN_OK;
    if (got >= 8 && memcmp(bytes, "\x89HDF\r\n\x1a\n", 8) == 0) /* damaged, or memory was short */
        return DNN_OK;
    return dnn_fail_file_kind(err, path, "an HDF5 file", bytes, got);
}

static herr_t refuse_external(const char *parent, const char *group, const char *child,
                              const char *object, unsigned *flags, hid_t access, void *context) {
    (void)parent, (void)group, (void)child, (void)object, (void)flags, (void)access, (void)context;
    return -1;
}

static dnn_status open_file(dnn_hdf5 *file, dnn_error *err) {
    if (H5open() < 0 || H5FD_SEC2 < 0) /* without its way to files it goes on all the same */
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "%s: the HDF5 library cannot start; is memory short?", file->path);
    dnn_hdf5_watch_memory();
    dnn_status status = check_readable(file->path, &file->size, err);
    if (status != DNN_OK)
        return status;
    file->access = H5Pcreate(H5P_DATASET_ACCESS);
    if (file->access < 0 ||
        (!file->options.external && H5Pset_elink_cb(file->access, refuse_external, NULL) < 0))
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", file->path);
    file->id = H5Fopen(file->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file->id < 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the HDF5 file is cut short or damaged",
                        file->path);
    return dnn_hdf5_list(file, err);
}

dnn_hdf5 *dnn_hdf5_new(const char *path, const dnn_hdf5_options *options) {
    dnn_hdf5 *file = dnn_calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->id = file->access = file->socket = -1;
    if (options != NULL)
        file->options = *options;
    file->path = dnn_strdup(path);
    if (file->path != NULL)
        return file;
    dnn_free(file);
    return NULL;
}

/* False where the file does not exist; then all is 0. */
static bool identify(const char *path, dnn_hdf5_identity *out) {
    struct stat info = {0};
    bool there = stat(path, &info) == 0;
    *out = (dnn_hdf5_identity){info.st_dev, info.st_ino, (uint64_t)info.st_size,
                               info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    return there;
}

dnn_status dnn_hdf5_open(dnn_hdf5 **out, const char *path, const dnn_hdf5_options *options,
                         dnn_error *err) {
    dnn_status status;
    dnn_hdf5 *file = dnn_hdf5_new(path, options);
    *out = NULL;
    if (file == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    identify(path, &file->opened);
    if (file->options.apart)
        status = dnn_hdf5_apart_list(file, err);
    else
        status = dnn_hdf5_blame_memory(file, open_file(file, err), err);
    if (status != DNN_OK)
        dnn_hdf5_close(file);
    else
        *out = file;
    return status;
}

/* One that was removed can be read as long as it is open. */
dnn_status dnn_hdf5_check_unchanged(const dnn_hdf5 *file, dnn_error *err) {
    dnn_hdf5_identity is;
    if (!identify(file->path, &is) || memcmp(&is, &file->opened, sizeof is) == 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_FILE, "%s: has changed since it was opened; open it again",
                    file->path);
}

void dnn_hdf5_close(dnn_hdf5 *file) {
    if (file == NULL)
        return;
    dnn_hdf5_apart_close(file);
    if (file->id >= 0)
        H5Fclose(file->id);
    if (file->access >= 0)
        H5Pclose(file->access);
    for (size_t i = 0; i < file->count; i++) {
        dnn_free(file->datasets[i].name);
        dnn_free(file->datasets[i].elsewhere);
    }
    dnn_free(file->datasets);
    dnn_free(file->path);
    dnn_free(file);
}

/* --- what is in it --- */

size_t dnn_hdf5_count(const dnn_hdf5 *file) {
    return file->count;
}

const dnn_hdf5_info *dnn_hdf5_dataset(const dnn_hdf5 *file, size_t index) {
    return &file->datasets[index];
}

dnn_status dnn_hdf5_find(const dnn_hdf5 *file, const char *name, const dnn_hdf5_info **out,
                         dnn_error *err) {
    char names[256] = "none";
    size_t length = 0;
    for (size_t low = 0, high = file->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, file->datasets[middle].name);
        if (order == 0) {
            *out = &file->datasets[middle];
            return DNN_OK;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    for (size_t i = 0; i < file->count; i++) {
        const char *each = file->datasets[i].name, *comma = length == 0 ? "" : ", ";
        bool fits =
            length + strlen(each) + 40 < sizeof names; /* and what follows, if it does not */
        int n = fits ? snprintf(names + length, sizeof names - length, "%s%s", comma, each)
                     : snprintf(names + length, sizeof names - length, "%s... (%zu in all)", comma,
                                file->count);
        if (!fits)
            break;
        length += (size_t)n;
    }
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: has no dataset '%s'; it has: %s", file->path,
                    name, names);
}

/* --- reading --- */

/* Examples (places on the first axis) to read at a time: whole chunks, so that none is unpacked
 * twice. */
static hsize_t slab_of(hid_t dataset, const dnn_hdf5_info *info, hsize_t example_bytes) {
    hsize_t chunk[H5S_MAX_RANK] = {0};
    hid_t layout = H5Dget_create_plist(dataset);
    if (H5Pget_layout(layout) == H5D_CHUNKED)
        H5Pget_chunk(layout, H5S_MAX_RANK, chunk);
    H5Pclose(layout);
    hsize_t slab = SLAB_BYTES / example_bytes, whole = chunk[0] > 0 ? chunk[0] : 1;
    slab = slab > whole ? slab / whole * whole : whole;
    return slab < info->extent[0] ? slab : info->extent[0];
}

/* The elements as they are stored, in this machine's byte order. */
static hid_t memory_type(const dnn_hdf5_info *info, hid_t dataset) {
    const hid_t types[] = {
        [DNN_STORED_BOOL] = H5T_NATIVE_B8,    [DNN_STORED_I8] = H5T_NATIVE_INT8,
        [DNN_STORED_I16] = H5T_NATIVE_INT16,  [DNN_STORED_I32] = H5T_NATIVE_INT32,
        [DNN_STORED_I64] = H5T_NATIVE_INT64,  [DNN_STORED_U8] = H5T_NATIVE_UINT8,
        [DNN_STORED_U16] = H5T_NATIVE_UINT16, [DNN_STORED_U32] = H5T_NATIVE_UINT32,
        [DNN_STORED_U64] = H5T_NATIVE_UINT64, [DNN_STORED_F32] = H5T_NATIVE_FLOAT,
        [DNN_STORED_F64] = H5T_NATIVE_DOUBLE};
    hid_t type = H5Dget_type(dataset);
    bool is_enum = H5Tget_class(type) == H5T_ENUM; /* with the same members, converted as a whole */
    hid_t native =
        is_enum ? H5Tget_native_type(type, H5T_DIR_ASCEND) : H5Tcopy(types[info->stored]);
    H5Tclose(type);
    return native;
}

typedef struct reading {
    const dnn_hdf5 *file;
    const dnn_hdf5_info *info;
    hid_t dataset, type, space;
    char *stored; /* a slab as it is stored; NULL where that is what the sink wants */
    dnn_hdf5_sink *sink;
} reading;

static dnn_status fail_read(const reading *r, dnn_error *err) {
    return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_FORMAT, err,
                         "cannot be read; the HDF5 file is damaged");
}

static dnn_status fail_memory(const reading *r, dnn_error *err) {
    return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_MEMORY, err,
                         "cannot be read: out of memory");
}

static dnn_status fail_inexact(const reading *r, size_t element, const char *bytes,
                               dnn_error *err) {
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    bool negative = r->info->stored == DNN_STORED_I64 && x >> 63;
    return dnn_hdf5_fail(r->file, r->info->name, DNN_ERROR_TYPE, err,
                         "is %s, and its element %zu, %s%llu, does not fit a float64 exactly",
                         r->info->type, element + 1, negative ? "-" : "",
                         (unsigned long long)(negative ? -x : x));
}

/* Booleans are bytes, of which others than these two would come as true. */
static dnn_status check_booleans(const reading *r, size_t first, size_t length, dnn_error *err) {
    const unsigned char *bytes = (const unsigned char *)r->stored;
    for (size_t k = 0; k < length; k++)
        if (bytes[k] > 1)
            return dnn_hdf5_fail(
                r->file, r->info->name, DNN_ERROR_TYPE, err,
                "is %s, and its element %zu, %d, is neither 0 (false) nor 1 (true)", r->info->type,
                first + k + 1, bytes[k]);
    return DNN_OK;
}

/* `length` elements from the selected part of the file, the first being number `first`. */
static dnn_status read_part(const reading *r, hsize_t first, hsize_t length, dnn_error *err) {
    size_t size = dnn_stored_info(r->info->stored)->size;
    void *to = r->sink->place(r->sink, (size_t)first, (size_t)length);
    if (to == NULL)
        return fail_memory(r, err);
    hid_t memory = H5Screate_simple(1, &length, NULL);
    herr_t result = H5Dread(r->dataset, r->type, memory, r->space, H5P_DEFAULT,
                            r->stored != NULL ? r->stored : to);
    H5Sclose(memory);
    if (result < 0)
        return fail_read(r, err);
    if (r->info->stored == DNN_STORED_BOOL) {
        dnn_status status = check_booleans(r, (size_t)first, (size_t)length, err);
        if (status != DNN_OK)
            return status;
    }
    if (r->stored != NULL) {
        size_t done = dnn_stored_decode(r->info->stored, false, r->stored, (size_t)length, to);
        if (done < length)
            return fail_inexact(r, (size_t)first + done, r->stored + done * size, err);
    }
    return r->sink->placed != NULL ? r->sink->placed(r->sink, (size_t)length, err) : DNN_OK;
}

/* Slab after slab. */
static dnn_status read_slabs(const reading *r, hsize_t slab, dnn_error *err) {
    const dnn_hdf5_info *info = r->info;
    hsize_t begin[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK];
    if (info->rank == 0)
        return read_part(r, 0, 1, err);
    for (int axis = 0; axis < info->rank; axis++)
        count[axis] = info->extent[axis];
    for (; begin[0] < info->extent[0]; begin[0] += slab) {
        dnn_status status = dnn_interrupt_check(err);
        if (status != DNN_OK)
            return status;
        count[0] = slab < info->extent[0] - begin[0] ? slab : info->extent[0] - begin[0];
        H5Sselect_hyperslab(r->space, H5S_SELECT_SET, begin, NULL, count, NULL);
        status = read_part(r, begin[0] * info->rows, count[0] * info->rows, err);
        if (status != DNN_OK)
            return status;
    }
    return DNN_OK;
}

/* With the dataset open. */
static dnn_status read_open(reading *r, dnn_error *err) {
    size_t size = dnn_stored_info(r->info->stored)->size;
    bool as_stored = dnn_stored_info(r->info->stored)->stays;
    hsize_t slab = r->info->rank == 0 ? 1 : slab_of(r->dataset, r->info, r->info->rows * size);
    dnn_status status = DNN_OK;
    r->type = memory_type(r->info, r->dataset);
    r->space = H5Dget_space(r->dataset);
    if (!as_stored && (r->stored = dnn_alloc(slab * r->info->rows * size)) == NULL)
        status = fail_memory(r, err);
    else if (H5Tget_size(r->type) != size ||
             H5Sget_simple_extent_npoints(r->space) != (hssize_t)(r->info->rows * r->info->cols))
        status = fail_read(r, err);
    else
        status = read_slabs(r, slab, err);
    dnn_free(r->stored);
    H5Tclose(r->type);
    H5Sclose(r->space);
    return status;
}

/* Opens a dataset of numbers. */
static dnn_status open_numbers(dnn_hdf5 *file, const dnn_hdf5_info *info, hid_t *out,
                               dnn_error *err) {
    if (info->elsewhere == NULL && !info->numeric)
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_TYPE, err,
                             "(%s, %d axes) cannot be read as a matrix of numbers", info->type,
                             info->rank);
    uint64_t bytes = (uint64_t)info->rows * info->cols * dnn_stored_info(info->stored)->size;
    return dnn_hdf5_open_dataset(file, info, bytes, out, err);
}

dnn_status dnn_hdf5_check(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_error *err) {
    hid_t dataset;
    dnn_status status = dnn_hdf5_check_unchanged(file, err);
    if (status != DNN_OK)
        return status;
    if (file->options.apart)
        return dnn_hdf5_apart_check(file, info, err);
    dnn_hdf5_watch_memory();
    status = open_numbers(file, info, &dataset, err);
    if (status == DNN_OK)
        H5Dclose(dataset);
    return dnn_hdf5_blame_memory(file, status, err);
}

dnn_status dnn_hdf5_read_parts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_sink *sink,
                               dnn_error *err) {
    reading r = {.file = file, .info = info, .sink = sink};
    dnn_hdf5_watch_memory();
    dnn_status status = open_numbers(file, info, &r.dataset, err);
    if (status == DNN_OK) {
        if (info->rows > 0 && info->cols > 0)
            status = read_open(&r, err);
        H5Dclose(r.dataset);
    }
    return dnn_hdf5_blame_memory(file, status, err);
}

/* Into a matrix, each part where it belongs. */
typedef struct matrix_sink {
    dnn_hdf5_sink sink;
    dnn_matrix *out;
} matrix_sink;

static void *place_in_matrix(dnn_hdf5_sink *sink, size_t first, size_t count) {
    dnn_matrix *out = ((matrix_sink *)sink)->out;
    (void)count;
    return (char *)out->data + first * dnn_dtype_info(out->dtype)->size;
}

dnn_status dnn_hdf5_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                         dnn_error *err) {
    matrix_sink sink = {{.place = place_in_matrix}, out};
    if (info->elsewhere == NULL && info->numeric &&
        !dnn_matrix_is(out, info->rows, info->cols, info->dtype))
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_SHAPE, err,
                             "needs a contiguous %zu x %zu %s matrix; got %zu x %zu %s", info->rows,
                             info->cols, dnn_dtype_info(info->dtype)->name, out->rows, out->cols,
                             dnn_dtype_info(out->dtype)->name);
    dnn_status status = dnn_hdf5_check_unchanged(file, err);
    if (status == DNN_OK)
        status = file->options.apart ? dnn_hdf5_apart_read(file, info, out, err)
                                     : dnn_hdf5_read_parts(file, info, &sink.sink, err);
    return status == DNN_OK ? dnn_hdf5_check_unchanged(file, err) : status;
}
