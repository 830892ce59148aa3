#include "cli/completion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace collet::cli {
namespace {

const CommandShape kShape{"collet", "", {{"--help", "Help", false}},
                          {{"serve", "Run it", {{"--config", "The user's file", true}}, {}},
                           {"config", "Config", {}, {{"check", "Check", {{"--json", "JSON", false}}, {}}, {"schema", "Schema", {}, {}}}}}};

std::string output_of(const std::string& script) {
  const std::string command = "bash --norc -c '" + script + "' 2>&1";
  std::string out;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return "popen failed";
  std::array<char, 256> piece;
  while (std::fgets(piece.data(), piece.size(), pipe)) out += piece.data();
  pclose(pipe);
  return out;
}

// What bash offers for a line whose last word is being typed.
std::string offered(const std::string& words, int index) {
  std::string file = "/tmp/collet-completion-XXXXXX";
  const int fd = mkstemp(file.data());
  EXPECT_GE(fd, 0);
  std::FILE* out = fdopen(fd, "w");
  const std::string script = completion_script(kShape, "bash");
  std::fwrite(script.data(), 1, script.size(), out);
  std::fclose(out);
  const std::string answer = output_of("source " + file + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + std::to_string(index) +
                                       "; _collet; echo \"${COMPREPLY[*]}\"");
  std::remove(file.c_str());
  return answer;
}

TEST(Completion, BashFollowsTheCommands) {
  EXPECT_EQ(offered("collet \"\"", 1), "serve config --help\n");
  EXPECT_EQ(offered("collet s", 1), "serve\n");
  EXPECT_EQ(offered("collet serve --", 2), "--config\n");
  EXPECT_EQ(offered("collet config \"\"", 2), "check schema\n");
  EXPECT_EQ(offered("collet config check --j", 3), "--json\n");
  EXPECT_EQ(offered("collet config schema x", 3), "\n");
}

TEST(Completion, ZshAndFishNameEveryCommandAndOption) {
  for (const char* shell : {"zsh", "fish"}) {
    const std::string script = completion_script(kShape, shell);
    for (const char* word : {"serve", "config", "check", "schema", "json", "help"}) {
      EXPECT_NE(script.find(word), std::string::npos) << shell << " " << word;
    }
    EXPECT_NE(script.find("The user'\\''s file"), std::string::npos) << shell;
  }
  EXPECT_EQ(completion_script(kShape, "tcsh"), "");
}

}  // namespace
}  // namespace collet::cli
