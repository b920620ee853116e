// What every answer of the desk is made with. Pure; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/runtime/control.hpp"

#include "rows.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::runtime {

[[nodiscard]] Response refused(const evidence::Refusal& refusal);
/// 64, and what was asked wrongly.
[[nodiscard]] Response wrong(const std::string& what);
/// The option's text, or `otherwise` where it was not given.
[[nodiscard]] std::string option(const Request& request, const std::string& name,
                                 const std::string& otherwise = {});
/// In the form that --format asks for, arranged as --only, --sort and --limit say; a table without rows is
/// the sentence, one with rows ends with `note`.
[[nodiscard]] Response in_rows(const Rows& rows, const Request& request, const std::string& when_empty,
                               const std::string& note = {});
/// The one word of the request, where it is a number.
[[nodiscard]] std::optional<std::int64_t> number_in(const Request& request);
/// To the second, `-` for an end that is open.
[[nodiscard]] std::string second_or_open(Timestamp at);

}  // namespace edgewatch::runtime
