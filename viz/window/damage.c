/* damage.c: what of a log could not be read, in words. */
#include "viz/window/damage.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/text_stream.h"
#include "core/utf8.h"
#include "viz/window/page.h"

/* After the path, which it begins with; "" when all is well. */
static const char *damage_of(const run *r) {
    const char *words = dnn_run_reader_damage(r->reader), *end = strrchr(words, ':');
    return end == NULL ? "" : end + strlen(": ");
}

static void describe_torn(const run *r, char *text, size_t size) {
    size_t torn = dnn_run_reader_torn(r->reader);
    text[0] = '\0';
    if (torn > 0)
        snprintf(text, size, "ends inside a record: its last %zu byte%s left out", torn,
                 torn == 1 ? " is" : "s are");
}

/* "pr of the kind pr_curves", and how many more there are; "" when all kinds are known. */
static void describe_unknown(const run *r, char *text, size_t size) {
    size_t count = 0;
    text[0] = '\0';
    for (size_t k = 0; k < r->tag_count; k++)
        if (r->tags[k]->kind == DNN_EVENT_UNKNOWN && count++ == 0)
            snprintf(text, size, "%.60s of the kind %.60s", r->tags[k]->name, r->tags[k]->text);
    size_t used = strlen(text);
    if (count > 1)
        snprintf(text + used, size - used, " and %zu more", count - 1);
    dnn_utf8_disarm_line(text);
}

/* Whether something was lost for want of memory that the user has not heard of. */
static bool has_lost(const view *v) {
    return dnn_allocations_refused() > v->refused;
}

dnn_status damage_check_memory(const view *v, dnn_error *err) {
    return has_lost(v) ? dnn_fail(err, DNN_ERROR_MEMORY,
                                  "out of memory: some of it could not be read or drawn")
                       : DNN_OK;
}

bool damage_say(view *v) {
    if (has_lost(v)) {
        v->refused = dnn_allocations_refused();
        view_say(v, "out of memory: some of what was logged may be missing here");
        return true;
    }
    for (size_t i = 0; i < v->all->count; i++) {
        run *r = v->all->items[i];
        char torn[96];
        describe_torn(r, torn, sizeof torn);
        if (!r->damage_told && *damage_of(r) != '\0') {
            r->damage_told = true;
            view_say(v, "the log of %.100s: %s", r->name, damage_of(r));
            return true;
        }
        char unknown[160];
        describe_unknown(r, unknown, sizeof unknown);
        if (!r->unknown_told && unknown[0] != '\0') {
            r->unknown_told = true;
            view_say(v, "not shown of %.100s: %s", r->name, unknown);
            return true;
        }
        if (!r->torn_told && torn[0] != '\0' && !page_is_running(v, r)) {
            r->torn_told = true;
            view_say(v, "the log of %.100s %s", r->name, torn);
            return true;
        }
    }
    return false;
}

bool damage_unread(const runs *all) {
    for (size_t i = 0; i < all->count; i++)
        if (dnn_run_reader_failed(all->items[i]->reader))
            return true;
    return false;
}

typedef struct damages {
    const runs *all;
    bool at_rest;
} damages;

static bool put_damages(const void *context, FILE *out) {
    const damages *d = context;
    for (size_t i = 0; i < d->all->count; i++) {
        const run *r = d->all->items[i];
        const char *damage = dnn_run_reader_damage(r->reader);
        char torn[96] = "", unknown[160], path[PATH_MAX];
        snprintf(path, sizeof path, "%s", r->path);
        dnn_utf8_disarm_line(path);
        if (d->at_rest)
            describe_torn(r, torn, sizeof torn);
        describe_unknown(r, unknown, sizeof unknown);
        if (damage[0] != '\0')
            fprintf(out, "dnnview: %s\n", damage);
        if (torn[0] != '\0')
            fprintf(out, "dnnview: %s: %s\n", path, torn);
        if (unknown[0] != '\0')
            fprintf(out, "dnnview: %s: not shown: %s\n", path, unknown);
    }
    return true;
}

bool damage_print(const runs *all, bool at_rest, FILE *out) {
    bool values = false, damaged = false;
    dnn_text_show(out, put_damages, &(damages){all, at_rest});
    for (size_t i = 0; i < all->count; i++) {
        const dnn_run_reader *reader = all->items[i]->reader;
        values = values || all->items[i]->tag_count > 0;
        damaged = damaged || dnn_run_reader_damage(reader)[0] != '\0' ||
                  (at_rest && dnn_run_reader_torn(reader) > 0);
    }
    if (damaged && !values)
        fprintf(out, "dnnview: there is nothing else to show\n");
    return values || !damaged;
}
