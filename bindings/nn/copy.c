/* copy.c: net:copy(): another network of the same layers, values and modes. */
#include <string.h>

#include "bindings/nn/network.h"

/* Takes what the copy has made itself for the copies of the same layers of the original. */
static void copy_made(lua_State *L, const dnn_layer *original, dnn_layer *copy, int at,
                      int copies) {
    copy->frozen = original->frozen;
    copy->evaluates = original->evaluates;
    lua_pushvalue(L, at);
    lua_rawsetp(L, copies, original);
    for (size_t c = 0; c < original->child_count; c++) {
        lua_getiuservalue(L, at, LAYER_CHILDREN);
        lua_rawgetp(L, -1, copy->children[c]);
        copy_made(L, original->children[c], copy->children[c], lua_gettop(L), copies);
        lua_pop(L, 2);
    }
}

static void push_copy(lua_State *L, int index, int copies);

/* The same of a module, whose children are copied first. */
static void push_module_copy(lua_State *L, int index, int copies) {
    const dnnlua_layer *self = lua_touserdata(L, index);

    lua_getiuservalue(L, index, LAYER_CHILDREN);
    int children = lua_gettop(L);
    for (size_t c = 0; c < self->layer->child_count; c++) {
        lua_rawgetp(L, children, self->layer->children[c]);
        push_copy(L, lua_gettop(L), copies);
        lua_settop(L, children);
    }
    lua_pop(L, 1);
    dnnlua_module_push_copy(L, index, copies);
    const dnnlua_layer *copy = lua_touserdata(L, -1);
    copy->layer->frozen = self->layer->frozen;
    copy->layer->evaluates = self->layer->evaluates;
    lua_pushvalue(L, -1);
    lua_rawsetp(L, copies, self->layer);
}

/* Pushes a copy of the layer at index, and of all in it, that is nowhere yet. `copies` is the
 * index of a table from layers to their copies, so that one that is called twice is copied once. */
static void push_copy(lua_State *L, int index, int copies) {
    const dnnlua_layer *self = lua_touserdata(L, index);
    dnn_error err;

    luaL_checkstack(L, 8, "layers are nested too deep");
    lua_rawgetp(L, copies, self->layer);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    if (self->module) {
        push_module_copy(L, index, copies);
        return;
    }
    if (dnn_layer_external_user(self->layer) != NULL) {
        lua_pushcfunction(L, dnnlua_layer_define);
        lua_getiuservalue(L, index, LAYER_DEFINITION);
        lua_call(L, 1, 1);
    } else {
        dnnlua_layer *copy = dnnlua_new_layer(L);
        dnnlua_check(L, dnn_layer_create(copy->held, self->layer->kind, &err), &err);
        copy->layer = *copy->held;
        memcpy(copy->layer->settings, self->layer->settings, sizeof copy->layer->settings);
        dnnlua_check(L, dnn_layer_finish(copy->layer, &err), &err);
        dnnlua_layer_wrap_children(L, lua_gettop(L));
    }
    int at = lua_gettop(L);
    dnnlua_layer *copy = lua_touserdata(L, at);
    copy->layer->frozen = self->layer->frozen;
    copy->layer->evaluates = self->layer->evaluates;
    lua_pushvalue(L, at);
    lua_rawsetp(L, copies, self->layer);
    lua_getiuservalue(L, index, LAYER_INPUT);
    lua_setiuservalue(L, at, LAYER_INPUT);
    if (self->layer->kind->make != NULL) {
        copy_made(L, self->layer, copy->layer, at, copies);
        return;
    }
    if (lua_getiuservalue(L, index, LAYER_CHILDREN) != LUA_TTABLE) {
        lua_settop(L, at);
        return;
    }
    lua_newtable(L);
    lua_setiuservalue(L, at, LAYER_CHILDREN);
    for (size_t c = 0; c < self->layer->child_count; c++) {
        const char *name = self->layer->child_names[c];
        lua_rawgetp(L, at + 1, self->layer->children[c]);
        push_copy(L, at + 2, copies);
        dnnlua_layer_add_child(L, at, dnnlua_layer_names_child(self->layer, name) ? name : NULL);
        lua_settop(L, at + 1);
    }
    lua_settop(L, at);
}

