#include "plugins/postgres/cluster.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace collet::test {
namespace {

namespace fs = std::filesystem;
constexpr int kStartMs = 60'000;

/// The last of the folders that `pattern` names and that hold `file`; "": none.
std::string find_folder(const std::string& pattern, const std::string& file) {
  glob_t found = {};
  ::glob((pattern + "/" + file).c_str(), 0, nullptr, &found);
  const std::string last = found.gl_pathc == 0 ? "" : found.gl_pathv[found.gl_pathc - 1];
  ::globfree(&found);
  return last.substr(0, last.rfind('/') == std::string::npos ? 0 : last.rfind('/'));
}

/// Debian keeps the servers' programs out of PATH.
std::string debian_programs() {
  const std::string found = find_folder("/usr/lib/postgresql/*/bin", "postgres");
  if (found.empty()) throw std::runtime_error("no server below /usr/lib/postgresql; run scripts/deps --tests");
  return found;
}

std::string vector_programs() {
  const std::string control = find_folder("/usr/share/postgresql/*/extension", "vector.control");
  if (!control.empty()) return "/usr/lib/postgresql/" + fs::path(control).parent_path().filename().string() + "/bin";
  const std::string fetched = find_folder(COLLET_CLIENTS "/pgvector/lib/python3*/site-packages/*/pginstall18/bin", "postgres");
  if (fetched.empty()) throw std::runtime_error("no PostgreSQL with pgvector; run scripts/deps --tests");
  return fetched;
}

struct User {
  uid_t uid;
  gid_t gid;
};

/// The server refuses to be root.
User server_user() {
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  const passwd* entry = ::getpwnam("postgres");
  if (!entry) entry = ::getpwnam("nobody");
  if (!entry) throw std::runtime_error("no user to run PostgreSQL as");
  return {entry->pw_uid, entry->pw_gid};
}

[[noreturn]] void become(const std::vector<std::string>& argv, const User& user, const std::string& log) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
  if (::chdir("/") != 0) ::_exit(126);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  ::execv(words[0], words.data());
  ::_exit(127);
}

pid_t spawn(const std::vector<std::string>& argv, const std::string& log) {
  const User user = server_user();
  const pid_t pid = ::fork();
  if (pid == 0) become(argv, user, log);
  return pid;
}

/// True once the process has ended, within `wait_ms`.
bool ends_within(pid_t pid, int wait_ms) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd watched = {fd, POLLIN, 0};
  const bool ended = ::poll(&watched, 1, wait_ms) > 0;
  ::close(fd);
  return ended;
}

std::string read_all(const std::string& file) {
  std::ifstream in(file);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using PgResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

PgServer::PgServer(std::vector<std::string> settings, std::string programs)
    : folder_("/tmp/collet-pg-XXXXXX"), programs_(std::move(programs)), settings_(std::move(settings)) {
  for (const auto& setting : settings_) {
    if (setting.starts_with("port=")) port_ = "&" + setting;  // it is in the socket's name, too
  }
  if (!::mkdtemp(folder_.data())) throw std::runtime_error("mkdtemp");
  const User user = server_user();
  if (::chown(folder_.c_str(), user.uid, user.gid) != 0) throw std::runtime_error("chown");
}

PgServer::~PgServer() {
  stop();
  std::error_code error;
  fs::remove_all(folder_, error);
}

void PgServer::run(const std::vector<std::string>& argv) const {
  const std::string log = folder_ + "/setup.log";
  const pid_t pid = spawn(argv, log);
  if (!ends_within(pid, kStartMs)) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error(argv[0] + " failed:\n" + read_all(log));
}

std::unique_ptr<PgServer> PgServer::make_primary(std::unique_ptr<PgServer> server) {
  server->run({server->program("initdb"), "-D", server->folder_ + "/data", "-U", "root_role", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"});
  server->start();
  return server;
}

std::unique_ptr<PgServer> PgServer::primary(const std::vector<std::string>& settings) {
  return make_primary(std::unique_ptr<PgServer>(new PgServer(settings, debian_programs())));
}

std::unique_ptr<PgServer> PgServer::primary_with_pgvector(const std::vector<std::string>& settings) {
  return make_primary(std::unique_ptr<PgServer>(new PgServer(settings, vector_programs())));
}

std::unique_ptr<PgServer> PgServer::follower(PgServer& primary) {
  std::unique_ptr<PgServer> server(new PgServer(primary.settings_, primary.programs_));
  server->run({server->program("pg_basebackup"), "-D", server->folder_ + "/data", "-R", "--checkpoint=fast", "--no-sync", "-d", primary.url("root_role")});
  server->start();
  return server;
}

void PgServer::start() {
  std::vector<std::string> argv = {program("postgres"), "-D", folder_ + "/data", "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off",
                                   "-c", "shared_buffers=8MB", "-c", "max_connections=40", "-c", "wal_level=replica"};
  for (const auto& setting : settings_) argv.insert(argv.end(), {"-c", setting});
  pid_ = spawn(argv, folder_ + "/server.log");
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kStartMs);
  while (PQping(url("root_role").c_str()) != PQPING_OK) {
    // The poll waits for its end, so that a server that gives up is seen at once.
    if (ends_within(pid_, 10) || std::chrono::steady_clock::now() > end) throw std::runtime_error("no server:\n" + read_all(folder_ + "/server.log"));
  }
}

void PgServer::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGQUIT);
  if (!ends_within(pid_, 10'000)) ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PgServer::url(const std::string& user, const std::string& database) const {
  return "postgres://" + user + "@/" + database + "?host=" + folder_ + port_;
}

std::string PgServer::sql(const std::string& statements, const std::string& database) const {
  const Connection conn(PQconnectdb(url("root_role", database).c_str()), &PQfinish);
  PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
  const PgResult result(PQexec(conn.get(), statements.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error(std::string(PQerrorMessage(conn.get())) + "in: " + statements);
  }
  std::string out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int i = 0; i < PQnfields(result.get()); ++i) out += (i == 0 ? "" : "|") + std::string(PQgetvalue(result.get(), row, i));
    out += "\n";
  }
  return out;
}

std::string free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return std::to_string(ntohs(address.sin_port));
}

std::string psql(const PgServer& server, const std::string& user, const std::vector<std::string>& options) {
  const std::string out = server.folder() + "/psql.out";
  std::error_code error;
  fs::remove(out, error);
  std::vector<std::string> argv = {debian_programs() + "/psql", "-X", "-d", server.url(user), "-P", "null=NULL", "-P", "pager=off"};
  argv.insert(argv.end(), options.begin(), options.end());
  const pid_t pid = spawn(argv, out);
  if (!ends_within(pid, 20'000)) ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return read_all(out);
}

}  // namespace collet::test
