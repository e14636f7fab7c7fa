/* folder_scan.c: walking a folder of images: what is found, and what is passed over and why. */
#include "data/folder_scan.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/grow.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/natural.h"
#include "core/utf8.h"
#include "data/image.h"

/* --- lists --- */

/* Takes `text`, which may be NULL for want of memory; false then too. */
static bool add_text(dnn_texts *texts, char *text) {
    bool enough = text != NULL && dnn_grow(&texts->items, &texts->room, texts->count, 1);
    if (enough)
        texts->items[texts->count++] = text;
    else
        dnn_free(text);
    return enough;
}

static void free_texts(dnn_texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        dnn_free(texts->items[i]);
    dnn_free(texts->items);
}

void dnn_scan_free(dnn_scan *scan) {
    for (size_t i = 0; i < scan->count; i++)
        dnn_free(scan->items[i].path);
    dnn_free(scan->items);
    free_texts(&scan->names);
    free_texts(&scan->skipped);
    *scan = (dnn_scan){0};
}

bool dnn_scan_skip(dnn_scan *scan, const char *format, ...) {
    char text[4096 + 256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    dnn_utf8_disarm(text);
    return add_text(&scan->skipped, dnn_strdup(text));
}

dnn_status dnn_scan_no_memory(const char *path, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for the list of its images",
                    path);
}

/* Takes `path`. */
static bool add_image(dnn_scan *scan, char *path, const char *class_name, bool at_top, bool test) {
    bool enough = dnn_grow(&scan->items, &scan->room, scan->count, 1);
    if (enough)
        scan->items[scan->count++] = (dnn_found){path, class_name, at_top, test};
    else
        dnn_free(path);
    return enough;
}

/* --- one folder --- */

/* What is under a name; links are followed. */
typedef enum stands { FILE_THERE, FOLDER_THERE, NOTHING_THERE, DEVICE_THERE } stands;

static stands look(const char *path, unsigned char type) {
    struct stat info;
    if (type == DT_REG)
        return FILE_THERE;
    if (type == DT_DIR)
        return FOLDER_THERE;
    if (stat(path, &info) != 0)
        return NOTHING_THERE;
    return S_ISDIR(info.st_mode) ? FOLDER_THERE : S_ISREG(info.st_mode) ? FILE_THERE : DEVICE_THERE;
}

static char *join(const char *folder, const char *name) {
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    char *path = dnn_alloc(size);
    if (path != NULL)
        snprintf(path, size, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/",
                 name);
    return path;
}

static bool is_litter(const char *name) {
    return name[0] == '.' || strcasecmp(name, "Thumbs.db") == 0 ||
           strcasecmp(name, "desktop.ini") == 0;
}

/* Called for each name in a folder; takes `path`. */
typedef dnn_status visitor(dnn_scan *scan, char *path, const char *name, stands what, void *context,
                           dnn_error *err);

static dnn_status walk(dnn_scan *scan, const char *path, visitor *visit, void *context,
                       dnn_error *err) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s; expected a folder of images", path,
                        strerror(errno));
    dnn_status status = DNN_OK;
    for (struct dirent *d; status == DNN_OK && (errno = 0, d = readdir(folder)) != NULL;) {
        if (is_litter(d->d_name))
            continue;
        char *inner = join(path, d->d_name);
        status = inner == NULL
                     ? dnn_scan_no_memory(path, err)
                     : visit(scan, inner, d->d_name, look(inner, d->d_type), context, err);
        if (status == DNN_OK)
            status = dnn_interrupt_check(err);
    }
    if (status == DNN_OK && errno != 0)
        status = dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    closedir(folder);
    return status;
}

/* --- a set --- */

typedef struct set {
    const char *class_name; /* of the subfolder, NULL at the top */
    bool test;
} set;

/* Whether a file is one to read; what is not is named. Sets *enough false without memory. */
static bool is_image(dnn_scan *scan, const char *path, const char *name, stands what,
                     bool *enough) {
    const char *kind = dnn_image_unread_extension(name);
    if (what == FILE_THERE && dnn_image_has_extension(name))
        return true;
    if (what == NOTHING_THERE)
        *enough = dnn_scan_skip(scan, "%s: is a broken link", path);
    else if (what == FILE_THERE && kind != NULL)
        *enough = dnn_scan_skip(scan, "%s: is %s, which is not read: convert it to PNG or JPEG",
                                path, kind);
    else
        *enough = dnn_scan_skip(scan, "%s: is not an image", path);
    return false;
}

static visitor visit_set;

/* The folder of a class; a class of which nothing can be read is named. */
static dnn_status scan_class(dnn_scan *scan, const char *path, const char *name, bool test,
                             dnn_error *err) {
    const size_t before = scan->count;
    if (!add_text(&scan->names, dnn_strdup(name)))
        return dnn_scan_no_memory(path, err);
    set inner = {scan->names.items[scan->names.count - 1], test};
    dnn_status status = walk(scan, path, visit_set, &inner, err);
    if (status == DNN_OK && scan->count == before &&
        !dnn_scan_skip(scan, "%s: holds no readable images, so it is not a class", path))
        return dnn_scan_no_memory(path, err);
    return status;
}

/* At the top an image's class is its name up to the first dot, empty when that dot is the
 * extension's, and a folder is a class. */
