#include "syslog_listener.hpp"

#include "listen_address.hpp"
#include "syslog_message.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using Transport = config::SyslogListener::Transport;

constexpr std::size_t most_connections = 4096;
constexpr std::chrono::seconds handshake_time{20};
constexpr std::chrono::milliseconds accept_again{200};

[[noreturn]] void fail(const config::SyslogListener& how, const std::string& why) {
  throw std::runtime_error(
      fmt::format("syslog {} on {}: {}", to_string(how.transport), to_string(how.at), why));
}

class UdpListener : public SyslogListener {
 public:
  UdpListener(asio::io_context& context, const config::SyslogListener& how, Callbacks callbacks)
      : socket_(context), callbacks_(std::move(callbacks)) {
    const udp::endpoint here(to_asio(how.at.address), how.at.port);
    error_code error;
    socket_.open(here.protocol(), error);
    if (!error) socket_.bind(here, error);
    if (error) fail(how, why_not_listening(error));
    receive();
  }

 private:
  void receive() {
    socket_.async_receive_from(asio::buffer(buffer_), sender_, [this](error_code error, std::size_t size) {
      if (error == asio::error::operation_aborted) return;
      const net::IpAddress from = from_asio(sender_.address());
      if (!error && callbacks_.is_listed(from)) {
        callbacks_.take({buffer_.data(), size}, from);
      } else if (!error) {
        callbacks_.refuse("sender is not listed");
      }
      receive();
    });
  }

  udp::socket socket_;
  Callbacks callbacks_;
  udp::endpoint sender_;
  std::array<char, 65536> buffer_{};
};

/// What the connections of one listener share; it outlives them.
struct Shared {
  SyslogListener::Callbacks callbacks;
  std::size_t connections = 0;
};

/// One connection, alive as long as something is read from it.
template <class Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, net::IpAddress sender, std::shared_ptr<Shared> shared)
      : stream_(std::move(stream)),
        sender_(sender),
        shared_(std::move(shared)),
        deadline_(stream_.get_executor()) {
    ++shared_->connections;
  }
  ~Connection() { --shared_->connections; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    if constexpr (requires { stream_.next_layer(); }) {
      deadline_.expires_after(handshake_time);
      deadline_.async_wait([self = this->shared_from_this()](error_code error) {
        error_code ignored;
        if (!error) self->stream_.lowest_layer().close(ignored);
      });
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                self->deadline_.cancel();
                                if (error) return self->shared_->callbacks.refuse("TLS handshake failed");
                                self->read();
                              });
    } else {
      read();
    }
  }

 private:
  void read() {
    stream_.async_read_some(asio::buffer(buffer_),
                            [self = this->shared_from_this()](error_code error, std::size_t size) {
                              std::vector<std::string> messages;
                              const bool sound = self->framer_.add({self->buffer_.data(), size}, messages);
                              for (const std::string& message : messages)
                                self->shared_->callbacks.take(message, self->sender_);
                              if (!sound) return self->shared_->callbacks.refuse("stream without frames");
                              if (!error) self->read();
                            });
  }

  Stream stream_;
  net::IpAddress sender_;
  std::shared_ptr<Shared> shared_;
  asio::steady_timer deadline_;
  SyslogFramer framer_;
  std::array<char, 4096> buffer_{};
};

class StreamListener : public SyslogListener {
 public:
  StreamListener(asio::io_context& context, const config::SyslogListener& how, Callbacks callbacks)
      : acceptor_(context),
        again_(context),
        tls_(asio::ssl::context::tls_server),
        shared_(std::make_shared<Shared>()) {
    shared_->callbacks = std::move(callbacks);
    is_tls_ = how.transport == Transport::tls;
    if (is_tls_) trust(how);
    const tcp::endpoint here(to_asio(how.at.address), how.at.port);
    error_code error;
    acceptor_.open(here.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(here, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) fail(how, why_not_listening(error));
    accept();
  }

 private:
  /// RFC 5425 section 4.2: both sides show who they are. TLS 1.2 at least.
  void trust(const config::SyslogListener& how) {
    error_code error;
    tls_.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_sslv2 |
                         asio::ssl::context::no_sslv3,
                     error);
    tls_.use_certificate_chain_file(how.certificate.string(), error);
    if (error) fail(how, how.certificate.string() + ": " + error.message());
    tls_.use_private_key_file(how.key.string(), asio::ssl::context::pem, error);
    if (error) fail(how, how.key.string() + ": " + error.message());
    tls_.load_verify_file(how.authority.string(), error);
    if (error) fail(how, how.authority.string() + ": " + error.message());
    tls_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
    if (error) fail(how, error.message());
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        welcome(std::move(socket));
        return accept();
      }
      // No more files, most likely: they come back when a connection ends.
      again_.expires_after(accept_again);
      again_.async_wait([this](error_code aborted) {
        if (!aborted) accept();
      });
    });
  }

  void welcome(tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    const net::IpAddress from = from_asio(peer.address());
    if (!shared_->callbacks.is_listed(from)) return shared_->callbacks.refuse("sender is not listed");
    if (shared_->connections >= most_connections) return shared_->callbacks.refuse("too many connections");
    socket.set_option(asio::socket_base::keep_alive(true), error);  // a sender that is gone says nothing
    if (is_tls_) {
      using Tls = asio::ssl::stream<tcp::socket>;
      std::make_shared<Connection<Tls>>(Tls(std::move(socket), tls_), from, shared_)->start();
    } else {
      std::make_shared<Connection<tcp::socket>>(std::move(socket), from, shared_)->start();
    }
  }

  tcp::acceptor acceptor_;
  asio::steady_timer again_;
  asio::ssl::context tls_;
  bool is_tls_ = false;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<SyslogListener> SyslogListener::open(asio::io_context& context,
                                                     const config::SyslogListener& how, Callbacks callbacks) {
  if (how.transport == Transport::udp)
    return std::make_unique<UdpListener>(context, how, std::move(callbacks));
  return std::make_unique<StreamListener>(context, how, std::move(callbacks));
}

}  // namespace edgewatch::runtime
