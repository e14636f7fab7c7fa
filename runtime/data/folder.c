/* folder.c: the list of labelled images of a folder, and decoding many of them on the thread pool.
 */
#include "data/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/natural.h"
#include "core/threads.h"
#include "data/folder_scan.h"

static int compare_found(const void *a, const void *b) {
    const dnn_found *x = a, *y = b;
    if (x->test != y->test)
        return x->test ? 1 : -1;
    int order = dnn_natural_compare(x->class_name, y->class_name);
    return order != 0 ? order : dnn_natural_compare(x->path, y->path);
}

static int compare_texts(const void *a, const void *b) {
    return dnn_natural_compare(*(char *const *)a, *(char *const *)b);
}

/* --- classes --- */

/* The names of the classes of the first set, which come sorted. */
static bool list_classes(dnn_folder *out, const dnn_scan *scan) {
    size_t count = 0;
    const dnn_found *f = scan->items;
    for (size_t i = 0; i < scan->count && !f[i].test; i++)
        count += i == 0 || strcmp(f[i].class_name, f[i - 1].class_name) != 0;
    out->classes = dnn_calloc(count, sizeof *out->classes);
    if (out->classes == NULL)
        return false;
    for (size_t i = 0; i < scan->count && !f[i].test; i++) {
        if (i > 0 && strcmp(f[i].class_name, f[i - 1].class_name) == 0)
            continue;
        if ((out->classes[out->class_count] = dnn_strdup(f[i].class_name)) == NULL)
            return false;
        out->class_count++;
    }
    return true;
}

static bool copy_classes(dnn_folder *out, const char *const *classes, size_t count) {
    out->classes = dnn_calloc(count, sizeof *out->classes);
    for (size_t k = 0; out->classes != NULL && k < count; k++, out->class_count++)
        if ((out->classes[k] = dnn_strdup(classes[k])) == NULL)
            return false;
    return out->classes != NULL;
}

/* The number of a class, or class_count. */
static size_t find_class(const dnn_folder *folder, const char *name) {
    size_t k = 0;
    while (k < folder->class_count && strcmp(folder->classes[k], name) != 0)
        k++;
    return k;
}

/* The first of the files that has a class of its own in the second set. */
static dnn_status unknown_class(const dnn_folder *out, const dnn_found *f, const char *path,
                                dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT,
                    "%s: class '%s' is in the second set (%s) but not among the %zu of train/; "
                    "classes = {...} would leave it out",
                    path, f->class_name, f->path, out->class_count);
}

/* --- the list --- */

/* Moves the files of known classes into `out`; the others are skipped, a line for each class. */
static dnn_status fill(dnn_folder *out, dnn_scan *scan, bool given, const char *path,
                       dnn_error *err) {
    out->files = dnn_calloc(scan->count, sizeof *out->files);
    out->labels = dnn_calloc(scan->count, sizeof *out->labels);
    if (out->files == NULL || out->labels == NULL)
        return dnn_scan_no_memory(path, err);
    for (size_t i = 0, end; i < scan->count; i = end) {
        dnn_found *f = &scan->items[i];
        size_t label = find_class(out, f->class_name);
        for (end = i + 1; end < scan->count && scan->items[end].test == f->test &&
                          strcmp(scan->items[end].class_name, f->class_name) == 0;)
            end++;
        if (label == out->class_count && !given)
            return unknown_class(out, f, path, err);
        if (label == out->class_count) {
            if (!dnn_scan_skip(scan,
                               "%s: class '%s' is not in classes: its images (%zu) are left out",
                               path, f->class_name, end - i))
                return dnn_scan_no_memory(path, err);
            continue;
        }
        for (size_t k = i; k < end; k++) {
            out->files[out->file_count] = scan->items[k].path;
            out->labels[out->file_count++] = (uint32_t)label;
            scan->items[k].path = NULL;
        }
        if (!f->test)
            out->train_count = out->file_count;
    }
    return DNN_OK;
}

static dnn_status check_classes(const dnn_folder *out, bool given, const char *path,
                                dnn_error *err) {
    if (out->train_count == 0 && given)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: holds no images of the %zu classes given", path,
                        out->class_count);
    if (out->class_count < 2)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: all %zu images are of one class, '%s'; expected two classes or more",
                        path, out->file_count, out->classes[0]);
    return DNN_OK;
}

