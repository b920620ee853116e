// The daemon's Unix sockets. Each connection carries one request; who asks is read from the kernel
// (SO_PEERCRED), never from what the client says. Runs on the io_context's thread.
#pragma once

#include "edgewatch/runtime/control.hpp"

#include "file_lock.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <sys/types.h>

namespace edgewatch::runtime {

/// Who is at the other end.
struct Peer {
  uid_t uid = 0;
  std::string user;                 ///< empty when the uid has no name
  std::vector<std::string> groups;  ///< by getgrouplist, so supplementary ones too
};

using Handler = std::function<Response(const Peer&, const Request&)>;

struct Endpoint {
  std::filesystem::path path;
  std::string group;  ///< may connect (0660); empty: the daemon's own user alone (0600)
  Handler handler;
};

class ControlServer {
 public:
  /// Makes the sockets in `folder`; throws std::runtime_error saying which path and what to do, also where
  /// another daemon serves there.
  ControlServer(boost::asio::io_context& context, const std::filesystem::path& folder,
                std::vector<Endpoint> endpoints);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Listener;
  void accept(Listener& listener);
  FileLock lock_;  ///< of the folder: its sockets are ours to replace and to take away
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace edgewatch::runtime
