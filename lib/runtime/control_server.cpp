#include "control_server.hpp"

#include "edgewatch/runtime/exit_code.hpp"
#include "edgewatch/store/store_error.hpp"

#include "control_message.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <istream>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

constexpr auto patience = std::chrono::seconds(30);  // with a client that sends or reads slowly
constexpr std::size_t longest_piece = std::size_t{64} << 10U;

std::optional<Peer> peer_of(int descriptor) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  Peer peer;
  peer.uid = credentials.uid;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (getpwuid_r(peer.uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return peer;
  peer.user = entry.pw_name;
  int count = 256;
  std::vector<gid_t> ids(static_cast<std::size_t>(count));
  if (getgrouplist(entry.pw_name, entry.pw_gid, ids.data(), &count) < 0) return peer;
  ids.resize(static_cast<std::size_t>(count));
  for (const gid_t id : ids) {
    group record{};
    group* known = nullptr;
    std::array<char, 16384> text{};
    if (getgrgid_r(id, &record, text.data(), text.size(), &known) == 0 && known != nullptr)
      peer.groups.emplace_back(record.gr_name);
  }
  return peer;
}

/// One connection, kept alive by its own callbacks.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(stream_protocol::socket socket, const Handler& handler)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        request_(longest_request),
        handler_(handler) {}

  void start() {
    wait();
    boost::asio::async_read_until(socket_, request_, '\n',
                                  [self = shared_from_this()](error_code error, std::size_t) {
                                    if (!error) self->answer();
                                  });
  }

 private:
  void wait() {
    timer_.expires_after(patience);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      if (error) return;
      if (const auto self = weak.lock()) {
        error_code ignored;
        self->socket_.close(ignored);
      }
    });
  }

  void answer() {
    std::string line;
    std::istream stream(&request_);
    std::getline(stream, line);
    const auto peer = peer_of(socket_.native_handle());
    const auto request = parse_request(line);
    Response response{
        bad_input, "",
        "edgewatchd: the request could not be read; are the command and the daemon of one version?\n"};
    if (peer && request) response = guarded(*peer, *request);
    response_ = to_json(response) + '\n';
    wait();
    boost::asio::async_write(
        socket_, boost::asio::buffer(response_),
        [self = shared_from_this(), bytes = std::make_shared<const std::string>(std::move(response.bytes))](
            error_code error, std::size_t) { error ? self->end() : self->send(bytes, 0); });
  }

  /// Piece by piece, so that whoever reads slowly and goes on reading is not cut off.
  void send(const std::shared_ptr<const std::string>& bytes, std::size_t at) {
    const std::size_t size = std::min(longest_piece, bytes->size() - at);
    if (size == 0) {
      end();
      return;
    }
    wait();
    boost::asio::async_write(
        socket_, boost::asio::buffer(bytes->data() + at, size),
        [self = shared_from_this(), bytes, next = at + size](error_code error, std::size_t) {
          error ? self->end() : self->send(bytes, next);
        });
  }

  void end() {
    error_code ignored;
    timer_.cancel();
    socket_.shutdown(stream_protocol::socket::shutdown_both, ignored);
  }

  Response guarded(const Peer& peer, const Request& request) {
    try {
      return handler_(peer, request);
    } catch (const store::StoreError& error) {
      spdlog::error("command {}: {}", request.command, error.what());
      return {error.exit_code(), "", fmt::format("edgewatch: {}\n", error.what())};
    } catch (const std::exception& error) {
      spdlog::error("command {}: {}", request.command, error.what());
      return {io_error, "", fmt::format("edgewatchd: {}\n", error.what())};
    }
  }

  stream_protocol::socket socket_;
  boost::asio::steady_timer timer_;
  boost::asio::streambuf request_;
  std::string response_;
  const Handler& handler_;
};

void give_to(const std::filesystem::path& path, const std::string& group_name) {
  if (group_name.empty()) {
    if (chmod(path.c_str(), 0600) == 0) return;
    throw std::runtime_error(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  const group* entry = getgrnam(group_name.c_str());
  if (entry == nullptr) {
    throw std::runtime_error(
        fmt::format("group {} does not exist; make it with: groupadd --system {}", group_name, group_name));
  }
  if (chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0 || chmod(path.c_str(), 0660) != 0) {
    throw std::runtime_error(
        fmt::format("{}: cannot be given to group {}: {}; the daemon's user must be a member of it",
                    path.string(), group_name, std::strerror(errno)));
  }
}

}  // namespace

struct ControlServer::Listener {
  Listener(boost::asio::io_context& context, Endpoint its_endpoint)
      : endpoint(std::move(its_endpoint)), acceptor(context), pause(context) {}
  Endpoint endpoint;
  stream_protocol::acceptor acceptor;
  boost::asio::steady_timer pause;
};

ControlServer::ControlServer(boost::asio::io_context& context, const std::filesystem::path& folder,
                             std::vector<Endpoint> endpoints)
    : lock_(folder / "lock") {
  if (lock_.state() == FileLock::State::failed) {
    throw std::runtime_error(fmt::format("{}: {}; make the folder, or name another under [runtime] sockets",
                                         folder.string(), std::strerror(errno)));
  }
  if (lock_.state() == FileLock::State::taken) {
    throw std::runtime_error(fmt::format(
        "{}: another edgewatchd serves on its sockets; name another folder under [runtime] sockets",
        folder.string()));
  }
  for (Endpoint& endpoint : endpoints) {
    const std::filesystem::path path = endpoint.path;
    // The folder's lock is ours, so a socket file that stands is left over.
    ::unlink(path.c_str());
    auto listener = std::make_unique<Listener>(context, std::move(endpoint));
    try {
      const mode_t before = ::umask(0177);
      listener->acceptor.open();
      listener->acceptor.bind(stream_protocol::endpoint(path.string()));
      ::umask(before);
      give_to(path, listener->endpoint.group);
      listener->acceptor.listen();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error(fmt::format("{}: {}; check that the folder exists and that its path is short",
                                           path.string(), error.code().message()));
    }
    accept(*listener);
    listeners_.push_back(std::move(listener));
  }
}

ControlServer::~ControlServer() {
  for (const auto& listener : listeners_) ::unlink(listener->endpoint.path.c_str());
}

void ControlServer::accept(Listener& listener) {
  listener.acceptor.async_accept([this, &listener](error_code error, stream_protocol::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      std::make_shared<Session>(std::move(socket), listener.endpoint.handler)->start();
      accept(listener);
      return;
    }
    // Out of descriptors, say: the next try would fail too until a session ends.
    listener.pause.expires_after(std::chrono::milliseconds(100));
    listener.pause.async_wait([this, &listener](error_code cancelled) {
      if (!cancelled) accept(listener);
    });
  });
}

}  // namespace edgewatch::runtime
