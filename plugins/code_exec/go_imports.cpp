#include "go_imports.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace code_exec {
namespace {

using Kind = GoToken::Kind;
using Names = std::set<std::string_view>;

struct Package {
  std::string_view name;  ///< "": imported only where the program says so.
  std::string_view path;
  std::string_view use;  ///< An expression that uses it.
};

// Names that stand for one package only in what models write.
constexpr std::array kPackages = {
    Package{"atomic", "sync/atomic", "atomic.AddInt64"},
    Package{"base64", "encoding/base64", "base64.StdEncoding"},
    Package{"big", "math/big", "big.NewInt"},
    Package{"binary", "encoding/binary", "binary.LittleEndian"},
    Package{"bits", "math/bits", "bits.Len"},
    Package{"bufio", "bufio", "bufio.NewReader"},
    Package{"bytes", "bytes", "bytes.Equal"},
    Package{"cmp", "cmp", "cmp.Compare[int]"},
    Package{"cmplx", "math/cmplx", "cmplx.Abs"},
    Package{"context", "context", "context.Background"},
    Package{"csv", "encoding/csv", "csv.NewReader"},
    Package{"errors", "errors", "errors.New"},
    Package{"exec", "os/exec", "exec.Command"},
    Package{"filepath", "path/filepath", "filepath.Join"},
    Package{"fmt", "fmt", "fmt.Print"},
    Package{"heap", "container/heap", "heap.Init"},
    Package{"hex", "encoding/hex", "hex.EncodeToString"},
    Package{"io", "io", "io.EOF"},
    Package{"json", "encoding/json", "json.Marshal"},
    Package{"list", "container/list", "list.New"},
    Package{"log", "log", "log.Print"},
    Package{"maps", "maps", "maps.Clone[map[int]int]"},
    Package{"math", "math", "math.Abs"},
    Package{"md5", "crypto/md5", "md5.Sum"},
    Package{"os", "os", "os.Exit"},
    Package{"rand", "math/rand", "rand.Intn"},
    Package{"reflect", "reflect", "reflect.TypeOf"},
    Package{"regexp", "regexp", "regexp.MustCompile"},
    Package{"runtime", "runtime", "runtime.GC"},
    Package{"sha1", "crypto/sha1", "sha1.Sum"},
    Package{"sha256", "crypto/sha256", "sha256.Sum256"},
    Package{"slices", "slices", "slices.Reverse[[]int]"},
    Package{"sort", "sort", "sort.Ints"},
    Package{"strconv", "strconv", "strconv.Itoa"},
    Package{"strings", "strings", "strings.Join"},
    Package{"sync", "sync", "sync.NewCond"},
    Package{"tabwriter", "text/tabwriter", "tabwriter.NewWriter"},
    Package{"time", "time", "time.Now"},
    Package{"unicode", "unicode", "unicode.IsLetter"},
    Package{"url", "net/url", "url.Parse"},
    Package{"utf8", "unicode/utf8", "utf8.RuneLen"},
    Package{"", "container/ring", ""},
    Package{"", "crypto/hmac", ""},
    Package{"", "crypto/rand", ""},
    Package{"", "crypto/sha512", ""},
    Package{"", "encoding/xml", ""},
    Package{"", "flag", ""},
    Package{"", "hash/crc32", ""},
    Package{"", "hash/fnv", ""},
    Package{"", "html", ""},
    Package{"", "io/fs", ""},
    Package{"", "iter", ""},
    Package{"", "math/rand/v2", ""},
    Package{"", "os/signal", ""},
    Package{"", "path", ""},
    Package{"", "runtime/debug", ""},
    Package{"", "syscall", ""},
    Package{"", "text/template", ""},
    Package{"", "unicode/utf16", ""},
    Package{"", "unsafe", ""},
};

std::string_view unquoted(std::string_view literal) { return literal.substr(1, std::max<std::size_t>(literal.size(), 2) - 2); }

/// What stands on some host is no part of the standard library.
bool is_common(std::string_view path) {
  return path.substr(0, path.find('/')).find('.') != std::string_view::npos || std::ranges::find(kPackages, path, &Package::path) != kPackages.end();
}

/// "rand" of "math/rand" and of "math/rand/v2".
std::string_view name_of(std::string_view path) {
  const auto slash = path.rfind('/');
  std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  const bool is_version = last.size() > 1 && last[0] == 'v' && last.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!is_version || slash == std::string_view::npos) return last;
  path = path.substr(0, slash);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

struct Taken {
  Names names;  ///< That mean something else in the whole program: of imports and declarations.
  Names paths;  ///< Of imports.
};

Taken taken_by(const std::vector<GoToken>& tokens) {
  Taken taken;
  std::string_view declares;  // the keyword of the declaration we are in
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const GoToken& token = tokens[i];
    const bool begins = i == 0 || tokens[i - 1].kind == Kind::end;
    const bool in_group = token.depth == 1 && !declares.empty() && i > 0 && (begins || tokens[i - 1].text == "(");
    if (token.depth == 0 && token.kind == Kind::end) declares = {};
    if (token.depth == 0 && begins) declares = token.text;
    const bool is_import = declares == "import" && token.kind == Kind::literal;
    if (is_import) {
      const bool has_name = i > 0 && tokens[i - 1].kind == Kind::word && tokens[i - 1].text != "import";
      taken.paths.insert(unquoted(token.text));
      taken.names.insert(has_name ? tokens[i - 1].text : name_of(unquoted(token.text)));
    }
    const bool declares_names = declares == "var" || declares == "const" || declares == "type" || declares == "func";
    const bool is_first = token.depth == 0 && i > 0 && tokens[i - 1].text == declares;
    if (declares_names && token.kind == Kind::word && (is_first || (in_group && declares != "func"))) taken.names.insert(token.text);
  }
  return taken;
}

/// `name.Exported`, and not a part of something longer.
bool is_use(const std::vector<GoToken>& tokens, std::size_t i) {
  if (i + 2 >= tokens.size() || tokens[i].kind != Kind::word || tokens[i + 1].text != "." || tokens[i + 2].kind != Kind::word) return false;
  const char first = tokens[i + 2].text.front();
  return first >= 'A' && first <= 'Z' && (i == 0 || tokens[i - 1].text != ".");
}

}  // namespace

GoImports missing_imports(const std::vector<GoToken>& tokens) {
  const Taken taken = taken_by(tokens);
  Names used;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_use(tokens, i)) used.insert(tokens[i].text);
  }
  GoImports missing;
  missing.is_common = std::ranges::all_of(taken.paths, is_common);
  for (const Package& package : kPackages) {
    if (!used.contains(package.name) || taken.names.contains(package.name)) continue;
    missing.clauses += "import \"" + std::string(package.path) + "\"; ";
    missing.uses += "var _ = " + std::string(package.use) + "\n";
  }
  return missing;
}

std::vector<std::string> common_packages() {
  std::vector<std::string> paths;
  for (const Package& package : kPackages) paths.emplace_back(package.path);
  return paths;
}

}  // namespace code_exec
