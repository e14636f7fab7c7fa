/* network.c: dnn.Sequential as a class: open and closed, parameters, layers, fields. network_run.c
 * runs it. */
#include "bindings/nn/network.h"

#include <string.h>

#include "core/memory.h"
#include "bindings/run/run.h"
#include "bindings/data/store.h"

/* --- open and closed --- */

dnnlua_network *dnnlua_new_network(lua_State *L) {
    dnnlua_network *self = lua_newuserdatauv(L, sizeof *self, NETWORK_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->closed = "closed";
    luaL_setmetatable(L, DNNLUA_NETWORK);
    return self;
}

void dnnlua_network_require_open(lua_State *L, const dnnlua_network *self) {
    if (self->network == NULL) {
        luaL_error(L, "Sequential: this network is %s", self->closed);
    }
}

void dnnlua_network_require_idle(lua_State *L, const dnnlua_network *self) {
    if (self->L != NULL) {
        luaL_error(L, "Sequential: this network is running; one of its layers called it");
    }
}

dnnlua_network *dnnlua_check_network(lua_State *L, int index) {
    dnnlua_network *self = index == 1 ? dnnlua_check_self(L, DNNLUA_NETWORK, "net")
                                      : luaL_checkudata(L, index, DNNLUA_NETWORK);
    dnnlua_network_require_open(L, self);
    return self;
}

void dnnlua_network_close(lua_State *L, int index, const char *why) {
    dnnlua_network *self = lua_touserdata(L, index);

    if (self->network == NULL) {
        return;
    }
    dnn_network_destroy(self->network);
    self->network = NULL;
    self->closed = why;
    for (int value = NETWORK_VALUES; value <= NETWORK_VIEWS; value++) {
        lua_pushnil(L);
        lua_setiuservalue(L, index, value);
    }
}

/* net:close(), the end of a `local net <close>`, and the collector. */
static int network_close(lua_State *L) {
    const dnnlua_network *self = dnnlua_check_self(L, DNNLUA_NETWORK, "net");

    dnnlua_network_require_idle(L, self);
    dnnlua_network_close(L, 1, "closed");
    return 0;
}

/* --- parameters --- */

/* net:parameters() */
static int network_parameters(lua_State *L) {
    dnnlua_check_network(L, 1);
    dnnlua_push_parameters(L, 1);
    return 1;
}

/* net:zero_grad() */
static int network_zero_grad(lua_State *L) {
    dnn_parameters_zero_grad(dnn_network_parameters(dnnlua_check_network(L, 1)->network));
    return 0;
}

/* net:update(learning_rate, {check_finite = false}) */
static int network_update(lua_State *L) {
    static const char *const known[] = {"check_finite", NULL};
    const char *const name = "Sequential: update";
    dnn_error err;

    dnnlua_check_network(L, 1);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        return luaL_error(L, "%s: expected the learning rate, as in net:update(0.01), got %s", name,
                          dnnlua_got(L, 2));
    }
    double rate = lua_tonumber(L, 2);
    dnnlua_check_options(L, 3, name, known);
    bool check_finite = dnnlua_option_flag(L, 3, name, "check_finite", true);
    dnn_parameters *parameters = dnn_network_parameters(dnnlua_check_network(L, 1)->network);
    dnnlua_require_gradients(L, parameters, name);
    dnn_status status = dnn_parameters_update(parameters, rate, check_finite, &err);
    if (status == DNN_ERROR_NUMERIC) {
        dnnlua_run_not_finite(L, 1, &err);
    }
    dnnlua_network_check(L, status, &err);
    return 0;
}

