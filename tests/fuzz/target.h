/* target.h: what the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput;
 * libFuzzer calls it with what it makes up, replay.c with what is kept. */
#ifndef DNN_TESTS_FUZZ_TARGET_H
#define DNN_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input; assert would vanish with NDEBUG. */
#define must_hold(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
