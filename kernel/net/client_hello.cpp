#include "net/client_hello.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace collet::net {
namespace {

using State = ClientHello::State;

constexpr std::size_t kRecordHeaderBytes = 5;
constexpr std::size_t kRecordBytesMax = 1 << 14;
constexpr std::size_t kMessageHeaderBytes = 4;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHelloMessage = 1;

constexpr std::uint16_t kServerName = 0;
constexpr std::uint16_t kEncryptedHello = 0xfe0d;
constexpr std::uint16_t kEncryptedName = 0xffce;  // its predecessor

// Walks over the content of handshake records as if it were one piece.
class Handshake {
 public:
  explicit Handshake(std::string_view bytes) : bytes_(bytes) {}

  /// The next byte; empty at the end of the bytes or at what is no handshake record.
  std::optional<std::uint8_t> next() {
    if (left_ == 0 && !enter_record()) return std::nullopt;
    if (at_ == bytes_.size()) return std::nullopt;
    --left_;
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }
  [[nodiscard]] bool is_broken() const { return is_broken_; }
  [[nodiscard]] bool is_at_record_end() const { return left_ == 0; }
  /// Whether `count` further bytes are there, records checked on the way.
  [[nodiscard]] bool holds(std::size_t count) {
    Handshake ahead = *this;
    while (count > 0) {
      if (ahead.left_ == 0 && !ahead.enter_record()) break;
      const std::size_t here = std::min({count, ahead.left_, ahead.bytes_.size() - ahead.at_});
      if (here == 0) break;
      ahead.at_ += here;
      ahead.left_ -= here;
      count -= here;
    }
    is_broken_ = ahead.is_broken_;
    return count == 0;
  }

 private:
  bool enter_record() {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes_[at_ + i]); };
    const std::size_t there = bytes_.size() - at_;
    const auto breaks = [&] { return !(is_broken_ = true); };
    if (there > 0 && byte(0) != kHandshakeRecord) return breaks();
    if (there > 1 && byte(1) != 3) return breaks();
    if (there < kRecordHeaderBytes) return false;
    left_ = static_cast<std::size_t>(byte(3)) << 8 | byte(4);
    if (left_ == 0 || left_ > kRecordBytesMax) return breaks();
    at_ += kRecordHeaderBytes;
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t left_ = 0;  // of the record
  bool is_broken_ = false;
};

// Reads numbers and skips fields within a length, which nests.
class Fields {
 public:
  Fields(Handshake& bytes, std::size_t size) : bytes_(bytes), left_(size) {}

  /// A big-endian number; what goes wrong is kept in ok().
  std::size_t number(int byte_count) {
    std::size_t value = 0;
    for (int i = 0; i < byte_count; ++i) value = value << 8 | byte();
    return value;
  }
  void skip(std::size_t count) {
    if (count > left_) is_ok_ = false;
    while (is_ok_ && count-- > 0) byte();
  }
  /// The size of a part that follows, which must fit.
  std::size_t part(int byte_count) {
    const std::size_t size = number(byte_count);
    if (size > left_) is_ok_ = false;
    return is_ok_ ? size : 0;
  }
  [[nodiscard]] bool ok() const { return is_ok_; }
  [[nodiscard]] std::size_t left() const { return left_; }

 private:
  std::uint8_t byte() {
    if (left_ == 0) is_ok_ = false;
    const auto value = is_ok_ ? bytes_.next() : std::nullopt;
    if (!value) is_ok_ = false;
    else --left_;
    return value.value_or(0);
  }

  Handshake& bytes_;
  std::size_t left_;
  bool is_ok_ = true;
};

constexpr std::string_view kMalformed = "its ClientHello is malformed";

std::string_view read_server_name(Fields& fields, std::size_t size, ClientHello& hello) {
  const std::size_t list = fields.number(2);
  const std::size_t kind = fields.number(1);
  const std::size_t bytes = fields.number(2);
  if (!fields.ok() || list + 2 != size || bytes + 5 != size || kind != 0 || bytes == 0 || bytes > sizeof hello.name) {
    return "its server name is malformed";
  }
  for (; hello.name_bytes < bytes; ++hello.name_bytes) {
    const auto c = static_cast<char>(fields.number(1));
    if (c <= 0x20 || c >= 0x7f) return "its server name is malformed";
    hello.name[hello.name_bytes] = c;
  }
  return {};
}

// @return the refusal, "" for none.
std::string_view read_extensions(Fields& fields, ClientHello& hello) {
  bool has_name = false;
  while (fields.ok() && fields.left() > 0) {
    const std::size_t kind = fields.number(2);
    const std::size_t size = fields.part(2);
    if (!fields.ok()) break;
    if (kind == kEncryptedHello || kind == kEncryptedName) {
      return "its server name is encrypted (ECH), so nobody here can tell to whom it speaks";
    }
    if (kind != kServerName) {
      fields.skip(size);
      continue;
    }
    if (has_name) return "its ClientHello holds two server names";
    has_name = true;
    const std::string_view refusal = read_server_name(fields, size, hello);
    if (!refusal.empty()) return refusal;
  }
  return fields.ok() ? std::string_view() : kMalformed;
}

std::string_view read_fields(Fields& fields, ClientHello& hello) {
  const std::size_t version = fields.number(2);
  if (version < 0x0301 || version > 0x0303) return "its TLS version is not among those in use";
  fields.skip(32);  // random
  const std::size_t session = fields.part(1);
  if (session > 32) return kMalformed;
  fields.skip(session);
  const std::size_t ciphers = fields.part(2);
  if (ciphers < 2 || ciphers % 2 != 0) return kMalformed;
  fields.skip(ciphers);
  const std::size_t compressions = fields.part(1);
  if (compressions == 0) return kMalformed;
  fields.skip(compressions);
  if (!fields.ok()) return kMalformed;
  if (fields.left() == 0) return {};  // no extensions
  const std::size_t extensions = fields.part(2);
  if (!fields.ok() || extensions != fields.left()) return kMalformed;
  return read_extensions(fields, hello);
}

ClientHello refused(std::string_view why) {
  ClientHello hello;
  hello.state = State::refused;
  hello.refusal = why;
  return hello;
}

}  // namespace

ClientHello read_client_hello(std::string_view bytes) {
  Handshake handshake(bytes);
  const bool has_header = handshake.holds(kMessageHeaderBytes);
  if (handshake.is_broken()) return refused("it is not TLS");
  if (!has_header) return {};
  const bool is_hello = handshake.next() == kClientHelloMessage;
  std::size_t size = 0;
  for (int i = 0; i < 3; ++i) size = size << 8 | handshake.next().value_or(0);
  if (!is_hello) return refused("it does not begin with a ClientHello");
  if (size > kClientHelloBytesMax) return refused("its ClientHello is larger than 16 KiB");
  const bool is_whole = handshake.holds(size);
  if (handshake.is_broken()) return refused(kMalformed);
  if (!is_whole) return bytes.size() < kClientHelloBytesMax ? ClientHello() : refused("its ClientHello is larger than 16 KiB");
  ClientHello hello;
  Fields fields(handshake, size);
  const std::string_view refusal = read_fields(fields, hello);
  if (!refusal.empty()) return refused(refusal);
  if (!handshake.is_at_record_end()) return refused("something follows its ClientHello in the same record");
  hello.state = State::whole;
  return hello;
}

}  // namespace collet::net
