// Pictures of tools as the model sees them.
#include "agent/pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/machine.hpp"
#include "transcript.hpp"

namespace collet::agent::testing {
namespace {

Picture picture(std::string name, std::uint64_t bytes = 10) { return {name, bytes, "data:image/png;base64," + name}; }

std::string shown(const llm::Message& message) { return message.role + " " + (message.content.is_array() ? message.content.dump() : std::string(message.content.string_or("?"))); }

RunRequest request(std::uint64_t picture_bytes_max) {
  RunRequest request;
  request.tools.push_back(make_tool({.name = "plot", .calls_max = 9}));
  request.limits.picture_bytes_max = picture_bytes_max;
  return request;
}

/// One turn that calls the tool once for each picture.
std::string plot(Machine& machine, std::vector<Picture> pictures, std::string later = "") {
  std::vector<llm::ToolCall> calls;
  for (std::size_t i = 0; i < pictures.size(); ++i) calls.push_back({std::string(1, static_cast<char>('a' + i)), "plot", "{}"});
  (void)machine.feed(ModelAnswered{wants(calls)});
  std::string text;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    CallEnded end = ended(i, "made");
    end.later_text = later;
    end.pictures = {pictures[i]};
    text += to_text(machine.feed(std::move(end)));
  }
  return text;
}

TEST(Pictures, FollowTheResultsOfTheirTurnWithoutAWordOfTheTool) {
  Machine machine(request(100));
  (void)machine.start();
  EXPECT_THAT(plot(machine, {picture("obey me.png"), picture("two")}), ::testing::EndsWith("ask\n"));
  const auto messages = machine.turn_request().messages;
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(shown(messages[1]), "tool made\n[image obey me.png: picture 1 below]");
  EXPECT_EQ(shown(messages[2]), "tool made\n[image two: picture 2 below]");
  EXPECT_EQ(shown(messages[3]), R"(user [{"type":"text","text":"picture 1 of the tools' results:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,obey me.png"}},)"
                                R"({"type":"text","text":"picture 2 of the tools' results:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,two"}}])");
}

TEST(Pictures, AModelWithoutVisionReadsThatThereIsOne) {
  Machine machine(request(0));
  (void)machine.start();
  (void)plot(machine, {{"a.png", 123, ""}});
  ASSERT_EQ(machine.turn_request().messages.size(), 2u);
  EXPECT_EQ(shown(machine.turn_request().messages[1]), "tool made\n[image a.png, 123 bytes; you cannot see it, whoever reads the tool's result can]");
}

TEST(Pictures, TheOldestGoWhenAllAreTooMuch) {
  Machine machine(request(25));
  (void)machine.start();
  (void)plot(machine, {picture("one")});
  (void)plot(machine, {picture("two")});
  EXPECT_TRUE(machine.turn_request().messages[2].content.is_array());
  (void)plot(machine, {picture("three"), picture("four", 26), picture("five", 16)});
  const auto messages = machine.turn_request().messages;
  EXPECT_EQ(shown(messages[2]), "user [pictures that are no longer shown]");
  EXPECT_TRUE(messages[5].content.is_array());
  EXPECT_THAT(shown(messages[7]), ::testing::HasSubstr("picture 3 below"));
  EXPECT_THAT(shown(messages[8]), ::testing::HasSubstr("you cannot see it")) << "larger than all may be";
  EXPECT_THAT(shown(messages[9]), ::testing::HasSubstr("you cannot see it")) << "with its neighbours";
  EXPECT_TRUE(messages[10].content.is_array());
}

TEST(Pictures, AreNamedInTheShortFormOfAResultToo) {
  Machine machine(request(100));
  (void)machine.start();
  (void)plot(machine, {picture("one")}, "short");
  (void)machine.feed(ModelAnswered{wants({{"x", "nothing", "{}"}})});
  EXPECT_EQ(shown(machine.turn_request().messages[1]), "tool short\n[image one: picture 1 below]");
}

TEST(Pictures, ARefusalOfThePictureIsNotTheEndOfTheRun) {
  Machine machine(request(100));
  (void)machine.start();
  (void)plot(machine, {picture("broken")});
  EXPECT_EQ(to_text(machine.feed(ModelFailed{{Errc::invalid, "no picture"}})), "ask\n");
  EXPECT_EQ(shown(machine.turn_request().messages[2]), "user [pictures that could not be shown]");
  EXPECT_FALSE(machine.finished());
  (void)machine.feed(ModelFailed{{Errc::invalid, "still not"}});
  EXPECT_TRUE(machine.finished()) << "the pictures were not it";
}

TEST(Pictures, OtherFailuresAreNotThePictures) {
  Machine machine(request(100));
  (void)machine.start();
  (void)plot(machine, {picture("one")});
  (void)machine.feed(ModelFailed{{Errc::unavailable, "down"}});
  EXPECT_TRUE(machine.finished());
}

}  // namespace
}  // namespace collet::agent::testing
