/* sequential.c: making a network of layers.
 *
 * The layers' handles are gathered, a dnn_layer is built for each, the network takes them, gets its
 * memory and draws its starting values. A layer that was used on its own, and those of a Sequential
 * inside the Sequential, bring their values along; the network that they come from is closed. */
#include <string.h>

#include "bindings/nn/network.h"

/* --- gathering the layers --- */

/* Raises unless the layer on top of the stack may go into a new network; `from` is the network that
 * is being taken apart, or NULL. */
static void check_free(lua_State *L, lua_Integer entry, const dnnlua_network *from) {
    const dnnlua_layer *self = lua_touserdata(L, -1);
    const dnnlua_network *now = self->network;

    if (now == NULL || now == from) {
        return;
    }
    if (now->network == NULL) {
        luaL_error(L, "Sequential: entry %I, %s, belonged to a network that is closed", entry,
                   luaL_tolstring(L, -1, NULL));
    }
    if (!now->alone) {
        luaL_error(L, "Sequential: entry %I, %s, is already in another network; make a new layer",
                   entry, luaL_tolstring(L, -1, NULL));
    }
    dnnlua_network_require_idle(L, now);
}

/* Appends the layer on top of the stack to the table `handles` and pops it. `seen` has the layers
 * that are there already as its keys. */
static void append(lua_State *L, lua_Integer entry, int handles, int seen,
                   const dnnlua_network *from) {
    check_free(L, entry, from);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, seen) != LUA_TNIL) {
        lua_pop(L, 1);
        luaL_error(L, "Sequential: entry %I, %s, is there twice; make a second layer", entry,
                   luaL_tolstring(L, -1, NULL));
    }
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, true);
    lua_rawset(L, seen);
    lua_rawseti(L, handles, (lua_Integer)lua_rawlen(L, handles) + 1);
}

static void append_network(lua_State *L, lua_Integer entry, int handles, int seen) {
    const dnnlua_network *inner = dnnlua_check_network(L, -1);

    dnnlua_network_require_idle(L, inner);
    lua_getiuservalue(L, -1, NETWORK_LAYERS);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        append(L, entry, handles, seen, inner);
    }
    lua_pop(L, 3);
}

/* Options among the layers are a likely slip: Sequential{l1, l2, dtype = "float64"}. */
static void check_keys(lua_State *L, int given) {
    lua_pushnil(L);
    while (lua_next(L, given)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1)) {
            luaL_error(L,
                       "Sequential: %s stands among the layers; options come in a second table, "
                       "dnn.Sequential({layers...}, {dtype = \"float64\"})",
                       dnnlua_got(L, -1));
        }
    }
}

/* Pushes a table of the handles named by the table at `given`. */
static void gather(lua_State *L, int given) {
    if (!lua_istable(L, given)) {
        luaL_error(L, "Sequential: expected a table of layers, dnn.Sequential{...}, got %s",
                   dnnlua_got(L, given));
    }
    check_keys(L, given);
    lua_newtable(L);
    int handles = lua_gettop(L);
    lua_newtable(L);

    lua_Integer count = luaL_len(L, given);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, given, i);
        if (luaL_testudata(L, -1, DNNLUA_NETWORK) != NULL) {
            append_network(L, i, handles, handles + 1);
        } else if (luaL_testudata(L, -1, DNNLUA_LAYER) != NULL) {
            append(L, i, handles, handles + 1, NULL);
        } else {
            const char *hint = lua_isfunction(L, -1)
                                   ? "; a layer is made by a call, as in dnn.ReLU()"
                               : lua_isnil(L, -1) ? "; is its name right?"
                                                  : "";
            luaL_error(L, "Sequential: entry %I must be a layer, got %s%s", i, dnnlua_got(L, -1),
                       hint);
        }
    }
    lua_settop(L, handles);
}

/* --- making the network --- */

/* Where a layer was before; the table of the same order holds those networks. */
typedef struct origin {
    dnnlua_layer *layer;
    dnnlua_network *network;
    size_t index;
} origin;

/* Pushes an array of origins, and the table of networks that keeps them alive. */
static origin *push_origins(lua_State *L, int handles) {
    size_t count = lua_rawlen(L, handles);
    origin *origins = lua_newuserdatauv(L, count * sizeof *origins, 0);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, handles, (lua_Integer)i + 1);
        origins[i].layer = lua_touserdata(L, -1);
        origins[i].network = origins[i].layer->network;
        origins[i].index = origins[i].layer->index;
        lua_getiuservalue(L, -1, LAYER_NETWORK);
        lua_rawseti(L, -3, (lua_Integer)i + 1);
        lua_pop(L, 1);
    }
    return origins;
}

/* Opens the network with a dnn_layer built for every handle. */
static void open_network(lua_State *L, dnnlua_network *self, dnn_dtype dtype, const origin *origins,
                         size_t count) {
    dnn_layer **layers = lua_newuserdatauv(L, count * sizeof(dnn_layer *), 0);
    dnn_status status = DNN_OK;
    size_t built = 0;
    dnn_error err;

    while (status == DNN_OK && built < count) {
        status = dnnlua_layer_build(origins[built].layer, &layers[built], &err);
        built += status == DNN_OK;
    }
    if (status == DNN_OK) {
        status = dnn_network_create(&self->network, dtype, layers, count, &err);
    } else {
        while (built > 0) {
            dnn_layer_destroy(layers[--built]);
        }
    }
    dnnlua_network_check(L, status, &err);
    lua_pop(L, 1);
}

