// The Node row: JavaScript, and TypeScript where Node itself can strip types.
#include <array>
#include <fstream>

#include "bootstrap.hpp"
#include "language.hpp"

namespace code_exec {
namespace {

/// "20" of a line "#define NODE_MAJOR_VERSION 20".
std::string number_in(std::string_view line, std::string_view name) {
  const std::string start = "#define NODE_" + std::string(name) + "_VERSION ";
  return line.starts_with(start) ? std::string(line.substr(start.size())) : std::string();
}

/// "20.20" of the headers that most packages put beside the program; else "".
std::string node_version(const std::string& interpreter) {
  std::ifstream header(prefix_of(interpreter) + "/include/node/node_version.h");
  std::string line, major, minor;
  while (std::getline(header, line)) {
    if (major.empty()) major = number_in(line, "MAJOR");
    if (minor.empty()) minor = number_in(line, "MINOR");
  }
  return version_in(major + "." + minor, "");
}

std::optional<Runtime> find_node() {
  static constexpr std::array<std::string_view, 2> kPlain = {"node", "nodejs"};
  auto found = find_interpreter("node", kPlain);
  if (found) found->version = node_version(found->interpreter);
  return found;
}

void complete_node(Runtime& runtime) {
  runtime.version = node_version(without_links(runtime.interpreter));
  if (runtime.roots.empty()) runtime.roots = default_roots(runtime.interpreter);
}

std::vector<std::string> node_argv(const Runtime& runtime) {
  // The flag lets the bootstrap see whether code parses as an ES module.
  return {runtime.interpreter, "--experimental-vm-modules", "-e", "eval(fs.readFileSync(5, 'utf8'))"};
}

std::string node_description(const Runtime& runtime, Files files) {
  const std::string program = runtime.version.empty() ? "a Node.js" : "a Node.js " + runtime.version;
  const std::string code = " (JavaScript or TypeScript)";
  return describe(program + code, runtime, files, "the built-in modules",
                  "Print what you want to see with console.log: the answer is what the program prints.");
}

std::vector<collet::ToolExample> node_examples() {
  return {
      {"Get the e-mail addresses out of [{\"name\":\"Ann\",\"email\":\"ann@example.com\"},{\"name\":\"Bo\",\"email\":\"bo@example.com\"}]",
       "parse the JSON [{\"name\":\"Ann\",\"email\":\"ann@example.com\"},{\"name\":\"Bo\",\"email\":\"bo@example.com\"}] and list the e-mail addresses",
       R"json({"code": "const people = JSON.parse('[{\"name\":\"Ann\",\"email\":\"ann@example.com\"},{\"name\":\"Bo\",\"email\":\"bo@example.com\"}]');\nfor (const person of people) console.log(person.email);"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"ann@example.com\\nbo@example.com\",\n  \"stderr\": \"\"\n}",
       "The addresses are ann@example.com and bo@example.com."},
      {"What is 17% of 2,350, to two places?", "compute 17% of 2350", R"json({"code": "console.log((2350 * 0.17).toFixed(2));"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"399.50\",\n  \"stderr\": \"\"\n}", "17% of 2,350 is 399.50."},
      {"What is the SHA-256 of \"hello\"?", "compute the SHA-256 hash of hello",
       R"json({"code": "const { createHash } = require('crypto');\nconsole.log(createHash('sha256').update('hello').digest('hex'));"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\",\n  \"stderr\": \"\"\n}",
       "The SHA-256 of \"hello\" is 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824."},
  };
}

/// For TypeScript where Node cannot strip types itself: what newer ones have built in.
constexpr Need kTypes = {"needs a TypeScript transformer", "amaro@1.2.1"};

}  // namespace

const Language kNode = {
    "node",
    "code_exec_node",
    "Run JavaScript code",
    "The JavaScript program, CommonJS or ES module. Print the results with console.log.",
    find_node,
    complete_node,
    node_argv,
    [](std::string_view, bool) { return Start{kNodeBootstrap, false}; },
    nullptr,
    &kNpm,
    &kTypes,
    node_description,
    node_examples,
};

}  // namespace code_exec
