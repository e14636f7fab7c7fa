/* hdf5_list.c: a walk over the links of a file, soft and hard, and what a dataset holds. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
#include "data/array.h"
#include "data/hdf5_file.h"

#define MAX_LINKS                                                                                  \
    100000 /* that are visited: groups that link each other have names without end                 \
            */
#define MAX_DEPTH 64
#define MAX_NAME  4096

/* --- what a dataset holds --- */

static dnn_stored integer_of(hid_t type) {
    static const dnn_stored types[2][4] = {
        {DNN_STORED_U8, DNN_STORED_U16, DNN_STORED_U32, DNN_STORED_U64},
        {DNN_STORED_I8, DNN_STORED_I16, DNN_STORED_I32, DNN_STORED_I64},
    };
    size_t size = H5Tget_size(type);
    return types[H5Tget_sign(type) != H5T_SGN_NONE][(size > 1) + (size > 2) + (size > 4)];
}

/* For an enumeration of single bytes. */
static bool has_member(hid_t type, const char *name, unsigned char value) {
    unsigned char there = 0;
    int index = H5Tget_member_index(type, name);
    return index >= 0 && H5Tget_member_value(type, (unsigned)index, &there) >= 0 && there == value;
}

/* An enumeration's values are those of its integer type; one of FALSE = 0 and TRUE = 1 is h5py's
 * boolean. */
static void describe_enum(dnn_hdf5_info *info, hid_t type) {
    hid_t base = H5Tget_super(type);
    bool is_bool = H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
                   has_member(type, "FALSE", 0) && has_member(type, "TRUE", 1);
    info->numeric = H5Tget_size(base) <= 8;
    info->stored = is_bool ? DNN_STORED_BOOL : integer_of(base);
    snprintf(info->type, sizeof info->type, "%s", is_bool ? "bool" : "enum");
    H5Tclose(base);
}

/* Whether a binary floating point type of so many bits of exponent and of fraction holds every
 * number of this one. */
static bool is_within(hid_t type, size_t exponent_bits, size_t fraction_bits) {
    size_t sign, at, exponent = 0, begin, fraction = 0;
    if (H5Tget_fields(type, &sign, &at, &exponent, &begin, &fraction) < 0 ||
        exponent > exponent_bits || fraction > fraction_bits)
        return false;
    const size_t bias = H5Tget_ebias(type), most = (size_t)1 << (exponent_bits - 1);
    return bias < most && ((size_t)1 << exponent) - 1 <= bias + most;
}

static void describe_float(dnn_hdf5_info *info, hid_t type) {
    info->numeric = is_within(type, 11, 52);
    info->stored = is_within(type, 8, 23) ? DNN_STORED_F32 : DNN_STORED_F64;
    snprintf(info->type, sizeof info->type, "float%zu%s", 8 * H5Tget_size(type),
             info->numeric ? "" : ", which a float64 does not hold");
}

