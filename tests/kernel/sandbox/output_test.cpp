#include "sandbox/output.hpp"

#include <gtest/gtest.h>

namespace collet::sandbox {
namespace {

TEST(SandboxOutput, KeepsShortTextWhole) {
  OutputCapture capture(4, 4);
  capture.add("abcd");
  capture.add("efgh");
  EXPECT_EQ(capture.text().text, "abcdefgh");
  EXPECT_EQ(capture.text().omitted_bytes, 0u);
}

TEST(SandboxOutput, KeepsHeadAndTailAroundAMarker) {
  OutputCapture capture(4, 4);
  capture.add("abcdefghij");
  EXPECT_EQ(capture.text().text, "abcd\n[2 bytes omitted]\nghij");
  EXPECT_EQ(capture.text().omitted_bytes, 2u);
}

TEST(SandboxOutput, TailIsRightHoweverThePiecesFall) {
  for (std::size_t size = 1; size < 40; ++size) {
    OutputCapture capture(10, 10);
    std::string all;
    for (int i = 0; i < 100; ++i) all += "line " + std::to_string(i) + "\n";
    for (std::size_t at = 0; at < all.size(); at += size) capture.add(std::string_view(all).substr(at, size));
    const auto text = capture.text();
    EXPECT_EQ(text.omitted_bytes, all.size() - 20) << "pieces of " << size;
    EXPECT_EQ(text.text, all.substr(0, 10) + "\n[" + std::to_string(all.size() - 20) + " bytes omitted]\n" + all.substr(all.size() - 10));
  }
}

TEST(SandboxOutput, ZeroSizedHeadAndTailOnlyCount) {
  OutputCapture capture(0, 0);
  capture.add("abc");
  EXPECT_EQ(capture.text().text, "\n[3 bytes omitted]\n");
}

TEST(SandboxOutput, CutsBetweenCharacters) {
  OutputCapture capture(4, 4);
  capture.add("ab\xE2\x82\xAC" "xxxxxx" "\xE2\x82\xAC" "yz");  // the euro sign crosses both cuts
  EXPECT_EQ(capture.text().text, "ab\n[12 bytes omitted]\nyz");
}

TEST(SandboxOutput, RepairsWhatIsNotText) {
  EXPECT_EQ(clean_text(std::string("a\0b", 3)), "a\\x00" "b");
  EXPECT_EQ(clean_text("a\xFF" "b\xE2\x82"), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(SandboxOutput, LivePiecesHoldBackHalfACharacter) {
  LiveText live(100);
  EXPECT_EQ(live.next("a\xE2"), "a");
  EXPECT_EQ(live.next("\x82"), "");
  EXPECT_EQ(live.next("\xAC!"), "\xE2\x82\xAC!");
  EXPECT_EQ(live.next("\xFF\xFF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(SandboxOutput, LivePiecesFallSilentAtTheirLimit) {
  LiveText live(5);
  EXPECT_EQ(live.next("abcdefgh"), "abcde");
  EXPECT_EQ(live.next("ijk"), "");
}

}  // namespace
}  // namespace collet::sandbox
