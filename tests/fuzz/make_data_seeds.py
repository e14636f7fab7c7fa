#!/usr/bin/env python3
"""Writes the seeds of the readers of data: CSV, IDX, NumPy's npy and npz, CIFAR-10, HDF5. By the published formats,
with the standard library alone, but for HDF5,
which h5py writes. `make_data_seeds.py` puts them into seeds/ beside it."""
import gzip
import io
import os
import struct
import zipfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")


def pack(data):
    return gzip.compress(data, mtime=0)


# CSV: two bytes of options, see target_csv.c --------------------------------------------------------------

def csv_files():
    found, refuse, mean, skip, value = b"\x00", 0, 2, 3, 1
    def file(text, missing=refuse, options=found):
        return options + bytes([missing]) + text
    return {
        "numbers": file(b"a,b,c\n1,2.5,-3e2\n4,.5,6\n"), "no_header": file(b"1,2\n3,4\n"),
        "texts": file(b'name,x\n"a, ""b""",1\nc,2\n"two\nlines",3\n'), "semicolons": file(b"a;b\n1,5;2\n-0,25;3\n"),
        "tabs": file(b"a\tb\r\n1\t2\r\n"), "blanks": file(b"  1  2\n 3 4 \n\n"), "old_mac": file(b"a,b\r1,2\r3,4"),
        "mark": file(b"\xef\xbb\xbfa,b\n1,2\n"), "missing": file(b"a,b\n1,\nNA,2\n?,nan\n", mean),
        "skipped": file(b"a,b\n1,\nNA,2\n3,4\n", skip), "valued": file(b"a,b\n1,\nNA,2\n", value),
        "nothing_known": file(b"a,b\nNA,1\nNA,2\n", mean), "ragged": file(b"1,2,3\n4,5\n"),
        "open_quote": file(b'a,b\n"1,2\n'),
        "many_digits": file(b"0.1000000000000000055511151231257827021181583404541015625,1e-400\n"
                            b"123456789012345678901e5,inf\n"),
        "long_number": file(b"1" + b"0" * 1500 + b",2\n"), "too_large": file(b"a,b\n1,2\n3,1e400\n"),
        "zero_byte": file(b"a,b\n1,\0\n"), "empty": file(b""),
        "quotes_only": file(b'""\n"""\n'), "one_column": file(b"5\n6\n"), "header_only": file(b"a,b\n"),
        "forced": bytes([1 | 2 << 3 | 2 << 6, 4]) + b"1,5\n2,6\n", "gzipped": file(pack(b"a,b\n1,2\n" * 40)),
        "many_texts": file(b"".join(b"t%d,%d\n" % (i % 90, i) for i in range(200))),
        "archive": file(b"PK\3\4" + bytes(30)),
    }


# IDX ------------------------------------------------------------------------------------------------------

def idx(code, extents, data=b""):
    return struct.pack(f">BBBB{len(extents)}I", 0, 0, code, len(extents), *extents) + data


def idx_files():
    images = idx(8, (2, 2, 3), bytes(range(12)))
    return {
        "images": images, "gzipped": pack(images), "two_members": pack(images[:9]) + pack(images[9:]),
        "labels": idx(8, (3,), b"\7\0\3"), "int8": idx(9, (2,), b"\x80\x7f"), "int16": idx(11, (2,), b"\x80\0\1\2"),
        "int32": idx(12, (1, 2), struct.pack(">2i", -5, 70000)), "float32": idx(13, (2,), struct.pack(">2f", 0.5, -1)),
        "float64": idx(14, (1,), struct.pack(">d", 1e300)), "one_number": idx(8, (), b"\7"), "none": idx(8, (0, 5)),
        "vast": idx(14, (2 ** 32 - 1,) * 4), "claims": idx(8, (2 ** 32 - 1,), b"1234"), "longer": images + b"x",
        "shorter": images[:-1], "many_axes": idx(8, (1,) * 255, b"x"), "torn_header": images[:7],
        "torn_gzip": pack(images)[:-9], "damaged_gzip": pack(images)[:-8] + bytes(8), "bomb": pack(idx(8, (300000,),
        bytes(300000))),
        "not_idx": b"\0\0\7\1", "pickle": b"\x80\4.", "empty": b"",
    }


