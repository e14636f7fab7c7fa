/* gradcheck.c: dnn.gradcheck, the check of gradients for networks of the user's, layers written in
 * Lua included. */
#include "nn/gradcheck.h"
#include "bindings/nn/network.h"

/* Pushes where the largest difference is: "layer 1, Linear(3 -> 4): weight(2, 3)", or "X(1, 4)". */
static void push_place(lua_State *L, int index, const dnn_gradcheck_result *result) {
    int top = lua_gettop(L);

    if (result->worst_layer == 0) {
        lua_pushstring(L, result->worst_name);
        return;
    }
    lua_getiuservalue(L, index, NETWORK_LAYERS);
    lua_rawgeti(L, -1, (lua_Integer)result->worst_layer);
    lua_pushfstring(L, "layer %I, %s: %s", (lua_Integer)result->worst_layer,
                    luaL_tolstring(L, -1, NULL), result->worst_name);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

int dnnlua_gradcheck(lua_State *L) {
    static const char *const known[] = {"eps", "tolerance", NULL};
    luaL_checkudata(L, 1, DNNLUA_NETWORK);
    dnnlua_check_network(L, 1);
    const dnnlua_loss *loss = luaL_checkudata(L, 2, DNNLUA_LOSS);
    const dnn_matrix *Y = dnnlua_check_matrix(L, 4);
    dnn_gradcheck_result result;
    dnn_error err;

    dnnlua_check_options(L, 5, "gradcheck", known);
    double eps = dnnlua_option_number(L, 5, "gradcheck", "eps", 1e-6);
    double tolerance = dnnlua_option_number(L, 5, "gradcheck", "tolerance", 1e-6);
    const dnn_matrix *X = dnnlua_network_prepare(L, 1, 3);
    dnn_network *network = dnnlua_network_begin(L, 1);
    dnn_status status =
        dnn_gradcheck(network, loss->kind, loss->settings, X, Y, eps, &result, &err);
    dnnlua_network_end(L, 1, status, &err);

    lua_pushboolean(L, result.difference <= tolerance);
    lua_pushnumber(L, result.difference);
    if (result.difference <= tolerance) {
        return 2;
    }
    push_place(L, 1, &result);
    return 3;
}
