/* event_hparams.c: HParamsPluginData { session_start_info { map<string, Value> hparams } }. */
#include "log/event_hparams.h"

#include <stdio.h>
#include <string.h>

#include "log/event_fields.h"
#include "log/wire.h"

typedef struct lines {
    char *text;
    size_t size, used;
} lines;

static void add(lines *l, const void *bytes, size_t size) {
    if (size > l->size - l->used)
        return;
    memcpy(l->text + l->used, bytes, size);
    l->used += size;
}

/* A google.protobuf.Value is one of several fields: the last that is there. */
static void add_value(lines *l, const dnn_wire_field *message) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    dnn_wire_field value = {0};
    char number[64];
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        if ((f.field == ANY_NUMBER && f.kind == DNN_WIRE_FIXED64) ||
            (f.field == ANY_STRING && f.kind == DNN_WIRE_BYTES) ||
            (f.field == ANY_BOOL && f.kind == DNN_WIRE_VARINT))
            value = f;
    if (value.field == ANY_NUMBER)
        add(l, number,
            (size_t)snprintf(number, sizeof number, "%.15g",
                             dnn_shown(dnn_wire_double(value.number))));
    else if (value.field == ANY_STRING)
        add(l, value.bytes, value.size);
    else if (value.field == ANY_BOOL)
        add(l, value.number != 0 ? "true" : "false", value.number != 0 ? 4 : 5);
}

/* A line of the text; one that has no room is left out whole. */
static void add_entry(lines *l, const dnn_wire_field *message) {
    dnn_wire_reader r = dnn_wire_read(message->bytes, message->size);
    dnn_wire_field key = {0}, value = {0};
    for (dnn_wire_field f; dnn_wire_next(&r, &f);)
        if (f.field == ENTRY_KEY && f.kind == DNN_WIRE_BYTES)
            key = f;
        else if (f.field == ENTRY_VALUE && f.kind == DNN_WIRE_BYTES)
            value = f;
    if (key.size == 0 || l->used + key.size + value.size + 80 > l->size)
        return;
    if (l->used > 0)
        add(l, "\n", 1);
    add(l, key.bytes, key.size);
    add(l, " = ", 3);
    add_value(l, &value);
}

bool dnn_event_read_hparams(const uint8_t *content, size_t content_size, dnn_event *e, char *text,
                            size_t size) {
    static const char tag[] = "settings";
    lines l = {text, size, 0};
    dnn_wire_reader r = dnn_wire_read(content, content_size);
    for (dnn_wire_field f; dnn_wire_next(&r, &f);) {
        if (f.field != HPARAMS_SESSION || f.kind != DNN_WIRE_BYTES)
            continue;
        dnn_wire_reader session = dnn_wire_read(f.bytes, f.size);
        for (dnn_wire_field g; dnn_wire_next(&session, &g);)
            if (g.field == SESSION_HPARAMS && g.kind == DNN_WIRE_BYTES)
                add_entry(&l, &g);
    }
    e->kind = DNN_EVENT_TEXT;
    e->tag = tag;
    e->tag_size = sizeof tag - 1;
    e->bytes = (const uint8_t *)text;
    e->size = l.used;
    return l.used > 0;
}
