/* folder_scan.h: between the files that list a folder of images; not for others. */
#ifndef DNN_DATA_FOLDER_SCAN_H
#define DNN_DATA_FOLDER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* One image that was found. */
typedef struct dnn_found {
    char *path;             /* owned */
    const char *class_name; /* in `names` of the scan; empty when the file's name has none */
    bool at_top;            /* in the set's own folder, not in a subfolder */
    bool test;              /* of the second set */
} dnn_found;

typedef struct dnn_texts {
    char **items; /* owned */
    size_t count, room;
} dnn_texts;

typedef struct dnn_scan {
    dnn_found *items;
    size_t count, room;
    dnn_texts names, skipped;
} dnn_scan;

/* Finds the images of a folder and decides which of the layouts it has; the list is not sorted.
 * Errors as dnn_folder_list, for what one file or folder can be wrong in. */
dnn_status dnn_scan_folder(dnn_scan *scan, const char *path, dnn_error *err);
void dnn_scan_free(dnn_scan *scan);

/* Adds a line to `skipped`; false without memory. */
bool dnn_scan_skip(dnn_scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));

dnn_status dnn_scan_no_memory(const char *path, dnn_error *err);

#define DNN_FOLDER_EXPECTED "expected one subfolder per class or files named like cat.1.jpg"

#endif
