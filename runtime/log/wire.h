/* wire.h: the few pieces of the protocol buffer encoding that run logs are made of.
 *
 * A field is a key (number * 8 + kind) and a value. Writing appends to a caller's buffer that was
 * made large enough; reading never goes past the end, and anything malformed stops it. */
#ifndef DNN_STORE_WIRE_H
#define DNN_STORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum dnn_wire_kind {
    DNN_WIRE_VARINT = 0,
    DNN_WIRE_FIXED64 = 1,
    DNN_WIRE_BYTES = 2,
    DNN_WIRE_FIXED32 = 5,
} dnn_wire_kind;

/* --- writing: each returns the place after what it wrote --- */

uint8_t *dnn_wire_put_varint(uint8_t *p, uint64_t value); /* at most 10 bytes */
uint8_t *dnn_wire_put_key(uint8_t *p, uint32_t field, dnn_wire_kind kind);
uint8_t *dnn_wire_put_fixed32(uint8_t *p, uint32_t value);
uint8_t *dnn_wire_put_fixed64(uint8_t *p, uint64_t value);
uint8_t *dnn_wire_put_double(uint8_t *p, double value);
uint8_t *dnn_wire_put_float(uint8_t *p, float value);
uint8_t *dnn_wire_put_bytes(uint8_t *p, uint32_t field, const void *bytes, size_t n);
size_t dnn_wire_varint_size(uint64_t value);

/* --- reading --- */

typedef struct dnn_wire_reader {
    const uint8_t *p, *end;
    bool bad; /* malformed bytes were met; nothing more comes */
} dnn_wire_reader;

/* One field as read: `number` holds a varint, fixed32 or fixed64; bytes and size a length-delimited
 * one. */
typedef struct dnn_wire_field {
    uint32_t field;
    dnn_wire_kind kind;
    uint64_t number;
    const uint8_t *bytes;
    size_t size;
} dnn_wire_field;

dnn_wire_reader dnn_wire_read(const uint8_t *bytes, size_t size);

/* The next field; false at the end or when the bytes are malformed. Groups (obsolete) count as
 * malformed. */
bool dnn_wire_next(dnn_wire_reader *reader, dnn_wire_field *out);

/* Little-endian numbers at a place that is known to hold them. */
uint32_t dnn_wire_get_fixed32(const uint8_t *p);
uint64_t dnn_wire_get_fixed64(const uint8_t *p);

double dnn_wire_double(uint64_t bits);
float dnn_wire_float(uint64_t bits);

#endif
