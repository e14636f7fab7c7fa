/* value.c: the usual kinds of values and their layouts in files. */
#include "nn/value.h"

static dnn_layout matrix_layout(size_t rows, size_t cols) {
    return (dnn_layout){
        .rank = 2, .size = {rows, cols}, .axes = 2, .length = {rows, cols}, .stride = {1, rows}};
}

dnn_value dnn_value_matrix(const char *name, size_t rows, size_t cols) {
    return (dnn_value){
        .name = name, .rows = rows, .cols = cols, .layout = matrix_layout(rows, cols)};
}

void dnn_value_complete(dnn_value *value) {
    if (value->layout.rank == 0 && !value->layout.whole)
        value->layout = matrix_layout(value->rows, value->cols);
}

dnn_value dnn_value_vector(const char *name, size_t n) {
    return (dnn_value){
        .name = name,
        .rows = n,
        .cols = 1,
        .layout = {.rank = 1, .size = {n}, .axes = 1, .length = {n}, .stride = {1}},
    };
}

dnn_value dnn_value_kept(const char *name, size_t n, double start) {
    dnn_value value = dnn_value_vector(name, n);
    value.kept = true;
    value.start = start;
    return value;
}

dnn_value dnn_value_counter(const char *name) {
    return (dnn_value){
        .name = name, .rows = 1, .cols = 1, .kept = true, .layout = {.whole = true}};
}

dnn_value dnn_value_weight(const char *name, size_t out, const dnn_shape *in) {
    size_t n = dnn_shape_count(in), channels = in->flat_channels, positions = in->flat_positions;
    dnn_value value = dnn_value_matrix(name, out, n);
    if (channels > 1 && positions > 1)
        value.layout = (dnn_layout){.rank = 2,
                                    .size = {out, n},
                                    .axes = 3,
                                    .length = {out, channels, positions},
                                    .stride = {1, out, out * channels}};
    return value;
}

dnn_value dnn_value_kernel(const char *name, size_t out, size_t in, size_t height, size_t width) {
    size_t rows = height == 0 ? 1 : height;
    dnn_value value = dnn_value_matrix(name, out, rows * width * in);
    dnn_layout image = {.rank = 4,
                        .size = {out, in, height, width},
                        .axes = 4,
                        .length = {out, in, height, width},
                        .stride = {1, out, out * in * width, out * in}};
    dnn_layout sequence = {.rank = 3,
                           .size = {out, in, width},
                           .axes = 3,
                           .length = {out, in, width},
                           .stride = {1, out, out * in}};
    value.layout = height == 0 ? sequence : image;
    return value;
}

void dnn_value_flatten(dnn_value *value, const dnn_shape *in) {
    size_t channels = in->flat_channels, positions = in->flat_positions;
    value->layout = (dnn_layout){.rank = 1,
                                 .size = {value->rows},
                                 .axes = 2,
                                 .length = {channels, positions},
                                 .stride = {1, channels}};
}

static size_t product(const size_t *numbers, size_t count) {
    size_t result = 1;
    for (size_t i = 0; i < count; i++)
        result *= numbers[i];
    return result;
}

bool dnn_layout_is_valid(const dnn_layout *layout, size_t rows, size_t cols) {
    size_t last = 0;
    if (layout->rank > DNN_LAYOUT_AXES || layout->axes > DNN_LAYOUT_AXES ||
        product(layout->size, layout->rank) != rows * cols ||
        product(layout->length, layout->axes) != rows * cols)
        return false;
    for (size_t axis = 0; axis < layout->axes; axis++)
        last += (layout->length[axis] - 1) * layout->stride[axis];
    return last + 1 == rows * cols;
}

size_t dnn_layout_offset(const dnn_layout *layout, size_t index) {
    size_t offset = 0;
    for (size_t axis = layout->axes; axis-- > 0;) {
        offset += index % layout->length[axis] * layout->stride[axis];
        index /= layout->length[axis];
    }
    return offset;
}

size_t dnn_value_file_rows(const dnn_value *value) {
    return value->layout.rank == 0 ? 1 : value->layout.size[0];
}

size_t dnn_value_file_cols(const dnn_value *value) {
    return value->layout.rank == 0 ? 1 : product(value->layout.size + 1, value->layout.rank - 1);
}

static void move_element(const dnn_matrix *from, size_t i, dnn_matrix *to, size_t j) {
    dnn_matrix_set(to, j % to->rows, j / to->rows,
                   dnn_matrix_get(from, i % from->rows, i / from->rows));
}

void dnn_value_to_file(const dnn_value *value, const dnn_matrix *values, dnn_matrix *out) {
    for (size_t k = 0; k < values->rows * values->cols; k++)
        move_element(values, dnn_layout_offset(&value->layout, k), out,
                     k % out->cols * out->rows + k / out->cols);
}

void dnn_value_from_file(const dnn_value *value, const dnn_matrix *in, dnn_matrix *values) {
    for (size_t k = 0; k < values->rows * values->cols; k++)
        move_element(in, k % in->cols * in->rows + k / in->cols, values,
                     dnn_layout_offset(&value->layout, k));
}
