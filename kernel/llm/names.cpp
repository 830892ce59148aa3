#include "llm/names.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/ids.hpp"

namespace collet::llm {

namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kHashDigits = 8;

constexpr std::array<bool, 256> make_allowed() {
  std::array<bool, 256> allowed{};
  for (int c = 'a'; c <= 'z'; ++c) allowed[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) allowed[c] = true;
  for (int c = '0'; c <= '9'; ++c) allowed[c] = true;
  allowed['_'] = allowed['-'] = true;
  return allowed;
}
constexpr std::array<bool, 256> kAllowed = make_allowed();

bool passes(char c, bool slash_allowed) {
  return kAllowed[static_cast<unsigned char>(c)] || (slash_allowed && c == '/');
}

bool is_legal(std::string_view name, bool slash_allowed) {
  if (name.empty() || name.size() > kNameMax) return false;
  return std::all_of(name.begin(), name.end(), [=](char c) { return passes(c, slash_allowed); });
}

std::string sanitized(std::string_view name, bool slash_allowed) {
  std::string out;
  for (const char c : name) {
    if (passes(c, slash_allowed)) {
      out += c;
    } else {
      out += c == '/' ? "__" : "_";
    }
  }
  return out.empty() ? "tool" : out;
}

template <class Visit>
void for_each_name(const TurnRequest& request, Visit visit) {
  for (const auto& tool : request.tools) visit(tool.name);
  for (const auto& message : request.messages) {
    for (const auto& call : message.tool_calls) visit(call.name);
    if (message.role == "tool" && !message.name.empty()) visit(message.name);
  }
}

}  // namespace

NameMap::NameMap(const TurnRequest& request, bool slash_allowed) : slash_allowed_(slash_allowed) {
  bool all_legal = true;
  for_each_name(request, [&](const std::string& name) { all_legal = all_legal && is_legal(name, slash_allowed); });
  if (all_legal) return;
  // Legal names first: they keep their form whatever the others would like.
  for_each_name(request, [&](const std::string& name) {
    if (is_legal(name, slash_allowed)) from_wire_.emplace(name, name);
  });
  for_each_name(request, [&](const std::string& name) {
    if (!is_legal(name, slash_allowed)) add(name);
  });
}

void NameMap::add(const std::string& name) {
  if (to_wire_.contains(name)) return;
  std::string form = sanitized(name, slash_allowed_);
  const std::string hash = base::sha256_hex(name);
  for (std::size_t digits = kHashDigits; form.size() > kNameMax || from_wire_.contains(form); digits += kHashDigits) {
    const std::string suffix = "_" + hash.substr(0, digits);
    form = sanitized(name, slash_allowed_).substr(0, kNameMax - suffix.size()) + suffix;
    if (digits >= 32) break;  // 128 bits are enough for anybody
  }
  from_wire_.emplace(form, name);
  to_wire_.emplace(name, std::move(form));
}

std::string_view NameMap::to_wire(std::string_view name) const {
  if (to_wire_.empty()) return name;
  const auto found = to_wire_.find(std::string(name));
  return found == to_wire_.end() ? name : std::string_view(found->second);
}

std::string_view NameMap::from_wire(std::string_view name) const {
  if (from_wire_.empty()) return name;
  const auto found = from_wire_.find(std::string(name));
  return found == from_wire_.end() ? name : std::string_view(found->second);
}

}  // namespace collet::llm
