/* npz.c: the entries of a zip archive's directory, and its members (APPNOTE.TXT of PKWARE, with the
 * 64-bit extension). */
#include "data/npz.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "data/npz_directory.h"

#define LOCAL_SIZE      30
#define METHOD_STORED   0
#define METHOD_DEFLATED 8
#define FLAG_ENCRYPTED  1

typedef struct member {
    char *name; /* without .npy */
    uint64_t at, packed, size;
    uint64_t end; /* where the next one or the directory begins */
    uint32_t crc;
    unsigned flags, method;
} member;

struct dnn_npz {
    char *path;
    member *members; /* the arrays, and from the end on what is something else */
    size_t count, others, room;
    dnn_source_limit limit; /* on what the deflated ones unpack to */
    uint64_t required;      /* bytes that those say which are to be read */
};

/* --- its entries --- */

/* Sizes that do not fit 32 bits are in an extra field of kind 1, those that are missing in the
 * entry alone, in this order. */
static bool read_extra(member *m, const unsigned char *extra, size_t size) {
    uint64_t *const fields[] = {&m->size, &m->packed, &m->at};
    for (size_t at = 0; at + 4 <= size;) {
        size_t length = dnn_npz_get16(extra + at + 2), used = 0;
        if (length > size - at - 4)
            return false;
        if (dnn_npz_get16(extra + at) == 1) {
            for (size_t i = 0; i < 3; i++) {
                if (*fields[i] != UINT32_MAX)
                    continue;
                if (used + 8 > length)
                    return false;
                *fields[i] = dnn_npz_get64(extra + at + 4 + used);
                used += 8;
            }
            return true;
        }
        at += 4 + length;
    }
    return m->size != UINT32_MAX && m->packed != UINT32_MAX && m->at != UINT32_MAX;
}

static bool is_array(const unsigned char *name, size_t length) {
    return length >= 4 && memcmp(name + length - 4, ".npy", 4) == 0;
}

/* One entry at `b`; its size, 0 where it is damaged. Of members that are not arrays only the name
 * is of interest. */
static size_t read_entry(dnn_npz *npz, const unsigned char *b, size_t left, dnn_status *status,
                         dnn_error *err) {
    if (left < DNN_NPZ_ENTRY_SIZE || memcmp(b, "PK\1\2", 4) != 0)
        return 0;
    size_t name = dnn_npz_get16(b + 28), extra = dnn_npz_get16(b + 30);
    size_t all = DNN_NPZ_ENTRY_SIZE + name + extra + dnn_npz_get16(b + 32);
    if (all > left)
        return 0;
    member m = {.flags = dnn_npz_get16(b + 8),
                .method = dnn_npz_get16(b + 10),
                .crc = dnn_npz_get32(b + 16),
                .packed = dnn_npz_get32(b + 20),
                .size = dnn_npz_get32(b + 24),
                .at = dnn_npz_get32(b + 42)};
    if (!read_extra(&m, b + DNN_NPZ_ENTRY_SIZE + name, extra))
        return 0;
    const bool array = is_array(b + DNN_NPZ_ENTRY_SIZE, name);
    const size_t length = array ? name - 4 : name;
    if (array && (length == 0 || memchr(b + DNN_NPZ_ENTRY_SIZE, '\0', length) != NULL)) {
        *status = dnn_fail(err, DNN_ERROR_FORMAT, "%s: has an array %s", npz->path,
                           length == 0 ? "without a name" : "whose name holds a zero byte");
        return 0;
    }
    m.name = dnn_calloc(length + 1, 1);
    if (m.name == NULL) {
        *status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", npz->path);
        return 0;
    }
    memcpy(m.name, b + DNN_NPZ_ENTRY_SIZE, length);
    npz->members[array ? npz->count++ : npz->room - ++npz->others] = m;
    return all;
}

static dnn_status read_entries(dnn_npz *npz, const dnn_npz_directory *d, const unsigned char *bytes,
                               dnn_error *err) {
    size_t at = 0;
    dnn_status status = DNN_OK;
    npz->members = dnn_calloc((size_t)d->count, sizeof *npz->members);
    npz->room = (size_t)d->count;
    if (npz->members == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", npz->path);
    for (uint64_t i = 0; i < d->count; i++) {
        size_t used = read_entry(npz, bytes + at, (size_t)d->size - at, &status, err);
        if (used == 0)
            return status != DNN_OK ? status : dnn_npz_fail_directory(npz->path, err);
        at += used;
    }
    return at == d->size ? DNN_OK : dnn_npz_fail_directory(npz->path, err);
}

/* --- checks --- */

static int by_place(const void *a, const void *b) {
    const member *p = *(const member *const *)a, *q = *(const member *const *)b;
    return (p->at > q->at) - (p->at < q->at);
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(const member *const *)a)->name, (*(const member *const *)b)->name);
}

