/* folder.h: a folder of labelled images.
 *
 * Two layouts: one subfolder per class, or files named by class and number (`cat.12.jpg`, the
 * tutorial's rule: the class is what is before the first dot). A folder may also hold two of
 * them, train/ and one of test/, val/, valid/ and validation/: the two sets. Classes and files are
 * sorted by name (numbers inside names by value), so that a folder gives the same list everywhere.
 * Hidden files are left alone; whatever else is passed over is named in `skipped`. */
#ifndef DNN_DATA_FOLDER_H
#define DNN_DATA_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/random.h"
#include "data/image.h"

typedef struct dnn_folder {
    size_t class_count;
    char **classes; /* names: sorted, or as they were given */
    size_t file_count;
    char **files;       /* paths that can be opened */
    uint32_t *labels;   /* class of each file, counted from 0 */
    size_t train_count; /* the first files, which are to train on; all where there is one set */
    size_t skipped_count;
    char **skipped; /* "PATH: why" for files and folders that are passed over, sorted */
} dnn_folder;

/* `classes`, where it is not NULL, fixes the classes and their order; images of others are passed
 * over. DNN_ERROR_FILE when the folder cannot be read; DNN_ERROR_FORMAT when it holds no images,
 * only one class (where none were given), neither layout, or a class that is only in the second
 * set, saying what was found and what is expected. */
dnn_status dnn_folder_list(dnn_folder *out, const char *path, const char *const *classes,
                           size_t class_count, dnn_error *err);
void dnn_folder_free(dnn_folder *folder);

/* Puts the files of each set, and their labels with them, into an order drawn from `random`. */
dnn_status dnn_folder_shuffle(dnn_folder *folder, dnn_random *random, dnn_error *err);

/* Decodes and resizes files[begin .. end-1] on the thread pool into columns of target's size. Those
 * that could be read are side by side from `pixels` on, in the order of the list; *good is their
 * number. `pixels` has room for all end - begin; what follows the good ones is undefined. ok[k]
 * says whether file begin + k could be read, errors[k] why not. Fails only with
 * DNN_ERROR_INTERRUPTED, between files. */
dnn_status dnn_folder_decode(const dnn_folder *folder, size_t begin, size_t end,
                             const dnn_image_target *target, uint8_t *pixels, uint8_t *ok,
                             dnn_error *errors, size_t *good, dnn_error *err);

#endif
