/* runs.c: finding runs in folders, following them, naming them. */
#include "viz/runs/runs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/clock.h"
#include "core/grow.h"
#include "core/memory.h"
#include "core/natural.h"
#include "core/threads.h"
#include "core/utf8.h"
#include "log/event_file.h"

/* A folder of runs is searched so deep, and so many folders of it: enough for any project, and an
 * end when it is the root of a disk. */
#define MAX_DEPTH    6
#define MAX_FOLDERS  20000
#define SCAN_SECONDS 1.0
#define UNNUMBERED   SIZE_MAX
#define MAX_PARTS    ((size_t)16) /* of a path, in a name */

/* --- names --- */

/* How long the path is that names a run; one that is a file goes by its folder. */
static size_t named_length(const run *r) {
    const char *file = strrchr(r->path, '/');
    return file != NULL && file != r->path && dnn_is_event_file(file) ? (size_t)(file - r->path)
                                                                      : strlen(r->path);
}

/* Names a run by the last `parts` parts of its path. */
static bool name_by(run *r, size_t parts) {
    const char *start = r->path + named_length(r), *end = start;
    for (; parts > 0 && start > r->path; parts--)
        do
            start--;
        while (start > r->path && *start != '/');
    start += *start == '/' && end - start > 1;
    size_t length = (size_t)(end - start);
    char *name = dnn_alloc(length + 1);
    if (name == NULL)
        return false;
    memcpy(name, start, length);
    name[length] = '\0';
    dnn_utf8_disarm_line(name); /* it is shown, and opens nothing */
    dnn_free(r->name);
    r->name = name;
    return true;
}

/* By the paths' parts from the last to the first: a slash comes before any other character. */
static int by_end(const void *a, const void *b) {
    const run *const *p = a, *const *q = b;
    size_t m = named_length(*p), n = named_length(*q);
    while (m > 0 && n > 0 && (*p)->path[m - 1] == (*q)->path[n - 1])
        m--, n--;
    int c = m == 0 ? -1 : (*p)->path[m - 1] == '/' ? 0 : (unsigned char)(*p)->path[m - 1];
    int d = n == 0 ? -1 : (*q)->path[n - 1] == '/' ? 0 : (unsigned char)(*q)->path[n - 1];
    return c - d;
}

/* How many parts two paths end with alike. */
static size_t shared_parts(const run *a, const run *b) {
    size_t m = named_length(a), n = named_length(b), parts = 0;
    while (m > 0 && n > 0 && a->path[m - 1] == b->path[n - 1]) {
        parts += a->path[m - 1] == '/';
        m--, n--;
    }
    return parts;
}

static int by_name(const void *a, const void *b) {
    const run *const *p = a, *const *q = b;
    int order = dnn_natural_compare((*p)->name, (*q)->name);
    return order != 0 ? order : strcmp((*p)->path, (*q)->path);
}

static bool is_separator(char c) {
    return strchr("-_/ ,", c) != NULL; /* and NUL */
}

/* How many bytes all names begin with, up to a separator. */
static size_t common_start(const runs *all) {
    const char *first = all->items[0]->name;
    size_t same = strlen(first);
    for (size_t i = 1; i < all->count; i++) {
        size_t n = 0;
        while (n < same && all->items[i]->name[n] == first[n])
            n++;
        same = n;
    }
    while (same > 0 && !is_separator(first[same - 1]))
        same--;
    return same;
}

/* How many bytes all names end with, from a separator on; `start` bytes of each are spoken for. */
static size_t common_end(const runs *all, size_t start) {
    const char *first = all->items[0]->name;
    size_t length = strlen(first), same = length - start;
    for (size_t i = 1; i < all->count; i++) {
        const char *name = all->items[i]->name;
        size_t other = strlen(name), n = 0;
        while (n < same && n < other - start && name[other - 1 - n] == first[length - 1 - n])
            n++;
        same = n;
    }
    while (same > 0 && !is_separator(first[length - same]))
        same--;
    return same;
}

static bool leaves_something(const runs *all, size_t without) {
    for (size_t i = 0; i < all->count; i++)
        if (strlen(all->items[i]->name) <= without)
            return false;
    return true;
}

