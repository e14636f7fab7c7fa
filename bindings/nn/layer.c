/* layer.c: a layer, container or network as Lua sees it: constructors from the registry, and
 * methods; layer_fields.c has its fields. */
#include <string.h>

#include "bindings/handle.h"
#include "bindings/nn/network.h"
#include "bindings/run/run.h"
#include "nn/registry.h"

#define KEEPER "keeper of a layer"

/* --- making and finding --- */

dnnlua_layer *dnnlua_new_layer(lua_State *L) {
    dnnlua_layer *self = lua_newuserdatauv(L, sizeof *self, LAYER_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->type = DNNLUA_LAYER;
    luaL_setmetatable(L, DNNLUA_LAYER);
    self->held = dnnlua_new_keeper(L, -1, KEEPER);
    lua_setiuservalue(L, -2, LAYER_KEEPER);
    return self;
}

/* dnn.Linear(3, 4, {bias = false}); upvalue: the class. */
static int layer_new(lua_State *L) {
    const dnn_layer_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_error err;

    memset(settings, 0, sizeof settings);
    dnnlua_read_fields(L, 1, kind->name, kind->fields, settings, NULL);
    dnnlua_layer *self = dnnlua_new_layer(L);
    dnnlua_check(L, dnn_layer_create(self->held, kind, &err), &err);
    self->layer = *self->held;
    memcpy(self->layer->settings, settings, sizeof settings);
    dnnlua_check(L, dnn_layer_finish(self->layer, &err), &err);
    dnnlua_layer_wrap_children(L, lua_gettop(L));
    return 1;
}

dnnlua_layer *dnnlua_check_layer(lua_State *L, int index) {
    return index == 1 ? dnnlua_check_self(L, DNNLUA_LAYER, "net")
                      : luaL_checkudata(L, index, DNNLUA_LAYER);
}

const char *dnnlua_layer_title(lua_State *L, const dnnlua_layer *self) {
    bool whole = self->root && dnn_layer_is_container(self->layer);

    return lua_pushstring(L, whole ? "network" : self->layer->kind->name);
}

static const char *title(lua_State *L, void *self) {
    return dnnlua_layer_title(L, self);
}

size_t dnnlua_layer_step(const dnnlua_layer *self) {
    return dnn_network_find_step(self->network->network, self->layer);
}

/* What a finaliser has brought back is no layer any more. */
static int release_layer(lua_State *L) {
    dnn_layer_release(dnnlua_close_handle(L, KEEPER));
    dnnlua_layer *self = dnnlua_push_kept(L);
    if (self != NULL) {
        self->layer = NULL;
        lua_pushnil(L);
        lua_setmetatable(L, -2);
    }
    return 0;
}

/* net:close() and the end of a `local net <close>`. */
static int layer_close(lua_State *L) {
    const dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (self->network == NULL || (self->network->network == NULL && self->root))
        return 0;
    if (!self->root) {
        return luaL_error(L, "%s: only the whole network can be closed",
                          dnnlua_layer_title(L, self));
    }
    dnnlua_network_require_idle(L, self->network);
    lua_getiuservalue(L, 1, LAYER_NETWORK);
    dnnlua_network_close(L, lua_gettop(L), "closed");
    return 0;
}

/* --- methods --- */

static void set_evaluates(dnn_layer *layer, bool evaluates) {
    layer->evaluates = evaluates;
    for (size_t c = 0; c < layer->child_count; c++)
        set_evaluates(layer->children[c], evaluates);
}

/* net:train(), net:eval(): the mode of the whole, or of one layer in it; returns the layer. */
static int set_mode(lua_State *L, bool training) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (lua_gettop(L) > 1 && !(training && lua_isboolean(L, 2))) {
        return luaL_error(L, "%s: %s takes no arguments, got %s", dnnlua_layer_title(L, self),
                          training ? "train" : "eval", dnnlua_got_usage(L, 2));
    }
    if (lua_isboolean(L, 2)) /* net:train(false) of PyTorch */
        training = lua_toboolean(L, 2);
    if (self->root || self->network == NULL) {
        dnn_network *network = dnnlua_layer_network(L);
        dnnlua_network_require_idle(L, self->network);
        dnn_network_set_training(network, training);
        if (training)
            set_evaluates(self->layer, false);
    } else {
        set_evaluates(self->layer, !training);
    }
    dnnlua_layer_note(self);
    lua_settop(L, 1);
    return 1;
}

static int layer_train(lua_State *L) {
    return set_mode(L, true);
}

static int layer_eval(lua_State *L) {
    return set_mode(L, false);
}

/* layer:requires_grad_(flag): sets it (true by default) and returns the layer. */
static int layer_requires_grad(lua_State *L) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);

    if (lua_gettop(L) > 2 || (lua_gettop(L) == 2 && !lua_isboolean(L, 2))) {
        return luaL_error(L, "%s: requires_grad_ takes true or false, got %s",
                          dnnlua_layer_title(L, self), dnnlua_got_usage(L, 2));
    }
    dnnlua_layer_set_frozen(self->layer, lua_gettop(L) == 2 && !lua_toboolean(L, 2));
    dnnlua_layer_note(self);
    lua_settop(L, 1);
    return 1;
}

