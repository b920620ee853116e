#include "opening.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/wire/http.hpp"
#include "edgewatch/wire/proxy_header.hpp"

#include "explained.hpp"
#include "sequence.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::observe {
namespace {

using namespace std::string_view_literals;

// A proxy's connection may name many hosts; beyond this many they are not remembered, and so not said.
constexpr std::size_t most_names = 64;
// A connection that is neither TLS nor HTTP by then will not become it: STARTTLS and the like come early.
constexpr std::size_t most_watched = std::size_t{16} * 1024;

// How many segments of a connection seen from the middle on are kept, in case the first ones come late.
constexpr int most_strays = 64;
constexpr std::size_t most_stray_bytes = std::size_t{8} * 1024;

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()),
          bytes.size()};  // bytes as characters, for searching only
}

/// One past the empty line that ends a head, if it is there (RFC 9112 section 2.1, a bare LF taken for a
/// line's end).
std::optional<std::size_t> end_of_head(std::string_view text) {
  const std::size_t strict = text.find("\r\n\r\n"sv);
  const std::size_t lax = text.find("\n\n"sv);
  if (strict == std::string_view::npos && lax == std::string_view::npos) return std::nullopt;
  return lax < strict ? lax + 2 : strict + 4;
}

/// Whether the head announces a body (RFC 9112 section 6.3).
bool announces_body(std::string_view head) {
  for (std::string_view line : split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string field = ascii_lower(line.substr(0, colon));
    if (field == "transfer-encoding") return true;
    if (field == "content-length") return trim(line.substr(colon + 1)) != "0";
  }
  return false;
}

/// Whether the head asks a proxy for a tunnel and names its other end in the request line alone.
bool names_a_tunnel_alone(std::string_view head) {
  const auto lines = split(trim(head), '\n');
  if (!lines.front().starts_with("CONNECT "sv)) return false;
  return std::ranges::none_of(lines, [](std::string_view line) {
    return ascii_lower(trim(line.substr(0, line.find(':')))) == "host";
  });
}

/// While it lives, bytes of the stream are told by their place there, or in the frame.
class Placed {
 public:
  Placed(const Opening::Asked* asked, Bytes bytes, std::uint32_t first) : asked_(asked) {
    if (asked != nullptr) [[unlikely]]
      asked->trace.stream(bytes, first - asked->origin, asked->sequence - first, asked->payload);
  }
  ~Placed() {
    if (asked_ != nullptr) [[unlikely]]
      asked_->trace.stream({}, 0, 0, {});
  }
  Placed(const Placed&) = delete;
  Placed& operator=(const Placed&) = delete;

 private:
  const Opening::Asked* asked_;
};

}  // namespace

model::Hidden hidden_by(const wire::ClientHello& hello) {
  if (hello.encrypted_server_name) return model::Hidden::esni;
  return hello.encrypted_client_hello ? model::Hidden::ech : model::Hidden::no;
}

void Opening::Taken::note(std::string_view what) const {
  asked->trace.note("stream", asked->payload.first(0), std::string(what));
}

bool may_open(Bytes payload) {
  if (payload.empty()) return false;
  const std::size_t proxy = wire::proxy_header_length(payload);
  if (proxy == payload.size()) return true;
  payload = payload.subspan(proxy);
  return !std::holds_alternative<wire::NotAHello>(wire::read_tls_prefix(payload)) ||
         !std::holds_alternative<wire::NotHttp>(wire::read_http_host(payload));
}

Opening::Taken Opening::take(std::uint32_t sequence, Bytes payload, bool fresh, const Asked* asked) {
  Taken taken;
  taken.asked = asked;
  if (contradicts_witness(sequence, payload)) {
    taken.disputed = true;
    taken.tell(
        "refused: stream-overlap: other bytes gave a name here; nothing of the connection is believed");
    withheld_.reset();
    give_up();
    forget_witness();
    return taken;
  }
  if (payload.empty() || state_ == State::over) {
    if (!payload.empty()) taken.tell("behind what it opened with: not read for names");
    return taken;
  }
  const std::uint32_t end = sequence + static_cast<std::uint32_t>(payload.size());
  if (state_ == State::first || precedes(furthest_, end)) furthest_ = end;
  if (withheld_ && !precedes(withheld_->acknowledged_at, sequence) &&
      precedes(withheld_->acknowledged_at, end)) {
    believe(taken);
  }
  switch (state_) {
    case State::first:
      if (anchor_ == wire::Anchor::first_seen && !may_open(payload)) {
        shape_ = Shape::plain;
        keep(payload, sequence);
        state_ = State::strays;
        taken.tell(
            "its beginning was not captured, and this begins nothing: kept in case what came before it comes "
            "late");
      } else if (sequence == first_) {
        read(payload, sequence, taken);
      } else {
        keep({}, first_);
        gather(sequence, payload, taken);
      }
      break;
    case State::strays:
      take_stray(sequence, payload, fresh, taken);
      break;
    case State::gathering:
      gather(sequence, payload, taken);
      break;
    case State::vpn:
      take_of_vpn(sequence, payload, fresh, taken);
      break;
    case State::watching:
      watched_ += payload.size();
      take_later(sequence, payload, fresh, taken);
      break;
    case State::requests:
      take_later(sequence, payload, fresh, taken);
      break;
    case State::over:
      break;
  }
  if (state_ == State::watching && watched_ > most_watched) give_up();
  return taken;
}

