// The Go row: a compiled language.
#include <array>
#include <filesystem>

#include "go_build.hpp"
#include "language.hpp"

namespace code_exec {
namespace {

namespace fs = std::filesystem;

/// "1.26.8" of "go1.26.8", "1.27" of "go1.27rc1"; "" for what is none.
std::string go_version(const Runtime& runtime) {
  const std::string release = go_release(runtime);
  std::string_view rest = release;
  if (!rest.starts_with("go")) return "";
  rest.remove_prefix(2);
  return version_in(take_while(rest, "0123456789."), "");
}

void complete_go(Runtime& runtime) {
  runtime.interpreter = without_links(runtime.interpreter);
  runtime.version = go_version(runtime);
  if (runtime.roots.empty()) runtime.roots = default_roots(runtime.interpreter);
}

/// Where the toolchain's own archive and the packages of systems put it.
std::vector<std::string> go_places() {
  std::vector<std::string> places = {"/usr/local/go/bin/go", "/usr/bin/go", "/usr/local/bin/go"};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib", error)) {
    if (entry.path().filename().string().starts_with("go-")) places.push_back(entry.path().string() + "/bin/go");
  }
  return places;
}

std::optional<Runtime> find_go() {
  std::optional<Runtime> newest;
  for (const auto& place : go_places()) {
    Runtime found{place, "", {}, false};
    complete_go(found);
    const bool is_whole = !go_tools(prefix_of(found.interpreter)).empty() && fs::exists(found.interpreter);
    if (is_whole && (!newest || is_older(newest->version, found.version))) newest = std::move(found);
  }
  return newest;
}

std::string go_description(const Runtime& runtime, Files files) {
  return describe(runtime.version.empty() ? "a Go" : "a Go " + runtime.version, runtime, files, "the standard library",
                  "Print what you want to see with fmt.Println: the answer is what the program prints. "
                  "Statements alone will do: package, imports and func main are added where they are missing.");
}

std::vector<collet::ToolExample> go_examples() {
  return {
      {"What is 2 to the power of 100?", "compute 2 to the power of 100",
       R"json({"code": "package main\n\nimport (\n\t\"fmt\"\n\t\"math/big\"\n)\n\nfunc main() {\n\tfmt.Println(new(big.Int).Exp(big.NewInt(2), big.NewInt(100), nil))\n}"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"1267650600228229401496703205376\",\n  \"stderr\": \"\"\n}",
       "2 to the power of 100 is 1267650600228229401496703205376."},
      {"Sort the words pear, fig, apple by length, please.", "sort the words pear, fig, apple by length",
       R"json({"code": "words := []string{\"pear\", \"fig\", \"apple\"}\nsort.Slice(words, func(i, j int) bool { return len(words[i]) < len(words[j]) })\nfmt.Println(strings.Join(words, \" \"))"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"fig pear apple\",\n  \"stderr\": \"\"\n}", "By length: fig, pear, apple."},
  };
}

}  // namespace

const Language kGo = {
    "go",
    "code_exec_go",
    "Run Go code",
    "The Go program. Print the results with fmt.Println.",
    find_go,
    complete_go,
    nullptr,
    nullptr,
    compile_go,
    &kGoInstaller,
    nullptr,
    go_description,
    go_examples,
};

}  // namespace code_exec