static void give_memory(lua_State *L, int network) {
    dnnlua_network *self = lua_touserdata(L, network);
    size_t bytes = dnn_network_parameter_bytes(self->network);
    void *values = dnnlua_new_block(L, bytes);

    lua_setiuservalue(L, network, NETWORK_VALUES);
    void *gradients = dnnlua_new_block(L, bytes);
    lua_setiuservalue(L, network, NETWORK_GRADIENTS);
    dnn_network_attach_parameters(self->network, values, gradients);
}

/* Gives every layer its place in the new network, or back in the one that it came from. */
static void place_layers(lua_State *L, int handles, int network, const origin *origins,
                         int networks) {
    for (size_t i = 0; i < lua_rawlen(L, handles); i++) {
        lua_rawgeti(L, handles, (lua_Integer)i + 1);
        if (origins == NULL) {
            dnnlua_layer_place(L, lua_gettop(L), network, i + 1);
        } else {
            lua_rawgeti(L, networks, (lua_Integer)i + 1);
            dnnlua_layer_place(L, lua_gettop(L) - 1, lua_gettop(L), origins[i].index);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
}

/* Raises when what the script ran meanwhile has closed a network that layers come from, uses it at
 * this moment, or has put a layer elsewhere. */
static void check_origins(lua_State *L, const origin *origins, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (origins[i].layer->network != origins[i].network ||
            origins[i].layer->index != origins[i].index) {
            luaL_error(L, "Sequential: %s was put into another network meanwhile",
                       origins[i].layer->name);
        }
        if (origins[i].network != NULL) {
            dnnlua_network_require_open(L, origins[i].network);
            dnnlua_network_require_idle(L, origins[i].network);
        }
    }
}

/* While the new network is made, those that its layers come from count as running in L (NULL: no
 * longer), so that an `initialise` of the script's can neither use nor close them. */
static void hold_origins(lua_State *L, const origin *origins, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (origins[i].network != NULL) {
            origins[i].network->L = L;
        }
    }
}

/* Brings over the values of layers that come from another network. */
static dnn_status move_values(const dnnlua_network *self, const origin *origins, size_t count,
                              dnn_error *err) {
    dnn_status status = DNN_OK;

    for (size_t i = 0; i < count; i++) {
        if (origins[i].network == NULL) {
            continue;
        }
        dnn_layer *to = dnn_network_layer(self->network, i + 1);
        dnn_layer *from = dnn_network_layer(origins[i].network->network, origins[i].index);
        for (size_t p = 0; p < to->parameter_count && status == DNN_OK; p++) {
            status = dnn_matrix_copy(&to->parameters[p], &from->parameters[p], err);
        }
    }
    return status;
}

/* Pushes a network of the layers in the table `handles`, which becomes its own; `random` is the
 * index of a stream or of nil. */
static dnnlua_network *create(lua_State *L, int handles, dnn_dtype dtype, int random) {
    size_t count = lua_rawlen(L, handles);
    dnn_random *stream = dnnlua_opt_random(L, random);
    dnnlua_network *self = dnnlua_new_network(L);
    int network = lua_gettop(L);
    origin *origins = push_origins(L, handles);
    int networks = lua_gettop(L);
    dnn_error err;

    open_network(L, self, dtype, origins, count);
    give_memory(L, network);
    lua_pushvalue(L, handles);
    lua_setiuservalue(L, network, NETWORK_LAYERS);
    check_origins(L, origins, count);
    place_layers(L, handles, network, NULL, 0);
    hold_origins(L, origins, count);

    self->random = random;
    dnnlua_network_begin(L, network);
    dnn_status status = dnn_network_initialise(self->network, stream, &err);
    if (status == DNN_OK) {
        status = move_values(self, origins, count, &err);
    }
    hold_origins(NULL, origins, count);
    if (status != DNN_OK) {
        place_layers(L, handles, network, origins, networks);
    }
    dnnlua_network_end(L, network, status, &err);

    for (size_t i = 0; i < count; i++) {
        if (lua_rawgeti(L, networks, (lua_Integer)i + 1) != LUA_TNIL) {
            dnnlua_network_close(L, lua_gettop(L),
                                 "closed: its layers were put into another Sequential");
        }
        lua_pop(L, 1);
    }
    lua_settop(L, network);
    return self;
}

void dnnlua_network_of_one(lua_State *L, int index) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, 1);
    lua_pushnil(L);
    int top = lua_gettop(L);
    create(L, top - 1, dnnlua_default_dtype(L), top)->alone = true;
    lua_replace(L, top - 1);
    lua_settop(L, top - 1);
}

int dnnlua_sequential(lua_State *L) {
    static const char *const known[] = {"dtype", "random", NULL};

    lua_settop(L, 2);
    gather(L, 1);
    dnnlua_check_options(L, 2, "Sequential", known);
    dnn_dtype dtype = dnnlua_option_dtype(L, 2, dnnlua_default_dtype(L));
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, "random");
    } else {
        lua_pushnil(L);
    }
    create(L, 3, dtype, 4);
    return 1;
}
