/* value.h: the values that a layer has: learnt ones (weight) and kept ones (running_mean).
 *
 * A value is a Matrix here. Files and PyTorch know it as a tensor of one to four axes in row-major
 * order; its layout says which element of the Matrix is where in that tensor. */
#ifndef DNN_NN_VALUE_H
#define DNN_NN_VALUE_H

#include "math/matrix.h"
#include "nn/shape.h"

#define DNN_LAYOUT_AXES 6

/* A tensor in files. Its elements are counted by `axes` numbers, slowest first, each of which runs
 * to length[a] and moves by stride[a] elements in the Matrix; the file calls them a tensor of
 * `rank` axes of size[]. The two differ where a file's axis is several of ours: the columns of a
 * Linear after a Flatten of images are channels, then positions, in files. */
typedef struct dnn_layout {
    size_t rank, size[DNN_LAYOUT_AXES];
    size_t axes, length[DNN_LAYOUT_AXES], stride[DNN_LAYOUT_AXES];
    bool whole; /* a count: files hold it as int64 */
} dnn_layout;

typedef struct dnn_value {
    const char *name; /* "weight", "running_mean" */
    size_t rows, cols;
    bool kept;         /* moves in forward, and is not learnt */
    bool sparse;       /* learnt, and most columns of its gradient are 0: see dnn_live */
    double start;      /* what it is before initialise, in every element */
    dnn_layout layout; /* rank 0: that of a matrix, rows x cols */
} dnn_value;

/* A matrix: (rows, cols) in files. */
dnn_value dnn_value_matrix(const char *name, size_t rows, size_t cols);

/* A column of n elements: (n) in files. */
dnn_value dnn_value_vector(const char *name, size_t n);

/* A kept column that starts as `start`, and a kept whole number that starts at 0: () in files. */
dnn_value dnn_value_kept(const char *name, size_t n, double start);
dnn_value dnn_value_counter(const char *name);

/* A matrix out x in whose columns are the elements of an example of that shape; where the shape is
 * that of a flattened image, files have its channels before its positions. */
dnn_value dnn_value_weight(const char *name, size_t out, const dnn_shape *in);

/* Gives a value without a layout that of a matrix; a counter is left as it is. */
void dnn_value_complete(dnn_value *value);

/* The kernel of a convolution: out x (height * width * in) here, in memory [height][width][in][out]
 * with out fastest; (out, in, height, width) in files, or (out, in, width) where height is 0. */
dnn_value dnn_value_kernel(const char *name, size_t out, size_t in, size_t height, size_t width);

/* Of a vector with an element for each feature of a flattened image: files have its channels before
 * its positions. */
void dnn_value_flatten(dnn_value *value, const dnn_shape *in);

/* A layout is well formed: files' axes and ours count the same elements. */
bool dnn_layout_is_valid(const dnn_layout *layout, size_t rows, size_t cols);

/* Offset in the Matrix of element `index` of the file's tensor, counted in the file's order. */
size_t dnn_layout_offset(const dnn_layout *layout, size_t index);

/* Rows and columns of a value as files have it, its later axes flattened: size[0] x the rest. */
size_t dnn_value_file_rows(const dnn_value *value);
size_t dnn_value_file_cols(const dnn_value *value);

/* The elements of a value in the file's order: into `out`, which is file rows x cols; and back from
 * `in`, which is that, or one column with the rows one after the other. */
void dnn_value_to_file(const dnn_value *value, const dnn_matrix *values, dnn_matrix *out);
void dnn_value_from_file(const dnn_value *value, const dnn_matrix *in, dnn_matrix *values);

#endif
