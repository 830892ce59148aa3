"""What is printed while things happen: colours and a line that moves on a terminal, plain text elsewhere."""
import contextlib
import os
import shutil
import sys
import textwrap
import threading
import time

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "cyan": "36"}
TICK_SECONDS = 0.2
PLAIN_TICK_SECONDS = 30  # where nobody watches, a line so often shows that it goes on
BLOCK_LINES_MAX = 16
WIDTH_MAX = 118


class Show:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.is_terminal = out.isatty()
        self.colours = self.is_terminal and "NO_COLOR" not in os.environ
        self.width = min(shutil.get_terminal_size((118, 24)).columns, WIDTH_MAX)

    def styled(self, text, style):
        return f"\033[{STYLES[style]}m{text}\033[0m" if self.colours else text

    @staticmethod
    def took(seconds):
        return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"

    def line(self, text=""):
        print(text, file=self.out, flush=True)

    def step(self, text):
        self.line()
        self.line(self.styled("== " + text, "bold"))

    def note(self, text):
        self.line("   " + text)

    def verdict(self, ok, text):
        self.note(self.styled("ok    " if ok else "FAILED", "green" if ok else "red") + "  " + text)

    def paragraph(self, text):
        for line in text.splitlines():
            for part in textwrap.wrap(line, self.width - 6) or [""]:
                self.note(part)

    def block(self, text, mark="|"):
        """The first lines of something long, each as wide as the window."""
        lines = text.rstrip("\n").splitlines() or ["(nothing)"]
        for line in lines[:BLOCK_LINES_MAX]:
            room = self.width - 8
            shown = line if len(line) <= room else line[:room - 3] + "..."
            self.note("  " + self.styled(mark, "dim") + " " + shown)
        if len(lines) > BLOCK_LINES_MAX:
            self.note("  " + self.styled(f"{mark} [{len(lines) - BLOCK_LINES_MAX} more lines]", "dim"))

    @contextlib.contextmanager
    def working(self, text):
        """Says that `text` goes on, and for how long, until the block ends."""
        began, over = time.monotonic(), threading.Event()

        def tick():
            every = TICK_SECONDS if self.is_terminal else PLAIN_TICK_SECONDS
            while not over.wait(every):
                seconds = int(time.monotonic() - began)
                if self.is_terminal:
                    print(f"\r   {text}: {seconds} s\033[K", end="", file=self.out, flush=True)
                else:
                    self.note(f"{text}: {seconds} s")

        ticker = threading.Thread(target=tick, daemon=True)
        ticker.start()
        try:
            yield
        finally:
            over.set()
            ticker.join()
            if self.is_terminal:
                print("\r\033[K", end="", file=self.out, flush=True)
