/* system.c: what scripts need of the operating system and Lua lacks: a clock, whether a terminal is
 * there, folders. In the module: dnn.time() and the table dnn.system. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindings/dnnlua.h"
#include "bindings/handle.h"
#include "core/atomic_file.h"
#include "core/clock.h"
#include "core/folder_lock.h"
#include "core/pager.h"
#include "core/path.h"
#include "core/terminal.h"

/* dnn.time(): seconds since some moment, on the monotonic clock. */
static int monotonic_time(lua_State *L) {
    lua_pushnumber(L, dnn_clock_seconds());
    return 1;
}

/* terminal(stream): the width in columns of the terminal that a standard stream is connected to, or
 * nil where it is not one, and whether what is written there may be coloured. */
static int terminal(lua_State *L) {
    static const char *const streams[] = {"stdin", "stdout", "stderr", NULL};
    const char *wanted = lua_isnoneornil(L, 1) ? "stderr" : dnnlua_check_string(L, 1, NULL);
    int descriptor = 0;

    while (streams[descriptor] != NULL && strcmp(streams[descriptor], wanted) != 0)
        descriptor++;
    if (streams[descriptor] == NULL)
        dnnlua_wrong_argument(L, 1, "'stdin', 'stdout' or 'stderr'");
    if (isatty(descriptor)) {
        int columns, rows;
        dnn_terminal_size(descriptor, &columns, &rows);
        lua_pushinteger(L, columns);
    } else {
        luaL_pushfail(L);
    }
    lua_pushboolean(L, dnn_terminal_takes_colours(descriptor));
    return 2;
}

static int fail_path(lua_State *L, const char *path, int number) {
    dnn_error err;

    dnn_fail(&err, DNN_ERROR_FILE, "%s: %s", path, strerror(number));
    luaL_pushfail(L);
    lua_pushstring(L, err.text);
    return 2;
}

/* make_folder(path): makes the folder and those above it where they are missing. True, or nil and a
 * message. */
