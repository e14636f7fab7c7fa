#!/usr/bin/env python3
"""Runs the C tests under valgrind's memcheck: reads of what nobody has set, and memory that is lost.

    valgrind.py BUILD [PART...]

BUILD is a folder with the tests built, without a sanitiser; a PART is a part of the tests' names, as in core or nn_tape.
Ends with 0 when no test fails and valgrind has nothing to say. A test runs 20 to 50 times as long as by itself, so that
tests of very many cases do some of them (DNN_FEWER_CASES, see fewer_cases.h). Nothing may be built there meanwhile.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

VALGRIND = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect", "--child-silent-after-fork=yes"]
MOST_SECONDS = 1800  # for one test
# Fewer cases; and libjpeg-turbo without its vector code, where valgrind loses track of which bytes are set.
SETTINGS = {"DNN_FEWER_CASES": "1", "JSIMD_FORCENONE": "1"}

# Tests that cannot pass under valgrind, and then lose what they hold. It turns the clone(CLONE_VM | CLONE_VFORK) of
# posix_spawn into a fork, so that the caller does not hear that the program could not be started; and it computes long
# double, which a test takes for its reference, in 64 bits.
KNOWN = {"a_program_is_given_its_descriptors_in_any_order", "every_reduction_agrees_with_a_plain_loop_in_every_layout"}
SAID = re.compile(r"^==\d+== (?!Warning)\S", re.MULTILINE)
FAULT = re.compile(r"^==\d+== (Invalid|Conditional|Use of|Syscall|Mismatched|Source and|Process terminating)", re.MULTILINE)
FAILED = re.compile(r"^\[  FAILED  \] (\w+)$", re.MULTILINE)


def run(program):
    try:
        done = subprocess.run([*VALGRIND, program], cwd=os.path.dirname(program), capture_output=True, text=True,
                              timeout=MOST_SECONDS, env={**os.environ, **SETTINGS})
    except subprocess.TimeoutExpired:
        return program, f"given up after {MOST_SECONDS} seconds\n"
    said = done.stdout + done.stderr
    failed = set(FAILED.findall(said))
    clean = done.returncode == 0 and not SAID.search(said)  # a status of valgrind's own would be a forked process's too
    good = clean or (failed and failed <= KNOWN and not FAULT.search(said))
    return program, "" if good else said


def main(build, *parts):
    programs = [path for path in sorted(glob.glob(os.path.join(os.path.abspath(build), "tests", "c", "test_*")))
                if os.access(path, os.X_OK) and os.path.isfile(path)
                and (not parts or any(part in os.path.basename(path) for part in parts))]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for program, said in pool.map(run, programs):
            failed += said != ""
            print(f"{os.path.basename(program)}: {'nothing' if said == '' else ''}\n{said}", end="", flush=True)
    print(f"{len(programs)} tests, {failed} with something to say")
    return 1 if failed or not programs else 0


sys.exit(main(*sys.argv[1:]))
