#include "sandbox/privileges.hpp"

#include <cerrno>
#include <string>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "sandbox/fd.hpp"

namespace collet::sandbox {

Result<void> drop_privileges(std::string_view user) {
  if (::geteuid() != 0) return {};
  const std::string name(user);
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return Error{Errc::not_found, "there is no user \"" + name + "\" to run as"};
  if (entry->pw_uid == 0) return Error{Errc::invalid, "user \"" + name + "\" is root; name one that is not"};
  const uid_t uid = entry->pw_uid;
  const gid_t gid = entry->pw_gid;
  if (::initgroups(name.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0) {
    return Error{Errc::denied, os_error("becoming user \"" + name + "\"", errno).message};
  }
  if (::setuid(0) == 0) return Error{Errc::internal, "rights could be regained after giving them up"};
  return {};
}

}  // namespace collet::sandbox
