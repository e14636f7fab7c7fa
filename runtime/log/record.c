/* record.c: sealing and opening of records. */
#include "log/record.h"

#include "core/crc32c.h"
#include "log/wire.h"

size_t dnn_record_seal(uint8_t *record, size_t size) {
    dnn_wire_put_fixed64(record, size);
    dnn_wire_put_fixed32(record + 8, dnn_crc32c_masked(record, 8));
    uint8_t *payload = record + DNN_RECORD_HEADER;
    dnn_wire_put_fixed32(payload + size, dnn_crc32c_masked(payload, size));
    return DNN_RECORD_HEADER + size + DNN_RECORD_TRAILER;
}

dnn_record_status dnn_record_read(const uint8_t *bytes, size_t available, const uint8_t **payload,
                                  size_t *size, size_t *used) {
    if (available < DNN_RECORD_HEADER)
        return DNN_RECORD_INCOMPLETE;
    uint64_t length = dnn_wire_get_fixed64(bytes);
    if (dnn_wire_get_fixed32(bytes + 8) != dnn_crc32c_masked(bytes, 8) || length > DNN_RECORD_MAX)
        return DNN_RECORD_LOST;
    if (available < DNN_RECORD_HEADER + length + DNN_RECORD_TRAILER)
        return DNN_RECORD_INCOMPLETE;
    *payload = bytes + DNN_RECORD_HEADER;
    *size = (size_t)length;
    *used = DNN_RECORD_HEADER + *size + DNN_RECORD_TRAILER;
    if (dnn_wire_get_fixed32(*payload + length) != dnn_crc32c_masked(*payload, *size))
        return DNN_RECORD_DAMAGED;
    return DNN_RECORD_OK;
}

size_t dnn_record_whole(const uint8_t *bytes, size_t size) {
    size_t whole = 0;
    while (size - whole >= DNN_RECORD_HEADER) {
        uint64_t length = dnn_wire_get_fixed64(bytes + whole);
        size_t record = DNN_RECORD_HEADER + (size_t)length + DNN_RECORD_TRAILER;
        if (record > size - whole)
            break;
        whole += record;
    }
    return whole;
}