# npy ------------------------------------------------------------------------------------------------------

def npy(descr, order, shape, data=b"", version=1):
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header + data


def npy_files():
    six = struct.pack("<6f", *range(6))
    files = {
        "c_order": npy("'<f4'", False, "(2, 3)", six), "fortran": npy("'<f4'", True, "(2, 3)", six),
        "big_endian": npy("'>f8'", False, "(2,)", struct.pack(">2d", 1, 2)), "version_2": npy("'|u1'", False, "(3,)",
        b"abc", 2),
        "deep_fortran": npy("'|i1'", True, "(2, 1, 2, 3)", bytes(range(12))), "scalar": npy("'<f8'", False, "()",
        bytes(8)),
        "none": npy("'<f8'", True, "(0, 4, 3)"), "bools": npy("'|b1'", False, "(3,)", b"\0\1\2"),
        "half": npy("'<f2'", False, "(3,)", b"\0\x3c\1\0\0\xfc"), "int64_exact": npy("'<i8'", False, "(2,)",
        struct.pack("<2q", -(1 << 60), 5)),
        "int64_inexact": npy("'<i8'", False, "(1,)", struct.pack("<q", (1 << 53) + 1)), "uint64": npy("'<u8'", False,
        "(1,)", b"\xff" * 8),
        "uint32": npy("'>u4'", True, "(2,)", b"\xff" * 8), "objects": npy("'|O'", False, "(1,)", b"\x80\4."),
        "records": npy("[('a', '<f4')]", False, "(1,)", bytes(4)), "complex": npy("'<c8'", False, "(1,)", bytes(8)),
        "text": npy("'<U3'", False, "(1,)", bytes(12)), "vast": npy("'<f4'", False, f"({2 ** 40}, {2 ** 40})"),
        "claims": npy("'<f4'", False, f"({2 ** 58},)"), "negative": npy("'<f4'", False, "(-1,)"),
        "long_ints": npy("'<f4'", False, "(1L,)", bytes(4)),
        "header_of_everything": b"\x93NUMPY\2\0\xff\xff\xff\xff{", "no_header": b"\x93NUMPY\1\0\0\0",
        "version_9": b"\x93NUMPY\x09\0\2\0{}",
        "more_keys": npy("'<f4', 'x': 1", False, "(1,)", bytes(4)), "many_axes": npy("'|u1'", False,
        "(" + "1, " * 40 + ")", b"x"),
        "gzipped": pack(npy("'<f4'", False, "(2, 3)", six)), "torn": npy("'<f4'", False, "(2, 3)", six[:-1]),
        "empty": b"", "none_of_many": npy("'<f4'", False, "(2000000000, 0)"),
    }
    return files


# npz ------------------------------------------------------------------------------------------------------

def archive(members, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in members:
            file.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def npz_files():
    x, y = npy("'<f4'", False, "(2,)", struct.pack("<2f", 1, 2)), npy("'|u1'", True, "(2, 3)", b"abcdef")
    both = archive([("x.npy", x), ("deep/y.npy", y)])
    packed = archive([("x.npy", x), ("y.npy", y)], zipfile.ZIP_DEFLATED)
    directory = both.index(b"PK\1\2")
    second = both.index(b"PK\1\2", directory + 1)
    overlapping = bytearray(both)
    overlapping[second + 42:second + 46] = overlapping[directory + 42:directory + 46]
    encrypted = bytearray(both)
    encrypted[directory + 8] |= 1
    checksum = bytearray(both)
    checksum[directory + 16] ^= 1
    end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, len(both) - 22 - directory, directory)
    large = both[:-22] + end + struct.pack("<4sIQI", b"PK\6\7", 0, len(both) - 22, 1) + struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 2 ** 32 - 1, 2 ** 32 - 1, 0)
    bomb = archive([("z.npy", npy("'|u1'", False, "(200000,)", bytes(200000)))], zipfile.ZIP_DEFLATED)
    return {
        "stored": both, "deflated": packed, "overlapping": bytes(overlapping), "encrypted": bytes(encrypted),
        "checksum": bytes(checksum), "zip64": large, "bomb": bomb, "doubled": both + both,
        "bzip2": archive([("x.npy", x)], zipfile.ZIP_BZIP2), "no_arrays": archive([("readme.txt", b"hi")]),
        "pytorch": archive([("archive/data.pkl", b"\x80\2.")]), "nothing": archive([]),
        "comment": both[:-2] + b"\5\0abcde", "end_in_comment": both[:-2] + b"\x40\0PK\5\6" + bytes(60),
        "renamed": both.replace(b"x.npy", b"z.npy", 1), "array_and_file": archive([("x.npy", x), ("x", b"hi")]),
        "objects": archive([("o.npy", npy("'|O'", False, "(1,)", b"\x80\4."))]), "longer": archive([("x.npy",
        x + b"x")]),
        "torn": both[:-30], "torn_deflate": packed[:60] + packed[64:], "end_alone": both[-22:], "empty": b"",
        "many": archive([(f"a{i}.npy", x) for i in range(12)]), "control_name": archive([("\x1b[31m.npy", b"x")]),
    }


