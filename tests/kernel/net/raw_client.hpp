// A client that sends exactly the bytes it is told to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace collet::test {

/// Blocking, with a limit on patience so that a test fails instead of hanging.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server no longer takes bytes.
  bool send(std::string_view bytes);
  /// Everything until the server closes. A reset adds "[reset]", patience used up
  /// adds "[timeout]".
  std::string read_all(int patience_ms = 10'000);
  /// Everything up to and with `end`; less when the stream ends or patience does.
  std::string read_until(std::string_view end, int patience_ms = 10'000);
  /// One response with Content-Length.
  std::string read_response(int patience_ms = 10'000);
  void finish_sending();
  void close();
  /// For TLS over it; what has been read ahead is not there any more.
  [[nodiscard]] int socket() const { return socket_; }

 private:
  enum class Got { some, end, reset, timeout };
  Got receive(int patience_ms);

  int socket_;
  std::string pending_;
};

/// "200" of "HTTP/1.1 200 OK...", "" when it is no response.
std::string status_of(std::string_view response);
std::string body_of(std::string_view response);
/// The value of a header, letter case of the name ignored.
std::string header_of(std::string_view response, std::string_view name);
/// The content of a chunked body; "[broken]" when it does not end properly.
std::string unchunk(std::string_view body);

}  // namespace collet::test