/* Pushes the table {"1 Linear", "3 Linear", ...} of the network at index. */
static void push_names(lua_State *L, int index) {
    lua_Integer count = 0;

    if (lua_getiuservalue(L, index, NETWORK_NAMES) != LUA_TNIL) {
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_getiuservalue(L, index, NETWORK_LAYERS);
    for (lua_Integer l = 1; lua_rawgeti(L, -1, l) != LUA_TNIL; l++) {
        const dnnlua_layer *layer = lua_touserdata(L, -1);
        if (layer->parameter_count > 0) {
            lua_pushfstring(L, "%I %s", l, layer->name);
            lua_rawseti(L, -4, ++count);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_NAMES);
}

/* net:grad_norms([t]): one norm for each layer with parameters, into t where it is given. */
static int network_grad_norms(lua_State *L) {
    lua_Integer count = 0;

    dnnlua_check_network(L, 1);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushliteral(L, "names");
    push_names(L, 1);
    lua_rawset(L, 2);
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    for (size_t l = 1; l <= dnn_network_layer_count(network); l++) {
        if (dnn_network_layer(network, l)->parameter_count > 0) {
            lua_pushnumber(L, dnn_network_grad_norm(network, l));
            lua_rawseti(L, 2, ++count);
        }
    }
    return 1;
}

/* --- layers and fields --- */

/* net:layer(i) */
static int network_layer(lua_State *L) {
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    lua_Integer count = (lua_Integer)dnn_network_layer_count(network);
    lua_Integer i = luaL_checkinteger(L, 2);

    if (i < 1 || i > count) {
        return luaL_error(L, "Sequential: layer %I is outside 1..%I", i, count);
    }
    lua_getiuservalue(L, 1, NETWORK_LAYERS);
    lua_rawgeti(L, -1, i);
    return 1;
}

static int network_len(lua_State *L) {
    dnn_network *network = dnnlua_check_network(L, 1)->network;
    lua_pushinteger(L, (lua_Integer)dnn_network_layer_count(network));
    return 1;
}

/* net[i] (nil outside, so that ipairs ends), a method (upvalue 1 holds them), or net.dtype. */
static int network_index(lua_State *L) {
    static const char *const fields[] = {"dtype", NULL};

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    dnnlua_check_network(L, 1);
    if (lua_isinteger(L, 2)) {
        lua_getiuservalue(L, 1, NETWORK_LAYERS);
        lua_rawgeti(L, -1, lua_tointeger(L, 2));
        return 1;
    }
    dnnlua_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = "Sequential"};
    if (strcmp(nearest.wanted, "dtype") == 0) {
        const dnn_network *network = dnnlua_check_network(L, 1)->network;
        lua_pushstring(L, dnn_dtype_info(dnn_network_dtype(network))->name);
        return 1;
    }
    dnnlua_offer(&nearest, dnnlua_network_methods, fields);
    return dnnlua_no_such_field(L, "Sequential", &nearest);
}

static int network_newindex(lua_State *L) {
    return luaL_error(L, "Sequential: '%s' cannot be set; a parameter is set by net[i].weight = W",
                      dnnlua_field_name(L, 2));
}

static int network_tostring(lua_State *L) {
    const dnnlua_network *self = luaL_checkudata(L, 1, DNNLUA_NETWORK);
    luaL_Buffer text;

    if (self->network == NULL) {
        lua_pushfstring(L, "Sequential (%s)", self->closed);
        return 1;
    }
    size_t size = dnn_network_describe(self->network, NULL, 0);
    char *space = luaL_buffinitsize(L, &text, size + 1);
    dnn_network_describe(dnnlua_check_network(L, 1)->network, space, size + 1);
    luaL_pushresultsize(&text, size - 1); /* without the last newline, which print adds */
    return 1;
}

/* --- the class --- */

const luaL_Reg dnnlua_network_methods[] = {
    {"forward",         dnnlua_network_forward        },
    {"backward",        dnnlua_network_backward       },
    {"zero_grad",       network_zero_grad             },
    {"update",          network_update                },
    {"grad_norms",      network_grad_norms            },
    {"parameters",      network_parameters            },
    {"save",            dnnlua_network_save           },
    {"load",            dnnlua_network_load           },
    {"state_dict",      dnnlua_network_state_dict     },
    {"load_state_dict", dnnlua_network_load_state_dict},
    {"layer",           network_layer                 },
    {"close",           network_close                 },
    {NULL,              NULL                          },
};

static const luaL_Reg metamethods[] = {
    {"__call",     dnnlua_network_forward},
    {"__newindex", network_newindex      },
    {"__len",      network_len           },
    {"__tostring", network_tostring      },
    {"__gc",       network_close         },
    {"__close",    network_close         },
    {NULL,         NULL                  },
};

static int allocation_count(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnn_allocation_count());
    return 1;
}

static const luaL_Reg functions[] = {
    {"Sequential",       dnnlua_sequential},
    {"gradcheck",        dnnlua_gradcheck },
    {"allocation_count", allocation_count },
    {NULL,               NULL             },
};

void dnnlua_open_network(lua_State *L) {
    luaL_setfuncs(L, functions, 0);
    luaL_newmetatable(L, DNNLUA_NETWORK);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlibtable(L, dnnlua_network_methods);
    luaL_setfuncs(L, dnnlua_network_methods, 0);
    lua_pushcclosure(L, network_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    dnnlua_open_parameters(L);
}
