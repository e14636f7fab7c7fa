/* weights_match.h: which tensor is which value of a network; for weights.c alone. */
#ifndef DNN_STORE_WEIGHTS_MATCH_H
#define DNN_STORE_WEIGHTS_MATCH_H

#include "store/weights.h"

/* The place in `tensors` of each segment, by name and shape, into `order`; SIZE_MAX where a counter
 * is missing. DNN_ERROR_SHAPE where the tensors are not just the network's values. Only names and
 * shapes of the tensors are looked at. */
dnn_status dnn_weights_match(const dnn_network *network, const dnn_tensor *tensors, size_t count,
                             const dnn_name_map *maps, size_t map_count, const char *where,
                             size_t *order, dnn_error *err);

#endif