std::optional<Named> Opening::acknowledged(std::uint32_t sequence) {
  if (!witness_.empty() &&
      !precedes(sequence, witness_first_ + static_cast<std::uint32_t>(witness_.size()))) {
    forget_witness();
  }
  if (!withheld_ || precedes(sequence, withheld_->acknowledged_at)) return std::nullopt;
  Taken taken;
  believe(taken);
  if (taken.names.empty()) return std::nullopt;
  return std::move(taken.names.front());
}

void Opening::believe(Taken& taken) {
  say(std::move(*withheld_), taken);
  withheld_.reset();
}

void Opening::give_up() {
  state_ = State::over;
  if (shape_ == Shape::undecided) shape_ = Shape::tls;  // the wary choice: a handshake is not counted
  pieces_.reset();
}

bool Opening::settle() {
  const bool begun = state_ == State::gathering && shape_ != Shape::plain;
  if (gathering()) rest();
  return begun;
}

/// Any segment may begin the next request, or a hello. One that begins nothing and comes too early may go on
/// with what is to come before it.
void Opening::take_later(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken) {
  const bool early = precedes(next_, sequence);
  if (!early) next_ = furthest_;
  if (!fresh) {
    taken.tell("a repetition");
  } else if (early && !may_open(payload)) {
    pieces_.emplace(limit);
    pieces_->anchor(next_, wire::Anchor::syn);
    first_ = next_;
    strays_ = 0;
    state_ = State::strays;
    static_cast<void>(pieces_->add(sequence, payload));
    taken.tell("it begins nothing: kept in case what comes before it does");
  } else {
    read(payload, sequence, taken);
  }
}

/// What was looked at is neither a hello nor a request: on to what may begin later.
void Opening::rest() {
  if (shape_ == Shape::undecided) shape_ = Shape::plain;
  state_ = resting_;
  next_ = furthest_;
  began_ = true;
  pieces_.reset();
}

/// `beginning` may lie in what was kept so far. `whole`: how long it says that it will be. It is believed as
/// far as twice of what is there, so that a few bytes that announce many cost no more than they did.
void Opening::keep(Bytes beginning, std::uint32_t first, std::size_t whole) {
  if (pieces_ && anchor_ == wire::Anchor::first_seen) {
    // The kept bytes may have begun earlier than the first segment seen, so where this beginning stands is
    // not certain.
    rest();
    return;
  }
  std::vector<std::uint8_t> kept;  // what lies in the pieces goes with them
  if (pieces_) {
    kept.assign(beginning.begin(), beginning.end());
    beginning = kept;
  }
  pieces_.emplace(limit);
  pieces_->anchor(first, began_ ? wire::Anchor::syn : anchor_);
  first_ = first;
  until_ = 0;
  state_ = State::gathering;
  pieces_->reserve(std::min(whole, 2 * beginning.size()));
  if (!beginning.empty() && pieces_->add(first, beginning)) give_up();
}

void Opening::take_stray(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken) {
  if (began_) watched_ += payload.size();
  const bool lost = pieces_->add(sequence, payload).has_value();
  if (!lost && may_open(pieces_->prefix())) {
    if (!began_) shape_ = Shape::undecided;
    state_ = State::gathering;
    read(pieces_->prefix(), first_, taken);
  } else if (fresh && may_open(payload)) {
    rest();
    read(payload, sequence, taken);
  } else if (lost || ++strays_ >= most_strays || pieces_->held() > most_stray_bytes) {
    rest();
  }
}

void Opening::gather(std::uint32_t sequence, Bytes payload, Taken& taken) {
  if (const auto refusal = pieces_->add(sequence, payload)) {
    if (taken.asked != nullptr) [[unlikely]]
      taken.tell(refusal_of(*refusal));
    if (refusal->kind == wire::Malformation::stream_overlap) {
      taken.disputed = true;  // what came first is read on, for whoever looks at a capture
    } else {
      taken.refusals.push_back(*refusal);
      give_up();
    }
    return;
  }
  const Bytes prefix = pieces_->prefix();
  if (!prefix.empty() && prefix.size() >= until_) {
    read(prefix, first_, taken);
  } else if (taken.asked != nullptr) [[unlikely]] {
    taken.tell(fmt::format("kept: {} bytes are there without a hole, {} at least are needed", prefix.size(),
                           std::max<std::size_t>(until_, 1)));
  }
}

