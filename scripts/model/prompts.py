"""The folder where a runtime keeps what it has read of the fixed prompts.

What is in there is worth nothing to another model or another runtime, so each pair
has a folder of its own; only the newest files stay.
"""
import contextlib
import hashlib
import os

FOLDER = "prompts"


def folder_for(directory, weights_sha256, runtime_identity, files_max):
    """Path with a slash at its end, made and tidied; "" when nothing is to be kept."""
    top = os.path.join(directory, FOLDER)
    tidy(top, files_max)
    if files_max <= 0:
        return ""
    name = hashlib.sha256(f"{weights_sha256} {runtime_identity}".encode()).hexdigest()[:16]
    path = os.path.join(top, name)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path + "/"


def tidy(top, files_max):
    """Removes all but the newest files, and folders left empty."""
    files = [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names]
    with contextlib.suppress(OSError):  # another server may tidy at the same time
        files.sort(key=os.path.getmtime, reverse=True)
    for path in files[max(files_max, 0):]:
        with contextlib.suppress(OSError):
            os.unlink(path)
    for folder, _, _ in os.walk(top, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
