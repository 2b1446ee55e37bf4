"""`python -m statement_intake`."""

from statement_intake.cli import main

main()
