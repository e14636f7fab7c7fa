/* csv_rows.c: a buffer that always holds a whole row, and the splitting of it. Rows are found by
 * memchr; only those with a quote in them are gone through byte by byte. */
#include "data/csv_rows.h"

#include <string.h>

#include "core/grow.h"
#include "core/memory.h"

#define BLOCK   ((size_t)1 << 16)
#define MAX_ROW ((size_t)1 << 25) /* bytes */

/* --- the buffer --- */

/* Reads more after what is there. The buffer may move, and what is in it; offsets from begin stay.
 */
static dnn_status refill(dnn_csv_rows *r, dnn_error *err) {
    size_t got = 0;
    if (r->end - r->begin >= MAX_ROW)
        return dnn_source_fail(r->source, DNN_ERROR_FORMAT, err,
                               "line %llu is longer than %zu MiB; is a line end or a closing quote "
                               "missing?",
                               (unsigned long long)r->next_line, MAX_ROW >> 20);
    if (!r->keeps && r->begin > 0) {
        memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (!dnn_grow(&r->buffer, &r->room, r->end, BLOCK))
        return dnn_source_fail(r->source, DNN_ERROR_MEMORY, err, "not enough memory for its rows");
    dnn_status status =
        dnn_source_read_some(r->source, r->buffer + r->end, r->room - r->end, &got, err);
    r->end += got;
    r->at_end = status == DNN_OK && got == 0;
    return status;
}

static size_t mark_size(const dnn_csv_rows *r) {
    return r->end >= 3 && memcmp(r->buffer, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

dnn_status dnn_csv_rows_begin(dnn_csv_rows *r, dnn_source *source, dnn_error *err) {
    *r = (dnn_csv_rows){.source = source, .keeps = true, .newline = '\n', .next_line = 1};
    dnn_status status = refill(r, err);
    for (size_t before = 0; status == DNN_OK && !r->at_end && r->end < BLOCK && r->end > before;) {
        before = r->end;
        status = refill(r, err);
    }
    if (status != DNN_OK)
        return status;
    r->begin = mark_size(r);
    if (memchr(r->buffer, '\n', r->end) == NULL && memchr(r->buffer, '\r', r->end) != NULL)
        r->newline = '\r';
    return DNN_OK;
}

void dnn_csv_rows_free(dnn_csv_rows *r) {
    dnn_free(r->buffer);
    r->buffer = NULL;
}

void dnn_csv_rows_rewind(dnn_csv_rows *r) {
    r->begin = mark_size(r);
    r->keeps = false;
    r->line = 0;
    r->next_line = 1;
}

/* --- rows --- */

/* How far a quoted row has been looked at. */
typedef struct scan {
    size_t at;          /* from begin */
    bool inside, opens; /* in quotes; a quote here would open some */
    uint64_t lines;     /* ends of lines inside quotes */
} scan;

/* Goes on to the end of the row; false when the buffer ends first. */
static bool scan_row(const dnn_csv_rows *r, scan *s, char delimiter) {
    const char *text = r->buffer + r->begin;
    for (size_t n = r->end - r->begin; s->at < n; s->at++) {
        char c = text[s->at];
        if (s->inside) {
            s->lines += c == r->newline;
            s->inside = c != '"'; /* "" ends here and opens again */
            s->opens = c == '"';
        } else if (c == r->newline) {
            return true;
        } else if (c == '"' && s->opens) {
            s->inside = true;
        } else {
            s->opens = c == delimiter || (s->opens && (c == ' ' || c == '\t'));
        }
    }
    return false;
}

/* Length of the row at begin by quotes and line ends. */
static dnn_status measure_quoted(dnn_csv_rows *r, char delimiter, size_t *length, dnn_error *err) {
    scan s = {.opens = true};
    while (!scan_row(r, &s, delimiter)) {
        if (r->at_end)
            break;
        dnn_status status = refill(r, err);
        if (status != DNN_OK)
            return status;
    }
    if (s.inside)
        return dnn_source_fail(r->source, DNN_ERROR_FORMAT, err,
                               "line %llu opens a quote that is never closed",
                               (unsigned long long)r->next_line);
    *length = s.at;
    r->next_line += s.lines;
    return DNN_OK;
}

/* Length of the row at begin up to the end of its line. */
static dnn_status measure_line(dnn_csv_rows *r, size_t *length, dnn_error *err) {
    for (size_t seen = 0;;) {
        size_t n = r->end - r->begin;
        const char *text = r->buffer + r->begin;
        const char *newline = n > seen ? memchr(text + seen, r->newline, n - seen) : NULL;
        *length = newline != NULL ? (size_t)(newline - text) : n;
        if (newline != NULL || r->at_end)
            return DNN_OK;
        seen = n;
        dnn_status status = refill(r, err);
        if (status != DNN_OK)
            return status;
    }
}

static bool is_blank(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

dnn_status dnn_csv_rows_next(dnn_csv_rows *r, dnn_csv_row *row, char delimiter, bool *more,
                             dnn_error *err) {
    size_t length = 0;
    for (bool blank = true; blank;) {
        dnn_status status = measure_line(r, &length, err);
        if (status != DNN_OK)
            return status;
        *more = length > 0 || r->begin < r->end;
        if (!*more)
            return DNN_OK;
        r->line = r->next_line;
        if (memchr(r->buffer + r->begin, '\0', length) != NULL)
            return dnn_source_fail(r->source, DNN_ERROR_FORMAT, err,
                                   "line %llu holds a zero byte, as text does not; was the file "
                                   "cut by a crash, or is it something else?",
                                   (unsigned long long)r->line);
        row->quoted = memchr(r->buffer + r->begin, '"', length) != NULL;
        if (row->quoted && (status = measure_quoted(r, delimiter, &length, err)) != DNN_OK)
            return status;
        row->at = r->buffer + r->begin;
        row->end = row->at + length;
        r->begin += length + (r->begin + length < r->end); /* past the line's end */
        r->next_line++;
        blank = is_blank(row->at, length);
    }
    if (row->end > row->at && row->end[-1] == '\r' && r->newline == '\n')
        row->end--;
    return DNN_OK;
}

/* --- fields --- */

const char *dnn_csv_skip_blanks(const char *at, const char *end, char delimiter) {
    while (at < end && (*at == ' ' || *at == '\t') && (*at != delimiter || delimiter == ' '))
        at++;
    return at;
}

static bool delimits(char c, char delimiter) {
    return c == delimiter || (delimiter == ' ' && c == '\t');
}

/* From the opening quote: the field's text, and where it ends. */
static const char *take_quoted(const char *at, const char *end, dnn_csv_field *f) {
    f->text = ++at;
    for (; at < end; at++) {
        if (*at != '"')
            continue;
        if (at + 1 < end && at[1] == '"') {
            f->escaped = true;
            at++;
            continue;
        }
        break;
    }
    f->size = (size_t)(at - f->text);
    return at < end ? at + 1 : end;
}

bool dnn_csv_next_field(dnn_csv_row *row, char delimiter, dnn_csv_field *f) {
    if (row->at == NULL)
        return false;
    const char *at = dnn_csv_skip_blanks(row->at, row->end, delimiter);
    *f = (dnn_csv_field){.text = at};
    if (at < row->end && *at == '"') {
        at = take_quoted(at, row->end, f);
        for (; at < row->end && !delimits(*at, delimiter); at++)
            f->runs_on = f->runs_on || !is_blank(at, 1);
    } else {
        if (delimiter == ' ')
            while (at < row->end && !delimits(*at, delimiter))
                at++;
        else {
            const char *found =
                at < row->end ? memchr(at, delimiter, (size_t)(row->end - at)) : NULL;
            at = found != NULL ? found : row->end;
        }
        const char *last = at;
        while (last > f->text && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
            last--;
        f->size = (size_t)(last - f->text);
    }
    if (delimiter == ' ')
        at = dnn_csv_skip_blanks(at, row->end, delimiter);
    row->at = at == row->end ? NULL : delimiter == ' ' ? at : at + 1;
    return true;
}
