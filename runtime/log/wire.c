/* wire.c: keys, varints and little-endian numbers, byte by byte. */
#include "log/wire.h"

#include <string.h>

uint8_t *dnn_wire_put_varint(uint8_t *p, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *p++ = (uint8_t)(value | 0x80);
    *p++ = (uint8_t)value;
    return p;
}

size_t dnn_wire_varint_size(uint64_t value) {
    size_t size = 1;
    for (; value >= 0x80; value >>= 7)
        size++;
    return size;
}

uint8_t *dnn_wire_put_key(uint8_t *p, uint32_t field, dnn_wire_kind kind) {
    return dnn_wire_put_varint(p, (uint64_t)field << 3 | (uint64_t)kind);
}

static uint8_t *put_little_endian(uint8_t *p, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

uint8_t *dnn_wire_put_fixed32(uint8_t *p, uint32_t value) {
    return put_little_endian(p, value, 4);
}

uint8_t *dnn_wire_put_fixed64(uint8_t *p, uint64_t value) {
    return put_little_endian(p, value, 8);
}

uint8_t *dnn_wire_put_double(uint8_t *p, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return dnn_wire_put_fixed64(p, bits);
}

uint8_t *dnn_wire_put_float(uint8_t *p, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return dnn_wire_put_fixed32(p, bits);
}

uint8_t *dnn_wire_put_bytes(uint8_t *p, uint32_t field, const void *bytes, size_t n) {
    p = dnn_wire_put_key(p, field, DNN_WIRE_BYTES);
    p = dnn_wire_put_varint(p, n);
    if (n > 0)
        memcpy(p, bytes, n);
    return p + n;
}

dnn_wire_reader dnn_wire_read(const uint8_t *bytes, size_t size) {
    const uint8_t *end = size > 0 ? bytes + size : bytes; /* an empty field may be NULL */
    return (dnn_wire_reader){bytes, end, false};
}

static bool read_varint(dnn_wire_reader *r, uint64_t *out) {
    if (r->p < r->end && *r->p < 0x80) { /* keys, most lengths */
        *out = *r->p++;
        return true;
    }
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && r->p < r->end; shift += 7) {
        uint8_t byte = *r->p++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

uint32_t dnn_wire_get_fixed32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t dnn_wire_get_fixed64(const uint8_t *p) {
    return dnn_wire_get_fixed32(p) | (uint64_t)dnn_wire_get_fixed32(p + 4) << 32;
}

static bool read_fixed(dnn_wire_reader *r, size_t bytes, uint64_t *out) {
    if ((size_t)(r->end - r->p) < bytes)
        return false;
    *out = bytes == 8 ? dnn_wire_get_fixed64(r->p) : dnn_wire_get_fixed32(r->p);
    r->p += bytes;
    return true;
}

static bool read_value(dnn_wire_reader *r, dnn_wire_field *out) {
    uint64_t size;
    switch (out->kind) {
    case DNN_WIRE_VARINT:
        return read_varint(r, &out->number);
    case DNN_WIRE_FIXED64:
        return read_fixed(r, 8, &out->number);
    case DNN_WIRE_FIXED32:
        return read_fixed(r, 4, &out->number);
    case DNN_WIRE_BYTES:
        if (!read_varint(r, &size) || size > (uint64_t)(r->end - r->p))
            return false;
        out->bytes = r->p;
        out->size = (size_t)size;
        r->p += size;
        return true;
    }
    return false;
}

bool dnn_wire_next(dnn_wire_reader *reader, dnn_wire_field *out) {
    if (reader->bad || reader->p == reader->end)
        return false;
    uint64_t key;
    *out = (dnn_wire_field){0};
    if (read_varint(reader, &key) && key >> 3 != 0 && key >> 3 <= UINT32_MAX) {
        out->field = (uint32_t)(key >> 3);
        out->kind = (dnn_wire_kind)(key & 7);
        if (read_value(reader, out))
            return true;
    }
    reader->bad = true;
    return false;
}

double dnn_wire_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float dnn_wire_float(uint64_t bits) {
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return value;
}
