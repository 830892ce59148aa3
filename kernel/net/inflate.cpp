#include "net/inflate.hpp"

#include <array>
#include <utility>

#include <zlib.h>

#include "base/text.hpp"

namespace collet::net {
namespace {

constexpr std::uint64_t kFreeBytes = 1u << 20;  // so much is no bomb, whatever it was made of
constexpr std::size_t kStepBytes = 16u << 10;
constexpr int kZlibOrGzip = 15 + 32;
constexpr int kRaw = -15;

// Servers that say "deflate" mean a zlib stream, or one without its head.
bool has_zlib_head(std::string_view bytes) {
  if (bytes.empty()) return true;
  const auto first = static_cast<unsigned char>(bytes[0]);
  if ((first & 0x0f) != Z_DEFLATED || (first >> 4) > 7) return false;
  return bytes.size() < 2 || ((first << 8) | static_cast<unsigned char>(bytes[1])) % 31 == 0;
}

}  // namespace

struct Inflater::State {
  State() = default;
  State(const State&) = delete;
  ~State() {
    if (is_open) ::inflateEnd(&stream);
  }
  z_stream stream{};
  bool is_open = false;
  bool is_deflate = false;
  bool is_over = false;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;
  std::uint64_t ratio_max = 0;
};

Inflater::Inflater(std::unique_ptr<State> state) : state_(std::move(state)) {}
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;
Inflater::~Inflater() = default;

Result<Inflater> Inflater::make(std::string_view coding, int ratio_max) {
  const std::string name = base::to_lower(base::trim(coding));
  if (name.empty() || name == "identity") return Inflater(nullptr);
  if (name != "gzip" && name != "x-gzip" && name != "deflate") {
    return Error{Errc::invalid, "the answer has the Content-Encoding \"" + base::shorten(base::repair_utf8(name), 60) + "\"; gzip and deflate can be read"};
  }
  auto state = std::make_unique<State>();
  state->is_deflate = name == "deflate";
  state->ratio_max = static_cast<std::uint64_t>(ratio_max);
  return Inflater(std::move(state));
}

Result<void> Inflater::feed(std::string_view piece, std::string& out) {
  if (!state_) return out.append(piece), Result<void>{};
  State& state = *state_;
  if (piece.empty() || state.is_over) return {};  // what follows the end is nobody's
  if (!state.is_open) {
    const int kind = state.is_deflate && !has_zlib_head(piece) ? kRaw : kZlibOrGzip;
    if (::inflateInit2(&state.stream, kind) != Z_OK) return Error{Errc::unavailable, "no memory to decompress an answer"};
    state.is_open = true;
  }
  state.in_bytes += piece.size();
  state.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  state.stream.avail_in = static_cast<uInt>(piece.size());
  std::array<char, kStepBytes> step;
  while (!state.is_over) {
    state.stream.next_out = reinterpret_cast<Bytef*>(step.data());
    state.stream.avail_out = kStepBytes;
    const int result = ::inflate(&state.stream, Z_NO_FLUSH);
    const std::size_t made = kStepBytes - state.stream.avail_out;
    out.append(step.data(), made);
    state.out_bytes += made;
    if (state.out_bytes > kFreeBytes && state.out_bytes / state.ratio_max > state.in_bytes) {
      return Error{Errc::limit, "the answer becomes more than " + std::to_string(state.ratio_max) +
                                    " times as large when it is decompressed (egress.inflate_ratio_max)"};
    }
    if (result == Z_STREAM_END) state.is_over = true;
    else if (result == Z_BUF_ERROR || (result == Z_OK && state.stream.avail_in == 0 && made < kStepBytes)) break;
    else if (result != Z_OK) return Error{Errc::invalid, "the compressed answer is damaged"};
  }
  return {};
}

Result<void> Inflater::finish() const {
  if (!state_ || state_->is_over || state_->in_bytes == 0) return {};
  return Error{Errc::invalid, "the compressed answer ends early"};
}

}  // namespace collet::net
