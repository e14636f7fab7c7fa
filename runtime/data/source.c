/* source.c: reading in blocks, through zlib's inflate where the bytes are packed. */
#include "data/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/descriptor.h"
#include "core/file_kind.h"
#include "core/interrupt.h"
#include "core/memory.h"

#define BLOCK    ((size_t)1 << 18)   /* bytes of the file read at once */
#define PACKED   ((size_t)1 << 15)   /* of a packed one */
#define WINDOW   ((uint64_t)1 << 16) /* bytes that inflate may hold back */
#define LARGEST  ((size_t)1 << 24)   /* bytes unpacked in one call */
#define DEFLATES ((uint64_t)1032)    /* bytes that one packed byte becomes at most */

typedef enum packing { PLAIN, GZIP, RAW } packing;

struct dnn_source {
    int fd;
    char *name;
    packing packing;
    uint64_t at, end;     /* of the file's own bytes: the next to be read, and their end */
    unsigned char *block; /* packed bytes */
    unsigned char *head;  /* what peek has read ahead */
    size_t head_at, head_size;
    z_stream z;
    bool inflating;               /* z is open */
    bool ended;                   /* the packed bytes are at their end */
    dnn_source_limit own, *limit; /* on unpacked bytes: its own, or that of its archive */
    bool has_crc;                 /* a zip member: */
    uint32_t expected, crc;
};

dnn_status dnn_source_fail(const dnn_source *source, dnn_status status, dnn_error *err,
                           const char *format, ...) {
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return dnn_fail(err, status, "%s: %s", source->name, text);
}

/* --- the file --- */

/* `size` of the file's own bytes, fewer only at their end. */
static dnn_status read_file(dnn_source *s, void *to, size_t size, size_t *got, dnn_error *err) {
    size = size < s->end - s->at ? size : (size_t)(s->end - s->at);
    int problem = dnn_read_at(s->fd, to, size, (off_t)s->at, got);
    s->at += *got;
    if (problem != 0)
        return dnn_source_fail(s, DNN_ERROR_FILE, err, "cannot be read: %s", strerror(problem));
    if (*got < size)
        return dnn_source_fail(s, DNN_ERROR_FILE, err,
                               "became shorter while it was read; is it being written?");
    return DNN_OK;
}

static dnn_status open_file(dnn_source *s, const char *path, uint64_t *size, dnn_error *err) {
    struct stat info = {0};
    s->fd = dnn_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0); /* a pipe must not block */
    if (s->fd < 0)
        return dnn_source_fail(s, DNN_ERROR_FILE, err, "%s", strerror(errno));
    (void)fstat(s->fd, &info);
    if (!S_ISREG(info.st_mode))
        return dnn_source_fail(s, DNN_ERROR_FILE, err, "is %s",
                               S_ISDIR(info.st_mode) ? "a folder; expected a file"
                                                     : "not a regular file");
    *size = (uint64_t)info.st_size;
    return DNN_OK;
}

/* --- unpacking --- */

uint64_t dnn_source_most_of(uint64_t packed) {
    const uint64_t plenty = (uint64_t)1 << 30, ratio = 100;
    return packed > plenty / ratio ? (packed > UINT64_MAX / ratio ? UINT64_MAX : packed * ratio)
                                   : plenty;
}

static dnn_status begin_inflating(dnn_source *s, dnn_error *err) {
    const int window = s->packing == GZIP ? 15 + 16 : -15;
    if (s->block == NULL)
        s->block = dnn_alloc(PACKED);
    s->z = (z_stream){0};
    if (s->block == NULL || inflateInit2(&s->z, window) != Z_OK)
        return dnn_source_fail(s, DNN_ERROR_MEMORY, err, "not enough memory to unpack it");
    s->inflating = true;
    s->own.most = dnn_source_most_of(s->end - s->at);
    return DNN_OK;
}

/* After a gzip member: another may follow, as concatenated files have it; anything else is
 * passed over, as gunzip does. */
static dnn_status next_member(dnn_source *s, dnn_error *err) {
    if (s->packing == GZIP && s->z.avail_in < 2 && s->at < s->end) {
        size_t got = 0;
        memmove(s->block, s->z.next_in, s->z.avail_in);
        dnn_status status = read_file(s, s->block + s->z.avail_in, PACKED / 2, &got, err);
        if (status != DNN_OK)
            return status;
        s->z.next_in = s->block;
        s->z.avail_in += (unsigned)got;
    }
    s->ended = s->packing != GZIP || s->z.avail_in < 2 || s->z.next_in[0] != 0x1f ||
               s->z.next_in[1] != 0x8b;
    if (!s->ended && inflateReset(&s->z) != Z_OK)
        return dnn_source_fail(s, DNN_ERROR_MEMORY, err, "not enough memory to unpack it");
    return DNN_OK;
}

