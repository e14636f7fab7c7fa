/* folder.c: finding labelled pictures, and decoding many of them on the thread pool. */
#include "data/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/interrupt.h"
#include "core/memory.h"
#include "core/threads.h"
#include "data/image.h"

#define EXPECTED "expected one subfolder per class or files named like cat.1.jpg"

typedef struct entry {
    char *path;       /* owned */
    char *class_name; /* owned */
} entry;

typedef struct list {
    entry *items;
    size_t count, room;
} list;

static void free_list(list *l) {
    for (size_t i = 0; i < l->count; i++) {
        dnn_free(l->items[i].path);
        dnn_free(l->items[i].class_name);
    }
    dnn_free(l->items);
}

static dnn_status no_memory(const char *path, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for the list of its pictures", path);
}

static bool append(list *l, const char *path, const char *class_name, size_t class_length) {
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 64 : 2 * l->room;
        entry *items = dnn_alloc(room * sizeof *items);
        if (items == NULL)
            return false;
        if (l->count > 0)
            memcpy(items, l->items, l->count * sizeof *items);
        dnn_free(l->items);
        l->items = items;
        l->room = room;
    }
    entry *e = &l->items[l->count++];
    e->path = dnn_strdup(path);
    e->class_name = dnn_alloc(class_length + 1);
    if (e->class_name == NULL || e->path == NULL)
        return false;
    memcpy(e->class_name, class_name, class_length);
    e->class_name[class_length] = '\0';
    return true;
}

/* Compares names as people sort them: runs of digits by value, so cat.2 stands before cat.10. */
static int compare_names(const char *a, const char *b) {
    const char *p = a, *q = b;
    while (*p != '\0' && *q != '\0') {
        if (!isdigit((unsigned char)*p) || !isdigit((unsigned char)*q)) {
            if (*p != *q)
                return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
            p++, q++;
            continue;
        }
        p += strspn(p, "0");
        q += strspn(q, "0");
        size_t m = strspn(p, "0123456789"), n = strspn(q, "0123456789");
        if (m != n)
            return m < n ? -1 : 1;
        int order = strncmp(p, q, m);
        if (order != 0)
            return order;
        p += m, q += n;
    }
    if (*p != *q)
        return *p == '\0' ? -1 : 1;
    return strcmp(a, b); /* 01 and 1 */
}

static int compare_entries(const void *a, const void *b) {
    const entry *x = a, *y = b;
    int order = compare_names(x->class_name, y->class_name);
    return order != 0 ? order : compare_names(x->path, y->path);
}

static bool is_picture(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0 ||
                           strcasecmp(dot, ".png") == 0);
}

static char *join(const char *folder, const char *name) {
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    size_t size = length + strlen(name) + 2;
    char *path = dnn_alloc(size);
    if (path != NULL)
        snprintf(path, size, "%s%s%s", folder, slash, name);
    return path;
}

static dnn_status scan(const char *path, const char *class_name, list *found, dnn_error *err);

/* One directory entry. At the top (class_name NULL) a picture's class is its name up to the first
 * dot, empty when that dot is the extension's, and a folder is a class; deeper folders are passed
 * over. */
static dnn_status visit(const char *path, const char *name, const char *class_name, list *found,
                        dnn_error *err) {
    struct stat info;
    if (stat(path, &info) != 0)
        return DNN_OK; /* a link to nowhere, or gone since it was listed */
    if (S_ISDIR(info.st_mode))
        return class_name == NULL ? scan(path, name, found, err) : DNN_OK;
    if (!S_ISREG(info.st_mode) || !is_picture(name))
        return DNN_OK;
    const char *label = class_name != NULL ? class_name : name;
    size_t length = class_name != NULL ? strlen(class_name) : strcspn(name, ".");
    if (class_name == NULL && name + length == strrchr(name, '.'))
        length = 0;
    return append(found, path, label, length) ? DNN_OK : no_memory(path, err);
}

static dnn_status scan(const char *path, const char *class_name, list *found, dnn_error *err) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s; expected a folder of pictures", path,
                        strerror(errno));
    dnn_status status = DNN_OK;
    for (struct dirent *d; status == DNN_OK && (errno = 0, d = readdir(folder)) != NULL;) {
        if (d->d_name[0] == '.')
            continue;
        char *inner = join(path, d->d_name);
        status =
            inner == NULL ? no_memory(path, err) : visit(inner, d->d_name, class_name, found, err);
        dnn_free(inner);
        if (status == DNN_OK)
            status = dnn_interrupt_check(err);
    }
    if (status == DNN_OK && errno != 0)
        status = dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    closedir(folder);
    return status;
}

/* Whether the picture stands in the folder itself rather than in a subfolder. */
static bool at_top(const entry *e, const char *folder) {
    size_t length = strlen(folder);
    const char *rest = e->path + length;
    return strchr(rest + (*rest == '/'), '/') == NULL;
}

