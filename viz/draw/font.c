/* font.c: SDL_ttf draws each line of text once; a cache of fixed size keeps what was drawn last. */
#include "viz/draw/font.h"

#include <SDL_ttf.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

static const char *const file_names[FONT_STYLE_COUNT] = {
    [FONT_REGULAR] = "DejaVuSans.ttf",
    [FONT_BOLD] = "DejaVuSans-Bold.ttf",
    [FONT_MONO] = "DejaVuSansMono.ttf",
};

static const char *const folders[] = {
    "/usr/share/fonts/truetype/dejavu", /* Debian */
    "/usr/share/fonts/dejavu-sans-fonts", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF",
    "/usr/local/share/fonts/dejavu",
};

/* A style's file, opened for each of the sizes that were used last: a font that is set to another
 * size forgets its glyphs. Sizes are told apart by quarter pixels. */
#define SIZES 16

typedef struct sized_font {
    TTF_Font *font;
    int quarters; /* the size it is set to */
    uint64_t used;
} sized_font;

static sized_font fonts[FONT_STYLE_COUNT][SIZES];
static uint64_t uses; /* of fonts and lines */

/* --- finding --- */

/* FreeType and HarfBuzz go on without what they had no memory for, or could not read, and a text
 * then looks wrong; malloc and read leave a mark in errno, which the caller has cleared. */
static void count_refused(void) {
    if (errno == ENOMEM || errno == EIO)
        dnn_count_refused();
}

static TTF_Font *open_in(const char *folder, const char *name) {
    char path[1024];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    errno = 0;
    TTF_Font *font = length < 0 || (size_t)length >= sizeof path ? NULL : TTF_OpenFont(path, 12);
    count_refused();
    return font;
}

static TTF_Font *find_font(font_style style) {
    const char *name = file_names[style];
    const char *own = getenv("DNNVIEW_FONT");
    TTF_Font *font = own == NULL ? NULL : open_in(own, name);
    for (size_t i = 0; font == NULL && i < sizeof folders / sizeof *folders; i++)
        font = open_in(folders[i], name);
    if (font != NULL)
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT_SUBPIXEL);
    return font;
}

static dnn_status not_found(const char *name, dnn_error *err) {
    const char *own = getenv("DNNVIEW_FONT");
    char places[300] = "";
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t used = strlen(places);
        snprintf(places + used, sizeof places - used, "%s%s", i == 0 ? "" : ", ", folders[i]);
    }
    return dnn_fail(err, DNN_ERROR_FILE,
                    "font %s: not found in %s%.120s%s nor in %s; install Debian's package "
                    "fonts-dejavu-core, or set DNNVIEW_FONT to the folder that has it",
                    name, own == NULL ? "DNNVIEW_FONT (not set)" : "DNNVIEW_FONT (",
                    own == NULL ? "" : own, own == NULL ? "" : ")", places);
}

static dnn_status open_all(dnn_error *err) {
    errno = 0;
    if (TTF_Init() != 0) /* there is no other reason */
        return dnn_fail(err, DNN_ERROR_MEMORY, "out of memory: SDL_ttf cannot start (%s)",
                        TTF_GetError());
    count_refused();
    for (int style = 0; style < FONT_STYLE_COUNT; style++) {
        fonts[style][0] = (sized_font){.font = find_font((font_style)style)};
        if (fonts[style][0].font == NULL)
            return not_found(file_names[style], err);
    }
    return DNN_OK;
}

dnn_status fonts_open(dnn_error *err) {
    if (fonts[0][0].font != NULL)
        return DNN_OK;
    uint64_t refused = dnn_allocations_refused();
    dnn_status status = open_all(err);
    if (refused != dnn_allocations_refused())
        status = dnn_fail(err, DNN_ERROR_MEMORY, "out of memory: the fonts cannot be opened");
    if (status != DNN_OK)
        fonts_close();
    return status;
}

/* The slot of a size, or that of the one used longest ago. */
static sized_font *slot_of(font_style style, int quarters) {
    sized_font *oldest = &fonts[style][0];
    for (sized_font *f = fonts[style]; f < fonts[style] + SIZES; f++) {
        if (f->font != NULL && f->quarters == quarters)
            return f;
        if (f->used < oldest->used)
            oldest = f;
    }
    return oldest;
}

/* The font at a size; SDL_ttf counts whole points, of which 18 dots per inch make quarter pixels.
 */
static TTF_Font *font_at(font_style style, int quarters) {
    sized_font *f = slot_of(style, quarters);
    f->used = ++uses;
    if (f->font == NULL)
        f->font = find_font(style);
    if (f->font == NULL)
        return NULL;
    if (f->quarters != quarters && TTF_SetFontSizeDPI(f->font, quarters, 18, 18) != 0)
        return NULL;
    f->quarters = quarters;
    return f->font;
}

/* --- the cache: sets of few entries, the one used longest ago gives way --- */

#define SETS 512
#define WAYS 4

typedef struct entry {
    char *text; /* NULL: free */
    font_style style;
    int quarters;
    uint64_t used;
    float width; /* at this size, in pixels; below 0: not measured yet */
    bool drawn;
    glyph_line line;
    uint8_t *coverage; /* NULL: nothing to see */
} entry;

static entry cache[SETS][WAYS];