static dnn_status visit_set(dnn_scan *scan, char *path, const char *name, stands what,
                            void *context, dnn_error *err) {
    const set *s = context;
    dnn_status status = DNN_OK;
    bool enough = true;
    if (what == FOLDER_THERE && s->class_name == NULL) {
        status = scan_class(scan, path, name, s->test, err);
    } else if (what == FOLDER_THERE) {
        enough = dnn_scan_skip(scan, "%s: is a folder inside a class: it is not looked into", path);
    } else if (is_image(scan, path, name, what, &enough)) {
        const char *class_name = s->class_name;
        if (class_name == NULL) {
            char *label = dnn_strdup(name);
            if (label != NULL && label + strcspn(label, ".") == strrchr(label, '.'))
                label[0] = '\0';
            else if (label != NULL)
                label[strcspn(label, ".")] = '\0';
            enough = add_text(&scan->names, label);
            class_name = label;
        }
        if (enough) {
            enough = add_image(scan, path, class_name, s->class_name == NULL, s->test);
            path = NULL;
        }
    }
    dnn_free(path);
    return status == DNN_OK && !enough ? dnn_scan_no_memory("the folder", err) : status;
}

/* --- train/ and test/ --- */

/* Folders that are beside train/, in the order in which they are taken for the second set. */
static const char *const second_sets[] = {"test", "val", "valid", "validation", NULL};

typedef struct sets {
    bool train, other;
    dnn_texts beside; /* paths of the folders that are called like a set to test with */
} sets;

static dnn_status visit_root(dnn_scan *scan, char *path, const char *name, stands what,
                             void *context, dnn_error *err) {
    (void)scan;
    sets *s = context;
    if (what == FOLDER_THERE &&
        (strncasecmp(name, "test", 4) == 0 || strncasecmp(name, "val", 3) == 0))
        return add_text(&s->beside, path) ? DNN_OK : dnn_scan_no_memory("the folder", err);
    if (what == FOLDER_THERE && strcmp(name, "train") == 0)
        s->train = true;
    else if (what == FOLDER_THERE || (what == FILE_THERE && dnn_image_has_extension(name)))
        s->other = true;
    dnn_free(path);
    return DNN_OK;
}

/* Whether the second set's images have their classes in their names, where they are at its top;
 * `from` is the first of them. */
static bool is_labelled(const dnn_scan *scan, size_t from) {
    for (size_t i = from; i < scan->count; i++)
        if (scan->items[i].class_name[0] == '\0')
            return false;
    return scan->count > from;
}

static void forget_images(dnn_scan *scan, size_t from) {
    while (scan->count > from)
        dnn_free(scan->items[--scan->count].path);
}

/* Which of the folders beside train/ is the second set by its name, or the number of them. */
static size_t find_second(const sets *s) {
    for (const char *const *name = second_sets; *name != NULL; name++)
        for (size_t i = 0; i < s->beside.count; i++)
            if (strcmp(strrchr(s->beside.items[i], '/') + 1, *name) == 0)
                return i;
    return s->beside.count;
}

static dnn_status scan_sets(dnn_scan *scan, const char *path, const sets *s, dnn_error *err) {
    const size_t second = find_second(s);
    char *train = join(path, "train");
    set first = {NULL, false}, other = {NULL, true};
    dnn_status status =
        train == NULL ? dnn_scan_no_memory(path, err) : walk(scan, train, visit_set, &first, err);
    dnn_free(train);
    for (size_t i = 0; i < s->beside.count && status == DNN_OK; i++) {
        const char *beside = s->beside.items[i];
        const size_t before = scan->count;
        bool enough = true;
        if (i == second)
            status = walk(scan, beside, visit_set, &other, err);
        if (status != DNN_OK || (i == second && is_labelled(scan, before)))
            continue;
        forget_images(scan, before);
        if (i == second)
            enough = dnn_scan_skip(scan,
                                   "%s: is beside train/, but its images have no classes: it "
                                   "is left out",
                                   beside);
        else
            enough = dnn_scan_skip(scan,
                                   "%s: is beside train/ and is not read; the second set is "
                                   "test/, val/ or valid/, with classes as in train/",
                                   beside);
        if (!enough)
            status = dnn_scan_no_memory(path, err);
    }
    return status;
}

/* --- the whole --- */

/* Images at the top and in subfolders, or without a class in their name, are neither layout. */
static dnn_status check_layout(const dnn_scan *scan, const char *path, dnn_error *err) {
    size_t top = 0, count = 0;
    const dnn_found *nameless = NULL, *first_top = NULL;
    for (size_t i = 0; i < scan->count; i++) {
        const dnn_found *f = &scan->items[i];
        count++;
        if (!f->at_top)
            continue;
        if (top++ == 0 || dnn_natural_compare(f->path, first_top->path) < 0)
            first_top = f;
        if (f->class_name[0] == '\0' &&
            (nameless == NULL || dnn_natural_compare(f->path, nameless->path) < 0))
            nameless = f;
    }
    if (count == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: holds no images (JPEG, PNG, WebP, GIF, BMP); " DNN_FOLDER_EXPECTED,
                        path);
    if (top > 0 && top < count)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: holds %zu images beside subfolders that hold %zu; " DNN_FOLDER_EXPECTED
                        ", not both (%s)",
                        path, top, count - top, first_top->path);
    if (nameless != NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: has no class in its name; " DNN_FOLDER_EXPECTED,
                        nameless->path);
    return DNN_OK;
}

dnn_status dnn_scan_folder(dnn_scan *scan, const char *path, dnn_error *err) {
    sets s = {0};
    set one = {NULL, false};
    *scan = (dnn_scan){0};
    dnn_status status = walk(scan, path, visit_root, &s, err);
    if (status == DNN_OK)
        status = s.train && !s.other ? scan_sets(scan, path, &s, err)
                                     : walk(scan, path, visit_set, &one, err);
    free_texts(&s.beside);
    if (status == DNN_OK)
        status = check_layout(scan, path, err);
    return status;
}