static dnn_status list(dnn_folder *out, dnn_scan *scan, const char *path,
                       const char *const *classes, size_t class_count, dnn_error *err) {
    dnn_status status = dnn_scan_folder(scan, path, err);
    if (status != DNN_OK)
        return status;
    qsort(scan->items, scan->count, sizeof *scan->items, compare_found);
    if (!(classes != NULL ? copy_classes(out, classes, class_count) : list_classes(out, scan)))
        return dnn_scan_no_memory(path, err);
    status = fill(out, scan, classes != NULL, path, err);
    if (status != DNN_OK)
        return status;
    out->skipped = scan->skipped.items;
    out->skipped_count = scan->skipped.count;
    scan->skipped = (dnn_texts){0};
    if (out->skipped_count > 1)
        qsort(out->skipped, out->skipped_count, sizeof *out->skipped, compare_texts);
    return check_classes(out, classes != NULL, path, err);
}

dnn_status dnn_folder_list(dnn_folder *out, const char *path, const char *const *classes,
                           size_t class_count, dnn_error *err) {
    dnn_scan scan;
    *out = (dnn_folder){0};
    dnn_status status = list(out, &scan, path, classes, class_count, err);
    dnn_scan_free(&scan);
    if (status != DNN_OK)
        dnn_folder_free(out);
    return status;
}

void dnn_folder_free(dnn_folder *folder) {
    for (size_t i = 0; i < folder->class_count; i++)
        dnn_free(folder->classes[i]);
    for (size_t i = 0; i < folder->file_count; i++)
        dnn_free(folder->files[i]);
    for (size_t i = 0; i < folder->skipped_count; i++)
        dnn_free(folder->skipped[i]);
    dnn_free(folder->classes);
    dnn_free(folder->files);
    dnn_free(folder->labels);
    dnn_free(folder->skipped);
    *folder = (dnn_folder){0};
}

/* Files begin .. end - 1 in a new order; the arrays have room for all. */
static void shuffle_part(const dnn_folder *folder, size_t begin, size_t end, dnn_random *random,
                         uint32_t *order, char **files, uint32_t *labels) {
    dnn_random_permutation(random, order, (uint32_t)(end - begin));
    for (size_t i = begin; i < end; i++) {
        files[i] = folder->files[begin + order[i - begin]];
        labels[i] = folder->labels[begin + order[i - begin]];
    }
}

dnn_status dnn_folder_shuffle(dnn_folder *folder, dnn_random *random, dnn_error *err) {
    const size_t count = folder->file_count;
    uint32_t *order = dnn_alloc(count * sizeof *order), *labels = dnn_alloc(count * sizeof *labels);
    char **files = dnn_alloc(count * sizeof *files);
    if (order == NULL || labels == NULL || files == NULL) {
        dnn_free(order);
        dnn_free(labels);
        dnn_free(files);
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory to shuffle %zu images", count);
    }
    shuffle_part(folder, 0, folder->train_count, random, order, files, labels);
    shuffle_part(folder, folder->train_count, count, random, order, files, labels);
    dnn_free(folder->files);
    dnn_free(folder->labels);
    folder->files = files;
    folder->labels = labels;
    dnn_free(order);
    return DNN_OK;
}

typedef struct decode_job {
    char *const *files;
    const dnn_image_target *target;
    size_t column;
    uint8_t *pixels, *ok;
    dnn_error *errors;
} decode_job;

static void decode_one(void *context, size_t k) {
    const decode_job *job = context;
    job->ok[k] = dnn_image_read_resized(job->files[k], job->pixels + k * job->column, job->target,
                                        &job->errors[k]) == DNN_OK;
}

dnn_status dnn_folder_decode(const dnn_folder *folder, size_t begin, size_t end,
                             const dnn_image_target *target, uint8_t *pixels, uint8_t *ok,
                             dnn_error *errors, size_t *good, dnn_error *err) {
    const size_t column = target->width * target->height * target->options.channels;
    decode_job job = {folder->files + begin, target, column, pixels, ok, errors};
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
