"""`python -m phusong` is the command `phusong`."""

from phusong.cli import main

main()
