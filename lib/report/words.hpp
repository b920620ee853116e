// Figures, times and codes as words. Private to this module.
#pragma once

#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/report/working_time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::report {

/// `3 h 10 min`, `12 min`, `4 min 30 s`, `42 s`, `none`. Cut, never rounded up: a figure said in a hearing
/// may not grow by its spelling.
[[nodiscard]] std::string duration(std::chrono::seconds time);
/// The same for a table: `-` for none.
[[nodiscard]] std::string cell(std::chrono::seconds time);
/// `40 s to 1 min 30 s`: never one number (ARCHITECTURE D6, law).
[[nodiscard]] std::string both(const Time& time);
/// `162,140`.
[[nodiscard]] std::string grouped(std::uint64_t count);
/// `1 day`, `5 days`.
[[nodiscard]] std::string counted_days(int count, const std::string& what);
/// `Tue 17 Nov 2026`.
[[nodiscard]] std::string day(CivilDate date);
/// `Tue 17 Nov`, for tables under a period that names the year.
[[nodiscard]] std::string short_day(CivilDate date);
/// `10:05 GMT`, `10:05 - 10:20 GMT`, `01:50 BST - 01:10 GMT`.
[[nodiscard]] std::string between(Timestamp first, Timestamp last);
/// `Tue 17 Nov 2026, 10:05 GMT`.
[[nodiscard]] std::string moment(Timestamp at);
/// `99.4 %`, cut; `not known` without a value.
[[nodiscard]] std::string percent(const std::optional<double>& share);
[[nodiscard]] std::string service_name(const UsageReport& report, const model::ServiceId& service);
/// At most that many bytes of it, so that it keeps to its place in a picture; the table beside it has it
/// whole.
[[nodiscard]] std::string shortened(const std::string& name, std::size_t most);

/// What a reason of TIME 2.4 means, in plain words.
[[nodiscard]] std::string meaning(model::Reason reason);
[[nodiscard]] std::string meaning(model::NameEvidence evidence);
[[nodiscard]] std::string meaning(model::IdentityGrade grade);

}  // namespace edgewatch::report
