/* print.h: a matrix as a person wants to read it. */
#ifndef DNN_MATH_PRINT_H
#define DNN_MATH_PRINT_H

#include "math/matrix.h"

/* Writes the text of m, cut at `size` and always terminated, and returns the length that it needs
 * without the terminator (call again with a larger buffer, as for snprintf). First line: type and
 * shape, "Matrix float32 3 x 4"; then aligned rows with up to `precision` decimals (scientific
 * where the range asks for it, whole numbers without a point). More than `height` rows show the
 * first and last 3, or fewer, with a row of colons between, and a height of 0 leaves the first
 * line; columns that do not fit `width` characters are left out in the middle, marked ... ; at
 * least two are shown. Reads only elements that it may show. */
size_t dnn_matrix_format(const dnn_matrix *m, char *buffer, size_t size, int precision,
                         size_t width, size_t height);

#endif
