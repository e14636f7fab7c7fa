/* module.c: require "dnn.core", the C half of the module: the nouns' parts in one table, and what
 * belongs to none of them. */
#include "core/threads.h"
#include "dnnlua.h"
#include "math/blas.h"

static int set_num_threads(lua_State *L) {
    size_t count = dnnlua_check_size(L, 1, "set_num_threads", "n");

    if (count < 1 || count > DNN_MAX_THREADS) {
        return luaL_error(L, "set_num_threads: n must be from 1 to %d, got %s", DNN_MAX_THREADS,
                          dnnlua_got(L, 1));
    }
    dnn_set_threads(count);
    return 0;
}

static int get_num_threads(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnn_threads());
    return 1;
}

static int blas_core(lua_State *L) {
    lua_pushstring(L, dnn_blas_core());
    return 1;
}

/* _nearest(name, tables ...): the string key of these tables that is most like the name, or nil. */
static int nearest_name(lua_State *L) {
    dnnlua_nearest nearest = {.wanted = luaL_checkstring(L, 1)};

    for (int table = lua_gettop(L); table > 1; table--) {
        luaL_checktype(L, table, LUA_TTABLE);
        lua_pushnil(L);
        while (lua_next(L, table)) {
            lua_pop(L, 1);
            if (lua_type(L, -1) == LUA_TSTRING) {
                dnnlua_nearest_offer(&nearest, lua_tostring(L, -1));
            }
        }
    }
    lua_pushstring(L, nearest.name);
    return 1;
}

static const luaL_Reg functions[] = {
    {"set_num_threads", set_num_threads},
    {"get_num_threads", get_num_threads},
    {"blas_core",       blas_core      },
    {"_nearest",        nearest_name   },
    {NULL,              NULL           },
};

int luaopen_dnn_core(lua_State *L) {
    luaL_checkversion(L);
    luaL_newlib(L, functions);
    lua_pushliteral(L, DNNLUA_VERSION);
    lua_setfield(L, -2, "version");
    dnnlua_open_matrix(L);
    dnnlua_open_random(L);
    dnnlua_open_linalg(L);
    dnnlua_open_layer(L);
    dnnlua_open_network(L);
    dnnlua_open_loss(L);
    dnnlua_open_optimiser(L);
    dnnlua_open_viewer(L);
    dnnlua_open_image(L);
    dnnlua_open_system(L);
    dnnlua_open_run(L);
    return 1;
}
