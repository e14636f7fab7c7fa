/* check_file.h: what the tests that write files share. */
#ifndef DNN_TESTS_CHECK_FILE_H
#define DNN_TESTS_CHECK_FILE_H

#include <stdio.h>

#include "check.h"

/* The file holds this text, of less than 64 bytes, and nothing else. */
static void assert_holds(const char *path, const char *text) {
    char held[64] = "";
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(held, 1, sizeof held, file);
    fclose(file);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(held, text, size);
}

#endif