static dnn_status fail_packed(const dnn_source *s, int code, dnn_error *err) {
    if (code == Z_MEM_ERROR)
        return dnn_source_fail(s, DNN_ERROR_MEMORY, err, "not enough memory to unpack it");
    return dnn_source_fail(s, DNN_ERROR_FORMAT, err, "its compressed bytes are damaged (%s)",
                           s->z.msg != NULL ? s->z.msg : "zlib says no more");
}

static dnn_status inflate_some(dnn_source *s, void *to, size_t room, size_t *got, dnn_error *err) {
    s->z.next_out = to;
    s->z.avail_out = (unsigned)room;
    while (s->z.avail_out == room && !s->ended) {
        if (s->z.avail_in == 0) {
            size_t packed = 0;
            dnn_status status = read_file(s, s->block, PACKED, &packed, err);
            if (status != DNN_OK)
                return status;
            if (packed == 0)
                return dnn_source_fail(
                    s, DNN_ERROR_FORMAT, err,
                    "its compressed bytes end too soon; was the file cut short?");
            s->z.next_in = s->block;
            s->z.avail_in = (unsigned)packed;
        }
        int code = inflate(&s->z, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            dnn_status status = next_member(s, err);
            if (status != DNN_OK)
                return status;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return fail_packed(s, code, err);
        }
    }
    *got = room - s->z.avail_out;
    return DNN_OK;
}

/* --- opening --- */

/* Takes over the name. */
static dnn_status create(dnn_source **out, char *name, const char *path, dnn_error *err) {
    dnn_source *s = dnn_calloc(1, sizeof *s);
    if (s == NULL || name == NULL) {
        dnn_free(s);
        dnn_free(name);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    }
    s->fd = -1;
    s->limit = &s->own;
    s->name = name;
    *out = s;
    return DNN_OK;
}

static dnn_status detect_gzip(dnn_source *s, dnn_error *err) {
    unsigned char magic[3] = {0};
    size_t got = 0;
    dnn_status status = read_file(s, magic, sizeof magic, &got, err);
    s->at = 0;
    if (status == DNN_OK && magic[0] == 0x1f && magic[1] == 0x8b && magic[2] == 8) {
        s->packing = GZIP;
        status = begin_inflating(s, err);
    }
    return status;
}

dnn_status dnn_source_open(dnn_source **out, const char *path, dnn_error *err) {
    *out = NULL;
    dnn_source *s = NULL;
    dnn_status status = create(&s, dnn_strdup(path), path, err);
    if (status != DNN_OK)
        return status;
    status = open_file(s, path, &s->end, err);
    if (status == DNN_OK)
        status = detect_gzip(s, err);
    if (status == DNN_OK)
        *out = s;
    else
        dnn_source_close(s);
    return status;
}

static char *join(const char *path, const char *name) {
    size_t size = strlen(path) + strlen(name) + 3;
    char *joined = dnn_alloc(size);
    if (joined != NULL)
        snprintf(joined, size, "%s: %s", path, name);
    return joined;
}

dnn_status dnn_source_open_part(dnn_source **out, const char *path, const char *name, uint64_t at,
                                uint64_t size, bool deflated, uint32_t crc, dnn_error *err) {
    *out = NULL;
    dnn_source *s = NULL;
    uint64_t file_size = 0;
    dnn_status status = create(&s, join(path, name), path, err);
    if (status != DNN_OK)
        return status;
    status = open_file(s, path, &file_size, err);
    if (status == DNN_OK && (at > file_size || size > file_size - at))
        status = dnn_source_fail(s, DNN_ERROR_FORMAT, err, "lies outside the file");
    s->at = at;
    s->end = at + size;
    s->packing = deflated ? RAW : PLAIN;
    s->has_crc = true;
    s->expected = crc;
    s->crc = (uint32_t)crc32(0, NULL, 0);
    if (status == DNN_OK && deflated)
        status = begin_inflating(s, err);
    if (status == DNN_OK)
        *out = s;
    else
        dnn_source_close(s);
    return status;
}

void dnn_source_close(dnn_source *s) {
    if (s == NULL)
        return;
    if (s->inflating)
        inflateEnd(&s->z);
    if (s->fd >= 0)
        close(s->fd);
    dnn_free(s->block);
    dnn_free(s->head);
    dnn_free(s->name);
    dnn_free(s);
}

/* --- reading --- */

/* Whether so many more bytes are within the limit. */
static dnn_status check_limit(const dnn_source *s, uint64_t bytes, dnn_error *err) {
    const dnn_source_limit *limit = s->limit;
    if (limit->given <= limit->most && bytes <= limit->most - limit->given)
        return DNN_OK;
    return dnn_source_fail(s, DNN_ERROR_FORMAT, err,
                           "%swould unpack to %llu bytes or more, suspiciously many for its size; "
                           "if you trust it, allow that by max_bytes",
                           limit == &s->own ? "" : "with the arrays before it, the archive ",
                           (unsigned long long)limit->given + bytes);
}

