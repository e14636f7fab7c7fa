/* run_values.c: what scripts log: tables of numbers, matrices, images, text.
 *
 * A tag is the path to a value, "accuracy/train". Paths are built once: the run keeps a tree of
 * nodes that mirrors the tables, a node being the table {tag, {key = node, ...}}, so that logging
 * the same tables again makes no garbage. Most calls log a few numbers by name, and do without the
 * tree: at its root a tag is the name's own string, which the run knows by its address. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/run/run.h"
#include "core/interrupt.h"
#include "core/utf8.h"
#include "data/image.h"
#include "math/bins.h"
#include "math/elementwise.h"

#define DEEPEST 8

enum { NODE_TAG = 1, NODE_CHILDREN };

/* --- tags --- */

/* A character that every plot and terminal can show: not one of the controls U+0000..U+001F and
 * U+007F..U+009F. */
static bool is_plain(uint32_t character) {
    return character >= ' ' && (character < 0x7F || character > 0x9F);
}

/* Pushes a text in quotation marks, with what is not plain UTF-8 in it as \xE9. */
static const char *push_quoted(lua_State *L, const char *text, size_t size) {
    luaL_Buffer buffer;

    luaL_buffinit(L, &buffer);
    luaL_addchar(&buffer, '\'');
    for (size_t i = 0, length; i < size; i += length) {
        uint32_t character;
        length = dnn_utf8_decode(text + i, size - i, &character);
        if (length > 0 && is_plain(character)) {
            luaL_addlstring(&buffer, text + i, length);
            continue;
        }
        length = 1;
        char hex[5];
        snprintf(hex, sizeof hex, "\\x%02X", (unsigned char)text[i]);
        luaL_addstring(&buffer, hex);
    }
    luaL_addchar(&buffer, '\'');
    luaL_pushresult(&buffer);
    return lua_tostring(L, -1);
}

/* Raises unless a part of a tag, which opens the message, is UTF-8, not empty, and holds no
 * characters that no plot could show. */
void dnnlua_run_check_tag(lua_State *L, const char *what, const char *tag, size_t size) {
    bool plain = size > 0;

    if (!dnn_utf8_valid(tag, size)) {
        luaL_error(
            L, "Run: %s must be UTF-8, got %s; convert it from its encoding, or name it in ASCII",
            what, push_quoted(L, tag, size));
    }
    for (size_t i = 0; i < size;) {
        uint32_t character;
        i += dnn_utf8_decode(tag + i, size - i, &character);
        plain = plain && is_plain(character);
    }
    if (!plain) {
        luaL_error(L, "Run: %s must be a string without control characters, got %s", what,
                   push_quoted(L, tag, size));
    }
}

/* Makes the node under `parent` for the name on top of the stack, which it replaces. */
static void make_node(lua_State *L, int parent) {
    size_t size;
    const char *name = lua_tolstring(L, -1, &size);
    int top = lua_gettop(L);

    dnnlua_run_check_tag(L, "a name of a value", name, size);
    lua_createtable(L, 2, 0);
    if (lua_rawgeti(L, parent, NODE_TAG) == LUA_TNIL)
        lua_pushvalue(L, top);
    else
        lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), name);
    lua_rawseti(L, top + 1, NODE_TAG);
    lua_settop(L, top + 1);
    lua_replace(L, top);
}

/* Replaces the key on top of the stack, a string or an integer, by its node under `parent`. */
static void find_node(lua_State *L, int parent) {
    int key = lua_gettop(L);

    if (lua_rawgeti(L, parent, NODE_CHILDREN) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawseti(L, parent, NODE_CHILDREN);
    }
    lua_pushvalue(L, key);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        if (lua_type(L, key) != LUA_TSTRING && !lua_isinteger(L, key)) {
            luaL_error(L, "Run: log: keys must be names or whole numbers, got %s",
                       dnnlua_got(L, key));
        }
        lua_pushvalue(L, key);
        make_node(L, parent);
        lua_pushvalue(L, key);
        lua_pushvalue(L, -2);
        lua_rawset(L, key + 1);
    }
    lua_replace(L, key);
    lua_settop(L, key);
}

/* The tag of the node at index, which lives as long as the run. */
static const char *node_tag(lua_State *L, int node) {
    lua_rawgeti(L, node, NODE_TAG);
    const char *tag = lua_tostring(L, -1);
    lua_pop(L, 1);
    return tag;
}

