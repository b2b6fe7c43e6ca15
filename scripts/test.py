"""
Run every test and docstring example, after setting up what is missing.

    python3 scripts/test.py [arguments for pytest; paths start at the repository root]
"""

import sys

import _environment as environment


def main() -> int:
    environment.prepare("test")
    environment.say("Running the tests: a few minutes ...")
    # all of them on several cores, a file on one; some alone as pytest does it, so that a debugger finds its terminal
    asked = sys.argv[1:] or ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    return environment.run(environment.program("python"), "-m", "pytest", *asked, folder=environment.ROOT)


if __name__ == "__main__":
    sys.exit(main())
