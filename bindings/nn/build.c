/* build.c: making a network of a layer and all that is in it.
 *
 * The layers are gathered, the runtime compiles them, the network gets its memory and draws its
 * starting values. A layer that was used on its own, and those of a network inside the new one,
 * bring their values along; the networks that they come from are closed. */
#include <string.h>

#include "bindings/nn/network.h"

/* Stack places of the work in progress. */
typedef struct building {
    lua_State *L;
    int network;  /* the new one */
    int layers;   /* table: all layer objects, by the address of their dnn_layer */
    int list;     /* table: the same in order, */
    int previous; /* and the networks that they stood in, or false */
    lua_Integer count;
} building;

/* --- gathering --- */

static void raise_entry(lua_State *L, int index, const char *text) {
    const dnnlua_layer *self = lua_touserdata(L, index);
    char name[128];

    dnn_layer_describe(self->layer, name, sizeof name);
    luaL_error(L, "network: %s %s", name, text);
}

/* Adds the layer object on top of the stack, and all in it, to the lists, and pops it. `from` is a
 * network that is being taken apart, or NULL. */
static void gather(building *b, const dnnlua_network *from) {
    lua_State *L = b->L;
    int top = lua_gettop(L);
    dnnlua_layer *self = lua_touserdata(L, top);

    luaL_checkstack(L, 8, "layers are nested too deep");
    lua_rawgetp(L, b->layers, self->layer);
    if (!lua_isnil(L, -1)) { /* called a second time */
        lua_settop(L, top - 1);
        return;
    }
    lua_pop(L, 1);
    if (self->network != NULL && self->network != from) {
        if (self->network->network == NULL) {
            luaL_error(L, "network: this network is %s; a layer of it cannot be used again",
                       self->network->closed);
        }
        if (!self->root)
            raise_entry(L, top, "is already in another network; make a new layer");
        dnnlua_network_require_idle(L, self->network);
        from = self->network;
    }
    lua_pushvalue(L, top);
    lua_rawsetp(L, b->layers, self->layer);
    lua_pushvalue(L, top);
    lua_rawseti(L, b->list, ++b->count);
    if (lua_getiuservalue(L, top, LAYER_NETWORK) == LUA_TNIL) {
        lua_pushboolean(L, false);
        lua_replace(L, -2);
    }
    lua_rawseti(L, b->previous, b->count);
    if (lua_getiuservalue(L, top, LAYER_CHILDREN) == LUA_TTABLE) {
        int children = lua_gettop(L);
        for (size_t c = 0; c < self->layer->child_count; c++) {
            lua_rawgetp(L, children, self->layer->children[c]);
            gather(b, from);
        }
    }
    lua_settop(L, top - 1);
}

/* --- places --- */

static dnnlua_layer *layer_at(const building *b, lua_Integer i) {
    lua_rawgeti(b->L, b->list, i);
    dnnlua_layer *self = lua_touserdata(b->L, -1);
    lua_pop(b->L, 1);
    return self;
}

/* The network that layer i stood in, NULL for none. */
static dnnlua_network *previous_of(const building *b, lua_Integer i) {
    lua_rawgeti(b->L, b->previous, i);
    dnnlua_network *network = lua_touserdata(b->L, -1);
    lua_pop(b->L, 1);
    return network;
}

/* Layer i is in the network at that stack index (nil for none) from now on. */
static void place(const building *b, lua_Integer i, int network, bool root) {
    lua_State *L = b->L;

    lua_rawgeti(L, b->list, i);
    dnnlua_layer *self = lua_touserdata(L, -1);
    lua_pushvalue(L, network);
    lua_setiuservalue(L, -2, LAYER_NETWORK);
    self->network = lua_touserdata(L, network);
    self->root = root;
    lua_pop(L, 1);
}

static void place_back(const building *b, const bool *roots) {
    lua_State *L = b->L;

    for (lua_Integer i = 1; i <= b->count; i++) {
        if (lua_rawgeti(L, b->previous, i) == LUA_TBOOLEAN) {
            lua_pushnil(L);
            lua_replace(L, -2);
        }
        place(b, i, lua_gettop(L), roots[i - 1]);
        lua_pop(L, 1);
    }
}

/* Raises when what the script ran meanwhile has closed a network that layers come from, uses it at
 * this moment, or has put a layer elsewhere. */
static void check_previous(const building *b) {
    for (lua_Integer i = 1; i <= b->count; i++) {
        const dnnlua_layer *layer = layer_at(b, i);
        const dnnlua_network *previous = previous_of(b, i);
        if (layer->network != previous) {
            luaL_error(b->L, "network: %s has since been put into another network",
                       layer->layer->kind->name);
        }
        if (previous != NULL) {
            dnnlua_network_require_open(b->L, previous);
            dnnlua_network_require_idle(b->L, previous);
        }
    }
}

/* While the new network is made, those that its layers come from count as running in L (NULL: no
 * longer), so that an `initialise` of the script's can neither use nor close them. */
static void hold_previous(const building *b, lua_State *L) {
    for (lua_Integer i = 1; i <= b->count; i++) {
        dnnlua_network *previous = previous_of(b, i);
        if (previous != NULL)
            previous->L = L;
    }
}

/* --- values --- */

