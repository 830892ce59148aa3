// Closed-loop HTTP load with keep-alive connections and a latency histogram that
// understands streams: a request ends with the last byte of its (chunked) body.
//
//   collet-load --port P --path /v1/... --body FILE [--key KEY] [--connections N]
//               [--seconds S] [--warmup S]     one JSON line of figures
//   collet-load ... --hold                     opens N requests, prints "open" when
//                                              all heads are here, ends with stdin
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

struct Options {
  std::uint16_t port = 0;
  std::string path = "/";
  std::string body;
  std::string key;
  int connections = 1;
  double seconds = 3;
  double warmup = 0.5;
  bool hold = false;
};

// Reads one response at a time out of pieces as they come.
class ResponseReader {
 public:
  // @return false: not HTTP as we speak it.
  bool feed(std::string_view piece) {
    buffer_.append(piece);
    while (!done_ && step()) {
    }
    return !broken_;
  }
  [[nodiscard]] bool head_seen() const { return state_ != State::head; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] int status() const { return status_; }
  void reset() { *this = ResponseReader(); }

 private:
  enum class State { head, sized, chunk_size, chunk };

  bool step() {
    switch (state_) {
      case State::head: return read_head();
      case State::sized: return skip_body();
      case State::chunk_size: return read_chunk_size();
      case State::chunk: return skip_body();
    }
    return false;
  }

  bool read_head() {
    const auto end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos || buffer_.size() < 12) return false;
    std::string head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    std::from_chars(head.data() + 9, head.data() + 12, status_);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
    if (head.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos) {
      state_ = State::chunk_size;
      return true;
    }
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    const auto at = head.find(kLength);
    if (at == std::string::npos) {
      broken_ = true;
      return false;
    }
    std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), left_);
    state_ = State::sized;
    done_ = left_ == 0;
    return true;
  }

  bool skip_body() {
    const auto taken = std::min<std::uint64_t>(left_, buffer_.size());
    buffer_.erase(0, taken);
    left_ -= taken;
    if (left_ > 0) return false;
    if (state_ == State::chunk) {
      done_ = last_chunk_;
      state_ = State::chunk_size;
    } else {
      done_ = true;
    }
    return !done_;
  }

  bool read_chunk_size() {
    const auto end = buffer_.find("\r\n");
    if (end == std::string::npos) return false;
    std::uint64_t size = 0;
    std::from_chars(buffer_.data(), buffer_.data() + end, size, 16);
    buffer_.erase(0, end + 2);
    last_chunk_ = size == 0;
    left_ = size + 2;  // with its line end
    state_ = State::chunk;
    return true;
  }

  std::string buffer_;
  State state_ = State::head;
  std::uint64_t left_ = 0;
  int status_ = 0;
  bool last_chunk_ = false;
  bool done_ = false;
  bool broken_ = false;
};

