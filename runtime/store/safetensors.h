/* safetensors.h: named matrices and texts in one file, by the published format of safetensors: 8
 * bytes with the length of a header, the header in JSON, the numbers.
 *
 * In the file a matrix is row by row, as PyTorch and NumPy have it, so a weight of out x in is
 * the tensor [out, in] there; it is transposed on the way. A reader believes nothing that a file
 * says: every length is held against the bytes that are there before memory is taken for it. */
#ifndef DNN_STORE_SAFETENSORS_H
#define DNN_STORE_SAFETENSORS_H

#include <stdint.h>

#include "math/matrix.h"
#include "math/stored.h"

#define DNN_TENSOR_AXES             8
#define DNN_SAFETENSORS_MAX_TENSORS ((size_t)100000) /* of a file */
#define DNN_SAFETENSORS_MAX_NOTES   ((size_t)65536)

/* A name is UTF-8. Where `vector`, a matrix of one column is the tensor [rows], else [rows, 1].
 * Where `shaped`, the tensor has `rank` axes of size[], and the matrix, size[0] (or 1) x the rest,
 * is it with its later axes flattened; `whole` numbers are written as I64 then. */
typedef struct dnn_tensor {
    const char *name;
    dnn_matrix matrix;
    bool vector, shaped, whole;
    size_t rank, size[DNN_TENSOR_AXES];
} dnn_tensor;

/* A text of the header's "__metadata__", by its name. */
typedef struct dnn_note {
    const char *name, *text;
} dnn_note;

/* The name of the note that tells a checkpoint from other files, and of that with the checksum
 * (store/checksum.h): whatever its text, the checksum is written. */
#define DNN_CHECKPOINT_NOTE "dnn.checkpoint"
#define DNN_CHECKSUM_NOTE   "dnn.checksum"

/* Writes a new file in place of the old one, which stays whole when that fails
 * (core/atomic_file.h). The same contents give the same bytes in whatever order they come.
 * DNN_ERROR_ARGUMENT when there are more than a file may have, a name comes twice, is
 * "__metadata__", or is not UTF-8, as texts must be too. */
dnn_status dnn_safetensors_write(const char *path, const dnn_tensor *tensors, size_t tensor_count,
                                 const dnn_note *notes, size_t note_count, dnn_error *err);

#define DNN_TENSOR_MAX_RANK 8 /* axes whose extents are kept */

/* A tensor as a file describes it. As a matrix, [n] is a column, [] is 1 x 1, and of more than two
 * axes the first becomes rows and the others are flattened into columns in the file's order. */
typedef struct dnn_tensor_info {
    const char *name;
    const char *type;  /* as the file names it: "F32", "I64" */
    bool readable;     /* its elements can become those of a matrix */
    dnn_stored stored; /* their type; what follows holds for readable ones */
    dnn_dtype dtype;   /* of the matrix (math/stored.h): booleans and whole numbers become int32 or
                          float64, F16, BF16 and F8 float32 */
    size_t rows, cols;
    size_t rank; /* axes, of which the first DNN_TENSOR_MAX_RANK have their extents here */
    uint64_t extent[DNN_TENSOR_MAX_RANK];
    uint64_t begin, end; /* bytes from the end of the header */
} dnn_tensor_info;

typedef struct dnn_safetensors dnn_safetensors;

/* Opens a file and reads its header; where it has our checksum, all its bytes, to compare it.
 * DNN_ERROR_FILE where it cannot be read, DNN_ERROR_FORMAT where it is not a safetensors file,
 * contradicts itself or is damaged. */
dnn_status dnn_safetensors_open(dnn_safetensors **out, const char *path, dnn_error *err);
void dnn_safetensors_close(dnn_safetensors *file);

/* Its tensors in the order of their bytes, and its texts. */
size_t dnn_safetensors_count(const dnn_safetensors *file);
const dnn_tensor_info *dnn_safetensors_tensor(const dnn_safetensors *file, size_t i);
size_t dnn_safetensors_note_count(const dnn_safetensors *file);
dnn_note dnn_safetensors_note(const dnn_safetensors *file, size_t i);

/* The text of that name, NULL when there is none. */
const char *dnn_safetensors_find_note(const dnn_safetensors *file, const char *name);

/* Reads tensor i into `out`, rows x cols of it (DNN_ERROR_SHAPE), converted to its type.
 * DNN_ERROR_TYPE when it is not readable, or holds a whole number that a float64 does not. */
dnn_status dnn_safetensors_read(const dnn_safetensors *file, size_t i, dnn_matrix *out,
                                dnn_error *err);

/* Reads all elements of tensor i in the file's order into `out`, one contiguous column. */
dnn_status dnn_safetensors_read_flat(const dnn_safetensors *file, size_t i, dnn_matrix *out,
                                     dnn_error *err);

#endif
