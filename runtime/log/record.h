/* record.h: the framing of TensorBoard's event files (TFRecord).
 *
 * A record is its length (8 bytes), the masked CRC-32C of those, the payload, and the payload's
 * masked CRC-32C; all little-endian. */
#ifndef DNN_STORE_RECORD_H
#define DNN_STORE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define DNN_RECORD_HEADER  ((size_t)12)
#define DNN_RECORD_TRAILER ((size_t)4)

/* Larger records are taken for damage. */
#define DNN_RECORD_MAX ((uint64_t)1 << 30)

typedef enum dnn_record_status {
    DNN_RECORD_OK,         /* payload and size are set, `used` bytes were taken */
    DNN_RECORD_INCOMPLETE, /* the bytes end inside the record: more may come, or the tail is torn */
    DNN_RECORD_DAMAGED,    /* the payload's checksum is wrong: `used` bytes are skipped */
    DNN_RECORD_LOST,       /* the length's checksum is wrong: no way to find the next record */
} dnn_record_status;

/* Puts the frame around a payload of `size` bytes that is at record + DNN_RECORD_HEADER;
 * returns the size of the whole record. */
size_t dnn_record_seal(uint8_t *record, size_t size);

/* Looks at the record that starts at `bytes`, of which `available` are there. */
dnn_record_status dnn_record_read(const uint8_t *bytes, size_t available, const uint8_t **payload,
                                  size_t *size, size_t *used);

/* How many of `size` bytes, which begin with a record of our own, are whole records. */
size_t dnn_record_whole(const uint8_t *bytes, size_t size);

#endif
