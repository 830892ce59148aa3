#include "config/substitute.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/places.hpp"

namespace collet::config {
namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;

Error invalid(std::string message) { return {Errc::invalid, std::move(message)}; }

Result<std::string> from_environment(std::string_view body) {
  const std::size_t cut = body.find(":-");
  const std::string name(body.substr(0, cut));
  if (name.empty()) return invalid("${env:} needs the name of a variable, as in ${env:API_KEY}");
  const char* text = std::getenv(name.c_str());
  if (text && (*text || cut == std::string_view::npos)) return std::string(text);
  if (cut != std::string_view::npos) return std::string(body.substr(cut + 2));
  return invalid("the environment variable " + name + " is not set; set it, or give a default as in ${env:" + name +
                 ":-text}");
}

Result<std::string> from_file(std::string_view body, const std::string& base) {
  if (body.empty()) return invalid("${file:} needs a path, as in ${file:secrets/api_key}");
  const std::string path = absolute_path(body, base);
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return invalid("cannot read the file " + path + "; check that it exists and who may read it");
  if (bytes > kFileBytesMax) return invalid("the file " + path + " is larger than 1 MiB");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> from_share(std::string_view body) {
  const std::string share = share_dir();
  if (share.empty()) {
    return invalid("the files that came with the program are not beside it (share/collet); write a full path instead of ${share:" +
                   std::string(body) + "}");
  }
  return absolute_path(body, share);
}

Result<std::string> expand(std::string_view form, const std::string& base) {
  const std::size_t cut = form.find(':');
  const std::string_view kind = form.substr(0, cut);
  const std::string_view body = cut == std::string_view::npos ? std::string_view() : form.substr(cut + 1);
  if (cut != std::string_view::npos && kind == "env") return from_environment(body);
  if (cut != std::string_view::npos && kind == "file") return from_file(body, base);
  if (cut != std::string_view::npos && kind == "share") return from_share(body);
  return invalid("${" + std::string(form) +
                 "} is not known; expected ${env:NAME}, ${env:NAME:-default}, ${file:path} or ${share:path}, and $${ for a plain ${");
}

}  // namespace

Result<std::string> substitute(std::string_view text, const std::string& base) {
  std::string out;
  for (;;) {
    const std::size_t start = text.find("${");
    if (start == std::string_view::npos) return out.append(text);
    if (start > 0 && text[start - 1] == '$') {
      out.append(text.substr(0, start - 1)).append("${");
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) return invalid("${ without a closing }; write $${ for a plain ${");
    auto value = expand(text.substr(start + 2, end - start - 2), base);
    if (!value) return value.error();
    out.append(text.substr(0, start)).append(*value);
    text.remove_prefix(end + 1);
  }
}

}  // namespace collet::config
