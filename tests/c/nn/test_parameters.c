/* The flat vectors are named, zeroed, updated, and watched. */
#include "nets.h"

/* Linear(2 -> 3), ReLU, Linear(3 -> 1): 9 + 4 parameters. */
static net small_net(dnn_dtype dtype) {
    return make_net(dtype, (dnn_layer *[]){linear(2, 3), plain("ReLU"), linear(3, 1)}, 3, 1);
}

static void segments_name_every_stretch(void **state) {
    (void)state;
    net n = small_net(DNN_FLOAT32);
    const dnn_parameters *p = dnn_network_parameters(n.network);
    static const dnn_segment expected[] = {
        {0, "Linear", "weight", 0,  3, 2, false},
        {0, "Linear", "bias",   6,  3, 1, true },
        {2, "Linear", "weight", 9,  1, 3, false},
        {2, "Linear", "bias",   12, 1, 1, true }
    };
    assert_int_equal(p->count, 13);
    assert_int_equal(p->segment_count, 4);
    for (size_t k = 0; k < 4; k++) {
        const dnn_segment *s = &p->segments[k], *e = &expected[k];
        assert_true(s->layer == e->layer && s->offset == e->offset && s->rows == e->rows &&
                    s->cols == e->cols && s->vector == e->vector);
        assert_string_equal(s->owner, e->owner);
        assert_string_equal(s->name, e->name);
    }
    free_net(&n);
}

static void update_is_the_tutorials_rule_and_spends_the_gradients(void **state) {
    (void)state;
    dnn_error err;
    net n = small_net(DNN_FLOAT64);
    dnn_parameters *p = dnn_network_parameters(n.network);
    double *values = n.values, *gradients = n.gradients, before[13];
    memcpy(before, values, sizeof before);
    for (size_t k = 0; k < 13; k++)
        gradients[k] = (double)k - 6;
    p->spent = false;
    check_ok(dnn_parameters_update(p, 0.25, true, &err));
    for (size_t k = 0; k < 13; k++)
        assert_true(values[k] == before[k] - 0.25 * ((double)k - 6));
    assert_true(p->spent);
    assert_true(gradients[0] == -6); /* still readable */
    dnn_parameters_zero_grad(p);
    for (size_t k = 0; k < 13; k++)
        assert_true(gradients[k] == 0);
    free_net(&n);
}

static void a_gradient_that_is_not_finite_is_named_and_nothing_is_updated(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        net n = small_net(dtype);
        dnn_parameters *p = dnn_network_parameters(n.network);
        dnn_matrix before = matrix(dtype, 13, 1, NULL);
        memcpy(before.data, n.values, dnn_network_parameter_bytes(n.network));
        dnn_layer *third = dnn_network_layer(n.network, 3);
        dnn_matrix_set(&third->gradients[0], 0, 1, (double)INFINITY);
        check_fails(dnn_parameters_update(p, 0.1, true, &err), DNN_ERROR_NUMERIC,
                    "layer 3, Linear: gradient of weight(1, 2) is inf; nothing was updated; try a "
                    "smaller learning rate");
        assert_memory_equal(before.data, n.values, dnn_network_parameter_bytes(n.network));
        check_ok(dnn_parameters_update(p, 0.1, false, &err));
        dnn_parameters_zero_grad(p);
        dnn_matrix_set(&dnn_network_layer(n.network, 1)->gradients[1], 2, 0, -(double)NAN);
        check_fails(dnn_parameters_check_finite(p, &err), DNN_ERROR_NUMERIC,
                    "layer 1, Linear: gradient of bias(3, 1) is nan");
        check_fails(dnn_parameters_update(p, (double)NAN, false, &err), DNN_ERROR_ARGUMENT,
                    "update: the learning rate must be finite, got nan");
        dnn_matrix_free(&before);
        free_net(&n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_name_every_stretch),
        cmocka_unit_test(update_is_the_tutorials_rule_and_spends_the_gradients),
        cmocka_unit_test(a_gradient_that_is_not_finite_is_named_and_nothing_is_updated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
