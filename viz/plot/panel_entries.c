/* panel_entries.c: what the name and the kind of a tag say of its place. */
#include "viz/plot/panel_entries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/natural.h"
#include "core/utf8.h"
#include "viz/draw/text_fit.h"
#include "viz/runs/layer_graph.h"

/* --- groups and labels --- */

/* Parts of a tag that name a share of the data, in the order of a legend. */
static const char *const shares[] = {"train", "training",   "test", "testing", "val",
                                     "valid", "validation", "eval", "dev"};
#define SHARE_COUNT (sizeof shares / sizeof *shares)

static int share_of(const char *text, size_t size) {
    for (size_t i = 0; i < SHARE_COUNT; i++)
        if (strlen(shares[i]) == size && strncasecmp(shares[i], text, size) == 0)
            return (int)i;
    return -1;
}

/* "train/loss", "loss_train", "train_loss": the quantity is the group, the share is the label. */
static bool split_share(const char *name, char separator, entry *e) {
    const char *first = strchr(name, separator), *last = strrchr(name, separator);
    if (first == NULL || first == name || last[1] == '\0')
        return false;
    size_t size = strlen(name), before = (size_t)(first - name), after = strlen(last + 1);
    if (share_of(last + 1, after) >= 0) {
        text_copy(name, (size_t)(last - name), e->group, sizeof e->group);
        text_copy(last + 1, after, e->label, sizeof e->label);
        return true;
    }
    if (share_of(name, before) >= 0) {
        text_copy(first + 1, size - before - 1, e->group, sizeof e->group);
        text_copy(name, before, e->label, sizeof e->label);
        return true;
    }
    return false;
}

static void split_name(const char *name, entry *e) {
    if (split_share(name, '/', e) || (strchr(name, '/') == NULL && split_share(name, '_', e)))
        return;
    const char *slash = strchr(name, '/');
    size_t size = strlen(name), group = slash == NULL ? size : (size_t)(slash - name);
    text_copy(name, group, e->group, sizeof e->group);
    if (slash == NULL || slash[1] == '\0')
        text_copy(name, size, e->label, sizeof e->label);
    else
        text_copy(slash + 1, size - group - 1, e->label, sizeof e->label);
}

/* --- order and first looks --- */

static int rank_of(const char *group) {
    static const struct {
        const char *part;
        int rank;
    } known[] = {
        {"cost",          0        },
        {"loss",          0        },
        {"acc",           1        },
        {"error",         1        },
        {"grad",          RANK_GRAD},
        {"update",        3        },
        {"dead",          4        },
        {"saturated",     4        },
        {"learning_rate", RANK_RATE},
        {"time",          6        },
        {"second",        6        },
    };
    if (strcasecmp(group, "epoch") == 0)
        return RANK_EPOCH;
    if (strcasecmp(group, "lr") == 0)
        return RANK_RATE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasestr(group, known[i].part) != NULL)
            return known[i].rank;
    return RANK_OTHER;
}

bool may_span_decades(const char *group) {
    static const char *const parts[] = {"grad", "norm", "update", "ratio", "learning_rate"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcasestr(group, parts[i]) != NULL)
            return true;
    return false;
}

int compare_labels(const char *a, const char *b) {
    int p = share_of(a, strlen(a)), q = share_of(b, strlen(b));
    if (p >= 0 && q >= 0)
        return p - q;
    return dnn_natural_compare(a, b);
}

static int compare_entries(const void *left, const void *right) {
    const entry *a = left, *b = right;
    int order = a->rank - b->rank;
    if (order == 0)
        order = dnn_natural_compare(a->group, b->group);
    if (order == 0)
        order = (int)a->kind - (int)b->kind;
    if (order == 0)
        order = a->run_index < b->run_index ? -1 : a->run_index > b->run_index;
    if (order == 0)
        order = compare_labels(a->label, b->label);
    return order != 0 ? order : strcmp(a->tag->name, b->tag->name);
}

/* --- entries --- */

/* The group of a tag that has a panel for each run. */
static void name_alone(entry *e, size_t run_count) {
    snprintf(e->group, sizeof e->group, run_count > 1 ? "%.60s · %.30s" : "%.90s", e->tag->name,
             run_label(e->run));
}

static void describe(entry *e, size_t run_count) {
    split_name(e->tag->name, e);
    switch (e->tag->kind) {
    case DNN_EVENT_HISTOGRAM: /* each its own panel */
        e->kind = PANEL_HISTOGRAM;
        e->rank = strcasestr(e->group, "weight") != NULL ? RANK_WEIGHTS : RANK_HISTOGRAM;
        name_alone(e, run_count);
        break;
    case DNN_EVENT_MATRIX:
        e->kind = PANEL_MATRIX;
        e->rank = RANK_MATRIX;
        name_alone(e, run_count);
        break;
    case DNN_EVENT_PR_CURVE:
        e->kind = PANEL_PR;
        e->rank = RANK_PR;
        break;
    case DNN_EVENT_IMAGE:
        e->kind = PANEL_IMAGES;
        e->rank = RANK_PICTURE;
        break;
    case DNN_EVENT_TEXT:
        e->kind = layer_graph_is(e->tag->text) ? PANEL_GRAPH : PANEL_TEXT;
        e->rank = e->kind == PANEL_GRAPH ? RANK_GRAPH : RANK_TEXT;
        snprintf(e->group, sizeof e->group, "%.90s", e->tag->name);
        snprintf(e->label, sizeof e->label, "%.90s", e->tag->name);
        break;
    default:
        e->kind = PANEL_CURVES;
        e->rank = rank_of(e->group);
        break;
    }
    dnn_utf8_disarm_line(e->group);
    dnn_utf8_disarm_line(e->label);
}

/* A text of a picture's name is its caption. */
static bool is_caption(const run *r, const run_tag *tag) {
    return tag->kind == DNN_EVENT_TEXT && run_find(r, tag->name, DNN_EVENT_IMAGE) != NULL;
}

entry *list_entries(const runs *all, size_t *count) {
    size_t tags = 0, n = 0;
    for (size_t i = 0; i < all->count; i++)
        tags += all->items[i]->tag_count;
    entry *entries = dnn_alloc((tags + 1) * sizeof *entries);
    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++) {
            const run *r = all->items[i];
            if (is_caption(r, r->tags[k]) || r->tags[k]->kind == DNN_EVENT_UNKNOWN)
                continue;
            entries[n] = (entry){.run_index = i, .run = r, .tag = r->tags[k]};
            describe(&entries[n++], all->count);
        }
    qsort(entries, n, sizeof *entries, compare_entries);
    *count = n;
    return entries;
}
