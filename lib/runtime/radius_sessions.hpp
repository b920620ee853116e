// RADIUS accounting (RFC 2866) as tenancy: which session is whose, on which device and address. It is told
// what an access server said, checked already, and remembers the sessions that are open. One thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/wire/radius.hpp"

#include "account_name.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

class RadiusSessions {
 public:
  struct Outcome {
    std::vector<model::TenancyEvent> events;
    /// Why it says nothing of anybody, in words for a counter; empty where it does, or where it says what is
    /// known.
    std::string_view refusal;
  };

  explicit RadiusSessions(std::vector<std::string> service_accounts)
      : service_accounts_(std::move(service_accounts)) {}

  /// `sender` is who sent the request; the access server is the one it names (a proxy speaks for several).
  [[nodiscard]] Outcome take(const wire::radius::Accounting& said, const net::IpAddress& sender,
                             Timestamp arrived);
  /// Ends what has been silent: for three times the interval of its interim updates, or, where there were
  /// none, for a day. Its end is when it was last heard of, since nobody knows what came after.
  [[nodiscard]] std::vector<model::TenancyEvent> silent(Timestamp now);
  /// What the spool says was open when the daemon ended.
  void restore(const model::TenancyEvent& event);

  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  static constexpr std::size_t most_sessions = std::size_t{1} << 16U;

 private:
  struct Session {
    std::string person;  ///< empty: a device without anybody (MAC bypass, machine)
    std::optional<net::MacAddress> mac;
    std::vector<net::IpAddress> addresses;  ///< at most one of each family
    Timestamp last_sign;                    ///< by our clock
    std::optional<Duration> interim;        ///< the longest time between two signs
  };

  /// When it was, by whose clock, and when it was told.
  struct When {
    Timestamp at;
    Timestamp recorded_at;
    std::string sender;
  };
  [[nodiscard]] static When time_of(const wire::radius::Accounting& said, const std::string& server,
                                    Timestamp arrived);
  [[nodiscard]] static model::TenancyEvent event_of(model::TenancyEvent::Kind kind, const std::string& key,
                                                    const When& when);
  [[nodiscard]] Outcome begin(const wire::radius::Accounting& said, const std::string& key, const When& when);
  static void say_begin(const std::string& key, const Session& session, const When& when,
                        std::vector<model::TenancyEvent>& out);
  static void give_up_addresses(const std::string& key, const Session& before, const Session& after,
                                const When& when, std::vector<model::TenancyEvent>& out);
  static void end(const std::string& key, const Session& session, const When& when,
                  std::vector<model::TenancyEvent>& out);

  std::vector<std::string> service_accounts_;
  std::map<std::string, Session> sessions_;  ///< by access server, '/' and Acct-Session-Id
};

}  // namespace edgewatch::runtime
