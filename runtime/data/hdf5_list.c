/* hdf5_list.c: a walk over the links of a file, soft and hard, and what a dataset holds. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
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

/* An enumeration's values are those of its integer type; one of FALSE and TRUE is h5py's boolean.
 */
static void describe_enum(dnn_hdf5_info *info, hid_t type) {
    hid_t base = H5Tget_super(type);
    char *first = H5Tget_nmembers(type) == 2 ? H5Tget_member_name(type, 0) : NULL;
    bool is_bool = first != NULL && strcmp(first, "FALSE") == 0 && H5Tget_size(base) == 1;
    H5free_memory(first);
    info->numeric = H5Tget_size(base) <= 8;
    info->stored = is_bool ? DNN_STORED_BOOL : integer_of(base);
    snprintf(info->type, sizeof info->type, "%s", is_bool ? "bool" : "enum");
    H5Tclose(base);
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
        info->numeric = true;
        info->stored = size <= 4 ? DNN_STORED_F32 : DNN_STORED_F64;
        snprintf(info->type, sizeof info->type, "float%zu", 8 * size);
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

/* rows and cols from the extent: the first axis counts examples. False when the shape cannot become
 * a matrix: no shape at all, or a size beyond this machine. */
static bool describe_shape(dnn_hdf5_info *info, hid_t space) {
    hsize_t extent[H5S_MAX_RANK];
    static_assert(H5S_MAX_RANK == DNN_HDF5_MAX_RANK, "as many axes as the format allows");
    info->rank = H5Sget_simple_extent_dims(space, extent, NULL);
    if (info->rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL)
        return false;
    uint64_t count = 1; /* of the axes that are not empty */
    bool empty = false;
    for (int axis = 0; axis < info->rank; axis++) {
        info->extent[axis] = extent[axis];
        empty = empty || extent[axis] == 0;
        if ((extent[axis] > 0 && __builtin_mul_overflow(count, extent[axis], &count)) ||
            count > SIZE_MAX / (2 * sizeof(double)))
            return false;
    }
    if (empty && count > DNN_STORED_MOST_EMPTY)
        return false;
    info->rows = 1;
    for (int axis = 1; axis < info->rank; axis++)
        info->rows *= (size_t)extent[axis];
    info->cols = info->rank == 0 ? 1 : (size_t)extent[0];
    return true;
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

/* h5py.Empty has a type, but neither shape nor values. */
static void note_null(dnn_hdf5_info *info, hid_t space) {
    size_t used = strlen(info->type);
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        snprintf(info->type + used, sizeof info->type - used, ", without values");
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
    if (!describe_shape(info, space)) {
        info->numeric = info->is_text = false;
        note_null(info, space);
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
