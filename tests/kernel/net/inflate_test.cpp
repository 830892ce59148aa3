#include "net/inflate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace collet::net {
namespace {

using testing::HasSubstr;

std::string packed(const std::string& text, int window_bits) {
  z_stream stream{};
  ::deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

constexpr int kGzip = 15 + 16, kZlib = 15, kRaw = -15;

/// In pieces of `step` bytes; what went wrong instead of the text.
std::string unpacked(const std::string& coding, const std::string& bytes, std::size_t step = 7, int ratio_max = 200) {
  auto inflater = Inflater::make(coding, ratio_max);
  if (!inflater) return inflater.error().message;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (auto fed = inflater->feed(bytes.substr(at, step), out); !fed) return fed.error().message;
  }
  const auto finished = inflater->finish();
  return finished ? out : finished.error().message;
}

TEST(Inflater, ReadsWhatServersSend) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + " ";
  EXPECT_EQ(unpacked("", text), text);
  EXPECT_EQ(unpacked("identity", text), text);
  for (const std::size_t step : {1u, 7u, 4096u, 1u << 20}) {
    EXPECT_EQ(unpacked("gzip", packed(text, kGzip), step), text);
    EXPECT_EQ(unpacked("X-GZip ", packed(text, kGzip), step), text);
    EXPECT_EQ(unpacked("deflate", packed(text, kZlib), step), text);
    EXPECT_EQ(unpacked("deflate", packed(text, kRaw), std::max<std::size_t>(step, 2)), text);
  }
  EXPECT_EQ(unpacked("gzip", ""), "") << "an answer to HEAD";
}

TEST(Inflater, StopsBombsAtTheRatio) {
  const std::string bomb = packed(std::string(64 << 20, 'x'), kGzip);
  EXPECT_THAT(unpacked("gzip", bomb, 4096), HasSubstr("more than 200 times as large when it is decompressed (egress.inflate_ratio_max)"));
  EXPECT_EQ(unpacked("gzip", bomb, 4096, 100'000).size(), 64u << 20);
  EXPECT_EQ(unpacked("gzip", packed(std::string(1 << 19, 'x'), kGzip), 4096).size(), 1u << 19) << "half a megabyte is no bomb";
}

TEST(Inflater, TellsOfWhatIsDamaged) {
  const std::string whole = packed("hello, hello, hello", kGzip);
  EXPECT_EQ(unpacked("gzip", whole.substr(0, whole.size() - 9)), "the compressed answer ends early");
  EXPECT_EQ(unpacked("gzip", "no gzip at all"), "the compressed answer is damaged");
  EXPECT_EQ(unpacked("gzip", whole + "rest"), "hello, hello, hello") << "what follows is nobody's";
  EXPECT_THAT(unpacked("br", "x"), HasSubstr("Content-Encoding \"br\"; gzip and deflate can be read"));
  EXPECT_THAT(unpacked("gzip, gzip", "x"), HasSubstr("Content-Encoding"));
}

}  // namespace
}  // namespace collet::net
