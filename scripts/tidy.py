#!/usr/bin/env python3
"""Checks the habits of the tree that a compiler does not: who may include whom,
which file may touch which library, sizes, co_await with temporaries, words that
do not belong in the kernel. Runs as a ctest; tests/tidy seeds breaches.

usage: scripts/tidy.py [ROOT]     prints FILE:LINE: RULE: TEXT, exits 1 on a breach
"""

import os
import pathlib
import re
import sys

# Who may include whom: a folder may include itself and what stands here.
FLOORS = {
    "kernel/base": [],
    "kernel/config": ["base"],
    "kernel/sandbox": ["base", "config"],
    "kernel/services": ["base", "config", "sandbox"],
    "kernel/plugin": ["base", "config", "sandbox", "services"],
    "kernel/policy": ["base", "config"],
    "kernel/llm": ["base", "config"],
    "kernel/agent": ["base", "config", "sandbox", "services", "plugin", "policy", "llm"],
    "kernel/api": ["base", "config", "sandbox", "services", "plugin", "policy", "llm", "agent"],
    "kernel/net": ["base", "config"],
    "kernel/cli": ["base", "config", "sandbox", "services", "plugin", "policy", "llm", "agent"],
}
KERNEL_FOLDERS = [folder.split("/")[1] for folder in FLOORS]

# (what is included, pattern of files that may, why)
RESTRICTED_INCLUDES = [
    (r"boost/beast", r"kernel/net/|kernel/base/asio_impl\.cpp", "Beast stays in net/"),
    (r"curl/", r"kernel/net/curl_", "libcurl stays in the curl_* files of net/"),
    (r"rapidjson/", r"sdk/src/", "RapidJSON stays behind the SDK's Value"),
    (r"re2/", r"sdk/src/", "RE2 stays behind the SDK's Schema"),
    (r"yaml-cpp/", r"kernel/config/load\.cpp", "one loader reads YAML"),
    (r"(spdlog|fmt)/", r"kernel/base/log\.cpp", "spdlog stays behind base/log.hpp"),
    (r"libpq-fe\.h", r"plugins/postgres/(connection|receive|target)\.", "libpq stays behind Connection and Target"),
    (r"lexbor/", r"plugins/doc_reader/tree\.cpp|tests/bench/page_bench\.cpp", "one file parses HTML"),
    (r"zip\.h", r"plugins/doc_reader/archive\.cpp", "one file opens archives"),
    (r"expat\.h", r"plugins/doc_reader/xml\.cpp", "one file parses XML"),
    (r"boost/dll", r"kernel/plugin/library\.cpp", "one file loads libraries"),
    (r"CLI/", r"kernel/cli/|kernel/main\.cpp", "the command line stays in cli/"),
    (r"(seccomp|linux/seccomp|linux/sched|sched)\.h$", r"kernel/sandbox/", "isolation stays in sandbox/"),
]
RESTRICTED_WORDS = [
    (r"\b(CLONE_NEW\w+|unshare\s*\(|setns\s*\(|SYS_clone3|pivot_root)", r"kernel/sandbox/", "isolation stays in sandbox/"),
]

FILE_LINES_LOOK = 400
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
# Ratchets: what is longer than the limit today, and may only shrink.
LONG_FILES = {}
LONG_FUNCTIONS = {}

# Words for other people's products. The kernel speaks of descriptors, not names;
# two dialects are its business where they are spoken.
VENDORS = ["heroku", "salesforce", "jira", "atlassian", "zendesk", "bright ?data", "exa", "playwright",
           "github", "supabase", "gmail", "sharepoint"]
DOCUMENTED_TOOLS = ["dyno_run_command", "code_exec_ruby", "code_exec_python", "code_exec_go", "code_exec_node", "pg_psql",
                    "pg_vector_query", "doc_reader", "html_to_markdown", "pdf_to_markdown", "postgres_run_query",
                    "postgres_get_schema"]
WORD_EXCEPTIONS = [  # (word, files where it may stand)
    ("heroku", r"kernel/api/"),
    ("mcp", r"kernel/(api|config)/"),
]

# Written in two halves so that this file does not hold them.
MACHINE_PATHS = ["/work" + "/(main|shared)", "/opt" + "/boost"]
REGISTRY_HOSTS = ["pypi" + r"\.org", "files\\.python" + "hosted", "registry\\.npm" + "js", "ruby" + r"gems\.org",
                  "proxy\\.go" + "lang", "crates" + r"\.io", "deb\\.deb" + "ian\\.org"]

SKIPPED_FOLDERS = {".git", ".deps", ".venv", "build", "node_modules", "__pycache__"}
CODE = {".c", ".h", ".cpp", ".hpp"}
TEXT = CODE | {".py", ".sh", ".md", ".yaml", ".yml", ".json", ".txt", ".cmake", ".js", ".in", ".map", ""}


