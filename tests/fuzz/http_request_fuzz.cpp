// The bytes of a client: whatever they are, reading them whole and reading them in
// pieces must give the same requests, each within its limits.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "net/request_reader.hpp"

namespace {

using collet::net::RequestReader;
using Progress = RequestReader::Progress;

constexpr collet::net::ReaderLimits kLimits{.head_bytes_max = 512, .body_bytes_max = 256};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "http_request_fuzz: %s\n", what);
  std::abort();
}

void check(const collet::base::InboundRequest& request) {
  if (request.path.empty() || request.path.find("//") != std::string::npos) fail("a path that is not clean");
  if (request.path.front() != '/' && request.path != "*") fail("a path without its slash");
  if (request.body.size() > kLimits.body_bytes_max) fail("a body beyond its limit");
  for (const auto& [name, value] : request.headers) {
    if (name.empty()) fail("a header without a name");
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) fail("a header with a line break");
  }
}

std::string read(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kLimits);
  boost::beast::flat_buffer buffer;
  std::string told;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view part = bytes.substr(at, piece);
    std::memcpy(buffer.prepare(part.size()).data(), part.data(), part.size());
    buffer.commit(part.size());
    for (;;) {
      const Progress progress = reader.advance(buffer);
      if (progress == Progress::rejected) return told + "rejected";
      if (progress != Progress::complete) break;
      auto& request = reader.request();
      check(request);
      told += request.method + " " + request.path + "?" + request.query + "\n" + request.body + "\n";
      for (const auto& [name, value] : request.headers) told += name + ":" + value + "\n";
      reader.reset();
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = data[0] % 64 + 1;
  const std::string whole = read(bytes, bytes.size() + 1);
  if (read(bytes, piece) != whole) fail("pieces were read differently from the whole");
  return 0;
}