static void give_memory(lua_State *L, int index) {
    dnnlua_network *self = lua_touserdata(L, index);
    size_t bytes = dnn_network_value_bytes(self->network);
    void *values = dnnlua_new_block(L, bytes);

    lua_setiuservalue(L, index, NETWORK_VALUES);
    void *gradients = dnnlua_new_block(L, bytes);
    lua_setiuservalue(L, index, NETWORK_GRADIENTS);
    void *kept = dnnlua_new_block(L, dnn_network_kept_bytes(self->network));
    lua_setiuservalue(L, index, NETWORK_KEPT);
    dnn_network_attach_values(self->network, values, gradients, kept);
}

static dnn_status copy_segments(dnn_network *to, size_t first, dnn_network *from, size_t other,
                                size_t count, dnn_error *err) {
    dnn_status status = DNN_OK;

    for (size_t k = 0; k < count && status == DNN_OK; k++) {
        dnn_matrix out = dnn_segment_values(dnn_network_parameters(to), first + k);
        dnn_matrix in = dnn_segment_values(dnn_network_parameters(from), other + k);
        status = dnn_matrix_copy(&out, &in, err);
    }
    return status;
}

/* Brings over the values of layers that come from another network. */
static dnn_status move_values(const building *b, dnn_network *network, dnn_error *err) {
    dnn_status status = DNN_OK;

    for (lua_Integer i = 1; i <= b->count && status == DNN_OK; i++) {
        const dnnlua_network *previous = previous_of(b, i);
        const dnn_layer *layer = layer_at(b, i)->layer;
        size_t to = dnn_network_find_step(network, layer);
        if (previous == NULL || to == SIZE_MAX)
            continue;
        const dnn_step *now = dnn_network_step(network, to);
        const dnn_step *then =
            dnn_network_step(previous->network, dnn_network_find_step(previous->network, layer));
        status = copy_segments(network, now->first_learnt, previous->network, then->first_learnt,
                               now->learnt, err);
        if (status == DNN_OK) {
            status = copy_segments(network, now->first_kept, previous->network, then->first_kept,
                                   now->kept, err);
        }
    }
    return status;
}

static void close_previous(const building *b) {
    lua_State *L = b->L;

    for (lua_Integer i = 1; i <= b->count; i++) {
        if (lua_rawgeti(L, b->previous, i) == LUA_TUSERDATA)
            dnnlua_network_close(L, lua_gettop(L), "closed: its layers were put into another one");
        lua_pop(L, 1);
    }
}

/* --- the network --- */

static void open_network(lua_State *L, dnnlua_network *self, int index, dnn_dtype dtype) {
    const dnnlua_layer *root = lua_touserdata(L, index);
    dnn_shape input;
    dnn_error err;

    lua_getiuservalue(L, index, LAYER_INPUT);
    bool given = dnnlua_opt_shape(L, lua_gettop(L), "network", &input);
    lua_pop(L, 1);
    dnnlua_network_check(
        L, dnn_network_create(self->held, dtype, root->layer, given ? &input : NULL, &err), &err);
    self->network = *self->held;
}

void dnnlua_build_network(lua_State *L, int index, dnn_dtype dtype, int random) {
    building b = {.L = L};
    dnn_random *stream = dnnlua_opt_random(L, random);
    dnnlua_network *self = dnnlua_new_network(L);
    dnn_error err;

    b.network = lua_gettop(L);
    lua_newtable(L);
    lua_newtable(L);
    lua_newtable(L);
    b.layers = b.network + 1, b.list = b.network + 2, b.previous = b.network + 3;
    lua_pushvalue(L, index);
    gather(&b, NULL);
    bool *roots = lua_newuserdatauv(L, (size_t)b.count * sizeof *roots, 0);
    for (lua_Integer i = 1; i <= b.count; i++)
        roots[i - 1] = layer_at(&b, i)->root;
    open_network(L, self, index, dtype);
    dnnlua_profile_begin(L, b.network);
    give_memory(L, b.network);
    lua_pushvalue(L, b.layers);
    lua_setiuservalue(L, b.network, NETWORK_LAYERS);
    check_previous(&b);
    for (lua_Integer i = 1; i <= b.count; i++)
        place(&b, i, b.network, i == 1);
    hold_previous(&b, L);
    self->random = random;
    dnnlua_network_begin(L, self, b.network);
    dnn_status status = dnn_network_initialise(self->network, stream, &err);
    if (status == DNN_OK)
        status = move_values(&b, self->network, &err);
    hold_previous(&b, NULL);
    if (status != DNN_OK) {
        int failed = lua_gettop(L);
        place_back(&b, roots);
        lua_settop(L, failed);
    }
    dnnlua_network_end(L, self, status, &err);
    close_previous(&b);
    lua_settop(L, b.network - 1);
}

dnnlua_network *dnnlua_push_network(lua_State *L, int index) {
    const dnnlua_layer *self = lua_touserdata(L, index);

    if (self->network == NULL) {
        lua_pushnil(L);
        dnnlua_build_network(L, index, dnnlua_default_dtype(L), lua_gettop(L));
        lua_pop(L, 1);
    }
    dnnlua_network_require_open(L, self->network);
    lua_getiuservalue(L, index, LAYER_NETWORK);
    return self->network;
}
