/* weights.c: a network's values by name: in a file, and in a table. */
#include "store/weights.h"

#include <string.h>

#include "bindings/data/store.h"
#include "bindings/nn/network.h"

/* The network of the layer at 1, pushed, which no layer of its own may change under way. */
static dnn_network *push_idle(lua_State *L) {
    const dnnlua_layer *layer = dnnlua_check_layer(L, 1);
    dnnlua_network *self = dnnlua_push_network(L, 1);

    if (!layer->root) {
        luaL_error(L, "%s: this is a part of a network, which is saved and loaded as a whole",
                   dnnlua_layer_title(L, layer));
    }
    dnnlua_network_require_idle(L, self);
    return self->network;
}

/* What comes of a file: true, or nil and a message. A name or text of the script's that no file can
 * hold, and a shape that is not known yet, are raised. */
static int answer(lua_State *L, dnn_status status, dnn_error *err) {
    if (status == DNN_ERROR_ARGUMENT || status == DNN_ERROR_STATE)
        dnnlua_network_check(L, status, err);
    if (status != DNN_OK)
        return dnnlua_fail(L, err);
    lua_pushboolean(L, true);
    return 1;
}

/* net:save(path [, {metadata = {...}}]) */
int dnnlua_layer_save(lua_State *L) {
    static const char *const name = "network: save";
    size_t count;
    dnn_error err;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 3);
    const char *path = dnnlua_check_path(L, 2, name);
    const dnn_note *notes = dnnlua_push_notes(L, 3, name, &count);
    return answer(L, dnn_weights_save(push_idle(L), path, notes, count, &err), &err);
}

/* Pushes a block with the names of the option {names = {fc1 = "0"}} and returns it. */
static dnn_name_map *push_maps(lua_State *L, int options, const char *function, size_t *count) {
    static const char *const known[] = {"names", NULL};

    *count = 0;
    dnnlua_check_options(L, options, function, known);
    if (!lua_istable(L, options) || lua_getfield(L, options, "names") == LUA_TNIL) {
        lua_pushnil(L);
        return NULL;
    }
    if (!lua_istable(L, -1)) {
        luaL_error(L, "%s: names must be a table from a module in the file to one here, as in "
                      "{names = {fc1 = \"0\"}}, got %s", function, dnnlua_got(L, -1));
    }
    *count = dnnlua_push_pairs(L, lua_gettop(L), function, "modules");
    int pairs = lua_gettop(L);
    dnn_name_map *maps = dnnlua_new_block(L, *count * sizeof *maps);
    for (size_t i = 0; i < *count; i++) {
        const char *name = dnnlua_get_pair(L, pairs, i);
        if (lua_type(L, -1) != LUA_TSTRING) {
            luaL_error(L, "%s: names must map text to text, as in {names = {fc1 = \"0\"}}",
                       function);
        }
        maps[i] = (dnn_name_map){name, lua_tostring(L, -1)};
        lua_pop(L, 1);
    }
    return maps;
}

/* net:load(path [, {names = {...}}]) */
int dnnlua_layer_load(lua_State *L) {
    static const char *const name = "network: load";
    size_t count;
    dnn_error err;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 3);
    const char *path = dnnlua_check_path(L, 2, name);
    const dnn_name_map *maps = push_maps(L, 3, name, &count);
    return answer(L, dnn_weights_load(push_idle(L), path, maps, count, &err), &err);
}

/* The parameters of the network, asked for again whenever a finaliser may have closed it. */
static const dnn_parameters *parameters_of(lua_State *L, const dnnlua_network *self) {
    dnnlua_network_require_open(L, self);
    return dnn_network_parameters(self->network);
}

/* net:state_dict(): copies of all values by name, as files have them. */
int dnnlua_layer_state_dict(lua_State *L) {
    dnn_error err;

    lua_settop(L, 1);
    dnn_network *network = push_idle(L);
    const dnnlua_network *self = lua_touserdata(L, 2);
    dnnlua_network_check(L, dnn_network_fix_layouts(network, &err), &err);
    size_t count = parameters_of(L, self)->segment_count;
    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, parameters_of(L, self)->segments[i].name);
        const dnn_parameters *p = parameters_of(L, self);
        const dnn_value *value = &p->segments[i].value;
        dnn_matrix *copy =
            dnnlua_new_matrix(L, p->dtype, dnn_value_file_rows(value), dnn_value_file_cols(value));
        p = parameters_of(L, self);
        dnn_matrix values = dnn_segment_values(p, i);
        dnn_value_to_file(&p->segments[i].value, &values, copy);
        lua_rawset(L, 3);
    }
    return 1;
}

/* net:load_state_dict(t): takes over all, or raises and changes nothing. */
int dnnlua_layer_load_state_dict(lua_State *L) {
    static const char *const name = "network: load_state_dict";
    size_t count;
    dnn_error err;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 2);
    const dnn_tensor *tensors = dnnlua_push_tensors(L, 2, name, &count);
    dnn_status status = dnn_weights_take(push_idle(L), tensors, count, "in the state", &err);
    if (status != DNN_OK) {
        dnn_fail_context(&err, status, "%s: ", name);
        dnnlua_raise(L, &err);
    }
    return 0;
}