/// Reads a hello or request heads from the first byte on, which has the sequence number `first`.
void Opening::read(Bytes bytes, std::uint32_t first, Taken& taken) {
  const Placed placed(taken.asked, bytes, first);
  if (!began_) {
    const std::size_t proxy = wire::proxy_header_length(bytes);
    if (taken.asked != nullptr && proxy != 0) [[unlikely]]
      taken.asked->trace.note("proxy", bytes.first(proxy), "PROXY header of a load balancer: stepped over");
    bytes = bytes.subspan(proxy);
    first += static_cast<std::uint32_t>(proxy);
  }
  wire::HelloState state = wire::read_tls_prefix(bytes);
  if (std::holds_alternative<wire::NotAHello>(state)) {
    say_tunnel(taken);
    read_requests(bytes, first, taken);
  } else {
    read_hello(bytes, first, std::move(state), taken);
  }
}

void Opening::read_hello(Bytes bytes, std::uint32_t first, wire::HelloState state, Taken& taken) {
  if (taken.asked != nullptr) [[unlikely]]
    note_hello(bytes, state, taken.asked->trace);
  if (shape_ == Shape::undecided) shape_ = Shape::tls;
  if (const auto* more = std::get_if<wire::NeedMore>(&state)) {
    const std::size_t until = std::max(more->until, bytes.size() + 1);
    if (state_ != State::gathering) keep(bytes, first, until);
    until_ = until;
    return;
  }
  if (const auto* refusal = std::get_if<wire::DecodeError>(&state)) {
    if (shape_ == Shape::plain) {
      taken.tell("not counted: in the middle of something else it need not be a hello at all");
      rest();
      return;
    }
    taken.refusals.push_back(*refusal);
    say_tunnel(taken);
  } else {
    auto& hello = std::get<wire::ClientHello>(state);
    if (witness_.empty() && pieces_ && bytes.size() == pieces_->prefix().size()) {
      witness_ = pieces_->take_prefix();
      witness_first_ = first;
    } else {
      bear_witness(bytes, first);
    }
    give_up();
    Named named{net::HostName(), model::NameEvidence::none, furthest_, hidden_by(hello)};
    hello_without_name_ = !hello.server_name;
    if (!hello.server_name) say_tunnel(taken);
    tunnel_.reset();  // the hello within says better what is used
    if (hello.server_name) {
      named.host = std::move(*hello.server_name);
      named.evidence = model::NameEvidence::tls_server_name;
    }
    say(std::move(named), taken);
    return;
  }
  give_up();
}

/// As many request heads as follow each other without a body.
void Opening::read_requests(Bytes bytes, std::uint32_t first, Taken& taken) {
  for (;;) {
    // Old clients send an empty line behind a body, servers take more than that in front of the first
    // request; behind a head a line feed alone belongs to whatever the head opened.
    const bool is_other = began_ && !bytes.empty() && bytes.front() == '\n';
    const auto read = is_other ? wire::NotHttp{} : wire::read_http_host(bytes);
    if (std::holds_alternative<wire::NotHttp>(read)) {
      read_vpn(bytes, first, taken);
      return;
    }
    if (taken.asked != nullptr) [[unlikely]]
      note_request(bytes, read, taken.asked->trace);
    if (shape_ == Shape::undecided) shape_ = Shape::plain;
    if (std::holds_alternative<wire::HttpNeedMore>(read)) {
      if (state_ != State::gathering || first != first_) keep(bytes, first);
      return;
    }
    began_ = true;
    resting_ = State::requests;
    if (state_ != State::gathering) state_ = State::requests;
    const std::string_view text = text_of(bytes);
    const auto end = end_of_head(text);
    const bool has_body = end && announces_body(text.substr(0, *end));
    if (const auto* refusal = std::get_if<wire::DecodeError>(&read)) taken.refusals.push_back(*refusal);
    if (const auto* host = std::get_if<net::HostName>(&read)) {
      const bool body_begun = !has_body || *end < bytes.size();
      const auto head_end = first + static_cast<std::uint32_t>(end.value_or(bytes.size()));
      bear_witness(bytes.first(end.value_or(bytes.size())), first);
      if (names_a_tunnel_alone(text.substr(0, end.value_or(text.size())))) {
        tunnel_ = Named{*host, model::NameEvidence::http_host, head_end};
        taken.tell("kept: CONNECT names its target where what goes through it does not name itself");
      } else if (body_begun) {
        say({*host, model::NameEvidence::http_host, furthest_}, taken);
      } else {
        withheld_ = Named{*host, model::NameEvidence::http_host, head_end};
        taken.tell("kept: a body is announced; believed when it begins, or the server acknowledges the head");
      }
    }
    if (!end || has_body || *end >= bytes.size()) {
      rest();
      return;
    }
    bytes = bytes.subspan(*end);
    first += static_cast<std::uint32_t>(*end);
  }
}

