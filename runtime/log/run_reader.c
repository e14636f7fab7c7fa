/* run_reader.c: following the event files of a run. */
#include "log/run_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/descriptor.h"
#include "core/grow.h"
#include "core/memory.h"
#include "core/natural.h"
#include "core/utf8.h"
#include "log/event_file.h"
#include "log/record.h"

#define CHUNK ((size_t)1 << 20)

/* Seconds after which a folder that changes gets another time stamp, also where a file system
 * counts whole seconds. */
#define STAMP_SECONDS 2

/* Seconds by which a file's name is ahead of its first event when the clock had been set back; what
 * is opened within one second is a few ahead, too. */
#define AHEAD_SECONDS 10

typedef struct event_file {
    char *path;
    off_t offset;   /* of the first byte that is not in `bytes` */
    uint8_t *bytes; /* read and not used yet: part of a record */
    size_t used, capacity;
    bool lost;          /* given up */
    double first, last; /* wall times of its events; 0: none yet */
} event_file;

struct dnn_run_reader {
    char *path;
    bool is_folder;
    struct timespec changed; /* when the folder last had, as its listing was read */
    bool settled;            /* a later change has another stamp */
    event_file *files;
    size_t count, capacity;
    size_t polled; /* the file that is being visited */
    size_t damaged, undecodable, lost;
    bool closed;
    int problem; /* errno of the last poll: why something could not be read; 0: nothing */
    char damage[256];
};

static void free_file(event_file *f) {
    dnn_free(f->path);
    dnn_free(f->bytes);
}

static bool known(const dnn_run_reader *r, const char *path) {
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->files[i].path, path) == 0)
            return true;
    return false;
}

static bool add_file(dnn_run_reader *r, const char *path) {
    char *copy = dnn_strdup(path);
    if (copy == NULL || !dnn_grow(&r->files, &r->capacity, r->count, 1)) {
        dnn_free(copy);
        return false;
    }
    /* Sorted by name, that is by time; a new file goes after those that were read already. */
    event_file *files = r->files;
    size_t at = r->count++;
    while (at > 0 && files[at - 1].offset == 0 &&
           dnn_natural_compare(files[at - 1].path, path) > 0) {
        files[at] = files[at - 1];
        at--;
    }
    files[at] = (event_file){.path = copy};
    return true;
}

static dnn_status look_for_files(dnn_run_reader *r, dnn_error *err) {
    DIR *folder = dnn_open_folder(r->path);
    if (folder == NULL) {
        r->problem = errno;
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", r->path, strerror(r->problem));
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        if (!dnn_is_event_file(entry->d_name) ||
            snprintf(path, sizeof path, "%s/%s", r->path, entry->d_name) >= (int)sizeof path)
            continue;
        if (!known(r, path) && !add_file(r, path)) {
            closedir(folder);
            return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", r->path);
        }
    }
    closedir(folder);
    return DNN_OK;
}

/* Whether files may have come into the folder since its listing was read. To ask costs a tenth of
 * reading it. */
static bool folder_has_changed(dnn_run_reader *r) {
    struct stat info;
    if (stat(r->path, &info) != 0)
        return true; /* why not, the listing says */
    struct timespec now = info.st_ctim, before = r->changed;
    if (r->settled && now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec)
        return false;
    r->changed = now;
    r->settled = dnn_clock_wall() - (double)now.tv_sec >= STAMP_SECONDS;
    return true;
}

