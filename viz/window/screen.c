/* screen.c: asking the X server, or SDL, for the user's dpi and for the room on the screen. */
#include "viz/window/screen.h"

#include <SDL.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 32 /* pixels of a window's title */

float screen_scale_of(const char *resources) {
    const char *line = resources == NULL ? NULL : strstr(resources, "Xft.dpi:");
    double dpi = line == NULL ? 0 : strtod(line + strlen("Xft.dpi:"), NULL);
    return dpi >= 48 && dpi <= 480 ? roundf((float)dpi / 24) / 4 : 0; /* in quarters */
}

/* The X server's resources, where desktops leave the dpi that the user has chosen; by a library
 * that SDL has loaded already. */
static float scale_of_x(void) {
    void *library = SDL_LoadObject("libX11.so.6");
    if (library == NULL)
        return 0;
    void *(*open_display)(const char *) =
        (void *(*)(const char *))SDL_LoadFunction(library, "XOpenDisplay");
    char *(*resources)(void *) =
        (char *(*)(void *))SDL_LoadFunction(library, "XResourceManagerString");
    int (*close_display)(void *) = (int (*)(void *))SDL_LoadFunction(library, "XCloseDisplay");
    bool whole = open_display != NULL && resources != NULL && close_display != NULL;
    void *display = whole ? open_display(NULL) : NULL;
    float scale = display == NULL ? 0 : screen_scale_of(resources(display));
    if (display != NULL)
        close_display(display);
    SDL_UnloadObject(library);
    return scale;
}

/* Points of the first window are as large as the user's other programs' (Wayland scales by itself);
 * SDL's dpi is the screen's size in its own words, which is often wrong a little. */
static float scale_of_screen(void) {
    float dpi = 0;
    if (strcmp(SDL_GetCurrentVideoDriver(), "x11") != 0)
        return 1;
    float scale = scale_of_x();
    if (scale == 0 && SDL_GetDisplayDPI(0, &dpi, NULL, NULL) == 0 && dpi >= 140 && dpi < 500)
        scale = roundf(dpi / 48) / 2;
    return scale > 0 ? scale : 1;
}

/* The first window: the user's size of things, within the screen. */
void screen_fit(view *v, int *width, int *height) {
    SDL_Rect screen;
    if (!v->scale_known)
        v->scale = scale_of_screen();
    v->scale_known = true;
    if (SDL_GetDisplayUsableBounds(0, &screen) != 0 || screen.w < 200 || screen.h < 150)
        return;
    *width = (int)fminf((float)*width, floorf((float)screen.w / v->scale));
    *height = (int)fminf((float)*height, floorf((float)(screen.h - FRAME) / v->scale));
}
