/* target_checkpoint.c: a checkpoint as somebody else wrote it, its header's length and its checksum
 * made to agree, loaded by checkpoint.lua into a network, optimisers, batches and what else has a
 * state. */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "bindings/dnnlua.h"
#include "core/crc32c.h"
#include "memory_file.h"
#include "store/checksum.h"
#include "target.h"

static const char CHECKSUM[] = "\"" DNN_CHECKSUM_NOTE "\":\"crc32c.";
static const char MARK[] = "\"" DNN_CHECKPOINT_NOTE "\":";

#define HEADER_AT sizeof(uint64_t) /* bytes before the header: its length */

/* --- the header's length --- */

/* Bytes from `text` to the brace that closes the one it begins with, and the blanks after it; 0
 * where there is none. */
static size_t object_length(const uint8_t *text, size_t size) {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == '{')
            depth++;
        else if (!quoted && text[i] == '}')
            depth--;
        if (depth > 0 || i >= size)
            continue;
        while (i + 1 < size && text[i + 1] == ' ')
            i++;
        return i + 1;
    }
    return 0;
}

static void mend_length(uint8_t *data, size_t size) {
    if (size <= HEADER_AT || data[HEADER_AT] != '{')
        return;
    uint64_t length = object_length(data + HEADER_AT, size - HEADER_AT);
    if (length > 0)
        memcpy(data, &length, HEADER_AT);
}

/* --- the checksum --- */

enum { HIDDEN = 'D' }; /* the first letter of a note's name that the reader is not to know */

/* The first place of a note, whose name is hidden from now on; NULL where it is not there. */
static uint8_t *hide_note(uint8_t *data, size_t size, const char *note) {
    uint8_t *place = memmem(data, size, note, strlen(note));
    if (place != NULL)
        place[1] = HIDDEN;
    return place;
}

static void show_note(uint8_t *place, const char *note) {
    if (place != NULL)
        place[1] = (uint8_t)note[1];
}

static uint64_t sum_of(const dnn_safetensors *file, const uint8_t *numbers) {
    uint64_t sum = 0;
    for (size_t i = 0; i < dnn_safetensors_count(file); i++) {
        const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
        uint32_t crc = dnn_crc32c(numbers + t->begin, (size_t)(t->end - t->begin));
        sum += dnn_checksum_of_tensor(t->name, t->type, t->extent, t->rank, crc);
    }
    for (size_t i = 0; i < dnn_safetensors_note_count(file); i++) {
        dnn_note note = dnn_safetensors_note(file, i);
        if (note.name[0] == HIDDEN && strcmp(note.name + 1, &DNN_CHECKPOINT_NOTE[1]) == 0)
            note.name = DNN_CHECKPOINT_NOTE;
        if (note.name[0] == HIDDEN && strcmp(note.name + 1, &DNN_CHECKSUM_NOTE[1]) == 0)
            note.name = DNN_CHECKSUM_NOTE;
        sum += dnn_checksum_of_note(&note); /* nothing for the checksum */
    }
    return sum;
}

/* Writes the checksum that fits, where there is one: as a file of weights, which needs none, the
 * input is opened whatever its checksum is. */
static void mend_checksum(uint8_t *data, size_t size) {
    uint8_t *checksum = hide_note(data, size, CHECKSUM), *mark = hide_note(data, size, MARK);
    memory_file bytes = memory_file_open(data, size);
    dnn_safetensors *file = NULL;
    char text[DNN_CHECKSUM_SIZE];
    uint64_t header = 0;
    size_t digits = strlen(CHECKSUM), last = digits + sizeof text - sizeof "crc32c.";
    if (checksum != NULL && (size_t)(data + size - checksum) > last &&
        dnn_safetensors_open(&file, bytes.path, NULL) == DNN_OK) {
        memcpy(&header, data, HEADER_AT);
        dnn_checksum_text(sum_of(file, data + HEADER_AT + header), text);
        memcpy(checksum + digits, text + strlen("crc32c."), last - digits);
        dnn_safetensors_close(file);
    }
    memory_file_close(&bytes);
    show_note(checksum, CHECKSUM);
    show_note(mark, MARK);
}

/* --- Lua --- */

static void must_run(lua_State *L, int status) {
    if (status != LUA_OK)
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
    must_hold(status == LUA_OK);
}

/* A state in which checkpoint.lua's function is at the bottom of the stack. */
static lua_State *open_lua(void) {
    lua_State *L = luaL_newstate();
    must_hold(L != NULL);
    luaL_openlibs(L);
    must_run(L, luaL_dostring(L, "package.path = '" LUA_SHARE "/?.lua;" LUA_SHARE "/?/init.lua'"));
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_dnn_core);
    lua_setfield(L, -2, "dnn.core");
    lua_settop(L, 0);
    must_run(L, luaL_dofile(L, CHECKPOINT_LUA));
    return L;
}

static void load(lua_State *L, const uint8_t *data, size_t size) {
    memory_file file = memory_file_open(data, size);
    lua_pushvalue(L, 1);
    lua_pushstring(L, file.path);
    must_run(L, lua_pcall(L, 1, 0, 0));
    memory_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static lua_State *L;
    if (L == NULL)
        L = open_lua();
    uint8_t *mended = malloc(size + 1);
    must_hold(mended != NULL);
    memcpy(mended, data, size);
    mend_length(mended, size);
    mend_checksum(mended, size);
    load(L, mended, size);
    free(mended);
    return 0;
}