/* Leaves out what all names share, unless that is all there is of one. */
static bool shorten_names(runs *all) {
    size_t start = all->count > 1 ? common_start(all) : 0;
    size_t end = all->count > 1 ? common_end(all, start) : 0;
    bool shorter = start + end > 0 && leaves_something(all, start + end);
    for (size_t i = 0; i < all->count; i++) {
        run *r = all->items[i];
        dnn_free(r->brief);
        r->brief = shorter ? dnn_strdup(r->name + start) : NULL;
        if (shorter && r->brief == NULL)
            return false;
        if (shorter)
            r->brief[strlen(r->brief) - end] = '\0';
    }
    return true;
}

const char *run_label(const run *r) {
    return r->brief != NULL ? r->brief : r->name;
}

bool run_visible(const run *r) {
    return !r->hidden && !r->filtered;
}

void runs_common_name(const runs *all, char *text, size_t size) {
    const run *r = all->count > 1 ? all->items[0] : NULL;
    const char *brief = r == NULL || r->brief == NULL ? NULL : strstr(r->name, r->brief);
    size_t n = brief == NULL ? 0 : (size_t)(brief - r->name);
    while (n > 0 && is_separator(r->name[n - 1]))
        n--;
    snprintf(text, size, "%.*s", (int)n, r == NULL ? "" : r->name);
}

/* Names all runs: each by as few parts of its path as no other run shares. In the order of by_end
 * the one that shares most with a run is next to it. */
static bool name_runs(runs *all) {
    size_t before = 0;
    if (all->count > 1)
        qsort(all->items, all->count, sizeof(run *), by_end);
    for (size_t i = 0; i < all->count; i++) {
        size_t after = i + 1 < all->count ? shared_parts(all->items[i], all->items[i + 1]) : 0;
        size_t shared = after > before ? after : before;
        if (!name_by(all->items[i], shared < MAX_PARTS ? shared + 1 : MAX_PARTS))
            return false;
        before = after;
    }
    if (all->count > 1)
        qsort(all->items, all->count, sizeof(run *), by_name);
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i]->number == UNNUMBERED)
            all->items[i]->number = all->numbered++;
    return shorten_names(all);
}

/* --- opening --- */

static void free_run(run *r) {
    dnn_run_reader_close(r->reader);
    run_free_tags(r);
    dnn_free(r->path);
    dnn_free(r->name);
    dnn_free(r->brief);
    dnn_free(r);
}

static bool is_open(const runs *all, const struct stat *info) {
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i]->device == info->st_dev && all->items[i]->inode == info->st_ino)
            return true;
    return false;
}