/* net:zero_grad() */
static int layer_zero_grad(lua_State *L) {
    dnnlua_check_layer(L, 1);
    dnn_parameters_zero_grad(dnn_network_parameters(dnnlua_layer_network(L)));
    return 0;
}

/* net:update(learning_rate, {check_finite = false}) */
static int layer_update(lua_State *L) {
    static const char *const known[] = {"check_finite", NULL};
    const char *const name = "network: update";
    dnn_error err;

    dnnlua_check_layer(L, 1);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        return luaL_error(L, "%s: expected the learning rate, as in net:update(0.01), got %s", name,
                          dnnlua_got_usage(L, 2));
    }
    lua_settop(L, 3);
    double rate = lua_tonumber(L, 2);
    dnnlua_check_options(L, 3, name, known);
    bool check_finite = dnnlua_option_flag(L, 3, name, "check_finite", true);
    dnn_parameters *parameters = dnn_network_parameters(dnnlua_layer_network(L));
    dnnlua_require_gradients(L, parameters, name);
    dnn_status status = dnn_parameters_update(parameters, rate, check_finite, &err);
    if (status == DNN_ERROR_NUMERIC)
        dnnlua_run_not_finite(L, 4, &err);
    dnnlua_network_check(L, status, &err);
    return 0;
}

/* Pushes the table {"1 Linear", "3.2 Conv2d", ...} of the network at index. */
static void push_names(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    lua_Integer count = 0;

    if (lua_getiuservalue(L, index, NETWORK_NAMES) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    for (size_t s = 0;
         dnnlua_network_require_open(L, self), s < dnn_network_all_steps(self->network); s++) {
        const dnn_step *step = dnn_network_step(self->network, s);
        if (step->learnt > 0 && !step->again) {
            lua_pushfstring(L, "%s%s%s", step->place[0] == '\0' ? "1" : step->place, " ",
                            step->layer->kind->name);
            lua_rawseti(L, -2, ++count);
        }
    }
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, NETWORK_NAMES);
}

/* net:grad_norms([t]): one norm for each layer with learnt values, into t where it is given. */
static int layer_grad_norms(lua_State *L) {
    lua_Integer count = 0;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    if (!lua_istable(L, 2))
        dnnlua_wrong_argument(L, 2, "a table to fill");
    dnnlua_network *self = dnnlua_push_network(L, 1);
    lua_pushliteral(L, "names");
    push_names(L, 3);
    lua_rawset(L, 2);
    dnnlua_network_require_open(L, self);
    for (size_t s = 0; s < dnn_network_all_steps(self->network); s++) {
        const dnn_step *step = dnn_network_step(self->network, s);
        if (step->learnt > 0 && !step->again) {
            lua_pushnumber(L, dnn_network_grad_norm(self->network, s));
            lua_rawseti(L, 2, ++count);
        }
    }
    lua_settop(L, 2);
    return 1;
}

/* Pushes child number i, from 1, of the layer at index; nil outside. */
static void push_numbered(lua_State *L, int index, lua_Integer i) {
    if (lua_getiuservalue(L, index, LAYER_CHILDREN) == LUA_TTABLE)
        lua_rawgeti(L, -1, i);
}

/* A module's children have names alone. */
static lua_Integer numbered_children(const dnnlua_layer *self) {
    return self->module ? 0 : (lua_Integer)self->layer->child_count;
}

/* net:layer(i) */
static int layer_layer(lua_State *L) {
    const dnnlua_layer *self = dnnlua_check_layer(L, 1);
    lua_Integer count = numbered_children(self), i = dnnlua_check_integer(L, 2);

    if (i < 1 || i > count) {
        return luaL_error(L, "%s: layer %I is outside 1..%I", dnnlua_layer_title(L, self), i,
                          count);
    }
    push_numbered(L, 1, i);
    return 1;
}

/* net[i], nil outside, so that ipairs ends. */
static void item(lua_State *L, void *self, lua_Integer i) {
    (void)self;
    push_numbered(L, 1, i);
}

static int layer_len(lua_State *L) {
    lua_pushinteger(L, numbered_children(dnnlua_check_layer(L, 1)));
    return 1;
}

/* The table of a whole network; "Linear(3 -> 4)" of a layer, "Residual of 3 layers". */
static void push_text(lua_State *L, const dnnlua_layer *self) {
    char text[160];
    luaL_Buffer buffer;

    if (!dnn_layer_is_container(self->layer) && !(self->module && self->root)) {
        dnn_layer_describe(self->layer, text, sizeof text);
        lua_pushstring(L, text);
    } else if (!self->root) {
        lua_pushfstring(L, "%s of %I layers", self->layer->kind->name,
                        (lua_Integer)self->layer->child_count);
    } else if (self->network->network == NULL) {
        lua_pushfstring(L, "%s (%s)", self->layer->kind->name, self->network->closed);
    } else {
        size_t size = dnn_network_describe(self->network->network, NULL, 0);
        char *space = luaL_buffinitsize(L, &buffer, size + 1);
        dnnlua_network_require_open(L, self->network);
        dnn_network_describe(self->network->network, space, size + 1);
        luaL_pushresultsize(&buffer, size - 1); /* without the last newline, which print adds */
    }
}