class Report:
    def __init__(self):
        self.breaches, self.looks = [], []

    def breach(self, path, line, rule, text):
        self.breaches.append(f"{path}:{line}: {rule}: {text}")

    def look(self, path, line, rule, text):
        self.looks.append(f"{path}:{line}: {rule} (look again): {text}")


def read_tree(root):
    """path relative to root -> text, for every text file we wrote."""
    files = {}
    for folder, folders, names in os.walk(root):
        names = [n for n in names if n not in SKIPPED_FOLDERS]  # in a linked worktree .git is a file
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("build-"))
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if path.suffix not in TEXT or path.is_symlink():
                continue
            try:
                files[path.relative_to(root).as_posix()] = path.read_text()
            except UnicodeDecodeError:
                continue  # a binary without a suffix
    return files


def blanked(code):
    """The same text with comments and literals turned to spaces, lines kept."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
                       r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def is_code(path):
    return pathlib.PurePosixPath(path).suffix in CODE


def is_product(path):
    return path.startswith(("kernel/", "sdk/", "plugins/")) and is_code(path)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.M)


def check_floors(files, report):
    for path, text in files.items():
        if not is_product(path):
            continue
        folder = "/".join(path.split("/")[:2])
        for match in INCLUDE.finditer(text):
            target = match.group(1).split("/")[0]
            if target not in KERNEL_FOLDERS or not match.group(1).endswith(".hpp"):  # <net/if.h> is none of ours
                if target.startswith("..") or target == "plugins":
                    report.breach(path, line_of(text, match.start()), "floor",
                                  f"includes {match.group(1)}; name files from their floor's include root")
                continue
            allowed = FLOORS.get(folder, KERNEL_FOLDERS if path.startswith("kernel/") else [])
            if target != folder.split("/")[-1] and target not in allowed:
                report.breach(path, line_of(text, match.start()), "floor",
                              f"{folder} may not include {match.group(1)}; below it: {', '.join(allowed) or 'nothing'}")


def check_restricted(files, report):
    for path, text in files.items():
        if not is_product(path):
            continue
        for match in INCLUDE.finditer(text):
            for pattern, allowed, why in RESTRICTED_INCLUDES:
                if re.match(pattern, match.group(1)) and not re.match(allowed, path):
                    report.breach(path, line_of(text, match.start()), "restricted-include", f"{match.group(1)}: {why}")
        code = blanked(text)
        for pattern, allowed, why in RESTRICTED_WORDS:
            for match in re.finditer(pattern, code):
                if not re.match(allowed, path):
                    report.breach(path, line_of(code, match.start()), "restricted-word", f"{match.group().strip()}: {why}")


def functions(text):
    """(name, first line, lines) of every function body. A scanner, not a parser:
    right for code that a formatter has seen."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), blanked(text), flags=re.M)
    stack, start, found = [], 0, []
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group()
        outside = not stack or stack[-1][0] == "scope"
        if sign == "{":
            head = code[start:at]
            if not outside:
                kind = "inner"
            elif re.search(r"\bnamespace\b|^\s*extern\s*$", head) or re.match(
                    r"\s*(typedef\s+)?(template\s*<[^{]*>\s*)?(class|struct|union|enum)\b[^()]*$", head):
                kind = "scope"
            else:
                kind = "function" if "(" in head else "inner"
            stack.append((kind, head, at))
        elif sign == "}" and stack:
            kind, head, opened = stack.pop()
            if kind == "function":
                name = re.search(r"([~\w:]+|operator[^\s(]*)\s*\(", head)
                first = line_of(code, opened)
                found.append((name.group(1) if name else "?", first, line_of(code, at) - first + 1))
        if outside or not stack or stack[-1][0] == "scope":
            start = at + 1
    return found


def check_sizes(files, report):
    for path, text in files.items():
        if not is_code(path) and not path.endswith(".py"):
            continue
        lines = text.count("\n")
        if lines > LONG_FILES.get(path, FILE_LINES_MAX):
            report.breach(path, 1, "file-size", f"{lines} lines, at most {LONG_FILES.get(path, FILE_LINES_MAX)}: two concepts in one file?")
        elif lines > FILE_LINES_LOOK:
            report.look(path, 1, "file-size", f"{lines} lines, aim at 200")
        if not is_code(path):
            continue
        for name, first, length in functions(text):
            limit = LONG_FUNCTIONS.get(f"{path}:{name}", FUNCTION_LINES_MAX)
            if length > limit:
                report.breach(path, first, "function-size", f"{name} has {length} lines, at most {limit}")


