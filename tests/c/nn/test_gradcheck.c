/* The gradients of whole networks are right, wherever a layer is and whatever the loss; a wrong
 * one is caught. Layers and losses are those of the registry: what is added there is tested here.
 */
#include "nets.h"

#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/layers/external.h"
#include "nn/network/gradcheck.h"

enum { EXAMPLES = 5 };

/* Targets that any loss of one input takes: labels, signs, or numbers in 0..1. */
static dnn_matrix targets(const dnn_loss_class *loss, size_t rows) {
    bool labels = loss->targets == DNN_TARGETS_LABELS, signs = loss->targets == DNN_TARGETS_SIGNS;
    dnn_matrix Y = matrix(DNN_FLOAT64, labels ? 1 : rows, EXAMPLES, NULL);
    for (size_t j = 0; j < EXAMPLES; j++)
        for (size_t i = 0; i < Y.rows; i++)
            dnn_matrix_set(&Y, i, j,
                           labels  ? (double)(1 + j % rows)
                           : signs ? 2 * (double)((i + j) % 2) - 1
                                   : (double)((i + j) % 2));
    return Y;
}

/* Normal numbers no closer than 0.05 to 0, where a rectifier has its kink. */
static dnn_matrix inputs(size_t rows) {
    dnn_matrix X = normal_matrix(DNN_FLOAT64, rows, EXAMPLES, 11);
    for (size_t j = 0; j < EXAMPLES; j++)
        for (size_t i = 0; i < rows; i++) {
            double x = dnn_matrix_get(&X, i, j);
            dnn_matrix_set(&X, i, j, fabs(x) < 0.05 ? copysign(0.05, x) : x);
        }
    return X;
}

static const dnn_setting mean[DNN_MAX_FIELDS] = {{.number = 0}};

static dnn_gradcheck_result check_net(dnn_layer *layer, const dnn_shape *input, bool training,
                                      const dnn_loss_class *loss) {
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_error err;
    dnn_gradcheck_result result;
    net n = net_of(DNN_FLOAT64, layer, input, 7);
    dnn_network_set_keep(n.network, DNN_KEEP_ALL);
    dnn_network_set_training(n.network, training);
    dnn_matrix X = inputs(dnn_shape_count(input));
    dnn_shape output = dnn_network_output_shape(n.network, dnn_network_step_count(n.network) - 1);
    dnn_matrix Y = targets(loss, dnn_shape_count(&output));
    plan_for(&n, &X);
    dnn_field_defaults(loss->fields, settings);
    check_ok(dnn_gradcheck(n.network, loss, &(dnn_loss_call){.settings = settings, .Y = &Y}, &X,
                           1e-6, 3, &result, &err));
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    free_net(&n);
    return result;
}

/* A bias before BatchNorm2d has the gradient 0, where differences are rounding alone: 1.1e-6 of the
 * whole with products in the order of AVX2's kernels. */
static void check_right(const char *what, const char *where, dnn_gradcheck_result r) {
    if (!(r.difference < 3e-6 && r.worst < 1e-4) || r.fault[0] != '\0')
        fail_msg("%s, %s: difference %g, worst %g of step %zu at %s; %s", what, where, r.difference,
                 r.worst, r.worst_step, r.worst_name, r.fault);
}

/* A loss that takes any outputs and has no kinks. */
static const dnn_loss_class *any_loss(void) {
    return dnn_loss_class_find("MSELoss");
}

/* Of a vector, whatever it is. */
static dnn_layer *linear_on(const dnn_shape *shape, size_t out) {
    return sequential(plain("Flatten"), linear(dnn_shape_count(shape), out));
}

/* Alone, at the end, and between layers with values, so that its dX is what they need. Classes with
 * several inputs are the ends of containers, and those that take ids can only be first. */
static void check_places(const dnn_layer_class *kind, const dnn_case *c, bool training) {
    dnn_error err;
    dnn_shape out, in = c->in[0];
    const char *settings = c->settings;
    dnn_layer *layer = layer_of(kind->name, settings);
    check_ok(dnn_layer_shape(layer, &in, 1, &out, &err));
    dnn_layer_release(layer);
    const dnn_loss_class *loss = any_loss();
    check_right(kind->name, "alone",
                check_net(layer_of(kind->name, settings), &in, training, loss));
    check_right(kind->name, "first",
                check_net(sequential(layer_of(kind->name, settings), linear_on(&out, 2)), &in,
                          training, loss));
    /* A network that keeps the shape goes first: a Linear for each position. */
    size_t channels = dnn_shape_channels(&in);
    check_right(kind->name, "in the middle",
                check_net(sequential(linear(channels, channels), layer_of(kind->name, settings),
                                     linear_on(&out, 2)),
                          &in, training, loss));
    check_right(kind->name, "last",
                check_net(sequential(linear(channels, channels), layer_of(kind->name, settings)),
                          &in, training, loss));
    /* What it reads is read by others, too. */
    check_right(
        kind->name, "in a branch",
        check_net(sequential(linear(channels, channels),
                             concat(sequential(layer_of(kind->name, settings), linear_on(&out, 2)),
                                    sequential(layer_of(kind->name, settings), linear_on(&out, 1)),
                                    linear_on(&in, 2))),
                  &in, training, loss));
}

