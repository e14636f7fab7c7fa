/* source.h: the bytes of a file in their order, unpacked on the way where the file is gzipped or is
 * a member of a zip archive.
 *
 * A reader asks how much there can be before it takes memory for what a header claims: deflate
 * makes at most 1032 bytes of one. Messages begin with the file's name; control characters that
 * come from inside a file are shown as '?'. */
#ifndef DNN_DATA_SOURCE_H
#define DNN_DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct dnn_source dnn_source;

/* Unpacked bytes so far, and how many there may be. */
typedef struct dnn_source_limit {
    uint64_t given, most;
} dnn_source_limit;

/* Opens a regular file, plain or gzipped. DNN_ERROR_FILE when it cannot be read. */
dnn_status dnn_source_open(dnn_source **out, const char *path, dnn_error *err);

/* The `size` bytes of the file from `at` on, as they are or (`deflated`) in deflate's raw form,
 * with the CRC-32 of what they give; messages call them `name`. */
dnn_status dnn_source_open_part(dnn_source **out, const char *path, const char *name, uint64_t at,
                                uint64_t size, bool deflated, uint32_t crc, dnn_error *err);

void dnn_source_close(dnn_source *source); /* NULL is allowed */

/* The first bytes that are still to be read, up to DNN_FILE_KIND_BYTES of them, into `size`. */
dnn_status dnn_source_peek(dnn_source *source, const unsigned char **bytes, size_t *size,
                           dnn_error *err);

/* The file's own bytes that are still to be read: of a plain file, what is left of it. */
uint64_t dnn_source_left(const dnn_source *source);

/* Fails with DNN_ERROR_FORMAT unless this many bytes may still come: of a plain file, unless it has
 * them; of a packed one, unless they can be packed in what is left, and are not suspiciously many:
 * more than 1 GiB and more than 100 times the packed bytes, or more than dnn_source_allow or
 * dnn_source_share says. */
dnn_status dnn_source_require(const dnn_source *source, uint64_t bytes, dnn_error *err);

/* Packed bytes may become this many; reading more fails. 0 leaves it as it is. */
void dnn_source_allow(dnn_source *source, uint64_t bytes);

/* What so many packed bytes may become without being asked for. */
uint64_t dnn_source_most_of(uint64_t packed);

/* Holds the parts of an archive to one limit, all together. It outlives them. */
void dnn_source_share(dnn_source *source, dnn_source_limit *limit);

/* Up to `room` bytes into `to`; `*got` is 0 at the end only. */
dnn_status dnn_source_read_some(dnn_source *source, void *to, size_t room, size_t *got,
                                dnn_error *err);

/* Just `size` bytes; DNN_ERROR_FORMAT where there are fewer. */
dnn_status dnn_source_read(dnn_source *source, void *to, size_t size, dnn_error *err);

/* Reads to the end, which checks the packed bytes' checksum; stops where there are bytes left that
 * nobody has read, and then `*rest` is not 0. */
dnn_status dnn_source_finish(dnn_source *source, uint64_t *rest, dnn_error *err);

/* Fails with DNN_ERROR_FORMAT: "FILE: expected `expected`, got a Git LFS pointer; ...". */
dnn_status dnn_source_fail_kind(dnn_source *source, const char *expected, dnn_error *err);

/* Fails with "FILE: " and the formatted text. */
dnn_status dnn_source_fail(const dnn_source *source, dnn_status status, dnn_error *err,
                           const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
