#include "net/response_reader.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::test {
namespace {

using net::ResponseReader;
using Progress = ResponseReader::Progress;
using testing::HasSubstr;

// "200 body|left", "... more" when it wants more, or "error"; fed `cut` bytes at a time.
std::string read(std::string_view bytes, std::size_t cut, bool to_head = false, bool closes = false) {
  ResponseReader reader(1024);
  reader.begin(to_head);
  std::string told, body;
  std::string_view left;
  Progress progress = Progress::more;
  for (std::size_t at = 0; at < bytes.size(); at += cut) {
    left = bytes.substr(at, cut);
    while ((progress = reader.advance(left)) != Progress::more) {
      if (progress == Progress::broken) return reader.error().message;
      if (progress == Progress::head) told = std::to_string(reader.head().status) + " ";
      if (progress == Progress::body) body += reader.piece();
      if (progress == Progress::complete) return told + body + "|" + std::string(bytes.substr(at + cut > bytes.size() ? bytes.size() - left.size() : at + cut - left.size()));
    }
  }
  if (!closes) return told + body + " more";
  progress = reader.finish();
  return progress == Progress::complete ? told + body + "|" : reader.error().message;
}

void expect(std::string_view bytes, const std::string& expected, bool to_head = false, bool closes = false) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{10'000}}) {
    EXPECT_THAT(read(bytes, cut, to_head, closes), HasSubstr(expected)) << bytes << "\nin pieces of " << cut;
  }
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "transfer-encoding: Chunked\r\n\r\n";

TEST(ResponseReader, FindsTheEndOfEachBody) {
  expect(kOk + "Content-Length: 5\r\n\r\nhelloHTTP", "200 hello|HTTP");
  expect(kOk + "Content-Length: 0\r\n\r\nx", "200 |x");
  expect(kOk + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello", "200 hello|");
  expect(kChunked + "5\r\nhello\r\n0006;a=\"b\"\r\n world\r\n0\r\n\r\nleft", "200 hello world|left");
  expect(kChunked + "A \t\r\n0123456789\r\n0\r\nx-trailer: y\r\nz: \r\n\r\n", "200 0123456789|");
  expect("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nleft", "204 |left");
  expect("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\nleft", "304 |left");
  expect(kOk + "Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nleft", "200 |left", true);
  expect("HTTP/1.0 200\r\n\r\nuntil the end", "200 until the end|", false, true);
  expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\na: b\r\n\r\n" + kOk + "Content-Length: 2\r\n\r\nok", "200 ok|");
}

TEST(ResponseReader, WantsMoreUntilThen) {
  expect("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", " more");
  expect(kOk + "Content-Length: 5\r\n\r\nhell", "200 hell more");
  expect(kChunked + "5\r\nhello\r\n0\r\n", "200 hello more");
}

TEST(ResponseReader, SaysWhereThePeerBrokeOff) {
  expect(kOk + "Content-Length: 5\r\n\r\nhell", "in the middle", false, true);
  expect(kChunked + "5\r\nhello\r\n0\r\n", "in the middle", false, true);
  expect("HTTP/1.1 100 Continue\r\n\r\n", "in the middle", false, true);
  EXPECT_THAT(read("", 1, false, true), HasSubstr("without a response"));
}

TEST(ResponseReader, RefusesWhatCanBeReadInTwoWays) {
  for (const std::string head :
       {"HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000", "HTTP/1.1 099 x", "HTTP/1.1 abc",
        "http/1.1 200 OK", "SSH-2.0-x", "\r\nHTTP/1.1 200 OK", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 200 OK\nA: b", "HTTP/1.1 200 OK\r\n folded",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded", "HTTP/1.1 200 OK\r\nA : b", "HTTP/1.1 200 OK\r\n: b", "HTTP/1.1 200 OK\r\nno colon",
        "HTTP/1.1 200 OK\r\nA: b\rc", "HTTP/1.1 200 OK\r\nContent-Length: -1", "HTTP/1.1 200 OK\r\nContent-Length: +1",
        "HTTP/1.1 200 OK\r\nContent-Length: 1,1", "HTTP/1.1 200 OK\r\nContent-Length: 0x1", "HTTP/1.1 200 OK\r\nContent-Length: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Encoding: br"}) {
    expect(head + "\r\n\r\nbody", " ");
    EXPECT_THAT(read(head + "\r\n\r\nbody", 10'000), testing::AnyOf(HasSubstr("the peer"), HasSubstr("the response"))) << head;
  }
}

TEST(ResponseReader, RefusesBrokenChunks) {
  for (const std::string chunks : {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", " 1\r\nx", "0x1\r\n", "1\nx\r\n", "1\r\nxx\r\n", "1\r\nx\n", "1\r\nx\r\r", "1 2\r\n",
                                   "fffffffffffffffff\r\n", "1;a\nb\r\n", "1\rx", "0\r\n\n", "0\r\na: b\n\r\n", "0\r\na\rb"}) {
    expect(kChunked + chunks, "chunks of the peer's response are broken");
  }
}

TEST(ResponseReader, LimitsWhatNobodyReads) {
  expect(kOk + "A: " + std::string(2000, 'a') + "\r\n\r\n", "longer than 1 KiB");
  std::string informational;
  for (int i = 0; i < 100; ++i) informational += "HTTP/1.1 102 Processing\r\n\r\n";
  expect(informational, "longer than 1 KiB");
  expect(kChunked + "1;" + std::string(70'000, 'a'), "chunks");
  expect(kChunked + std::string(70'000, '0'), "chunks");
  std::string trailers = "0\r\n";
  for (int i = 0; i < 10'000; ++i) trailers += "a: bcdef\r\n";
  expect(kChunked + trailers, "chunks");
}

}  // namespace
}  // namespace collet::test
