#include "edgewatch/account/method.hpp"

#include <string_view>

#include <fmt/format.h>

namespace edgewatch::account {
namespace {

class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::uint64_t value) { return put(key, fmt::format("{}", value)); }
  JsonObject& add(std::string_view key, Method::Seconds value) {
    return put(key, fmt::format("{}", value.count()));
  }
  JsonObject& add_text(std::string_view key, std::string_view value) {
    std::string quoted = "\"";
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      constexpr unsigned char first_printable = 0x20;
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += byte < first_printable ? fmt::format("\\u{:04x}", byte) : std::string(1, c);
    }
    return put(key, quoted + "\"");
  }
  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

 private:
  JsonObject& put(std::string_view key, std::string_view value) {
    members_ += fmt::format("{}\"{}\":{}", members_.empty() ? "" : ",", key, value);
    return *this;
  }
  std::string members_;
};

void add_exchanges_and_groups(JsonObject& json, const Method& m) {
  json.add("request_bytes", m.request_bytes)
      .add("answer_bytes", m.answer_bytes)
      .add("answer_bytes_first", m.answer_bytes_first)
      .add("answer_within_s", m.answer_within)
      .add("answer_pause_s", m.answer_pause)
      .add("group_gap_s", m.group_gap)
      .add("group_reading_s", m.group_reading)
      .add("lead_bytes", m.lead_bytes)
      .add("follow_gap_s", m.follow_gap)
      .add("follow_span_s", m.follow_span)
      .add("lazy_within_s", m.lazy_within)
      .add("page_bytes_away", m.page_bytes_away)
      .add("page_gap_s", m.page_gap)
      .add("page_bytes", m.page_bytes)
      .add("page_flows", m.page_flows);
}

void add_visits(JsonObject& json, const Method& m) {
  json.add("continuation_after_s", m.continuation_after)
      .add("continuation_within_s", m.continuation_within)
      .add("continuation_groups", m.continuation_groups)
      .add("continuation_groups_follower", m.continuation_groups_follower)
      .add("continuation_bytes", m.continuation_bytes)
      .add("app_refresh_s", m.app_refresh)
      .add("pictures_asked", m.pictures_asked)
      .add("pictures_bytes", m.pictures_bytes)
      .add("visit_gap_s", m.visit_gap)
      .add("return_gap_s", m.return_gap)
      .add("visit_min_s", m.visit_min)
      .add("visit_ahead_s", m.visit_ahead)
      .add("isolated_s", m.isolated)
      .add("unvaried_groups", m.unvaried_groups)
      .add("unvaried_percent", m.unvaried_percent)
      .add("unvaried_groups_small", m.unvaried_groups_small)
      .add("unvaried_small_bytes", m.unvaried_small_bytes);
}

void add_cadence(JsonObject& json, const Method& m) {
  json.add("cadence_count", m.cadence_count)
      .add("cadence_count_lossy", m.cadence_count_lossy)
      .add("cadence_count_open", m.cadence_count_open)
      .add("cadence_span_s", m.cadence_span)
      .add("cadence_ahead_s", m.cadence_ahead)
      .add("cadence_size_percent", m.cadence_size_percent)
      .add("cadence_size_close_percent", m.cadence_size_close_percent)
      .add("cadence_gap_min_s", m.cadence_gap_min)
      .add("cadence_deviation_s", m.cadence_deviation)
      .add("cadence_deviation_percent", m.cadence_deviation_percent)
      .add("cadence_range_s", m.cadence_range)
      .add("cadence_range_percent", m.cadence_range_percent)
      .add("cadence_alignment_s", m.cadence_alignment)
      .add("cadence_alignment_slack_s", m.cadence_alignment_slack)
      .add("cadence_alignment_min_s", m.cadence_alignment_min)
      .add("comb_size_percent", m.comb_size_percent)
      .add("comb_gap_min_s", m.comb_gap_min)
      .add("comb_slack_s", m.comb_slack)
      .add("comb_slack_percent", m.comb_slack_percent)
      .add("comb_exact_slack_ms", static_cast<std::uint64_t>(m.comb_exact_slack.count()))
      .add("comb_missing", m.comb_missing)
      .add("poll_waits", m.poll_waits)
      .add("comb_share", m.comb_share);
}

void add_credit(JsonObject& json, const Method& m) {
  json.add("hold_s", m.hold)
      .add("hold_lower_s", m.hold_lower)
      .add("hold_lossy_s", m.hold_lossy)
      .add("hold_lower_lossy_s", m.hold_lower_lossy)
      .add("hold_media_s", m.hold_media)
      .add("hold_media_gaps", m.hold_media_gaps)
      .add("elsewhere_requests", m.elsewhere_requests)
      .add("chunk_bytes", m.chunk_bytes)
      .add("chunk_count", m.chunk_count)
      .add("chunk_span_s", m.chunk_span)
      .add("piece_bytes", m.piece_bytes)
      .add("stream_pieces", m.stream_pieces)
      .add("stream_rate_min", m.stream_rate_min)
      .add("stream_off_percent", m.stream_off_percent)
      .add("stream_lack_percent", m.stream_lack_percent)
      .add("stream_filled_s", m.stream_filled)
      .add("stream_gap_s", m.stream_gap)
      .add("stream_span_s", m.stream_span)
      .add("pause_gaps", m.pause_gaps)
      .add("trickle_rate_max", m.trickle_rate_max)
      .add("media_cap_s", m.media_cap)
      .add("media_quiet_s", m.media_quiet)
      .add("lone_chunk_before_s", m.lone_chunk_before)
      .add("lone_chunk_after_s", m.lone_chunk_after)
      .add("lone_apart_s", m.lone_apart)
      .add("chat_bytes_min", m.chat_bytes_min)
      .add("chat_bytes_max", m.chat_bytes_max)
      .add("loss_moderate_percent", m.loss_moderate_percent)
      .add("loss_weak_percent", m.loss_weak_percent)
      .add("lag_s", m.lag)
      .add("max_exchanges", m.max_exchanges)
      .add("max_devices", m.max_devices);
}

}  // namespace

std::string Method::to_json() const {
  JsonObject json;
  json.add_text("version", version);
  add_exchanges_and_groups(json, *this);
  add_visits(json, *this);
  add_cadence(json, *this);
  add_credit(json, *this);
  return json.text();
}

Method::Seconds Method::look_ahead() const {
  // A second may belong to a visit judged `settled_ahead` later; a group there is opened by groups up to
  // `continuation_within` after it, each read for `group_reading`, and each of their exchanges waits for its
  // answer and its cadence.
  const Seconds stream = settled_ahead() + continuation_within + stream_span + answer_within;
  return std::max(
      stream, settled_ahead() + continuation_within + group_reading + std::max(cadence_ahead, answer_within));
}

}  // namespace edgewatch::account
