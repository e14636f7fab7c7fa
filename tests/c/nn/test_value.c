/* Which element of a value is where in files: the orders of PyTorch, by its formulas. */
#include "nets.h"

#include "nn/value.h"

/* A value's matrix, numbered in the order of memory: element k is k. */
static dnn_matrix numbered(const dnn_value *value) {
    dnn_matrix m = matrix(DNN_FLOAT64, value->rows, value->cols, NULL);
    for (size_t k = 0; k < value->rows * value->cols; k++)
        ((double *)m.data)[k] = (double)k;
    return m;
}

/* Element `index` of the file, in its order, is what is at (row, col) in memory. */
static void check_at(const dnn_value *value, const dnn_matrix *file, size_t index, size_t row,
                     size_t col) {
    double expected = (double)(col * value->rows + row);
    assert_true(dnn_matrix_get(file, index / file->cols, index % file->cols) == expected);
    assert_int_equal(dnn_layout_offset(&value->layout, index), (size_t)expected);
}

/* In the file's order; back again it must be the same, from rows and from one column. */
static dnn_matrix to_file(const dnn_value *value) {
    dnn_matrix m = numbered(value), back = matrix(DNN_FLOAT64, value->rows, value->cols, NULL);
    dnn_matrix file =
        matrix(DNN_FLOAT64, dnn_value_file_rows(value), dnn_value_file_cols(value), NULL);
    dnn_matrix column = matrix(DNN_FLOAT64, dnn_matrix_count(&m), 1, NULL);
    assert_true(dnn_layout_is_valid(&value->layout, value->rows, value->cols));
    dnn_value_to_file(value, &m, &file);
    dnn_value_from_file(value, &file, &back);
    check_same(&back, &m);
    for (size_t k = 0; k < dnn_matrix_count(&m); k++)
        dnn_matrix_set(&column, k, 0, dnn_matrix_get(&file, k / file.cols, k % file.cols));
    memset(back.data, 0, dnn_matrix_count(&m) * sizeof(double));
    dnn_value_from_file(value, &column, &back);
    check_same(&back, &m);
    dnn_matrix_free(&m);
    dnn_matrix_free(&back);
    dnn_matrix_free(&column);
    return file;
}

static void matrices_and_vectors_keep_their_order(void **state) {
    (void)state;
    dnn_value m = dnn_value_matrix("weight", 3, 4), v = dnn_value_vector("bias", 5);
    dnn_matrix file = to_file(&m);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 4; j++)
            check_at(&m, &file, 4 * i + j, i, j);
    dnn_matrix_free(&file);
    file = to_file(&v);
    assert_int_equal(v.layout.rank, 1);
    for (size_t i = 0; i < 5; i++)
        check_at(&v, &file, i, i, 0);
    dnn_matrix_free(&file);
    dnn_value counter = dnn_value_counter("num_batches_tracked");
    file = to_file(&counter);
    assert_true(counter.layout.rank == 0 && counter.layout.whole && counter.kept);
    dnn_matrix_free(&file);
}

/* (out, in, height, width) there; here a row is an output, and [height][width][in] a column. */
static void a_kernel_has_inputs_before_pixels_in_files(void **state) {
    (void)state;
    enum { OUT = 3, IN = 2, H = 4, W = 5 };
    dnn_value kernel = dnn_value_kernel("weight", OUT, IN, H, W);
    dnn_matrix file = to_file(&kernel);
    const size_t sizes[] = {OUT, IN, H, W};
    assert_int_equal(kernel.layout.rank, 4);
    assert_memory_equal(kernel.layout.size, sizes, sizeof sizes);
    for (size_t o = 0; o < OUT; o++)
        for (size_t i = 0; i < IN; i++)
            for (size_t y = 0; y < H; y++)
                for (size_t x = 0; x < W; x++)
                    check_at(&kernel, &file, ((o * IN + i) * H + y) * W + x, o,
                             (y * W + x) * IN + i);
    dnn_matrix_free(&file);
    dnn_value sequence = dnn_value_kernel("weight", OUT, IN, 0, W);
    file = to_file(&sequence);
    assert_int_equal(sequence.layout.rank, 3);
    for (size_t o = 0; o < OUT; o++)
        for (size_t i = 0; i < IN; i++)
            for (size_t x = 0; x < W; x++)
                check_at(&sequence, &file, (o * IN + i) * W + x, o, x * IN + i);
    dnn_matrix_free(&file);
}

/* Of a flattened image files have all pixels of the first channel, then those of the next. */
static void what_follows_a_flatten_has_channels_first_in_files(void **state) {
    (void)state;
    enum { OUT = 2, PIXELS = 6, CHANNELS = 3 };
    dnn_shape in = dnn_shape_vector(PIXELS * CHANNELS);
    in.flat_positions = PIXELS;
    in.flat_channels = CHANNELS;
    dnn_value weight = dnn_value_weight("weight", OUT, &in);
    dnn_value mean = dnn_value_vector("running_mean", PIXELS * CHANNELS);
    dnn_value_flatten(&mean, &in);
    dnn_matrix file = to_file(&weight), means = to_file(&mean);
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t p = 0; p < PIXELS; p++) {
            check_at(&mean, &means, c * PIXELS + p, p * CHANNELS + c, 0);
            for (size_t o = 0; o < OUT; o++)
                check_at(&weight, &file, (o * CHANNELS + c) * PIXELS + p, o, p * CHANNELS + c);
        }
    dnn_matrix_free(&file);
    dnn_matrix_free(&means);
}

static void a_layout_counts_every_element_once(void **state) {
    (void)state;
    dnn_layout right = dnn_value_matrix("m", 3, 4).layout;
    assert_true(dnn_layout_is_valid(&right, 3, 4));
    assert_false(dnn_layout_is_valid(&right, 3, 5));
    dnn_layout wrong = right;
    wrong.size[1] = 5; /* files' axes */
    assert_false(dnn_layout_is_valid(&wrong, 3, 4));
    wrong = right;
    wrong.stride[1] = 4; /* past the end */
    assert_false(dnn_layout_is_valid(&wrong, 3, 4));
    wrong = right;
    wrong.length[0] = 2;
    assert_false(dnn_layout_is_valid(&wrong, 3, 4));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_and_vectors_keep_their_order),
        cmocka_unit_test(a_kernel_has_inputs_before_pixels_in_files),
        cmocka_unit_test(what_follows_a_flatten_has_channels_first_in_files),
        cmocka_unit_test(a_layout_counts_every_element_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
