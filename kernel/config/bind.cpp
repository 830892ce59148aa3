#include "config/bind.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "config/places.hpp"

namespace collet::config {
namespace {

std::string quoted_choices(const std::vector<std::string>& choices) {
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += choices[i];
  }
  return out;
}

// Names become parts of URLs, requests and file names.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-' || c == '/' || c == ':' || c == '@';
  };
  return !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), fits);
}

class Binder {
 public:
  Binder(const Tree& tree, const std::string& base, Findings& findings)
      : tree_(tree), base_(base), findings_(findings) {}

  void section(const Section& rows, void* object, const Value& node, const std::string& path);

 private:
  void unknown_key(const Section& rows, std::string_view key, const std::string& path);
  void field(const Field& field, void* object, const Value& node, const std::string& path);
  void nested(const Field& field, void* object, const Value& node, const std::string& path);
  void value(const Field& field, Slot slot, const Value& node, const std::string& path);
  void number(const Field& field, Slot slot, const Value& node, const std::string& path);
  void boolean(const Field& field, bool& out, const Value& node, const std::string& path);
  bool text(const Field& field, std::string& out, const Value& node, const std::string& path);
  void texts(const Field& field, Texts& out, const Value& node, const std::string& path);
  void text_map(const Field& field, TextMap& out, const Value& node, const std::string& path);
  void texts_map(const Field& field, TextsMap& out, const Value& node, const std::string& path);
  bool wants(Value::Kind kind, std::string_view what, const Field& field, const Value& node, const std::string& path);
  void mismatch(const Field& field, std::string_view expected, const Value& node, const std::string& path);
  std::string got(const Field& field, const Value& node, const std::string& path) const;
  std::string scalar_text(const Value& node, const std::string& path) const;
  bool told(const std::string& path) const {
    const Mark* mark = tree_.find(path);
    return mark && mark->failed;
  }

  const Tree& tree_;
  const std::string& base_;
  Findings& findings_;
};

std::string Binder::scalar_text(const Value& node, const std::string& path) const {
  if (const auto text = node.as_string()) return std::string(*text);
  const Mark* mark = tree_.find(path);
  return mark ? mark->raw : node.dump();
}

std::string Binder::got(const Field& field, const Value& node, const std::string& path) const {
  const Mark* mark = tree_.find(path);
  if (node.is_null()) return ", got nothing";
  if (node.is_array()) return ", got a list";
  if (node.is_object()) return ", got a map";
  if (field.secret || (mark && mark->substituted)) return ", got another value (not shown)";
  return ", got " + base::shorten(node.is_string() ? node.dump() : scalar_text(node, path), 60);
}

void Binder::mismatch(const Field& field, std::string_view expected, const Value& node, const std::string& path) {
  findings_.add(path, "expected " + std::string(expected) + got(field, node, path));
}

bool Binder::wants(Value::Kind kind, std::string_view what, const Field& field, const Value& node,
                   const std::string& path) {
  if (node.kind() == kind) return true;
  if (!node.is_null()) mismatch(field, what, node, path);
  return false;
}

void Binder::unknown_key(const Section& rows, std::string_view key, const std::string& path) {
  std::vector<std::string> known;
  for (const Field& field : rows.fields) known.emplace_back(field.key);
  const std::string_view near = base::nearest(key, known);
  std::string message = "unknown key";
  if (!near.empty()) message.append("; did you mean ").append(near).append("?");
  else message += "; " + std::string(rows.what) + " has " + base::shorten(base::join(known, ", "), 120);
  findings_.add(child_path(path, key), message);
}

void Binder::section(const Section& rows, void* object, const Value& node, const std::string& path) {
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string_view key = node.key_at(i);
    const auto row = std::find_if(rows.fields.begin(), rows.fields.end(), [&](const Field& f) { return f.key == key; });
    if (row == rows.fields.end()) unknown_key(rows, key, path);
    else field(*row, object, node.member_at(i), child_path(path, key));
  }
  for (const Field& row : rows.fields) {
    if (!row.required || !node[row.key].is_null() || told(child_path(path, row.key))) continue;
    findings_.add(path, std::string(rows.what) + " needs " + std::string(row.key) + ": " + std::string(row.help));
  }
}

void Binder::field(const Field& field, void* object, const Value& node, const std::string& path) {
  if (field.shape == Shape::value) return value(field, field.slot(object), node, path);
  nested(field, object, node, path);
}

void Binder::nested(const Field& field, void* object, const Value& node, const std::string& path) {
  if (field.shape == Shape::section) {
    if (wants(Value::Kind::object, "a map", field, node, path)) section(*field.section, field.nest.add(object, ""), node, path);
    return;
  }
  const bool is_list = field.shape == Shape::list;
  if (!node.is_null() && !wants(is_list ? Value::Kind::array : Value::Kind::object,
                                is_list ? "a list (lines that begin with -)" : "a map of names", field, node, path)) {
    return;
  }
  if (!field.merged) field.nest.clear(object);
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string key(is_list ? std::string_view() : node.key_at(i));
    const std::string place = is_list ? index_path(path, i) : child_path(path, key);
    const Value entry = is_list ? node.at(i) : node.member_at(i);
    if (!is_list && !is_name(key)) findings_.add(place, "expected a name of letters, digits and . _ - / : @");
    void* target = field.nest.add(object, key);
    if (entry.is_object() || (entry.is_null() && !is_list)) section(*field.section, target, entry, place);
    else findings_.add_whole(place, "expected " + std::string(field.section->what) + " as a map" + got(field, entry, place));
  }
}

