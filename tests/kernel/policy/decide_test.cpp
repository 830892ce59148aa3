#include "policy/decide.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace collet::policy {
namespace {

struct Case {
  const char* title;
  CallSubject call;
  std::vector<std::string> key_tools;
  bool allowed;
  const char* rule;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.title; }

const std::vector<std::string> kOnlyPython = {"code_*"};

class Decide : public ::testing::TestWithParam<Case> {};

TEST_P(Decide, GivesTheVerdictAndTheRule) {
  const Case& c = GetParam();
  const Verdict verdict = decide(c.call, {"dev", c.key_tools});
  EXPECT_EQ(verdict.allowed, c.allowed) << verdict.message;
  EXPECT_EQ(verdict.rule, c.rule);
  EXPECT_EQ(verdict.message.empty(), c.allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Decide,
    ::testing::Values(
        Case{"everything", {"code_run", "code_run"}, {"*"}, true, "default"},
        Case{"by glob", {"code_run", "code_run"}, {"code_*"}, true, "default"},
        Case{"by alias", {"code_run", "run_code"}, {"run_code"}, true, "default"},
        Case{"by namespace", {"notes/find", "find"}, {"notes/*"}, true, "default"},
        Case{"other tool", {"psql", "psql"}, {"code_*"}, false, "auth.keys.tools"},
        Case{"no tool at all", {"psql", "psql"}, {}, false, "auth.keys.tools"},
        Case{"without the app it needs", {"psql", "psql", true, ""}, {"*"}, false, "tool.needs_app"},
        Case{"with the app", {"psql", "psql", true, "shop"}, {"*"}, true, "default"},
        Case{"app says no", {"psql", "psql", true, "shop", &kOnlyPython}, {"*"}, false, "apps.tools"},
        Case{"app says yes", {"code_run", "code_run", false, "shop", &kOnlyPython}, {"*"}, true, "default"}));

TEST(Decide, CommandsAreForKeysThatNameThem) {
  const std::vector<std::string> only_code = {"code_*"};
  const CallSubject command{"pg/check", "pg/check", false, "shop", &only_code, true};
  const Verdict refused = decide(command, {"dev", {"*"}});
  EXPECT_FALSE(refused.allowed) << "all tools are no commands";
  EXPECT_EQ(refused.rule, "auth.keys.commands");
  EXPECT_EQ(refused.message, "command \"pg/check\" is not allowed for the API key \"dev\"; allowed: none");
  EXPECT_TRUE(decide(command, {"dev", {}, {"pg/*"}}).allowed) << "an app's tools say nothing of commands";
}

}  // namespace
}  // namespace collet::policy
