/* loader_sets.h: a set of images in memory and in files, and the batches of some epochs of it. */
#ifndef DNN_TESTS_LOADER_SETS_H
#define DNN_TESTS_LOADER_SETS_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/threads.h"
#include "data/loader.h"

#define COUNT 23
#define SIDE  8
#define ROWS  (SIDE * SIDE * 3)

static dnn_error err;
static char root[] = "/tmp/dnn-test-loader-XXXXXX";
static uint8_t pixels[COUNT * ROWS];
static float labels[COUNT];
static dnn_matrix X = {pixels, ROWS, COUNT, ROWS, DNN_UINT8};
static dnn_matrix Y = {labels, 1, COUNT, 1, DNN_FLOAT32};
static char paths[COUNT][64];
static const char *files[COUNT];

static inline dnn_loader_config memory_config(void) {
    return (dnn_loader_config){
        .X = &X,
        .Y = &Y,
        .scale = 1.0 / 255,
        .augment = {.height = SIDE, .width = SIDE, .channels = 3, .top = 1},
        .shuffle = true,
        .batch_size = 5,
        .seed = 7,
        .prefetch = 2,
        .dtype = DNN_FLOAT32
    };
}

static inline dnn_loader_config file_config(void) {
    dnn_loader_config c = memory_config();
    c.X = NULL;
    c.files = files;
    c.file_count = COUNT;
    c.target = (dnn_image_target){SIDE, SIDE, DNN_FIT_STRETCH, {.channels = 3}};
    return c;
}

static inline void use_everything(dnn_augment *a) {
    const double strength[DNN_AUGMENTATION_COUNT] = {
        [DNN_HORIZONTAL_FLIP] = 0.5, [DNN_VERTICAL_FLIP] = 0.5, [DNN_SHIFT] = 0.2,
        [DNN_SCALE] = 0.2,           [DNN_ROTATION] = 20,       [DNN_BRIGHTNESS] = 0.2,
        [DNN_CONTRAST] = 0.2,        [DNN_SATURATION] = 0.2,    [DNN_HUE] = 0.1,
        [DNN_NOISE] = 0.05,          [DNN_CUTOUT] = 0.25,       [DNN_MIXUP] = 0.4};
    memcpy(a->strength, strength, sizeof strength);
    a->crop_height = 6;
    a->crop_width = 5;
    a->normalise = true;
    for (int c = 0; c < 3; c++) {
        a->mean[c] = 0.5f;
        a->deviation[c] = 0.25f;
    }
}

/* Two epochs of a loader, one after the other: X and Y of all batches; frees nothing it keeps. */
typedef struct epochs {
    size_t count;
    float *X, *Y;
    size_t rows, label_rows;
} epochs;

static inline epochs run(const dnn_loader_config *config, size_t from) {
    dnn_loader *loader;
    epochs out = {0};
    check_ok(dnn_loader_open(&loader, config, &err));
    const size_t batches = dnn_loader_batches(loader), rows = dnn_loader_rows(loader);
    out.rows = rows;
    out.label_rows = dnn_loader_label_rows(loader);
    out.X = calloc(2 * COUNT * rows, sizeof(float));
    out.Y = calloc(2 * COUNT * out.label_rows, sizeof(float));
    dnn_matrix x, y;
    check_ok(dnn_matrix_create(&x, DNN_FLOAT32, rows, config->batch_size, &err));
    check_ok(dnn_matrix_create(&y, DNN_FLOAT32, out.label_rows, config->batch_size, &err));
    for (size_t n = from; n < 2 * batches; n++) {
        size_t count;
        check_ok(dnn_loader_get(loader, 1 + n / batches, n % batches, &x, &y, &count, &err));
        memcpy(out.X + out.count * rows, x.data, count * rows * sizeof(float));
        memcpy(out.Y + out.count * out.label_rows, y.data, count * out.label_rows * sizeof(float));
        out.count += count;
    }
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    dnn_loader_close(loader);
    return out;
}

static inline void release(epochs *e) {
    free(e->X);
    free(e->Y);
}

static inline void check_same(const epochs *a, const epochs *b) {
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->X, b->X, a->count * a->rows * sizeof(float));
    assert_memory_equal(a->Y, b->Y, a->count * a->label_rows * sizeof(float));
}

static inline int make_files(void **state) {
    (void)state;
    if (mkdtemp(root) == NULL)
        return 1;
    dnn_random random = dnn_random_seeded(1);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (float)(i + 1);
        for (size_t r = 0; r < ROWS; r++)
            pixels[i * ROWS + r] = (uint8_t)dnn_random_below(&random, 256);
        snprintf(paths[i], sizeof paths[i], "%s/%zu.png", root, i);
        files[i] = paths[i];
        if (dnn_image_write_png(paths[i], pixels + i * ROWS, SIDE, SIDE, 3, &err) != DNN_OK)
            return 1;
    }
    return 0;
}

static inline int remove_files(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        unlink(paths[i]);
    return rmdir(root);
}

#endif
