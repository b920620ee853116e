// What the sources said of one device or address, resolved to intervals: sessions of people (rivals, locks,
// refreshes) and leases of an address. Values that own what they hold; no threads of their own. All times are
// as stated by the source (valid time).
#pragma once

#include "edgewatch/model/attribution.hpp"
#include "edgewatch/net/address.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::identity {

/// How firm a source is where two speak of the same moment (IDENTITY 3, conflict order), weakest first.
enum class Rank : std::uint8_t { static_list, dc, kerberos, windows, radius, admin };
[[nodiscard]] Rank rank_of(model::TenancyEvent::Source source);
[[nodiscard]] model::TenancyEvent::Source source_of(Rank rank);

/// What the sessions of one device or address say of a stretch of time.
struct Span {
  enum class State : std::uint8_t {
    nothing,   ///< no session is known
    held,      ///< by exactly one person
    locked,    ///< the screen was locked: evidence that nobody was there
    left,      ///< `person` logged off
    expired,   ///< `person` was seen by a source without log-off, too long ago
    stranger,  ///< somebody who is not in people.csv
    conflict,  ///< rivals
  };
  model::Interval interval;
  State state = State::nothing;
  std::vector<model::PersonId> people;  ///< whom it is about; one for held, left and expired
  Rank rank = Rank::static_list;
  model::BindingId binding = 0;  ///< of a held one; 0 until it was named

  [[nodiscard]] bool says_the_same(const Span& other) const {
    return state == other.state && people == other.people && rank == other.rank;
  }
};

class SessionTimeline {
 public:
  struct Logon {
    std::optional<model::PersonId> person;  ///< nothing: a stranger
    Rank rank = Rank::static_list;
    std::string session;
    model::Interval valid;
    /// How long a sign of a source without log-off holds (IDENTITY 3: min(lease/2, 8 h)); nothing for the
    /// others.
    std::optional<std::chrono::seconds> lifetime;
  };
  /// A new session, or a refresh of the one with the same person, source and session id that is still open.
  void log_on(const Logon& logon);
  /// Which sessions an event speaks of: those of a session id if there is one, else of a person, else all
  /// that are open.
  struct Meant {
    std::string session;
    bool anybody = true;
    std::optional<model::PersonId> person;  ///< where not anybody; nothing: a stranger
  };
  /// Ends, locks or unlocks the sessions meant. False when none is.
  bool log_off(const Meant& meant, Timestamp at);
  bool lock(const Meant& meant, Timestamp at);
  bool unlock(const Meant& meant, Timestamp at);
  void forget_before(Timestamp at);

  /// Null before the first session. Good until the next change.
  [[nodiscard]] const Span* at(Timestamp moment) const;
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  [[nodiscard]] bool has_session(const std::string& id) const;
  /// Where more people are logged on at once at that moment than one machine at a time has: since when
  /// (TIME 1). Three who came within an hour, and none of whom left.
  [[nodiscard]] std::optional<Timestamp> crowded_since(Timestamp moment) const;
  /// Gives every held span that has none its id.
  template <class IdOf>
  void name_spans(const IdOf& id_of) {
    for (Span& span : spans_) {
      if (span.state == Span::State::held && span.binding == 0) span.binding = id_of(span);
    }
  }
  /// As the ledger has it, for `who`: a span, without the sessions behind it. In order of time.
  void restore(Span span) { spans_.push_back(std::move(span)); }

 private:
  struct Session {
    std::optional<model::PersonId> person;
    Rank rank = Rank::static_list;
    std::string id;
    Timestamp start;
    Timestamp end = Timestamp::max();
    bool expires = false;  // ended by its lifetime, not by anybody's leaving
    std::optional<std::chrono::seconds> lifetime;
    std::vector<Timestamp> signs;         // of life, start included, in order
    std::vector<model::Interval> locked;  // in order; the last may be open
  };
  struct View;

  template <class Change>
  bool change_meant(const Meant& meant, Timestamp at, Change change);
  [[nodiscard]] Span evaluate(Timestamp moment) const;
  [[nodiscard]] bool is_displaced(const Session& session, Timestamp moment) const;
  [[nodiscard]] std::vector<Timestamp> boundaries(Timestamp from) const;
  void resolve(Timestamp from);
  void drop_finished(Timestamp at);
  void freeze();

  std::vector<Session> sessions_;  // by start
  std::vector<Span> spans_;        // in order, without gaps from the first start on
  Timestamp frozen_ = Timestamp::min();
};

/// Which device had an address when.
class LeaseTimeline {
 public:
  /// How it is known, least first.
  enum class Word : std::uint8_t {
    seen,  ///< frames of the device came from the address: says nothing of frames without a MAC of their own
    claimed,  ///< ARP or Neighbour Discovery said so; it holds no longer than it was seen once another has it
    granted,  ///< a server did
  };
  struct Lease {
    net::MacAddress mac;
    model::Interval valid;
    Timestamp last_seen;  ///< the last time anything spoke of it
    Word word = Word::granted;
    model::TenancyEvent::Source source = model::TenancyEvent::Source::dhcp;
    /// Since when frames of the device came from the address; the end of time where none did.
    Timestamp framed_from = Timestamp::max();
    bool operator==(const Lease&) const = default;
  };
  void grant(const net::MacAddress& mac, const model::Interval& valid, Word word,
             model::TenancyEvent::Source source);
  /// A frame of that device came from the address. False where another is known to have it, or none: then
  /// `move` says so.
  [[nodiscard]] bool see(const net::MacAddress& mac, Timestamp at);
  void move(const net::MacAddress& mac, Timestamp at);
  /// Somebody claims the address, who may be lying: where another device has it, that is over; the claim
  /// gives nobody anything.
  void contradict(const net::MacAddress& mac, Timestamp at);
  /// Ends the lease of that device, or of whoever has it.
  void release(const std::optional<net::MacAddress>& mac, Timestamp at);
  /// Ends what only frames said, of devices that have been silent for two days.
  void close_silent(Timestamp now);
  void forget_before(Timestamp at);
  /// Null where nobody is known to have the address. Good until the next change.
  [[nodiscard]] const Lease* at(Timestamp moment) const;
  /// Whether the address was that device's at `from` already, as far as is known. Where nobody was known to
  /// have it then: whether frames alone told of a holder since, and of no other device.
  [[nodiscard]] bool is_unchanged(Timestamp from, Timestamp to,
                                  const std::optional<net::MacAddress>& mac) const;
  [[nodiscard]] const std::vector<Lease>& leases() const { return leases_; }
  void restore(const Lease& lease) { leases_.push_back(lease); }

 private:
  [[nodiscard]] Lease* find(Timestamp moment);

  std::vector<Lease> leases_;  // by start, never overlapping
};

}  // namespace edgewatch::identity
