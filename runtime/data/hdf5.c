/* hdf5.c: numeric datasets of HDF5 files, through the library's automatic conversion of types. */
#define H5_USE_110_API
#include "data/hdf5.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/interrupt.h"
#include "core/memory.h"

#define SLAB_BYTES ((hsize_t)1 << 23) /* read between two looks for an interruption */

struct dnn_hdf5 {
    hid_t id;
    char *path;
    size_t count, room;
    dnn_hdf5_info *datasets; /* sorted by name */
};

static void describe_type(dnn_hdf5_info *info, hid_t type) {
    const unsigned bits = 8 * (unsigned)H5Tget_size(type);
    const char *kind = "opaque";
    info->dtype = DNN_FLOAT64;
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        info->numeric = true;
        kind = H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int";
        if (bits == 8 && kind[0] == 'u')
            info->dtype = DNN_UINT8;
        break;
    case H5T_FLOAT:
        info->numeric = true;
        kind = "float";
        if (bits == 32)
            info->dtype = DNN_FLOAT32;
        break;
    case H5T_STRING:
        kind = "string";
        break;
    case H5T_COMPOUND:
        kind = "compound";
        break;
    case H5T_ENUM:
        kind = "enum";
        break;
    case H5T_ARRAY:
        kind = "array";
        break;
    case H5T_VLEN:
        kind = "variable length";
        break;
    default:
        break;
    }
    if (info->numeric)
        snprintf(info->type, sizeof info->type, "%s%u", kind, bits);
    else
        snprintf(info->type, sizeof info->type, "%s", kind);
}

/* rows and cols from the extent: the first axis counts examples. False when the shape cannot become
 * a matrix: no shape at all, too many axes, or a size beyond this machine. */
static bool describe_shape(dnn_hdf5_info *info, hid_t space) {
    hsize_t extent[H5S_MAX_RANK];
    info->rank = H5Sget_simple_extent_dims(space, extent, NULL);
    if (info->rank < 0 || info->rank > DNN_HDF5_MAX_RANK ||
        H5Sget_simple_extent_type(space) == H5S_NULL)
        return false;
    uint64_t count = 1;
    for (int axis = 0; axis < info->rank; axis++) {
        info->extent[axis] = extent[axis];
        if (__builtin_mul_overflow(count, extent[axis], &count) ||
            count > SIZE_MAX / sizeof(double))
            return false;
    }
    info->rows = 1;
    for (int axis = 1; axis < info->rank; axis++)
        info->rows *= (size_t)extent[axis];
    info->cols = info->rank == 0 ? 1 : (size_t)extent[0];
    return true;
}

static bool grow(dnn_hdf5 *file) {
    size_t room = file->room == 0 ? 8 : 2 * file->room;
    dnn_hdf5_info *datasets = dnn_calloc(room, sizeof *datasets);
    if (datasets == NULL)
        return false;
    if (file->count > 0)
        memcpy(datasets, file->datasets, file->count * sizeof *datasets);
    dnn_free(file->datasets);
    file->datasets = datasets;
    file->room = room;
    return true;
}

/* Called for every object of the file; what is damaged is not numeric rather than an end of the
 * list. */
static herr_t visit(hid_t root, const char *name, const H5O_info_t *object, void *context) {
    dnn_hdf5 *file = context;
    if (object->type != H5O_TYPE_DATASET)
        return 0;
    if (file->count == file->room && !grow(file))
        return -1;
    dnn_hdf5_info *info = &file->datasets[file->count];
    *info = (dnn_hdf5_info){.name = dnn_strdup(name)};
    if (info->name == NULL)
        return -1;
    file->count++;
    hid_t dataset = H5Dopen2(root, name, H5P_DEFAULT);
    hid_t type = dataset < 0 ? -1 : H5Dget_type(dataset);
    hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    if (type >= 0)
        describe_type(info, type);
    if (space < 0 || !describe_shape(info, space))
        info->numeric = false;
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (dataset >= 0)
        H5Dclose(dataset);
    return 0;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const dnn_hdf5_info *)a)->name, ((const dnn_hdf5_info *)b)->name);
}

