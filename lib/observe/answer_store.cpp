#include "answer_store.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>

namespace edgewatch::observe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t least_memory = std::size_t{1} << 17U;
// A client may hold this share of all facts: one that asks for a million names pushes out its own.
constexpr std::size_t share_of_a_client = 8;
constexpr std::size_t least_facts_of_a_client = 256;
// Clients may hold this share of the memory.
constexpr std::size_t share_of_clients = 8;
// Forgotten from the oldest end, where they hold no more, with each one that is learned.
constexpr int swept_at_once = 2;
constexpr std::size_t looked_ahead = 8;
// Who is met again within this time keeps its place among the clients.
constexpr Duration rest = 1min;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

AnswerStore::AnswerStore(HashKey key, std::size_t bytes)
    : key_(key),
      limit_(std::max(bytes, least_memory)),
      most_facts_(limit_ / (sizeof(Kept) + PlaceIndex::most_bytes_a_place)),
      most_facts_of_a_client_(std::max(least_facts_of_a_client, most_facts_ / share_of_a_client)),
      most_clients_(limit_ / share_of_clients /
                    (sizeof(Client) + sizeof(std::uint32_t) + PlaceIndex::most_bytes_a_place)) {
  static_assert(std::is_trivially_copyable_v<Kept> && alignof(Kept) <= alignof(std::uint64_t));
}

std::uint32_t AnswerStore::hash_of(const net::IpAddress& address) const {
  return static_cast<std::uint32_t>(siphash(key_, address.bytes()));
}

std::uint32_t AnswerStore::find_client(const net::IpAddress& address) const {
  return client_places_.find(hash_of(address),
                             [&](std::uint32_t place) { return clients_[place].address == address; });
}

AnswerStore::Digest AnswerStore::digest_of(const Client& client, Kind kind, Bytes subject) const {
  const std::uint64_t first = static_cast<std::uint64_t>(client.id) << 32U | static_cast<std::uint64_t>(kind);
  return siphash_128(key_, first, subject);
}

AnswerStore::ClientPlace AnswerStore::meet(const net::IpAddress& address, Timestamp at) {
  now_ = std::max(now_, at);
  const std::uint32_t known = find_client(address);
  if (known == PlaceIndex::nothing) return insert_client(address, at);
  if (known == oldest_client_ || clients_[known].moved + rest < now_) {
    unlink(known);
    link(known);
  }
  return known;
}

std::uint32_t AnswerStore::insert_client(const net::IpAddress& address, Timestamp at) {
  if (client_places_.size() >= most_clients_) {
    const Client& oldest = clients_[oldest_client_];
    forgotten_until_ = std::max({forgotten_until_, oldest.latest, oldest.acquaintance.incomplete_until});
    ++evicted_clients_;
    remove_client(oldest_client_);
  }
  std::uint32_t place = 0;
  if (free_clients_.empty()) {
    place = static_cast<std::uint32_t>(clients_.size());
    clients_.emplace_back();
  } else {
    place = free_clients_.back();
    free_clients_.pop_back();
  }
  Client& client = clients_[place];
  client = Client{};
  client.address = address;
  client.hash = hash_of(address);
  client.id = ++last_client_id_;
  // It may be one that was given up.
  client.acquaintance = {at, forgotten_until_};
  client_places_.insert(client.hash, place);
  link(place);
  return place;
}

AnswerStore::Name AnswerStore::name(std::string_view text) const {
  return {text, static_cast<std::uint32_t>(siphash(key_, bytes_of(text)))};
}

