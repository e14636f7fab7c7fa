/* present.c: a frame's pixels onto the screen. X takes them as a surface of the window. Under
 * Wayland SDL has such a surface too, but with a pixel for each point, which a screen of a larger
 * scale would blow up: there they go through a texture of all pixels, as SDL does it itself. */
#include <SDL.h>
#include <string.h>

#include "viz/window/window_parts.h"

static bool on_x(void) {
    return strcmp(SDL_GetCurrentVideoDriver(), "x11") == 0;
}

void present_open(window *w) {
    w->renderer = on_x() ? NULL : SDL_CreateRenderer(w->sdl, -1, 0);
}

void present_close(window *w) {
    if (w->texture != NULL)
        SDL_DestroyTexture(w->texture);
    if (w->renderer != NULL)
        SDL_DestroyRenderer(w->renderer);
}

void present_size(const window *w, int *width, int *height) {
    if (w->renderer != NULL && SDL_GetRendererOutputSize(w->renderer, width, height) == 0)
        return;
    if (on_x())
        SDL_GetWindowSizeInPixels(w->sdl, width, height);
    else
        SDL_GetWindowSize(w->sdl, width, height); /* as large is its surface */
}

static bool fit_texture(window *w) {
    int width = 0, height = 0;
    if (w->texture != NULL)
        SDL_QueryTexture(w->texture, NULL, NULL, &width, &height);
    if (width == w->pixels.width && height == w->pixels.height)
        return true;
    if (w->texture != NULL)
        SDL_DestroyTexture(w->texture);
    w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STREAMING,
                                   w->pixels.width, w->pixels.height);
    return w->texture != NULL;
}

static bool show_texture(window *w) {
    if (!fit_texture(w))
        return false;
    SDL_UpdateTexture(w->texture, NULL, w->pixels.rgba, 4 * w->pixels.width);
    SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
    return true;
}

bool present_show(window *w) {
    if (w->renderer != NULL)
        return show_texture(w);
    SDL_Surface *screen = SDL_GetWindowSurface(w->sdl);
    SDL_Surface *drawn =
        screen == NULL
            ? NULL
            : SDL_CreateRGBSurfaceWithFormatFrom(w->pixels.rgba, w->pixels.width, w->pixels.height,
                                                 32, 4 * w->pixels.width, SDL_PIXELFORMAT_RGBA32);
    if (drawn == NULL)
        return false;
    SDL_SetSurfaceBlendMode(drawn, SDL_BLENDMODE_NONE);
    SDL_BlitSurface(drawn, NULL, screen, NULL);
    SDL_FreeSurface(drawn);
    SDL_UpdateWindowSurface(w->sdl);
    return true;
}
