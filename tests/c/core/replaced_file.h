/* replaced_file.h: a file in a folder of the test's own, and writing it, for the tests of atomic
 * files. */
#ifndef DNN_TESTS_REPLACED_FILE_H
#define DNN_TESTS_REPLACED_FILE_H

#include <dirent.h>

#include "core/atomic_file.h"
#include "temp_folder.h"

static char path[96]; /* of a file in the folder */

static inline int make_path(void **state) {
    int failed = make_folder(state);
    snprintf(path, sizeof path, "%s/a.bin", folder);
    return failed;
}

static inline int remove_path(void **state) {
    (void)state;
    return remove_emptied_folder(path);
}

static inline dnn_status write_file(const char *text, dnn_error *err) {
    dnn_atomic_file file;
    dnn_status status = dnn_atomic_file_begin(&file, path, err);
    if (status != DNN_OK)
        return status;
    status = dnn_atomic_file_write(&file, text, strlen(text), err);
    if (status == DNN_OK)
        return dnn_atomic_file_finish(&file, err);
    dnn_atomic_file_abandon(&file);
    return status;
}

static inline size_t files_in_folder(void) {
    DIR *listing = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

#define file_test(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

#endif
