#include "accuracy.hpp"

#include "accuracy_text.hpp"
#include "words.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::report {
namespace {

using Json = nlohmann::json;

const Json& measured() {
  static const Json json = Json::parse(accuracy_text);
  return json;
}

bool is_measured(const UsageReport::Method& method) {
  return method.version == measured()["method"].get<std::string>() &&
         Json::parse(method.constants_json, nullptr, false) == measured()["constants"];
}

/// `none`, `1`, `12 of them`: the sentence goes on.
std::string some(std::size_t count) { return count == 0 ? "none" : fmt::format("{}", count); }

/// An error is rounded against us.
double upwards(double minutes) {
  constexpr double tenths = 10;
  return std::ceil(minutes * tenths) / tenths;
}

std::string where_used(const Json& used) {
  const auto days = used["person_service_days"].get<std::size_t>();
  const auto below = used["lower_at_or_below"].get<std::size_t>();
  return fmt::format(
      "How far such figures lie from the truth was measured for this version of the method on invented days, "
      "whose truth is known, sent as network packets through the program. "
      "A service was used on {} of them (each of one person and one service): "
      "the lower figure was at or below the true time on {} and above it on {}; "
      "the best estimate was {:.1f} minutes from the true time on average, "
      "and in the middle case {:.0f} % of it. "
      "It was too high by more than five minutes and more than a fifth on {}.",
      grouped(days), grouped(below), grouped(days - below), upwards(used["mean_error_minutes"].get<double>()),
      used["median_percent"].get<double>(), some(used["over"].get<std::size_t>()));
}

/// How much there was, only where there was any.
std::string where_not_used(const Json& unused) {
  const auto any = unused["any"].get<std::size_t>();
  const std::string counted =
      any == 0 ? "nothing was counted on any of them."
               : fmt::format(
                     "something was counted on {} of them, and five minutes or more on {}; "
                     "the most was {:.1f} minutes.",
                     any, some(unused["five_minutes_or_more"].get<std::size_t>()),
                     upwards(unused["worst_minutes"].get<double>()));
  return fmt::format(
      "On {} further such days the service was not used and was only contacted, "
      "by parts of other sites' pages, apps that refresh and tabs left open: {}",
      grouped(unused["person_service_days"].get<std::size_t>()), counted);
}

constexpr const char* what_it_does_not_say =
    "Real people, sites and networks differ from invented ones, "
    "so this does not say how likely it is that a time in this report is right. "
    "The lower figure and the best estimate are two ways of counting; "
    "they are not limits between which the truth is certain to lie, and no upper limit is known.";

constexpr const char* not_measured =
    "The accuracy of these figures has not been measured for the version of the method that counted them, "
    "so no error figure is printed. The lower figure and the best estimate are two ways of counting; "
    "they are not limits between which the truth is certain to lie.";

}  // namespace

std::vector<std::string> error_statement(const UsageReport& report) {
  if (!std::all_of(report.methods.begin(), report.methods.end(), is_measured)) return {not_measured};
  return {where_used(measured()["used"]), where_not_used(measured()["unused"]), what_it_does_not_say};
}

}  // namespace edgewatch::report
