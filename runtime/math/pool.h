/* pool.h: max and average pooling of images, forward and backward, channels last.
 *
 * An example is a column: height x width x channels elements, channels fastest, then width. Columns
 * may stand further apart than they are long. The rules are PyTorch's: padding never wins a maximum
 * and adds 0 to an average; the first of equal maxima wins, a NaN wins over all (the last, where
 * there are several). Results have the same bits on any number of threads. Matrices of a call are
 * of one type, float32 or float64, and do not overlap. */
#ifndef DNN_MATH_POOL_H
#define DNN_MATH_POOL_H

#include "math/matrix.h"

/* Pairs are {height, width}. */
typedef struct dnn_pool {
    size_t height, width, channels; /* of the input image */
    size_t kernel[2], stride[2], padding[2];
    size_t dilation[2];           /* averages need 1 */
    bool ceil_mode;               /* windows may begin inside the image and end outside */
    bool count_include_pad;       /* averages divide by the padding in the window, too */
    size_t divisor;               /* what averages divide by, whatever a window holds; 0: the rules
                                     above */
    bool adaptive;                /* window o of n runs from floor(o size / n) to ceil((o + 1) size
                                     / n): out_height and out_width are given, and the settings of
                                     windows are not read */
    size_t out_height, out_width; /* filled by dnn_pool_plan */
} dnn_pool;

/* Checks the settings and fills out_height and out_width, unless it is adaptive. Counts other than
 * padding are at least 1; padding is at most half of the (dilated) kernel, the image has less than
 * 2^32 pixels (DNN_ERROR_ARGUMENT); the kernel must fit into the padded image (DNN_ERROR_SHAPE). */
dnn_status dnn_pool_plan(dnn_pool *p, dnn_error *err);

/* Whether windows are of 2 x 2 pixels, side by side and whole. */
bool dnn_pool_in_pairs(const dnn_pool *p);

/* A = the maxima of X's windows. X is (height * width * channels) x m, A (out_height * out_width *
 * channels) x m. index, unless NULL, receives for each element of A in column-major order, without
 * gaps, the pixel (y * width + x) of its winner. A window that no pixel lies in gives -infinity and
 * the index UINT32_MAX. */
dnn_status dnn_pool_max_forward(const dnn_pool *p, const dnn_matrix *X, dnn_matrix *A,
                                uint32_t *index, dnn_error *err);

/* dX = beta dX + dA, each element to its winner. beta is 0 (dX is not read) or 1. `gate` is NULL,
 * or the maxima A: where one is 0 or less its dA counts as 0, as a rectifier before the pooling has
 * it. */
dnn_status dnn_pool_max_backward(const dnn_pool *p, const uint32_t *index, const dnn_matrix *dA,
                                 const dnn_matrix *gate, double beta, dnn_matrix *dX,
                                 dnn_error *err);

/* A = the averages of X's windows. */
dnn_status dnn_pool_average_forward(const dnn_pool *p, const dnn_matrix *X, dnn_matrix *A,
                                    dnn_error *err);

/* dX = beta dX + dA, divided among the pixels of each window. beta is 0 or 1. */
dnn_status dnn_pool_average_backward(const dnn_pool *p, const dnn_matrix *dA, double beta,
                                     dnn_matrix *dX, dnn_error *err);

#endif
