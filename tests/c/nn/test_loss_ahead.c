/* A gradient that forward has made ahead of backward is the one that backward would compute: of the
 * same bits, and only where A and Y are still the same. */
#include <math.h>

#include "losses.h"

static const char loss[] = "CrossEntropyLoss";

/* A and Y of a size, and what training keeps between forward and backward. */
typedef struct fixture {
    dnn_matrix A, Y;
    dnn_loss_ahead ahead;
} fixture;

static fixture make(dnn_dtype dtype, size_t classes, size_t examples) {
    fixture f = {.A = normal_matrix(dtype, classes, examples, classes + examples)};
    f.Y = matrix(DNN_FLOAT32, 1, examples, NULL);
    for (size_t j = 0; j < examples; j++)
        dnn_matrix_set(&f.Y, 0, j, (double)(j * 7 % classes + 1));
    return f;
}

static void release(fixture *f) {
    dnn_matrix_free(&f->A);
    dnn_matrix_free(&f->Y);
}

static double forward(fixture *f) {
    return cost_with(loss, (dnn_loss_call){.A = &f->A, .Y = &f->Y, .ahead = &f->ahead});
}

/* Backward gives the bits that it gives without the forward. */
static void check_backward(fixture *f) {
    size_t size = dnn_matrix_count(&f->A) * dnn_dtype_info(f->A.dtype)->size;
    dnn_matrix alone = gradient_of(loss, &f->A, &f->Y);
    dnn_matrix dA =
        gradient_with(loss, (dnn_loss_call){.A = &f->A, .Y = &f->Y, .ahead = &f->ahead});
    assert_memory_equal(dA.data, alone.data, size);
    dnn_matrix_free(&alone);
    dnn_matrix_free(&dA);
}

/* Few classes and many, positions that fill a vector and that do not, more than there is room for.
 */
static void it_has_the_bits_of_backward(void **state) {
    (void)state;
    static const size_t sizes[][2] = {
        {3,  32},
        {3,  45},
        {2,  9 },
        {5,  33},
        {20, 7 },
        {70, 60}
    };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
            fixture f = make(dtype, sizes[s][0], sizes[s][1]);
            for (int step = 0; step < 3; step++) {
                dnn_matrix_set(&f.A, 1, 2, step);
                assert_true(forward(&f) == cost_of(loss, &f.A, &f.Y));
                check_backward(&f);
            }
            release(&f);
        }
}

static void only_training_makes_it(void **state) {
    (void)state;
    fixture f = make(DNN_FLOAT32, 3, 32);
    forward(&f);
    assert_false(f.ahead.made);
    check_backward(&f);
    forward(&f);
    assert_true(f.ahead.made);
    forward(&f); /* no backward came */
    assert_false(f.ahead.made);
    forward(&f);
    assert_false(f.ahead.made);
    release(&f);
}

static void a_change_in_between_is_seen(void **state) {
    (void)state;
    fixture f = make(DNN_FLOAT32, 3, 32);
    forward(&f);
    check_backward(&f);
    forward(&f);
    dnn_matrix_set(&f.A, 2, 30, 0.25);
    check_backward(&f);
    forward(&f);
    dnn_matrix_set(&f.Y, 0, 31, dnn_matrix_get(&f.Y, 0, 31) == 1 ? 2 : 1);
    check_backward(&f);
    forward(&f);
    f.A.cols = f.Y.cols = 31;
    check_backward(&f);
    f.A.cols = f.Y.cols = 32;
    forward(&f);
    dnn_matrix_set(&f.Y, 0, 0, 4); /* refused, as ever */
    dnn_error err;
    dnn_matrix dA = matrix(DNN_FLOAT32, 3, 32, NULL);
    dnn_loss_call call = {.A = &f.A, .Y = &f.Y, .ahead = &f.ahead, .settings = defaults_of(loss)};
    check_fails(dnn_loss_backward(dnn_loss_class_find(loss), &call, &dA, &err), DNN_ERROR_ARGUMENT,
                "label 4 at column 1 is outside 1..3");
    dnn_matrix_free(&dA);
    release(&f);
}

static void weights_are_left_to_backward(void **state) {
    (void)state;
    fixture f = make(DNN_FLOAT32, 3, 32);
    dnn_matrix weights = uniform_matrix(DNN_FLOAT32, 1, 32, 0, 1, 1);
    forward(&f);
    check_backward(&f);
    forward(&f);
    dnn_matrix alone =
        gradient_with(loss, (dnn_loss_call){.A = &f.A, .Y = &f.Y, .weights = &weights});
    dnn_matrix dA = gradient_with(
        loss, (dnn_loss_call){.A = &f.A, .Y = &f.Y, .weights = &weights, .ahead = &f.ahead});
    assert_memory_equal(dA.data, alone.data, 3 * 32 * sizeof(float));
    dnn_matrix_free(&alone);
    dnn_matrix_free(&dA);
    dnn_matrix_free(&weights);
    release(&f);
}

static void nan_and_infinity_pass_through(void **state) {
    (void)state;
    fixture f = make(DNN_FLOAT32, 3, 32);
    dnn_matrix_set(&f.A, 1, 3, NAN);
    dnn_matrix_set(&f.A, 2, 5, INFINITY);
    dnn_matrix_set(&f.A, 0, 7, -INFINITY);
    for (int step = 0; step < 2; step++) {
        assert_true(isnan(forward(&f)));
        dnn_matrix dA =
            gradient_with(loss, (dnn_loss_call){.A = &f.A, .Y = &f.Y, .ahead = &f.ahead});
        for (size_t j = 0; j < 32; j++)
            assert_true(isnan(dnn_matrix_get(&dA, 0, j)) == (j == 3 || j == 5));
        dnn_matrix_free(&dA);
    }
    release(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_bits_of_backward),
        cmocka_unit_test(only_training_makes_it),
        cmocka_unit_test(a_change_in_between_is_seen),
        cmocka_unit_test(weights_are_left_to_backward),
        cmocka_unit_test(nan_and_infinity_pass_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
