#include "edgewatch/base/hash.hpp"
#include "edgewatch/model/attribution.hpp"

#include <algorithm>
#include <vector>

namespace edgewatch::model {
namespace {

/// No secret: the same interval has the same id in every run.
constexpr HashKey id_key{0x6269'6e64'696e'6720U, 0x6f66'2074'696d'6520U};
constexpr std::uint64_t without_sign = ~std::uint64_t{0} >> 1U;  // SQLite's integers have one

}  // namespace

BindingId binding_id(Binding::Layer layer, Bytes key, std::string_view value, Timestamp from) {
  std::vector<std::uint8_t> text;
  text.reserve(2 + key.size() + sizeof(std::uint64_t) + value.size());  // it is made for every attribution
  text.push_back(static_cast<std::uint8_t>(layer));
  text.push_back(static_cast<std::uint8_t>(key.size()));
  text.insert(text.end(), key.begin(), key.end());
  const auto micros = static_cast<std::uint64_t>(from.time_since_epoch().count());
  for (unsigned shift = 0; shift < 64; shift += 8) text.push_back(static_cast<std::uint8_t>(micros >> shift));
  text.insert(text.end(), value.begin(), value.end());
  return std::max<BindingId>(siphash(id_key, text) & without_sign, 1);
}

BindingId Binding::id() const {
  if (const auto mac = net::MacAddress::parse(key)) return binding_id(layer, mac->bytes(), value, valid.from);
  const auto address = net::IpAddress::parse(key).value_or(net::IpAddress());
  return binding_id(layer, address.bytes(), value, valid.from);
}

}  // namespace edgewatch::model
