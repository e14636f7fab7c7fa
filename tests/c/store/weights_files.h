/* weights_files.h: networks, and files of values that other programs might have written. */
#ifndef DNN_TESTS_STORE_WEIGHTS_FILES_H
#define DNN_TESTS_STORE_WEIGHTS_FILES_H

#include "../nn/nets.h"

#include <stdlib.h>
#include <unistd.h>

#include "store/weights.h"
#include "temp_folder.h"

static char path[96]; /* of a file in the folder */

static inline int make_path(void **state) {
    int failed = make_folder(state);
    snprintf(path, sizeof path, "%s/net.st", folder);
    return failed;
}

static inline int remove_path(void **state) {
    (void)state;
    return remove_emptied_folder(path);
}

#define weights_test(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

static inline net make(dnn_dtype dtype, size_t in, size_t hidden, uint64_t seed) {
    return make_net(dtype, CHILDREN(linear(in, hidden), plain("ReLU"), linear(hidden, 1)), seed);
}

/* The flat vector of values, as a matrix of its own. */
static inline dnn_matrix values_of(const net *n) {
    dnn_error err;
    dnn_matrix copy;
    const dnn_parameters *p = dnn_network_parameters(n->network);
    dnn_matrix values = dnn_matrix_of(p->dtype, p->count, 1, p->values);
    check_ok(dnn_matrix_create(&copy, p->dtype, p->count, 1, &err));
    check_ok(dnn_matrix_copy(&copy, &values, &err));
    return copy;
}

/* --- files made by hand --- */

/* A tensor of a file that some other program has written. */
typedef struct foreign {
    const char *name;
    size_t rank, size[4];
    const char *dtype; /* NULL: F32, the numbers 1, 2, 3, ... and so on through the file */
} foreign;

/* Tensors up to one without a name; float32 numbers are `first`, `first` + 1, ... in the order of
 * the file. */
static inline void write_foreign(const foreign *tensors, double first) {
    char header[2048] = "{";
    float numbers[1024];
    size_t count = 0;
    for (const foreign *t = tensors; t->name != NULL; t++) {
        char shape[64] = "";
        size_t begin = count, elements = 1;
        for (size_t axis = 0; axis < t->rank; axis++) {
            size_t used = strlen(shape);
            snprintf(shape + used, sizeof shape - used, "%s%zu", axis > 0 ? "," : "",
                     t->size[axis]);
            elements *= t->size[axis];
        }
        bool whole = t->dtype != NULL; /* I64, C64: twice as long */
        for (size_t k = 0; k < elements * (whole ? 2 : 1); k++, count++)
            numbers[count] = whole ? 0 : (float)(first + (double)count);
        size_t used = strlen(header);
        snprintf(header + used, sizeof header - used,
                 "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                 t == tensors ? "" : ",", t->name, whole ? t->dtype : "F32", shape, 4 * begin,
                 4 * count);
    }
    strcat(header, "}");
    const uint64_t length = strlen(header);
    FILE *file = fopen(path, "wb");
    fwrite(&length, sizeof length, 1, file);
    fwrite(header, length, 1, file);
    fwrite(numbers, sizeof *numbers, count, file);
    fclose(file);
}

static inline void check_load_fails(net *n, const dnn_name_map *maps, size_t map_count,
                                    dnn_status expected, const char *part) {
    dnn_error err;
    dnn_matrix before = values_of(n);
    check_fails(dnn_weights_load(n->network, path, maps, map_count, &err), expected, part);
    dnn_matrix after = values_of(n);
    assert_true(dnn_matrix_equal(&before, &after));
    dnn_matrix_free(&before);
    dnn_matrix_free(&after);
}

#endif
