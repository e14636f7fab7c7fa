/* idx.c: the header of IDX files. */
#include "data/idx.h"

#include <endian.h>

static bool type_of(unsigned code, dnn_stored *type) {
    static const struct {
        unsigned code;
        dnn_stored type;
    } types[] = {
        {0x08, DNN_STORED_U8 },
        {0x09, DNN_STORED_I8 },
        {0x0b, DNN_STORED_I16},
        {0x0c, DNN_STORED_I32},
        {0x0d, DNN_STORED_F32},
        {0x0e, DNN_STORED_F64},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].code == code) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

static dnn_status read_extents(dnn_source *source, dnn_array *out, dnn_error *err) {
    for (int axis = 0; axis < out->rank; axis++) {
        unsigned char b[4];
        dnn_status status = dnn_source_read(source, b, sizeof b, err);
        if (status != DNN_OK)
            return status;
        out->extent[axis] =
            (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
    }
    const char *fault = dnn_array_measure(out);
    if (fault != NULL)
        return dnn_source_fail(source, DNN_ERROR_FORMAT, err, "its %d axes have %s", out->rank,
                               fault);
    return dnn_source_require(source, out->bytes, err);
}

dnn_status dnn_idx_header(dnn_source *source, dnn_array *out, dnn_error *err) {
    const unsigned char *first;
    unsigned char magic[4];
    size_t size;
    *out = (dnn_array){.swapped = __BYTE_ORDER == __LITTLE_ENDIAN};
    dnn_status status = dnn_source_peek(source, &first, &size, err);
    if (status != DNN_OK)
        return status;
    if (size < 4 || first[0] != 0 || first[1] != 0 || !type_of(first[2], &out->type))
        return dnn_source_fail_kind(source, "an IDX file", err);
    out->rank = first[3];
    if (out->rank > DNN_ARRAY_MAX_RANK)
        return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                               "its header has %d axes; expected at most %d", out->rank,
                               DNN_ARRAY_MAX_RANK);
    status = dnn_source_read(source, magic, sizeof magic, err);
    return status == DNN_OK ? read_extents(source, out, err) : status;
}
