// Every program of the table, in a real box: how it ends, that it got nothing, and
// that nobody outside heard of it.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "hostile/box_test.hpp"
#include "hostile/catalogue.hpp"
#include "hostile/copied.hpp"
#include "hostile/listener.hpp"

namespace collet::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSecret = "the-canary-sings";

bool ends_as(const std::string& ending, const BoxResult& result) {
  if (ending == "timeout") return result.outcome == Outcome::timeout && result.returncode == -2;
  if (ending == "oom") return result.outcome == Outcome::oom;
  if (ending == "output_limit") return result.outcome == Outcome::output_limit;
  if (ending == "contained") return result.outcome == Outcome::exited && result.returncode == 0 && result.stdout_text.ends_with("done\n");
  const auto number = std::atoi(ending.substr(ending.find('=') + 1).c_str());
  if (ending.starts_with("exited=")) return result.outcome == Outcome::exited && result.returncode == number;
  return ending.starts_with("signalled=") && result.outcome == Outcome::signalled && result.signal == number && result.returncode == -number;
}

// Too short a name is found anywhere.
std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return std::strlen(name) < 6 ? "" : name;
}

class ProgramTest : public CopiedTest, public testing::WithParamInterface<HostileProgram> {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ::chmod(folder_.c_str(), 0755);
    std::ofstream(folder_ + "/canary") << kSecret;
    ::setenv("COLLET_TEST_SECRET", kSecret, 1);
    port_ = loopback_.listen_on_loopback();
    abstract_.listen_abstract(abstract_name_);
    BoxTest::SetUp();
  }
  void TearDown() override {
    CopiedTest::TearDown();
    ::unsetenv("COLLET_TEST_SECRET");
    fs::remove_all(folder_);
  }

  BoxSpec spec_of(const HostileProgram& program) const {
    BoxSpec spec = BoxTest::program(program.file);
    if (!program.mode.empty()) spec.argv.push_back(program.mode);
    spec.size = program.size;
    spec.timeout_ms = program.timeout_ms;
    spec.has_out_folder = program.has_out_folder;
    if (!program.app.empty()) spec.app_root = folder_ + "/app";
    spec.app_scratch = program.app == "scratch";
    const std::string read_only = program.app == "read" ? "/app/file" : "/x";
    spec.env = {"PATH=/usr/bin:/bin", "HOST_CANARY=" + folder_ + "/canary", "HOST_PORT=" + std::to_string(port_),
                "HOST_ABSTRACT=" + abstract_name_, "HOST_PID=" + std::to_string(::getpid()), "HOST_NAME=" + host_name(), "HOST_READ_ONLY=" + read_only};
    return spec;
  }

  // An app folder, which a program must not change.
  void make_app() const {
    fs::create_directories(folder_ + "/app/data");
    std::ofstream(folder_ + "/app/file") << "of the app\n";
  }
  void expect_app_unchanged() const {
    std::size_t found = 0;
    for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder_ + "/app")) ++found;
    EXPECT_EQ(found, 2u) << "the app folder was changed";
    EXPECT_EQ(fs::file_size(folder_ + "/app/file"), 11u);
  }

  void judge(const HostileProgram& program, const BoxResult& result, double took_ms);

  std::string folder_ = "/var/tmp/collet-hostile-XXXXXX";
  std::string abstract_name_ = "collet-hostile-" + std::to_string(::getpid());
  Listener loopback_{AF_INET};
  Listener abstract_{AF_UNIX};
  std::uint16_t port_ = 0;
};

void ProgramTest::judge(const HostileProgram& program, const BoxResult& result, double took_ms) {
  EXPECT_TRUE(std::ranges::any_of(program.endings, [&](const auto& ending) { return ends_as(ending, result); }))
      << "expected " << testing::PrintToString(program.endings) << "\n" << describe(result);
  expect_nothing_bad(result);
  EXPECT_THAT(result.stdout_text + result.stderr_text, testing::Not(testing::HasSubstr(kSecret)));
  if (program.took_ms_max > 0) {
    EXPECT_LT(took_ms, static_cast<double>(program.took_ms_max));
  }
  if (program.cpu_ms_max > 0) {
    EXPECT_LT(result.cpu_us, static_cast<std::uint64_t>(program.cpu_ms_max) * 1000);
  }
  EXPECT_FALSE(loopback_.was_called()) << "somebody has connected to the host";
  EXPECT_FALSE(abstract_.was_called()) << "somebody has connected to the host";
  expect_app_unchanged();
  note_attempts(result);
}

TEST_P(ProgramTest, EndsAsItMust) {
  const HostileProgram& program = GetParam();
  if (!has_interpreter(program.file)) GTEST_SKIP() << "nothing here runs " << program.file;
  make_app();
  const auto started = std::chrono::steady_clock::now();
  const auto result = run(spec_of(program));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
  judge(program, result, took.count());
}

// The same, as copies of an interpreter that waits: no difference may show.
class CopiedProgramTest : public ProgramTest {
 protected:
  void SetUp() override {
    if (!has_zygotes()) GTEST_SKIP() << "no zygote gets into a box of this back end";
    ProgramTest::SetUp();
  }
};

TEST_P(CopiedProgramTest, EndsAsItMust) {
  const HostileProgram& program = GetParam();
  if (!has_interpreter(program.file)) GTEST_SKIP() << "nothing here runs " << program.file;
  make_app();
  double took_ms = 0;
  judge(program, run_copied(as_copy(spec_of(program)), &took_ms), took_ms);
}

INSTANTIATE_TEST_SUITE_P(Hostile, CopiedProgramTest, testing::ValuesIn(read_catalogue(COLLET_HOSTILE_TABLE)),
                         [](const auto& info) { return name_of(info.param); });

INSTANTIATE_TEST_SUITE_P(Hostile, ProgramTest, testing::ValuesIn(read_catalogue(COLLET_HOSTILE_TABLE)),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace collet::sandbox
