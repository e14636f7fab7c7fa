/* viewer.c: finding dnnview and running it on a figure, for dnn/plot.lua: three functions of
 * dnn.core whose names begin with an underscore. */
#include "bindings/run/viewer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process.h"
#include "lualib.h"
#include "math/matrix.h"

#define MOST_ARGUMENTS 16

const char *dnnlua_push_viewer(lua_State *L) {
    Dl_info module;
    const char *chosen = getenv("DNNVIEW");

    if (chosen != NULL && *chosen != '\0')
        return lua_pushstring(L, chosen);
    if (dladdr((void *)dnnlua_push_viewer, &module) == 0)
        return lua_pushliteral(L, "dnnview");
    char *path = strcpy(lua_newuserdatauv(L, strlen(module.dli_fname) + 1, 0), module.dli_fname);
    for (int level = 0; level < 5; level++) {
        char *slash = strrchr(path, '/');
        *(slash != NULL ? slash : path) = '\0';
    }
    const char *program = lua_pushfstring(L, "%s/bin/dnnview", path);
    return access(program, X_OK) == 0 ? program : lua_pushliteral(L, "dnnview");
}

/* --- starting it --- */

static FILE *check_file(lua_State *L, int index) {
    luaL_Stream *stream = luaL_checkudata(L, index, LUA_FILEHANDLE);
    luaL_argcheck(L, stream->closef != NULL, index, "a closed file");
    return stream->f;
}

/* _viewer_start(arguments, input, output, errors, apart): starts dnnview on what the file `input`
 * holds from its beginning. The process's number, or nil and a message. */
static int viewer_start(lua_State *L) {
    char *arguments[MOST_ARGUMENTS + 2];
    FILE *files[3];
    int count, fds[3], problem = 0;
    pid_t pid;

    luaL_checktype(L, 1, LUA_TTABLE);
    for (int i = 0; i < 3; i++)
        files[i] = check_file(L, 2 + i);
    bool apart = lua_toboolean(L, 5);
    arguments[0] = (char *)dnnlua_push_viewer(L);
    for (count = 1; count <= MOST_ARGUMENTS && lua_rawgeti(L, 1, count) != LUA_TNIL; count++) {
        luaL_checktype(L, -1, LUA_TSTRING);
        arguments[count] = (char *)lua_tostring(L, -1); /* kept alive by the table */
        lua_pop(L, 1);
    }
    arguments[count] = NULL;
    for (int i = 0; i < 3; i++)
        problem = fflush(files[i]) != 0 && problem == 0 ? errno : problem;
    if (lseek(fileno(files[0]), 0, SEEK_SET) < 0)
        problem = errno;
    for (int i = 0; i < 3; i++)
        fds[i] = fileno(files[i]);
    if (problem == 0)
        problem = dnn_spawn(&pid, arguments[0], arguments, fds, 3, apart);
    if (problem != 0) {
        luaL_pushfail(L);
        lua_pushfstring(L, "%s cannot be started: %s", arguments[0], strerror(problem));
        return 2;
    }
    lua_pushinteger(L, pid);
    return 1;
}

/* _viewer_wait(process, patient): its exit status, negative for a signal; nil while it runs, unless
 * patient. */
static int viewer_wait(lua_State *L) {
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    int how;

    if (dnn_wait(pid, lua_toboolean(L, 2) ? 0 : WNOHANG, &how))
        lua_pushinteger(L, WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how));
    else
        luaL_pushfail(L);
    return 1;
}

/* --- what it is given --- */

/* _write_column(file, matrix, column): the elements of a column, or of all columns when there is
 * none given, as they lie in memory. True, or nil and a message. */
static int write_column(lua_State *L) {
    FILE *file = check_file(L, 1);
    const dnn_matrix *m = dnnlua_check_matrix(L, 2);
    size_t first = 0, end = m->cols, size = dnn_dtype_info(m->dtype)->size;

    if (!lua_isnoneornil(L, 3)) {
        first = dnnlua_check_size(L, 3, "_write_column", "column") - 1;
        luaL_argcheck(L, first < m->cols, 3, "no such column");
        end = first + 1;
    }
    for (size_t c = first; c < end; c++) {
        const char *column = (const char *)m->data + c * m->ld * size;
        if (fwrite(column, size, m->rows, file) != m->rows)
            return luaL_fileresult(L, 0, NULL);
    }
    lua_pushboolean(L, 1);
    return 1;
}

void dnnlua_open_viewer(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"_viewer_start", viewer_start},
        {"_viewer_wait",  viewer_wait },
        {"_write_column", write_column},
        {NULL,            NULL        },
    };
    luaL_setfuncs(L, functions, 0);
}
