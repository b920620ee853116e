// What may be somebody's id. Pure; any thread.
#pragma once

#include <string>

namespace edgewatch::model {

/// A token that can stand in a report's subject column without being taken for `device:...` or
/// `unattributed`: up to 100 letters, digits, `.`, `_` and `-`.
[[nodiscard]] bool is_person_id(const std::string& text);

}  // namespace edgewatch::model
