/* cache.c: net:cache(steps): what attention keeps of earlier steps, for net:predict with it. */
#include "nn/network/cache.h"

#include "bindings/nn/network.h"

typedef struct dnnlua_cache {
    const char *type; /* DNNLUA_CACHE: see dnnlua_test_object */
    dnn_cache *cache; /* in the block that is its user value; NULL while it is made, and released */
} dnnlua_cache;

/* net:cache(steps [, examples]) */
int dnnlua_layer_cache(lua_State *L) {
    const dnnlua_layer *layer = dnnlua_check_layer(L, 1);
    size_t bytes, steps = dnnlua_check_size(L, 2, "network: cache", "steps");
    dnn_error err;

    lua_settop(L, 3);
    size_t examples = lua_isnil(L, 3) ? 1 : dnnlua_check_size(L, 3, "network: cache", "examples");
    dnnlua_network *network = dnnlua_push_network(L, 1);
    if (!layer->root) {
        return luaL_error(L, "%s: a cache is made for the whole network, as in net:cache(64)",
                          dnnlua_layer_title(L, layer));
    }
    dnnlua_network_require_idle(L, network);
    dnnlua_network_check(L, dnn_cache_bytes(network->network, steps, examples, &bytes, &err), &err);
    dnnlua_cache *self = lua_newuserdatauv(L, sizeof *self, 1);
    *self = (dnnlua_cache){.type = DNNLUA_CACHE};
    luaL_setmetatable(L, DNNLUA_CACHE);
    void *block = dnnlua_new_block(L, bytes);
    lua_setiuservalue(L, -2, 1);
    dnnlua_network_require_open(L, network);
    self->cache = dnn_cache_make(network->network, steps, examples, block);
    return 1;
}

/* A script can call its finaliser. */
static dnn_cache *require_there(lua_State *L, const dnnlua_cache *self) {
    if (self->cache == NULL)
        luaL_error(L, "this cache is closed");
    return self->cache;
}

dnn_cache *dnnlua_check_cache(lua_State *L, int index, const char *function) {
    const dnnlua_cache *self = luaL_testudata(L, index, DNNLUA_CACHE);

    if (self == NULL) {
        luaL_error(L, "%s: cache must be made by net:cache(steps), got %s", function,
                   dnnlua_got(L, index));
        return NULL;
    }
    return require_there(L, self);
}

static dnn_cache *check_self(lua_State *L) {
    return require_there(L, dnnlua_check_self(L, DNNLUA_CACHE, "cache"));
}

static int cache_reset(lua_State *L) {
    dnn_cache_reset(check_self(L));
    return 0;
}

static int cache_gc(lua_State *L) {
    dnnlua_cache *self = luaL_checkudata(L, 1, DNNLUA_CACHE);

    if (self->cache != NULL)
        dnn_cache_release(self->cache);
    self->cache = NULL;
    return 0;
}

static int cache_tostring(lua_State *L) {
    const dnn_cache *cache = require_there(L, luaL_checkudata(L, 1, DNNLUA_CACHE));

    lua_pushfstring(L, "Cache of %I of %I steps", (lua_Integer)dnn_cache_steps(cache),
                    (lua_Integer)dnn_cache_capacity(cache));
    return 1;
}

static void get_steps(lua_State *L, void *self) {
    lua_pushinteger(L, (lua_Integer)dnn_cache_steps(require_there(L, self)));
}

static void get_capacity(lua_State *L, void *self) {
    lua_pushinteger(L, (lua_Integer)dnn_cache_capacity(require_there(L, self)));
}

static const dnnlua_function methods[] = {
    {"reset", cache_reset, 1},
    {NULL,    NULL,        0},
};

static const luaL_Reg metamethods[] = {
    {"__tostring", cache_tostring},
    {"__gc",       cache_gc      },
    {NULL,         NULL          },
};

static const dnnlua_property properties[] = {
    {"steps",    get_steps,    NULL},
    {"capacity", get_capacity, NULL},
    {NULL,       NULL,         NULL},
};

static const dnnlua_class class = {
    .type = DNNLUA_CACHE,
    .group = "Cache",
    .methods = methods,
    .metamethods = metamethods,
    .properties = properties,
};

void dnnlua_open_cache(lua_State *L) {
    dnnlua_open_class(L, &class);
}