static dnn_status add_run(runs *all, const char *path, dnn_error *err) {
    struct stat info;
    if (stat(path, &info) != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    if (is_open(all, &info))
        return DNN_OK;
    run *r = dnn_calloc(1, sizeof *r);
    if (r == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    r->number = UNNUMBERED;
    r->device = info.st_dev;
    r->inode = info.st_ino;
    dnn_status status = dnn_run_reader_open(&r->reader, path, err);
    if (status == DNN_OK &&
        ((r->path = dnn_strdup(path)) == NULL || (r->name = dnn_strdup(path)) == NULL ||
         !dnn_grow(&all->items, &all->capacity, all->count, 1)))
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    if (status == DNN_OK) {
        all->items[all->count++] = r;
        all->generation++;
        all->unread = true;
    } else
        free_run(r);
    return status;
}

typedef struct search {
    runs *all;
    size_t folders, files; /* looked at */
    size_t found;          /* runs, also those that are open already */
    dnn_status status;
    dnn_error *err;
} search;

/* A link to the folder that it is in, or to one above: following it would never end. */
static bool leads_back(const char *path, const char *link) {
    char here[PATH_MAX], there[PATH_MAX];
    if (realpath(path, here) == NULL || realpath(link, there) == NULL)
        return true;
    size_t n = strlen(there);
    return strncmp(here, there, n) == 0 && (here[n] == '\0' || here[n] == '/' || n == 1);
}

/* Links to folders are followed: people collect runs by them. */
static bool is_folder(const char *path, const char *below) {
    struct stat info;
    if (lstat(below, &info) != 0)
        return false;
    if (S_ISLNK(info.st_mode))
        return stat(below, &info) == 0 && S_ISDIR(info.st_mode) && !leads_back(path, below);
    return S_ISDIR(info.st_mode);
}

/* Opens every run at or below `path`. */
static void search_folder(search *s, const char *path, int depth) {
    errno = 0;
    DIR *folder = s->folders < MAX_FOLDERS ? opendir(path) : NULL;
    if (folder == NULL) {
        if (errno == ENOMEM)
            s->status = dnn_fail(s->err, DNN_ERROR_MEMORY, "%s: out of memory", path);
        return;
    }
    s->folders++;
    bool is_run = false;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && s->status == DNN_OK;) {
        char below[PATH_MAX];
        if (entry->d_name[0] == '.' ||
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below)
            continue;
        bool folder_below = is_folder(path, below);
        s->files += !folder_below;
        if (folder_below && depth < MAX_DEPTH)
            search_folder(s, below, depth + 1);
        else if (!folder_below && dnn_is_event_file(entry->d_name))
            is_run = true;
    }
    closedir(folder);
    if (is_run && s->status == DNN_OK) {
        s->found++;
        s->status = add_run(s->all, path, s->err);
    }
}

static dnn_status open_folder(runs *all, const char *path, dnn_error *err) {
    search s = {.all = all, .err = err};
    search_folder(&s, path, 0);
    if (s.status != DNN_OK)
        return s.status;
    if (s.found == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: holds no run: expected a file events.out.tfevents.* in it or in a "
                        "folder below, found %zu other file%s",
                        path, s.files, s.files == 1 ? "" : "s");
    char *copy = dnn_strdup(path);
    if (copy == NULL || !dnn_grow(&all->folders, &all->folder_capacity, all->folder_count, 1)) {
        dnn_free(copy);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    }
    all->folders[all->folder_count++] = copy;
    all->scanned = dnn_clock_seconds();
    return DNN_OK;
}

static dnn_status open_path(runs *all, const char *path, dnn_error *err) {
    char real[PATH_MAX];
    struct stat info;
    if (realpath(path, real) == NULL || stat(real, &info) != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return open_folder(all, real, err);
    if (!dnn_is_event_file(real))
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: is no run: expected a folder, or a file events.out.tfevents.*", path);
    return add_run(all, real, err);
}

dnn_status runs_open(runs *all, const char *path, dnn_error *err) {
    dnn_status status = open_path(all, path, err);
    if (!name_runs(all) && status == DNN_OK)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    return status;
}

void runs_free(runs *all) {
    for (size_t i = 0; i < all->count; i++)
        free_run(all->items[i]);
    for (size_t i = 0; i < all->folder_count; i++)
        dnn_free(all->folders[i]);
    dnn_free(all->items);
    dnn_free(all->folders);
    *all = (runs){0};
}

/* --- following --- */

static void look_for_runs(runs *all) {
    double now = dnn_clock_seconds();
    if (now - all->scanned < SCAN_SECONDS)
        return;
    all->scanned = now;
    size_t before = all->count;
    for (size_t i = 0; i < all->folder_count; i++) {
        search s = {.all = all};
        search_folder(&s, all->folders[i], 0);
    }
    if (all->count > before)
        name_runs(all);
}

static void poll_one(void *context, size_t i) {
    run_poll(((run **)context)[i]);
}

bool runs_poll(runs *all) {
    uint64_t before = all->generation;
    size_t values = 0;
    look_for_runs(all);
    if (all->unread) /* later there is little to read, and a training wants the other threads */
        dnn_parallel(all->count, poll_one, all->items);
    for (size_t i = 0; i < all->count; i++) {
        run *r = all->items[i];
        if (!all->unread)
            run_poll(r);
        values += r->new_values;
        all->generation += r->new_tags;
    }
    runs_decode_pictures(all, all->unread);
    all->unread = false;
    return values > 0 || all->generation != before;
}
