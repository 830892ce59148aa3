#include "pattern.hpp"

#include <vector>

namespace postgres {

Pattern read_pattern(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      if (quoted && text.substr(i + 1, 1) == "\"") parts.back() += text[i++];
      else quoted = !quoted;
    } else if (!quoted && c == '.') {
      parts.emplace_back();
    } else if (!quoted && (c == '*' || c == '?')) {
      parts.back() += c == '*' ? ".*" : ".";
    } else if (std::string_view(".*?+()[]{}|^$\\").find(c) != std::string_view::npos) {
      parts.back() += {'\\', c};
    } else {
      parts.back() += !quoted && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  const auto regex = [](const std::string& part) { return "^(" + part + ")$"; };
  Pattern out;
  if (text.empty()) return out;
  if (parts.size() > 1) out.schema = regex(parts[parts.size() - 2]);
  out.name = regex(parts.back());
  return out;
}

}  // namespace postgres