/* The library's own complaint about a missing file and a wrong one are alike: look first. */
static dnn_status check_readable(const char *path, dnn_error *err) {
    FILE *stream = dnn_fopen(path, "rb");
    if (stream == NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    unsigned char bytes[8];
    errno = 0;
    size_t got = fread(bytes, 1, sizeof bytes, stream);
    int failure = ferror(stream) ? errno : 0;
    fclose(stream);
    if (failure != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(failure));
    if (got == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: is empty; expected an HDF5 file", path);
    if (H5Fis_hdf5(path) > 0)
        return DNN_OK;
    char first[3 * sizeof bytes + 1];
    for (size_t i = 0; i < got; i++)
        snprintf(first + 3 * i, 4, " %02x", bytes[i]);
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: is not an HDF5 file (the first bytes are%s)", path,
                    first);
}

static dnn_status open_file(dnn_hdf5 *file, const char *path, dnn_error *err) {
    file->path = dnn_strdup(path);
    if (file->path == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to open it", path);
    file->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file->id < 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the HDF5 file is cut short or damaged", path);
    if (H5Ovisit(file->id, H5_INDEX_NAME, H5_ITER_INC, visit, file) < 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: its datasets cannot be listed; the HDF5 file is damaged", path);
    if (file->count > 1)
        qsort(file->datasets, file->count, sizeof *file->datasets, compare_names);
    return DNN_OK;
}

dnn_status dnn_hdf5_open(dnn_hdf5 **out, const char *path, dnn_error *err) {
    *out = NULL;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the library prints its errors unless told not to */
    dnn_status status = check_readable(path, err);
    if (status != DNN_OK)
        return status;
    dnn_hdf5 *file = dnn_calloc(1, sizeof *file);
    if (file == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to open it", path);
    file->id = -1;
    status = open_file(file, path, err);
    if (status != DNN_OK)
        dnn_hdf5_close(file);
    else
        *out = file;
    return status;
}

void dnn_hdf5_close(dnn_hdf5 *file) {
    if (file == NULL)
        return;
    if (file->id >= 0)
        H5Fclose(file->id);
    for (size_t i = 0; i < file->count; i++)
        dnn_free(file->datasets[i].name);
    dnn_free(file->datasets);
    dnn_free(file->path);
    dnn_free(file);
}

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
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->datasets[i].name, name) == 0) {
            *out = &file->datasets[i];
            return DNN_OK;
        }
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       length == 0 ? "" : ", ", file->datasets[i].name);
    }
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: has no dataset '%s'; it has: %s", file->path,
                    name, names);
}

/* Examples (places on the first axis) to read at a time: whole chunks, so that none is unpacked
 * twice. */
static hsize_t slab_of(hid_t dataset, const dnn_hdf5_info *info, hsize_t example_bytes) {
    hsize_t chunk[H5S_MAX_RANK] = {0};
    hid_t layout = H5Dget_create_plist(dataset);
    if (layout >= 0 && H5Pget_layout(layout) == H5D_CHUNKED)
        H5Pget_chunk(layout, H5S_MAX_RANK, chunk);
    if (layout >= 0)
        H5Pclose(layout);
    hsize_t slab = SLAB_BYTES / example_bytes, whole = chunk[0] > 0 ? chunk[0] : 1;
    slab = slab > whole ? slab / whole * whole : whole;
    return slab < info->extent[0] ? slab : info->extent[0];
}

/* Reads the whole dataset, which has at least one axis and no empty one, slab after slab. */
static herr_t read_slabs(hid_t dataset, hid_t type, const dnn_hdf5_info *info, dnn_matrix *out) {
    hsize_t begin[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK];
    hsize_t elements = 1;
    for (int axis = 0; axis < info->rank; axis++)
        count[axis] = info->extent[axis];
    for (int axis = 1; axis < info->rank; axis++)
        elements *= count[axis];
    hsize_t bytes = elements * dnn_dtype_info(out->dtype)->size;
    hsize_t slab = slab_of(dataset, info, bytes), total = info->extent[0];
    hid_t space = H5Dget_space(dataset);
    herr_t result = space < 0 ? -1 : 0;
    for (; begin[0] < total && result >= 0 && !dnn_interrupt_requested(); begin[0] += slab) {
        count[0] = slab < total - begin[0] ? slab : total - begin[0];
        hsize_t length = count[0] * elements;
        hid_t memory = H5Screate_simple(1, &length, NULL);
        result = H5Sselect_hyperslab(space, H5S_SELECT_SET, begin, NULL, count, NULL);
        if (result >= 0)
            result = H5Dread(dataset, type, memory, space, H5P_DEFAULT,
                             (char *)out->data + begin[0] * bytes);
        H5Sclose(memory);
    }
    if (space >= 0)
        H5Sclose(space);
    return result;
}

dnn_status dnn_hdf5_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                         dnn_error *err) {
    const hid_t memory_types[] = {[DNN_FLOAT32] = H5T_NATIVE_FLOAT,
                                  [DNN_FLOAT64] = H5T_NATIVE_DOUBLE,
                                  [DNN_UINT8] = H5T_NATIVE_UCHAR};
    if (!info->numeric)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "%s: dataset '%s' (%s, %d axes) is not numbers that fit a matrix",
                        file->path, info->name, info->type, info->rank);
    if (out->rows != info->rows || out->cols != info->cols || out->dtype != info->dtype ||
        !dnn_matrix_is_contiguous(out))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: dataset '%s' needs a contiguous %zu x %zu %s matrix; got %zu x %zu %s",
                        file->path, info->name, info->rows, info->cols,
                        dnn_dtype_info(info->dtype)->name, out->rows, out->cols,
                        dnn_dtype_info(out->dtype)->name);
    if (dnn_matrix_count(out) == 0)
        return DNN_OK;
    hid_t dataset = H5Dopen2(file->id, info->name, H5P_DEFAULT);
    herr_t result = -1;
    if (dataset >= 0 && info->rank == 0)
        result =
            H5Dread(dataset, memory_types[info->dtype], H5S_ALL, H5S_ALL, H5P_DEFAULT, out->data);
    else if (dataset >= 0)
        result = read_slabs(dataset, memory_types[info->dtype], info, out);
    if (dataset >= 0)
        H5Dclose(dataset);
    if (result < 0)
        return dnn_fail(
            err, DNN_ERROR_FORMAT,
            "%s: dataset '%s' cannot be read; the HDF5 file is damaged, or packed by a filter "
            "that is not installed",
            file->path, info->name);
    return dnn_interrupt_check(err);
}