/* Past what was read ahead. */
static dnn_status read_on(dnn_source *s, void *to, size_t room, size_t *got, dnn_error *err) {
    *got = 0;
    if (room == 0)
        return DNN_OK;
    dnn_status status = dnn_interrupt_check(err);
    if (status != DNN_OK)
        return status;
    room = room < LARGEST ? room : LARGEST;
    status = s->packing == PLAIN ? read_file(s, to, room < BLOCK ? room : BLOCK, got, err)
                                 : inflate_some(s, to, room, got, err);
    if (status == DNN_OK && s->packing != PLAIN)
        status = check_limit(s, *got, err);
    s->limit->given += s->packing != PLAIN ? *got : 0;
    if (status == DNN_OK && s->has_crc)
        s->crc = (uint32_t)crc32_z(s->crc, to, *got);
    return status;
}

dnn_status dnn_source_read_some(dnn_source *s, void *to, size_t room, size_t *got, dnn_error *err) {
    size_t ahead = s->head_size - s->head_at;
    if (ahead == 0)
        return read_on(s, to, room, got, err);
    *got = ahead < room ? ahead : room;
    memcpy(to, s->head + s->head_at, *got);
    s->head_at += *got;
    return DNN_OK;
}

dnn_status dnn_source_read(dnn_source *s, void *to, size_t size, dnn_error *err) {
    char *next = to;
    for (size_t got, left = size; left > 0; next += got, left -= got) {
        dnn_status status = dnn_source_read_some(s, next, left, &got, err);
        if (status != DNN_OK)
            return status;
        if (got == 0)
            return dnn_source_fail(s, DNN_ERROR_FORMAT, err,
                                   "ends %zu bytes too soon; was the file cut short?", left);
    }
    return DNN_OK;
}

dnn_status dnn_source_peek(dnn_source *s, const unsigned char **bytes, size_t *size,
                           dnn_error *err) {
    if (s->head == NULL && (s->head = dnn_alloc(DNN_FILE_KIND_BYTES)) == NULL)
        return dnn_source_fail(s, DNN_ERROR_MEMORY, err, "not enough memory to open it");
    memmove(s->head, s->head + s->head_at, s->head_size - s->head_at);
    s->head_size -= s->head_at;
    s->head_at = 0;
    for (size_t got = 1; got > 0 && s->head_size < DNN_FILE_KIND_BYTES; s->head_size += got) {
        dnn_status status =
            read_on(s, s->head + s->head_size, DNN_FILE_KIND_BYTES - s->head_size, &got, err);
        if (status != DNN_OK)
            return status;
    }
    *bytes = s->head;
    *size = s->head_size;
    return DNN_OK;
}

uint64_t dnn_source_left(const dnn_source *s) {
    return s->head_size - s->head_at + (s->end - s->at) + s->z.avail_in;
}

void dnn_source_allow(dnn_source *s, uint64_t bytes) {
    s->own.most = bytes != 0 ? bytes : s->own.most;
}

void dnn_source_share(dnn_source *s, dnn_source_limit *limit) {
    s->limit = limit;
}

dnn_status dnn_source_require(const dnn_source *s, uint64_t bytes, dnn_error *err) {
    uint64_t ahead = s->head_size - s->head_at, packed = s->end - s->at + s->z.avail_in;
    uint64_t possible =
        ahead + (s->packing == PLAIN                    ? packed
                 : s->ended                             ? 0
                 : packed > UINT64_MAX / (2 * DEFLATES) ? UINT64_MAX / 2
                                                        : (packed + 64) * DEFLATES + WINDOW);
    if (bytes > possible)
        return dnn_source_fail(s, DNN_ERROR_FORMAT, err,
                               "its header promises %llu bytes of data, but %s%llu follow; was the "
                               "file cut short?",
                               (unsigned long long)bytes, s->packing == PLAIN ? "" : "at most ",
                               (unsigned long long)possible);
    return s->packing != PLAIN && bytes > ahead ? check_limit(s, bytes - ahead, err) : DNN_OK;
}

dnn_status dnn_source_finish(dnn_source *s, uint64_t *rest, dnn_error *err) {
    size_t got = 1;
    unsigned char *waste = dnn_alloc(BLOCK);
    dnn_status status =
        waste == NULL ? dnn_source_fail(s, DNN_ERROR_MEMORY, err, "not enough memory to read it")
                      : DNN_OK;
    *rest = 0;
    while (status == DNN_OK && got > 0 && *rest == 0) {
        status = dnn_source_read_some(s, waste, BLOCK, &got, err);
        *rest += status == DNN_OK ? got : 0;
    }
    dnn_free(waste);
    if (status == DNN_OK && s->has_crc && *rest == 0 && s->crc != s->expected)
        return dnn_source_fail(s, DNN_ERROR_FORMAT, err,
                               "its checksum is wrong; the archive is damaged");
    return status;
}

dnn_status dnn_source_fail_kind(dnn_source *s, const char *expected, dnn_error *err) {
    const unsigned char *bytes;
    size_t size;
    dnn_status status = dnn_source_peek(s, &bytes, &size, err);
    return status != DNN_OK ? status : dnn_fail_file_kind(err, s->name, expected, bytes, size);
}
