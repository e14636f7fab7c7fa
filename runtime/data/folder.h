/* folder.h: a folder of labelled pictures.
 *
 * Two layouts: one subfolder per class, or files named by class and number (`cat.12.jpg`, the
 * tutorial's rule: the class is what stands before the first dot). Classes and files are sorted by
 * name (numbers inside names by value), so that a folder gives the same list everywhere. Hidden
 * files and files that do not end in .jpg, .jpeg or .png (any case) are passed over. */
#ifndef DNN_DATA_FOLDER_H
#define DNN_DATA_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/random.h"

typedef struct dnn_folder {
    size_t class_count;
    char **classes; /* names, sorted */
    size_t file_count;
    char **files;     /* paths that can be opened */
    uint32_t *labels; /* class of each file, counted from 0 */
} dnn_folder;

/* DNN_ERROR_FILE when the folder cannot be read; DNN_ERROR_FORMAT when it holds no pictures, only
 * one class, or neither layout, saying what was found and what is expected. */
dnn_status dnn_folder_list(dnn_folder *out, const char *path, dnn_error *err);
void dnn_folder_free(dnn_folder *folder);

/* Puts the files, and their labels with them, into an order drawn from `random`. */
dnn_status dnn_folder_shuffle(dnn_folder *folder, dnn_random *random, dnn_error *err);

/* Decodes and resizes files[begin .. end-1] on the thread pool into columns of size * size *
 * channels bytes. Those that could be read stand side by side from `pixels` on, in the order of the
 * list; *good is their number. `pixels` has room for all end - begin; what is behind them is
 * undefined. ok[k] says whether file begin + k could be read, errors[k] why not. Fails only with
 * DNN_ERROR_INTERRUPTED, between files. */
dnn_status dnn_folder_decode(const dnn_folder *folder, size_t begin, size_t end, size_t size,
                             size_t channels, uint8_t *pixels, uint8_t *ok, dnn_error *errors,
                             size_t *good, dnn_error *err);

#endif
