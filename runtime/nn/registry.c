/* registry.c: a layer, loss or optimiser exists when it has a row here. */
#include "nn/registry.h"

#include <string.h>

extern const dnn_layer_class dnn_layer_linear, dnn_layer_relu, dnn_layer_sigmoid, dnn_layer_tanh;
extern const dnn_loss_class dnn_loss_bce, dnn_loss_bce_with_logits, dnn_loss_cross_entropy,
    dnn_loss_mse;
extern const dnn_optimiser_class dnn_optimiser_sgd, dnn_optimiser_adam, dnn_optimiser_adamw;

const dnn_layer_class *const dnn_layer_classes[] = {
    &dnn_layer_linear, &dnn_layer_relu, &dnn_layer_sigmoid, &dnn_layer_tanh, NULL,
};

const dnn_loss_class *const dnn_loss_classes[] = {
    &dnn_loss_bce, &dnn_loss_bce_with_logits, &dnn_loss_cross_entropy, &dnn_loss_mse, NULL,
};

const dnn_optimiser_class *const dnn_optimiser_classes[] = {
    &dnn_optimiser_sgd,
    &dnn_optimiser_adam,
    &dnn_optimiser_adamw,
    NULL,
};

const dnn_layer_class *dnn_layer_class_find(const char *name) {
    const dnn_layer_class *const *row = dnn_layer_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

const dnn_loss_class *dnn_loss_class_find(const char *name) {
    const dnn_loss_class *const *row = dnn_loss_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

const dnn_optimiser_class *dnn_optimiser_class_find(const char *name) {
    const dnn_optimiser_class *const *row = dnn_optimiser_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}
