/* fields.c: the names of the fields that the module's objects answer to, which the prompt offers;
 * the answers are in each noun's own file. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/run/run.h"

#define MOST_NAMES 6

/* Objects of these classes have the same fields, whatever they were made of. */
static const struct {
    const char *class;
    const char *names[MOST_NAMES];
} classes[] = {
    {DNNLUA_MATRIX,     {"rows", "cols", "dtype"}                      },
    {DNNLUA_NETWORK,    {"dtype"}                                      },
    {DNNLUA_PARAMETERS, {"count", "values", "grads", "dtype"}          },
    {DNNLUA_LAYER,      {"name", "A", "Z", "dA", "dZ"}                 },
    {DNNLUA_LOSS,       {"name"}                                       },
    {DNNLUA_OPTIMISER,  {"name", "parameters", "steps", "check_finite"}},
    {DNNLUA_RUN,        {"path", "file", "step", "stopped"}            },
};

/* Appends a name made of three parts to the table at `list`. */
static void add(lua_State *L, int list, const char *before, const char *name, const char *after) {
    lua_pushfstring(L, "%s%s%s", before, name, after);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

static void add_settings(lua_State *L, int list, const dnn_field *fields) {
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        add(L, list, "", fields[i].name, "");
    }
}

/* weight, weight_grad, W, dW; and what the script stored in a layer of its own. */
static void add_layer(lua_State *L, int list, const dnnlua_layer *layer) {
    for (size_t p = 0; p < layer->parameter_count; p++) {
        const char *name = layer->shapes[p].name;
        add(L, list, "", name, "");
        add(L, list, "", name, "_grad");
        add(L, list, "", dnnlua_layer_short_name(name), "");
        add(L, list, "d", dnnlua_layer_short_name(name), "");
    }
    if (layer->kind != NULL) {
        add_settings(L, list, layer->kind->fields);
        return;
    }
    add(L, list, "", "in_features", "");
    add(L, list, "", "out_features", "");
    lua_getiuservalue(L, 1, LAYER_OWN);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            add(L, list, "", lua_tostring(L, -2), "");
        }
    }
}

/* _fields(object), or _fields(class) for what all objects of a class have: an array of names. */
static int field_names(lua_State *L) {
    const char *class = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;

    lua_settop(L, 1);
    lua_newtable(L);
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++) {
        bool is = class != NULL ? strcmp(class, classes[c].class) == 0
                                : luaL_testudata(L, 1, classes[c].class) != NULL;
        for (size_t i = 0; is && i < MOST_NAMES && classes[c].names[i] != NULL; i++) {
            add(L, 2, "", classes[c].names[i], "");
        }
    }
    const dnnlua_layer *layer = luaL_testudata(L, 1, DNNLUA_LAYER);
    const dnnlua_loss *loss = luaL_testudata(L, 1, DNNLUA_LOSS);
    const dnn_optimiser *optimiser = luaL_testudata(L, 1, DNNLUA_OPTIMISER);
    if (layer != NULL) {
        add_layer(L, 2, layer);
    } else if (loss != NULL) {
        add_settings(L, 2, loss->kind->fields);
    } else if (optimiser != NULL) {
        add_settings(L, 2, optimiser->kind->fields);
    }
    lua_settop(L, 2);
    return 1;
}

void dnnlua_open_fields(lua_State *L) {
    lua_pushcfunction(L, field_names);
    lua_setfield(L, -2, "_fields");
}
