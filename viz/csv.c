/* csv.c: the points that panels show, one a line (RFC 4180). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "core/memory.h"
#include "viz/panel_parts.h"

typedef struct text {
    char *bytes;
    size_t size, capacity;
    bool failed;
} text;

static void append(text *t, const char *bytes, size_t size) {
    if (t->capacity - t->size < size) {
        size_t capacity = t->capacity + size > 4096 ? 2 * (t->capacity + size) : 8192;
        char *larger = dnn_alloc(capacity);
        if (larger == NULL) {
            t->failed = true;
            return;
        }
        if (t->size > 0)
            memcpy(larger, t->bytes, t->size);
        dnn_free(t->bytes);
        t->bytes = larger;
        t->capacity = capacity;
    }
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

/* In quotes where it must be, with quotes inside doubled. */
static void append_field(text *t, const char *field) {
    if (strpbrk(field, ",\"\r\n") == NULL) {
        append(t, field, strlen(field));
        return;
    }
    append(t, "\"", 1);
    for (const char *c = field; *c != '\0'; c++) {
        if (*c == '"')
            append(t, "\"", 1);
        append(t, c, 1);
    }
    append(t, "\"", 1);
}

static void append_curve(text *t, const panel *p, const curve *c, const page_options *o) {
    const series *s = c->tag->scalars;
    for (size_t i = 0; i < series_count(s) && !t->failed; i++) {
        double x = curve_x(c, o, i);
        if (p->held && !(x >= p->x.low && x <= p->x.high))
            continue;
        char numbers[512]; /* a wall time can have 309 digits before its point */
        int size =
            snprintf(numbers, sizeof numbers, ",%lld,%.6f,%.9g\n", (long long)series_step(s, i),
                     series_wall_time(s, i), (double)series_value(s, i));
        append_field(t, c->run->name);
        append(t, ",", 1);
        append_field(t, c->tag->name);
        append(t, numbers, (size_t)size);
    }
}

/* Whether an earlier panel has this tag (a heat map shows what the curves show). */
static bool written(const panel *panels, size_t before, const curve *c) {
    for (size_t i = 0; i < before; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++)
            if (panels[i].curves[k].tag == c->tag && !panels[i].curves[k].hidden)
                return true;
    return false;
}

dnn_status panels_write_csv(const panel *panels, size_t count, const page_options *options,
                            const char *path, dnn_error *err) {
    static const char head[] = "run,tag,step,wall_time,value\n";
    text t = {0};
    append(&t, head, sizeof head - 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++) {
            const curve *c = &panels[i].curves[k];
            if (c->tag->scalars != NULL && !c->hidden && !written(panels, i, c))
                append_curve(&t, &panels[i], c, options);
        }
    dnn_status status = t.failed ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path)
                                 : dnn_file_replace(path, t.bytes, t.size, err);
    dnn_free(t.bytes);
    return status;
}
