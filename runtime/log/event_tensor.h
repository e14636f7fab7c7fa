/* event_tensor.h: values that came as TensorFlow's TensorProto. For event_read.c. */
#ifndef DNN_STORE_EVENT_TENSOR_H
#define DNN_STORE_EVENT_TENSOR_H

#include "log/event.h"
#include "log/wire.h"

/* The plugin of matrices. */
#define DNN_EVENT_MATRIX_PLUGIN "dnn_matrix"

/* Reads a tensor as what its plugin says that it is: a scalar of any of TensorFlow's number types,
 * a histogram, an image, a text, a matrix (its names are the caller's to find), a curve of
 * precision and recall. Writers name the plugin only with a tag's first value in a file; where it
 * is not named (size 0) the tensor's type and shape say what it is, and `nameless` is set where six
 * rows could be any matrix. False when it is none of them. `buckets` has room for 2 x
 * DNN_HISTOGRAM_MAX_BUCKETS numbers. */
bool dnn_event_read_tensor(const dnn_wire_field *message, const uint8_t *plugin, size_t plugin_size,
                           dnn_event *e, double *buckets);

#endif