void AnswerStore::learn(ClientPlace place, Kind kind, Bytes subject, Name name, Timestamp at, Timestamp until,
                        std::uint8_t flags) {
  Client& client = clients_[place];
  now_ = std::max(now_, at);
  client.latest = std::max(client.latest, until);
  Waiting& waiting = waiting_[(first_waiting_ + count_waiting_) % waiting_.size()];
  if (count_waiting_ == waiting_.size()) {
    put(waiting.fact, {waiting.name.data(), waiting.fact.name_length}, waiting.at);
    first_waiting_ = (first_waiting_ + 1) % waiting_.size();
    --count_waiting_;
  }
  Kept& fact = waiting.fact;
  fact = Kept{};
  fact.digest = digest_of(client, kind, subject);
  fact.until = until;
  fact.client = place;
  fact.client_id = client.id;
  fact.name_hash = name.hash;
  fact.name_length = static_cast<std::uint16_t>(name.text.size());
  fact.flags = flags;
  if (name.text.size() > waiting.name.size()) {
    Kept at_once = fact;
    catch_up();
    put(at_once, name.text, at);
    return;
  }
  waiting.at = at;
  std::ranges::copy(name.text, waiting.name.begin());
  ++count_waiting_;
  fact_places_.prefetch(fact.hash());
}

void AnswerStore::catch_up() {
  for (; count_waiting_ != 0; --count_waiting_) {
    Waiting& waiting = waiting_[first_waiting_];
    put(waiting.fact, {waiting.name.data(), waiting.fact.name_length}, waiting.at);
    first_waiting_ = (first_waiting_ + 1) % waiting_.size();
  }
}

void AnswerStore::put(Kept& fresh, std::string_view name, Timestamp at) {
  Client* client = owner_of(fresh);
  if (client == nullptr) return;
  sweep();
  std::size_t names = 0;
  std::uint32_t same = PlaceIndex::nothing;
  std::uint32_t others = PlaceIndex::nothing;
  std::uint32_t over = PlaceIndex::nothing;
  static_cast<void>(fact_places_.find(fresh.hash(), [&](std::uint32_t i) {
    const Kept& fact = kept(i);
    if (fact.digest != fresh.digest) return false;
    if (fact.name_length == 0) {
      others = i;
    } else {
      ++names;
      if (fact.until < at) over = i;
    }
    if (fact.name_hash != fresh.name_hash || fact.name() != name) return false;
    same = i;
    return true;
  }));
  if (same == PlaceIndex::nothing && names >= most_names && !name.empty()) {
    if (over != PlaceIndex::nothing) {
      remove(over);
      kept(over).gone = true;
      ++dead_;
    } else {
      same = others;
      name = {};
      fresh.name_length = 0;
      fresh.name_hash = 0;
    }
  }
  if (same != PlaceIndex::nothing) {
    Kept& fact = kept(same);
    fact.until = std::max(fact.until, fresh.until);
    fact.flags = fresh.flags;
    fact.renewed = true;
    return;
  }
  insert(fresh, name);
  if (++client->facts > most_facts_of_a_client_) begin_anew(*client);
  make_room();
}

void AnswerStore::insert(const Kept& fact, std::string_view name) {
  const std::uint32_t place = facts_.append(sizeof(Kept) + name.size());
  auto* stands = new (facts_.at(place)) Kept(fact);
  if (!name.empty()) std::memcpy(stands + 1, name.data(), name.size());
  fact_places_.insert(fact.hash(), place);
}

/// Nobody finds it any more.
void AnswerStore::remove(std::uint32_t place) {
  const Kept& fact = kept(place);
  fact_places_.remove(fact.hash(), place);
  if (Client* client = owner_of(fact)) --client->facts;
}

/// Nobody where what the client was told has been forgotten since.
AnswerStore::Client* AnswerStore::owner_of(const Kept& fact) {
  Client& client = clients_[fact.client];
  return client.id == fact.client_id ? &client : nullptr;
}

/// Takes away what holds no more, and sends to the young end what was learned again since.
void AnswerStore::sweep() {
  for (int i = 0; i < swept_at_once && !facts_.empty(); ++i) {
    const Kept& fact = kept(facts_.oldest());
    if (!fact.gone && !fact.renewed && fact.until + lingering >= now_) return;
    give_up_oldest();
  }
}

