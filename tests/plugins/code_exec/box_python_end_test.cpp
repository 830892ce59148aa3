// A Python program ends as under `python3 -c`, though the interpreter is mostly left
// without taking itself apart: each program runs both ways, in boxes.
#include <regex>
#include <span>

#include "box_fixture.hpp"

namespace collet::test {
namespace {

using Programs = std::span<const char* const>;

class PythonEnd : public CodeExecBox {
 protected:
  explicit PythonEnd(std::string_view options = "") : CodeExecBox("code_exec_python", COLLET_TEST_STATE, options) {}

  struct End {
    std::int64_t returncode;
    std::string out, err;
  };
  static std::string without_addresses(std::string_view text) {
    return std::regex_replace(std::string(text), std::regex("0x[0-9a-f]+"), "0x");
  }
  static End end_of(const Value& json) {
    return {json["returncode"].as_int64().value_or(-1000), without_addresses(json["stdout"].string_or("-")), without_addresses(json["stderr"].string_or("-"))};
  }
  /// All at once: most of the time goes into starting them.
  Value under_dash_c(Programs programs) {
    std::vector<Value> list;
    for (const char* code : programs) list.emplace_back(std::string(code));
    const Value json = result_of("import subprocess, sys, json\nends = []\nfor code in " + json::array(list).dump() + ":\n"
                                 "    done = subprocess.run([sys.executable, '-I', '-B', '-u', '-X', 'utf8', '-c', code],\n"
                                 "                          capture_output=True, text=True, stdin=subprocess.DEVNULL)\n"
                                 "    ends.append({'returncode': done.returncode, 'stdout': done.stdout.strip(), 'stderr': done.stderr.strip()})\n"
                                 "print(json.dumps(ends))\n");
    return Value::parse(json["stdout"].string_or("")).value_or(Value());
  }
  void compare(Programs programs) {
    const Value ends = under_dash_c(programs);
    ASSERT_EQ(ends.size(), programs.size());
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const End expected = end_of(ends.at(i)), actual = end_of(result_of(programs[i]));
      EXPECT_EQ(actual.returncode, expected.returncode) << programs[i];
      EXPECT_EQ(actual.out, expected.out) << programs[i];
      EXPECT_EQ(actual.err, expected.err) << programs[i];
    }
  }
};

class ColdPythonEnd : public PythonEnd {
 protected:
  ColdPythonEnd() : PythonEnd(R"({"warm": {"python": false}})") {}
};

constexpr const char* kObjects[] = {
    "class A:\n    def __del__(self): print('gone')\na = A()\nprint('last')",
    "class A:\n    __slots__ = ()\n    def __del__(self): print('gone')\na = A()",
    "class A:\n    def __init__(self, name): self.name = name\n    def __del__(self): print('gone', self.name)\n"
    "_a, b, c, d = A('_a'), A('b'), A('c'), A('d')\nc.me = c\nd.f = lambda: d\ndef f(): return b\n",
    "class A:\n    def __del__(self): print('gone')\nimport builtins\nbuiltins.kept = A()",
    "class A:\n    def __del__(self): print('gone')\nA()",
    "import sys\nclass A:\n    def __del__(self): print(sys.is_finalizing())\na = A()",
    "class M(type):\n    def __del__(self): print('class gone')\nclass A(metaclass=M): pass",
    "import gc\nclass A:\n    def __del__(self): print('gone')\na = A()\ndef f(): return a",
    "def g():\n    try: yield 1\n    finally: print('closed')\nx = g()\nnext(x)",
    "async def f(): pass\nx = f()",
    "import contextlib\n@contextlib.contextmanager\ndef c():\n    print('in')\n    yield\n    print('out')\nx = c()\nx.__enter__()",
    "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'final')",
    "import weakref\nclass A: pass\na = A()\na.me = a\nr = weakref.ref(a, lambda _: print('told'))",
    "import weakref\nclass A: pass\na = A()\nimport builtins\nbuiltins.r = weakref.ref(a, lambda _, print=print: print('told'))",
};

constexpr const char* kOutput[] = {
    "import sys\nsys.stdout.reconfigure(write_through=False, line_buffering=False)\nsys.stdout.write('held')",
    "import sys, io\nsys.stdout = io.StringIO()\nprint('lost')",
    "import sys\nclass T:\n    def write(self, text): sys.__stdout__.write(text)\n    def flush(self): sys.__stdout__.write('flush.')\nsys.stdout = T()\nprint('x')",
    "import sys\nsys.stdout = None",
    "import sys\nsys.stdout.close()",
    "import os\nos.close(1)\nos.close(2)",
    "import io\nclass W(io.RawIOBase):\n    def writable(self): return True\n    def write(self, data):\n        import os\n        return os.write(1, data)\n"
    "w = io.BufferedWriter(W())\nw.write(b'held')",
    "import ctypes\nctypes.CDLL(None).printf(b'from c')",
};

constexpr const char* kExits[] = {
    "import sys\nsys.exit()", "import sys\nsys.exit(7)", "import sys\nsys.exit(255)", "import sys\nsys.exit(256)", "import sys\nsys.exit(-1)",
    "import sys\nsys.exit(True)", "import sys\nsys.exit(2 ** 70)", "import sys\nsys.exit([1, 'a'])", "raise SystemExit('text')", "raise SystemExit",
    "class E(SystemExit): pass\nraise E(5)", "exit(3)", "quit()",
    "import sys\nclass A:\n    def __del__(self): print('gone')\ndef f():\n    a = A()\n    sys.exit(2)\nimport atexit\natexit.register(print, 'at the end')\nf()",
    "import atexit, sys\natexit.register(lambda: print(sys.exc_info()))\nsys.exit(4)",
    "import atexit\natexit.register(print, 'first')\natexit.register(lambda: 1 / 0)\natexit.register(print, 'last')",
    "import atexit\natexit.register(exit, 5)",
    "class A:\n    def __del__(self): print('gone')\ndef f():\n    a = A()\n    raise KeyError\ntry: f()\nexcept KeyError: pass\nb = A()\nimport sys\nsys.exit(9)",
    "import os, signal\nos._exit(6)",
    "import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: print('told'))\nos.kill(os.getpid(), signal.SIGTERM)",
};

constexpr const char* kProcesses[] = {
    "import threading, time\nt = threading.Thread(target=lambda: (time.sleep(0.1), print('thread')))\nt.start()\nprint('main')",
    "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nprint('main')",
    "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\nprint('main')",
    "import concurrent.futures as cf\nx = cf.ThreadPoolExecutor(2)\nprint(list(x.map(abs, [-1, -2])))",
    "import concurrent.futures as cf, multiprocessing as m\nx = cf.ProcessPoolExecutor(2, m.get_context('fork'))\nprint(list(x.map(abs, [-1, -2])))",
    "import multiprocessing as m\nm.get_context('fork').Process(target=print, args=('child',)).start()",
    "import os\nclass A:\n    def __del__(self): print('gone', flush=True)\na = A()\nchild = os.fork()\nif child: os.waitpid(child, 0)",
    "import os, sys\nchild = os.fork()\nif not child: sys.exit(3)\nprint(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
    "import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', 'print(1)'])\np.wait()",
    "import _xxsubinterpreters as s\ns.run_string(s.create(), 'print(5)')",
    "import asyncio\nasync def f():\n    asyncio.get_running_loop().create_task(asyncio.sleep(9))\n    return 1\nprint(asyncio.run(f()))",
};

constexpr const char* kStatements[] = {
    "'doc'\nprint(__doc__)", "x = 1\n'a'; y = 2\nprint(__doc__)", "'only'", "", "\n\n# a comment\n", "print(1); print(2)", "for i in range(2):\n    print(i)",
    "print(\n    1,\n    2\n)", "x = '''a\nprint(5)'''\nprint(x)", "x = '''a\nprint(5)'''", "x = 5 \\\n+ 1\nprint(x)", "*[1], 2",
    "def f():\n    return 1\nprint(f())  # a comment", "if True:\n    print(1)\nelse:\n    print(2)", "x = [\n1,\n2\n]\nprint(x)\n\n\n", "print(1)\r\nprint(2)\r\n",
    "print(1)\\\n", "print(1) is 1", "from __future__ import annotations\ndef f(x: nothing): pass\nprint(f.__annotations__)",
    "import sys\ndef f():\n    print(sys._getframe(1).f_lineno)\n\nf()",
};

TEST_F(PythonEnd, IsAsUnderDashC) {
  for (const Programs programs : {Programs(kObjects), Programs(kOutput), Programs(kExits), Programs(kProcesses)}) compare(programs);
}
TEST_F(PythonEnd, StatementsAreAsUnderDashC) { compare(kStatements); }
TEST_F(ColdPythonEnd, IsAsUnderDashC) {
  for (const Programs programs : {Programs(kObjects), Programs(kOutput), Programs(kExits), Programs(kStatements)}) compare(programs);
}

}  // namespace
}  // namespace collet::test
