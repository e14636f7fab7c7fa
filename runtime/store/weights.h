/* weights.h: the parameters of a network as named tensors: "1.weight" is the weight of layer 1.
 *
 * What is loaded must be just the network's: a tensor that is missing, too many or of another shape
 * is named, with both shapes, and nothing is changed. Numbers of another type are converted. A file
 * that counts layers from 0, as PyTorch's Sequential does, is taken too, and of a checkpoint the
 * tensors of its network, "net.1.weight". */
#ifndef DNN_STORE_WEIGHTS_H
#define DNN_STORE_WEIGHTS_H

#include "nn/parameters.h"
#include "store/safetensors.h"

#define DNN_WEIGHTS_NAME 96 /* bytes of a parameter's name */

/* The note that tells a checkpoint from plain weights: its name. */
#define DNN_CHECKPOINT_NOTE "dnn.checkpoint"

/* "1.weight" into `name`. */
void dnn_weights_name(const dnn_segment *segment, char name[DNN_WEIGHTS_NAME]);

/* The segment's numbers. */
dnn_matrix dnn_weights_matrix(const dnn_parameters *parameters, size_t segment);

/* Writes them all, as dnn_safetensors_write does. */
dnn_status dnn_weights_save(const dnn_parameters *parameters, const char *path,
                            const dnn_note *notes, size_t note_count, dnn_error *err);

/* Reads them all. */
dnn_status dnn_weights_load(dnn_parameters *parameters, const char *path, dnn_error *err);

/* Which tensor is each segment, by name and shape, into `order`. DNN_ERROR_SHAPE where the tensors
 * are not just the parameters; `where` says where they are ("in the file"). */
dnn_status dnn_weights_match(const dnn_parameters *parameters, const dnn_tensor *tensors,
                             size_t count, const char *where, size_t *order, dnn_error *err);

#endif
