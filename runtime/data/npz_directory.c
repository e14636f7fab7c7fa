/* npz_directory.c: where the directory of a zip archive is. */
#include "data/npz_directory.h"

#include <string.h>

#include "core/memory.h"

#define END_SIZE      22    /* of the record that ends the archive */
#define MAX_COMMENT   65535 /* that may follow it */
#define LOCATOR_SIZE  20    /* of the record before it that leads to the 64-bit one */
#define END64_SIZE    56
#define MAX_DIRECTORY ((uint64_t)1 << 26)

dnn_status dnn_npz_read_part(const char *path, uint64_t at, void *to, size_t size, dnn_error *err) {
    dnn_source *part;
    dnn_status status = dnn_source_open_part(&part, path, "its directory", at, size, false, 0, err);
    if (status != DNN_OK)
        return status;
    status = dnn_source_read(part, to, size, err);
    dnn_source_close(part);
    return status;
}

dnn_status dnn_npz_fail_directory(const char *path, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT,
                    "%s: the directory of the npz archive is damaged; was the file cut short?",
                    path);
}

/* The 64-bit record, where the end says that there is one. */
static dnn_status find_directory64(const char *path, const unsigned char *tail, size_t end,
                                   dnn_npz_directory *out, dnn_error *err) {
    unsigned char b[END64_SIZE];
    if (end < LOCATOR_SIZE || memcmp(tail + end - LOCATOR_SIZE, "PK\6\7", 4) != 0)
        return dnn_npz_fail_directory(path, err);
    dnn_status status =
        dnn_npz_read_part(path, dnn_npz_get64(tail + end - LOCATOR_SIZE + 8), b, sizeof b, err);
    if (status != DNN_OK || memcmp(b, "PK\6\6", 4) != 0)
        return dnn_npz_fail_directory(path, err);
    *out = (dnn_npz_directory){dnn_npz_get64(b + 48), dnn_npz_get64(b + 40), dnn_npz_get64(b + 32)};
    return DNN_OK;
}

/* The place of the last record that looks like the archive's end, best one whose comment ends where
 * the file does: a comment may hold what looks like another. False when there is none. */
static bool find_end(const unsigned char *tail, size_t size, size_t *end) {
    bool found = false;
    for (size_t at = size < END_SIZE ? 0 : size - END_SIZE + 1; at-- > 0;) {
        if (memcmp(tail + at, "PK\5\6", 4) != 0)
            continue;
        bool whole = dnn_npz_get16(tail + at + 20) == size - at - END_SIZE;
        if (whole || !found)
            *end = at;
        found = true;
        if (whole)
            break;
    }
    return found;
}

dnn_status dnn_npz_find_directory(const char *path, uint64_t file_size, dnn_npz_directory *out,
                                  dnn_error *err) {
    size_t size = file_size < END_SIZE + LOCATOR_SIZE + MAX_COMMENT
                      ? (size_t)file_size
                      : END_SIZE + LOCATOR_SIZE + MAX_COMMENT;
    unsigned char *tail = dnn_alloc(size);
    if (tail == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    dnn_status status = dnn_npz_read_part(path, file_size - size, tail, size, err);
    size_t end = 0;
    if (status == DNN_OK && !find_end(tail, size, &end))
        status = dnn_npz_fail_directory(path, err);
    if (status == DNN_OK) {
        const unsigned char *b = tail + end;
        *out = (dnn_npz_directory){dnn_npz_get32(b + 16), dnn_npz_get32(b + 12),
                                   dnn_npz_get16(b + 10)};
        if (out->at == UINT32_MAX || out->size == UINT32_MAX || out->count == UINT16_MAX)
            status = find_directory64(path, tail, end, out, err);
    }
    dnn_free(tail);
    if (status == DNN_OK &&
        (out->at > file_size || out->size > file_size - out->at || out->size > MAX_DIRECTORY ||
         out->count > out->size / DNN_NPZ_ENTRY_SIZE))
        return dnn_npz_fail_directory(path, err);
    return status;
}