/* Ties copies to the copies of what their originals are tied to, which is in the same network. */
static void copy_ties(lua_State *L, int copies) {
    dnn_error err;

    for (lua_pushnil(L); lua_next(L, copies); lua_pop(L, 1)) {
        const dnnlua_layer *copy = lua_touserdata(L, -1);
        const dnn_layer *original = lua_touserdata(L, -2);
        if (original->tied != NULL) {
            lua_rawgetp(L, copies, original->tied);
            const dnnlua_layer *to = lua_touserdata(L, -1);
            dnnlua_check(L, dnn_layer_tie(copy->layer, to->layer, &err), &err);
            lua_pop(L, 1);
        }
    }
}

/* Raises unless both have the same steps and values: a definition may have changed since. */
static void check_same(lua_State *L, dnn_network *to, dnn_network *from) {
    const dnn_parameters *out = dnn_network_parameters(to), *in = dnn_network_parameters(from);

    for (size_t s = 0; s < in->segment_count; s++) {
        const dnn_segment *of = &in->segments[s], *now = &out->segments[s];
        if (s >= out->segment_count || now->kept != of->kept || now->value.rows != of->value.rows ||
            now->value.cols != of->value.cols) {
            luaL_error(L,
                       "network: copy: %s: %s has another shape in the copy; the definition of the "
                       "layer has changed since it was made",
                       of->owner, of->value.name);
        }
    }
    if (out->count != in->count || out->kept_count != in->kept_count ||
        dnn_network_all_steps(to) != dnn_network_all_steps(from)) {
        luaL_error(L, "network: copy: the copy has other layers; the definition of one of them has "
                      "changed since it was made");
    }
}

static void copy_values(dnn_network *to, dnn_network *from) {
    dnn_parameters *out = dnn_network_parameters(to), *in = dnn_network_parameters(from);

    if (in->count > 0)
        memcpy(out->values, in->values, dnn_network_value_bytes(from));
    if (in->kept_count > 0)
        memcpy(out->kept, in->kept, dnn_network_kept_bytes(from));
    dnn_network_set_training(to, dnn_network_training(from));
    dnn_network_set_keep(to, dnn_network_keep(from));
    dnn_network_note_layers(to);
}

/* Pushes an optimiser of the class and state of that at 2, for the parameters of the copy at 5. */
static void push_optimiser(lua_State *L) {
    lua_getglobal(L, "require");
    lua_pushliteral(L, "dnn");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "optim");
    lua_getfield(L, 2, "name");
    lua_gettable(L, -2);
    lua_getfield(L, 5, "parameters");
    lua_pushvalue(L, 5);
    lua_call(L, 1, 1);
    lua_call(L, 1, 1);
    int copy = lua_gettop(L);
    lua_getfield(L, copy, "load_state_dict");
    lua_pushvalue(L, copy);
    lua_getfield(L, 2, "state_dict");
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    lua_call(L, 2, 0);
    lua_settop(L, copy);
}

/* net:copy([optimiser]): the copy and, of an optimiser that steps all of the network, a copy of it
 * for the copy. */
int dnnlua_layer_copy(lua_State *L) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);
    dnn_error err;

    lua_settop(L, 2);
    if (!lua_isnil(L, 2) && dnnlua_test_optimiser(L, 2) == NULL) {
        return luaL_error(L, "%s: copy: expected nothing or an optimiser, got %s",
                          dnnlua_layer_title(L, self), dnnlua_got_usage(L, 2));
    }
    dnnlua_network *network = dnnlua_push_network(L, 1);
    if (!self->root) {
        return luaL_error(L, "%s: this is a part of a network, which is copied as a whole",
                          dnnlua_layer_title(L, self));
    }
    dnnlua_network_require_idle(L, network);
    lua_newtable(L);
    push_copy(L, 1, 4);
    dnnlua_network_require_open(L, network); /* a finaliser may have closed it */
    copy_ties(L, 4);
    dnnlua_layer *copy = lua_touserdata(L, 5);
    lua_pushnil(L);
    dnn_random stream = *dnnlua_opt_random(L, 6); /* the copy's own start is not to be seen */
    dnnlua_build_network(L, 5, dnn_network_dtype(network->network), 6);
    *dnnlua_opt_random(L, 6) = stream;
    dnnlua_network_require_open(L, network);
    dnnlua_network_require_open(L, copy->network);
    check_same(L, copy->network->network, network->network);
    copy_values(copy->network->network, network->network);
    dnnlua_network_check(L, dnn_network_copy_states(copy->network->network, network->network, &err),
                         &err);
    lua_settop(L, 5);
    if (lua_isnil(L, 2))
        return 1;
    push_optimiser(L);
    lua_pushvalue(L, 5);
    lua_insert(L, -2);
    return 2;
}
