#include "statistics_question.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace edgewatch::runtime {
namespace {

std::optional<std::uint64_t> pence(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::uint64_t pounds = 0;
  std::uint64_t rest = 0;
  const auto number = [](std::string_view digits, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (dot == 0 || dot > 4 || !number(text.substr(0, dot), pounds)) return std::nullopt;
  if (dot < text.size() && (text.size() != dot + 3 || !number(text.substr(dot + 1), rest)))
    return std::nullopt;
  return pounds * 100 + rest;
}

}  // namespace

std::optional<CivilDate> month_at(const std::string& text, MonthEdge edge) {
  const auto date = parse_date(text.size() == 7 ? text + "-01" : text);
  if (!date || text.size() == 7) return date;
  const CivilDate there =
      edge == MonthEdge::ends
          ? CivilDate(std::chrono::sys_days(next_month(month_of(*date))) - std::chrono::days(1))
          : month_of(*date);
  return *date == there ? std::optional(month_of(*date)) : std::nullopt;
}

std::optional<HourlyCost> parse_hourly_cost(const std::string& text) {
  const auto parts = split(text, '-');
  if (parts.empty() || parts.size() > 2) return std::nullopt;
  const auto low = pence(parts.front());
  const auto high = pence(parts.back());
  if (!low || !high || *high < *low) return std::nullopt;
  return HourlyCost{*low, *high};
}

}  // namespace edgewatch::runtime
