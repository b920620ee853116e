// Whether an account that a source names stands for a person (IDENTITY 1). Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

enum class AccountKind { person, machine, anonymous, service, system, unreadable };

struct Account {
  AccountKind kind = AccountKind::unreadable;
  std::string name;  ///< of a person: `DOMAIN\user` or `user@realm`, else as given
};

/// `services` are lower case, a `*` at the end stands for anything; they are compared with the whole name and
/// with the user's part of it. `domain` may be empty. A name that is not UTF-8, has control characters or is
/// longer than 256 bytes is unreadable.
[[nodiscard]] Account judge_account(std::string_view user, std::string_view domain,
                                    const std::vector<std::string>& services);

/// A session id of another's making in letters, digits and `._:-`; other bytes as %XX, so that two never
/// meet.
[[nodiscard]] std::string session_text(std::string_view id);

}  // namespace edgewatch::runtime
