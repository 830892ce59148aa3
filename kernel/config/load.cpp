// YAML text to a Tree. The only user of yaml-cpp; its exceptions end here.
#include <charconv>
#include <cmath>
#include <optional>

#include <yaml-cpp/yaml.h>

#include "config/substitute.hpp"
#include "config/yaml.hpp"

namespace collet::config {
namespace {

constexpr std::size_t kTextBytesMax = 4 << 20;
constexpr std::size_t kNodesMax = 100'000;  // anchors could multiply a small text
constexpr int kDepthMax = 64;

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

std::optional<Value> as_number(const std::string& text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (sign == text.size() || text.find_first_not_of("0123456789.eE+-", sign) != std::string::npos) return std::nullopt;
  // 007 and 1.2.3 are names, not numbers.
  if (text[sign] == '0' && sign + 1 < text.size() && text[sign + 1] >= '0' && text[sign + 1] <= '9') return std::nullopt;
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (auto [stop, error] = std::from_chars(begin, end, whole); stop == end && error == std::errc{}) return Value(whole);
  double real = 0;
  if (auto [stop, error] = std::from_chars(begin, end, real); stop == end && error == std::errc{} && std::isfinite(real)) {
    return Value(real);
  }
  return std::nullopt;
}

// YAML 1.2 core schema, without octal, hex, .inf and .nan.
Value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return as_number(text).value_or(Value(text));
}

class Reader {
 public:
  Reader(Tree& tree, Findings& findings, const std::string& base) : tree_(tree), findings_(findings), base_(base) {}

  Value read(const YAML::Node& node, const std::string& path, int depth) {
    if (++nodes_ > kNodesMax || depth > kDepthMax) {
      if (!too_large_) findings_.add(path, "too large: at most 100000 values and 64 levels");
      too_large_ = true;
      return {};
    }
    if (!path.empty() && !tree_.marks.contains(path)) tree_.marks[path].line = line_of(node);
    switch (node.Type()) {
      case YAML::NodeType::Map: return map(node, path, depth);
      case YAML::NodeType::Sequence: return sequence(node, path, depth);
      case YAML::NodeType::Scalar: return scalar(node, path);
      default: return {};
    }
  }

 private:
  Value map(const YAML::Node& node, const std::string& path, int depth) {
    Members members;
    for (const auto& entry : node) {
      if (too_large_) break;
      if (!entry.first.IsScalar()) {
        findings_.add(path, "expected a text as key");
        continue;
      }
      const std::string& key = entry.first.Scalar();
      const std::string place = child_path(path, key);
      const int line = line_of(entry.first);
      const auto [mark, is_new] = tree_.marks.try_emplace(place);
      const int first_line = mark->second.line;
      mark->second.line = line;
      if (!is_new) findings_.add(place, "is written twice; the first time on line " + std::to_string(first_line));
      members.emplace_back(key, read(entry.second, place, depth + 1));
    }
    return json::object(members);
  }

  Value sequence(const YAML::Node& node, const std::string& path, int depth) {
    std::vector<Value> entries;
    for (const auto& entry : node) {
      if (too_large_) break;
      entries.push_back(read(entry, index_path(path, entries.size()), depth + 1));
    }
    return json::array(entries);
  }

  Value scalar(const YAML::Node& node, const std::string& path) {
    const std::string& tag = node.Tag();
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!quoted && tag != "?" && !tag.empty() && !tag.starts_with("tag:yaml.org,2002:")) {
      findings_.add(path, "the tag " + tag + " is not known; write the value without it");
    }
    std::string text = node.Scalar();
    Mark& mark = tree_.marks[path];
    if (text.find("${") != std::string::npos) {
      auto expanded = substitute(text, base_);
      mark.substituted = true;
      mark.failed = !expanded;
      if (!expanded) findings_.add(path, expanded.error().message);
      if (!expanded) return {};
      text = std::move(*expanded);
    }
    mark.raw = text;
    return quoted ? Value(text) : plain_scalar(text);
  }

  Tree& tree_;
  Findings& findings_;
  const std::string& base_;
  std::size_t nodes_ = 0;
  bool too_large_ = false;
};

}  // namespace

Result<void> yaml_to_tree(std::string_view text, const std::string& source, const std::string& base, Tree& tree,
                          Findings& findings) {
  if (text.size() > kTextBytesMax) return Error{Errc::invalid, source + ": larger than 4 MiB; is this a config file?"};
  if (text.find('\0') != std::string_view::npos) return Error{Errc::invalid, source + ": holds a NUL byte; is this a config file?"};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) return Error{Errc::invalid, source + ": holds more than one document; remove the --- lines"};
    if (!documents.empty()) tree.root = Reader(tree, findings, base).read(documents[0], "", 0);
  } catch (const YAML::Exception& error) {
    std::string place = source;
    if (!error.mark.is_null()) place += ":" + std::to_string(error.mark.line + 1) + ":" + std::to_string(error.mark.column + 1);
    return Error{Errc::invalid, place + ": not valid YAML: " + error.msg};
  }
  return {};
}

}  // namespace collet::config
