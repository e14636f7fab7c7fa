/* crc32c.h: the checksum of run logs and checkpoints. */
#ifndef DNN_CORE_CRC32C_H
#define DNN_CORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of n bytes. */
uint32_t dnn_crc32c(const void *bytes, size_t n);

/* That of bytes whose beginning has the CRC-32C `crc` (of nothing: 0) and which go on with these.
 */
uint32_t dnn_crc32c_more(uint32_t crc, const void *bytes, size_t n);

/* The same on any processor; what dnn_crc32c_more does where there is no instruction for it. */
uint32_t dnn_crc32c_by_tables(uint32_t crc, const void *bytes, size_t n);

/* The same as TFRecord files store it: rotated right by 15 bits, plus a constant, so that the
 * checksum of a record that holds checksums is not degenerate. */
uint32_t dnn_crc32c_masked(const void *bytes, size_t n);

#endif