const char *dnnlua_run_tag(lua_State *L, int run, const char *group, const char *name) {
    int top = lua_gettop(L);

    lua_getiuservalue(L, run, RUN_TAGS);
    lua_pushstring(L, group);
    find_node(L, top + 1);
    if (name != NULL) {
        lua_pushstring(L, name);
        find_node(L, top + 2);
    }
    const char *tag = node_tag(L, lua_gettop(L));
    lua_settop(L, top);
    return tag;
}

/* --- events --- */

void dnnlua_run_log_event(const dnnlua_run *self, dnn_event event) {
    event.tag_size = strlen(event.tag);
    if (self->log != NULL)
        dnn_run_log_event(self->log, &event);
}

void dnnlua_run_log_number(const dnnlua_run *self, lua_Integer step, const char *tag,
                           double value) {
    if (self->log != NULL)
        dnn_run_log_scalar(self->log, step, tag, value);
}

static void log_bins(const dnnlua_run *self, lua_Integer step, const char *tag,
                     const dnn_bins *bins) {
    bool any =
        bins->count > 0; /* else an empty bucket stands for the finite ones: readers want one */

    if (dnn_interrupt_requested() || bins->count + bins->not_finite == 0)
        return; /* nothing was counted */
    dnnlua_run_log_event(self, (dnn_event){
                                   .step = step,
                                   .tag = tag,
                                   .kind = DNN_EVENT_HISTOGRAM,
                                   .histogram = {.min = any ? bins->min : 0,
                                                 .max = any ? bins->max : 0,
                                                 .count = (double)(bins->count + bins->not_finite),
                                                 .sum = bins->sum,
                                                 .sum_squares = bins->sum_squares,
                                                 .buckets = any ? DNN_BINS : 1,
                                                 .limits = bins->limits,
                                                 .counts = bins->counts}
    });
}

void dnnlua_run_log_histogram(const dnnlua_run *self, lua_Integer step, const char *tag,
                              const dnn_matrix *m) {
    dnn_bins bins;

    dnn_bins_count(&bins, m);
    log_bins(self, step, tag, &bins);
}

dnn_status dnnlua_run_log_image(const dnnlua_run *self, lua_Integer step, const char *tag,
                                const uint8_t *pixels, size_t width, size_t height, size_t channels,
                                dnn_error *err) {
    uint8_t *png;
    size_t size;
    dnn_status status = dnn_image_encode_png(&png, &size, pixels, width, height, channels, err);

    if (status == DNN_OK) {
        dnnlua_run_log_event(self, (dnn_event){.step = step,
                                               .tag = tag,
                                               .kind = DNN_EVENT_IMAGE,
                                               .width = width,
                                               .height = height,
                                               .bytes = png,
                                               .size = size});
        free(png);
    }
    return status;
}

void dnnlua_run_log_text(const dnnlua_run *self, lua_Integer step, const char *tag,
                         const char *text, size_t size) {
    dnnlua_run_log_event(self, (dnn_event){.step = step,
                                           .tag = tag,
                                           .kind = DNN_EVENT_TEXT,
                                           .bytes = (const uint8_t *)text,
                                           .size = size});
}

/* --- a table of values --- */

typedef struct walk {
    dnnlua_run *self;
    dnnlua_logged *logged;
} walk;

static void log_table(lua_State *L, const walk *w, int table, int node, int depth);

static void note_not_finite(const walk *w, const char *tag, double value, size_t elements) {
    if (w->logged->not_finite == NULL) {
        w->logged->not_finite = tag;
        w->logged->value = value;
        w->logged->elements = elements;
    }
}

static void log_number(const walk *w, const char *tag, double value) {
    dnnlua_run_log_number(w->self, w->logged->step, tag, value);
    if (!isfinite(value))
        note_not_finite(w, tag, value, 0);
}

/* A matrix of one element is a number, of more a histogram. */
static void log_matrix(lua_State *L, const walk *w, const char *tag, const dnn_matrix *m) {
    dnn_bins bins;
    size_t count = dnn_matrix_count(m);

    if (count == 0) {
        luaL_error(L, "Run: log: %s is a Matrix %I x %I, which has no elements", tag,
                   (lua_Integer)m->rows, (lua_Integer)m->cols);
    }
    if (count == 1) {
        log_number(w, tag, dnn_matrix_get(m, 0, 0));
        return;
    }
    dnn_bins_count(&bins, m);
    log_bins(w->self, w->logged->step, tag, &bins);
    if (bins.not_finite > 0)
        note_not_finite(w, tag, NAN, bins.not_finite);
}