def co_await_statement(code, at):
    """The full expression around the co_await at `at`."""
    begin = max(code.rfind(sign, 0, at) for sign in ";{}") + 1
    depth, end = 0, at
    while end < len(code):
        sign = code[end]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth < 0:
                break
        elif sign == ";" and depth <= 0:
            break
        end += 1
    return code[begin:end]


def is_condition(code, at):
    """Whether the co_await at `at` stands inside the brackets of an `if` or `while`."""
    depth = 0
    for i in range(at - 1, max(0, at - 400), -1):
        if code[i] in ";{}":
            return False
        if code[i] == ")":
            depth += 1
        elif code[i] == "(":
            depth -= 1
            if depth < 0 and re.search(r"\b(if|while)\s*$", code[max(0, i - 12):i]):
                return True
    return False


def check_co_await(files, report):
    coroutine_lambda = re.compile(r"(?<![\w)\]])\[\s*[^\]\s\[][^\]]*\]\s*(\([^()]*(\([^()]*\)[^()]*)*\))?\s*(mutable|noexcept|\s)*"
                                  r"->\s*[\w:]*\bawaitable\s*<")
    for path, text in files.items():
        if not is_code(path):
            continue
        code = blanked(text)
        for match in re.finditer(r"\bco_await\b", code):
            statement = co_await_statement(code, match.start())
            if is_condition(code, match.start()):
                report.breach(path, line_of(code, match.start()), "co-await",
                              "a co_await in a condition; g++ 12 lays the frame out wrongly: name the result first")
            for sign, what in (("{", "a brace or lambda"), ("?", "a ?:")):
                if sign in statement:
                    report.breach(path, line_of(code, match.start()), "co-await",
                                  f"a co_await statement holds {what}; g++ 12 frees the temporary twice: name it first")
                    break
        for match in coroutine_lambda.finditer(code):
            report.breach(path, line_of(code, match.start()), "coroutine-lambda",
                          "a coroutine lambda with captures dies before it resumes; use a function with parameters")


def plugin_words(files):
    """Folder names of plugins, the names and aliases of their tools, documented tools."""
    words = set(DOCUMENTED_TOOLS)
    for path, text in files.items():
        parts = path.split("/")
        if parts[0] != "plugins" or len(parts) < 3:
            continue
        words.add(parts[1])
        if is_code(path):
            words.update(re.findall(rf'"({re.escape(parts[1])}_[a-z0-9_]+)"', text))
            words.update(re.findall(r'\b(?:name|alias|tool)\w*\s*(?:=|\(|\{)\s*"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)"', text))
            for aliases in re.findall(r'\baliases\w*\s*[=({]\s*\{([^}]*)\}', text):
                words.update(re.findall(r'"([a-z][a-z0-9_]*)"', aliases))
    return words


def check_words(files, report):
    words = [(re.escape(word), word) for word in sorted(plugin_words(files))] + [(word, word) for word in VENDORS]
    for path, text in files.items():
        if not path.startswith("kernel/"):
            continue
        for pattern, word in words:
            if any(word == w and re.match(where, path) for w, where in WORD_EXCEPTIONS):
                continue
            # heroku_x and HerokuError count as the word; "example" does not hold "exa".
            whole = rf"(?<![A-Za-z0-9])(?i:{pattern})(?![A-Za-z0-9])"
            camel = rf"(?<![A-Z]){pattern.capitalize()}(?=[A-Z])"
            for match in re.finditer(f"{whole}|{camel}", text):
                report.breach(path, line_of(text, match.start()), "kernel-word",
                              f"'{match.group()}' names a plugin, tool or vendor; the kernel speaks of descriptors only")


def check_paths(files, report):
    for path, text in files.items():
        for pattern in MACHINE_PATHS:
            for match in re.finditer(rf"(?<![\w.$}}]){pattern}", text):
                report.breach(path, line_of(text, match.start()), "machine-path", f"'{match.group()}' is a place on one machine")
        for pattern in REGISTRY_HOSTS:
            for match in re.finditer(pattern, text):
                report.breach(path, line_of(text, match.start()), "registry-host",
                              f"'{match.group()}': take the index from the package client's own configuration")


def main(argv):
    root = pathlib.Path(argv[1] if len(argv) > 1 else pathlib.Path(__file__).resolve().parents[1])
    files = read_tree(root)
    report = Report()
    for check in (check_floors, check_restricted, check_sizes, check_co_await, check_words, check_paths):
        check(files, report)
    for line in report.looks + report.breaches:
        print(line)
    print(f"tidy: {len(files)} files, {len(report.breaches)} breaches, {len(report.looks)} to look at")
    return 1 if report.breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
