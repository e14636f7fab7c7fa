/* tie.c: layers that share a weight. */
#include "bindings/nn/network.h"

/* layer:tie(other): works with its weight from now on; returns the layer. */
int dnnlua_layer_tie(lua_State *L) {
    dnnlua_layer *self = dnnlua_check_layer(L, 1);
    dnn_error err;

    lua_settop(L, 2);
    const dnnlua_layer *other = luaL_testudata(L, 2, DNNLUA_LAYER);
    if (other == NULL) {
        return luaL_error(L, "%s: tie: expected a layer, got %s", dnnlua_layer_title(L, self),
                          dnnlua_got_usage(L, 2));
    }
    if (dnn_layer_external_user(self->layer) != NULL) {
        return luaL_error(L, "%s: tie: a layer written in Lua keeps its own values",
                          dnnlua_layer_title(L, self));
    }
    if (self->network != NULL) {
        return luaL_error(L,
                          "%s: tie: it has its own weight already; tie it before it is put into a "
                          "network",
                          dnnlua_layer_title(L, self));
    }
    dnnlua_check(L, dnn_layer_tie(self->layer, other->layer, &err), &err);
    lua_settop(L, 1);
    return 1;
}
