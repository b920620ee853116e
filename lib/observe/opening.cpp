#include "opening.hpp"

#include "edgewatch/wire/http.hpp"

#include "sequence.hpp"

#include <algorithm>
#include <string_view>

namespace edgewatch::observe {
namespace {

using namespace std::string_view_literals;

// A proxy's connection may name many hosts; beyond this many they are not remembered, and so not said.
constexpr std::size_t most_names = 64;

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()),
          bytes.size()};  // bytes as characters, for searching only
}

/// Where the head ends, if the request has no body that another request could not be told from (RFC 9112
/// section 6.3).
std::optional<std::size_t> end_of_bodiless_head(Bytes bytes) {
  const std::string_view text = text_of(bytes);
  const std::size_t end = text.find("\r\n\r\n"sv);
  if (end == std::string_view::npos) return std::nullopt;
  const bool bodiless = text.starts_with("GET "sv) || text.starts_with("HEAD "sv);
  if (!bodiless) return std::nullopt;
  return end + 4;
}

}  // namespace

Opening::Taken Opening::take(std::uint32_t sequence, Bytes payload, bool fresh) {
  Taken taken;
  if (payload.empty() || state_ == State::over) return taken;
  const std::uint32_t end = sequence + static_cast<std::uint32_t>(payload.size());
  if (state_ == State::fresh || precedes(furthest_, end)) furthest_ = end;
  switch (state_) {
    case State::fresh:
      if (sequence == first_) {
        decide(payload, sequence, taken);
      } else {
        keep(first_, anchor_);
      }
      if (state_ == State::gathering) gather(sequence, payload, taken);
      break;
    case State::gathering:
      gather(sequence, payload, taken);
      break;
    case State::requests:
      if (!fresh) break;
      read_requests(payload, sequence, taken);
      if (state_ == State::gathering && pieces_->add(sequence, payload)) give_up();
      break;
    case State::over:
      break;
  }
  return taken;
}

void Opening::give_up() {
  state_ = State::over;
  if (shape_ == Shape::undecided) shape_ = Shape::tls;  // the wary choice: a handshake is not counted
  pieces_.reset();
}

void Opening::keep(std::uint32_t first, wire::Anchor anchor) {
  state_ = State::gathering;
  pieces_.emplace(limit);
  pieces_->anchor(first, anchor);
  until_ = 0;
}

void Opening::gather(std::uint32_t sequence, Bytes payload, Taken& taken) {
  if (const auto refusal = pieces_->add(sequence, payload)) {
    taken.refusal = refusal;
    give_up();
    return;
  }
  const Bytes prefix = pieces_->prefix();
  if (prefix.empty() || prefix.size() < until_) return;
  if (requests_seen_) {
    read_requests(prefix, first_, taken);
  } else {
    decide(prefix, first_, taken);
  }
}

void Opening::decide(Bytes prefix, std::uint32_t first, Taken& taken) {
  wire::HelloState state = wire::read_tls_prefix(prefix);
  if (std::holds_alternative<wire::NotAHello>(state)) {
    read_requests(prefix, first, taken);
  } else {
    shape_ = Shape::tls;
    decide_tls(prefix, std::move(state), taken);
  }
}

void Opening::decide_tls(Bytes prefix, wire::HelloState state, Taken& taken) {
  if (const auto* more = std::get_if<wire::NeedMore>(&state)) {
    if (state_ == State::fresh) keep(first_, anchor_);
    until_ = std::max(more->until, prefix.size() + 1);
    return;
  }
  if (const auto* hello = std::get_if<wire::ClientHello>(&state)) {
    if (hello->server_name && !hello->server_name_is_ip) {
      say(*hello->server_name, model::NameEvidence::tls_server_name, taken);
    }
  } else if (const auto* refusal = std::get_if<wire::DecodeError>(&state)) {
    taken.refusal = *refusal;
  }
  give_up();
}

/// Request heads from the first byte of `bytes` on, which has the sequence number `first`: as many as follow
/// each other without a body.
void Opening::read_requests(Bytes bytes, std::uint32_t first, Taken& taken) {
  for (;;) {
    const auto read = wire::read_http_host(bytes);
    if (std::holds_alternative<wire::NotHttp>(read)) {
      if (!requests_seen_) {
        shape_ = Shape::plain;
        give_up();
      } else {
        state_ = State::requests;  // a body, most likely: the next segment may begin with a head again
        pieces_.reset();
      }
      return;
    }
    shape_ = Shape::plain;
    if (std::holds_alternative<wire::HttpNeedMore>(read)) {
      if (state_ != State::gathering || first != first_) keep_head(bytes, first);
      return;
    }
    requests_seen_ = true;
    state_ = State::requests;
    if (const auto* host = std::get_if<net::HostName>(&read))
      say(*host, model::NameEvidence::http_host, taken);
    if (const auto* refusal = std::get_if<wire::DecodeError>(&read)) taken.refusal = *refusal;
    const auto end = end_of_bodiless_head(bytes);
    if (!end || *end >= bytes.size()) {
      pieces_.reset();
      return;
    }
    bytes = bytes.subspan(*end);
    first += static_cast<std::uint32_t>(*end);
  }
}

/// The beginning of a head, whose rest is yet to come. `bytes` may lie in what was kept so far.
void Opening::keep_head(Bytes bytes, std::uint32_t first) {
  if (pieces_ && anchor_ == wire::Anchor::first_seen) {
    // The kept bytes may have begun earlier than the first segment seen, so where this head begins is not
    // certain.
    state_ = State::requests;
    pieces_.reset();
    return;
  }
  const std::vector<std::uint8_t> head(bytes.begin(), bytes.end());
  keep(first, state_ == State::fresh ? anchor_ : wire::Anchor::syn);
  first_ = first;
  if (pieces_->add(first, head)) give_up();
}

void Opening::say(const net::HostName& host, model::NameEvidence evidence, Taken& taken) {
  if (said_.size() >= most_names || std::ranges::find(said_, host) != said_.end()) return;
  said_.push_back(host);
  taken.names.push_back({host, evidence, furthest_});
}

}  // namespace edgewatch::observe
