"""What a check found: printed, and the end of the run with status 1."""

import sys


class Complaints:
    def __init__(self, subject):
        self.subject = subject
        self.found = []

    def add(self, where, what):
        self.found.append(f"{where}: {what}")

    def expect(self, condition, where, what):
        if not condition:
            self.add(where, what)

    def end(self, summary):
        """Prints what was looked at, or what is wrong."""
        for line in self.found:
            print(f"{self.subject}: {line}", file=sys.stderr)
        if self.found:
            sys.exit(1)
        print(f"{self.subject}: {summary}")
