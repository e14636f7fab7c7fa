/* loader.c: batches prepared on threads. The Lua half checks the options and holds the position;
 * here they become a dnn_loader_config. */
#include "data/loader.h"
#include "bindings/data/data.h"
#include "bindings/handle.h"

#define LOADER "data.LoaderThreads" /* never handed out */

enum { LOADER_X = 1, LOADER_Y = 2 };

static dnn_loader *check_loader(lua_State *L) {
    return dnnlua_check_handle(L, LOADER, "the loader");
}

static int close_loader(lua_State *L) {
    dnn_loader_close(dnnlua_close_handle(L, LOADER));
    return 0;
}

/* --- the configuration --- */

static lua_Number number_field(lua_State *L, int table, const char *name, lua_Number fallback) {
    lua_getfield(L, table, name);
    lua_Number value = luaL_optnumber(L, -1, fallback);
    lua_pop(L, 1);
    return value;
}

static lua_Integer whole_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    lua_Integer value = luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
    return value;
}

static bool flag_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* The matrix under a name, left on the stack, or NULL with what is there instead. */
static const dnn_matrix *matrix_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    return dnnlua_test_matrix(L, -1);
}

static void read_strengths(lua_State *L, int table, dnn_augment *a) {
    lua_getfield(L, table, "strength");
    luaL_checktype(L, -1, LUA_TTABLE);
    for (int i = 0; i < DNN_AUGMENTATION_COUNT; i++)
        a->strength[i] = number_field(L, lua_gettop(L), dnn_augmentations[i].name, 0);
    lua_pop(L, 1);
}

static void read_augment(lua_State *L, int table, dnn_augment *a) {
    a->height = (size_t)whole_field(L, table, "height");
    a->width = (size_t)whole_field(L, table, "width");
    a->channels = (size_t)whole_field(L, table, "channels");
    a->crop_height = (size_t)whole_field(L, table, "crop_height");
    a->crop_width = (size_t)whole_field(L, table, "crop_width");
    a->centre = flag_field(L, table, "centre");
    a->top = (float)number_field(L, table, "top", 1);
    read_strengths(L, table, a);
}

static void read_config(lua_State *L, int table, dnn_loader_config *c) {
    read_augment(L, table, &c->augment);
    c->scale = number_field(L, table, "scale", 1);
    c->cache_bytes = (uint64_t)whole_field(L, table, "cache");
    c->shuffle = flag_field(L, table, "shuffle");
    c->drop_last = flag_field(L, table, "drop_last");
    c->batch_size = (size_t)whole_field(L, table, "batch_size");
    c->one_hot = (size_t)whole_field(L, table, "one_hot");
    c->seed = (uint64_t)whole_field(L, table, "seed");
    c->workers = (size_t)whole_field(L, table, "workers");
    c->prefetch = (size_t)whole_field(L, table, "prefetch");
    lua_getfield(L, table, "dtype");
    c->dtype = dnnlua_opt_dtype(L, -1, DNN_FLOAT32);
    lua_pop(L, 1);
}

/* loader(config): the threads. X and Y, which they read, stay alive as long as they do. */
static int new_loader(lua_State *L) {
    dnn_error err;
    dnn_loader_config c = {0};

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    dnn_loader **loader = lua_newuserdatauv(L, sizeof *loader, 2);
    *loader = NULL;
    luaL_setmetatable(L, LOADER);
    read_config(L, 1, &c);
    c.X = matrix_field(L, 1, "X");
    lua_setiuservalue(L, 2, LOADER_X);
    c.Y = matrix_field(L, 1, "Y");
    luaL_argcheck(L, c.Y != NULL, 1, "no Y");
    lua_setiuservalue(L, 2, LOADER_Y);
    const dnn_matrix *weights = matrix_field(L, 1, "weights");
    if (weights != NULL) {
        luaL_argcheck(L,
                      weights->dtype == DNN_FLOAT64 && dnn_matrix_is_contiguous(weights) &&
                          dnn_matrix_count(weights) == c.Y->cols,
                      1, "weights of another kind");
        c.weights = weights->data;
    }
    if (c.X == NULL) {
        lua_getfield(L, 1, "files");
        c.files = dnnlua_push_texts(L, lua_gettop(L), "Loader: files", &c.file_count);
        lua_getfield(L, 1, "target");
        c.target = dnnlua_check_target(L, lua_gettop(L), "Loader");
    }
    dnnlua_check(L, dnn_loader_open(loader, &c, &err), &err);
    lua_pushvalue(L, 2);
    return 1;
}

/* --- batches --- */

typedef dnn_status getter(dnn_loader *, uint64_t, size_t, dnn_matrix *, dnn_matrix *, size_t *,
                          dnn_error *);

