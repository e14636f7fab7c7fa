/* installed.c: a program outside the tree: trains a small network on XOR with the installed libdnn,
 * by the umbrella header and by single ones. Exits with 0 when it has learned it. */
#include <dnn.h>
#include <stdio.h>
#include <stdlib.h>

#include "nn/network/network.h"

static dnn_error err;

static void must(dnn_status status) {
    if (status != DNN_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static dnn_layer *linear(double in_features, double out_features) {
    dnn_layer *layer = NULL;
    must(dnn_layer_create(&layer, dnn_layer_class_find("Linear"), &err));
    const dnn_field *fields = layer->kind->fields;
    must(dnn_field_set("Linear", fields, layer->settings, "in_features", in_features, &err));
    must(dnn_field_set("Linear", fields, layer->settings, "out_features", out_features, &err));
    must(dnn_layer_finish(layer, &err));
    return layer;
}

static dnn_layer *tanh_layer(void) {
    dnn_layer *layer = NULL;
    must(dnn_layer_create(&layer, dnn_layer_class_find("Tanh"), &err));
    must(dnn_layer_finish(layer, &err));
    return layer;
}

/* Takes the layers over. */
static dnn_layer *sequential(dnn_layer **layers, size_t count) {
    dnn_layer *all = NULL;
    must(dnn_layer_create(&all, dnn_layer_class_find("Sequential"), &err));
    for (size_t i = 0; i < count; i++) {
        must(dnn_layer_add_child(all, layers[i], NULL, &err));
        dnn_layer_release(layers[i]);
    }
    return all;
}

int main(void) {
    dnn_layer *layers[] = {linear(2, 8), tanh_layer(), linear(8, 1)};
    dnn_layer *all = sequential(layers, 3);
    dnn_network *network = NULL;
    must(dnn_network_create(&network, DNN_FLOAT64, all, NULL, &err));
    dnn_layer_release(all);
    size_t bytes = dnn_network_value_bytes(network);
    void *values = dnn_alloc(bytes), *gradients = dnn_alloc(bytes);
    void *kept = dnn_alloc(dnn_network_kept_bytes(network));
    dnn_network_attach_values(network, values, gradients, kept);
    dnn_random random = dnn_random_seeded(1);
    must(dnn_network_initialise(network, &random, &err));

    double inputs[] = {0, 0, 0, 1, 1, 0, 1, 1}, targets[] = {0, 1, 1, 0};
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT64, 2, 4, inputs);
    dnn_matrix Y = dnn_matrix_of(DNN_FLOAT64, 1, 4, targets), dA;
    must(dnn_matrix_create(&dA, DNN_FLOAT64, 1, 4, &err));
    must(dnn_network_plan(network, &X, &bytes, &err));
    void *buffers = dnn_alloc(bytes);
    dnn_network_attach_buffers(network, buffers);

    const dnn_loss_class *loss = dnn_loss_class_find("MSELoss");
    dnn_setting settings[DNN_MAX_FIELDS];
    double cost = 0;
    dnn_field_defaults(loss->fields, settings);
    for (int step = 0; step < 2000; step++) {
        must(dnn_network_forward(network, &X, 0, &err));
        const dnn_matrix *A = dnn_network_output(network);
        dnn_loss_call call = {.settings = settings, .A = A, .Y = &Y};
        must(dnn_loss_forward(loss, &call, &cost, &err));
        must(dnn_loss_backward(loss, &call, &dA, &err));
        must(dnn_network_backward(network, &dA, NULL, &err));
        must(dnn_parameters_update(dnn_network_parameters(network), 0.2, true, &err));
    }
    printf("cost %.6f\n", cost);

    dnn_network_destroy(network);
    dnn_matrix_free(&dA);
    dnn_free(buffers);
    dnn_free(gradients);
    dnn_free(values);
    dnn_free(kept);
    return cost < 0.01 ? EXIT_SUCCESS : EXIT_FAILURE;
}
