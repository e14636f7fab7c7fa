/* interruption.c: Ctrl-C as the module knows it: what the program requests of scripts and of
 * libdnn. Another host, such as the stock lua, requests nothing. */
#include "core/interrupt.h"

#include "bindings/dnnlua.h"
#include "bindings/host.h"

static const char key; /* its address, in the registry: what the program has left there, or nil */

/* NULL under another host. */
static dnnlua_interruption *from_program(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
    dnnlua_interruption *with_program = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return with_program;
}

bool dnnlua_interrupted(lua_State *L) {
    dnnlua_interruption *with_program = from_program(L);

    if (with_program == NULL)
        return false;
    with_program->script_polls = true;
    return with_program->stop_requested;
}

void dnnlua_know_interruption(lua_State *L) {
    if (from_program(L) != NULL)
        from_program(L)->script_knows = true;
}

bool dnnlua_knows_interruption(lua_State *L) {
    return from_program(L) != NULL && from_program(L)->script_knows;
}

/* _at_prompt(): whether Ctrl-C raises an error where it comes, and the input after it goes on. */
static int at_prompt(lua_State *L) {
    const dnnlua_interruption *with_program = from_program(L);
    lua_pushboolean(L, with_program != NULL && with_program->at_prompt);
    return 1;
}

void dnnlua_check_interruption(lua_State *L) {
    dnn_error err;

    dnnlua_check(L, dnn_interrupt_check(&err), &err);
}

/* dnn.interrupted() */
static int interrupted(lua_State *L) {
    bool stopped = dnnlua_interrupted(L);

    if (stopped)
        dnnlua_know_interruption(L);
    lua_pushboolean(L, stopped);
    return 1;
}

void dnnlua_open_interruption(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_INTERRUPTION);
    dnnlua_interruption *with_program = lua_touserdata(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
    if (with_program != NULL) {
        with_program->clear = dnn_interrupt_clear;
        with_program->request = dnn_interrupt_request;
    }
    dnnlua_push_function(L, (dnnlua_function){"interrupted", interrupted, 0}, 0);
    lua_setfield(L, -2, "interrupted");
    lua_pushcfunction(L, at_prompt);
    lua_setfield(L, -2, "_at_prompt");
}
