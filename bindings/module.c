/* module.c: require "dnn.core", the C half of the module: the nouns' parts in one table, and what
 * belongs to none of them. */
#include <string.h>

#include "bindings/dnnlua.h"
#include "bindings/lua_half.h"
#include "bindings/nn/network.h"
#include "bindings/printable.h"
#include "core/memory.h"
#include "core/threads.h"
#include "math/blas.h"
#include "math/precision.h"

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

/* The types that float32 products can be on. */
static int push_product_type(lua_State *L) {
    lua_pushstring(L, dnn_matmul_on_bfloat16() ? "bfloat16" : "float32");
    return 1;
}

/* set_matmul_precision(precision): what products of float32 are on from now on. */
static int set_matmul_precision(lua_State *L) {
    const char *wanted = dnnlua_check_string(L, 1, NULL);
    size_t i = 0;

    while (dnn_matmul_precisions[i] != NULL && strcmp(dnn_matmul_precisions[i], wanted) != 0)
        i++;
    if (dnn_matmul_precisions[i] == NULL)
        return luaL_error(L,
                          "set_matmul_precision: precision must be 'highest', 'high' or 'medium', "
                          "got %s",
                          dnnlua_got(L, 1));
    dnn_set_matmul_precision((dnn_matmul_precision)i);
    return push_product_type(L);
}

/* get_matmul_precision(): the setting, and what products of float32 are on. */
static int get_matmul_precision(lua_State *L) {
    lua_pushstring(L, dnn_matmul_precisions[dnn_get_matmul_precision()]);
    return 1 + push_product_type(L);
}

static int blas_core(lua_State *L) {
    lua_pushstring(L, dnn_blas_core());
    return 1;
}

static int allocation_count(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnn_allocation_count());
    return 1;
}

/* --- unknown names, for the Lua half --- */

/* Offers the string keys of the tables from index on. */
static void offer_tables(lua_State *L, int index, dnn_nearest *nearest) {
    for (int table = lua_gettop(L); table >= index; table--) {
        luaL_checktype(L, table, LUA_TTABLE);
        dnnlua_offer_keys(L, table, nearest);
    }
}

/* _nearest(name, tables ...): the string key of these tables that is most like the name, or nil. */
static int nearest_name(lua_State *L) {
    dnn_nearest nearest = {.wanted = luaL_checkstring(L, 1)};

    offer_tables(L, 2, &nearest);
    lua_pushstring(L, nearest.name);
    return 1;
}

/* _advice(group, name, tables ...): how a message about a name missing from a group ends, after the
 * keys of these tables were offered. */
static int advice(lua_State *L) {
    dnn_nearest nearest = {.group = luaL_checkstring(L, 1), .wanted = luaL_checkstring(L, 2)};

    offer_tables(L, 3, &nearest);
    dnnlua_push_advice(L, &nearest);
    return 1;
}

/* _warn_once(reason, message) */
static int warn_once(lua_State *L) {
    dnnlua_warn_once(L, luaL_checkstring(L, 1), luaL_checkstring(L, 2));
    return 0;
}

static const dnnlua_function functions[] = {
    {"set_num_threads",      set_num_threads,        1},
    {"get_num_threads",      get_num_threads,        0},
    {"set_matmul_precision", set_matmul_precision,   1},
    {"get_matmul_precision", get_matmul_precision,   0},
    {"blas_core",            blas_core,              0},
    {"allocation_count",     allocation_count,       0},
    {"gradcheck",            dnnlua_gradcheck,       5},
    {"clip_grad_norm_",      dnnlua_clip_grad_norm,  3},
    {"clip_grad_value_",     dnnlua_clip_grad_value, 2},
    {NULL,                   NULL,                   0},
};

/* For the Lua half. */
static const luaL_Reg helpers[] = {
    {"_nearest",       nearest_name        },
    {"_advice",        advice              },
    {"_options_fault", dnnlua_options_fault},
    {"_warn_once",     warn_once           },
    {"_printable",     dnnlua_printable    },
    {"_lua_half",      dnnlua_lua_half     },
    {"_module",        dnnlua_module_define},
    {NULL,             NULL                },
};

/* Says so where the environment asks for a number of threads that there cannot be. */
static void check_threads(lua_State *L) {
    if (dnn_threads_misset() == NULL)
        return;
    lua_pushcfunction(L, dnnlua_printable);
    lua_pushfstring(
        L, "DNN_NUM_THREADS must be a whole number from 1 to %d, got '%s'; using %I threads",
        DNN_MAX_THREADS, dnn_threads_misset(), (LUAI_UACINT)dnn_threads());
    lua_call(L, 1, 1);
    dnnlua_warn_once(L, "threads", lua_tostring(L, -1));
    lua_pop(L, 1);
}

int luaopen_dnn_core(lua_State *L) {
    luaL_checkversion(L);
    check_threads(L);
    luaL_newlib(L, helpers);
    dnnlua_register(L, functions);
    lua_pushliteral(L, DNNLUA_VERSION);
    lua_setfield(L, -2, "version");
    dnnlua_open_matrix(L);
    dnnlua_open_random(L);
    dnnlua_open_linalg(L);
    dnnlua_open_layer(L);
    dnnlua_open_loss(L);
    dnnlua_open_optimiser(L);
    dnnlua_open_viewer(L);
    dnnlua_open_image(L);
    dnnlua_open_system(L);
    dnnlua_open_run(L);
    dnnlua_open_fields(L);
    dnnlua_open_store(L);
    dnnlua_open_saver(L);
    dnnlua_open_interruption(L);
    dnnlua_open_names(L);
    dnnlua_open_inspect(L);
    return 1;
}