static int get_by(lua_State *L, getter *get) {
    dnn_error err;
    size_t count;
    dnn_loader *loader = check_loader(L);
    size_t epoch = dnnlua_check_size(L, 2, "Loader", "epoch");
    size_t batch = dnnlua_check_size(L, 3, "Loader", "batch");
    dnn_matrix *X = dnnlua_check_writable(L, 4), *Y = dnnlua_check_writable(L, 5);

    luaL_argcheck(L, batch >= 1, 3, "batches are counted from 1");
    luaL_argcheck(L, dnn_matrix_is_contiguous(X), 4, "expected contiguous columns");
    dnnlua_check(L, get(loader, epoch, batch - 1, X, Y, &count, &err), &err);
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

/* threads:get(epoch, batch, X, Y): the number of columns that were written. */
static int loader_get(lua_State *L) {
    return get_by(L, dnn_loader_get);
}

/* threads:preview(epoch, batch, X, Y): the same, apart from what is prepared. */
static int loader_preview(lua_State *L) {
    return get_by(L, dnn_loader_preview);
}

/* threads:shape(): batches of an epoch, rows of X, rows of Y. */
static int loader_shape(lua_State *L) {
    const dnn_loader *loader = check_loader(L);

    lua_pushinteger(L, (lua_Integer)dnn_loader_batches(loader));
    lua_pushinteger(L, (lua_Integer)dnn_loader_rows(loader));
    lua_pushinteger(L, (lua_Integer)dnn_loader_label_rows(loader));
    return 3;
}

static void push_channels(lua_State *L, const double *values, int channels) {
    lua_createtable(L, channels, 0);
    for (int c = 0; c < channels; c++) {
        lua_pushnumber(L, values[c]);
        lua_rawseti(L, -2, c + 1);
    }
}

/* threads:moments(channels): tables of means and deviations. */
static int loader_moments(lua_State *L) {
    dnn_error err;
    double mean[3] = {0}, deviation[3] = {0};
    dnn_loader *loader = check_loader(L);
    int channels = (int)luaL_checkinteger(L, 2);

    luaL_argcheck(L, channels >= 1 && channels <= 3, 2, "1 to 3");
    dnn_status status = dnn_loader_moments(loader, mean, deviation, &err);
    if (status == DNN_ERROR_FILE)
        return dnnlua_fail(L, &err);
    dnnlua_check(L, status, &err);
    push_channels(L, mean, channels);
    push_channels(L, deviation, channels);
    return 2;
}

static void read_channels(lua_State *L, int index, double *values) {
    luaL_checktype(L, index, LUA_TTABLE);
    for (int c = 0; c < 3; c++) {
        lua_rawgeti(L, index, c + 1);
        values[c] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
}

/* threads:normalise(mean, deviation), tables with a number for each channel. */
static int loader_normalise(lua_State *L) {
    dnn_error err;
    double mean[3], deviation[3];
    dnn_loader *loader = check_loader(L);

    read_channels(L, 2, mean);
    read_channels(L, 3, deviation);
    dnnlua_check(L, dnn_loader_normalise(loader, mean, deviation, &err), &err);
    return 0;
}

/* threads:failure(i): why the i-th file that could not be read was not, or nil. */
static int loader_failure(lua_State *L) {
    const dnn_loader *loader = check_loader(L);
    size_t i = dnnlua_check_size(L, 2, "Loader", "failure");

    if (i < 1 || i > dnn_loader_failure_count(loader))
        lua_pushnil(L);
    else
        lua_pushstring(L, dnn_loader_failure(loader, i - 1));
    return 1;
}

/* threads:statistics(): seconds waited, files decoded, bytes in the cache. */
static int loader_statistics(lua_State *L) {
    dnn_loader_statistics s = dnn_loader_statistics_of(check_loader(L));

    lua_pushnumber(L, s.waited);
    lua_pushinteger(L, (lua_Integer)s.decoded);
    lua_pushinteger(L, (lua_Integer)s.cached_bytes);
    return 3;
}

/* augmentations(): the table of them: rows {name = , most = , needs_shape = , needs_colour = , doc
 * =
 * }. */
static int push_augmentations(lua_State *L) {
    lua_createtable(L, DNN_AUGMENTATION_COUNT, 0);
    for (int i = 0; i < DNN_AUGMENTATION_COUNT; i++) {
        const dnn_augmentation_row *row = &dnn_augmentations[i];
        lua_createtable(L, 0, 5);
        lua_pushstring(L, row->name);
        lua_setfield(L, -2, "name");
        lua_pushnumber(L, row->most);
        lua_setfield(L, -2, "most");
        lua_pushboolean(L, row->needs_shape);
        lua_setfield(L, -2, "needs_shape");
        lua_pushboolean(L, row->needs_colour);
        lua_setfield(L, -2, "needs_colour");
        lua_pushstring(L, row->doc);
        lua_setfield(L, -2, "doc");
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static const luaL_Reg methods[] = {
    {"get",        loader_get       },
    {"preview",    loader_preview   },
    {"shape",      loader_shape     },
    {"moments",    loader_moments   },
    {"normalise",  loader_normalise },
    {"failure",    loader_failure   },
    {"statistics", loader_statistics},
    {"close",      close_loader     },
    {NULL,         NULL             },
};

void dnnlua_add_loader(lua_State *L, int data) {
    dnnlua_define_handle(L, LOADER, close_loader, methods);
    lua_pushcfunction(L, new_loader);
    lua_setfield(L, data, "loader");
    lua_pushcfunction(L, push_augmentations);
    lua_setfield(L, data, "augmentations");
}
