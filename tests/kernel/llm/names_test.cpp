#include "llm/names.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace collet::llm {
namespace {

TurnRequest offering(const std::vector<std::string>& names) {
  TurnRequest request;
  for (const auto& name : names) request.tools.push_back({name, "", Value(), {}});
  return request;
}

TEST(Names, LegalNamesNeedNoMap) {
  const NameMap names(offering({"code_exec", "a-b", "X9"}), false);
  EXPECT_TRUE(names.trivial());
  EXPECT_EQ(names.to_wire("code_exec"), "code_exec");
}

TEST(Names, ASlashIsMappedAndComesBack) {
  const NameMap names(offering({"notes/find", "plain"}), false);
  EXPECT_EQ(names.to_wire("notes/find"), "notes__find");
  EXPECT_EQ(names.from_wire("notes__find"), "notes/find");
  EXPECT_EQ(names.from_wire("plain"), "plain");
  EXPECT_EQ(names.from_wire("invented"), "invented");
}

TEST(Names, ASlashStaysWhereTheBackEndTakesIt) {
  EXPECT_TRUE(NameMap(offering({"notes/find"}), true).trivial());
  EXPECT_EQ(NameMap(offering({"notes/find me"}), true).to_wire("notes/find me"), "notes/find_me");
}

TEST(Names, EveryFormIsLegalAndOfOneToolOnly) {
  const std::vector<std::string> hostile = {
      "a/b", "a__b", "a.b", "a_b", "a b", "", "ünïcode", std::string(100, 'x'), std::string(100, 'x') + "y",
      std::string(63, 'z') + "/", "tool", "🙂", "a\nb"};
  const NameMap names(offering(hostile), false);
  std::set<std::string> forms;
  for (const auto& name : hostile) {
    const std::string form(names.to_wire(name));
    EXPECT_TRUE(std::regex_match(form, std::regex("[a-zA-Z0-9_-]{1,64}"))) << "'" << name << "' became '" << form << "'";
    EXPECT_TRUE(forms.insert(form).second) << "'" << form << "' stands for two tools";
    EXPECT_EQ(names.from_wire(form), name);
  }
  EXPECT_EQ(names.to_wire("a__b"), "a__b") << "a legal name keeps its form";
}

TEST(Names, NamesOfTheHistoryAreMappedToo) {
  TurnRequest request;
  Message said;
  said.role = "assistant";
  said.tool_calls.push_back({"1", "gone/tool", "{}"});
  request.messages.push_back(said);
  EXPECT_EQ(NameMap(request, false).to_wire("gone/tool"), "gone__tool");
}

}  // namespace
}  // namespace collet::llm
