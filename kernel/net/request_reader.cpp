#include "net/request_reader.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

namespace collet::net {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::size_t kHeadersMax = 128;
constexpr std::size_t kBodyReserveMax = 64 << 10;
constexpr std::size_t kLineEndsSkippedMax = 4;
// What is left of a chunked body is never shorter than its last chunk, "0" and two
// line ends; Beast's parser asserts that it sees no less of that at a time.
constexpr std::size_t kChunkedRestBytesMin = 5;
// A chunk's own line with its extensions, or the trailers, must fit.
constexpr std::size_t kChunkLineBytesMax = 8 << 10;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

std::string_view view(const beast::flat_buffer& bytes) {
  return {static_cast<const char*>(bytes.cdata().data()), bytes.size()};
}

// Whether the first line ends with HTTP/ and a version of whatever number.
bool names_a_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  if (std::count(line.begin(), line.end(), ' ') != 2) return false;
  const std::string_view last = line.substr(line.rfind(' ') + 1);
  return last.size() == 8 && last.starts_with("HTTP/") && last[6] == '.' &&
         std::isdigit(static_cast<unsigned char>(last[5])) != 0 &&
         std::isdigit(static_cast<unsigned char>(last[7])) != 0;
}

}  // namespace

// Beast finds the fields and undoes the chunks; what they mean is checked here.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  Parser(base::InboundRequest& request, const ReaderLimits& limits) : request_(request), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
    body_limit(boost::none);  // counted here, so that the answer is a 413
    eager(true);
  }

  int version = 11;
  std::optional<Rejection> rejection;

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int number,
                       beast::error_code& ec) override {
    version = number;
    request_.method = method;
    rejection = split_target(view(method), view(target), request_);
    if (rejection) ec = http::error::bad_target;
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                     beast::error_code& ec) override {
    if (is_header_done_) return;  // a trailer has no say
    if (request_.headers.size() == kHeadersMax) {
      rejection = Rejection{431, "more than " + std::to_string(kHeadersMax) + " headers"};
      ec = http::error::header_limit;
      return;
    }
    request_.headers.emplace_back(view(name), view(value));
  }
  void on_header_impl(beast::error_code&) override { is_header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, beast::error_code&) override {
    if (length) request_.body.reserve(std::min<std::uint64_t>(*length, kBodyReserveMax));
  }
  std::size_t on_body_impl(beast::string_view piece, beast::error_code&) override {
    request_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view, beast::error_code& ec) override {
    if (size > limits_.body_bytes_max - request_.body.size()) ec = http::error::body_limit;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, beast::error_code& ec) override {
    return on_body_impl(piece, ec);
  }
  void on_finish_impl(beast::error_code&) override {}

  base::InboundRequest& request_;
  const ReaderLimits& limits_;
  bool is_header_done_ = false;
};

RequestReader::RequestReader(const ReaderLimits& limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  parser_.reset();
  request_ = {};
  framing_ = {};
  scanned_ = 0;
  line_ends_skipped_ = 0;
}

RequestReader::Progress RequestReader::reject(Rejection rejection) {
  rejection_ = std::move(rejection);
  return Progress::rejected;
}

RequestReader::Progress RequestReader::advance(beast::flat_buffer& bytes) {
  return parser_ ? read_body(bytes) : read_head(bytes);
}

RequestReader::Progress RequestReader::read_head(beast::flat_buffer& bytes) {
  // RFC 9112 2.2: an empty line or two before a request is forgiven.
  while (scanned_ == 0 && view(bytes).starts_with("\r\n") && line_ends_skipped_ < kLineEndsSkippedMax) {
    bytes.consume(2);
    ++line_ends_skipped_;
  }
  if (bytes.size() == 0) return Progress::waiting;
  HeadScan scan = scan_head(view(bytes), scanned_);
  if (scan.rejection) return reject(std::move(*scan.rejection));
  scanned_ = scan.seen;
  if ((scan.size > 0 ? scan.size : bytes.size()) > limits_.head_bytes_max) {
    return reject({431, "the request head is longer than " + std::to_string(limits_.head_bytes_max) + " bytes"});
  }
  if (scan.size == 0) return Progress::head;

  parser_ = std::make_unique<Parser>(request_, limits_);
  beast::error_code ec;
  const std::size_t used = parser_->put(boost::asio::const_buffer(bytes.cdata().data(), scan.size), ec);
  if (ec && ec != http::error::need_more) {
    if (parser_->rejection) return reject(std::move(*parser_->rejection));
    if (ec == http::error::bad_version && names_a_version(view(bytes))) {
      return reject({505, "the HTTP version is neither 1.0 nor 1.1"});
    }
    return reject({400, "the request head cannot be read: " + ec.message()});
  }
  if (!parser_->is_header_done()) return reject({400, "the request head ends too early"});
  bytes.consume(used);
  framing_.version = parser_->version;
  auto rejection = check_head(request_, limits_.body_bytes_max, framing_);
  if (rejection) return reject(std::move(*rejection));
  if (framing_.chunked != parser_->chunked()) return reject({400, "the body's framing is unclear"});
  return read_body(bytes);
}

RequestReader::Progress RequestReader::read_body(beast::flat_buffer& bytes) {
  const std::size_t needed = framing_.chunked ? kChunkedRestBytesMin : 1;
  if (!parser_->is_done() && bytes.size() >= needed) {
    beast::error_code ec;
    bytes.consume(parser_->put(bytes.cdata(), ec));
    if (ec == http::error::body_limit) {
      return reject({413, "the body is longer than " + std::to_string(limits_.body_bytes_max) + " bytes"});
    }
    if (ec && ec != http::error::need_more) {
      return reject({400, "the chunked body cannot be read: " + ec.message()});
    }
    if (ec && bytes.size() > kChunkLineBytesMax) {
      return reject({400, "a chunk's line or the trailers are longer than " +
                              std::to_string(kChunkLineBytesMax) + " bytes"});
    }
  }
  if (!parser_->is_done()) return Progress::body;
  parser_.reset();
  return Progress::complete;
}

}  // namespace collet::net