static void every_layer_has_right_gradients_wherever_it_stands(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        const unsigned other = DNN_MANY_INPUTS | DNN_TAKES_IDS;
        if (kind->compile != NULL || kind->inputs > 1 || (kind->flags & other) != 0)
            continue;
        check_places(kind, &kind->cases[0], true);
        if ((kind->flags & DNN_TWO_MODES) != 0)
            check_places(kind, &kind->cases[0], false);
    }
}

static void every_loss_has_right_gradients(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_vector(4);
    for (size_t k = 0; dnn_loss_classes[k] != NULL; k++) {
        const dnn_loss_class *loss = dnn_loss_classes[k];
        if (loss->inputs <= 1 && loss->targets != DNN_TARGETS_SEQUENCES)
            check_right(
                loss->name, "after a network",
                check_net(sequential(linear(4, 5), plain("Tanh"), linear(5, 3), plain("Sigmoid")),
                          &input, true, loss));
    }
}

static dnn_status square(dnn_call *call, dnn_error *err) {
    return dnn_binary(DNN_MUL, &call->A, &call->X[0], &call->X[0], err);
}

/* dX = X dA, where 2 X dA would be right. */
static dnn_status half_a_slope(dnn_call *call, dnn_error *err) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_binary(DNN_MUL, &call->dX[0], &call->X[0], &call->dA, err);
}

static dnn_layer *external(const dnn_external *given) {
    dnn_error err;
    dnn_layer *layer;
    check_ok(dnn_layer_create_external(&layer, given, &err));
    return layer;
}

static void a_wrong_backward_is_caught_and_located(void **state) {
    (void)state;
    const dnn_external wrong = {.name = "Wrong", .forward = square, .backward = half_a_slope};
    const dnn_shape input = dnn_shape_vector(3);
    dnn_gradcheck_result r = check_net(sequential(linear(3, 4), external(&wrong), linear(4, 2)),
                                       &input, true, any_loss());
    assert_true(r.difference > 0.1);
    assert_true(r.worst > 0.3);
    assert_true(r.worst_step == 0 || r.worst_step == SIZE_MAX); /* what follows it is right */
    assert_true(strchr(r.worst_name, '(') != NULL);
}

/* --- other faults of a layer that is given by functions --- */

static dnn_status scale(dnn_call *call, dnn_error *err) {
    return dnn_binary(DNN_MUL, &call->A, &call->X[0], &call->values[0], err);
}

/* Right, but the gradient of the scale is assigned where it has to be added. */
static dnn_status assigning(dnn_call *call, dnn_error *err) {
    double sum = 0;
    for (size_t j = 0; j < call->A.cols; j++)
        for (size_t i = 0; i < call->A.rows; i++)
            sum += dnn_matrix_get(&call->X[0], i, j) * dnn_matrix_get(&call->dA, i, j);
    dnn_matrix_set(&call->gradients[0], 0, 0, sum);
    return call->dX[0].data == NULL
               ? DNN_OK
               : dnn_binary(DNN_MUL, &call->dX[0], &call->dA, &call->values[0], err);
}

static dnn_status adding(dnn_call *call, dnn_error *err) {
    double before = call->accumulate ? dnn_matrix_get(&call->gradients[0], 0, 0) : 0;
    dnn_status status = assigning(call, err);
    dnn_matrix_set(&call->gradients[0], 0, 0, before + dnn_matrix_get(&call->gradients[0], 0, 0));
    return status;
}

/* Writing the same thing twice changes nothing the second time. */
static dnn_status spoiling(dnn_call *call, dnn_error *err) {
    dnn_status status = scale(call, err);
    dnn_matrix_set(&call->X[0], 0, 0, 0.25);
    return status;
}

static dnn_status start_at_3(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    (void)layer, (void)random;
    return dnn_fill(&values[0], 3, err);
}

