#include "source.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "words.hpp"

namespace doc_reader {

using collet::Args;
using collet::Call;
using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

Error too_long(std::string_view name, std::size_t bytes, const Limits& limits) {
  return {Errc::limit, "/" + std::string(name) + ": the document has " + std::to_string(bytes) + " bytes, more than document_bytes_max = " +
                           std::to_string(limits.document_bytes_max) + "; ask for a smaller one"};
}

Result<Source> from_url(const Call& call, const std::string& url, const Limits& limits) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return Error{Errc::invalid, "/url: expected an absolute http or https URL, got \"" + url.substr(0, 200) + "\""};
  }
  collet::HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain,*/*;q=0.5"}};
  request.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(1, std::min(limits.fetch_ms_max, call.remaining_ms())));
  request.response_bytes_max = limits.document_bytes_max;
  auto response = call.http_wait(request);
  if (!response) {
    const bool is_long = response.error().code == Errc::limit;
    const std::string what = is_long ? "the document is too long (document_bytes_max = " + std::to_string(limits.document_bytes_max) + "): " : "the page could not be fetched: ";
    return Error{response.error().code, "/url: " + what + response.error().message};
  }
  if (response->status < 200 || response->status >= 300) {
    const bool is_gone = response->status == 404 || response->status == 410;
    return Error{is_gone ? Errc::not_found : Errc::unavailable,
                 "/url: the server answered " + std::to_string(response->status) + " for " + (response->url.empty() ? url : response->url) + "; expected 200. Check the URL or try another page"};
  }
  Source out{std::move(response->body), "", "", response->url.empty() ? url : response->url};
  for (const auto& [name, value] : response->headers) {
    if (name == "content-type") out.content_type = value;
  }
  out.name = out.url;
  return out;
}

Result<Source> from_data(const std::string& data) {
  // data:application/pdf;base64,... is what browsers' scripts hand out.
  std::string_view text = data;
  Source out;
  if (text.starts_with("data:")) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return Error{Errc::invalid, "/data: a data: URL without a comma; expected base64"};
    out.content_type = text.substr(5, std::min(text.find(";base64"), comma) - 5);
    text.remove_prefix(comma + 1);
  }
  auto bytes = decode_base64(text);
  if (!bytes) return bytes.error();
  out.bytes = *std::move(bytes);
  return out;
}

Result<Source> from_blob(const Call& call, const std::string& id) {
  auto blob = call.blob_get(id);
  if (!blob) return Error{blob.error().code, "/blob: there is no blob \"" + id.substr(0, 100) + "\"; expected the id of a file that an earlier call returned"};
  return Source{std::move(blob->data), blob->mime, blob->name, ""};
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Links are not followed: the app's folder may have been written by a stranger's code.
int open_beneath(const std::string& root, const std::string& path) {
  const File folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return -1;
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how));
}

Result<Source> from_file(const Call& call, const std::string& path, const Limits& limits) {
  const auto refused = [&](std::string_view why) { return Error{Errc::invalid, "/file: \"" + path.substr(0, 200) + "\" " + std::string(why)}; };
  const auto root = call.app_root();
  if (!root) return refused("needs a target app with a folder; set target_app_name and apps.NAME.root, or give url, data or blob");
  if (path.empty() || path.find('\0') != std::string::npos) return refused("is no path; expected one below the app's folder");
  const File file(open_beneath(*root, path.starts_with("/app/") ? path.substr(5) : path));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    if (errno == ENOENT) return Error{Errc::not_found, refused("is not there; expected a path below the app's folder").message};
    if (errno == ELOOP || errno == EXDEV) return refused("is a link or leads out of the app's folder; expected a file in it");
    return refused(std::string("cannot be opened: ") + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return refused("is no regular file");
  if (static_cast<std::size_t>(status.st_size) > limits.document_bytes_max) return too_long("file", static_cast<std::size_t>(status.st_size), limits);
  Source out{std::string(static_cast<std::size_t>(status.st_size), '\0'), "", path, ""};
  std::size_t at = 0;
  while (at < out.bytes.size()) {
    const auto got = ::read(file.get(), out.bytes.data() + at, out.bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    at += static_cast<std::size_t>(got);
  }
  out.bytes.resize(at);
  return out;
}

}  // namespace

Result<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  bool is_padded = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c)) continue;
    is_padded = is_padded || c == '=';
    if (c == '=') continue;
    const int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : is_digit(c) ? c - '0' + 52 : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    if (value < 0 || is_padded) return Error{Errc::invalid, "/data: expected base64, got another character at position " + std::to_string(i)};
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if (++count % 4 == 0) {
      out += static_cast<char>(bits >> 16), out += static_cast<char>(bits >> 8), out += static_cast<char>(bits);
    }
  }
  if (count % 4 == 1) return Error{Errc::invalid, "/data: expected base64, got " + std::to_string(count) + " characters, which is one too many"};
  if (count % 4 == 2) out += static_cast<char>(bits >> 4);
  if (count % 4 == 3) out += static_cast<char>(bits >> 10), out += static_cast<char>(bits >> 2);
  return out;
}

Result<Source> fetch_source(const Call& call, const Args& args, const Limits& limits) {
  static constexpr std::string_view kNames[] = {"url", "data", "blob", "file"};
  std::optional<std::string_view> given;
  for (const auto name : kNames) {
    if (!args.has(name)) continue;
    if (given) return args.error(name, "given together with \"" + std::string(*given) + "\"; expected one of url, data, blob, file");
    given = name;
  }
  if (!given) return args.error("url", "required, or one of data (base64), blob (an id), file (of the target app)");
  auto value = args.string(*given);
  if (!value) return value.error();
  auto source = *given == "url"    ? from_url(call, *value, limits)
                : *given == "data" ? from_data(*value)
                : *given == "blob" ? from_blob(call, *value)
                                   : from_file(call, *value, limits);
  if (!source) return source.error();
  if (source->bytes.size() > limits.document_bytes_max) return too_long(*given, source->bytes.size(), limits);
  if (source->bytes.empty()) return args.error(*given, "the document is empty");
  return source;
}

}  // namespace doc_reader
