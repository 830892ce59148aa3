// A connection's bytes hold the same responses however they are cut, each byte of a
// body lies within what was given, and reading costs no more than the bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/response_reader.hpp"

namespace {

using collet::net::ResponseReader;
using Progress = ResponseReader::Progress;

constexpr std::size_t kHeadBytesMax = 4096;

// What a caller learns, as one text.
std::string read_cut(std::string_view bytes, std::size_t piece) {
  ResponseReader reader(kHeadBytesMax);
  reader.begin(false);
  std::string told;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view left = bytes.substr(at, piece);
    const char* const end = left.data() + left.size();
    for (Progress progress; (progress = reader.advance(left)) != Progress::more;) {
      if (left.data() + left.size() != end) std::abort();
      if (progress == Progress::broken) return told + "\x1f broken: " + reader.error().message;
      if (progress == Progress::body) {
        if (reader.piece().empty() || reader.piece().data() + reader.piece().size() > end) std::abort();
        told += reader.piece();
      }
      if (progress == Progress::head) {
        told += "\x1f head " + std::to_string(reader.head().status);
        for (const auto& [name, value] : reader.head().headers) told += "\x1e" + name + "\x1d" + value;
        told += "\x1f";
      }
      if (progress == Progress::complete) {
        told += reader.keeps_alive() ? "\x1f kept" : "\x1f not kept";
        reader.begin(false);
      }
    }
    if (!left.empty()) std::abort();
  }
  return told + (reader.finish() == Progress::complete ? "\x1f whole" : "\x1f cut: " + reader.error().message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (read_cut(bytes, size) != read_cut(bytes, 1 + data[size - 1] % 7)) std::abort();
  return 0;
}