# CIFAR-10 -------------------------------------------------------------------------------------------------

def cifar_files():
    one = b"\3" + b"\x10" * 1024 + b"\x20" * 1024 + b"\x30" * 1024
    return {"two": one + b"\x09" + one[1:], "label_of_11": one + b"\x0b" + one[1:], "shorter": one[:-1],
    "longer": one + b"x",
            "first_label": b"\x0a" + one[1:], "gzipped": pack(one), "empty": b""}


# HDF5 -----------------------------------------------------------------------------------------------------

def hdf5_file(write, **options):
    import h5py
    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        write(file)
    return out.getvalue()


def hdf5_files():
    import h5py
    import numpy as np
    def kinds(f):
        f["u8"] = np.arange(12, dtype="u1").reshape(2, 2, 3)
        f["f4"], f["f2"], f["i8"] = np.ones(3, ">f4"), np.ones(2, "f2"), np.array([1, -(1 << 60)])
        f["inexact"], f["bools"], f["scalar"] = np.array([(1 << 53) + 1]), np.array([True, False]), 0.5
        f["none"], f["complex"] = np.zeros((0, 3), "i2"), np.zeros(1, "c8")
    def links(f):
        g = f.create_group("g")
        g["x"] = np.arange(4.)
        f["soft"], f["hard"], g["circle"], f["dangling"] = h5py.SoftLink("/g/x"), g["x"], g, h5py.SoftLink("/nowhere")
        f["outside"], f["through"] = h5py.ExternalLink("/etc/passwd", "/x"), h5py.SoftLink("/outside")
    def texts(f):
        f["variable"] = np.array(["a", "", "longer"], dtype=h5py.string_dtype())
        f["fixed"], f["one"] = np.array([b"ab", b"c"]), "text"
    def packed(f):
        f.create_dataset("gzip", data=np.arange(600).reshape(60, 10), chunks=(7, 10), compression="gzip", shuffle=True)
        f.create_dataset("lzf", data=np.zeros(400), compression="lzf")
        f.create_dataset("never_written", shape=(2 ** 40,), chunks=(2 ** 20,), dtype="f8")
        f.create_dataset("checked", data=np.arange(9), chunks=(3,), fletcher32=True)
    def external(f):
        f.create_dataset("outside", (20,), "u1", external=[("/etc/passwd", 0, 20)])
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4,))
        f.create_virtual_dataset("virtual", layout)
    def axes(f):
        f["ten"] = np.arange(2 ** 10, dtype="u1").reshape((2,) * 10)
        f["enum"] = np.zeros(2, h5py.enum_dtype({"RED": 0, "GREEN": 7}, "i2"))
    old = {name: hdf5_file(write) for name, write in
           (("kinds", kinds), ("links", links), ("texts", texts), ("packed", packed), ("external", external),
           ("axes", axes))}
    new = hdf5_file(links, libver="latest")
    return {**old, "latest": new, "torn": old["kinds"][:2000], "signature": old["kinds"][:8], "empty": b"",
            "damaged": old["packed"].replace(b"\x78\x5e", b"\xee\xee")}


def main():
    folders = {"csv": csv_files, "idx": idx_files, "npy": npy_files, "npz": npz_files, "cifar": cifar_files,
    "hdf5": hdf5_files}
    for folder, seeds in folders.items():
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
        for name, data in seeds().items():
            with open(os.path.join(HERE, folder, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
