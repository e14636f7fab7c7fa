/* mutate.c: how libFuzzer changes event files. A changed byte breaks a record's checksum and a
 * grown field the lengths around it, so that blind changes would never get past the framing. Here a
 * record is picked, one of its fields, a field in that, and so on; the bytes there are changed, and
 * the lengths and checksums around them are made to agree again. One change in eight is blind, to
 * try what lies. */
#include <string.h>

#include "log/record.h"
#include "log/wire.h"
#include "target.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#define MAX_FIELDS 64
#define FIELD_HEAD ((size_t)20) /* a key and a length at most */

static unsigned next(unsigned *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

/* libFuzzer writes one byte where nothing fits. */
static size_t mutate_blindly(uint8_t *bytes, size_t size, size_t room) {
    return room > 0 ? LLVMFuzzerMutate(bytes, size, room) : 0;
}

/* Changes a message in place and returns its new size, at most `room`. */
static size_t mutate_message(uint8_t *bytes, size_t size, size_t room, unsigned *random,
                             int depth) {
    dnn_wire_field fields[MAX_FIELDS];
    const uint8_t *starts[MAX_FIELDS];
    size_t count = 0;
    dnn_wire_reader reader = dnn_wire_read(bytes, size);
    for (const uint8_t *start = bytes; count < MAX_FIELDS && dnn_wire_next(&reader, &fields[count]);
         start = reader.p)
        if (fields[count].kind == DNN_WIRE_BYTES)
            starts[count++] = start;
    if (count == 0 || depth == 6 || next(random) % 4 == 0)
        return mutate_blindly(bytes, size, room);

    size_t pick = next(random) % count;
    dnn_wire_field f = fields[pick];
    size_t before = (size_t)(starts[pick] - bytes);
    size_t after = size - before - (size_t)(f.bytes + f.size - starts[pick]);
    if (before + after + FIELD_HEAD + f.size > room)
        return mutate_blindly(bytes, size, room);
    size_t inner_room = room - before - after - FIELD_HEAD;
    uint8_t *inner = malloc(inner_room + 1), *rest = malloc(after + 1);
    must_hold(inner != NULL && rest != NULL);
    memcpy(inner, f.bytes, f.size);
    memcpy(rest, f.bytes + f.size, after);
    size_t inner_size = mutate_message(inner, f.size, inner_room, random, depth + 1);
    uint8_t *end = dnn_wire_put_bytes(bytes + before, f.field, inner, inner_size);
    memcpy(end, rest, after);
    free(inner);
    free(rest);
    return (size_t)(end - bytes) + after;
}

/* Size of the record that begins here, by its length alone; 0 when it is not whole. */
static size_t record_size(const uint8_t *bytes, size_t available) {
    const size_t frame = DNN_RECORD_HEADER + DNN_RECORD_TRAILER;
    if (available < frame || dnn_wire_get_fixed64(bytes) > available - frame)
        return 0;
    return (size_t)dnn_wire_get_fixed64(bytes) + frame;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    unsigned random = seed;
    size_t records = 0, before = 0;
    for (size_t at = 0, n; (n = record_size(data + at, size - at)) > 0; at += n)
        records++;
    if (records == 0 || size > max_size || next(&random) % 8 == 0)
        return LLVMFuzzerMutate(data, size, max_size);

    for (size_t pick = next(&random) % records; pick > 0; pick--)
        before += record_size(data + before, size - before);
    size_t old = record_size(data + before, size - before), after = size - before - old;
    const size_t frame = DNN_RECORD_HEADER + DNN_RECORD_TRAILER;
    size_t room = max_size - before - after - frame;
    uint8_t *payload = malloc(room + 1), *rest = malloc(after + 1);
    must_hold(payload != NULL && rest != NULL);
    memcpy(payload, data + before + DNN_RECORD_HEADER, old - frame);
    memcpy(rest, data + before + old, after);
    size_t payload_size = mutate_message(payload, old - frame, room, &random, 0);
    memcpy(data + before + DNN_RECORD_HEADER, payload, payload_size);
    size_t sealed = dnn_record_seal(data + before, payload_size);
    memcpy(data + before + sealed, rest, after);
    free(payload);
    free(rest);
    return before + sealed + after;
}
