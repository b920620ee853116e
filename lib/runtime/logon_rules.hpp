// What a Windows event says of who sits where (IDENTITY 1 and 3), at the time that its sender states. Pure
// but for the sessions that are open, which it remembers. One thread.
#pragma once

#include "edgewatch/config/identity_sources.hpp"
#include "edgewatch/model/attribution.hpp"

#include "windows_event.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgewatch::runtime {

class LogonRules {
 public:
  struct Outcome {
    std::vector<model::TenancyEvent> events;  ///< none or one
    std::string_view refusal;                 ///< in words for a counter; empty where there is an event
  };

  LogonRules(std::vector<std::string> service_accounts, const std::vector<config::Computer>& computers);

  /// `sender` is whom the message came from, already found to be listed in that role.
  [[nodiscard]] Outcome judge(const WindowsEvent& event, config::SyslogSender::Role role,
                              const net::IpAddress& sender, Timestamp arrived);
  /// What the spool says was open when the daemon ended.
  void restore(const model::TenancyEvent& event);
  void set_computers(const std::vector<config::Computer>& computers);

  static constexpr std::size_t most_sessions = std::size_t{1} << 16U;
  /// A domain controller speaks of the same person at the same address many times an hour.
  static constexpr std::chrono::minutes repeated_after{5};
  /// Two machines at one address are there together where one asks, the other, and the first again by then.
  static constexpr std::chrono::hours by_turns_within{1};
  /// For a working day, as a crowd (identity).
  static constexpr std::chrono::hours shared_for{12};

 private:
  struct Place {
    std::optional<net::IpAddress> address;
    std::optional<net::MacAddress> mac;
  };
  struct Asking {
    std::string machine;
    Timestamp at;
  };
  [[nodiscard]] std::optional<Place> place_of(const WindowsEvent& event, config::SyslogSender::Role role,
                                              const net::IpAddress& sender) const;
  [[nodiscard]] Outcome judge_ticket(const WindowsEvent& event, model::TenancyEvent out);
  [[nodiscard]] Outcome judge_machine(const WindowsEvent& event, Timestamp arrived);
  [[nodiscard]] Outcome judge_logon(const WindowsEvent& event, model::TenancyEvent out);
  [[nodiscard]] Outcome judge_end(const WindowsEvent& event, model::TenancyEvent out);

  std::vector<std::string> service_accounts_;
  std::unordered_map<std::string, net::MacAddress> computers_;
  std::unordered_map<std::string, Place> sessions_;  ///< where each open one was when it began
  std::map<std::pair<net::IpAddress, std::string>, Timestamp> tickets_;
  std::map<net::IpAddress, std::pair<Asking, Asking>> machines_;  ///< the last two that asked from there
};

}  // namespace edgewatch::runtime
