// A stream means the same however it is cut, and costs no more than its bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "llm/sse.hpp"

namespace {

using collet::llm::SseEvent;
using collet::llm::SseParser;

struct Told {
  std::vector<std::string> events;
  bool limit = false;
};

Told read_cut(std::string_view bytes, std::size_t piece) {
  Told told;
  SseParser parser(64 << 10);
  const auto take = [&told](const SseEvent& event) {
    told.events.push_back(std::string(event.name) + "\x1f" + std::string(event.data));
  };
  for (std::size_t at = 0; at < bytes.size() && !told.limit; at += piece) {
    parser.feed(std::string(bytes.substr(at, piece)));
    for (;;) {
      auto event = parser.next();
      told.limit = !event;
      if (!event || !*event) break;
      take(**event);
    }
  }
  if (const auto event = parser.finish(); event && !told.limit) take(*event);
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Told whole = read_cut(bytes, size);
  const Told bitwise = read_cut(bytes, 1 + data[0] % 7);
  if (!whole.limit && !bitwise.limit && whole.events != bitwise.events) std::abort();
  return 0;
}
