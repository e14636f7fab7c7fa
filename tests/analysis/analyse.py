#!/usr/bin/env python3
"""Reads the C sources of runtime/, bindings/ and viz/ with gcc -fanalyzer, clang-tidy and cppcheck.

    analyse.py BUILD [TOOL...] [-- PART...]

BUILD is a folder that CMake has configured; a TOOL is gcc, tidy or cppcheck, all when none is named; a PART is a part of
the paths of the sources to read, as in runtime/log. Prints what they find; ends with 0 when that is nothing.
exceptions.txt beside this file has the findings that are wrong, and why.

What a tool has said of a source is kept in BUILD/analysis, and read again where nothing has changed that the source
includes: a run that was stopped goes on, and another one reads what was changed.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(ROOT, "tests", "analysis")
KNOWN = os.path.join(HERE, "known.h")
NOT_KNOWN = ("runtime/core/error.c",)  # defines what known.h wraps
FOLDERS = ("runtime", "bindings", "viz")
MOST_SECONDS = 600  # for one file
TOOLS = ("gcc", "tidy", "cppcheck")
FINDING = re.compile(r"(?P<file>/[^:]+):(?P<line>\d+):\d+: (warning|error|portability|performance): .*"
                     r"\[(?P<check>[-\w.]+)(,[-\w.,]+)?\]$")
FAILURE = re.compile(r"(: (fatal )?error: |^cc1: |^clang-tidy: |: given up after )")

# cppcheck 2.10: readdir is safe for threads that read folders of their own (POSIX.1-2024); memory holds numbers that
# were put there as such; it does not parse a compound literal after "?", nor what luaconf.h asks of a compiler.
CPPCHECK = ["cppcheck", "--enable=warning,performance,portability", "--std=c11", "--library=posix",
            "--library=" + os.path.join(HERE, "lua.cfg"), "-D_GNU_SOURCE", "-D__GNUC__=12", "-D__x86_64__",
            "--suppress=missingIncludeSystem", "--suppress=readdirCalled", "--suppress=invalidPointerCast",
            "--suppress=internalAstError", "--suppress=preprocessorErrorDirective", "--quiet", "--template=gcc"]


def sources(build, parts):
    """Each source once, with the folder and the words of the command that compiles it."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        name = os.path.relpath(entry["file"], ROOT)
        if name.split("/")[0] in FOLDERS and (not parts or any(part in name for part in parts)):
            found[name] = (entry["directory"], shlex.split(entry["command"]))
    return found


def run(words, where):
    """A tool's run; one that takes minutes goes through the same code again and again, and is given up."""
    try:
        return subprocess.run(words, cwd=where, capture_output=True, text=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, f"{words[-1]}: given up after {MOST_SECONDS} seconds", "")


def preprocessed(name, where, words):
    """The source with all that it includes."""
    at = words.index("-o")
    done = subprocess.run([words[0], "-E", *words[1:at], os.path.join(ROOT, name)], cwd=where, capture_output=True)
    return done.stdout if done.returncode == 0 else os.urandom(16)


def settings():
    """What besides the source decides what is found: this program, its tables, and the tools' versions."""
    parts = [subprocess.run([tool, "--version"], capture_output=True).stdout for tool in ("gcc", "clang-tidy", "cppcheck")]
    for path in (__file__, KNOWN, os.path.join(HERE, "lua.cfg"), os.path.join(ROOT, ".clang-tidy")):
        with open(path, "rb") as file:
            parts.append(file.read())
    return b"".join(parts)


def said_by(tool, folder, common, name, where, words):
    """What the tool says of a source, from the folder where it has said that before."""
    text = b"".join([tool.encode(), common, preprocessed(name, where, words)])
    path = os.path.join(folder, f"{tool}-{hashlib.sha256(text).hexdigest()}")
    if os.path.exists(path):
        with open(path) as file:
            return file.read()
    done = globals()[tool](name, where, words)
    said = done.stdout + done.stderr
    if "given up after" not in said:
        with open(path + ".part", "w") as file:
            file.write(said)
        os.rename(path + ".part", path)
    return said


def gcc(name, where, words):
    at = words.index("-o")
    kept = [word for word in words[:at] if not word.startswith(("-O", "-W"))]
    # -O1: without inlining it follows little, with more it goes through the same code again and again.
    known = [] if name in NOT_KNOWN else ["-include", KNOWN]
    return run([kept[0], "-fanalyzer", "-O1", *kept[1:], *known, "-o", "/dev/null", "-c", os.path.join(ROOT, name)], where)


def tidy(name, where, words):
    known = [] if name in NOT_KNOWN else ["--extra-arg=-include", "--extra-arg=" + KNOWN]
    done = run(["clang-tidy", "--quiet", "-p", where, *known, os.path.join(ROOT, name)], ROOT)
    done.stderr = "" if done.returncode == 0 else done.stderr  # only counts what it has suppressed
    return done


def cppcheck(name, where, words):
    paths = [word for word in words if word.startswith("-I")]
    defined = [word for word in words if word.startswith("-DDNN") or word.startswith("-DLIBEDIT")]
    return run([*CPPCHECK, *paths, *defined, os.path.join(ROOT, name)], ROOT)


def read_exceptions():
    """The lines of exceptions.txt: file, check, what stands in the line of source, and why."""
    with open(os.path.join(HERE, "exceptions.txt")) as file:
        rows = [line.rstrip("\n").split(" | ") for line in file if line.strip() and not line.startswith("#")]
    assert all(len(row) == 4 for row in rows), "exceptions.txt: four parts with ' | ' between them"
    return rows


def remaining(text, exceptions, used):
    """The findings in a tool's output without the exceptions, each with what the tool adds to it."""
    kept, keep = [], False
    for line in text.splitlines():
        match = FINDING.match(line)
        if match:
            name = os.path.relpath(match["file"], ROOT)
            with open(os.path.join(ROOT, name)) as file:
                source = file.read().splitlines()[max(int(match["line"]) - 1, 0)]
            hit = [i for i, row in enumerate(exceptions)
                   if row[0] == name and row[1] == match["check"] and row[2] in source]
            used.update(hit)
            keep = not hit
        elif FAILURE.search(line):
            keep = True
        if keep:
            kept.append(line)
    return "\n".join(kept)


def main(arguments):
    parts = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    build, *tools = arguments[:arguments.index("--")] if "--" in arguments else arguments
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        sys.exit(f"analyse.py: unknown tool '{unknown[0]}'; there are {', '.join(TOOLS)}")
    found, total = sources(os.path.abspath(build), parts), 0
    folder, common = os.path.join(os.path.abspath(build), "analysis"), settings()
    os.makedirs(folder, exist_ok=True)
    exceptions, used = read_exceptions(), set()
    for tool in tools or TOOLS:
        said = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(said_by, tool, folder, common, name, *how) for name, how in sorted(found.items())]
            for job in concurrent.futures.as_completed(jobs):
                text = remaining(job.result(), exceptions, used)
                said += text != ""
                if text:
                    print(text, flush=True)
        print(f"{tool}: {len(found)} files read, findings in {said}", flush=True)
        total += said
    if not parts and not tools:
        stale = [row for i, row in enumerate(exceptions) if i not in used]
        for row in stale:
            print("exceptions.txt: nobody finds this any more: " + " | ".join(row))
        total += len(stale)
    sys.exit(1 if total else 0)


main(sys.argv[1:])