static void describe_type(dnn_hdf5_info *info, hid_t type) {
    static const char *const others[H5T_NCLASSES] = {
        [H5T_TIME] = "time",           [H5T_OPAQUE] = "opaque",        [H5T_COMPOUND] = "compound",
        [H5T_REFERENCE] = "reference", [H5T_VLEN] = "variable length", [H5T_ARRAY] = "array"};
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    switch (class) {
    case H5T_INTEGER:
        info->numeric = size <= 8;
        info->stored = integer_of(type);
        snprintf(info->type, sizeof info->type, "%s%zu",
                 H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int", 8 * size);
        break;
    case H5T_FLOAT:
        describe_float(info, type);
        break;
    case H5T_BITFIELD: /* PyTables' boolean */
        info->numeric = size == 1;
        info->stored = DNN_STORED_BOOL;
        snprintf(info->type, sizeof info->type, "bitfield%zu", 8 * size);
        break;
    case H5T_ENUM:
        describe_enum(info, type);
        break;
    case H5T_STRING:
        info->is_text = true;
        snprintf(info->type, sizeof info->type, "string");
        break;
    default:
        snprintf(info->type, sizeof info->type, "%s", class < 0 ? "damaged" : others[class]);
    }
    info->dtype = dnn_stored_info(info->stored)->dtype;
}

/* rows and cols from the extent. NULL; or why the shape cannot become a matrix. */
static const char *describe_shape(dnn_hdf5_info *info, hid_t space) {
    static_assert(H5S_MAX_RANK == DNN_HDF5_MAX_RANK && DNN_HDF5_MAX_RANK == DNN_ARRAY_MAX_RANK,
                  "as many axes as the format allows");
    dnn_array array = {.type = info->stored};
    hsize_t extent[H5S_MAX_RANK];
    info->rank = H5Sget_simple_extent_dims(space, extent, NULL);
    if (H5Sget_simple_extent_type(space) == H5S_NULL) /* h5py.Empty: it has a type alone */
        return "without values";
    if (info->rank < 0)
        return "of a damaged shape";
    array.rank = info->rank;
    for (int axis = 0; axis < info->rank; axis++)
        info->extent[axis] = array.extent[axis] = extent[axis];
    const char *fault = dnn_array_measure(&array);
    info->rows = array.rows;
    info->cols = array.cols;
    return fault;
}

/* --- what is in another file --- */

/* The first other file that a virtual dataset maps. One that maps its own file alone may reach
 * others by way of that: through a link, or a dataset whose bytes are elsewhere. */
static void name_virtual(hid_t layout, char *name, size_t room) {
    size_t count = 0;
    H5Pget_virtual_count(layout, &count);
    for (size_t i = 0; i < count; i++) {
        H5Pget_virtual_filename(layout, i, name, room);
        if (strcmp(name, ".") != 0)
            return;
    }
    snprintf(name, room, "by a virtual dataset");
}

/* Whether its bytes may be in another file, and where; true where that cannot be found out. */
static bool is_elsewhere(hid_t dataset, char *name, size_t room) {
    hid_t layout = H5Dget_create_plist(dataset);
    snprintf(name, room, "?");
    int external = H5Pget_external_count(layout);
    bool is_virtual = H5Pget_layout(layout) == H5D_VIRTUAL;
    if (external > 0)
        H5Pget_external(layout, 0, room - 1, name, NULL, NULL);
    else if (is_virtual)
        name_virtual(layout, name, room);
    H5Pclose(layout);
    name[room - 1] = '\0';
    return external != 0 || is_virtual;
}

/* What is damaged is not numeric rather than an end of the list. False when there is no memory. */
static bool describe(const dnn_hdf5 *file, dnn_hdf5_info *info, hid_t dataset) {
    char name[256];
    hid_t type = H5Dget_type(dataset);
    describe_type(info, type);
    H5Tclose(type);
    if (!file->options.external && is_elsewhere(dataset, name, sizeof name)) {
        info->elsewhere = dnn_strdup(name);
        return info->elsewhere != NULL;
    }
    hid_t space = H5Dget_space(dataset);
    const char *fault = describe_shape(info, space);
    if (fault != NULL) {
        size_t used = strlen(info->type);
        info->numeric = info->is_text = false;
        snprintf(info->type + used, sizeof info->type - used, ", %s", fault);
    }
    H5Sclose(space);
    return true;
}

/* --- the list --- */

static dnn_hdf5_info *add(dnn_hdf5 *file, const char *name) {
    if (!dnn_grow(&file->datasets, &file->room, file->count, 1))
        return NULL;
    dnn_hdf5_info *info = &file->datasets[file->count];
    *info = (dnn_hdf5_info){.name = dnn_strdup(name)};
    if (info->name == NULL)
        return NULL;
    file->count++;
    return info;
}

/* Where the walk is: the groups that it is in, so that it does not go round in a circle. */
typedef struct walk {
    dnn_hdf5 *file;
    char name[MAX_NAME];
    size_t length;
    struct {
        unsigned long fileno;
        haddr_t address;
    } inside[MAX_DEPTH];
    size_t depth, links;
    bool has_too_many, out_of_memory;
} walk;

/* What is in the list by its name alone, and why; NULL where there is no memory. */
static dnn_hdf5_info *add_unread(walk *w, const char *why) {
    dnn_hdf5_info *added = add(w->file, w->name);
    w->out_of_memory = added == NULL;
    if (added != NULL)
        snprintf(added->type, sizeof added->type, "%s", why);
    return added;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *context);

static herr_t visit_group(walk *w, hid_t group, const H5O_info_t *object) {
    for (size_t i = 0; i < w->depth; i++)
        if (w->inside[i].address == object->addr && w->inside[i].fileno == object->fileno)
            return 0;
    if (w->depth == MAX_DEPTH)
        return add_unread(w, "group more than 64 deep") != NULL ? 0 : -1;
    w->inside[w->depth].address = object->addr;
    w->inside[w->depth++].fileno = object->fileno;
    herr_t result = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, w);
    w->depth--;
    return result;
}

