// The connections of one direct client: how many there may be, and which rest.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/direct_connection.hpp"

namespace collet::net {

/// One host and port, shared by its connections and their transfers.
struct DirectPeer {
  int connections = 0;  ///< Open or about to be.
  int waiting = 0;      ///< Transfers whose turn has not come.
};

/// [request-thread]
class DirectPool {
 public:
  explicit DirectPool(const HttpClientOptions& options) : options_(options) {}

  std::shared_ptr<DirectPeer> peer_of(std::string_view authority);

  /// The one that has rested the shortest and still stands; null: none.
  std::shared_ptr<DirectConnection> take(const DirectPeer& peer);
  /// Keeps it for take(), for which the one that has rested longest may have to go.
  void put(std::shared_ptr<DirectConnection> connection);
  /// Closes one that rests.
  void drop(DirectConnection& connection);
  void clear();

  /// A place for one more connection, if need be that of one at rest. False: none
  /// is free. Each place is given back by vacate().
  [[nodiscard]] bool occupy(DirectPeer& peer);
  void vacate(DirectPeer& peer);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Resting = std::vector<std::shared_ptr<DirectConnection>>;

  bool evict(const DirectPeer* peer);
  void end(Resting::iterator entry);

  const HttpClientOptions& options_;
  std::unordered_map<std::string, std::shared_ptr<DirectPeer>, Hash, std::equal_to<>> peers_;
  Resting resting_;  // the longest first
  int connections_ = 0;
};

}  // namespace collet::net