static void a_layer_that_assigns_its_gradient_or_changes_its_input_is_named(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_vector(3);
    dnn_external given = {.name = "Scale",
                          .value_count = 1,
                          .values = {{.name = "scale", .rows = 1, .cols = 1}},
                          .initialise = start_at_3,
                          .forward = scale,
                          .backward = assigning};
    dnn_gradcheck_result r =
        check_net(sequential(linear(3, 2), external(&given)), &input, true, any_loss());
    assert_true(r.difference < 1e-6);
    assert_string_equal(r.fault,
                        "layer 2, Scale: a second backward does not add to the gradient of "
                        "scale; is it assigned?");
    given.backward = adding;
    r = check_net(sequential(linear(3, 2), external(&given)), &input, true, any_loss());
    assert_string_equal(r.fault, "");
    given.forward = spoiling;
    r = check_net(sequential(linear(3, 2), external(&given)), &input, true, any_loss());
    assert_string_equal(r.fault, "layer 2, Scale: forward changes its input");
    r = check_net(external(&given), &input, true, any_loss());
    assert_string_equal(r.fault, "the network changes its input X");
}

static void values_come_back_to_the_bit_and_a_second_check_agrees(void **state) {
    (void)state;
    dnn_error err;
    dnn_gradcheck_result first, second;
    net n = make_net(DNN_FLOAT64, CHILDREN(linear(3, 2), plain("Sigmoid")), 1);
    plan_net(&n, 3, EXAMPLES);
    dnn_matrix X = inputs(3), Y = targets(any_loss(), 2), before = matrix(DNN_FLOAT64, 8, 1, NULL);
    memcpy(before.data, n.values, 8 * sizeof(double));
    check_ok(dnn_gradcheck(n.network, any_loss(), &(dnn_loss_call){.settings = mean, .Y = &Y}, &X,
                           1e-6, 1, &first, &err));
    check_ok(dnn_gradcheck(n.network, any_loss(), &(dnn_loss_call){.settings = mean, .Y = &Y}, &X,
                           1e-6, 1, &second, &err));
    assert_memory_equal(before.data, n.values, 8 * sizeof(double));
    assert_true(first.difference == second.difference);
    assert_ptr_equal(dnn_network_step_input(n.network, 0, 0)->data, X.data);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&before);
    free_net(&n);
}

/* What a check runs many times must not count as training. */
static void kept_values_come_back_to_the_bit(void **state) {
    (void)state;
    dnn_error err;
    dnn_gradcheck_result r;
    net n =
        make_net(DNN_FLOAT64, CHILDREN(linear(3, 2), layer_of("BatchNorm1d", "num_features=2")), 1);
    dnn_matrix X = inputs(3), Y = targets(any_loss(), 2);
    forward(&n, &X);
    double before[5];
    assert_int_equal(dnn_network_kept_bytes(n.network), sizeof before);
    memcpy(before, n.kept, sizeof before);
    check_ok(dnn_gradcheck(n.network, any_loss(), &(dnn_loss_call){.settings = mean, .Y = &Y}, &X,
                           1e-6, 1, &r, &err));
    assert_true(r.difference < 1e-6);
    assert_memory_equal(before, n.kept, sizeof before);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    free_net(&n);
}

/* With frozen layers there is less to check; their gradients are nobody's. */
static void frozen_layers_are_passed_over(void **state) {
    (void)state;
    dnn_error err;
    dnn_gradcheck_result r;
    net n = make_net(DNN_FLOAT64, CHILDREN(linear(3, 4), plain("Tanh"), linear(4, 2)), 1);
    dnn_network_step(n.network, 0)->layer->frozen = true;
    dnn_network_note_layers(n.network);
    dnn_matrix X = inputs(3), Y = targets(any_loss(), 2);
    forward(&n, &X);
    check_ok(dnn_gradcheck(n.network, any_loss(), &(dnn_loss_call){.settings = mean, .Y = &Y}, &X,
                           1e-6, 1, &r, &err));
    check_right("a network", "with a frozen layer", r);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    free_net(&n);
}

static void a_float32_network_is_refused(void **state) {
    (void)state;
    dnn_error err;
    dnn_gradcheck_result r;
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(3, 2)), 1);
    dnn_matrix X = inputs(3);
    check_fails(dnn_gradcheck(n.network, any_loss(), &(dnn_loss_call){.settings = mean, .Y = &X},
                              &X, 1e-6, 1, &r, &err),
                DNN_ERROR_TYPE, "gradcheck needs a float64 network");
    dnn_matrix_free(&X);
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_has_right_gradients_wherever_it_stands),
        cmocka_unit_test(every_loss_has_right_gradients),
        cmocka_unit_test(a_wrong_backward_is_caught_and_located),
        cmocka_unit_test(a_layer_that_assigns_its_gradient_or_changes_its_input_is_named),
        cmocka_unit_test(values_come_back_to_the_bit_and_a_second_check_agrees),
        cmocka_unit_test(kept_values_come_back_to_the_bit),
        cmocka_unit_test(frozen_layers_are_passed_over),
        cmocka_unit_test(a_float32_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