/// Memory comes in chunks, so many go at once: it is asked ahead of time for what their going will touch.
void AnswerStore::look_ahead() {
  while (expected_ < looked_ahead) {
    const std::uint32_t next =
        expected_ == 0 ? facts_.oldest() : facts_.after(last_expected_, kept(last_expected_).bytes());
    if (next == facts_.end()) return;
    const Kept& fact = kept(next);
    __builtin_prefetch(&fact + looked_ahead);
    fact_places_.prefetch(fact.hash());
    __builtin_prefetch(&clients_[fact.client]);
    last_expected_ = next;
    ++expected_;
  }
}

void AnswerStore::give_up_oldest() {
  look_ahead();
  const std::uint32_t place = facts_.oldest();
  const Kept& fact = kept(place);
  Client* client = fact.gone ? nullptr : owner_of(fact);
  const bool holds = fact.until >= now_;
  if (client == nullptr) {
    --dead_;
    if (!fact.gone) fact_places_.remove(fact.hash(), place);
  } else if (holds && (fact.renewed || dead_ != 0)) {
    // Nothing that holds goes while there is room in the places of what does not.
    fact_places_.remove(fact.hash(), place);
    Kept again = fact;
    again.renewed = false;
    insert(again, fact.name());
  } else {
    if (holds) {
      // Until then it is not known what the client knows.
      ++evicted_facts_;
      client->acquaintance.incomplete_until = std::max(client->acquaintance.incomplete_until, fact.until);
    }
    remove(place);
  }
  facts_.drop_oldest(fact.bytes());
  --expected_;
}

/// Its facts are no longer found; they go when their time comes.
void AnswerStore::begin_anew(Client& client) {
  evicted_facts_ += client.facts;
  dead_ += client.facts;
  client.acquaintance.incomplete_until = std::max(client.acquaintance.incomplete_until, client.latest);
  client.facts = 0;
  client.id = ++last_client_id_;
}

void AnswerStore::make_room() {
  while (!facts_.empty() && (fact_places_.size() > most_facts_ || held() > limit_)) give_up_oldest();
}

void AnswerStore::link(std::uint32_t place) {
  Client& client = clients_[place];
  client.older = newest_client_;
  client.newer = PlaceIndex::nothing;
  client.moved = now_;
  (newest_client_ == PlaceIndex::nothing ? oldest_client_ : clients_[newest_client_].newer) = place;
  newest_client_ = place;
}

void AnswerStore::unlink(std::uint32_t place) {
  const Client& client = clients_[place];
  (client.older == PlaceIndex::nothing ? oldest_client_ : clients_[client.older].newer) = client.newer;
  (client.newer == PlaceIndex::nothing ? newest_client_ : clients_[client.newer].older) = client.older;
}

void AnswerStore::remove_client(std::uint32_t place) {
  Client& client = clients_[place];
  unlink(place);
  client_places_.remove(client.hash, place);
  dead_ += client.facts;
  client.id = 0;
  free_clients_.push_back(place);
}

void AnswerStore::forget(const net::IpAddress& address) {
  if (const std::uint32_t known = find_client(address); known != PlaceIndex::nothing) remove_client(known);
}

std::size_t AnswerStore::held() const {
  return facts_.bytes() + fact_places_.bytes() + client_places_.bytes() +
         clients_.capacity() * sizeof(Client) + free_clients_.capacity() * sizeof(std::uint32_t);
}

AnswerStore::Facts AnswerStore::find(ClientPlace client, Kind kind, Bytes subject) const {
  Facts out;
  const Digest digest = digest_of(clients_[client], kind, subject);
  static_cast<void>(fact_places_.find(static_cast<std::uint32_t>(digest[0]), [&](std::uint32_t i) {
    const Kept& fact = kept(i);
    if (fact.digest == digest) out.add({fact.name(), fact.until, fact.flags});
    return out.full();
  }));
  return out;
}

}  // namespace edgewatch::observe
