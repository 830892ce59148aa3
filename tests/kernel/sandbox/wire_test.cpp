#include "sandbox/wire.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::sandbox::wire {
namespace {

using testing::HasSubstr;

Spec good_spec() {
  Spec spec;
  spec.argv = {"/usr/bin/python3", "-c", "print(1)", ""};
  spec.env = {"HOME=/work", "A=b c"};
  spec.roots = {"/usr", "/opt/x"};
  spec.app_root = "/srv/app";
  spec.app_scratch = true;
  spec.input_fds = {0, 3};
  spec.capture_fd = 4;
  spec.limits = {64u << 20, 1u << 20, 16, 50, 1000, 5};
  return spec;
}

std::string error_of(const Spec& spec) {
  const auto bytes = encode(spec);
  return bytes ? "no error" : bytes.error().message;
}

TEST(SandboxWire, CarriesEverySpecThrough) {
  const Spec spec = good_spec();
  const auto bytes = encode(spec);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto view = decode(*bytes);
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_EQ(view->argv.size(), 5u);
  EXPECT_STREQ(view->argv[2], "print(1)");
  EXPECT_STREQ(view->argv[3], "");
  EXPECT_EQ(view->argv[4], nullptr) << "execve needs the null pointer at the end";
  EXPECT_STREQ(view->env[1], "A=b c");
  EXPECT_STREQ(view->roots[1], "/opt/x");
  EXPECT_STREQ(view->app_root, "/srv/app");
  EXPECT_TRUE(view->app_scratch);
  EXPECT_EQ(view->input_fds, spec.input_fds);
  EXPECT_EQ(view->capture_fd, 4);
  EXPECT_TRUE(view->limits == spec.limits);
}

TEST(SandboxWire, NamesTheFieldThatNoBoxCanHave) {
  struct Case {
    const char* expected;
    void (*change)(Spec&);
  };
  const Case cases[] = {
    {"argv is empty", [](Spec& s) { s.argv.clear(); }},
    {"argv[0] must be an absolute path", [](Spec& s) { s.argv[0] = "python3"; }},
    {"roots[1] is \"/\"", [](Spec& s) { s.roots[1] = "/"; }},
    {"roots[0] is \"usr\"", [](Spec& s) { s.roots[0] = "usr"; }},
    {"roots[1] is \"/usr/../etc\"", [](Spec& s) { s.roots[1] = "/usr/../etc"; }},
    {"roots[1] is \"/proc/1\"", [](Spec& s) { s.roots[1] = "/proc/1"; }},
    {"roots[1] is \"/dev\"", [](Spec& s) { s.roots[1] = "/dev"; }},
    {"roots[1] is \"/sys\"", [](Spec& s) { s.roots[1] = "/sys"; }},
    {"roots[1] is \"/work\"", [](Spec& s) { s.roots[1] = "/work"; }},
    {"roots[1] is \"/usr/\"", [](Spec& s) { s.roots[1] = "/usr/"; }},
    {"app_root must be an absolute path", [](Spec& s) { s.app_root = "app"; }},
    {"needs an app_root", [](Spec& s) { s.app_root.clear(); }},
    {"inputs[1].fd is 2", [](Spec& s) { s.input_fds[1] = 2; }},
    {"inputs[1].fd is 4", [](Spec& s) { s.input_fds[1] = 4; }},
    {"two inputs for descriptor 0", [](Spec& s) { s.input_fds[1] = 0; }},
    {"capture_fd is 12", [](Spec& s) { s.capture_fd = 12; }},
    {"size.memory_bytes", [](Spec& s) { s.limits.memory_bytes = 1000; }},
    {"size.disk_bytes", [](Spec& s) { s.limits.disk_bytes = 0; }},
    {"size.pids_max", [](Spec& s) { s.limits.pids_max = 1; }},
    {"zero byte", [](Spec& s) { s.argv[2] = std::string("a\0b", 3); }},
    {"more than 64 roots", [](Spec& s) { s.roots.assign(65, "/usr"); }},
    {"more than 4096", [](Spec& s) { s.argv.resize(5000, "x"); }},
    {"larger than 4 MiB", [](Spec& s) { s.argv.push_back(std::string(5 << 20, 'x')); }},
  };
  for (const Case& one : cases) {
    Spec spec = good_spec();
    one.change(spec);
    EXPECT_THAT(error_of(spec), HasSubstr(one.expected));
  }
}

TEST(SandboxWire, RefusesEveryTruncation) {
  const auto bytes = encode(good_spec());
  ASSERT_TRUE(bytes);
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    const std::string cut = bytes->substr(0, size);
    EXPECT_FALSE(decode(cut)) << "cut to " << size << " of " << bytes->size();
  }
  EXPECT_FALSE(decode(*bytes + "x"));
}

TEST(SandboxWire, SurvivesDamagedBytes) {
  const auto bytes = encode(good_spec());
  ASSERT_TRUE(bytes);
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = *bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto view = decode(damaged);
    if (!view) continue;
    // What is accepted must be usable: every pointer leads into the bytes.
    for (const auto* list : {&view->argv, &view->env, &view->roots}) {
      ASSERT_EQ(list->back(), nullptr);
      for (std::size_t i = 0; i + 1 < list->size(); ++i) {
        ASSERT_GE((*list)[i], damaged.data());
        ASSERT_LT((*list)[i] + std::char_traits<char>::length((*list)[i]), damaged.data() + damaged.size());
      }
    }
  }
}

TEST(SandboxWire, KnowsEveryStepByName) {
  EXPECT_EQ(name(Step::none), "none");
  EXPECT_EQ(name(Step::pivot), "pivot");
  EXPECT_EQ(name(Step::exec), "exec");
  EXPECT_EQ(name(static_cast<Step>(999)), "unknown");
}

}  // namespace
}  // namespace collet::sandbox::wire