/* Pictures at the top and in subfolders, or without a class in their name, are neither layout. */
static dnn_status check_layout(const list *found, const char *path, dnn_error *err) {
    if (found->count == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: holds no pictures (.jpg, .jpeg, .png); " EXPECTED, path);
    size_t top = 0;
    const entry *nameless = NULL, *first_top = NULL;
    for (size_t i = 0; i < found->count; i++) {
        const entry *e = &found->items[i];
        if (!at_top(e, path))
            continue;
        if (top++ == 0)
            first_top = e;
        if (e->class_name[0] == '\0' && nameless == NULL)
            nameless = e;
    }
    if (top > 0 && top < found->count)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: holds %zu pictures beside subfolders that hold %zu; " EXPECTED
                        ", not both (%s)",
                        path, top, found->count - top, first_top->path);
    if (nameless != NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: has no class in its name; " EXPECTED,
                        nameless->path);
    if (strcmp(found->items[0].class_name, found->items[found->count - 1].class_name) == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: all %zu pictures are of one class, '%s'; expected two classes or more",
                        path, found->count, found->items[0].class_name);
    return DNN_OK;
}

/* Moves the sorted list's strings into `out`. */
static bool fill(dnn_folder *out, list *found) {
    size_t classes = 1;
    for (size_t i = 1; i < found->count; i++)
        classes += strcmp(found->items[i].class_name, found->items[i - 1].class_name) != 0;
    out->classes = dnn_calloc(classes, sizeof *out->classes);
    out->files = dnn_calloc(found->count, sizeof *out->files);
    out->labels = dnn_calloc(found->count, sizeof *out->labels);
    if (out->classes == NULL || out->files == NULL || out->labels == NULL)
        return false;
    out->file_count = found->count;
    for (size_t i = 0; i < found->count; i++) {
        entry *e = &found->items[i];
        out->files[i] = e->path;
        e->path = NULL;
        if (out->class_count == 0 ||
            strcmp(e->class_name, out->classes[out->class_count - 1]) != 0) {
            out->classes[out->class_count++] = e->class_name;
            e->class_name = NULL;
        }
        out->labels[i] = (uint32_t)(out->class_count - 1);
    }
    return true;
}

dnn_status dnn_folder_list(dnn_folder *out, const char *path, dnn_error *err) {
    *out = (dnn_folder){0};
    list found = {0};
    dnn_status status = scan(path, NULL, &found, err);
    if (status == DNN_OK) {
        if (found.count > 1)
            qsort(found.items, found.count, sizeof *found.items, compare_entries);
        status = check_layout(&found, path, err);
    }
    if (status == DNN_OK && !fill(out, &found))
        status = no_memory(path, err);
    free_list(&found);
    if (status != DNN_OK)
        dnn_folder_free(out);
    return status;
}

void dnn_folder_free(dnn_folder *folder) {
    for (size_t i = 0; i < folder->class_count; i++)
        dnn_free(folder->classes[i]);
    for (size_t i = 0; i < folder->file_count; i++)
        dnn_free(folder->files[i]);
    dnn_free(folder->classes);
    dnn_free(folder->files);
    dnn_free(folder->labels);
    *folder = (dnn_folder){0};
}

dnn_status dnn_folder_shuffle(dnn_folder *folder, dnn_random *random, dnn_error *err) {
    const size_t count = folder->file_count;
    uint32_t *order = dnn_alloc(count * sizeof *order), *labels = dnn_alloc(count * sizeof *labels);
    char **files = dnn_alloc(count * sizeof *files);
    if (order == NULL || labels == NULL || files == NULL) {
        dnn_free(order);
        dnn_free(labels);
        dnn_free(files);
        return dnn_fail(err, DNN_ERROR_MEMORY, "no memory to shuffle %zu pictures", count);
    }
    dnn_random_permutation(random, order, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        files[i] = folder->files[order[i]];
        labels[i] = folder->labels[order[i]];
    }
    dnn_free(folder->files);
    dnn_free(folder->labels);
    folder->files = files;
    folder->labels = labels;
    dnn_free(order);
    return DNN_OK;
}

typedef struct decode_job {
    char *const *files;
    size_t size, channels;
    uint8_t *pixels, *ok;
    dnn_error *errors;
} decode_job;

static void decode_one(void *context, size_t k) {
    const decode_job *job = context;
    uint8_t *column = job->pixels + k * job->size * job->size * job->channels;
    job->ok[k] = dnn_image_read_resized(job->files[k], column, job->size, job->size, job->channels,
                                        &job->errors[k]) == DNN_OK;
}

dnn_status dnn_folder_decode(const dnn_folder *folder, size_t begin, size_t end, size_t size,
                             size_t channels, uint8_t *pixels, uint8_t *ok, dnn_error *errors,
                             size_t *good, dnn_error *err) {
    const size_t column = size * size * channels;
    decode_job job = {folder->files + begin, size, channels, pixels, ok, errors};
    *good = 0;
    dnn_status status = dnn_parallel_until(end - begin, decode_one, &job, err);
    for (size_t k = 0; k < end - begin && status == DNN_OK; k++) {
        if (!ok[k])
            continue;
        if (*good < k)
            memcpy(pixels + *good * column, pixels + k * column, column);
        ++*good;
    }
    return status;
}
