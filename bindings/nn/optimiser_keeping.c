/* optimiser_keeping.c: what the Lua half asks about an optimiser before it keeps a checkpoint. */
#include "bindings/nn/network.h"
#include "bindings/nn/optimiser.h"

/* dnn._waits(optimiser): whether gradients wait for its step. */
static int waits(lua_State *L) {
    dnn_optimiser *o = dnnlua_test_optimiser(L, 1);
    lua_pushboolean(L, o != NULL && dnn_optimiser_waits(o));
    return 1;
}

/* dnn._steps_another(optimiser, network): false also where either is something else, and where the
 * optimiser has matrices, which may be a module's. */
static int steps_another(lua_State *L) {
    dnn_optimiser *o = dnnlua_test_optimiser(L, 1);
    bool another = false;

    if (o != NULL && !((const dnnlua_optimiser *)lua_touserdata(L, 1))->matrices &&
        luaL_testudata(L, 2, DNNLUA_LAYER) != NULL) {
        dnn_network *network = dnnlua_push_network(L, 2)->network;
        another = !dnn_optimiser_has(o, dnn_network_parameters(network));
    }
    lua_pushboolean(L, another);
    return 1;
}

typedef struct belonging {
    const dnn_parameters *to;
    bool all;
} belonging;

static void compare(void *context, dnn_parameters *p, size_t first, size_t count) {
    belonging *b = context;
    (void)first, (void)count;
    b->all = b->all && p == b->to;
}

/* dnn._holds(layer, parameters or matrix): whether it is of the network that the layer is in. Makes
 * no network for a layer that has none yet, since that draws its weights. */
static int holds(lua_State *L) {
    const dnnlua_layer *layer = luaL_checkudata(L, 1, DNNLUA_LAYER);
    const dnn_matrix *m = dnnlua_test_matrix(L, 2);
    bool held = false;

    if (layer->network != NULL) {
        dnnlua_network_require_open(L, layer->network);
        const dnn_parameters *p = dnn_network_parameters(layer->network->network);
        belonging b = {p, true};
        const char *start = p->values, *data = m != NULL ? m->data : NULL;
        if (m == NULL)
            held = dnnlua_test_members(L, 2, compare, &b) && b.all;
        else
            held = data >= start && data < start + p->count * dnn_dtype_info(p->dtype)->size;
    }
    lua_pushboolean(L, held);
    return 1;
}

void dnnlua_open_optimiser_keeping(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"_waits",         waits        },
        {"_steps_another", steps_another},
        {"_holds",         holds        },
        {NULL,             NULL         }
    };

    luaL_setfuncs(L, functions, 0);
}
