#include "answer_store.hpp"

#include <algorithm>
#include <bit>

namespace edgewatch::observe {
namespace {

// What a node of a hash table costs beyond its own value, as malloc hands it out.
constexpr std::size_t node_cost = 64;
constexpr std::size_t free_place_cost = 8;
// A client may hold this share of all facts, so that one that asks for a million names pushes out its own.
constexpr std::size_t share_of_a_client = 8;
constexpr std::size_t least_facts_of_a_client = 256;
// Clients may hold this share of the memory.
constexpr std::size_t share_of_clients = 8;
// Forgotten from the oldest end, where they hold no more, with each one that is learned.
constexpr int swept_at_once = 2;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <class At>
void link_newest(Ends& ends, std::uint32_t place, At at) {
  at(place) = {ends.newest, no_place};
  (ends.newest == no_place ? ends.oldest : at(ends.newest).newer) = place;
  ends.newest = place;
}

template <class At>
void unlink(Ends& ends, std::uint32_t place, At at) {
  const Links links = at(place);
  (links.older == no_place ? ends.oldest : at(links.older).newer) = links.newer;
  (links.newer == no_place ? ends.newest : at(links.newer).older) = links.older;
}

}  // namespace

std::size_t NamePool::Hash::operator()(std::string_view text) const noexcept {
  return siphash(key, bytes_of(text));
}

std::uint32_t NamePool::take(std::string_view name) {
  if (const auto known = places_.find(name); known != places_.end()) {
    ++names_[known->second].uses;
    return known->second;
  }
  std::uint32_t place = 0;
  if (free_.empty()) {
    place = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  names_[place] = {std::string(name), 1};
  places_.emplace(names_[place].text, place);
  held_ += sizeof(Name) + node_cost + name.size();
  return place;
}

void NamePool::drop(std::uint32_t place) {
  Name& name = names_[place];
  if (--name.uses != 0) return;
  held_ -= sizeof(Name) + node_cost + name.text.size();
  places_.erase(name.text);
  name.text = {};
  free_.push_back(place);
}

std::size_t AnswerStore::AddressHash::operator()(const net::IpAddress& address) const noexcept {
  return siphash(key, address.bytes());
}

AnswerStore::AnswerStore(HashKey key, std::size_t bytes)
    : first_key_(key),
      second_key_{key.k1 ^ 0x9e3779b97f4a7c15U, key.k0 + 1},
      limit_(std::max<std::size_t>(bytes, std::size_t{1} << 16)),
      most_facts_of_a_client_(std::max(least_facts_of_a_client, limit_ / sizeof(Kept) / share_of_a_client)),
      names_(key),
      client_places_(0, AddressHash{key}),
      buckets_(std::bit_ceil(limit_ / (2 * sizeof(Kept))), no_place),
      mask_(buckets_.size() - 1) {}

AnswerStore::Digest AnswerStore::digest_of(const net::IpAddress& client, Kind kind, Bytes subject) const {
  std::array<std::uint8_t, 1056> all{};  // an address, a kind, a name of 253 bytes that are all escaped
  std::size_t size = 0;
  const auto append = [&](Bytes bytes) {
    const std::size_t room = std::min(bytes.size(), all.size() - size);
    std::copy_n(bytes.begin(), room, all.begin() + static_cast<std::ptrdiff_t>(size));
    size += room;
  };
  const auto head =
      std::to_array({static_cast<std::uint8_t>(client.bytes().size()), static_cast<std::uint8_t>(kind)});
  append(head);
  append(client.bytes());
  append(subject);
  const Bytes whole = Bytes(all).first(size);
  return {siphash(first_key_, whole), siphash(second_key_, whole)};
}

std::uint32_t AnswerStore::client_of(const net::IpAddress& address, Timestamp at) {
  now_ = std::max(now_, at);
  const auto linked = [this](std::uint32_t place) -> Links& { return clients_[place].all; };
  if (const auto known = client_places_.find(address); known != client_places_.end()) {
    if (all_clients_.newest != known->second) {
      unlink(all_clients_, known->second, linked);
      link_newest(all_clients_, known->second, linked);
    }
    return known->second;
  }
  std::uint32_t place = 0;
  if (free_clients_.empty()) {
    place = static_cast<std::uint32_t>(clients_.size());
    clients_.emplace_back();
  } else {
    place = free_clients_.back();
    free_clients_.pop_back();
  }
  clients_[place] = Client{};
  clients_[place].address = address;
  // It may be one that was given up.
  clients_[place].acquaintance = {at, forgotten_until_};
  client_places_.emplace(address, place);
  link_newest(all_clients_, place, linked);
  return place;
}

void AnswerStore::meet(const net::IpAddress& client, Timestamp at) {
  static_cast<void>(client_of(client, at));
  make_room();
}

void AnswerStore::learn(const net::IpAddress& client, Kind kind, Bytes subject, std::string_view name,
                        Timestamp at, Timestamp until, std::uint8_t flags) {
  const std::uint32_t owner = client_of(client, at);
  for (int i = 0; i < swept_at_once; ++i) {
    if (all_facts_.oldest != no_place && facts_[all_facts_.oldest].until + lingering < now_)
      remove(all_facts_.oldest);
  }
  const Digest digest = digest_of(client, kind, subject);
  std::size_t names = 0;
  std::uint32_t same = no_place;
  std::uint32_t others = no_place;
  std::uint32_t over = no_place;
  for (std::uint32_t i = bucket_of(digest); i != no_place; i = facts_[i].next) {
    const Kept& fact = facts_[i];
    if (fact.digest != digest) continue;
    const bool nameless = fact.name == no_place;
    if (nameless ? name.empty() : names_.text(fact.name) == name) same = i;
    if (nameless) others = i;
    names += nameless ? 0 : 1;
    if (!nameless && fact.until < at) over = i;
  }
  if (same == no_place && names >= most_names && !name.empty()) {
    if (over != no_place) {
      remove(over);
    } else {
      same = others;
      name = {};
    }
  }
  if (same == no_place) {
    same = insert(digest, owner);
    if (!name.empty()) facts_[same].name = names_.take(name);
    facts_[same].until = until;
  } else {
    renew(same);
    facts_[same].until = std::max(facts_[same].until, until);
  }
  facts_[same].flags = flags;
  if (clients_[owner].facts > most_facts_of_a_client_) evict(clients_[owner].own.oldest);
  make_room();
}

std::uint32_t AnswerStore::insert(const Digest& digest, std::uint32_t client) {
  std::uint32_t place = 0;
  if (free_facts_.empty()) {
    place = static_cast<std::uint32_t>(facts_.size());
    facts_.emplace_back();
  } else {
    place = free_facts_.back();
    free_facts_.pop_back();
  }
  Kept& fact = facts_[place];
  fact = Kept{};
  fact.digest = digest;
  fact.client = client;
  std::uint32_t& bucket = bucket_of(digest);
  fact.next = bucket;
  bucket = place;
  link_newest(all_facts_, place, [this](std::uint32_t i) -> Links& { return facts_[i].all; });
  link_newest(clients_[client].own, place, [this](std::uint32_t i) -> Links& { return facts_[i].own; });
  ++clients_[client].facts;
  return place;
}

void AnswerStore::renew(std::uint32_t place) {
  const auto all = [this](std::uint32_t i) -> Links& { return facts_[i].all; };
  const auto own = [this](std::uint32_t i) -> Links& { return facts_[i].own; };
  unlink(all_facts_, place, all);
  link_newest(all_facts_, place, all);
  Ends& ends = clients_[facts_[place].client].own;
  unlink(ends, place, own);
  link_newest(ends, place, own);
}

void AnswerStore::remove(std::uint32_t place) {
  Kept& fact = facts_[place];
  std::uint32_t* link = &bucket_of(fact.digest);
  while (*link != place) link = &facts_[*link].next;
  *link = fact.next;
  unlink(all_facts_, place, [this](std::uint32_t i) -> Links& { return facts_[i].all; });
  Client& client = clients_[fact.client];
  unlink(client.own, place, [this](std::uint32_t i) -> Links& { return facts_[i].own; });
  --client.facts;
  if (fact.name != no_place) names_.drop(fact.name);
  free_facts_.push_back(place);
}

/// Given up while it may still hold: until then it is not known what the client knows.
void AnswerStore::evict(std::uint32_t place) {
  const Kept& fact = facts_[place];
  if (fact.until >= now_) {
    ++evicted_facts_;
    Timestamp& incomplete = clients_[fact.client].acquaintance.incomplete_until;
    incomplete = std::max(incomplete, fact.until);
  }
  remove(place);
}

void AnswerStore::remove_client(std::uint32_t place) {
  Client& client = clients_[place];
  while (client.own.oldest != no_place) remove(client.own.oldest);
  unlink(all_clients_, place, [this](std::uint32_t i) -> Links& { return clients_[i].all; });
  client_places_.erase(client.address);
  free_clients_.push_back(place);
}

void AnswerStore::forget(const net::IpAddress& client) {
  if (const auto known = client_places_.find(client); known != client_places_.end())
    remove_client(known->second);
}

std::size_t AnswerStore::held() const {
  return buckets_.size() * sizeof(std::uint32_t) + size() * (sizeof(Kept) + free_place_cost) + names_.held() +
         clients() * (sizeof(Client) + node_cost + free_place_cost);
}

void AnswerStore::make_room() {
  const std::size_t a_client = sizeof(Client) + node_cost + free_place_cost;
  while (clients() > 1 && clients() * a_client > limit_ / share_of_clients) {
    const std::uint32_t oldest = all_clients_.oldest;
    ++evicted_clients_;
    while (clients_[oldest].own.oldest != no_place) evict(clients_[oldest].own.oldest);
    forgotten_until_ = std::max(forgotten_until_, clients_[oldest].acquaintance.incomplete_until);
    remove_client(oldest);
  }
  while (held() > limit_ && all_facts_.oldest != no_place) evict(all_facts_.oldest);
}

std::vector<AnswerStore::Fact> AnswerStore::find(const net::IpAddress& client, Kind kind,
                                                 Bytes subject) const {
  std::vector<Fact> out;
  const Digest digest = digest_of(client, kind, subject);
  for (std::uint32_t i = buckets_[digest[0] & mask_]; i != no_place; i = facts_[i].next) {
    const Kept& fact = facts_[i];
    if (fact.digest != digest) continue;
    out.push_back(
        {fact.name == no_place ? std::string_view() : names_.text(fact.name), fact.until, fact.flags});
  }
  return out;
}

std::optional<AnswerStore::Acquaintance> AnswerStore::acquaintance(const net::IpAddress& client) const {
  const auto known = client_places_.find(client);
  if (known == client_places_.end()) return std::nullopt;
  return clients_[known->second].acquaintance;
}

}  // namespace edgewatch::observe
