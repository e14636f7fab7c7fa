/* store_file.h: one file in a folder of the test's own. */
#ifndef DNN_TESTS_STORE_FILE_H
#define DNN_TESTS_STORE_FILE_H

#include "check.h"
#include "temp_folder.h"

static char path[96];

static inline int make_path(void **state) {
    int failed = make_folder(state);
    snprintf(path, sizeof path, "%s/a.st", folder);
    return failed;
}

static inline int remove_path(void **state) {
    (void)state;
    return remove_emptied_folder(path);
}

/* Their number. */
static inline size_t read_file(char *bytes, size_t room) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    return size;
}

static inline void write_file(const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

#endif