/* Logs the value at index under the node at index. */
static void log_value(lua_State *L, const walk *w, int value, int node, int depth) {
    const char *tag = node_tag(L, node);

    switch (lua_type(L, value)) {
    case LUA_TNUMBER:
        log_number(w, tag, lua_tonumber(L, value));
        return;
    case LUA_TTABLE:
        log_table(L, w, value, node, depth + 1);
        return;
    case LUA_TUSERDATA:
        if (dnnlua_test_matrix(L, value) != NULL) {
            log_matrix(L, w, tag, dnnlua_test_matrix(L, value));
            return;
        }
    }
    luaL_error(L, "Run: log: %s must be a number, a Matrix or a table of them, got %s%s", tag,
               dnnlua_got(L, value),
               lua_type(L, value) == LUA_TSTRING ? "; text is logged by run:text(tag, text)" : "");
}

/* The known tag of the number on top of the stack, whose key is below it; NULL: something else. */
static const char *known_tag(lua_State *L, const dnnlua_run *self) {
    if (lua_type(L, -1) != LUA_TNUMBER || lua_type(L, -2) != LUA_TSTRING)
        return NULL;
    const char *name = lua_tostring(L, -2);
    for (size_t k = 0; k < DNNLUA_KNOWN_TAGS && self->known[k] != NULL; k++)
        if (self->known[k] == name)
            return name;
    return NULL;
}

/* Notes the name at index, where the tree holds this very string as the tag of the node at index.
 */
static void note_tag(lua_State *L, dnnlua_run *self, int name, int node) {
    const char *tag = node_tag(L, node);
    size_t k = 0;

    while (k < DNNLUA_KNOWN_TAGS && self->known[k] != NULL)
        k++;
    if (k < DNNLUA_KNOWN_TAGS && lua_type(L, name) == LUA_TSTRING && lua_tostring(L, name) == tag)
        self->known[k] = tag;
}

/* Logs the numbers under known names; returns how many other values the table at index has. */
static size_t log_known(lua_State *L, const walk *w, int table) {
    size_t others = 0;

    lua_pushnil(L);
    while (lua_next(L, table)) {
        const char *tag = known_tag(L, w->self);
        if (tag != NULL)
            log_number(w, tag, lua_tonumber(L, -1));
        else
            others++;
        lua_pop(L, 1);
    }
    return others;
}

/* Logs the table at index, whose keys become names under the node at index. An array may have a
 * table `names` that says what its elements are called. */
static void log_table(lua_State *L, const walk *w, int table, int node, int depth) {
    if (depth > DEEPEST) {
        luaL_error(L, "Run: log: tables are more than %d deep at %s; does one contain itself?",
                   DEEPEST, node_tag(L, node));
    }
    luaL_checkstack(L, 2 * LUA_MINSTACK, "Run: log");
    lua_pushliteral(L, "names");
    bool named = lua_rawget(L, table) == LUA_TTABLE;
    int names = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        int value = lua_gettop(L);
        bool is_names = named && lua_rawequal(L, value, names);
        bool logged = depth == 1 && known_tag(L, w->self) != NULL;
        if (named && lua_isinteger(L, value - 1))
            lua_rawgeti(L, names, lua_tointeger(L, value - 1));
        else
            lua_pushvalue(L, value - 1);
        if (!is_names && !logged) {
            find_node(L, node);
            log_value(L, w, value, value + 1, depth);
            if (depth == 1 && lua_type(L, value) == LUA_TNUMBER)
                note_tag(L, w->self, value - 1, value + 1);
        }
        lua_settop(L, value - 1);
    }
    lua_pop(L, 1);
}

/* Allowed, as a script may log an epoch again, and rarely meant. Written here, so that it is no
 * garbage of Lua's. */
static void warn_of_going_back(lua_State *L, dnnlua_run *self, lua_Integer step) {
    char text[128];

    if (step < self->step && !self->went_back) {
        self->went_back = true;
        snprintf(text, sizeof text, "Run: log: step %lld after step %lld: the curves run backwards",
                 (long long)step, (long long)self->step);
        lua_warning(L, text, 0);
    }
}

void dnnlua_run_log_values(lua_State *L, int run, int values, dnnlua_logged *logged) {
    walk w = {lua_touserdata(L, run), logged};

    warn_of_going_back(L, w.self, logged->step);
    if (log_known(L, &w, values) > 0) {
        lua_getiuservalue(L, run, RUN_TAGS);
        log_table(L, &w, values, lua_gettop(L), 1);
        lua_pop(L, 1);
    }
}
