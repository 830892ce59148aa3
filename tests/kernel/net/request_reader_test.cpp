#include "net/request_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace collet::net {
namespace {

using Progress = RequestReader::Progress;

void put(boost::beast::flat_buffer& buffer, std::string_view bytes) {
  std::memcpy(buffer.prepare(bytes.size()).data(), bytes.data(), bytes.size());
  buffer.commit(bytes.size());
}

// Reads `bytes` in pieces of `piece` bytes; what came of it, as text.
std::string read(std::string_view bytes, std::size_t piece, ReaderLimits limits = {}) {
  RequestReader reader(limits);
  boost::beast::flat_buffer buffer;
  std::string told;
  for (std::size_t at = 0; at < bytes.size();) {
    put(buffer, bytes.substr(at, piece));
    at += piece;
    for (;;) {
      const Progress progress = reader.advance(buffer);
      if (progress == Progress::rejected) return told + std::to_string(reader.rejection().status);
      if (progress != Progress::complete) break;
      told += reader.request().method + reader.request().path + "(" + reader.request().body + ")";
      reader.reset();
    }
  }
  return told + "...";
}

std::string read_anyhow(std::string_view bytes, ReaderLimits limits = {}) {
  const std::string whole = read(bytes, bytes.size(), limits);
  for (const std::size_t piece : {1, 2, 3, 7}) EXPECT_EQ(read(bytes, piece, limits), whole) << "in pieces of " << piece;
  return whole;
}

TEST(RequestReader, ReadsRequestsInAnyPieces) {
  EXPECT_EQ(read_anyhow("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), "GET/a()...");
  EXPECT_EQ(read_anyhow("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
            "POST/a(hello)GET/b()...");
  EXPECT_EQ(read_anyhow("\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"), "GET/a()...");
  EXPECT_EQ(read_anyhow("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), "POST/a()...");
}

TEST(RequestReader, UndoesChunks) {
  const std::string head = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read_anyhow(head + "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n"), "POST/c(hello world)...");
  EXPECT_EQ(read_anyhow(head + "0\r\n\r\nGET /n HTTP/1.1\r\nHost: x\r\n\r\n"), "POST/c()GET/n()...");
  EXPECT_EQ(read_anyhow(head + "1\r\na\r\n0\r\nx-trailer: 1\r\n\r\n"), "POST/c(a)...");
}

TEST(RequestReader, RefusesBrokenChunks) {
  const std::string head = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body :
       {"5\r\nhelloX\r\n0\r\n\r\n", "z\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "\r\n\r\n\r\n", "1\nab\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\na\r\n", "1 \r\na\r\n0\r\n\r\n\r\n;;", "0x1\r\na\r\n0\r\n\r\n",
        "0\r\nContent-Length: 3\r\n\r\n", "0\r\nbad trailer\r\n\r\n"}) {
    const std::string told = read(head + std::string(body), 1000);
    EXPECT_TRUE(told == "400" || told == "413") << body << " -> " << told;
  }
}

TEST(RequestReader, KeepsItsLimits) {
  const ReaderLimits limits{.head_bytes_max = 200, .body_bytes_max = 8};
  const std::string head = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read_anyhow("GET / HTTP/1.1\r\nHost: x\r\nx: " + std::string(300, 'y'), limits), "431");
  EXPECT_EQ(read_anyhow("GET /" + std::string(300, 'y'), limits), "431");
  EXPECT_EQ(read_anyhow("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", limits), "413");
  EXPECT_EQ(read_anyhow(head + "8\r\n12345678\r\n0\r\n\r\n", limits), "POST/c(12345678)...");
  EXPECT_EQ(read_anyhow(head + "8\r\n12345678\r\n1\r\n9\r\n0\r\n\r\n", limits), "413");
  EXPECT_EQ(read(head + "1;" + std::string(20'000, 'e'), 1000, limits), "400");
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 200; ++i) many += "a: b\r\n";
  EXPECT_EQ(read(many + "\r\n", 10'000), "431");
}

TEST(RequestReader, RefusesBrokenRequestLines) {
  for (const std::string_view line :
       {"GET /", "GET", "GET / HTTP/1.1 x", "GET  / HTTP/1.1", " GET / HTTP/1.1", "G@T / HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/1", "GET / HTTP/1.10", "GET /a b HTTP/1.1", "/ HTTP/1.1", "GET / FTP/1.1"}) {
    EXPECT_EQ(read(std::string(line) + "\r\nHost: x\r\n\r\n", 1000), "400") << line;
  }
  EXPECT_EQ(read("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 1000), "505");
  EXPECT_EQ(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1000), "505");
  EXPECT_EQ(read("GET / HTTP/1.2\r\nHost: x\r\n\r\n", 1000), "505");
}

TEST(RequestReader, RefusesBrokenHeaderLines) {
  for (const std::string_view line : {"Host : x", "Host", ": x", "a b: c", "a\xff: c", "(x): c"}) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: y\r\n" + std::string(line) + "\r\n\r\n", 1000), "400") << line;
  }
}

}  // namespace
}  // namespace collet::net
