/* A layer given by functions works in a network like any other and owns what it was given. */
#include "nets.h"

#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/layers/external.h"

/* A = scale * X + shift, one scale and shift for everything. */
typedef struct affine {
    int calls, released;
    dnn_status answer;
} affine;

static dnn_status affine_initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                                    dnn_error *err) {
    (void)layer, (void)random;
    dnn_status status = dnn_fill(&values[0], 3, err);
    return status == DNN_OK ? dnn_fill(&values[1], 1, err) : status;
}

static dnn_status affine_forward(dnn_call *call, dnn_error *err) {
    affine *user = dnn_layer_external_user(call->layer);
    user->calls++;
    if (user->answer != DNN_OK)
        return dnn_fail(err, user->answer, "as asked");
    dnn_status status = dnn_binary(DNN_MUL, &call->A, &call->X[0], &call->values[0], err);
    return status == DNN_OK ? dnn_binary(DNN_ADD, &call->A, &call->A, &call->values[1], err)
                            : status;
}

static dnn_status affine_backward(dnn_call *call, dnn_error *err) {
    affine *user = dnn_layer_external_user(call->layer);
    if (user->answer != DNN_OK)
        return dnn_fail(err, user->answer, "as asked");
    double dscale = 0, dshift = 0;
    for (size_t j = 0; j < call->A.cols; j++)
        for (size_t i = 0; i < call->A.rows; i++) {
            dscale += dnn_matrix_get(&call->X[0], i, j) * dnn_matrix_get(&call->dA, i, j);
            dshift += dnn_matrix_get(&call->dA, i, j);
        }
    dnn_matrix_set(&call->gradients[0], 0, 0, dscale);
    dnn_matrix_set(&call->gradients[1], 0, 0, dshift);
    return call->dX[0].data == NULL
               ? DNN_OK
               : dnn_binary(DNN_MUL, &call->dX[0], &call->dA, &call->values[0], err);
}

static void affine_release(void *user) {
    ((affine *)user)->released++;
}

static dnn_external affine_layer(affine *user) {
    return (dnn_external){
        .name = "Affine",
        .value_count = 2,
        .values = {{.name = "scale", .rows = 1, .cols = 1},
                   {.name = "shift", .rows = 1, .cols = 1}},
        .initialise = affine_initialise,
        .forward = affine_forward,
        .backward = affine_backward,
        .release = affine_release,
        .user = user
    };
}

static void an_external_layer_runs_and_is_released_once(void **state) {
    (void)state;
    dnn_error err;
    affine user = {0};
    char name[] = "Affine";
    dnn_external given = affine_layer(&user);
    given.name = name;
    dnn_layer *layer;
    check_ok(dnn_layer_create_external(&layer, &given, &err));
    memset(name, 'x', 6); /* names are copied */
    assert_string_equal(layer->kind->name, "Affine");
    assert_ptr_equal(dnn_layer_external_user(layer), &user);
    net n = make_net(DNN_FLOAT64, CHILDREN(layer), 1);
    dnn_matrix X = matrix(DNN_FLOAT64, 2, 2, (double[]){1, 2, 3, 4});
    dnn_matrix dX = matrix(DNN_FLOAT64, 2, 2, NULL);
    check_matrix(forward(&n, &X), (double[]){4, 7, 10, 13}, 0);
    assert_int_equal(user.calls, 1);
    backward(&n, &X, &dX);
    check_matrix(&dX, (double[]){3, 6, 9, 12}, 0);
    assert_true(((double *)n.gradients)[0] == 30 && ((double *)n.gradients)[1] == 10);
    assert_int_equal(user.released, 0);
    free_net(&n);
    assert_int_equal(user.released, 1);
    dnn_matrix_free(&X);
    dnn_matrix_free(&dX);
}

