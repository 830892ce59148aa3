// JavaScript programs as models write them, in real boxes through the real host.
#include "box_fixture.hpp"

namespace collet::test {
namespace {

class NodeBox : public CodeExecBox {
 protected:
  NodeBox() : CodeExecBox("code_exec_node") {}
};

TEST_F(NodeBox, RunsCommonJs) {
  EXPECT_EQ(output_of("const path = require('path')\nconsole.log(path.join('a', 'b'), __dirname, __filename, require.main === module)"),
            "a/b /work /work/index.js true");
  EXPECT_EQ(output_of("console.log(process.argv.length, process.argv[1], process.execArgv.length, process.cwd())"), "2 /work/index.js 0 /work");
  EXPECT_EQ(output_of("console.log(1)\nreturn\nconsole.log(2)"), "1");
  EXPECT_EQ(output_of("console.log(Object.keys(process.env).sort().join(' '), fs.readdirSync('/tmp').length)"), "HOME LANG PATH TZ 0");
  EXPECT_EQ(output_of("const fs = 2\nvar await = 3\nconsole.log(fs + await)"), "5");
}

TEST_F(NodeBox, RunsEsModules) {
  EXPECT_EQ(output_of("import { join } from 'node:path'\nconsole.log(join('a', 'b'), import.meta.url)"), "a/b file:///work/index.mjs");
  EXPECT_EQ(output_of("const x = await Promise.resolve(5)\nconsole.log(x)\nexport default x"), "5");
  EXPECT_EQ(output_of("for await (const x of [1, 2]) console.log(x)"), "1\n2");
  EXPECT_EQ(output_of("const require = 1, module = 2\nconsole.log(require + module)"), "3");
  // Models mix the styles.
  EXPECT_EQ(output_of("const fs = require('fs')\nconsole.log(await fs.promises.readFile('/dev/null', 'utf8') === '', __dirname)"), "true /work");
  EXPECT_EQ(output_of("import os from 'os'\nif (require.main === module) console.log('main')"), "main");
}

TEST_F(NodeBox, ImportsFilesOfItsFolder) {
  const std::string write = "fs.writeFileSync('a.mjs', 'export default 5')\nfs.writeFileSync('b.cjs', 'module.exports = 6')\n";
  EXPECT_EQ(output_of("const fs = require('fs')\n" + write + "import('./a.mjs').then((a) => console.log(a.default, require('./b.cjs')))"), "5 6");
  EXPECT_EQ(output_of("import fs from 'fs'\n" + write + "console.log((await import('./a.mjs')).default, (await import('./b.cjs')).default)"), "5 6");
}

TEST_F(NodeBox, ErrorsLookAsNodePrintsThem) {
  const Value json = result_of("function f() {\n  throw new TypeError('bad')\n}\nf()\n");
  EXPECT_EQ(json["returncode"].as_int64(), 1);
  const std::string err(json["stderr"].string_or(""));
  EXPECT_TRUE(err.starts_with("/work/index.js:2\n  throw new TypeError('bad')\n  ^\n\nTypeError: bad\n    at f (/work/index.js:2:9)\n"
                              "    at Object.<anonymous> (/work/index.js:4:1)\n")) << err;
  EXPECT_EQ(err.find("[eval]"), std::string::npos) << err;
  const Value syntax = result_of("console.log(1)\nlet x = = 2\n");
  EXPECT_TRUE(syntax["stderr"].string_or("").starts_with("/work/index.js:2\nlet x = = 2\n")) << syntax.dump();
  const Value in_module = result_of("import fs from 'fs'\nlet x = = 2\n");
  EXPECT_TRUE(in_module["stderr"].string_or("").starts_with("file:///work/index.mjs:2\nlet x = = 2\n")) << in_module.dump();
  const Value name = result_of("import { nope } from 'fs'\n");
  EXPECT_NE(name["stderr"].string_or("").find("does not provide an export named 'nope'"), std::string_view::npos) << name.dump();
}

TEST_F(NodeBox, EndsAsNodeWould) {
  const Value rejected = result_of("Promise.reject(new Error('left alone'))");
  EXPECT_EQ(rejected["returncode"].as_int64(), 1);
  EXPECT_NE(rejected["stderr"].string_or("").find("left alone"), std::string_view::npos);
  EXPECT_EQ(result_of("await new Promise(() => {})")["returncode"].as_int64(), 13);
  const Value code = result_of("process.exitCode = 4\nprocess.on('exit', (code) => console.log('bye', code))");
  EXPECT_EQ(code["returncode"].as_int64(), 4);
  EXPECT_EQ(code["stdout"].string_or(""), "bye 4");
  EXPECT_EQ(output_of("process.on('uncaughtException', (e) => console.log('caught', e.message))\nthrow new Error('x')"), "caught x");
  EXPECT_EQ(output_of("process.nextTick(() => console.log(1))\nPromise.resolve().then(() => console.log(2))\nconsole.log(0)"), "0\n1\n2");
}

TEST_F(NodeBox, InputEndsAtOnce) {
  EXPECT_EQ(output_of("process.stdin.on('data', () => console.log('data')).on('end', () => console.log('end'))"), "end");
}

TEST_F(NodeBox, WorkersAndChildrenRunInTheBox) {
  EXPECT_EQ(output_of("const { Worker, isMainThread, parentPort } = require('worker_threads')\n"
                      "if (isMainThread) new Worker(__filename).on('message', (text) => console.log(text))\nelse parentPort.postMessage('from a worker')"),
            "from a worker");
  EXPECT_EQ(output_of("const { fork } = require('child_process')\n"
                      "if (process.argv[2]) process.send('from ' + process.argv[2])\n"
                      "else fork(__filename, ['a child']).on('message', (text) => console.log(text))"),
            "from a child");
}

}  // namespace
}  // namespace collet::test
