// Sends IP packets that are whole with their headers, in anybody's name. Needs CAP_NET_RAW when it is made
// (and CAP_NET_ADMIN for a mark), and never again. One thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstdint>

namespace edgewatch::enforce {

class RawSender {
 public:
  /// Each packet bears that mark for the machine's own rules; 0: none. Throws std::system_error.
  explicit RawSender(std::uint32_t mark = 0);
  ~RawSender();
  RawSender(const RawSender&) = delete;
  RawSender& operator=(const RawSender&) = delete;

  /// To the address in its header; false where the kernel would not.
  bool send(Bytes ip_packet) const;

 private:
  class Socket {
   public:
    Socket(int family, std::uint32_t mark);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int get() const { return socket_; }

   private:
    int socket_;
  };
  Socket v4_;
  Socket v6_;
};

}  // namespace edgewatch::enforce
