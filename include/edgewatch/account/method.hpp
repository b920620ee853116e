// The constants of the time method (TIME 2.3), in one versioned table that the ledger keeps beside the
// minutes they made. A value; any thread. Nothing in `account` compares with a number that is not here.
#pragma once

#include "edgewatch/base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace edgewatch::account {

// In the order in which people read it, not in that which saves bytes: there is one.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Method {
  using Seconds = std::chrono::seconds;

  std::string version = "5";  ///< a new one with every change that can change a figure

  // Exchanges: one request second of a flow with its answer.
  std::uint32_t request_bytes =
      100;  ///< U_MIN: client payload in one second; HTTP/2 PING and QUIC ACK stay below
  std::uint32_t answer_bytes = 1'500;        ///< D_MIN: asked after the cadence test, never before
  Seconds answer_within{5};                  ///< RESP
  std::uint32_t answer_bytes_first = 3'000;  ///< D_MIN of a flow's first: settings and tickets come with it
  Seconds answer_pause{2};  ///< an answer after such a pause may be to a request that was lost

  // Groups: one thing a person did.
  Seconds group_gap{3};               ///< GROUP_GAP
  Seconds group_reading{10};          ///< what a group fetched is judged by these first seconds of it
  std::uint32_t lead_bytes = 50'000;  ///< LEAD_DN: of the service, in the first `group_reading` of a group

  // Followers: what another site's page pulled in.
  Seconds follow_gap{3};                    ///< FOLLOW: after the page's last exchange
  Seconds follow_span{30};                  ///< FOLLOW: after the page began
  Seconds lazy_within{300};                 ///< of a page: what it shows further down may load as late
  std::uint32_t page_bytes_away = 300'000;  ///< PAGE burst so large is no part of another page
  Seconds page_gap{2};                      ///< PAGE burst: between exchanges on unlisted hosts
  std::uint32_t page_bytes = 30'000;        ///< PAGE burst, in its first `follow_span`
  std::uint32_t page_flows = 3;             ///< PAGE burst: or that many flows

  // Continuation: what makes contact a visit.
  Seconds continuation_after{15};         ///< C2
  Seconds continuation_within{180};       ///< C2
  std::uint32_t continuation_groups = 2;  ///< C2: later groups needed where nothing led
  std::uint32_t continuation_groups_follower =
      3;  ///< C2: and where the opener was a follower; of messages typed, where they alone open
  std::uint32_t continuation_bytes = 50'000;  ///< C2: of the later groups together
  std::uint32_t pictures_asked = 600;         ///< request bytes to content hosts that a page of its own has
  std::uint32_t pictures_bytes = 150'000;     ///< and what they answer: an embedded player shows one picture
  Seconds app_refresh{20};             ///< an app in the pocket fetches no longer: all of it is one group
  Seconds visit_gap{300};              ///< VISIT_GAP: then it must be confirmed again
  Seconds return_gap{60};              ///< the same where another site's page was opened since
  Seconds visit_min{30};               ///< V_MIN: owned seconds
  Seconds visit_ahead{60};             ///< and how soon they must come
  Seconds isolated{90};                ///< ISOLATED
  std::uint32_t unvaried_groups = 4;   ///< so many single requests of one size in a row refresh a page
  std::uint32_t unvaried_percent = 3;  ///< of their size
  std::uint32_t unvaried_groups_small = 3;      ///< fewer where they bring little
  std::uint32_t unvaried_small_bytes = 10'000;  ///< each

  // Cadence: machines.
  std::uint32_t cadence_count = 5;
  std::uint32_t cadence_count_lossy = 4;  ///< TIME 2.5: where a request may have been lost
  std::uint32_t cadence_count_open =
      3;  ///< at the end of the input: so many, and not yet overdue, may become a cadence
  Seconds cadence_span{1'300};  ///< PER_SPAN; 900 had no room for five polls at five minutes
  Seconds cadence_ahead{
      600};  ///< how far past an exchange its cadence is looked for; see lib/account/README.md
  std::uint32_t cadence_size_percent = 15;
  std::uint32_t cadence_size_close_percent = 8;  ///< the same for one of two tabs that poll the same host
  Seconds cadence_gap_min{8};                    ///< median gap
  Seconds cadence_deviation{1};
  std::uint32_t cadence_deviation_percent = 12;  ///< median absolute deviation, of the median gap
  Seconds cadence_range{4};
  std::uint32_t cadence_range_percent = 35;  ///< longest less shortest gap, of the median gap
  Seconds cadence_alignment{60};             ///< Chrome wakes hidden tabs on the minute
  Seconds cadence_alignment_slack{2};
  Seconds cadence_alignment_min{55};
  std::uint32_t comb_size_percent = 3;   ///< a poll among a person's requests: its size hardly changes
  Seconds comb_gap_min{25};              ///< shorter periods would be found among any person's requests
  Seconds comb_slack{1};                 ///< between where a tooth is and where it should be
  std::uint32_t comb_slack_percent = 2;  ///< or that much of the period
  std::chrono::milliseconds comb_exact_slack{150};  ///< of a timer that asks for things of any size
  std::uint32_t comb_missing = 1;                   ///< teeth
  std::uint32_t poll_waits = 5;                     ///< of a long poll, of one length to `comb_exact_slack`
  std::uint32_t comb_share = 2;                     ///< one in so many requests of that size must be a tooth

  // Credit.
  Seconds hold{60};             ///< HOLD
  Seconds hold_lower{15};       ///< HOLD of the lower figure; video has none there
  Seconds hold_lossy{15};       ///< HOLD in a minute with loss: the page that ended it may be what was lost
  Seconds hold_lower_lossy{8};  ///< the same of the lower figure
  std::uint32_t elsewhere_requests =
      3;                   ///< on one unlisted flow within HOLD of the last action: somebody is there
  Seconds hold_media{60};  ///< HOLD_MEDIA, at most
  std::uint32_t hold_media_gaps = 2;  ///< HOLD_MEDIA: so many of the gaps between the chunks of the stream
  std::uint32_t chunk_bytes = 100'000;
  std::uint32_t chunk_count = 3;
  Seconds chunk_span{90};                  ///< to either side
  std::uint32_t piece_bytes = 20'000;      ///< of a stream: sound needs less than a chunk
  std::uint32_t stream_pieces = 3;         ///< so many
  std::uint32_t stream_rate_min = 3'000;   ///< bytes a second: 24 kbit/s
  std::uint32_t stream_off_percent = 20;   ///< how far it may be off its pace, of all that it fetched
  std::uint32_t stream_lack_percent = 50;  ///< how much may be lacking for the time to the next
  Seconds stream_filled{60};               ///< from the first to the last, at least
  Seconds stream_gap{200};                 ///< between pieces, at most: a whole track of music
  Seconds stream_span{400};                ///< to either side
  std::uint32_t pause_gaps = 10;  ///< of so many gaps one alone is twice as long as the others: a pause
  std::uint32_t trickle_rate_max = 64'000;  ///< of an answer that plays as it comes; a download is faster
  Seconds media_cap{3'600};                 ///< MEDIA_CAP: since the last interaction
  Seconds media_quiet{60};  ///< no chunk for so long before a led group: a person chose, not auto-play
  Seconds lone_chunk_before{30};
  Seconds lone_chunk_after{15};
  Seconds lone_apart{60};

  // Chat, where answers are small.
  std::uint32_t chat_bytes_min = 150;
  std::uint32_t chat_bytes_max = 4'000;

  // Coverage and finality.
  std::uint32_t loss_moderate_percent = 1;
  std::uint32_t loss_weak_percent = 10;
  Seconds lag{900};  ///< a minute is final so long after it ended

  // Bounds on memory, not on judgement: what goes over is counted, and its minutes are weak.
  std::size_t max_exchanges = 8'192;  ///< per device and service, and per device for unlisted hosts
  std::size_t max_devices = 4'096;    ///< per subject

  /// For the ledger: one JSON object on one line, keys in a fixed order, spans in seconds.
  [[nodiscard]] std::string to_json() const;

  /// How far past the end of a final minute its rules look; at most `lag`.
  [[nodiscard]] Seconds look_ahead() const;
  /// How far past the last final second credits are decided.
  [[nodiscard]] Seconds settled_ahead() const { return std::max(visit_ahead, hold_media); }
  /// No credit lasts longer.
  [[nodiscard]] Seconds longest_hold() const { return std::max({hold, hold_media, stream_gap}); }
};

}  // namespace edgewatch::account
