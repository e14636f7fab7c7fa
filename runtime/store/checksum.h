/* checksum.h: what notices that a safetensors file is not as it was written.
 *
 * The sum of one number for each tensor, of its name, type, extents and bytes as they lie in the
 * file, and one for each note, of its name and text. So it does not depend on their order, nor on
 * how the header is spelled: a program that writes the same contents again, with the same notes,
 * need not know of it. */
#ifndef DNN_STORE_CHECKSUM_H
#define DNN_STORE_CHECKSUM_H

#include "store/safetensors.h"

#define DNN_CHECKSUM_SIZE 24 /* of its text, with the NUL: "crc32c." and 16 hexadecimal digits */

/* What a tensor adds to the sum; `crc` is the CRC-32C of its bytes. */
uint64_t dnn_checksum_of_tensor(const char *name, const char *type, const uint64_t *extent,
                                size_t rank, uint32_t crc);

/* What a note adds to it: nothing where it is the checksum. */
uint64_t dnn_checksum_of_note(const dnn_note *note);

void dnn_checksum_text(uint64_t sum, char text[DNN_CHECKSUM_SIZE]);

/* Compares the checksum of a file that has one, in one pass over its bytes. DNN_ERROR_FORMAT where
 * it is another, and where a checkpoint, which is written with one, has none. */
dnn_status dnn_checksum_verify(const dnn_safetensors *file, dnn_error *err);

#endif