static int layer_tostring(lua_State *L) {
    push_text(L, luaL_checkudata(L, 1, DNNLUA_LAYER));
    return 1;
}

/* net:summary(): prints what tostring gives. */
static int layer_summary(lua_State *L) {
    dnnlua_check_layer(L, 1);
    lua_getglobal(L, "print");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
    return 0;
}

/* net(X, options) is net:forward(X, options), called from here for an error to name the script's
 * line; module(...) its forward, recorded. */
static int layer_call(lua_State *L) {
    const int most = 3;
    if (dnnlua_check_layer(L, 1)->module)
        return dnnlua_module_call(L);
    if (lua_gettop(L) > most)
        return dnnlua_surplus_argument(L, "forward", most);
    return dnnlua_layer_forward(L);
}

static const dnnlua_function methods[] = {
    {"forward",         dnnlua_layer_forward,         3},
    {"backward",        dnnlua_layer_backward,        3},
    {"predict",         dnnlua_layer_predict,         3},
    {"train",           layer_train,                  2},
    {"eval",            layer_eval,                   1},
    {"requires_grad_",  layer_requires_grad,          2},
    {"cache",           dnnlua_layer_cache,           3},
    {"tie",             dnnlua_layer_tie,             2},
    {"zero_grad",       layer_zero_grad,              1},
    {"update",          layer_update,                 3},
    {"grad_norms",      layer_grad_norms,             2},
    {"parameters",      dnnlua_layer_parameters,      2},
    {"copy",            dnnlua_layer_copy,            2},
    {"save",            dnnlua_layer_save,            3},
    {"load",            dnnlua_layer_load,            3},
    {"state_dict",      dnnlua_layer_state_dict,      1},
    {"load_state_dict", dnnlua_layer_load_state_dict, 2},
    {"reset_state",     dnnlua_layer_reset_state,     1},
    {"states",          dnnlua_layer_states,          1},
    {"load_states",     dnnlua_layer_load_states,     2},
    {"layer",           layer_layer,                  2},
    {"summary",         layer_summary,                1},
    {"profile",         dnnlua_layer_profile,         3},
    {"close",           layer_close,                  1},
    {NULL,              NULL,                         0},
};

bool dnnlua_layer_has_field(const char *name) {
    if (strcmp(name, "in_features") == 0 || strcmp(name, "out_features") == 0)
        return true;
    for (const dnnlua_property *p = dnnlua_layer_properties; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return true;
    for (const dnnlua_function *method = methods; method->name != NULL; method++)
        if (strcmp(method->name, name) == 0)
            return true;
    return false;
}

/* --- the class --- */

static const dnn_field *fields_of(void *self, const dnn_setting **values) {
    const dnn_layer *layer = ((const dnnlua_layer *)self)->layer;

    *values = layer->settings;
    return layer->kind->fields;
}

static const luaL_Reg metamethods[] = {
    {"__call",     layer_call    },
    {"__len",      layer_len     },
    {"__tostring", layer_tostring},
    {"__close",    layer_close   },
    {NULL,         NULL          },
};

static const dnnlua_class class = {
    .type = DNNLUA_LAYER,
    .group = "layer",
    .unset = "settings are given when a layer is made; a value is set by layer.weight = W",
    .title = title,
    .methods = methods,
    .metamethods = metamethods,
    .properties = dnnlua_layer_properties,
    .fields = fields_of,
    .get = dnnlua_layer_get_named,
    .set = dnnlua_layer_set_named,
    .names = dnnlua_layer_add_names,
    .item = item,
};

static const dnnlua_function functions[] = {
    {"Layer", dnnlua_layer_define, 1},
    {NULL,    NULL,                0},
};

void dnnlua_open_layer(lua_State *L) {
    for (size_t i = 0; dnn_layer_classes[i] != NULL; i++) {
        const dnn_layer_class *kind = dnn_layer_classes[i];
        bool made = kind->compile == NULL || kind->make != NULL;
        if (!made || (kind->flags & DNN_MANY_INPUTS) != 0)
            continue;
        dnnlua_add_constructor(L, layer_new, dnn_layer_classes[i], dnn_layer_classes[i]->name,
                               dnn_layer_classes[i]->fields, 0);
    }
    dnnlua_register(L, functions);
    dnnlua_define_handle(L, KEEPER, release_layer, NULL);
    dnnlua_open_class(L, &class);
    dnnlua_open_container(L);
    dnnlua_open_network(L);
    dnnlua_open_parameters(L);
    dnnlua_open_cache(L);
}