static int make_folder(lua_State *L) {
    const char *path = dnnlua_check_string(L, 1, NULL);
    luaL_argcheck(L, path[0] != '\0', 1, "an empty path");
    dnn_error err;
    if (dnn_make_folders(path, 0777, &err) != DNN_OK) {
        luaL_pushfail(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* can_write(path): true when a file of that name can be written, or nil and a message; leaves
 * nothing there. */
static int can_write(lua_State *L) {
    const char *path = dnnlua_check_string(L, 1, NULL);
    dnn_error err;

    if (dnn_atomic_file_check(path, &err) != DNN_OK) {
        luaL_pushfail(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* dnn._save(path, bytes): replaces the file whole, or leaves it as it is. True, or nil and a
 * message. */
static int save(lua_State *L) {
    size_t size;
    const char *path = dnnlua_check_string(L, 1, NULL);
    const char *bytes = luaL_checklstring(L, 2, &size);
    dnn_error err;

    if (dnn_atomic_file_replace(path, bytes, size, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, 1);
    return 1;
}

/* dnn._page(text): shows a long text in a terminal by the user's pager; false where it is to be
 * printed instead. */
static int page(lua_State *L) {
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);

    lua_pushboolean(L, dnn_page_text(text, size));
    return 1;
}

#define FOLDER_READER "dnn.system.folder"

static int close_folder(lua_State *L) {
    DIR *folder = dnnlua_close_handle(L, FOLDER_READER);
    if (folder != NULL)
        closedir(folder);
    return 0;
}

/* The length of the part of a path that is a link to what is not there, as to a disk that is not
 * mounted; 0: there is none. */
static int dangling_part(const char *path) {
    char part[PATH_MAX];
    struct stat info;
    int length = (int)strnlen(path, sizeof part - 1);

    for (int i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, (size_t)i);
        part[i] = '\0';
        if (stat(part, &info) != 0)
            return lstat(part, &info) == 0 ? i : 0;
    }
    return 0;
}

/* list's results where the folder cannot be opened. What a link leads to may be there another time,
 * and a file of that name is there: neither is missing. */
static int fail_list(lua_State *L, const char *path, int number) {
    struct stat info;
    int link = number == ENOENT ? dangling_part(path) : 0;

    fail_path(L, path, number);
    if (link > 0) {
        lua_pushlstring(L, path, (size_t)link);
        lua_pushfstring(L, "%s: is a link to what is not there", lua_tostring(L, -1));
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    lua_pushboolean(L, (number == ENOENT && link == 0) ||
                           (number == ENOTDIR && stat(path, &info) != 0));
    return 3;
}

/* list(path): the names in a folder in no particular order, without "." and ".."; or nil, a message
 * and true if nothing of that name exists. */
static int list_folder(lua_State *L) {
    const char *path = dnnlua_check_string(L, 1, NULL);
    DIR **folder = dnnlua_new_handle(L, FOLDER_READER);
    lua_toclose(L, -1);
    *folder = opendir(path);
    if (*folder == NULL)
        return fail_list(L, path, errno);
    lua_newtable(L);
    lua_Integer count = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(*folder);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            lua_pushstring(L, entry->d_name);
            lua_rawseti(L, -2, ++count);
        }
    }
    return errno == 0 ? 1 : fail_path(L, path, errno);
}

#define CLAIM "dnn.system.claim"

/* _release(claim), and its finaliser: others may have the folder. */
static int release_folder(lua_State *L) {
    int *fd = luaL_checkudata(L, 1, CLAIM);

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return 0;
}

/* _claim(folder): what holds it against others until it is released; or nil, a message, the process
 * that has it (0: not known; nil: that is not the reason) and whether that is this one. */
static int claim_folder(lua_State *L) {
    const char *path = dnnlua_check_string(L, 1, NULL);
    pid_t holder;
    dnn_error err;
    int *fd = lua_newuserdatauv(L, sizeof *fd, 0);
    *fd = -1;
    luaL_setmetatable(L, CLAIM);
    dnn_status status = dnn_folder_lock(path, fd, &holder, &err);
    if (status == DNN_OK)
        return 1;
    luaL_pushfail(L);
    lua_pushstring(L, err.text);
    if (status != DNN_ERROR_STATE)
        return 2;
    lua_pushinteger(L, holder);
    lua_pushboolean(L, holder == getpid());
    return 4;
}

#define MOST_ENTRIES 4000

/* True for a folder, or a link to one. */
static bool is_folder(DIR *parent, const struct dirent *entry) {
    struct stat there;

    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return entry->d_type == DT_DIR;
    return fstatat(dirfd(parent), entry->d_name, &there, 0) == 0 && S_ISDIR(there.st_mode);
}

/* _entries(path, prefix): the names in a folder that begin alike, in no particular order, folders
 * with a slash at the end; hidden ones only when the prefix has the dot. No more than a prompt can
 * offer, and none where the folder cannot be read. */
static int list_entries(lua_State *L) {
    size_t length;
    const char *path = luaL_checkstring(L, 1), *prefix = luaL_checklstring(L, 2, &length);
    DIR **folder = dnnlua_new_handle(L, FOLDER_READER);
    lua_toclose(L, -1);
    *folder = opendir(path);
    lua_newtable(L);
    lua_Integer count = 0;
    for (struct dirent *entry;
         *folder != NULL && count < MOST_ENTRIES && (entry = readdir(*folder)) != NULL;) {
        const char *name = entry->d_name;
        bool hidden = name[0] == '.' && (length == 0 || name[1] == '\0' || strcmp(name, "..") == 0);
        if (!hidden && strncmp(name, prefix, length) == 0) {
            lua_pushfstring(L, is_folder(*folder, entry) ? "%s/" : "%s", name);
            lua_rawseti(L, -2, ++count);
        }
    }
    return 1;
}

/* dnn._same_file(path, other): whether both are there and the same file, whatever leads to it. */
static int is_same_file(lua_State *L) {
    struct stat one, other;

    lua_pushboolean(L, stat(luaL_checkstring(L, 1), &one) == 0 &&
                           stat(luaL_checkstring(L, 2), &other) == 0 &&
                           one.st_ino == other.st_ino && one.st_dev == other.st_dev);
    return 1;
}

/* dnn._exists(path): whether something is there. Opens nothing: of a pipe that would wait. */
static int exists(lua_State *L) {
    struct stat info;

    lua_pushboolean(L, stat(luaL_checkstring(L, 1), &info) == 0);
    return 1;
}

/* dnn._cache_path(name): the path of that name in the user's cache; nil where there is no home. */
static int cache_path(lua_State *L) {
    char path[PATH_MAX];

    if (dnn_user_path(DNN_USER_CACHE, luaL_checkstring(L, 1), path, sizeof path))
        lua_pushstring(L, path);
    else
        luaL_pushfail(L);
    return 1;
}

static const dnnlua_function functions[] = {
    {"terminal",    terminal,    1},
    {"make_folder", make_folder, 1},
    {"can_write",   can_write,   1},
    {"list",        list_folder, 1},
    {NULL,          NULL,        0},
};

/* For the module's half in Lua. */
static const luaL_Reg of_the_lua_half[] = {
    {"_entries",    list_entries  },
    {"_same_file",  is_same_file  },
    {"_exists",     exists        },
    {"_claim",      claim_folder  },
    {"_release",    release_folder},
    {"_page",       page          },
    {"_save",       save          },
    {"_cache_path", cache_path    },
    {NULL,          NULL          },
};

void dnnlua_open_system(lua_State *L) {
    dnnlua_define_handle(L, FOLDER_READER, close_folder, NULL);
    luaL_newmetatable(L, CLAIM);
    lua_pushcfunction(L, release_folder);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    dnnlua_push_function(L, (dnnlua_function){"time", monotonic_time, 0}, 0);
    lua_setfield(L, -2, "time");
    luaL_setfuncs(L, of_the_lua_half, 0);
    lua_newtable(L);
    dnnlua_register(L, functions);
    lua_setfield(L, -2, "system");
}