static herr_t visit_object(walk *w, hid_t object) {
    H5O_info_t info = {.type = H5O_TYPE_UNKNOWN};
    H5Oget_info2(object, &info, H5O_INFO_BASIC);
    if (info.type == H5O_TYPE_GROUP)
        return visit_group(w, object, &info);
    if (info.type != H5O_TYPE_DATASET)
        return 0;
    dnn_hdf5_info *added = add(w->file, w->name);
    w->out_of_memory = added == NULL || !describe(w->file, added, object);
    return w->out_of_memory ? -1 : 0;
}

/* The file that an external link leads to; NULL where there is no memory. */
static char *target_of(hid_t group, const char *name, size_t size) {
    const char *target = "?", *inside = NULL;
    char *value = dnn_calloc(size + 1, 1);
    if (value == NULL)
        return NULL;
    H5Lget_val(group, name, value, size, H5P_DEFAULT);
    H5Lunpack_elink_val(value, size, NULL, &target, &inside);
    char *copy = dnn_strdup(target);
    dnn_free(value);
    return copy;
}

/* A link that is not followed, or leads nowhere, keeps its name in the list. */
static herr_t visit_unopened(walk *w, hid_t group, const char *name, const H5L_info_t *link) {
    bool external = link->type == H5L_TYPE_EXTERNAL;
    dnn_hdf5_info *added = add_unread(w, external ? "external link" : "link that leads nowhere");
    if (added != NULL && external)
        added->elsewhere = target_of(group, name, link->u.val_size);
    w->out_of_memory = added == NULL || (external && added->elsewhere == NULL);
    return w->out_of_memory ? -1 : 0;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    walk *w = context;
    size_t before = w->length, length = strlen(name);
    w->has_too_many = ++w->links > MAX_LINKS;
    if (w->has_too_many)
        return -1;
    if (before + length + 2 > sizeof w->name)
        return add_unread(w, "group with too long names") != NULL ? 0 : -1;
    w->length += (size_t)snprintf(w->name + before, sizeof w->name - before, "%s%s",
                                  before > 0 ? "/" : "", name);
    bool follow = link->type != H5L_TYPE_EXTERNAL || w->file->options.external;
    hid_t object = follow ? H5Oopen(group, name, w->file->access) : -1;
    herr_t result = object >= 0 ? visit_object(w, object) : visit_unopened(w, group, name, link);
    H5Oclose(object);
    w->length = before;
    w->name[before] = '\0';
    return result;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const dnn_hdf5_info *)a)->name, ((const dnn_hdf5_info *)b)->name);
}

dnn_status dnn_hdf5_list(dnn_hdf5 *file, dnn_error *err) {
    H5O_info_t root;
    walk *w = dnn_calloc(1, sizeof *w);
    if (w == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", file->path);
    w->file = file;
    herr_t result = H5Oget_info2(file->id, &root, H5O_INFO_BASIC);
    if (result >= 0)
        result = visit_group(w, file->id, &root);
    bool too_many = w->has_too_many, out_of_memory = w->out_of_memory;
    dnn_free(w);
    if (out_of_memory)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for its names", file->path);
    if (too_many)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: has more than %d names; do its groups link each other?", file->path,
                        MAX_LINKS);
    if (result < 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: its datasets cannot be listed; the HDF5 file is damaged, or memory "
                        "was short",
                        file->path);
    if (file->count > 1)
        qsort(file->datasets, file->count, sizeof *file->datasets, compare_names);
    return DNN_OK;
}
