"""
Run every test and docstring example, after setting up what is missing.

    python3 scripts/test.py [arguments for pytest; paths start at the repository root]
"""

import sys

import _environment as environment


def main() -> int:
    environment.prepare("test")
    environment.say("Running the tests: a few minutes ...")
    return environment.run(environment.program("python"), "-m", "pytest", *sys.argv[1:], folder=environment.ROOT)


if __name__ == "__main__":
    sys.exit(main())