/// What is neither TLS nor HTTP may open a VPN, where the connection begins with it.
void Opening::read_vpn(Bytes bytes, std::uint32_t first, Taken& taken) {
  const auto read = began_ ? wire::NotVpn{} : wire::read_vpn_prefix(bytes);
  if (const auto* opening = std::get_if<wire::VpnHandshake>(&read)) taken.vpn = *opening;
  tell_of_vpn(read, taken);
  if (!std::holds_alternative<wire::VpnNeedMore>(read)) return rest();
  if (shape_ == Shape::undecided) shape_ = Shape::plain;
  if (state_ != State::gathering || first != first_) keep(bytes, first);
  if (state_ == State::gathering) state_ = State::vpn;
}

/// Where it turns out to be none, what this segment brings may begin something else.
void Opening::take_of_vpn(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken) {
  const bool lost = pieces_->add(sequence, payload).has_value();
  const auto read = lost ? wire::NotVpn{} : wire::read_vpn_prefix(pieces_->prefix());
  tell_of_vpn(read, taken);
  if (std::holds_alternative<wire::VpnNeedMore>(read)) return;
  if (const auto* opening = std::get_if<wire::VpnHandshake>(&read)) taken.vpn = *opening;
  rest();
  if (!taken.vpn && fresh) this->read(payload, sequence, taken);
}

void Opening::tell_of_vpn(const std::variant<wire::VpnNeedMore, wire::NotVpn, wire::VpnHandshake>& read,
                          const Taken& taken) {
  if (std::holds_alternative<wire::NotVpn>(read)) {
    taken.tell("begins neither with TLS nor with an HTTP request, nor does it open a VPN");
  } else if (std::holds_alternative<wire::VpnNeedMore>(read)) {
    taken.tell("kept: it may be OpenVPN's opening; waiting for the rest");
  } else {
    taken.tell("OpenVPN's opening (a hard reset of a client), whole");
  }
}

void Opening::say_tunnel(Taken& taken) {
  if (tunnel_) say(std::move(*tunnel_), taken);
  tunnel_.reset();
}

void Opening::say(Named named, Taken& taken) {
  if (said_.size() >= most_names || std::ranges::find(said_, named.host) != said_.end()) return;
  if (state_ != State::over) {  // else it is the last
    said_.push_back(named.host);
    said_bytes_ += memory_of(named);
  }
  taken.names.push_back(std::move(named));
}

/// Its memory with them: a vector that is emptied would keep it.
void Opening::forget_witness() { witness_ = std::vector<std::uint8_t>(); }

std::size_t Opening::held() const {
  return (pieces_ ? pieces_->held() : 0) + witness_.capacity() + said_bytes_ +
         (withheld_ ? memory_of(*withheld_) : 0) + (tunnel_ ? memory_of(*tunnel_) : 0);
}

/// Keeps the bytes that gave a name until the server has had them. Those of requests that follow each other
/// without an acknowledgement are kept together, within the limit.
void Opening::bear_witness(Bytes bytes, std::uint32_t first) {
  const bool follows =
      !witness_.empty() && witness_first_ + static_cast<std::uint32_t>(witness_.size()) == first;
  if (!follows || witness_.size() + bytes.size() > limit) {
    witness_.clear();
    witness_first_ = first;
  }
  bytes = bytes.first(std::min(bytes.size(), limit));
  witness_.insert(witness_.end(), bytes.begin(), bytes.end());
}

/// Whether some byte of the segment stands in what gave a name, and is another one there.
bool Opening::contradicts_witness(std::uint32_t sequence, Bytes payload) const {
  Bytes ours(witness_);
  const auto distance = static_cast<std::int32_t>(sequence - witness_first_);
  if (distance >= 0) {
    ours = ours.subspan(std::min(static_cast<std::size_t>(distance), ours.size()));
  } else {
    const auto before = static_cast<std::size_t>(-static_cast<std::int64_t>(distance));
    payload = payload.subspan(std::min(before, payload.size()));
  }
  const std::size_t common = std::min(ours.size(), payload.size());
  return !std::ranges::equal(ours.first(common), payload.first(common));
}

}  // namespace edgewatch::observe
