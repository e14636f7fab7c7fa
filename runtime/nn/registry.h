/* registry.h: every layer, loss and optimiser there is. A new one is a file and a row in
 * registry.c. */
#ifndef DNN_NN_REGISTRY_H
#define DNN_NN_REGISTRY_H

#include "nn/layer.h"
#include "nn/loss.h"
#include "nn/optimiser.h"

/* Arrays ended by NULL. */
extern const dnn_layer_class *const dnn_layer_classes[];
extern const dnn_loss_class *const dnn_loss_classes[];
extern const dnn_optimiser_class *const dnn_optimiser_classes[];

/* By name, or NULL. */
const dnn_layer_class *dnn_layer_class_find(const char *name);
const dnn_loss_class *dnn_loss_class_find(const char *name);
const dnn_optimiser_class *dnn_optimiser_class_find(const char *name);

#endif
