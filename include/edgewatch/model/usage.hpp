// What is kept of a person's use, and what is said of blocks and coverage. A usage record needs a ServiceId,
// so a visit to an unmonitored site cannot be written down (ARCHITECTURE D4, law). Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/classification.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/model/sign.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::model {

enum class Kind : std::uint8_t { interactive, playing, concurrent };
[[nodiscard]] std::string to_string(Kind kind);
/// Of activity and of the whole record (TIME 2.4), weakest first. Weak time is never counted.
enum class Grade : std::uint8_t { weak, moderate, strong };
[[nodiscard]] std::string to_string(Grade grade);
[[nodiscard]] std::optional<Kind> parse_kind(const std::string& text);
[[nodiscard]] std::optional<Grade> parse_grade(const std::string& text);
[[nodiscard]] std::optional<Purpose> parse_purpose(const std::string& text);

/// Reason bits of TIME 2.4, in its order: bit 0 is LED.
enum class Reason : std::uint16_t {
  led = 1U << 0U,
  cont = 1U << 1U,
  media = 1U << 2U,
  hold_only = 1U << 3U,
  handover_cut = 1U << 4U,
  dns_name = 1U << 5U,
  loss = 1U << 6U,
  clock = 1U << 7U,
  bounce = 1U << 8U,
  follower = 1U << 9U,
  isolated = 1U << 10U,
  embedded = 1U << 11U,
  unattended = 1U << 12U,
  short_visit = 1U << 13U,
  shared = 1U << 14U,
  chat = 1U << 15U,
};
using Reasons = std::uint16_t;
[[nodiscard]] constexpr Reasons bit(Reason reason) { return static_cast<Reasons>(reason); }
/// Names of TIME 2.4 joined by `,` in bit order: `LED,CONT`; empty for none.
[[nodiscard]] std::string reason_names(Reasons reasons);

/// Time of one subject on one service in one UTC minute. One per (minute, subject, service, kind, grade,
/// purpose, run).
struct UsageSlice {
  /// 0: as first told. An amendment has a higher run than all it amends, and takes the place of every slice
  /// of its subject and minute; one of 0 seconds says that nothing is left of what its service was credited
  /// with.
  std::uint16_t run = 0;
  Subject subject;
  ServiceId service;
  Category category;
  Purpose purpose = Purpose::personal;
  UtcMinute minute;
  Kind kind = Kind::interactive;
  Grade grade = Grade::weak;
  std::uint8_t seconds = 0;        ///< 1..60
  std::uint8_t lower_seconds = 0;  ///< 0..seconds; 0 on weak and concurrent rows
  Reasons reasons = 0;
  NameEvidence weakest_name = NameEvidence::none;
  IdentityGrade weakest_identity = IdentityGrade::none;
  /// By which interval of the identity ledger the subject is the one it is; 0 where none is needed (no
  /// person) or where it was more than one.
  BindingId binding = 0;
  Revision catalogue;
  Revision rule_book;
  std::string method;  ///< version of the constants table
};

/// Whether late evidence takes the slice from the person it is about: their interval, or perhaps theirs, and
/// a minute that the time withdrawn touches.
[[nodiscard]] bool is_amended(const UsageSlice& slice, const Amendment& amendment);
/// The slice as what stands for it then: of the device or address, weak. The amendment must have an
/// `instead`.
void stand_instead(UsageSlice& slice, const Amendment& amendment);
/// Two slices of the same minute, subject, service, kind, grade and purpose as one; a minute has 60 seconds.
void add_up(UsageSlice& to, const UsageSlice& more);

/// A name that belongs to a service or matched a rule. Shown by a replay, never stored.
struct Finding {
  Timestamp at;
  Client client;
  net::Endpoint server;
  net::HostName name;
  NameEvidence evidence = NameEvidence::none;
  std::optional<PersonId> person;
  std::optional<Classification> classification;
  Decision decision;
};

/// Attempts that a rule blocked, one per client, service, rule and minute. What may be stored of it: class
/// `inappropriate` keeps the person and drops name, service and category; other classes keep the service and
/// drop the person (CONTRACT, `blocks`).
struct BlockCount {
  UtcMinute minute;
  Client client;
  std::optional<PersonId> person;
  std::optional<net::HostName> name;
  std::optional<ServiceId> service;
  std::optional<Category> category;
  RuleId rule;
  RuleClass rule_class = RuleClass::policy;
  std::string mechanism;  ///< `observed` where nothing was enforced
  std::uint32_t attempts = 0;
};

/// What one source saw and did not see in an interval. A flow stands in one of the five columns from `named`
/// to `unnamed_other`.
struct Coverage {
  enum class State : std::uint8_t { watched, gap };
  std::string source;        ///< name of the interface or file
  std::uint16_t number = 0;  ///< the same as in net::Frame; not kept
  Interval interval;
  State state = State::watched;
  std::uint64_t seen = 0;  ///< frames
  std::uint64_t lost_in_kernel = 0;
  std::uint64_t lost_in_queue = 0;
  std::uint64_t refused = 0;         ///< frames refused by name (Malformation)
  std::uint64_t named = 0;           ///< flows that got a name
  std::uint64_t unnamed_ech = 0;     ///< ECH or ESNI, and the client's own DNS does not tell
  std::uint64_t unnamed_doh = 0;     ///< to resolvers over HTTPS, TLS or QUIC: names of others pass in them
  std::uint64_t unnamed_tunnel = 0;  ///< VPN, Private Relay
  std::uint64_t unnamed_other = 0;
  std::array<std::uint64_t, bypass_kinds> signs{};  ///< by BypassSign::Kind
  std::uint64_t tls_with_dns = 0;                   ///< what signs of `tls_without_dns` are measured against
  std::uint64_t ambiguous = 0;  ///< flows without a name whose address the client knew by several
  /// False for a row of a version that did not tell flows apart by cause: all of them stand in `named` and
  /// `unnamed_other`, and the other causes, the signs and what follows them were not counted.
  bool causes_measured = true;
  [[nodiscard]] std::uint64_t of(BypassSign::Kind kind) const {
    return signs.at(static_cast<std::size_t>(kind));
  }
};

/// A time in which packets passed the gateway without a verdict, by the kernel's count. It says nothing of
/// what the sensor saw.
struct GatewayGap {
  Interval interval;
  std::uint64_t queued = 0;  ///< sent to the gateway meanwhile
  std::uint64_t passed = 0;  ///< of them, without a verdict
  bool operator==(const GatewayGap&) const = default;
};

/// One count per person, day and reason of what was seen and not counted; without service or time
/// (EVIDENCE 4.4).
struct Exclusion {
  Subject subject;
  CivilDate utc_day;
  std::string reason;  ///< `embedded`, `push`, `advert`, `background`, `follower`, `no-continuation`
  std::uint32_t count = 0;
};

}  // namespace edgewatch::model