static dnn_status fail_member(const dnn_npz *npz, const member *m, const char *why,
                              dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: array '%.60s' %s", npz->path, m->name, why);
}

/* No array has the name of another, nor of something else, which NumPy would give by it. */
static dnn_status check_names(const dnn_npz *npz, const member **sorted, dnn_error *err) {
    for (size_t i = 0; i < npz->room; i++)
        sorted[i] = &npz->members[i];
    qsort(sorted, npz->room, sizeof *sorted, by_name);
    for (size_t i = 1; i < npz->room; i++) {
        const member *a = sorted[i - 1], *b = sorted[i];
        bool array = a < npz->members + npz->count || b < npz->members + npz->count;
        if (array && strcmp(a->name, b->name) == 0)
            return fail_member(npz, b, "comes twice", err);
    }
    return DNN_OK;
}

/* Every array needs its packed bytes and a local header before them, all before the directory. */
static dnn_status check_places(dnn_npz *npz, const member **sorted, uint64_t end, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < npz->count; i++)
        sorted[i] = &npz->members[i];
    qsort(sorted, npz->count, sizeof *sorted, by_place);
    for (size_t i = 0; i < npz->count && status == DNN_OK; i++) {
        const member *m = sorted[i];
        uint64_t next = i + 1 < npz->count ? sorted[i + 1]->at : end;
        if (next > end || m->at > next || m->packed > next - m->at ||
            next - m->at - m->packed < LOCAL_SIZE + strlen(m->name) + 4)
            status = fail_member(
                npz, m, i + 1 < npz->count ? "overlaps the one after it" : "lies outside the file",
                err);
        else if (m->method == METHOD_STORED && m->size != m->packed)
            status = fail_member(npz, m, "is stored with two different sizes", err);
        npz->members[m - npz->members].end = next;
    }
    return status;
}

