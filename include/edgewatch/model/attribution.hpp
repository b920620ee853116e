// Whose traffic it was, and how firmly we know. Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/ids.hpp"
#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::model {

enum class Basis : std::uint8_t {
  unknown,
  conflict,       ///< rival holders: nobody
  shared_device,  ///< listed or seen to have several users: nobody
  static_assignment,
  lease,  ///< lease of a device that is assigned to one person
  radius,
  logon,
};
/// `unknown`, `conflict`, `shared`, `static`, `lease`, `radius`, `logon`.
[[nodiscard]] std::string to_string(Basis basis);

/// IDENTITY 3. Only A and B stand for a person.
enum class IdentityGrade : std::uint8_t { none, c, b, a };
/// `none`, `C`, `B`, `A`.
[[nodiscard]] std::string to_string(IdentityGrade grade);

/// Half-open: from <= t < to.
struct Interval {
  Timestamp from = Timestamp::min();
  Timestamp to = Timestamp::max();
  [[nodiscard]] bool contains(Timestamp at) const { return from <= at && at < to; }
  bool operator==(const Interval&) const = default;
};

/// Stands for an interval of the identity ledger: made of what never changes of it (layer, key, value,
/// start), so that it is the same in every run. 0 for none.
using BindingId = std::uint64_t;

struct Attribution {
  std::optional<PersonId> person;  ///< only at grade A or B
  BindingId binding = 0;           ///< what says so of the person
  std::optional<net::MacAddress> device;
  net::IpAddress address;
  Basis basis = Basis::unknown;
  IdentityGrade grade = IdentityGrade::none;
  Interval held;
  bool several_people = false;  ///< people share the address: `unattributed`, not even the device
  bool not_monitored = false;   ///< group `not-monitored`: counted nowhere, stored nowhere
};

/// Whom a usage record is about: a person where attributed, else the device, else the address, else nobody
/// (CONTRACT, `minutes`).
class Subject {
 public:
  enum class Kind : std::uint8_t { person, device, address, unattributed };

  Subject() = default;  ///< unattributed
  explicit Subject(const Attribution& attribution);
  static Subject of_person(const PersonId& person);
  static Subject of_device(const net::MacAddress& device);
  static Subject of_address(const net::IpAddress& address);
  /// From the text that `text()` gives.
  static Subject parse(const std::string& text);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// The person's id, `device:<mac>`, `address:<ip>` or `unattributed`.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::optional<PersonId> person() const;
  auto operator<=>(const Subject& other) const { return text_ <=> other.text_; }
  bool operator==(const Subject& other) const { return text_ == other.text_; }

 private:
  Subject(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  Kind kind_ = Kind::unattributed;
  std::string text_ = "unattributed";
};

/// One row of the tenancy feed (CONTRACT, "tenancy feed").
struct TenancyEvent {
  enum class Kind : std::uint8_t { lease, release, logon, logoff, lock, unlock, shared };
  enum class Source : std::uint8_t { dhcp, radius, windows, dc, kerberos, ndp, static_list, admin };
  Timestamp recorded_at;
  Kind kind = Kind::lease;
  std::optional<net::IpAddress> address;
  std::optional<net::MacAddress> mac;
  std::string person;  ///< person id or account, as given; empty where the kind has none
  Interval valid;
  Source source = Source::admin;
  std::string session;
  /// Whose clock stated the times: each is judged by itself. Empty: the source's as a whole; `our_clock`:
  /// ours.
  std::string sender;
  static constexpr std::string_view our_clock = "edgewatch";
};

/// One interval of the identity ledger, as stored (IDENTITY 3): address to device, or device (or address) to
/// person.
struct Binding {
  enum class Layer : std::uint8_t { address_to_device, device_to_person, address_to_person };
  /// What the interval says. Where it is nobody's it says why, and speaks of no person, but of who had been
  /// there just before (`left`, `expired`).
  enum class State : std::uint8_t {
    held,
    claimed,   ///< the device itself says that the address is its own (ARP, Neighbour Discovery)
    seen,      ///< frames of that device came from the address
    conflict,  ///< rivals
    locked,    ///< the screen was locked
    left,      ///< who was last there logged off
    expired,   ///< the last word of a source without log-off is too old
    stranger,  ///< somebody who is not in people.csv
    shared,    ///< several users
  };
  Layer layer = Layer::address_to_device;
  std::string key;    ///< address or MAC, as text
  std::string value;  ///< MAC or person id, as text
  Interval valid;
  Timestamp recorded_at;
  Basis basis = Basis::unknown;
  State state = State::held;
  TenancyEvent::Source source = TenancyEvent::Source::static_list;  ///< whose word it is
  [[nodiscard]] BindingId id() const;
  bool operator==(const Binding&) const = default;
};
/// `held`, `claimed`, `seen`, `conflict`, `locked`, `left`, `expired`, `stranger`, `shared`.
[[nodiscard]] std::string to_string(Binding::State state);
/// The words of the tenancy feed: `dhcp`, `radius`, `windows`, `dc`, `kerberos`, `ndp`, `static`, `admin`.
[[nodiscard]] std::string to_string(TenancyEvent::Source source);
/// For people: `a DHCP server`, `Windows on the machine`.
[[nodiscard]] std::string in_words(TenancyEvent::Source source);
/// The id of the interval in which somebody held a device or an address from that moment on.
[[nodiscard]] BindingId binding_id(Binding::Layer layer, Bytes key, std::string_view value, Timestamp from);

/// Late evidence: in that time it was not that person after all. Minutes of theirs that touch it are taken
/// from them and stand for the device or address alone; nobody is given them (IDENTITY 3).
struct Amendment {
  PersonId person;
  BindingId binding = 0;           ///< which of the person's intervals was cut
  Interval withdrawn;              ///< bounded
  Timestamp recorded_at;           ///< when the evidence came
  std::optional<Subject> instead;  ///< never a person; none where it was somebody who is not monitored
  /// What is known of that time now: `held` by somebody else, `conflict`, `shared`; `left`: nobody is known.
  Binding::State why = Binding::State::held;
  TenancyEvent::Source source = TenancyEvent::Source::admin;  ///< whose word changed it
  bool operator==(const Amendment&) const = default;
};

}  // namespace edgewatch::model
