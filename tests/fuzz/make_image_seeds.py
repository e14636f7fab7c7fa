#!/usr/bin/env python3
"""Writes the seeds of images into seeds/image beside it: small ones of every form that is read, made by Pillow
(python3-pil), and some by hand that it does not write or that lie. They are kept, so this is run only to add some."""
import io
import os
import struct
import zlib

from PIL import Image

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds", "image")


def picture(mode, width=9, height=7):
    image = Image.new("RGBA", (width, height))
    image.putdata([(x * 28, y * 36, (x * y * 7) % 256, 255 - 20 * x) for y in range(height) for x in range(width)])
    return image.convert(mode)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, depth, kind, interlaced, rows, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def bmp(width, height, bits, compression, extra, rows):
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(rows), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(extra) + len(rows), 0, 0, 54 + len(extra)) + head + extra + rows


def exif(orientation):
    return (b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x112, 3, 1, orientation) + b"\0\0\0\0")


def seeds():
    rgb, grey, rgba = picture("RGB"), picture("L"), picture("RGBA")
    palette = rgb.quantize(8)
    frames = [picture("RGB"), picture("RGB").transpose(Image.Transpose.ROTATE_180)]
    return {
        "jpeg_420": saved(rgb, "JPEG", quality=60),
        "jpeg_444_progressive": saved(rgb, "JPEG", subsampling=0, progressive=True),
        "jpeg_grey": saved(grey, "JPEG"),
        "jpeg_cmyk": saved(rgb.convert("CMYK"), "JPEG"),
        "jpeg_turned": saved(rgb, "JPEG", exif=exif(6)),
        "jpeg_restarts": saved(picture("RGB", 40, 40), "JPEG", quality=10),
        "png_rgb": saved(rgb, "PNG"),
        "png_rgba": saved(rgba, "PNG"),
        "png_palette": saved(palette, "PNG", transparency=2),
        "png_grey16": saved(Image.frombytes("I;16", (3, 2), bytes(range(12))), "PNG"),
        "png_one_bit": saved(grey.convert("1"), "PNG"),
        "png_interlaced": png(2, 2, 8, 0, 1, b"\0\1\0\2\0\3\4"),
        "png_exif": png(1, 1, 8, 2, 0, b"\0abc", chunk(b"eXIf", exif(8)[6:])),
        "png_claims_much": png(16384, 16384, 1, 0, 0, b"\0" * 100),
        "gif": saved(palette, "GIF", interlace=0),
        "gif_interlaced_transparent": saved(palette, "GIF", interlace=1, transparency=3),
        "gif_animated": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "webp_lossy": saved(rgb, "WEBP", quality=50),
        "webp_lossless_alpha": saved(rgba, "WEBP", lossless=True),
        "webp_animated": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "webp_turned": saved(rgb, "WEBP", exif=exif(3)),
        "bmp_24": saved(rgb, "BMP"),
        "bmp_8": saved(palette, "BMP"),
        "bmp_1": saved(grey.convert("1"), "BMP"),
        "bmp_32_top_down": bmp(2, -2, 32, 0, b"", bytes(range(16))),
        "bmp_565": bmp(2, 1, 16, 3, struct.pack("<III", 0xf800, 0x7e0, 0x1f), bytes(range(4))),
        "not_an_image": b"<!DOCTYPE html>\n<p>not found",
    }


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, data in seeds().items():
        with open(os.path.join(HERE, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