dnn_status dnn_run_reader_open(dnn_run_reader **out, const char *path, dnn_error *err) {
    *out = NULL;
    struct stat info;
    if (stat(path, &info) != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    dnn_run_reader *r = dnn_calloc(1, sizeof *r);
    if (r == NULL || (r->path = dnn_strdup(path)) == NULL) {
        dnn_free(r);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    }
    r->is_folder = S_ISDIR(info.st_mode);
    dnn_status status = DNN_OK;
    if (r->is_folder)
        status = look_for_files(r, err);
    else if (!add_file(r, path))
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    if (status == DNN_OK && r->count == 0)
        status = dnn_fail(err, DNN_ERROR_FORMAT,
                          "%s: not a run: no file named events.out.tfevents.* in it", path);
    if (status == DNN_OK)
        *out = r;
    else
        dnn_run_reader_close(r);
    return status;
}

void dnn_run_reader_close(dnn_run_reader *reader) {
    if (reader == NULL)
        return;
    for (size_t i = 0; i < reader->count; i++)
        free_file(&reader->files[i]);
    dnn_free(reader->files);
    dnn_free(reader->path);
    dnn_free(reader);
}

typedef struct counted_visit {
    dnn_event_visit *visit;
    void *context;
    size_t count;
    bool *closed;     /* whether the last record said that the log was closed */
    event_file *file; /* which the event is from */
} counted_visit;

static void visit_and_count(void *context, const dnn_event *event) {
    counted_visit *c = context;
    if (event->wall_time > c->file->last)
        c->file->last = event->wall_time;
    if (c->file->first == 0)
        c->file->first = event->wall_time;
    *c->closed = event->kind == DNN_EVENT_END;
    if (*c->closed)
        return;
    c->count++;
    c->visit(c->context, event);
}

/* Visits the whole records in f->bytes and keeps the rest. */
static void use_records(dnn_run_reader *r, event_file *f, counted_visit *visit) {
    size_t at = 0;
    for (;;) {
        const uint8_t *payload = NULL;
        size_t size = 0, used = 0;
        dnn_record_status status =
            dnn_record_read(f->bytes + at, f->used - at, &payload, &size, &used);
        if (status == DNN_RECORD_INCOMPLETE)
            break;
        if (status == DNN_RECORD_LOST) {
            f->lost = true;
            r->lost++;
            break;
        }
        if (status == DNN_RECORD_DAMAGED)
            r->damaged++;
        else if (dnn_event_read(payload, size, visit_and_count, visit, NULL) != DNN_OK)
            r->undecodable++;
        at += used;
    }
    f->used -= at;
    memmove(f->bytes, f->bytes + at, f->used);
}

/* A log that ended without a value is removed at its end. */
static void note_removal(dnn_run_reader *r, const event_file *f) {
    r->closed = r->closed || (r->problem == 0 && errno == ENOENT && f == &r->files[r->count - 1]);
}

static void poll_file(dnn_run_reader *r, event_file *f, counted_visit *visit) {
    struct stat info;
    if (f->lost)
        return;
    if (stat(f->path, &info) != 0) {
        note_removal(r, f);
        return;
    }
    if (info.st_size <= f->offset)
        return;
    int fd = dnn_open(f->path, O_RDONLY, 0);
    if (fd < 0) {
        r->problem = errno;
        return;
    }
    for (bool more = true; more && !f->lost && dnn_grow(&f->bytes, &f->capacity, f->used, CHUNK);) {
        size_t room = f->capacity - f->used, got;
        int problem = dnn_read_at(fd, f->bytes + f->used, room, f->offset, &got);
        r->problem = problem != 0 ? problem : r->problem;
        f->offset += (off_t)got;
        f->used += got;
        more = got == room;
        use_records(r, f, visit);
    }
    close(fd);
}

size_t dnn_run_reader_poll(dnn_run_reader *reader, dnn_event_visit *visit, void *context) {
    counted_visit counted = {visit, context, 0, &reader->closed, NULL};
    reader->problem = 0;
    if (reader->is_folder && folder_has_changed(reader) && look_for_files(reader, NULL) != DNN_OK)
        reader->settled = false;
    for (size_t i = 0; i < reader->count; i++) {
        counted.file = &reader->files[i];
        reader->polled = i;
        poll_file(reader, counted.file, &counted);
    }
    return counted.count;
}

size_t dnn_run_reader_file(const dnn_run_reader *reader) {
    return reader->polled;
}

/* Whether a file begins before another one, whose name is earlier, has ended. Of a clock that was
 * set back that says nothing. */
static bool were_at_once(const dnn_run_reader *r) {
    double last = 0;
    for (size_t i = 0; i < r->count; i++) {
        const event_file *f = &r->files[i];
        bool ahead = (double)dnn_event_file_seconds(f->path) > f->first + AHEAD_SECONDS;
        if (f->first > 0 && f->first < last && !ahead)
            return true;
        last = f->last > last ? f->last : last;
    }
    return false;
}

static void describe_damage(const dnn_run_reader *reader, char *text, size_t size) {
    size_t skipped = reader->damaged + reader->undecodable;
    char records[64] = "", files[64] = "";
    text[0] = '\0';
    if (reader->problem != 0) {
        snprintf(text, size, "%.120s: cannot be read: %s", reader->path, strerror(reader->problem));
        return;
    }
    if (skipped + reader->lost == 0) {
        if (were_at_once(reader))
            snprintf(text, size,
                     "%.120s: two processes logged into it at once; of what both logged, the later "
                     "file's is shown",
                     reader->path);
        return;
    }
    if (skipped > 0)
        snprintf(records, sizeof records, "%zu damaged record%s skipped", skipped,
                 skipped == 1 ? " was" : "s were");
    if (reader->lost > 0)
        snprintf(files, sizeof files, "%zu file%s given up at a damaged length", reader->lost,
                 reader->lost == 1 ? " was" : "s were");
    snprintf(text, size, "%.120s: %s%s%s", reader->path, records,
             skipped > 0 && reader->lost > 0 ? "; " : "", files);
}

const char *dnn_run_reader_damage(const dnn_run_reader *reader) {
    char *text = ((dnn_run_reader *)reader)->damage;
    describe_damage(reader, text, sizeof reader->damage);
    dnn_utf8_disarm_line(text);
    return text;
}

bool dnn_run_reader_failed(const dnn_run_reader *reader) {
    return reader->problem != 0;
}

size_t dnn_run_reader_torn(const dnn_run_reader *reader) {
    size_t bytes = 0;
    for (size_t i = 0; i < reader->count; i++)
        bytes += reader->files[i].lost ? 0 : reader->files[i].used;
    return bytes;
}

bool dnn_run_reader_closed(const dnn_run_reader *reader) {
    return reader->closed && dnn_run_reader_torn(reader) == 0;
}
