#include "sensor_shards.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::runtime {
namespace {

// Batches on their way, for each thread: enough that nobody waits, few enough to stay in the caches.
constexpr std::size_t batches_a_thread = 4;
// How many frames ahead an observer is told what will come.
constexpr std::size_t foresight = 6;

}  // namespace

SensorShards::SensorShards(FrameBatches& input, observe::ObserverOptions options, std::size_t threads)
    : input_(input), threads_(std::clamp<std::size_t>(threads, 1, shards)), to_do_(threads_) {
  const std::vector<std::string> names = input.source_names();
  options.memory_mib = std::max<std::size_t>(options.memory_mib / shards, 1);
  options.shards = shards;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    options.shard = shard;
    observers_.push_back(std::make_unique<observe::Observer>(options, names));
  }
  if (threads_ == 1) return;
  for (std::size_t i = 0; i < batches_a_thread * threads_; ++i)
    free_.push_back(std::make_unique<SensorBatch>());
  reader_ = std::thread([this] { read(); });
  for (std::size_t i = 0; i < threads_; ++i) workers_.emplace_back([this, i] { work(i); });
}

SensorShards::~SensorShards() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
  for (std::thread& worker : workers_) worker.join();
}

std::unique_ptr<SensorBatch> SensorShards::next() {
  std::unique_ptr<SensorBatch> batch;
  if (threads_ == 1) {
    batch = spare_ ? std::move(spare_) : std::make_unique<SensorBatch>();
    batch->more = input_.next(batch->frames);
    for (std::size_t shard = 0; shard < shards; ++shard) look_at(*batch, shard);
    return batch;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !under_way_.empty() && under_way_.front()->waiting == 0; });
  batch = std::move(under_way_.front());
  under_way_.pop_front();
  if (batch->failure) std::rethrow_exception(batch->failure);
  return batch;
}

void SensorShards::recycle(std::unique_ptr<SensorBatch> batch) {
  if (threads_ == 1) {
    spare_ = std::move(batch);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(batch));
  }
  changed_.notify_all();
}

std::vector<model::Event> SensorShards::finish() {
  std::vector<model::Event> events;
  while (events.empty() && finished_ < observers_.size()) {
    std::unique_ptr<observe::Observer>& observer = observers_[finished_++];
    observer->finish();
    events = observer->drain();
    input_.axis().to_utc(events);
    observer.reset();
  }
  return events;
}

void SensorShards::read() {
  for (bool more = true; more;) {
    std::unique_ptr<SensorBatch> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !free_.empty(); });
      if (stopping_) return;
      batch = std::move(free_.back());
      free_.pop_back();
    }
    try {
      batch->more = input_.next(batch->frames);
    } catch (...) {
      batch->frames.clear();
      batch->failure = std::current_exception();
      batch->more = false;
    }
    more = batch->more;
    {
      const std::lock_guard lock(mutex_);
      batch->waiting = threads_;
      for (auto& list : to_do_) list.push_back(batch.get());
      under_way_.push_back(std::move(batch));
    }
    changed_.notify_all();
  }
}

void SensorShards::work(std::size_t thread) {
  for (;;) {
    SensorBatch* batch = nullptr;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this, thread] { return stopping_ || !to_do_[thread].empty(); });
      if (stopping_) return;
      batch = to_do_[thread].front();
      to_do_[thread].pop_front();
    }
    for (std::size_t shard = thread; shard < shards; shard += threads_) look_at(*batch, shard);
    {
      const std::lock_guard lock(mutex_);
      --batch->waiting;
    }
    changed_.notify_all();
  }
}

void SensorShards::look_at(SensorBatch& batch, std::size_t shard) {
  observe::Observer& observer = *observers_[shard];
  SensorBatch::Said& said = batch.said[shard];
  said.marks.clear();
  const auto mark = [&](Place place) {
    const std::size_t end = observer.pending();
    if (end == (said.marks.empty() ? 0 : said.marks.back().end)) return;
    if (said.marks.empty() || said.marks.back().place != place) said.marks.push_back({place, end});
    said.marks.back().end = end;
  };
  auto injected = batch.frames.injected.begin();
  const auto inject_until = [&](std::uint32_t frame) {
    for (; injected != batch.frames.injected.end() && injected->before_frame <= frame; ++injected) {
      if (std::holds_alternative<model::Tick>(injected->event)) observer.tick(injected->on_axis);
      if (const auto* told = std::get_if<net::FrameLoss>(&injected->event)) {
        // One has the loss in its rows; time moves on for all.
        net::FrameLoss loss = *told;
        loss.at = injected->on_axis;
        if (shard == 0) observer.see(loss);
        if (shard != 0) observer.tick(loss.at);
      }
      mark(2 * injected->before_frame);
    }
  };
  const std::vector<net::Frame>& frames = batch.frames.content.frames;
  const std::vector<FrameBatch::Step>& steps = batch.frames.steps[shard];
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const FrameBatch::Step step = steps[i];
    if (i + foresight < steps.size() && !steps[i + foresight].is_tick)
      observer.expect(frames[steps[i + foresight].frame]);
    inject_until(step.frame);
    if (step.is_tick) {
      observer.tick(frames[step.frame].at);
    } else {
      observer.see(frames[step.frame]);
    }
    mark(2 * step.frame + 1);
  }
  inject_until(~std::uint32_t{0});
  observer.drain(said.events);
  batch.frames.axis.to_utc(said.events);
}

}  // namespace edgewatch::runtime
