"""Prints the list of mutants and what became of each: ``python -m tests.mutants.run``."""

import subprocess
import sys

from tests.mutants.mutations import mutants

TEST = "tests/mutants/test_mutants.py::test_a_changed_decision_is_noticed"


def main() -> int:
    """Run the tests, and say which mutants were killed, survived, or cannot be noticed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/mutants",
        "-q",
        "-rA",
        "--tb=no",
        *sys.argv[1:],
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    survived = 0
    for mutant in mutants():
        if mutant.harmless is not None:
            word, why = "harmless", f" ({mutant.harmless})"
        else:
            killed = f"PASSED {TEST}[{mutant.name}]" in done.stdout
            word, why = ("killed", "") if killed else ("SURVIVED", "")
            survived += word == "SURVIVED"
        sys.stdout.write(f"{word:<9} {mutant.name}{why}\n")
    return 1 if survived else done.returncode


if __name__ == "__main__":
    sys.exit(main())
