#include "artifacts.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace code_exec {

using collet::Call;
using collet::ExecResult;
using collet::Members;
using collet::Value;

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 6> kMagics = {{
    {"\x89PNG\r\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"}, {"GIF8", "image/gif"},
    {"%PDF-", "application/pdf"}, {"PK\x03\x04", "application/zip"}, {"\x1f\x8b", "application/gzip"},
}};
constexpr std::array<Pair, 12> kEndings = {{
    {".txt", "text/plain"}, {".csv", "text/csv"}, {".json", "application/json"}, {".html", "text/html"},
    {".md", "text/markdown"}, {".xml", "application/xml"}, {".svg", "image/svg+xml"}, {".py", "text/x-python"},
    {".js", "text/javascript"}, {".tsv", "text/tab-separated-values"}, {".log", "text/plain"}, {".yaml", "application/yaml"},
}};
constexpr std::string_view kUnknown = "application/octet-stream";

bool is_shown(std::string_view mime) {
  return mime == "image/png" || mime == "image/jpeg" || mime == "image/gif" || mime == "image/webp";
}

}  // namespace

std::string_view mime_of(std::string_view name, std::string_view data) {
  if (data.starts_with("RIFF") && data.size() > 12 && data.substr(8, 4) == "WEBP") return "image/webp";
  for (const auto& [magic, mime] : kMagics) {
    const bool is_zip = mime == "application/zip" && name.ends_with(".xlsx");
    if (is_zip && data.starts_with(magic)) return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (data.starts_with(magic)) return mime;
  }
  for (const auto& [ending, mime] : kEndings) {
    if (name.ends_with(ending)) return mime;
  }
  return kUnknown;
}

Members publish_files(Call& call, const ExecResult& run) {
  std::vector<Value> files;
  std::string first_skipped = run.first_skipped;
  std::uint32_t skipped = run.files_skipped;
  for (const auto& file : run.files) {
    const std::string_view mime = mime_of(file.name, file.data);
    const auto id = call.blob_put(file.data, mime, file.name);
    if (id) {
      files.push_back(collet::json::object({{"name", file.name}, {"mime", mime}, {"bytes", static_cast<std::int64_t>(file.data.size())}, {"url", "/v1/blobs/" + *id}}));
    } else if (skipped++ == 0) {
      first_skipped = file.name + ": " + id.error().message;
    }
  }
  Members members;
  if (!files.empty()) members.emplace_back("artifacts", collet::json::array(files));
  if (skipped > 0) members.emplace_back("artifacts_skipped", static_cast<std::int64_t>(skipped));
  if (skipped > 0) members.emplace_back("first_skipped", first_skipped);
  return members;
}

void show_pictures(Call& call, const ExecResult& run) {
  for (const auto& file : run.files) {
    const std::string_view mime = mime_of(file.name, file.data);
    // One that is too large for an answer can still be fetched.
    if (is_shown(mime)) static_cast<void>(call.image(file.data, mime, file.name));
  }
}

}  // namespace code_exec