static void forget(entry *e) {
    dnn_free(e->text);
    dnn_free(e->coverage);
    *e = (entry){0};
}

void fonts_close(void) {
    for (int set = 0; set < SETS; set++)
        for (int way = 0; way < WAYS; way++)
            forget(&cache[set][way]);
    for (int style = 0; style < FONT_STYLE_COUNT; style++)
        for (sized_font *f = fonts[style]; f < fonts[style] + SIZES; f++) {
            if (f->font != NULL)
                TTF_CloseFont(f->font);
            *f = (sized_font){0};
        }
    if (TTF_WasInit())
        TTF_Quit();
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash_of(const char *text, font_style style, int quarters) {
    uint32_t h = 2166136261u ^ (uint32_t)style ^ (uint32_t)quarters << 4;
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h ^ h >> 16;
}

static entry *entry_of(const char *text, font_style style, int quarters) {
    entry *set = cache[hash_of(text, style, quarters) % SETS], *oldest = set;
    for (entry *e = set; e < set + WAYS; e++) {
        if (e->text != NULL && e->style == style && e->quarters == quarters &&
            strcmp(e->text, text) == 0) {
            e->used = ++uses;
            return e;
        }
        if (e->used < oldest->used)
            oldest = e;
    }
    forget(oldest);
    char *own = dnn_strdup(text);
    if (own == NULL)
        return NULL;
    *oldest =
        (entry){.text = own, .style = style, .quarters = quarters, .used = ++uses, .width = -1};
    return oldest;
}

/* --- text --- */

/* Well-formed UTF-8 without control characters, at most FONT_MAX_BYTES of it. */
static void clean(const char *text, char out[FONT_MAX_BYTES + 1]) {
    size_t used = 0;
    uint32_t c;
    while (used + DNN_UTF8_MAX <= FONT_MAX_BYTES && (c = dnn_utf8_next(&text)) != 0)
        used += dnn_utf8_put(c < 0x20 || (c >= 0x7F && c < 0xA0) ? ' ' : c, out + used);
    out[used] = '\0';
}

static int quarters_of(float pixels) {
    return pixels >= 0.25f && pixels < 1000 ? (int)lroundf(4 * pixels) : 0;
}

/* Measured at a size at which whole pixels are fine enough. */
static float measure(const char *text, font_style style, int quarters) {
    enum { FINER = 8 };
    errno = 0;
    TTF_Font *font = font_at(style, quarters * FINER);
    int width = 0, height;
    if (font == NULL || TTF_SizeUTF8(font, text, &width, &height) != 0)
        width = 0;
    count_refused();
    return (float)width / FINER;
}

float text_width(const char *text, float size, font_style style) {
    char line[FONT_MAX_BYTES + 1];
    clean(text, line);
    int quarters = quarters_of(size);
    if (*line == '\0' || quarters == 0)
        return 0;
    if (fonts[style][0].font == NULL)
        return 0.6f * size * (float)strlen(line);
    entry *e = entry_of(line, style, quarters);
    if (e == NULL)
        return 0;
    if (e->width < 0)
        e->width = measure(line, style, quarters);
    return e->width * size / ((float)quarters / 4);
}

/* How far the first character reaches to the left of where the line begins; SDL_ttf moves the
 * picture by that. */
static int first_left(TTF_Font *font, const char *text) {
    int left = 0;
    uint32_t first = dnn_utf8_next(&text);
    TTF_GlyphMetrics32(font, first, &left, NULL, NULL, NULL, NULL);
    return left < 0 ? left : 0;
}

static void draw_line_of(entry *e) {
    errno = 0;
    TTF_Font *font = font_at(e->style, e->quarters);
    SDL_Color white = {255, 255, 255, 255};
    SDL_Surface *picture = font == NULL ? NULL : TTF_RenderUTF8_Blended(font, e->text, white);
    e->drawn = true;
    count_refused();
    if (picture == NULL)
        return;
    size_t width = (size_t)picture->w, height = (size_t)picture->h;
    e->coverage = dnn_alloc(width * height);
    e->drawn = e->coverage != NULL;
    if (e->drawn) {
        SDL_PixelFormat *format = picture->format;
        for (size_t y = 0; y < height; y++) {
            const char *row = (const char *)picture->pixels + y * (size_t)picture->pitch;
            for (size_t x = 0; x < width; x++) {
                uint32_t pixel;
                memcpy(&pixel, row + 4 * x, sizeof pixel);
                e->coverage[y * width + x] = (uint8_t)((pixel & format->Amask) >> format->Ashift);
            }
        }
        e->line = (glyph_line){picture->w, picture->h, first_left(font, e->text),
                               TTF_FontAscent(font), e->coverage};
    }
    SDL_FreeSurface(picture);
}

const glyph_line *text_coverage(const char *text, float size, font_style style, float scale) {
    char line[FONT_MAX_BYTES + 1];
    clean(text, line);
    int quarters = quarters_of(size * scale);
    if (*line == '\0' || quarters == 0 || fonts[style][0].font == NULL)
        return NULL;
    entry *e = entry_of(line, style, quarters);
    if (e == NULL)
        return NULL;
    if (!e->drawn)
        draw_line_of(e);
    return e->coverage == NULL ? NULL : &e->line;
}