struct Figures {
  std::vector<std::uint32_t> whole_us;
  std::vector<std::uint32_t> head_us;
  std::uint64_t total = 0;  // with those of the warm-up
  std::uint64_t errors = 0;
  int open = 0;
};

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(asio::io_context& io, const Options& options, const std::string& request, Figures& figures, Clock::time_point from)
      : socket_(io), options_(options), request_(request), figures_(figures), from_(from) {}

  void start() {
    socket_.async_connect({asio::ip::address_v4::loopback(), options_.port},
                          [self = shared_from_this()](boost::system::error_code error) {
                            if (error) return self->fail(error.message());
                            self->socket_.set_option(tcp::no_delay(true));
                            self->send();
                          });
  }

 private:
  void send() {
    began_ = Clock::now();
    head_at_.reset();
    reader_.reset();
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                        if (error) return self->fail(error.message());
                        self->receive();
                      });
  }

  void receive() {
    socket_.async_read_some(asio::buffer(piece_), [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
      if (error) return self->fail(error.message());
      self->received(n);
    });
  }

  void received(std::size_t n) {
    if (!reader_.feed({piece_, n})) return fail("neither Content-Length nor chunked");
    if (reader_.head_seen() && !head_at_) {
      head_at_ = Clock::now();
      if (options_.hold && ++figures_.open == options_.connections) {
        std::puts("open");
        std::fflush(stdout);
      }
    }
    if (!reader_.done()) return receive();
    if (reader_.status() != 200) return fail("status " + std::to_string(reader_.status()));
    note(Clock::now());
    send();
  }

  void note(Clock::time_point now) {
    ++figures_.total;
    if (began_ < from_) return;
    const auto us = [](Clock::duration d) { return static_cast<std::uint32_t>(d / std::chrono::microseconds(1)); };
    figures_.whole_us.push_back(us(now - began_));
    figures_.head_us.push_back(us(*head_at_ - began_));
  }

  // One failure is reported in words, all are counted; the connection ends.
  void fail(const std::string& why) {
    if (figures_.errors++ == 0) std::fprintf(stderr, "collet-load: %s\n", why.c_str());
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  tcp::socket socket_;
  const Options& options_;
  const std::string& request_;
  Figures& figures_;
  Clock::time_point from_;
  Clock::time_point began_;
  std::optional<Clock::time_point> head_at_;
  ResponseReader reader_;
  char piece_[16384];
};

std::uint32_t percentile(std::vector<std::uint32_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--hold") {
      options.hold = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const char* value = argv[++i];
    if (name == "--port") options.port = static_cast<std::uint16_t>(std::atoi(value));
    else if (name == "--path") options.path = value;
    else if (name == "--key") options.key = value;
    else if (name == "--connections") options.connections = std::atoi(value);
    else if (name == "--seconds") options.seconds = std::atof(value);
    else if (name == "--warmup") options.warmup = std::atof(value);
    else if (name == "--body") {
      std::ifstream file(value, std::ios::binary);
      if (!file) return std::nullopt;
      options.body.assign(std::istreambuf_iterator<char>(file), {});
    } else return std::nullopt;
  }
  if (options.port == 0 || options.connections < 1) return std::nullopt;
  return options;
}

std::string request_of(const Options& options) {
  std::string request = (options.body.empty() ? "GET " : "POST ") + options.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!options.key.empty()) request += "Authorization: Bearer " + options.key + "\r\n";
  if (!options.body.empty()) {
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(options.body.size()) + "\r\n";
  }
  return request + "\r\n" + options.body;
}

void print(Figures& figures, double seconds) {
  std::sort(figures.whole_us.begin(), figures.whole_us.end());
  std::sort(figures.head_us.begin(), figures.head_us.end());
  std::printf("{\"requests\": %zu, \"total\": %llu, \"errors\": %llu, \"per_second\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"head_p50_us\": %u}\n",
              figures.whole_us.size(), static_cast<unsigned long long>(figures.total),
              static_cast<unsigned long long>(figures.errors),
              static_cast<double>(figures.whole_us.size()) / seconds, percentile(figures.whole_us, 0.5),
              percentile(figures.whole_us, 0.99), percentile(figures.head_us, 0.5));
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fputs("usage: collet-load --port P [--path /x] [--body FILE] [--key K] [--connections N] [--seconds S] [--warmup S] [--hold]\n", stderr);
    return 2;
  }
  asio::io_context io(1);
  Figures figures;
  const std::string request = request_of(*options);
  const auto from = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options->warmup));
  for (int i = 0; i < options->connections; ++i) {
    std::make_shared<Client>(io, *options, request, figures, from)->start();
  }
  if (options->hold) {
    asio::posix::stream_descriptor input(io, 0);
    char byte;
    asio::async_read(input, asio::buffer(&byte, 1), [&](boost::system::error_code, std::size_t) { io.stop(); });
    io.run();
    return figures.errors == 0 ? 0 : 1;
  }
  io.run_until(from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options->seconds)));
  print(figures, options->seconds);
  return figures.errors == 0 ? 0 : 1;
}
