/* A program that embeds Lua and the module: states that come and go, and an allocator that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* Counts what Lua asks for, and refuses all of it from the limit on. */
typedef struct budget {
    size_t count, limit;
} budget;

static void *allocate(void *user, void *block, size_t old, size_t size) {
    budget *b = user;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if ((block == NULL || size > old) && b->count++ >= b->limit)
        return NULL;
    return realloc(block, size);
}

/* A state on whose stack lies the function that the script returns. */
static lua_State *open_state(budget *b, const char *script) {
    *b = (budget){0, SIZE_MAX};
    lua_State *L = lua_newstate(allocate, b);
    assert_non_null(L);
    luaL_openlibs(L);
    if (luaL_dostring(L, script))
        fail_msg("%s", lua_tostring(L, -1));
    return L;
}

static void an_allocation_that_fails_is_an_error_whichever_it_is(void **state) {
    (void)state;
    static const char script[] =
        "local dnn = require 'dnn'; local stages = {dnn.data, dnn.stepwise}; collectgarbage()\n"
        "return function()\n"
        "  local A = dnn.randn(5, 4); local B = (A:t() * A + dnn.eye(4)) % 2; dnn.linalg.svd(B)\n"
        "  local twist = dnn.Layer{in_features = 3, out_features = 3, parameters = {weight = {3, "
        "1}},\n"
        "    initialise = function(self, random) self.weight:normal_(0, 1, random) end,\n"
        "    forward = function(self, X, out)\n"
        "      return dnn.cmul(X, self.weight, {out = out})\n"
        "    end,\n"
        "    backward = function(self, dA, X, A, out)\n"
        "      self.weight_grad:add_(dnn.cmul(dA, X):sum(2))\n"
        "      return dnn.cmul(dA, self.weight, {out = out})\n"
        "    end}\n"
        "  local inner = dnn.Sequential{dnn.Linear(4, 3), dnn.ReLU()}\n"
        "  local net = dnn.Sequential{inner, twist, dnn.Linear(3, 1), dnn.Sigmoid()}\n"
        "  local loss, opt = dnn.BCELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.1})\n"
        "  for m = 3, 7, 2 do\n"
        "    loss:forward(net:forward(dnn.randn(4, m)), dnn.ones(1, m))\n"
        "    net:backward(loss:backward(), {input_gradient = true}); opt:step(); net:grad_norms()\n"
        "  end\n"
        "  for _, W, dW in net:parameters():pairs() do tostring(W + dW) end\n"
        "  for X in dnn.data.batches({X = A, Y = dnn.ones(1, 4)}, {size = 2}) do X:sum() end\n"
        "end\n";
    size_t needed = SIZE_MAX;
    for (size_t n = 0; n < needed; n++) {
        budget b;
        lua_State *L = open_state(&b, script);
        b = (budget){0, n};
        int status = lua_pcall(L, 0, 0, 0);
        b.limit = SIZE_MAX;
        if (status == LUA_OK)
            needed = b.count;
        else if (status != LUA_ERRMEM)
            fail_msg("allocation %zu: %s", n, lua_tostring(L, -1));
        lua_close(L);
    }
    assert_true(needed > 100 && needed < SIZE_MAX);
}

/* libhdf5, loaded again in each state, would run out of keys for thread-local storage. */
static void states_that_open_data_files_may_come_and_go(void **state) {
    (void)state;
    for (int i = 0; i < 300; i++) {
        budget b;
        lua_State *L = open_state(&b, "local dnn = require 'dnn'\n"
                                      "return function()\n"
                                      "  local file, message = dnn.data.hdf5('/proc/self/exe')\n"
                                      "  assert(not file and message:find 'expected an HDF5')\n"
                                      "end\n");
        if (lua_pcall(L, 0, 0, 0) != LUA_OK)
            fail_msg("%s", lua_tostring(L, -1));
        lua_close(L);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allocation_that_fails_is_an_error_whichever_it_is),
        cmocka_unit_test(states_that_open_data_files_may_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
