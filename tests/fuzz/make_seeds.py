#!/usr/bin/env python3
"""Writes the seeds that have a name: event files in the forms of TensorFlow 2 and of PyTorch's SummaryWriter,
torn and lying ones, safetensors files, lines of the control channel, figures, and dnnview.conf. By the published format and with
nothing of the program's: a second implementation. `make_seeds.py` puts them into seeds/ beside it."""
import json
import os
import struct
import zlib

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")
WALL = 1700000000.0


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(payload, length=None):
    """A record; `length` instead of the payload's own makes it lie."""
    head = struct.pack("<Q", len(payload) if length is None else length)
    return head + struct.pack("<I", masked(head)) + payload + struct.pack("<I", masked(payload))


def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def double(field, x):
    return varint(field << 3 | 1) + struct.pack("<d", x)


def single(field, x):
    return varint(field << 3 | 5) + struct.pack("<f", x)


def block(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def doubles(field, values):
    return block(field, struct.pack(f"<{len(values)}d", *values))


def event(step, *values, wall=WALL, rest=b""):
    summary = b"".join(block(1, value) for value in values)
    return record(double(1, wall) + number(2, step) + (block(5, summary) if values else b"") + rest)


def opening(source=""):
    writer = block(10, block(1, source)) if source else b""
    return record(double(1, WALL) + block(3, "brain.Event:2") + writer)


def png(width, height, pixel, declared=None):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + bytes(pixel * width) for _ in range(height))
    size = struct.pack(">II", *(declared or (width, height)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + bytes([8, 2, 0, 0, 0]))
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def scalar(tag, x):
    return block(1, tag) + single(2, x)


def histogram(tag, limits, counts):
    proto = (double(1, limits[0]) + double(2, limits[-1]) + double(3, sum(counts)) + double(4, 1.5)
             + double(5, 2.5) + doubles(6, limits) + doubles(7, counts))
    return block(1, tag) + block(5, proto)


def image(tag, data, width=2, height=2):
    return block(1, tag) + block(4, number(1, height) + number(2, width) + number(3, 3) + block(4, data))


def shape(*sizes):
    return block(2, b"".join(block(2, number(1, n)) for n in sizes))


def plugin(name, data_class=0):
    return block(9, block(1, block(1, name) + block(2, b"")) +
                 (number(4, data_class) if data_class else b""))


def tensor(tag, name, fields, data_class=0):
    return block(1, tag) + block(8, fields) + plugin(name, data_class)


def floats(*values):
    return number(1, 1) + shape() + block(4, struct.pack(f"<{len(values)}f", *values))


def texts(*values):
    return number(1, 7) + shape(len(values)) + b"".join(block(8, value) for value in values)


def tensorflow():
    """tf.summary.scalar, histogram, image and text: tensors with a plugin's name."""
    cat = png(2, 2, (200, 100, 50))
    buckets = struct.pack("<6d", 0, 1, 3, 1, 2, 4)
    return opening("tensorflow.core.util.events_writer") + b"".join(
        event(step, tensor("epoch_loss", "scalars", floats(1 / (step + 1)), 1))
        + event(step, tensor("epoch_accuracy", "scalars", number(1, 1) + shape() + single(5, 0.5)))
        + event(step, tensor("wide", "scalars",
                             number(1, 2) + shape() + block(6, struct.pack("<d", 0.25)), 1))
        + event(step, tensor("kernel", "histograms", number(1, 2) + shape(2, 3) + block(4, buckets), 2))
        + event(step, tensor("cats", "images", texts("2", "2", cat), 3))
        + event(step, tensor("note", "text", number(1, 7) + shape() + block(8, "# a *note*")))
        for step in range(2))


def pytorch():
    """SummaryWriter.add_scalar, add_scalars, add_histogram, add_image, add_text, add_hparams."""
    cat = png(2, 2, (1, 2, 3))
    return opening("tensorboard.summary.writer.event_file_writer") + b"".join(
        event(step, scalar("Loss/train", 0.5 ** step))
        + event(step, histogram("fc1.weight", [-1.0, 0.0, 1e308], [1.0, 4.0, 2.0]))
        + event(step, image("images", cat))
        + event(step, tensor("text/text_summary", "text", texts("hello")))
        for step in range(3)) + event(0, block(1, "_hparams_/experiment") + plugin("hparams"))


def not_finite():
    bad = (float("nan"), float("inf"), float("-inf"), 3.4e38, -3.4e38, 1e-45, 0.0)
    walls = (WALL, float("nan"), float("inf"), -1e300, 1e300, 0.0, WALL)
    return opening() + b"".join(
        event(i, scalar("cost", x), scalar("grad_norm/1 Linear", -x), scalar("epoch", x), wall=wall)
        for i, (x, wall) in enumerate(zip(bad, walls))) + event(
            9, histogram("w", list(bad), list(bad)), histogram("empty", [0.0], [0.0]))


def steps():
    order = (0, 5, 3, 2 ** 62, -1, -2 ** 63, 2 ** 63 - 1, 7, 7, 7)
    return opening() + b"".join(event(s, scalar("cost", i), histogram("w", [0.0, 1.0], [i, 2.0]))
                                for i, s in enumerate(order))


def lying_fields():
    short = histogram("w", [1.0, 2.0], [1.0, 2.0])[:-8]
    return (opening()
            + event(1, block(1, "no end")[:-2] + varint(1 << 60))
            + event(2, short)
            + event(3, block(1, "w") + block(5, doubles(6, [1.0, 2.0, 3.0]) + doubles(7, [1.0])))
            + event(4, block(1, "w") + block(5, b""))
            + event(5, block(1, "many") + block(5, doubles(6, [0.0] * 4097)[:64]))
            + event(6, image("p", png(1, 1, (0, 0, 0), (8191, 8191)), 2 ** 62, 2 ** 62))
            + event(7, image("p", b"\x89PNG"))
            + event(8, block(4, number(1, 1)) + scalar("t", 1) + number(15, 3))
            + record(b"\x2a\x7f\x0a") + record(b"\x10" + b"\xff" * 11) + record(b"\x0b\x0c") + record(b"")
            + event(9, scalar("", 1.0), scalar("a\0b", 2.0), scalar("\xff\n\x1b[2J", 3.0),
                    scalar("x" * 300, 4.0)))


def layers():
    """What a watched network logs: groups of tags by layer, text, accuracy."""
    names = [f"grad_norm/{n} Linear" for n in (1, 3, 10)]
    return opening() + event(0, block(1, "settings") + block(8, texts("lr = 0.0075  \nseed = 1  \n"))
                             + plugin("text")) + b"".join(
        event(step, *[scalar(name, 1.0 + step) for name in names],
              scalar("accuracy/train", 50.0), scalar("accuracy/test", 40.0), scalar("epoch", step / 2),
              wall=WALL + step)
        for step in range(4))


def event_files():
    whole = pytorch()
    good = opening() + event(1, scalar("loss", 0.5))
    damaged = bytearray(good + event(2, scalar("loss", 0.25)))
    damaged[60] ^= 1
    return {
        "tensorflow2": tensorflow(), "pytorch": whole, "not_finite": not_finite(), "steps": steps(),
        "layers": layers(), "lying_fields": lying_fields(), "empty": b"", "only_opening": opening(),
        "torn_in_payload": whole[:-37], "torn_in_header": good + opening()[:7],
        "torn_in_trailer": good[:-1], "closed": good + event(1, rest=block(7, number(1, 2))) + good,
        "damaged_payload": bytes(damaged),
        "damaged_length": good + b"\1" + good,
        "length_of_everything": good + record(b"", 2 ** 64 - 1),
        "length_of_a_gigabyte": good + record(b"", 1 << 30),
        "length_past_the_end": good + record(b"abc", 1000),
        "no_event_file": b"#!/bin/sh\necho this is no event file at all\n",
    }


def safetensors(header, data=b"", length=None):
    """A safetensors file; `length` instead of the header's own makes it lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


MASK = 2 ** 64 - 1


def mix(x):
    """The last step of SplitMix64."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def of_text(text):
    return crc32c(text.encode())


def with_checksum(header, data):
    """The checksum of a file's contents among its metadata, as in runtime/store/checksum.h."""
    total = 0
    for name, value in header.items():
        if name == "__metadata__":
            total += sum(mix(of_text(key) << 32 | of_text(text)) for key, text in value.items())
            continue
        own = mix(of_text(name) << 32 | of_text(value["dtype"]))
        for extent in value["shape"]:
            own = mix(own ^ mix(extent + 1))
        begin, end = value["data_offsets"]
        total += mix(own ^ mix(len(value["shape"]) << 32 | crc32c(data[begin:end])))
    metadata = dict(header["__metadata__"], **{"dnn.checksum": "crc32c.%016x" % (total & MASK)})
    return dict(header, __metadata__=metadata)


def with_former_checksum(header, data):
    """The same as files of before have it: of F32 matrices column by column."""
    total = mix((len(header) - 1) << 32 ^ 0x5CA1AB1E)
    for name, value in header.items():
        if name == "__metadata__":
            total += sum(mix(of_text(key) << 32 | of_text(text)) for key, text in value.items())
            continue
        rows, cols = (value["shape"] + [1])[:2]
        begin, end = value["data_offsets"]
        numbers = [data[begin + 4 * k:begin + 4 * k + 4] for k in range((end - begin) // 4)]
        columns = b"".join(numbers[r * cols + c] for c in range(cols) for r in range(rows))
        own = mix(mix(of_text(name) << 32) ^ mix(rows << 32 ^ cols))
        total += mix(own ^ crc32c(columns))
    metadata = dict(header["__metadata__"], **{"dnn.checksum": "%016x" % (total & MASK)})
    return dict(header, __metadata__=metadata)


def safetensors_files():
    weight, bias = entry("F32", [2, 3], 0, 24), entry("F32", [2], 24, 32)
    numbers = struct.pack("<8f", *range(8))
    good = {"__metadata__": {"format": "pt"}, "0.weight": weight, "0.bias": bias}
    types = ("F64", 8), ("I64", 8), ("F32", 4), ("I32", 4), ("F16", 2), ("BF16", 2), ("U8", 1), ("BOOL", 1)
    mixed, end = {}, 0
    for name, size in types:
        mixed[name] = entry(name, [1, 2, 3], end, end + 6 * size)
        end += 6 * size
    return {
        "checksum": safetensors(with_checksum(good, numbers), numbers),
        "former_checksum": safetensors(with_former_checksum(good, numbers), numbers),
        "wrong_checksum": safetensors(with_checksum(good, numbers), numbers[::-1]),
        "no_checksum": safetensors(dict(good, __metadata__={"dnn.checkpoint": "2"}), numbers),
        "pytorch": safetensors(good, numbers), "every_type": safetensors(mixed, bytes(end)), "empty": b"",
        "no_tensors": safetensors({}), "scalar": safetensors({"s": entry("F64", [], 0, 8)}, bytes(8)),
        "no_numbers": safetensors({"n": entry("F32", [0, 4294967295], 0, 0)}),
        "empty_and_vast": safetensors({"n": entry("F32", [0, 2 ** 62], 0, 0)}),
        "not_finite": safetensors({"n": entry("F32", [2], 0, 8)}, struct.pack("<2f", float("nan"), float("inf"))),
        "torn_header": safetensors(good, numbers)[:60], "torn_numbers": safetensors(good, numbers[:-1]),
        "more_numbers": safetensors(good, numbers + b"x"),
        "length_of_everything": safetensors(good, numbers, 2 ** 64 - 1),
        "length_of_a_gigabyte": safetensors(good, numbers, 1 << 30),
        "product_overflows": safetensors({"n": entry("F64", [2 ** 32, 2 ** 32], 0, 0)}),
        "bytes_overflow": safetensors({"n": entry("F64", [2 ** 31, 2 ** 30], 0, 0)}),
        "huge_offsets": safetensors({"n": entry("U8", [8], 2 ** 63 - 9, 2 ** 63 - 1)}, bytes(8)),
        "number_too_large": safetensors({"n": entry("U8", [10 ** 30], 0, 1)}, bytes(1)),
        "reals": safetensors({"n": entry("U8", [1.0], 0, 1)}, bytes(1)),
        "negative": safetensors({"n": entry("U8", [-1], 0, -1)}, bytes(1)),
        "overlap": safetensors({"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}, bytes(6)),
        "gap": safetensors({"a": entry("U8", [2], 0, 2), "b": entry("U8", [2], 4, 6)}, bytes(6)),
        "duplicate": safetensors(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":1}', bytes(1)),
        "deep": safetensors(b'{"a":' + b"[" * 3000), "many_brackets": safetensors(b'{"a":[' + b"[]," * 2000),
        "escapes": safetensors(b'{"\\u001b[31m\\"\\\\":{"dtype":"\\u0041"}}'),
        "not_utf8": safetensors(b'{"\xff\x1b":1}'), "zero_byte": safetensors(b'{"a\\u0000b":1}'),
        "metadata_of_numbers": safetensors({"__metadata__": {"a": 1}}),
        "metadata_is_a_tensor": safetensors({"__metadata__": weight}, numbers),
        "archive": b"PK\3\4" + bytes(40), "no_json": safetensors(b"{not json}"),
    }


def control_lines():
    return {
        "requests": b"\xffpause\nstep\nresume\ncheckpoint\nrate 0.5\nstop\n",
        "by_single_bytes": b"\0rate 1.25\n\n\nsto",
        "longest": b"\xff" + b"x" * 511 + b"\nstop\n",
        "too_long": b"\x20stop\n" + b"x" * 512 + b"\nstop\n",
        "not_text": b"\3\0\0\n\xff\xfe\n\r\n\0",
        "answers": b"\7paused 120\nrunning 121\nrate 0.00375\nsaved /tmp/x\nstopping\n",
    }


def figure(words, numbers=(), pixels=b""):
    return b"dnnview figure 1\n" + words + b"\n\n" + struct.pack(f"<{len(numbers)}d", *numbers) + pixels


def figures():
    nan, inf = float("nan"), float("inf")
    return {
        "curves": figure(b"title Cost\nx_label x\ny_label y\ny_scale log\nlines 4 train\npoints 2 test",
                         (1, 2, 3, 4, 1, 0.5, nan, 0.1, 3, 1, -1, inf)),
        "loop": figure(b"x_scale symlog\nlines 4 ", (0, 1, 0, -1, 1, 0, -1, 0)),
        "histograms": figure(b"bins 3\nvalues 3 a\nvalues 2 b", (1, 2, 3, nan, 1.5)),
        "one_value": figure(b"values 1 a", (7,)),
        "matrix": figure(b"map grey\nlow 0\nhigh 2\nmatrix 2 3", (1, 2, 3, nan, 5, 6)),
        "pictures": figure(b"title P\npicture 2 1 3 red\npicture 2 2 1 ", pixels=bytes(range(10))),
        "huge": figure(b"lines 2 a", (-1.7e308, 1.7e308, 1.7e308, -1.7e308)),
        "tiny": figure(b"values 3 a", (5e-324, 0, 1e-323)),
        "all_missing": figure(b"lines 2 a\npoints 1 b", (nan, inf, nan, nan, nan, -inf)),
        "oblong": figure(b"matrix 1 40", range(40)),
        "grid": figure(b"grid 2 2 Seed 7\ntitle a\nx_scale log\nlines 2 a\nband 2\nnote 1 2 n\nnext\nvalues 3 "
                       b"\nnext\nmatrix 1 2\nnext\npicture 1 2 1 x", range(1, 12), pixels=b"\1\2"),
        "full_grid": figure(b"grid 1 1\nlines 1 a\nnext\nlines 1 b", range(4)),
        "too_few": figure(b"lines 5 a", (1, 2)),
        "too_many": figure(b"lines 1 a", (1, 2, 3)),
        "number_of_everything": figure(b"lines 288230376151711743 a", (1, 2)),
        "no_end_of_words": b"dnnview figure 1\ntitle x",
        "no_figure": b"#!/bin/sh\n",
    }


# dnnview.conf ---------------------------------------------------------------------------------------------

def settings():
    window = (b"width = 900\nheight = 700\nscale = 1.5\ntheme = dark\nx = relative\nx_scale = log\n"
              b"smoothing = 0.95\n")
    return {
        "window": window, "empty": b"", "panels": window + b"y cost = symlog\nhide cost = test\nhide a b = c\n",
        "old_mac": window.replace(b"\n", b"\r"), "windows": window.replace(b"\n", b"\r\n"),
        "out_of_range": b"width = 199\nheight = 1e9\nscale = nan\nsmoothing = 1\nx = y\nx_scale = cubic\n",
        "signs": b"width = -300\nheight = +0x200\nscale = inf\nsmoothing = -0\ntheme = \n",
        "almost_one": b"smoothing = 0.99999999\nscale = 0.50000001\n", "epoch": b"x = epoch\nx = step\nx = epoch\n",
        "no_name": b" = \ny  = log\nhide  = \nhide\ny\n", "equals": b"hide a = b = c\ny = = log\n = = = \n",
        "many": b"".join(b"y panel%d = log\nhide panel%d = train\n" % (i, i) for i in range(200)),
        "long_name": b"hide " + b"p" * 200 + b" = " + b"c" * 200 + b"\n", "long_line": b"y " + b"x" * 600 + b" = log\n",
        "letters": "y Verlust\u00e4\u20ac = log\nhide ".encode() + "\u00e4".encode() * 60 + b" = x\n",
        "zero_byte": b"width = 300\0\nhei\0ght = 300\n", "not_utf8": b"hide \xff\x9b = \xc3\n", "torn": window[:-9],
        "escapes": b"hide \x1b]0;x\x07 = \x1b[2J\n",
    }


def main():
    for folder, seeds in (("event_file", event_files()), ("safetensors", safetensors_files()),
                          ("control", control_lines()), ("figure", figures()), ("settings", settings())):
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(HERE, folder, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
