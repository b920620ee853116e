#include "edgewatch/account/stream.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace edgewatch::account {
namespace {

constexpr double percent = 100.0;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

auto first_at(const std::deque<Exchange>& exchanges, Timestamp at) {
  return std::lower_bound(exchanges.begin(), exchanges.end(), at,
                          [](const Exchange& exchange, Timestamp moment) { return exchange.at < moment; });
}

/// What was fetched together.
struct Piece {
  Timestamp first;
  Timestamp last;
  std::uint64_t bytes = 0;
  std::uint32_t last_bytes = 0;
};

/// The same answer, still coming, and faster than anybody listens: what a slow line needs for a large piece,
/// or a download.
bool is_rest_of(const Piece& piece, const Exchange& next, const Method& method) {
  const auto most = static_cast<std::uint64_t>(method.trickle_rate_max) *
                    static_cast<std::uint64_t>(method.answer_within.count());
  constexpr Method::Seconds second{1};
  return next.up < method.request_bytes && piece.last_bytes > most &&
         next.at - piece.last <= method.answer_within + second + second;
}

/// The longest time between two of many pieces that is still of their kind: of ten, nine take no more than
/// half of it. Longer, and nothing was played: somebody stopped it for a while. What comes a whole track at a
/// time, or in bursts, has too many long gaps for one of them to stand out.
Duration longest_usual(const std::vector<Piece>& pieces, const Method& method) {
  if (pieces.size() <= method.pause_gaps) return method.stream_gap;
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < pieces.size(); ++i) gaps.push_back(pieces[i].first - pieces[i - 1].last);
  const auto tenth = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / method.pause_gaps);
  std::nth_element(gaps.begin(), tenth, gaps.end(), std::greater<>());
  return std::max<Duration>(method.hold_media, 2 * *tenth);
}

/// Those around `at` with no pause between them.
std::vector<Piece> without_pauses(std::vector<Piece> pieces, Timestamp at, const Method& method) {
  const Duration usual = longest_usual(pieces, method);
  auto first = pieces.begin();
  for (auto it = pieces.begin(); it != pieces.end() && std::next(it) != pieces.end(); ++it) {
    const auto next = std::next(it);
    if (next->first - it->last <= usual) continue;
    if (next->first > at) return {first, next};
    first = next;
  }
  return {first, pieces.end()};
}

/// Those with no longer gap between them that the media at `at` is among.
std::vector<Piece> pieces_around(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  std::vector<Piece> pieces;
  for (auto it = first_at(exchanges, at - method.stream_span);
       it != exchanges.end() && it->at <= at + method.stream_span; ++it) {
    if (!is_media(*it, method)) continue;
    const bool parted = !pieces.empty() && it->at - pieces.back().last > method.stream_gap;
    if (parted && it->at > at) break;
    if (parted) pieces.clear();
    const bool joins = !pieces.empty() && (it->at - pieces.back().first <= method.group_gap ||
                                           is_rest_of(pieces.back(), *it, method));
    if (!joins) pieces.push_back({it->at, it->at, 0, 0});
    pieces.back().last = it->at;
    pieces.back().bytes += it->down;
    pieces.back().last_bytes = it->down;
  }
  return without_pauses(std::move(pieces), at, method);
}

/// The pace, in bytes a second, at which pieces come that are played one after the other: never far ahead of
/// it and never far behind, for a time that no chance fills. A download has no such pace, and what is fetched
/// ahead and never played is one piece.
std::optional<double> pace_of(const std::vector<Piece>& pieces, const Method& method) {
  if (pieces.size() < method.stream_pieces) return std::nullopt;
  const Duration whole = pieces.back().first - pieces.front().first;
  if (whole < method.stream_filled) return std::nullopt;
  double all = 0;
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) all += static_cast<double>(pieces[i].bytes);
  const double pace = all / seconds(whole);
  if (pace < method.stream_rate_min) return std::nullopt;
  double fetched = 0;
  for (const Piece& piece : pieces) {
    const double due = pace * seconds(piece.first - pieces.front().first);
    if (std::abs(fetched - due) * percent > all * method.stream_off_percent) return std::nullopt;
    fetched += static_cast<double>(piece.bytes);
  }
  return pace;
}

/// A piece plays to the next one, where it and what was left of those before it are nearly enough; else as
/// long as itself.
Playing lasts(const std::vector<Piece>& pieces, std::size_t own, double pace, const Method& method) {
  double left = 0;
  for (std::size_t i = 0; i <= own; ++i) {
    if (i > 0) left = std::max(0.0, left - pace * seconds(pieces[i].first - pieces[i - 1].first));
    left += static_cast<double>(pieces[i].bytes);
  }
  if (own + 1 < pieces.size()) {
    const Duration gap = pieces[own + 1].first - pieces[own].first;
    if (left * percent >= pace * seconds(gap) * (percent - method.stream_lack_percent)) return {gap, true};
  }
  const std::chrono::duration<double> itself(static_cast<double>(pieces[own].bytes) / pace);
  return {std::min<Duration>(method.hold_media, std::chrono::duration_cast<Duration>(itself)), false};
}

std::optional<Playing> stream_from(const std::deque<Exchange>& exchanges, Timestamp at,
                                   const Method& method) {
  const std::vector<Piece> pieces = pieces_around(exchanges, at, method);
  const std::optional<double> pace = pace_of(pieces, method);
  if (!pace) return std::nullopt;
  const auto own =
      std::find_if(pieces.rbegin(), pieces.rend(), [&](const Piece& piece) { return piece.first <= at; });
  if (own == pieces.rend()) return std::nullopt;
  const auto index = static_cast<std::size_t>(pieces.rend() - own) - 1;
  Playing playing = lasts(pieces, index, *pace, method);
  playing.time = std::max(Duration(0), own->first + playing.time - at);
  return playing;
}

std::optional<Playing> chunk_from(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  const std::uint32_t chunks =
      chunks_between(exchanges, at - method.chunk_span, at + method.chunk_span, method);
  if (chunks < method.chunk_count) return std::nullopt;
  return chunk_hold(exchanges, at, method);
}

}  // namespace

bool is_media(const Exchange& exchange, const Method& method) {
  return exchange.role == model::Role::media && exchange.down >= method.piece_bytes;
}

std::optional<Playing> playing_from(const std::deque<Exchange>& exchanges, Timestamp at,
                                    const Method& method) {
  const auto own = first_at(exchanges, at);
  const bool is_a_chunk = own != exchanges.end() && own->at == at && is_chunk(*own, method);
  const std::optional<Playing> chunk = is_a_chunk ? chunk_from(exchanges, at, method) : std::nullopt;
  const std::optional<Playing> stream = stream_from(exchanges, at, method);
  if (!stream || !chunk) return stream ? stream : chunk;
  if (!chunk->goes_on) return stream;  // its pace says more than its gaps
  return chunk->time > stream->time ? chunk : stream;
}

bool plays_at(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  for (auto it = first_at(exchanges, at); it != exchanges.begin();) {
    --it;
    if (at - it->at > method.stream_gap) return false;
    if (!is_media(*it, method)) continue;
    const std::optional<Playing> playing = stream_from(exchanges, it->at, method);
    return playing && it->at + playing->time + method.group_gap >= at;
  }
  return false;
}

bool plays_between(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                   const Method& method) {
  if (chunks_between(exchanges, from, to, method) >= method.chunk_count) return true;
  for (auto it = first_at(exchanges, from); it != exchanges.end() && it->at <= to; ++it) {
    if (is_media(*it, method)) return stream_from(exchanges, it->at, method).has_value();
  }
  return false;
}

}  // namespace edgewatch::account
