// A program cannot tell which back end made its box.
#include <set>
#include <sstream>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

class ViewTest : public BoxTest {
 protected:
  std::set<std::string> view_from(const std::string& backend, BoxSpec spec) {
    auto settings = settings_;
    settings.backend = backend;
    start(settings);
    EXPECT_EQ(sandbox_->unavailable_reason(), "");
    before_ = host_state();
    const auto result = run(std::move(spec));
    EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
    EXPECT_EQ(result.stderr_text, "");
    EXPECT_EQ(result.stdout_omitted_bytes, 0u);
    std::istringstream lines(result.stdout_text);
    std::set<std::string> facts;
    for (std::string line; std::getline(lines, line);) facts.insert(line);
    EXPECT_GT(facts.size(), 150u) << "it did not look at much";
    return facts;
  }

  void expect_same(const BoxSpec& spec) {
    const auto native = view_from("native", spec), bwrap = view_from("bwrap", spec);
    for (const auto& fact : native) EXPECT_TRUE(bwrap.contains(fact)) << "only natively: " << fact;
    for (const auto& fact : bwrap) EXPECT_TRUE(native.contains(fact)) << "only in bubblewrap's: " << fact;
  }
};

TEST_F(ViewTest, OfAPlainBox) { expect_same(program("view.py")); }

TEST_F(ViewTest, OfABoxWithFoldersOfTheHost) {
  BoxSpec spec = program("view.py");
  spec.app_root = COLLET_HOSTILE_PROGRAMS;
  spec.trees = {COLLET_HOSTILE_PROGRAMS, COLLET_HOSTILE_PROGRAMS};
  spec.has_out_folder = true;
  spec.env = {"LANG=C.UTF-8", "A=b"};
  expect_same(spec);
  spec.app_scratch = true;
  expect_same(spec);
}

}  // namespace
}  // namespace collet::sandbox
