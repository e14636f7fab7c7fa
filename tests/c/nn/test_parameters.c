/* The flat vectors are cut into segments, zeroed, updated, and watched. */
#include "hand_made.h"

static dnn_value value(const char *name, size_t rows, size_t cols) {
    return (dnn_value){.name = name, .rows = rows, .cols = cols};
}

/* Linear(2 -> 3), its running mean, Linear(3 -> 1): 9 + 4 learnt numbers and 2 kept ones. */
typedef struct small {
    dnn_parameters parameters;
    dnn_segment segments[5];
    dnn_matrix values, gradients, kept;
} small;

static void open_small(small *s, dnn_dtype dtype) {
    *s = (small){
        .segments = {{"0.weight", "layer 1, Linear", value("weight", 3, 2), 0, 0},
                     {"0.bias", "layer 1, Linear", value("bias", 3, 1), 0, 6},
                     {"2.weight", "layer 3, Linear", value("weight", 1, 3), 2, 9},
                     {"2.bias", "layer 3, Linear", value("bias", 1, 1), 2, 12},
                     {"1.mean", "layer 2, BatchNorm1d", value("mean", 2, 1), 1, 0, .kept = true}},
        .values = normal_matrix(dtype, 13, 1, 1),
        .gradients = matrix(dtype, 13, 1, NULL),
        .kept = matrix(dtype, 2, 1, (double[]){5,    6}
          ),
    };
    s->parameters = (dnn_parameters){.dtype = dtype,
                                     .count = 13,
                                     .kept_count = 2,
                                     .values = s->values.data,
                                     .gradients = s->gradients.data,
                                     .kept = s->kept.data,
                                     .segment_count = 5,
                                     .learnt_count = 4,
                                     .segments = s->segments};
}

static void close_small(small *s) {
    dnn_matrix_free(&s->values);
    dnn_matrix_free(&s->gradients);
    dnn_matrix_free(&s->kept);
}

static void a_segment_is_a_matrix_in_its_vector(void **state) {
    (void)state;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        small s;
        open_small(&s, dtype);
        dnn_matrix weight = dnn_segment_values(&s.parameters, 2);
        dnn_matrix gradient = dnn_segment_gradients(&s.parameters, 2);
        assert_true(weight.rows == 1 && weight.cols == 3 && weight.dtype == dtype);
        assert_ptr_equal(weight.data, dnn_matrix_at(&s.values, 9, 0));
        assert_ptr_equal(gradient.data, dnn_matrix_at(&s.gradients, 9, 0));
        dnn_matrix kept = dnn_segment_values(&s.parameters, 4);
        assert_ptr_equal(kept.data, s.kept.data);
        assert_null(dnn_segment_gradients(&s.parameters, 4).data);
        s.parameters.values = NULL;
        assert_null(dnn_segment_values(&s.parameters, 2).data);
        close_small(&s);
    }
}

static void new_gradients_are_found_segment_by_segment(void **state) {
    (void)state;
    small s;
    open_small(&s, DNN_FLOAT64);
    assert_true(dnn_parameters_have_gradients(&s.parameters, 0, 5));
    s.segments[0].spent = s.segments[1].spent = true;
    assert_false(dnn_parameters_have_gradients(&s.parameters, 0, 2));
    assert_true(dnn_parameters_have_gradients(&s.parameters, 1, 2));
    s.segments[2].frozen = s.segments[3].frozen = true;
    assert_false(dnn_parameters_have_gradients(&s.parameters, 0, 5));
    close_small(&s);
}

static void update_is_the_tutorials_rule_and_spends_the_gradients(void **state) {
    (void)state;
    dnn_error err;
    small s;
    open_small(&s, DNN_FLOAT64);
    double *values = s.values.data, *gradients = s.gradients.data, before[13];
    memcpy(before, values, sizeof before);
    for (size_t k = 0; k < 13; k++)
        gradients[k] = (double)k - 6;
    check_ok(dnn_parameters_update(&s.parameters, 0.25, true, &err));
    for (size_t k = 0; k < 13; k++)
        assert_true(values[k] == before[k] - 0.25 * ((double)k - 6));
    assert_false(dnn_parameters_have_gradients(&s.parameters, 0, 5));
    assert_true(gradients[0] == -6); /* still readable */
    dnn_parameters_zero_grad(&s.parameters);
    for (size_t k = 0; k < 13; k++)
        assert_true(gradients[k] == 0);
    close_small(&s);
}

static void update_leaves_what_is_frozen_and_tells_its_change(void **state) {
    (void)state;
    dnn_error err;
    small s;
    open_small(&s, DNN_FLOAT64);
    double *values = s.values.data, *gradients = s.gradients.data, before[13], change[13];
    memcpy(before, values, sizeof before);
    memset(change, 1, sizeof change);
    for (size_t k = 0; k < 13; k++)
        gradients[k] = 1;
    s.segments[1].frozen = true;
    gradients[7] = (double)NAN; /* of what is frozen: nobody looks */
    s.parameters.change = change;
    s.parameters.change_wanted = true;
    check_ok(dnn_parameters_update(&s.parameters, 0.5, true, &err));
    for (size_t k = 0; k < 13; k++) {
        bool frozen = k >= 6 && k < 9;
        assert_true(values[k] == (frozen ? before[k] : before[k] - 0.5));
        assert_true(change[k] == values[k] - before[k]);
    }
    assert_false(s.parameters.change_wanted || s.segments[1].spent);
    close_small(&s);
}

static void a_gradient_that_is_not_finite_is_named_and_nothing_is_updated(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        small s;
        open_small(&s, dtype);
        dnn_parameters *p = &s.parameters;
        dnn_matrix before = matrix(dtype, 13, 1, NULL);
        check_ok(dnn_matrix_copy(&before, &s.values, &err));
        dnn_matrix_set(&s.gradients, 10, 0, (double)INFINITY);
        check_fails(dnn_parameters_update(p, 0.1, true, &err), DNN_ERROR_NUMERIC,
                    "layer 3, Linear: gradient of weight(1, 2) is inf; nothing was updated; try a "
                    "smaller learning rate");
        assert_true(dnn_matrix_equal(&before, &s.values));
        check_ok(dnn_parameters_check_finite(p, 0, 10, &err));
        check_ok(dnn_parameters_update(p, 0.1, false, &err));
        dnn_parameters_zero_grad(p);
        dnn_matrix_set(&s.gradients, 8, 0, -(double)NAN);
        check_fails(dnn_parameters_check_finite(p, 0, 13, &err), DNN_ERROR_NUMERIC,
                    "layer 1, Linear: gradient of bias(3, 1) is nan");
        check_fails(dnn_parameters_update(p, (double)NAN, false, &err), DNN_ERROR_ARGUMENT,
                    "update: the learning rate must be finite, got nan");
        dnn_matrix_free(&before);
        close_small(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_a_matrix_in_its_vector),
        cmocka_unit_test(new_gradients_are_found_segment_by_segment),
        cmocka_unit_test(update_is_the_tutorials_rule_and_spends_the_gradients),
        cmocka_unit_test(update_leaves_what_is_frozen_and_tells_its_change),
        cmocka_unit_test(a_gradient_that_is_not_finite_is_named_and_nothing_is_updated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
