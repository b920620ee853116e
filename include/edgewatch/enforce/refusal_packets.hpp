// What a gateway says in a server's name to whom it refuses: a DNS answer that the name does not exist, or a
// page over plain HTTP. Pure; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/wire/datagram.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

using Packet = std::vector<std::uint8_t>;

/// How much an answer says; `question_alone` is no longer than any query that has it.
enum class DnsRefusal : std::uint8_t { whole, question_alone };

/// NXDOMAIN to a query with one question, which stands in it bit for bit, with an SOA by which resolvers keep
/// it for a minute (RFC 2308), and Extended DNS Error 15 (Blocked, RFC 8914) where the query had an OPT
/// record. Nothing for a message that is no such query.
[[nodiscard]] std::optional<Packet> dns_refusal(Bytes query, DnsRefusal form = DnsRefusal::whole);

/// The IP packet that carries this answer back to whoever sent the datagram (UDP), from whom it was sent to.
[[nodiscard]] Packet datagram_back(const wire::Datagram& datagram, Bytes answer);

/// IP packets that give the sender of this TCP segment a whole response of the server and its end (FIN), as
/// if the server had sent it; none larger than 1,200 bytes of payload.
[[nodiscard]] std::vector<Packet> response_back(const wire::Datagram& segment, std::string_view response);
/// The reset that the server of this segment is sent in the client's name: it takes one of the very number
/// that it waits for, which is that of the segment where nothing before it was lost.
[[nodiscard]] Packet reset_onward(const wire::Datagram& segment);
/// An IP packet that resets a connection in the name of `from`. It is taken where `sequence` is the very next
/// number that `to` waits for (RFC 5961 section 3).
[[nodiscard]] Packet reset(const net::Endpoint& from, const net::Endpoint& to, std::uint32_t sequence,
                           std::uint32_t acknowledgement);

/// An HTTP/1.1 response with a page that says why and whom to ask: 403, no script, nothing to be fetched.
/// Every text is escaped; no rule, list or person is named.
struct PageText {
  std::string_view host;
  std::string_view category;  ///< empty: by the council's policy, without more
  std::string_view contact;   ///< empty: left out
  std::string_view appeal;    ///< empty: left out
};
[[nodiscard]] std::string block_page(const PageText& text);

}  // namespace edgewatch::enforce
