// The interface that resets and forged answers leave by: a packet socket that receives nothing. Needs
// CAP_NET_RAW when it is made, and never again. send() from any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <string>

namespace edgewatch::enforce {

class MirrorPort {
 public:
  /// Throws std::runtime_error where there is no such Ethernet interface, or no right to it.
  explicit MirrorPort(const std::string& interface);
  ~MirrorPort();
  MirrorPort(const MirrorPort&) = delete;
  MirrorPort& operator=(const MirrorPort&) = delete;

  /// Of the interface by that name now.
  enum class State : std::uint8_t {
    up,
    down,
    gone,
    another,  ///< it was taken away and made anew: nothing is sent before bind_again()
  };
  [[nodiscard]] State state() const;
  /// Sends by whatever Ethernet interface has the name now, with no right but the socket; `address()` stays.
  /// One thread at a time.
  State bind_again();
  /// The interface's own address.
  [[nodiscard]] const net::MacAddress& address() const { return address_; }
  /// A whole Ethernet frame; false where the kernel would not take it, and errno says why.
  [[nodiscard]] bool send(Bytes frame) const;

 private:
  std::string interface_;
  int socket_ = -1;
  net::MacAddress address_;
};

}  // namespace edgewatch::enforce
