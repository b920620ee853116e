// Packets that say who holds an address, as signs for the identity ledger (IDENTITY 1): DHCP, RADIUS
// accounting, Kerberos, ARP, Neighbour Discovery. Keeps what waits for its answer, within a bound; one
// thread.
#pragma once

#include "edgewatch/model/sign.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/datagram.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/dhcp.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/kerberos.hpp"
#include "edgewatch/wire/neighbour.hpp"
#include "edgewatch/wire/radius.hpp"

#include "waiting.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace edgewatch::observe {

/// Inside, where that is set, and not excluded.
[[nodiscard]] bool may_be_client(const ObserverOptions& options, const net::IpAddress& address);

class IdentityPackets {
 public:
  /// `bytes`: what all that waits may take, half of it for Kerberos streams.
  /// The options must outlive it.
  IdentityPackets(const ObserverOptions& options, std::size_t bytes)
      : options_(options),
        askers_(bytes / 6),
        radius_requests_(bytes / 6),
        ticket_requests_(bytes / 6),
        streams_(bytes / 2) {}

  /// Whether the ports, or the protocol, say that this may be such a packet. Cheap: asked of every datagram.
  [[nodiscard]] static bool concerns(const wire::Datagram& datagram);
  /// Who asks for a ticket; nothing where it is no Kerberos. Of such a client nothing may be read if it is
  /// not watched.
  [[nodiscard]] static std::optional<net::IpAddress> ticket_client(const wire::Datagram& datagram);

  struct Taken {
    std::vector<model::IdentitySign> signs;
    std::optional<wire::Malformation> refusal;
    /// Whom the packet is about, where they may not be watched: then nothing of it was kept, no name read.
    std::optional<net::IpAddress> unwatched;
    /// Nothing else need look at the datagram.
    bool over = false;
    /// Where it is told what is made of the packet; for whoever asks.
    wire::Trace* trace = nullptr;
    Bytes place;  ///< of the packet

    /// What becomes of the packet where it gives no sign.
    void tell(std::string_view what) const {
      if (trace != nullptr) [[unlikely]]
        note(what);
    }

   private:
    [[gnu::cold]] void note(std::string_view what) const;
  };
  /// With a trace, its parts and what is made of it are noted there: `accepted` for each sign, and no other.
  [[nodiscard]] Taken take(const wire::Datagram& datagram, wire::Trace* trace = nullptr);

  /// What was given up for room.
  [[nodiscard]] std::uint64_t evicted() const;
  /// Tickets that came from a server outside: it is none of the council's.
  [[nodiscard]] std::uint64_t foreign_tickets() const { return foreign_tickets_; }

 private:
  struct Ends {
    net::Endpoint client, server;
    wire::Transport transport = wire::Transport::udp;
    auto operator<=>(const Ends&) const = default;
  };
  /// How a DHCP client calls itself: servers need not say it again.
  struct Asker {
    Timestamp at;
    std::string host_name;
    std::vector<std::uint8_t> identifier;
  };
  struct TicketRequest {
    Timestamp at;
    wire::kerberos::Message message;
  };
  struct RadiusRequest {
    Timestamp at;
    wire::radius::Authenticator authenticator{};
  };
  struct Stream {
    Stream();
    wire::StreamPrefix bytes;
    std::size_t next = 0;     ///< where the next message's length begins
    std::uint32_t first = 0;  ///< the sequence number of its first byte
    bool sure = false;        ///< the SYN was seen
    bool over = false;
  };

  /// Whether the address may be watched; noted where not.
  [[nodiscard]] bool is_watched(const net::IpAddress& address, Taken& taken) const;
  void say(model::IdentitySign sign, Taken& taken) const;
  [[nodiscard]] bool concerns_watched(const wire::Datagram& datagram, const wire::radius::Accounting& packet,
                                      Taken& taken) const;

  void take_arp(const wire::Datagram& datagram, Taken& taken);
  void take_icmpv6(const wire::Datagram& datagram, Taken& taken);
  void take_dhcp(const wire::Datagram& datagram, Taken& taken);
  void take_dhcpv6(const wire::Datagram& datagram, Taken& taken);
  void take_radius(const wire::Datagram& datagram, Taken& taken);
  void take_radius_request(const wire::Datagram& datagram, const wire::radius::Accounting& packet,
                           Taken& taken);
  void take_radius_response(const wire::Datagram& datagram, const wire::radius::Accounting& packet,
                            Taken& taken);
  [[nodiscard]] const std::string* secret_of(const net::IpAddress& access_server) const;
  void take_kerberos(const wire::Datagram& datagram, Bytes message, Taken& taken);
  void answer_ticket(const wire::Datagram& datagram, const Ends& ends, const wire::kerberos::Message& reply,
                     Taken& taken);
  void take_kerberos_segment(const wire::Datagram& datagram, Taken& taken);
  void read_stream(const wire::Datagram& datagram, Stream& stream, Taken& taken);

  const ObserverOptions& options_;
  std::uint64_t foreign_tickets_ = 0;
  Waiting<std::pair<std::uint32_t, net::MacAddress>, Asker> askers_;
  Waiting<std::pair<Ends, std::uint8_t>, RadiusRequest> radius_requests_;
  Waiting<Ends, TicketRequest> ticket_requests_;
  Waiting<std::pair<Ends, bool>, Stream> streams_;  ///< whether the client's
};

}  // namespace edgewatch::observe
