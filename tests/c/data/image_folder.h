/* image_folder.h: for tests of folders of images: what is put into the folder of a test. */
#ifndef DNN_TESTS_IMAGE_FOLDER_H
#define DNN_TESTS_IMAGE_FOLDER_H

#include "check.h"

#include <sys/stat.h>

#include "data/folder.h"
#include "data/image.h"
#include "temp_folder.h"

static dnn_error err;

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

typedef struct place {
    char path[256];
} place;

static inline place inside(const char *name) {
    place p;
    snprintf(p.path, sizeof p.path, "%s/%s", folder, name);
    return p;
}

static inline void put_folder(const char *name) {
    assert_int_equal(mkdir(inside(name).path, 0700), 0);
}

static inline void put_empty(const char *name) {
    FILE *file = fopen(inside(name).path, "wb");
    assert_non_null(file);
    fclose(file);
}

/* A square of at most 64 x 64 pixels of one grey. */
static inline void put_image(const char *name, size_t size, uint8_t level) {
    uint8_t pixels[64 * 64 * 3];
    memset(pixels, level, sizeof pixels);
    check_ok(dnn_image_write_png(inside(name).path, pixels, size, size, 3, &err));
}

#endif