static void its_failure_names_the_layer_and_its_number(void **state) {
    (void)state;
    dnn_error err;
    affine user = {0};
    dnn_external given = affine_layer(&user);
    given.in_features = given.out_features = 2;
    dnn_layer *layer;
    check_ok(dnn_layer_create_external(&layer, &given, &err));
    net n = make_net(DNN_FLOAT64, CHILDREN(plain("Tanh"), layer), 1);
    dnn_matrix X = matrix(DNN_FLOAT64, 2, 2, NULL);
    forward(&n, &X);
    user.answer = DNN_ERROR_CALLBACK;
    check_fails(dnn_network_backward(n.network, &X, NULL, &err), DNN_ERROR_CALLBACK,
                "layer 2, Affine(2 -> 2): as asked");
    assert_true(all_spent(&n));
    assert_null(gradient_of(&n, 2));
    check_fails(dnn_network_forward(n.network, &X, 1, &err), DNN_ERROR_CALLBACK,
                "layer 2, Affine(2 -> 2): as asked");
    assert_null(output_of(&n, 1));
    check_fails(dnn_network_backward(n.network, &X, NULL, &err), DNN_ERROR_STATE,
                "backward needs a forward first");
    dnn_matrix_free(&X);
    free_net(&n);
}

/* It says what it takes, like any other layer. */
static void sizes_that_it_gives_are_checked(void **state) {
    (void)state;
    dnn_error err;
    affine user = {0};
    dnn_external given = affine_layer(&user);
    given.in_features = 3;
    dnn_layer *layer;
    dnn_network *network;
    check_ok(dnn_layer_create_external(&layer, &given, &err));
    dnn_layer *whole = sequential(linear(4, 2), layer);
    check_fails(
        dnn_network_create(&network, DNN_FLOAT32, whole, NULL, &err), DNN_ERROR_SHAPE,
        "layer 2, Affine(3 -> 3): needs 3 features, but its input is 2 (the output of layer "
        "1, Linear(4 -> 2))");
    dnn_layer_release(whole);
    assert_int_equal(user.released, 1);
    given.out_features = 5;
    check_ok(dnn_layer_create_external(&layer, &given, &err));
    net n = make_net(DNN_FLOAT32, CHILDREN(layer, linear(5, 1)), 1);
    dnn_shape out = dnn_network_output_shape(n.network, 0);
    assert_int_equal(dnn_shape_count(&out), 5);
    free_net(&n);
    assert_int_equal(user.released, 2);
}

static void a_layer_of_the_registry_has_no_user(void **state) {
    (void)state;
    dnn_layer *layer = plain("ReLU");
    assert_null(dnn_layer_external_user(layer));
    dnn_layer_release(layer);
}

static void impossible_parameters_are_refused_and_user_stays_the_callers(void **state) {
    (void)state;
    dnn_error err;
    affine user = {0};
    dnn_layer *layer;
    dnn_external given = affine_layer(&user);
    given.values[1].rows = 0;
    check_fails(dnn_layer_create_external(&layer, &given, &err), DNN_ERROR_SHAPE,
                "layer Affine: parameter shift is 0 x 1; both must be at least 1");
    given.value_count = DNN_EXTERNAL_VALUES + 1;
    check_fails(dnn_layer_create_external(&layer, &given, &err), DNN_ERROR_ARGUMENT,
                "layer Affine: 65 parameters, at most 64 are allowed");
    assert_null(layer);
    assert_int_equal(user.released, 0);
}

static void running_out_of_memory_leaks_nothing(void **state) {
    (void)state;
    affine user = {0};
    dnn_external given = affine_layer(&user);
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t k = 1; status != DNN_OK; k++) {
        dnn_error err;
        dnn_layer *layer;
        dnn_fail_allocation(k);
        status = dnn_layer_create_external(&layer, &given, &err);
        dnn_fail_allocation(0);
        assert_int_equal(user.released, 0);
        if (status == DNN_OK) {
            assert_true(k == 6); /* five blocks: the layer, its own part, three names */
            dnn_layer_release(layer);
        } else {
            check_fails(status, DNN_ERROR_MEMORY, "layer Affine: out of memory");
        }
        assert_true(dnn_allocations_live() == live);
    }
    assert_int_equal(user.released, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_external_layer_runs_and_is_released_once),
        cmocka_unit_test(its_failure_names_the_layer_and_its_number),
        cmocka_unit_test(sizes_that_it_gives_are_checked),
        cmocka_unit_test(a_layer_of_the_registry_has_no_user),
        cmocka_unit_test(impossible_parameters_are_refused_and_user_stays_the_callers),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
