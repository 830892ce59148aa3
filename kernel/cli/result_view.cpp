#include "cli/result_view.hpp"

#include "base/text.hpp"

namespace collet::cli {
namespace {

std::string other_content(const Value& item) {
  const std::string mime(item["mimeType"].string_or(item["mime"].string_or("")));
  const std::string_view name = item["name"].string_or(item["uri"].string_or(""));
  std::string out = "[" + std::string(item["type"].string_or("content"));
  if (!mime.empty()) out += " " + mime;
  if (!name.empty()) out.append(" ").append(name);
  if (const auto data = item["data"].as_string()) out += ", " + std::to_string(data->size()) + " bytes";
  return out + "]";
}

// Tools that run programs answer {"returncode", "stdout", "stderr", ...}.
bool take_program(std::string_view text, ResultView& view) {
  if (!base::trim(text).starts_with('{')) return false;
  const auto json = Value::parse(text);
  if (!json || !json->has("returncode") || !json->has("stdout")) return false;
  view.returncode = (*json)["returncode"].as_int64();
  view.stdout_text = (*json)["stdout"].string_or("");
  view.stderr_text = (*json)["stderr"].string_or("");
  const std::string_view status = (*json)["status"].string_or("");
  if (status != "ok" && status != "error") view.status = status;
  const Value value = (*json)["result"];
  if (!value.is_null()) view.text = value.is_string() ? std::string(value.string_or("")) : value.dump();
  return true;
}

}  // namespace

ResultView view_result(const Value& content, bool is_error) {
  ResultView view;
  view.is_error = is_error;
  if (content.size() == 1 && take_program(content.at(0)["text"].string_or(""), view)) return view;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const Value item = content.at(i);
    if (i > 0) view.text += '\n';
    if (const auto text = item["text"].as_string()) view.text += *text;
    else view.text += other_content(item);
  }
  return view;
}

ResultView view_completion(std::string_view text) {
  constexpr std::string_view kMark = " returned result: ";
  const std::size_t mark = text.find(kMark);
  if (mark != std::string_view::npos) {
    const auto result = Value::parse(text.substr(mark + kMark.size()));
    if (result && (*result)["content"].is_array()) {
      return view_result((*result)["content"], (*result)["isError"].as_bool().value_or(false));
    }
  }
  ResultView view;
  view.text = text;
  return view;
}

}  // namespace collet::cli