void Binder::value(const Field& field, Slot slot, const Value& node, const std::string& path) {
  if (auto** out = std::get_if<bool*>(&slot)) return boolean(field, **out, node, path);
  if (auto** out = std::get_if<Texts*>(&slot)) return texts(field, **out, node, path);
  if (auto** out = std::get_if<TextMap*>(&slot)) return text_map(field, **out, node, path);
  if (auto** out = std::get_if<TextsMap*>(&slot)) return texts_map(field, **out, node, path);
  if (auto** out = std::get_if<Value*>(&slot)) {
    **out = node;
    return;
  }
  if (auto** out = std::get_if<std::string*>(&slot)) {
    text(field, **out, node, path);
    return;
  }
  number(field, slot, node, path);
}

void Binder::number(const Field& field, Slot slot, const Value& node, const std::string& path) {
  if (node.is_null()) return;
  const bool whole = !std::holds_alternative<double*>(slot);
  // A number that was put in by ${env:} and quoted is a string by now.
  Value number = node;
  if (const auto written = node.as_string()) {
    auto parsed = Value::parse(base::trim(*written));
    if (parsed) number = *parsed;
  }
  const auto real = number.as_double();
  if (!real || (whole && !number.is_integer()) || *real < field.min || *real > field.max) {
    mismatch(field, std::string(whole ? "a whole number " : "a number ") + bound_value(field.min).dump() + ".." + bound_value(field.max).dump(),
             node, path);
    return;
  }
  if (auto** out = std::get_if<int*>(&slot)) **out = static_cast<int>(*real);
  if (auto** out = std::get_if<std::int64_t*>(&slot)) **out = number.as_int64().value_or(static_cast<std::int64_t>(*real));
  if (auto** out = std::get_if<double*>(&slot)) **out = *real;
}

void Binder::boolean(const Field& field, bool& out, const Value& node, const std::string& path) {
  if (node.is_null()) return;
  const std::string written = node.is_array() || node.is_object() ? "" : scalar_text(node, path);
  if (node.as_bool()) out = *node.as_bool();
  else if (written == "true") out = true;
  else if (written == "false") out = false;
  else mismatch(field, "true or false", node, path);
}

bool Binder::text(const Field& field, std::string& out, const Value& node, const std::string& path) {
  if (node.is_null()) return true;
  if (node.is_array() || node.is_object()) {
    mismatch(field, field.choices.empty() ? "a text" : quoted_choices(field.choices), node, path);
    return false;
  }
  std::string written = scalar_text(node, path);
  if (!field.choices.empty() && std::find(field.choices.begin(), field.choices.end(), written) == field.choices.end()) {
    mismatch(field, quoted_choices(field.choices), node, path);
    return false;
  }
  if (field.required && written.empty()) {
    findings_.add(path, "must not be empty: " + std::string(field.help));
    return false;
  }
  if (written.find('\0') != std::string::npos) {
    findings_.add(path, "must not hold a NUL character");
    return false;
  }
  out = field.path ? absolute_path(written, base_) : std::move(written);
  return true;
}

void Binder::texts(const Field& field, Texts& out, const Value& node, const std::string& path) {
  if (!node.is_null() && !wants(Value::Kind::array, "a list of texts, as in [a, b]", field, node, path)) return;
  out.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string place = index_path(path, i);
    std::string entry;
    if (told(place) || !text(field, entry, node.at(i), place)) continue;
    if (entry.empty()) findings_.add(place, "must not be empty");
    out.push_back(std::move(entry));
  }
}

void Binder::text_map(const Field& field, TextMap& out, const Value& node, const std::string& path) {
  if (!node.is_null() && !wants(Value::Kind::object, "a map of texts", field, node, path)) return;
  out.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string key(node.key_at(i));
    if (!is_name(key)) findings_.add(child_path(path, key), "expected a name of letters, digits and . _ - / : @");
    text(field, out[key], node.member_at(i), child_path(path, key));
  }
}

void Binder::texts_map(const Field& field, TextsMap& out, const Value& node, const std::string& path) {
  if (!node.is_null() && !wants(Value::Kind::object, "a map of lists", field, node, path)) return;
  out.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string key(node.key_at(i));
    texts(field, out[key], node.member_at(i), child_path(path, key));
  }
}

}  // namespace

void bind(const Tree& tree, const std::string& base, Settings& settings, Findings& findings) {
  if (!tree.root.is_object()) {
    if (!tree.root.is_null()) findings.add("", "expected a map of settings at the top, as in \"server: {listen: ...}\"");
    return;
  }
  Binder(tree, base, findings).section(root_section(), &settings, tree.root, "");
}

}  // namespace collet::config
