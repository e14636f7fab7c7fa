/* weights.h: the values of a network as named tensors, as PyTorch has them: "0.weight" is the
 * weight of its first layer, "3.1.running_mean" is nested, and axes are in PyTorch's order.
 *
 * What is loaded must be exactly the network's: a tensor that is missing, unexpected or of another
 * shape is named, with both shapes, and nothing is changed. Numbers of another type are converted.
 * A counter ("num_batches_tracked") may be missing. Older files, whose first layer is "1", are read
 * too, and of a checkpoint the tensors of its network, "net.0.weight". Names of other programs are
 * mapped: "fc1" to "0" makes "fc1.weight" be "0.weight". */
#ifndef DNN_STORE_WEIGHTS_H
#define DNN_STORE_WEIGHTS_H

#include "nn/network/network.h"
#include "store/safetensors.h"

/* A module's name in a file, and what it is called here ("" stands for the whole network). */
typedef struct dnn_name_map {
    const char *from, *to;
} dnn_name_map;

/* Writes them all, as dnn_safetensors_write does. DNN_ERROR_STATE where the order of a value in
 * files depends on a shape that is not known yet. */
dnn_status dnn_weights_save(dnn_network *network, const char *path, const dnn_note *notes,
                            size_t note_count, dnn_error *err);

/* Reads them all. */
dnn_status dnn_weights_load(dnn_network *network, const char *path, const dnn_name_map *maps,
                            size_t map_count, dnn_error *err);

/* Takes them all from matrices that are flattened as files are (see dnn_value_to_file). `where`
 * says where they are ("in the state"). Nothing is changed when that fails. */
dnn_status dnn_weights_take(dnn_network *network, const dnn_tensor *tensors, size_t count,
                            const char *where, dnn_error *err);

#endif
