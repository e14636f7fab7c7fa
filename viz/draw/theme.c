/* theme.c: the two themes, the colours of series, and the scale of heat maps. */
#include "viz/draw/theme.h"

#include <math.h>

const theme theme_light = {
    .name = "light",
    .background = 0xF4F5F7FF,
    .panel = 0xFFFFFFFF,
    .border = 0xDDE1E6FF,
    .grid = 0xEBEDF0FF,
    .axis = 0x8B949EFF,
    .text = 0x1F2328FF,
    .muted = 0x5C6670FF,
    .accent = 0x0B62A8FF,
    .warning = 0xB3261EFF,
    .selection = 0x0B62A830,
};

const theme theme_dark = {
    .name = "dark",
    .background = 0x121519FF,
    .panel = 0x1B1F24FF,
    .border = 0x30363DFF,
    .grid = 0x282D33FF,
    .axis = 0x6E7781FF,
    .text = 0xE3E6EAFF,
    .muted = 0x9AA4AFFF,
    .accent = 0x6CB6FFFF,
    .warning = 0xFF8A7AFF,
    .selection = 0x6CB6FF38,
};

/* --- series --- */

#define HUES 8

/* The hues of Okabe and Ito (2008): blue, vermilion, green, purple, orange, sky blue, yellow and
 * black, each as light or dark as the panel behind it asks for, and moved apart as far as
 * protanopes, deuteranopes and tritanopes see them (the model of Machado, Oliveira and Fernandes,
 * 2009). */
static const color hues_on_light[HUES] = {
    0x005BA2FF, 0xBC5510FF, 0x00A062FF, 0xBE5E9EFF, 0xBD8B00FF, 0x4289DFFF, 0x64470EFF, 0x24292FFF,
};
static const color hues_on_dark[HUES] = {
    0x6395DBFF, 0xD9652AFF, 0x2CCE95FF, 0xC581ACFF, 0xEA9B01FF, 0xA2D2FFFF, 0xF6F050FF, 0xE6F4F2FF,
};

stroke theme_series(const theme *t, size_t n) {
    const color *hues = t == &theme_dark ? hues_on_dark : hues_on_light;
    return (stroke){
        .color = hues[n % HUES], .width = 1.6f, .dash = (uint8_t)(n / HUES % DASH_COUNT)};
}

/* --- heat --- */

/* From dark violet through blue, teal and green to yellow: a path through CIELAB along which
 * lightness rises from 14 to 91, cut into pieces that differ equally (chroma counting half). */
static const uint32_t heat[] = {
    0x261952, 0x2A215D, 0x2C2A69, 0x2A3375, 0x223C80, 0x154589, 0x014E8F, 0x015590, 0x015C91,
    0x016493, 0x016C94, 0x027395, 0x007B97, 0x048398, 0x058B98, 0x039297, 0x019996, 0x00A093,
    0x22A68E, 0x35AB89, 0x45B184, 0x54B67D, 0x62BB77, 0x71BF70, 0x7FC369, 0x8DC862, 0x9CCC5B,
    0xAAD055, 0xB8D44F, 0xC7D84A, 0xD6DD47, 0xE5E345, 0xF4EA47,
};

static uint32_t channel_between(uint32_t a, uint32_t b, int shift, double share) {
    double from = a >> shift & 255, to = b >> shift & 255;
    return (uint32_t)(from + share * (to - from) + 0.5) << shift;
}

color theme_heat(const theme *t, double value) {
    if (isnan(value))
        return t->border;
    enum { LAST = sizeof heat / sizeof *heat - 1 };
    double at = (value < 0 ? 0 : value > 1 ? 1 : value) * LAST;
    int i = at >= LAST ? LAST - 1 : (int)at;
    uint32_t rgb = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        rgb |= channel_between(heat[i], heat[i + 1], shift, at - i);
    return rgb << 8 | 255;
}

color theme_layer(const theme *t, double place) {
    return theme_heat(t, t == &theme_dark ? 0.25 + 0.75 * place : 0.86 * place);
}

color faded(color c, double opacity) {
    return (c & ~0xFFu) | (color)lround((double)(c & 0xFF) * opacity);
}

color blend(color from, color to, double share) {
    color mixed = 0xFF;
    for (int shift = 8; shift < 32; shift += 8) {
        double a = from >> shift & 0xFF, b = to >> shift & 0xFF;
        mixed |= (color)lround(a + (b - a) * share) << shift;
    }
    return mixed;
}
