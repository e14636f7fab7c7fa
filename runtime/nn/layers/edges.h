/* edges.h: what is around an image, or before and after a sequence, that is made larger
 * (math/resample.h), for the layers of padding and for convolutions. */
#ifndef DNN_NN_EDGES_H
#define DNN_NN_EDGES_H

#include "math/matrix.h"

typedef enum dnn_edge {
    DNN_EDGE_CONSTANT,
    DNN_EDGE_REFLECT,   /* mirrored at the edge, without repeating it: less than there is */
    DNN_EDGE_REPLICATE, /* the edge itself */
    DNN_EDGE_CIRCULAR,  /* the other end: no more than there is */
} dnn_edge;

/* An image, or a sequence as one of height 1, and pixels around it. Pairs are {height, width}. */
typedef struct dnn_edges {
    size_t height, width, channels;
    size_t before[2], after[2];
    dnn_edge kind;
    double outside; /* the constant */
} dnn_edges;

size_t dnn_edges_height(const dnn_edges *e);
size_t dnn_edges_width(const dnn_edges *e);

/* DNN_ERROR_SHAPE where there is less to reflect or to go round than is added. `sequence`: how the
 * message calls it. */
dnn_status dnn_edges_check(const dnn_edges *e, bool sequence, dnn_error *err);

/* Bytes that the other two use as they run. */
size_t dnn_edges_scratch(const dnn_edges *e);

/* X is (height * width * channels) x m, and A what it is larger. */
dnn_status dnn_edges_forward(const dnn_edges *e, const dnn_matrix *X, dnn_matrix *A, void *scratch,
                             dnn_error *err);

/* dX = beta dX + the gradient of X: gathered from all places that an element has gone to. */
dnn_status dnn_edges_backward(const dnn_edges *e, const dnn_matrix *dA, double beta, dnn_matrix *dX,
                              void *scratch, dnn_error *err);

#endif