static dnn_status check_members(dnn_npz *npz, uint64_t end, dnn_error *err) {
    const member **sorted = dnn_calloc(npz->room, sizeof *sorted);
    if (sorted == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", npz->path);
    dnn_status status = check_names(npz, sorted, err);
    if (status == DNN_OK)
        status = check_places(npz, sorted, end, err);
    dnn_free(sorted);
    return status;
}

static dnn_status read_directory(dnn_npz *npz, uint64_t file_size, dnn_error *err) {
    dnn_npz_directory d = {0};
    dnn_status status = dnn_npz_find_directory(npz->path, file_size, &d, err);
    if (status != DNN_OK)
        return status;
    unsigned char *bytes = dnn_alloc((size_t)d.size);
    status = bytes == NULL
                 ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", npz->path)
                 : dnn_npz_read_part(npz->path, d.at, bytes, (size_t)d.size, err);
    if (status == DNN_OK)
        status = read_entries(npz, &d, bytes, err);
    dnn_free(bytes);
    return status == DNN_OK ? check_members(npz, d.at, err) : status;
}

/* --- opening --- */

/* The archive's size, where it begins as one. */
static dnn_status measure(const char *path, uint64_t *size, dnn_error *err) {
    dnn_source *whole;
    const unsigned char *first;
    size_t ahead = 0;
    dnn_status status = dnn_source_open(&whole, path, err);
    if (status != DNN_OK)
        return status;
    *size = dnn_source_left(whole);
    status = dnn_source_peek(whole, &first, &ahead, err);
    if (status == DNN_OK &&
        (ahead < 4 || (memcmp(first, "PK\3\4", 4) != 0 && memcmp(first, "PK\5\6", 4) != 0)))
        status = dnn_source_fail_kind(whole, "an npz archive of NumPy arrays", err);
    dnn_source_close(whole);
    return status;
}

/* A zip archive without arrays is named for what it is. */
static dnn_status check_arrays(const dnn_npz *npz, dnn_error *err) {
    dnn_source *whole;
    if (npz->count > 0)
        return DNN_OK;
    dnn_status status = dnn_source_open(&whole, npz->path, err);
    if (status != DNN_OK)
        return status;
    status = dnn_source_fail_kind(whole, "an npz archive of NumPy arrays", err);
    dnn_source_close(whole);
    return status;
}

dnn_status dnn_npz_open(dnn_npz **out, const char *path, dnn_error *err) {
    uint64_t size = 0;
    *out = NULL;
    dnn_status status = measure(path, &size, err);
    if (status != DNN_OK)
        return status;
    dnn_npz *npz = dnn_calloc(1, sizeof *npz);
    if (npz != NULL)
        npz->path = dnn_strdup(path);
    if (npz == NULL || npz->path == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    else
        npz->limit.most = dnn_source_most_of(size);
    if (status == DNN_OK)
        status = read_directory(npz, size, err);
    if (status == DNN_OK)
        status = check_arrays(npz, err);
    if (status == DNN_OK)
        *out = npz;
    else
        dnn_npz_close(npz);
    return status;
}

void dnn_npz_close(dnn_npz *npz) {
    if (npz == NULL)
        return;
    for (size_t i = 0; i < npz->room && npz->members != NULL; i++)
        dnn_free(npz->members[i].name);
    dnn_free(npz->members);
    dnn_free(npz->path);
    dnn_free(npz);
}

size_t dnn_npz_count(const dnn_npz *npz) {
    return npz->count;
}

const char *dnn_npz_name(const dnn_npz *npz, size_t i) {
    return npz->members[i].name;
}

void dnn_npz_allow(dnn_npz *npz, uint64_t bytes) {
    npz->limit.most = bytes != 0 ? bytes : npz->limit.most;
}

dnn_status dnn_npz_require(dnn_npz *npz, size_t i, dnn_error *err) {
    const member *m = &npz->members[i];
    const uint64_t bytes = m->method == METHOD_DEFLATED ? m->size : 0;
    if (bytes > npz->limit.most - npz->required)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: its arrays up to '%.60s' would unpack to %llu bytes, suspiciously "
                        "many for its size; if you trust it, allow that by max_bytes",
                        npz->path, m->name, (unsigned long long)npz->required + bytes);
    npz->required += bytes;
    return DNN_OK;
}

/* --- one array --- */

/* Where its bytes begin, after the local header, which has to have the same name; with that they
 * still have to end before the next member. */
static dnn_status find_data(const dnn_npz *npz, const member *m, uint64_t *data, dnn_error *err) {
    const size_t length = strlen(m->name), size = LOCAL_SIZE + length + 4; /* they are there */
    unsigned char *local = dnn_alloc(size);
    if (local == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", npz->path);
    dnn_status status = dnn_npz_read_part(npz->path, m->at, local, size, err);
    if (status == DNN_OK && memcmp(local, "PK\3\4", 4) != 0)
        status = fail_member(npz, m, "is not where the directory says", err);
    else if (status == DNN_OK &&
             (dnn_npz_get16(local + 26) != length + 4 || !is_array(local, size) ||
              memcmp(local + LOCAL_SIZE, m->name, length) != 0))
        status = fail_member(npz, m, "has another name at its place than in the directory", err);
    else if (status == DNN_OK)
        *data = m->at + size + dnn_npz_get16(local + 28);
    if (status == DNN_OK && (*data > m->end || m->packed > m->end - *data))
        status = fail_member(npz, m, "reaches beyond its place; its local header is damaged", err);
    dnn_free(local);
    return status;
}

dnn_status dnn_npz_member(dnn_npz *npz, size_t i, dnn_source **out, dnn_error *err) {
    const member *m = &npz->members[i];
    uint64_t data = 0;
    *out = NULL;
    if (m->flags & FLAG_ENCRYPTED || (m->method != METHOD_STORED && m->method != METHOD_DEFLATED)) {
        fail_member(npz, m,
                    m->flags & FLAG_ENCRYPTED
                        ? "is encrypted"
                        : "is compressed by a method that NumPy does not use; save the archive "
                          "again with numpy.savez_compressed",
                    err);
        if (err != NULL)
            err->status = DNN_ERROR_TYPE;
        return DNN_ERROR_TYPE;
    }
    dnn_status status = find_data(npz, m, &data, err);
    if (status != DNN_OK)
        return status;
    status = dnn_source_open_part(out, npz->path, m->name, data, m->packed,
                                  m->method == METHOD_DEFLATED, m->crc, err);
    if (status == DNN_OK)
        dnn_source_share(*out, &npz->limit);
    return status;
}
