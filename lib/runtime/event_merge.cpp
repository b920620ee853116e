#include "event_merge.hpp"

namespace edgewatch::runtime {

void EventMerge::add(EventBatch batch, Moment now) {
  Thread& thread = threads_.at(batch.thread);
  thread.until = batch.until;
  if (batch.events.empty()) return;
  waiting_ += batch.events.size();
  const bool was_idle = thread.waiting.empty();
  thread.waiting.push_back({std::move(batch.events), 0, now});
  if (was_idle) thread.at = std::max(thread.at, time_of(thread.head()));
}

void EventMerge::pop(Thread& thread) {
  --waiting_;
  Batch& batch = thread.waiting.front();
  if (++batch.given == batch.events.size()) thread.waiting.pop_front();
  if (!thread.waiting.empty()) thread.at = std::max(thread.at, time_of(thread.head()));
}

std::optional<EventMerge::Turn> EventMerge::whose_turn(Moment now) const {
  std::optional<std::size_t> first;
  Timestamp next_head = Timestamp::max();    // the least of the other heads
  Timestamp least_until = Timestamp::max();  // of those who have nothing waiting
  bool patient = waiting_ <= most_waiting;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const Thread& thread = threads_[i];
    if (thread.waiting.empty()) {
      least_until = std::min(least_until, thread.until);
      continue;
    }
    patient = patient && now - thread.waiting.front().since < patience;
    if (!first) {
      first = i;
    } else if (thread.at < threads_[*first].at) {
      next_head = threads_[*first].at;
      first = i;
    } else {
      next_head = std::min(next_head, thread.at);
    }
  }
  if (!first) return std::nullopt;
  if (!patient) return Turn{*first, threads_[*first].at};
  if (threads_[*first].at > least_until) return std::nullopt;
  return Turn{*first, std::min(next_head, least_until)};
}

}  // namespace edgewatch::runtime
