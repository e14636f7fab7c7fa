/* safetensors_header.h: the header of a safetensors file, from its bytes in memory. */
#ifndef DNN_STORE_SAFETENSORS_HEADER_H
#define DNN_STORE_SAFETENSORS_HEADER_H

#include <jansson.h>

#include "store/safetensors.h"

#define DNN_SAFETENSORS_MAX_HEADER ((uint64_t)100000000)
#define DNN_SAFETENSORS_METADATA   "__metadata__"

typedef struct dnn_safetensors_header {
    json_t *json; /* owns all names and texts */
    dnn_tensor_info *tensors;
    size_t tensor_count;
    dnn_note *notes;
    size_t note_count;
} dnn_safetensors_header;

/* Reads the header of a file whose numbers have `data_size` bytes. DNN_ERROR_FORMAT unless it is
 * what the format asks for and its tensors fill just these bytes. */
dnn_status dnn_safetensors_header_read(dnn_safetensors_header *out, const char *text, size_t size,
                                       uint64_t data_size, dnn_error *err);
void dnn_safetensors_header_free(dnn_safetensors_header *header);

/* Bytes of the numbers as they are in the file, `at` from the end of its header; no more than it
 * has. The error does not name the file. */
dnn_status dnn_safetensors_read_bytes(const dnn_safetensors *file, uint64_t at, size_t size,
                                      void *bytes, dnn_error *err);

/* The format's name of a matrix's type: "F32". */
const char *dnn_safetensors_type_name(dnn_dtype dtype);

#endif
