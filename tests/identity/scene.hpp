/// What the tests of identity share: a morning of 17 November 2026, two desks, two laptops, people.
#pragma once

#include "edgewatch/identity/register.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edgewatch::identity {

/// A moment of 17 November 2026, as `09:00` or `09:00:30`.
inline Timestamp at(const std::string& clock) {
  return parse_rfc3339("2026-11-17T" + clock + (clock.size() == 5 ? ":00Z" : "Z")).value();
}
inline net::IpAddress ip(const char* text) { return net::IpAddress::parse(text).value(); }
inline net::MacAddress mac(const char* text) { return net::MacAddress::parse(text).value(); }

inline const net::IpAddress desk = ip("10.20.1.17");
inline const net::IpAddress other_desk = ip("10.20.1.18");
inline const net::MacAddress laptop = mac("02:00:5e:10:00:17");
inline const net::MacAddress other_laptop = mac("02:00:5e:10:00:18");

inline Person person(const char* id, std::vector<std::string> groups = {},
                     std::vector<std::string> accounts = {}) {
  Person out;
  out.id = model::PersonId(id);
  out.groups = std::move(groups);
  out.accounts = std::move(accounts);
  return out;
}

}  // namespace edgewatch::identity
